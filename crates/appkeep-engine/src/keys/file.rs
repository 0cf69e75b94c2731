//! The file of one repository's key: encrypted with the master key, or unencrypted as in earlier versions.

use appkeep_core::engine::EngineError;
use appkeep_core::ids::{AppId, BucketId};
use rustic_core::repofile::MasterKey as RepositoryMasterKey;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use zeroize::{Zeroize, Zeroizing};

use super::master::{MasterKey, MasterKeyId, NONCE_BYTES, fill};

/// The version of unencrypted files. Such a file may also be written by hand.
const CLEAR: u32 = 1;
/// The version of encrypted files.
const WRAPPED: u32 = 2;

/// The number of random bytes in a password.
const PASSWORD_BYTES: usize = 32;

/// The buffer size for a plain key, in bytes. It is larger than any key, because a buffer that grows leaves
/// copies in memory.
const PLAIN_BYTES: usize = 4096;

/// The key of one repository. It is secret: it has no `Debug` and is zeroed when dropped.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct RepositoryKey {
    /// The password for restic: 64 hexadecimal digits.
    #[serde(serialize_with = "exposed")]
    pub(crate) password: SecretString,
    /// The repository's master key, which the password protects. With it a repository can be opened without
    /// deriving a key from the password, which requires 128 MiB of memory. It is missing in files that are
    /// written by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) master_key: Option<RepositoryMasterKey>,
}

impl RepositoryKey {
    /// Generates a random key.
    ///
    /// # Errors
    /// [`EngineError::Broken`] if the system provides no random bytes.
    pub(crate) fn generate() -> Result<Self, EngineError> {
        let mut random = Zeroizing::new([0_u8; PASSWORD_BYTES]);
        fill(random.as_mut_slice())?;
        Ok(Self {
            password: hex::encode(random.as_slice()).into(),
            master_key: Some(RepositoryMasterKey::new()),
        })
    }

    /// Adds the repository's master key.
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

/// Serializes an unencrypted password for [`wrap`], which encrypts it at once.
fn exposed<S: Serializer>(password: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(password.expose_secret())
}

/// The content of a key file.
pub(super) enum KeyFile {
    /// An unencrypted key.
    Clear(RepositoryKey),
    /// An encrypted key.
    Wrapped(WrappedKey),
}

/// A repository's key, encrypted with a master key.
pub(super) struct WrappedKey {
    /// The id of the master key.
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

/// The associated data of an encrypted key: the file of another bucket or app doesn't decrypt.
fn associated_data(bucket_id: BucketId, app_id: AppId) -> Vec<u8> {
    format!("appkeep repository key {WRAPPED}\nbucket {bucket_id}\napp {app_id}\n").into_bytes()
}

/// Parses a key file. `Err` contains the reason, but never the content.
pub(super) fn parse(bytes: &[u8]) -> Result<KeyFile, String> {
    // The parser's message may contain the secret.
    let no_key = |error: serde_json::Error| format!("is not a key file (line {})", error.line());
    let Versioned { version } = serde_json::from_slice(bytes).map_err(no_key)?;
    match version {
        CLEAR => serde_json::from_slice(bytes).map(KeyFile::Clear).map_err(no_key),
        WRAPPED => {
            let file: WrappedFile = serde_json::from_slice(bytes).map_err(no_key)?;
            let wrapped =
                decode_hex(&file).ok_or_else(|| "is not a key file (its digits can't be read)".to_owned())?;
            Ok(KeyFile::Wrapped(wrapped))
        }
        version => Err(format!("has the unknown version {version}")),
    }
}

fn decode_hex(file: &WrappedFile) -> Option<WrappedKey> {
    let mut nonce = [0; NONCE_BYTES];
    hex::decode_to_slice(&file.nonce, &mut nonce).ok()?;
    Some(WrappedKey {
        by: MasterKeyId::from_hex(&file.master_key_id)?,
        nonce,
        sealed: hex::decode(&file.sealed).ok()?,
    })
}

/// Creates the content of a file with `key`, encrypted with `master`.
///
/// # Errors
/// [`EngineError::Broken`] if the key can't be encrypted.
pub(super) fn wrap(
    key: &RepositoryKey,
    master: &MasterKey,
    bucket_id: BucketId,
    app_id: AppId,
) -> Result<Vec<u8>, EngineError> {
    let broken = |error: serde_json::Error| EngineError::Broken(format!("a key can't be written: {error}"));
    let mut plain = Zeroizing::new(Vec::with_capacity(PLAIN_BYTES));
    serde_json::to_writer(&mut *plain, key).map_err(broken)?;
    let (nonce, sealed) = master.seal(&plain, &associated_data(bucket_id, app_id))?;
    let file = WrappedFile {
        version: WRAPPED,
        master_key_id: master.id().to_string(),
        nonce: hex::encode(nonce),
        sealed: hex::encode(&sealed),
    };
    serde_json::to_vec_pretty(&file).map_err(broken)
}

/// Decrypts a key. `None` if the file was changed, or belongs to another bucket or app.
pub(super) fn unwrap(
    wrapped: &WrappedKey,
    master: &MasterKey,
    bucket_id: BucketId,
    app_id: AppId,
) -> Option<RepositoryKey> {
    let plain = master.open(
        &wrapped.nonce,
        &wrapped.sealed,
        &associated_data(bucket_id, app_id),
    )?;
    serde_json::from_slice(&plain).ok()
}
