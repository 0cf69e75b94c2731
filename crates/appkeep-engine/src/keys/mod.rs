//! The keys of repositories: one file per bucket and app, in the data directory or in a database that several servers
//! share, each encrypted with the master key.
//!
//! A key file and the master key together give access to the backups, also with plain restic. If either is
//! lost, so are the backups. Therefore both are written durably before anything is encrypted with them, and
//! are never replaced by another key. Each file contains the id of its master key: a wrong one is detected
//! before any work.

mod file;
mod files;
mod master;
mod rotate;

use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use appkeep_core::engine::EngineError;
use appkeep_core::ids::{AppId, BucketId};
use appkeep_core::repository_keys::{KeyChange, RepositoryKeys};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use self::file::KeyFile;
pub(crate) use self::file::RepositoryKey;
use self::files::{DatabaseFiles, DirectoryFiles, KeyFiles};
pub use self::master::{InvalidMasterKey, MasterKey, MasterKeyId};
pub use self::rotate::Rotation;
use crate::durable;
use crate::failure::{self, storage};

/// The file of the server's own master key, in the directory of key files.
const MASTER: &str = "master.key";
/// The file of the new master key during a rotation.
const NEXT_MASTER: &str = "master.key.next";

/// The keys of all repositories, and the master key that encrypts them. Clones share their state.
#[derive(Clone)]
pub struct KeyStore {
    /// The directory of the server's own master key, and of key files unless they are in a database.
    directory: PathBuf,
    files: Arc<dyn KeyFiles>,
    source: Source,
    /// Held during writes: concurrent writes of the same file would use the same temporary file.
    writing: Arc<Mutex<()>>,
}

/// The source of the master key.
#[derive(Clone)]
enum Source {
    /// A file in the directory of key files, created on first use.
    Own,
    /// The caller.
    Given(MasterKey),
}

/// The master keys that may decrypt key files.
struct Keyring {
    /// The master key that encrypts new files.
    current: MasterKey,
    /// Other master keys that still decrypt files: those of an interrupted rotation.
    others: Vec<MasterKey>,
}

impl Keyring {
    fn find(&self, id: MasterKeyId) -> Option<&MasterKey> {
        let mut all = std::iter::once(&self.current).chain(&self.others);
        all.find(|key| key.id() == id)
    }
}

/// Shows no secret.
impl fmt::Debug for KeyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyStore")
            .field("directory", &self.directory)
            .finish_non_exhaustive()
    }
}

impl KeyStore {
    /// Creates a key store below `data_dir`, with a master key next to the keys. The master key is created on
    /// first use.
    #[must_use]
    pub fn new(data_dir: &Path) -> Self {
        let directory = data_dir.join("keys");
        Self {
            files: Arc::new(DirectoryFiles {
                directory: directory.clone(),
            }),
            directory,
            source: Source::Own,
            writing: Arc::default(),
        }
    }

    /// Creates a key store below `data_dir` that uses the master key `master`.
    #[must_use]
    pub fn wrapped_by(data_dir: &Path, master: MasterKey) -> Self {
        Self {
            source: Source::Given(master),
            ..Self::new(data_dir)
        }
    }

    /// Stores the files of keys in a database; the directory only has copies. The current runtime runs its calls. All
    /// methods then block until it responds, so the runtime must not call them.
    #[must_use]
    pub fn in_database(mut self, keys: Arc<dyn RepositoryKeys>) -> Self {
        self.files = Arc::new(DatabaseFiles::new(keys, self.directory.clone()));
        self
    }

    /// Copies the key files of the directory into the database that replaces it, encrypted with the current master key.
    /// Keys that are in the database stay. A file with another content is renamed, and a copy of the database's key
    /// replaces it. Returns the number of copied keys. A file that can't be decrypted is skipped.
    ///
    /// # Errors
    /// [`EngineError::Storage`] if the database fails; [`EngineError::Key`] if the directory can't be read, or there is
    /// no master key.
    pub fn copy_into_database(&self) -> Result<usize, EngineError> {
        let directory = Self {
            files: Arc::new(DirectoryFiles {
                directory: self.directory.clone(),
            }),
            ..self.clone()
        };
        let mut copied = 0;
        for (bucket_id, app_id) in directory.list()? {
            let keyring = directory.keyring()?;
            let opened = directory.open_with(&keyring, bucket_id, app_id);
            if let Some(stored) = self.files.read(bucket_id, app_id)? {
                if let (Ok(Some((key, _))), Ok((stored, _))) =
                    (opened, self.open_content(&keyring, bucket_id, app_id, &stored))
                    && key.password.expose_secret() != stored.password.expose_secret()
                {
                    tracing::error!(
                        "{} was another key than {}: the repository that it decrypts can't be used with this database",
                        directory.name_of(bucket_id, app_id),
                        self.name_of(bucket_id, app_id)
                    );
                }
                continue;
            }
            let (key, _) = match opened {
                Ok(Some(key)) => key,
                Ok(None) => continue,
                Err(error) => {
                    tracing::warn!(%error, "a key file is not copied into the database");
                    continue;
                }
            };
            let _alone = failure::lock(&self.writing);
            directory.replace(&key, &keyring, bucket_id, app_id)?;
            if let Some(content) = directory.files.read(bucket_id, app_id)? {
                copied += usize::from(self.files.insert(bucket_id, app_id, &content)?);
            }
        }
        Ok(copied)
    }

