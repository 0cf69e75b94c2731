//! Opens an app's repository in a bucket, and creates it on first use.
//!
//! Ambiguous states are errors: a new key or a new repository in place of an existing one could make backups
//! unreadable that are still needed.

use std::sync::Arc;

use appkeep_core::catalog::Bucket;
use appkeep_core::engine::EngineError;
use appkeep_core::fail_point;
use appkeep_core::ids::{AppBackupId, AppId};
use rustic_core::repofile::{MasterKey, SnapshotFile};
use rustic_core::{
    ConfigOptions, Credentials, FileType, KeyOptions, Open, OpenStatus, ProgressBars, ReadBackend,
    Repository, RepositoryBackends, RepositoryOptions, RusticError, RusticResult,
};
use secrecy::ExposeSecret;
use uuid::Uuid;

use crate::bucket::Presence;
use crate::failure::broken;
use crate::keys::{KeyStore, RepositoryKey};
use crate::write_gate::WriteGate;

/// An open repository of an app behind a gate.
pub(crate) type OpenRepository = Repository<OpenStatus>;

/// The size of packs with file content. A restore from S3 holds up to ten of them in memory.
const DATA_PACK_SIZE: &str = "8 MiB";

/// The size of packs with directory trees.
const TREE_PACK_SIZE: &str = "4 MiB";

/// The host and user name under which the key is stored in the repository; restic displays them.
const KEY_OWNER: &str = "appkeep";

/// The location of a repository and the means to open it.
pub(crate) struct RepositoryOpener<'a, P> {
    pub(crate) bucket: &'a Bucket,
    pub(crate) app_id: AppId,
    pub(crate) keys: &'a KeyStore,
    pub(crate) gate: &'a Arc<WriteGate>,
    pub(crate) reporter: P,
}

impl<P: ProgressBars + Clone> RepositoryOpener<'_, P> {
    /// Opens the repository, or creates it if there is none. `presence` is the state that was found before
    /// any other job could change it.
    ///
    /// # Errors
    /// [`EngineError::Key`] if there is a repository, but its key is missing or doesn't match.
    pub(crate) fn open_or_create(&self, presence: Presence) -> Result<OpenRepository, EngineError> {
        let key = self.keys.fetch(self.bucket.id, self.app_id)?;
        let repository = match (presence, key) {
            (Presence::Repository, key) => self.open_with(key)?,
            (Presence::Nothing, Some(key)) => self.create(key)?,
            (Presence::Nothing, None) => {
                let key = RepositoryKey::generate()?;
                self.create(self.keys.insert(self.bucket.id, self.app_id, key)?)?
            }
        };
        self.add_password(&repository)?;
        Ok(repository)
    }

    /// Opens the repository, which exists.
    ///
    /// # Errors
    /// [`EngineError::Key`] if the key is missing or doesn't match.
    pub(crate) fn open(&self) -> Result<OpenRepository, EngineError> {
        self.open_with(self.keys.fetch(self.bucket.id, self.app_id)?)
    }

    fn open_with(&self, key: Option<RepositoryKey>) -> Result<OpenRepository, EngineError> {
        let Some(key) = key else {
            return Err(EngineError::Key(format!(
                "bucket {} has a repository of this app, but {} is missing",
                self.bucket.name,
                self.keys.name_of(self.bucket.id, self.app_id)
            )));
        };
        if let Some(master_key) = &key.master_key {
            match self.closed()?.open(&Credentials::Masterkey(master_key.clone())) {
                Ok(repository) => return Ok(repository),
                Err(error) if self.gate.stop().is_cancelled() => {
                    return Err(self.gate.explain("opening the repository", &error));
                }
                // The password is decisive: the repository may have been created again with the same
                // password.
                Err(error) => tracing::debug!(%error, "the master key does not match"),
            }
        }
        let repository = self
            .closed()?
            .open(&Credentials::password(key.password.expose_secret()))
            .map_err(|error| {
                if error.is_incorrect_password() {
                    let name = self.keys.name_of(self.bucket.id, self.app_id);
                    let bucket = &self.bucket.name;
                    EngineError::Key(format!(
                        "{name} does not match this app's repository in bucket {bucket}"
                    ))
                } else {
                    self.gate.explain("opening the repository", &error)
                }
            })?;
        let key = key.with_master_key(repository.key());
        self.keys.store(self.bucket.id, self.app_id, &key)?;
        Ok(repository)
    }

    /// Creates the repository. Its config is a single file that is written last, so that an interruption
    /// leaves either no repository or one that matches the key.
    fn create(&self, key: RepositoryKey) -> Result<OpenRepository, EngineError> {
        let master_key = if let Some(master_key) = &key.master_key {
            master_key.clone()
        } else {
            let master_key = MasterKey::new();
            let key = key.with_master_key(master_key.clone());
            self.keys.store(self.bucket.id, self.app_id, &key)?;
            master_key
        };
        fail_point::pass("repository.before_init");
        let options = config_options().map_err(EngineError::Broken)?;
        self.closed()?
            .init(
                &Credentials::Masterkey(master_key),
                &KeyOptions::default(),
                &options,
            )
            .map_err(|error| self.gate.explain("creating the repository", &error))
    }

    /// Stores the password in the repository, so that restic can open it. It is missing only if the creation
    /// of the repository was interrupted.
    fn add_password(&self, repository: &OpenRepository) -> Result<(), EngineError> {
        let failed = |error: Box<RusticError>| self.gate.explain("storing the key", &error);
        if !self.gate.list(FileType::Key).map_err(failed)?.is_empty() {
            return Ok(());
        }
        fail_point::pass("repository.before_password");
        let Some(key) = self.keys.fetch(self.bucket.id, self.app_id)? else {
            return Err(EngineError::Key("the key file was deleted meanwhile".to_owned()));
        };
        let options = KeyOptions::default()
            .hostname(KEY_OWNER.to_owned())
            .username(KEY_OWNER.to_owned())
            .with_created(true);
        repository
            .add_key(key.password.expose_secret(), &options)
            .map_err(failed)?;
        Ok(())
    }

    fn closed(&self) -> Result<Repository<()>, EngineError> {
        let mut options = RepositoryOptions::default();
        options.no_cache = true;
        let backends = RepositoryBackends::new(Arc::clone(self.gate) as _, None);
        Repository::new_with_progress(&options, &backends, self.reporter.clone())
            .map_err(|error| broken("opening the repository", &error))
    }
}

