//! The keys of repositories: one file per bucket and app, in the data directory.
//!
//! Whoever has the key file can read the backups, with plain restic too; whoever loses it loses them. So it
//! is written durably before anything is written with it, and never replaced by another key.

use std::fmt::Write;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use appkeep_core::engine::EngineError;
use appkeep_core::ids::{AppId, BucketId};
use rustic_core::repofile::MasterKey;
use serde::{Deserialize, Serialize};

use crate::durable;
use crate::failure::storage;

/// The version of the key file's format.
const VERSION: u32 = 1;

/// How many random bytes a password is made of.
const PASSWORD_BYTES: usize = 32;

/// What opens one repository. Secret, so it has no `Debug`.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct RepositoryKey {
    version: u32,
    /// What restic asks for: 64 hexadecimal digits.
    pub(crate) password: String,
    /// What the password protects in the repository. With it a repository opens without deriving a key
    /// from the password, which takes 128 MiB. A person who writes a key file by hand leaves it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) master_key: Option<MasterKey>,
}

impl RepositoryKey {
    /// Makes one that nobody else has.
    ///
    /// # Errors
    /// [`EngineError::Broken`] when the system gives no random bytes.
    pub(crate) fn generate() -> Result<Self, EngineError> {
        let mut random = [0_u8; PASSWORD_BYTES];
        getrandom::fill(&mut random)
            .map_err(|error| EngineError::Broken(format!("the system gives no random bytes: {error}")))?;
        let mut password = String::with_capacity(2 * PASSWORD_BYTES);
        for byte in random {
            // Writing to a string doesn't fail.
            let _ = write!(password, "{byte:02x}");
        }
        Ok(Self {
            version: VERSION,
            password,
            master_key: Some(MasterKey::new()),
        })
    }

    /// The same key, which now knows what its password protects.
    pub(crate) fn with_master_key(self, master_key: MasterKey) -> Self {
        Self {
            master_key: Some(master_key),
            ..self
        }
    }
}

/// The directory of all key files.
#[derive(Debug, Clone)]
pub(crate) struct KeyStore {
    directory: PathBuf,
}

impl KeyStore {
    /// Keeps keys below `data_dir`.
    pub(crate) fn new(data_dir: &Path) -> Self {
        Self {
            directory: data_dir.join("keys"),
        }
    }

    /// How a key file is called in messages: its path below the data directory.
    pub(crate) fn name_of(bucket_id: BucketId, app_id: AppId) -> String {
        format!("keys/{bucket_id}/{app_id}.json")
    }

    /// The key of an app's repository in a bucket, when there is one.
    ///
    /// # Errors
    /// [`EngineError::Key`] when a file is there that is no key.
    pub(crate) fn fetch(
        &self,
        bucket_id: BucketId,
        app_id: AppId,
    ) -> Result<Option<RepositoryKey>, EngineError> {
        let name = Self::name_of(bucket_id, app_id);
        let bytes = match fs::read(self.path_of(bucket_id, app_id)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(EngineError::Key(format!("reading {name}: {error}"))),
        };
        // What the parser says may quote the secret.
        let key: RepositoryKey = serde_json::from_slice(&bytes)
            .map_err(|error| EngineError::Key(format!("{name} is no key file (line {})", error.line())))?;
        if key.version == VERSION {
            Ok(Some(key))
        } else {
            Err(EngineError::Key(format!(
                "{name} has the unknown version {}",
                key.version
            )))
        }
    }

    /// Stores a key durably. The caller makes sure that a key is only ever replaced by itself, with its
    /// master key added.
    ///
    /// # Errors
    /// [`EngineError::Storage`] when it can't be written.
    pub(crate) fn store(
        &self,
        bucket_id: BucketId,
        app_id: AppId,
        key: &RepositoryKey,
    ) -> Result<(), EngineError> {
        let failed = |error| storage(format!("writing {}", Self::name_of(bucket_id, app_id)), &error);
        let path = self.path_of(bucket_id, app_id);
        let json = serde_json::to_vec_pretty(key).map_err(|error| failed(error.into()))?;
        durable::create_dirs(&self.directory.join(bucket_id.to_string())).map_err(failed)?;
        durable::write(&path, &path.with_extension("json.new"), &[json]).map_err(failed)
    }

    fn path_of(&self, bucket_id: BucketId, app_id: AppId) -> PathBuf {
        self.directory
            .join(bucket_id.to_string())
            .join(format!("{app_id}.json"))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use uuid::Uuid;

    use super::*;

    fn ids() -> (BucketId, AppId) {
        (BucketId::new(Uuid::from_u128(1)), AppId::new(Uuid::from_u128(2)))
    }

    #[test]
    fn a_stored_key_comes_back_and_only_the_owner_can_read_it() {
        let dir = tempfile::tempdir().unwrap();
        let (bucket, app) = ids();
        let keys = KeyStore::new(dir.path());
        assert!(keys.fetch(bucket, app).unwrap().is_none());

        let key = RepositoryKey::generate().unwrap();
        keys.store(bucket, app, &key).unwrap();
        let fetched = keys.fetch(bucket, app).unwrap().unwrap();
        assert_eq!(fetched.password, key.password);
        assert_eq!(fetched.password.len(), 64);
        assert!(fetched.master_key.is_some());

        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&dir.path().join("keys")), 0o700);
        assert_eq!(mode(&dir.path().join("keys").join(bucket.to_string())), 0o700);
        assert_eq!(mode(&dir.path().join(KeyStore::name_of(bucket, app))), 0o600);
    }

    #[test]
    fn no_two_keys_are_alike() {
        let one = RepositoryKey::generate().unwrap();
        let other = RepositoryKey::generate().unwrap();
        assert_ne!(one.password, other.password);
    }

    #[test]
    fn a_file_that_is_no_key_is_an_error_that_keeps_the_secret() {
        let dir = tempfile::tempdir().unwrap();
        let (bucket, app) = ids();
        let keys = KeyStore::new(dir.path());
        keys.store(bucket, app, &RepositoryKey::generate().unwrap())
            .unwrap();
        for text in [
            r#"{"version": 1, "password": 5555}"#,
            r#"{"version": 2, "password": "x"}"#,
            "",
        ] {
            fs::write(dir.path().join(KeyStore::name_of(bucket, app)), text).unwrap();
            match keys.fetch(bucket, app) {
                Err(EngineError::Key(reason)) => assert!(!reason.contains("5555"), "{reason}"),
                _ => panic!("{text} was taken as a key"),
            }
        }
    }
}