    /// Checks the master key before any work, and returns its id. Creates the server's own master key if
    /// there never was one. Detects a wrong one by the key files that it should decrypt.
    ///
    /// # Errors
    /// [`EngineError::Key`] if the master key is lost, is invalid, or doesn't match any key file.
    pub fn prepare(&self) -> Result<MasterKeyId, EngineError> {
        let keyring = self.keyring()?;
        let (mut foreign, mut others, mut fits) = (Vec::new(), Vec::new(), false);
        for (bucket_id, app_id) in self.list()? {
            let file = self.read(bucket_id, app_id);
            let takes = match &file {
                Ok(Some(KeyFile::Wrapped(wrapped))) => Some(keyring.find(wrapped.by).is_some()),
                _ => None,
            };
            fits |= takes == Some(true);
            let Err(error) = self.open_with(&keyring, bucket_id, app_id) else {
                continue;
            };
            if takes == Some(false) {
                foreign.push(error);
            } else {
                others.push(error);
            }
        }
        if !fits && !foreign.is_empty() {
            return Err(foreign.swap_remove(0));
        }
        for error in foreign.iter().chain(&others) {
            // It affects only the backups of one app, which report it.
            tracing::warn!(%error, "a repository's key can't be read");
        }
        Ok(keyring.current.id())
    }

    /// The id of the master key, if there is one. Doesn't create a master key.
    ///
    /// # Errors
    /// [`EngineError::Key`] if it can't be read.
    pub fn master_key_id(&self) -> Result<Option<MasterKeyId>, EngineError> {
        match &self.source {
            Source::Given(key) => Ok(Some(key.id())),
            Source::Own => Ok(self.read_master(MASTER)?.map(|key| key.id())),
        }
    }

    /// Lists the repositories with keys, sorted.
    ///
    /// # Errors
    /// [`EngineError::Key`] if the directory can't be read; [`EngineError::Storage`] if the database fails.
    pub fn list(&self) -> Result<Vec<(BucketId, AppId)>, EngineError> {
        self.files.list()
    }

    /// Lists the apps with keys in a bucket: data was stored there for each.
    ///
    /// # Errors
    /// [`EngineError::Key`] if the directory can't be read.
    pub(crate) fn apps_of(&self, bucket_id: BucketId) -> Result<Vec<AppId>, EngineError> {
        self.files.apps_of(bucket_id)
    }

    /// The password for plain restic of an app's repository in a bucket.
    ///
    /// # Errors
    /// [`EngineError::Key`] if there is no such key, or it can't be decrypted.
    pub fn password(&self, bucket_id: BucketId, app_id: AppId) -> Result<SecretString, EngineError> {
        let key = match self.read(bucket_id, app_id)? {
            // Reading an unencrypted key must not create a master key.
            Some(KeyFile::Clear(key)) => Some((key, true)),
            _ => self.open_with(&self.keyring()?, bucket_id, app_id)?,
        };
        let missing = || EngineError::Key(format!("{} is missing", self.name_of(bucket_id, app_id)));
        Ok(key.ok_or_else(missing)?.0.password.clone())
    }

    /// The name of a key file in messages.
    pub(crate) fn name_of(&self, bucket_id: BucketId, app_id: AppId) -> String {
        self.files.name_of(bucket_id, app_id)
    }

    /// Reads the key of an app's repository in a bucket, if there is one. An unencrypted key is then
    /// encrypted.
    ///
    /// # Errors
    /// [`EngineError::Key`] if the file is not a valid key file, or the master key doesn't decrypt it.
    pub(crate) fn fetch(
        &self,
        bucket_id: BucketId,
        app_id: AppId,
    ) -> Result<Option<RepositoryKey>, EngineError> {
        if self.files.read(bucket_id, app_id)?.is_none() {
            return Ok(None);
        }
        let keyring = self.keyring()?;
        let _alone = failure::lock(&self.writing);
        let Some((key, is_clear)) = self.open_with(&keyring, bucket_id, app_id)? else {
            return Ok(None);
        };
        if is_clear && let Err(error) = self.replace(&key, &keyring, bucket_id, app_id) {
            // The backups can still be read, and perhaps deleted to free space.
            let name = self.name_of(bucket_id, app_id);
            tracing::warn!(%name, %error, "an unencrypted key could not be encrypted with the master key");
        }
        Ok(Some(key))
    }