fn config_options() -> Result<ConfigOptions, String> {
    let mut options = ConfigOptions::default();
    options.set_version = Some(2);
    options.set_datapack_size = Some(DATA_PACK_SIZE.parse()?);
    options.set_datapack_growfactor = Some(0);
    options.set_treepack_size = Some(TREE_PACK_SIZE.parse()?);
    options.set_treepack_growfactor = Some(0);
    options.set_extra_verify = Some(true);
    Ok(options)
}

/// The tag that identifies a backup's snapshot in the repository.
pub(crate) fn tag_of(backup_id: AppBackupId) -> String {
    format!("backup={backup_id}")
}

/// The backups that a snapshot belongs to: one, or none if another program created it.
pub(crate) fn backup_ids(snapshot: &SnapshotFile) -> Vec<AppBackupId> {
    let tags = snapshot.tags.to_string();
    let ids = tags.split(',').filter_map(|tag| tag.strip_prefix("backup="));
    ids.filter_map(|id| Uuid::try_parse(id).ok())
        .map(AppBackupId::new)
        .collect()
}

/// The snapshots in the repository that belong to a backup: one or none.
///
/// # Errors
/// If any snapshot can't be read: it may be the one.
pub(crate) fn snapshots_of<S: Open>(
    repository: &Repository<S>,
    backup_id: AppBackupId,
) -> RusticResult<Vec<SnapshotFile>> {
    let tag = tag_of(backup_id);
    repository.get_matching_snapshots(|snapshot| snapshot.tags.contains(&tag))
}

/// The snapshots in `all` that belong to a backup: one or none.
pub(crate) fn of_backup(all: &[SnapshotFile], backup_id: AppBackupId) -> impl Iterator<Item = &SnapshotFile> {
    let tag = tag_of(backup_id);
    all.iter().filter(move |snapshot| snapshot.tags.contains(&tag))
}
