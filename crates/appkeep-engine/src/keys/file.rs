//! The file of one repository's key: wrapped by the master key, or in clear as older versions wrote it.

use appkeep_core::engine::EngineError;
use appkeep_core::ids::{AppId, BucketId};
use rustic_core::repofile::MasterKey as RepositoryMasterKey;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use zeroize::{Zeroize, Zeroizing};

use super::master::{MasterKey, MasterKeyId, NONCE_BYTES, fill};

/// The version of files in clear. A person may still write one by hand.
const CLEAR: u32 = 1;
/// The version of wrapped files.
const WRAPPED: u32 = 2;

/// How many random bytes a password is made of.
const PASSWORD_BYTES: usize = 32;

/// So large that no key outgrows it: what grows leaves copies behind.
const PLAIN_BYTES: usize = 4096;

/// What opens one repository. Secret: it has no `Debug` and is zeroed when it is dropped.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct RepositoryKey {
    /// What restic asks for: 64 hexadecimal digits.
    #[serde(serialize_with = "exposed")]
    pub(crate) password: SecretString,
    /// What the password protects in the repository. With it a repository opens without deriving a key
    /// from the password, which takes 128 MiB. A person who writes a key file by hand leaves it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) master_key: Option<RepositoryMasterKey>,
}

impl RepositoryKey {
    /// Makes one that nobody else has.
    ///
    /// # Errors
    /// [`EngineError::Broken`] when the system gives no random bytes.
    pub(crate) fn generate() -> Result<Self, EngineError> {
        let mut random = Zeroizing::new([0_u8; PASSWORD_BYTES]);
        fill(random.as_mut_slice())?;
        Ok(Self {
            password: hex::encode(random.as_slice()).into(),
            master_key: Some(RepositoryMasterKey::new()),
        })
    }

    /// The same key, which now knows what its password protects.
    pub(crate) fn with_master_key(mut self, master_key: RepositoryMasterKey) -> Self {
        self.master_key = Some(master_key);
        self
    }
}

impl Drop for RepositoryKey {
    fn drop(&mut self) {
        if let Some(key) = &mut self.master_key {
            key.encrypt.zeroize();
            key.mac.k.zeroize();
            key.mac.r.zeroize();
        }
    }
}

/// Serializes a password in clear: for [`wrap`], which encrypts it at once.
fn exposed<S: Serializer>(password: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(password.expose_secret())
}

/// What a key file says.
pub(super) enum KeyFile {
    /// The key itself.
    Clear(RepositoryKey),
    /// The key, wrapped.
    Wrapped(WrappedKey),
}

/// A repository's key, wrapped by a master key.
pub(super) struct WrappedKey {
    /// The master key that it takes.
    pub(super) by: MasterKeyId,
    nonce: [u8; NONCE_BYTES],
    sealed: Vec<u8>,
}

#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

#[derive(Serialize, Deserialize)]
struct WrappedFile {
    version: u32,
    master_key_id: String,
    nonce: String,
    sealed: String,
}

/// What a wrapped key is bound to: its file, put in another's place, doesn't open.
fn place_of(bucket_id: BucketId, app_id: AppId) -> Vec<u8> {
    format!("appkeep repository key {WRAPPED}\nbucket {bucket_id}\napp {app_id}\n").into_bytes()
}

/// Reads a key file. `Err` says what is wrong with it, and never quotes it.
pub(super) fn parse(bytes: &[u8]) -> Result<KeyFile, String> {
    // What the parser says may quote the secret.
    let no_key = |error: serde_json::Error| format!("is no key file (line {})", error.line());
    let Versioned { version } = serde_json::from_slice(bytes).map_err(no_key)?;
    match version {
        CLEAR => serde_json::from_slice(bytes).map(KeyFile::Clear).map_err(no_key),
        WRAPPED => {
            let file: WrappedFile = serde_json::from_slice(bytes).map_err(no_key)?;
            let wrapped =
                unhex(&file).ok_or_else(|| "is no key file (its digits can't be read)".to_owned())?;
            Ok(KeyFile::Wrapped(wrapped))
        }
        version => Err(format!("has the unknown version {version}")),
    }
}

fn unhex(file: &WrappedFile) -> Option<WrappedKey> {
    let mut nonce = [0; NONCE_BYTES];
    hex::decode_to_slice(&file.nonce, &mut nonce).ok()?;
    Some(WrappedKey {
        by: MasterKeyId::from_hex(&file.master_key_id)?,
        nonce,
        sealed: hex::decode(&file.sealed).ok()?,
    })
}

/// The content of a file that holds `key`, wrapped by `master`.
///
/// # Errors
/// [`EngineError::Broken`] when the key can't be wrapped.
pub(super) fn wrap(
    key: &RepositoryKey,
    master: &MasterKey,
    bucket_id: BucketId,
    app_id: AppId,
) -> Result<Vec<u8>, EngineError> {
    let broken = |error: serde_json::Error| EngineError::Broken(format!("a key can't be written: {error}"));
    let mut plain = Zeroizing::new(Vec::with_capacity(PLAIN_BYTES));
    serde_json::to_writer(&mut *plain, key).map_err(broken)?;
    let (nonce, sealed) = master.seal(&plain, &place_of(bucket_id, app_id))?;
    let file = WrappedFile {
        version: WRAPPED,
        master_key_id: master.id().to_string(),
        nonce: hex::encode(nonce),
        sealed: hex::encode(&sealed),
    };
    serde_json::to_vec_pretty(&file).map_err(broken)
}

/// The key that `wrapped` holds. Nothing when the file was changed, or is another bucket's or app's.
pub(super) fn unwrap(
    wrapped: &WrappedKey,
    master: &MasterKey,
    bucket_id: BucketId,
    app_id: AppId,
) -> Option<RepositoryKey> {
    let plain = master.open(&wrapped.nonce, &wrapped.sealed, &place_of(bucket_id, app_id))?;
    serde_json::from_slice(&plain).ok()
}