    /// Checks that the master key encrypts other keys, if there are any: otherwise it has been replaced.
    fn check_current(&self, keyring: &Keyring) -> Result<(), EngineError> {
        let mut foreign = None;
        for (bucket_id, app_id) in self.list()? {
            if let Ok(Some(KeyFile::Wrapped(wrapped))) = self.read(bucket_id, app_id) {
                if keyring.find(wrapped.by).is_some() {
                    return Ok(());
                }
                foreign = Some((bucket_id, app_id, wrapped.by));
            }
        }
        foreign.map_or(Ok(()), |(bucket_id, app_id, by)| {
            Err(self.foreign(bucket_id, app_id, by, keyring))
        })
    }

    fn foreign(&self, bucket_id: BucketId, app_id: AppId, by: MasterKeyId, keyring: &Keyring) -> EngineError {
        let (name, current) = (self.name_of(bucket_id, app_id), keyring.current.id());
        EngineError::Key(format!("{name} requires master key {by}, not {current}"))
    }

    /// Stores a new key durably, and returns it. If another server has just created one, that is returned.
    ///
    /// # Errors
    /// [`EngineError::Storage`] if it can't be written; [`EngineError::Key`] if there is no master key, or all other
    /// keys are encrypted with another one.
    pub(crate) fn insert(
        &self,
        bucket_id: BucketId,
        app_id: AppId,
        key: RepositoryKey,
    ) -> Result<RepositoryKey, EngineError> {
        let keyring = self.keyring()?;
        let _alone = failure::lock(&self.writing);
        self.check_current(&keyring)?;
        let content = file::wrap(&key, &keyring.current, bucket_id, app_id)?;
        if self.files.insert(bucket_id, app_id, &content)? {
            return Ok(key);
        }
        let existing = self.open_with(&keyring, bucket_id, app_id)?;
        existing
            .map(|(key, _)| key)
            .ok_or_else(|| self.changed(bucket_id, app_id))
    }

    /// Replaces a stored key durably with the same one, to which the repository's master key was added.
    ///
    /// # Errors
    /// [`EngineError::Storage`] if it can't be written; [`EngineError::Key`] if there is no master key, or another key;
    /// [`EngineError::Busy`] if another server changed it meanwhile.
    pub(crate) fn store(
        &self,
        bucket_id: BucketId,
        app_id: AppId,
        key: &RepositoryKey,
    ) -> Result<(), EngineError> {
        let keyring = self.keyring()?;
        let _alone = failure::lock(&self.writing);
        self.replace(key, &keyring, bucket_id, app_id)
    }

    /// Replaces a key with the same key. The caller holds `writing`.
    fn replace(
        &self,
        key: &RepositoryKey,
        keyring: &Keyring,
        bucket_id: BucketId,
        app_id: AppId,
    ) -> Result<(), EngineError> {
        let Some(from) = self.files.read(bucket_id, app_id)? else {
            return Err(self.changed(bucket_id, app_id));
        };
        let (stored, _) = self.open_content(keyring, bucket_id, app_id, &from)?;
        if stored.password.expose_secret() != key.password.expose_secret() {
            let name = self.name_of(bucket_id, app_id);
            return Err(EngineError::Key(format!("{name} is another key")));
        }
        let change = KeyChange {
            bucket_id,
            app_id,
            from: from.to_vec(),
            to: file::wrap(key, &keyring.current, bucket_id, app_id)?,
        };
        if self.files.replace(&[change], &mut || Ok(()))? {
            Ok(())
        } else {
            Err(self.changed(bucket_id, app_id))
        }
    }

    fn changed(&self, bucket_id: BucketId, app_id: AppId) -> EngineError {
        let name = self.name_of(bucket_id, app_id);
        EngineError::Busy(format!("{name} was changed by another server meanwhile"))
    }

    /// Reads a key, and whether its file is unencrypted. `None` if there is no file.
    fn open_with(
        &self,
        keyring: &Keyring,
        bucket_id: BucketId,
        app_id: AppId,
    ) -> Result<Option<(RepositoryKey, bool)>, EngineError> {
        let content = self.files.read(bucket_id, app_id)?;
        let opened = content.map(|content| self.open_content(keyring, bucket_id, app_id, &content));
        opened.transpose()
    }

    /// Decrypts the content of a key's file. Also returns whether it is unencrypted.
    fn open_content(
        &self,
        keyring: &Keyring,
        bucket_id: BucketId,
        app_id: AppId,
        content: &[u8],
    ) -> Result<(RepositoryKey, bool), EngineError> {
        match self.parse(bucket_id, app_id, content)? {
            KeyFile::Clear(key) => Ok((key, true)),
            KeyFile::Wrapped(wrapped) => {
                let name = self.name_of(bucket_id, app_id);
                let master = keyring
                    .find(wrapped.by)
                    .ok_or_else(|| self.foreign(bucket_id, app_id, wrapped.by, keyring))?;
                let key = file::unwrap(&wrapped, master, bucket_id, app_id).ok_or_else(|| {
                    EngineError::Key(format!("{name} is damaged, or belongs to another repository"))
                })?;
                Ok((key, false))
            }
        }
    }

    fn read(&self, bucket_id: BucketId, app_id: AppId) -> Result<Option<KeyFile>, EngineError> {
        let content = self.files.read(bucket_id, app_id)?;
        let parsed = content.map(|content| self.parse(bucket_id, app_id, &content));
        parsed.transpose()
    }

    fn parse(&self, bucket_id: BucketId, app_id: AppId, content: &[u8]) -> Result<KeyFile, EngineError> {
        file::parse(content)
            .map_err(|problem| EngineError::Key(format!("{} {problem}", self.name_of(bucket_id, app_id))))
    }

    /// Reads the existing master keys; creates the server's own if there never was one.
    fn keyring(&self) -> Result<Keyring, EngineError> {
        let (own, next) = (self.read_master(MASTER)?, self.read_master(NEXT_MASTER)?);
        let others = |keys: [Option<MasterKey>; 2]| keys.into_iter().flatten().collect();
        match (&self.source, own) {
            (Source::Given(key), own) => Ok(Keyring {
                current: key.clone(),
                others: others([own, next]),
            }),
            (Source::Own, Some(own)) => Ok(Keyring {
                current: own,
                others: others([next, None]),
            }),
            (Source::Own, None) => Ok(Keyring {
                current: self.create_master(next.is_some())?,
                others: Vec::new(),
            }),
        }
    }

    /// Creates the server's own master key, unless a key file shows that there was one.
    fn create_master(&self, is_rotating: bool) -> Result<MasterKey, EngineError> {
        let _alone = failure::lock(&self.writing);
        if let Some(made) = self.read_master(MASTER)? {
            return Ok(made);
        }
        for (bucket_id, app_id) in self.list()? {
            if let Ok(Some(KeyFile::Wrapped(wrapped))) = self.read(bucket_id, app_id) {
                let (name, id) = (self.name_of(bucket_id, app_id), wrapped.by);
                let then = if is_rotating {
                    "a rotation was interrupted, so run `appkeep key rotate` again"
                } else {
                    "restore it, or declare its location in [keys]"
                };
                return Err(EngineError::Key(format!(
                    "{name} requires master key {id}, but keys/{MASTER} is missing: {then}"
                )));
            }
        }
        let key = MasterKey::generate()?;
        self.write_master(MASTER, &key)?;
        tracing::info!(id = %key.id(), "created a master key");
        Ok(key)
    }

    fn read_master(&self, name: &str) -> Result<Option<MasterKey>, EngineError> {
        let path = self.directory.join(name);
        let failed = |problem: &dyn fmt::Display| EngineError::Key(format!("keys/{name}: {problem}"));
        let not_read = |error: io::Error| failure::key(format!("keys/{name}"), &error);
        let text = match fs::read(&path) {
            Ok(bytes) => Zeroizing::new(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(not_read(error)),
        };
        let mode = fs::metadata(&path).map_err(not_read)?.permissions().mode();
        if mode & 0o077 != 0 {
            tracing::warn!(
                "keys/{name} is readable by users other than its owner (mode {:o})",
                mode & 0o777
            );
        }
        let text = std::str::from_utf8(&text).map_err(|_| failed(&"is not valid UTF-8"))?;
        MasterKey::from_hex(text)
            .map(Some)
            .map_err(|error| failed(&error))
    }

    /// Writes a master key to a new file; an existing one is never replaced. The caller holds `writing`.
    fn write_master(&self, name: &str, key: &MasterKey) -> Result<(), EngineError> {
        let failed = |error| storage(format!("writing keys/{name}"), &error);
        durable::create_dirs(&self.directory).map_err(failed)?;
        let beside = self.directory.join(format!("{name}.new"));
        let written = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(durable::FILE_MODE)
            .open(&beside)
            .and_then(|mut file| {
                file.write_all(key.to_hex().expose_secret().as_bytes())?;
                file.write_all(b"\n")?;
                file.sync_all()
            })
            // Unlike a rename, this doesn't replace an existing file.
            .and_then(|()| fs::hard_link(&beside, self.directory.join(name)));
        let removed = fs::remove_file(&beside);
        written.and(removed).map_err(failed)?;
        durable::sync_parent(&beside).map_err(failed)
    }
}

#[cfg(test)]
mod shared_tests;
#[cfg(test)]
mod tests;
