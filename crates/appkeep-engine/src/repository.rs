//! Opens an app's repository in a bucket, and makes it on first use.
//!
//! Whatever is unclear is refused: a new key or a new repository over one that exists would make backups
//! unreadable that a person may still want.

use std::collections::HashSet;
use std::sync::Arc;

use appkeep_core::catalog::Bucket;
use appkeep_core::engine::EngineError;
use appkeep_core::fail_point;
use appkeep_core::ids::{AppBackupId, AppId};
use rustic_core::repofile::{MasterKey, SnapshotFile};
use rustic_core::{
    ConfigOptions, Credentials, FileType, KeyOptions, OpenStatus, ProgressBars, ReadBackend, Repository,
    RepositoryBackends, RepositoryOptions, RusticError, RusticResult,
};
use secrecy::ExposeSecret;
use uuid::Uuid;

use crate::bucket::Presence;
use crate::failure::broken;
use crate::gate::Gate;
use crate::keys::{KeyStore, RepositoryKey};

/// An app's repository behind a gate, open.
pub(crate) type OpenRepository = Repository<OpenStatus>;

/// How large a pack of file content gets. A restore holds twenty of them in memory.
const DATA_PACK_SIZE: &str = "8 MiB";

/// How large a pack of directory trees gets.
const TREE_PACK_SIZE: &str = "4 MiB";

/// What a repository's key is filed as in the repository itself, where restic shows it to people.
const KEY_OWNER: &str = "appkeep";

/// Where a repository is and how it is reached.
pub(crate) struct Site<'a, P> {
    pub(crate) bucket: &'a Bucket,
    pub(crate) app_id: AppId,
    pub(crate) keys: &'a KeyStore,
    pub(crate) gate: &'a Arc<Gate>,
    pub(crate) bars: P,
}

impl<P: ProgressBars + Clone> Site<'_, P> {
    /// Opens the repository; where there is none, makes one. `presence` is what was found there, before
    /// anybody else could change it.
    ///
    /// # Errors
    /// [`EngineError::Key`] when there is a repository that the key is missing for, or doesn't fit.
    pub(crate) fn open_or_create(&self, presence: Presence) -> Result<OpenRepository, EngineError> {
        let key = self.keys.fetch(self.bucket.id, self.app_id)?;
        let repository = match (presence, key) {
            (Presence::Repository, key) => self.open_with(key)?,
            (Presence::Nothing, Some(key)) => self.create(key)?,
            (Presence::Nothing, None) => {
                let key = RepositoryKey::generate()?;
                self.keys.store(self.bucket.id, self.app_id, &key)?;
                self.create(key)?
            }
        };
        self.add_password(&repository)?;
        Ok(repository)
    }

    /// Opens the repository, which is there.
    ///
    /// # Errors
    /// [`EngineError::Key`] when the key is missing or doesn't fit.
    pub(crate) fn open(&self) -> Result<OpenRepository, EngineError> {
        self.open_with(self.keys.fetch(self.bucket.id, self.app_id)?)
    }

    fn open_with(&self, key: Option<RepositoryKey>) -> Result<OpenRepository, EngineError> {
        let Some(key) = key else {
            return Err(EngineError::Key(format!(
                "bucket {} has a repository of this app, but {} is missing",
                self.bucket.name,
                KeyStore::name_of(self.bucket.id, self.app_id)
            )));
        };
        if let Some(master_key) = &key.master_key {
            match self.closed()?.open(&Credentials::Masterkey(master_key.clone())) {
                Ok(repository) => return Ok(repository),
                Err(error) if self.gate.stop().is_cancelled() => {
                    return Err(self.gate.explain("opening the repository", &error));
                }
                // The password decides: the repository may have been made again, with the same one.
                Err(error) => tracing::debug!(%error, "the master key does not fit"),
            }
        }
        let repository = self
            .closed()?
            .open(&Credentials::password(key.password.expose_secret()))
            .map_err(|error| {
                if error.is_incorrect_password() {
                    let name = KeyStore::name_of(self.bucket.id, self.app_id);
                    let bucket = &self.bucket.name;
                    EngineError::Key(format!(
                        "{name} does not fit this app's repository in bucket {bucket}"
                    ))
                } else {
                    self.gate.explain("opening the repository", &error)
                }
            })?;
        let key = key.with_master_key(repository.key());
        self.keys.store(self.bucket.id, self.app_id, &key)?;
        Ok(repository)
    }

    /// Makes the repository. Its config is one file, written last, so that an interruption leaves either no
    /// repository or one that the key fits.
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
            .map_err(|error| self.gate.explain("making the repository", &error))
    }

    /// Files the password in the repository, so that restic can open it. That is missing only when making
    /// the repository was interrupted.
    fn add_password(&self, repository: &OpenRepository) -> Result<(), EngineError> {
        let failed = |error: Box<RusticError>| self.gate.explain("storing the key", &error);
        if !self.gate.list(FileType::Key).map_err(failed)?.is_empty() {
            return Ok(());
        }
        fail_point::pass("repository.before_password");
        let Some(key) = self.keys.fetch(self.bucket.id, self.app_id)? else {
            return Err(EngineError::Key("the key file went away".to_owned()));
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
        Repository::new_with_progress(&options, &backends, self.bars.clone())
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

/// The tag by which a backup's snapshot in the repository is found.
pub(crate) fn tag_of(backup_id: AppBackupId) -> String {
    format!("backup={backup_id}")
}

/// Which backups the repository holds.
///
/// # Errors
/// When any snapshot can't be read: nobody knows which one it is.
pub(crate) fn backups_in(repository: &OpenRepository) -> RusticResult<HashSet<AppBackupId>> {
    let ids = repository.get_all_snapshots()?.into_iter().flat_map(|snapshot| {
        let tags = snapshot.tags.to_string();
        let ids = tags.split(',').filter_map(|tag| tag.strip_prefix("backup="));
        ids.filter_map(|id| Uuid::try_parse(id).ok())
            .map(AppBackupId::new)
            .collect::<Vec<_>>()
    });
    Ok(ids.collect())
}

/// The snapshots in the repository that belong to a backup: one, or none.
///
/// # Errors
/// When any snapshot can't be read: it may be the one.
pub(crate) fn snapshots_of(
    repository: &OpenRepository,
    backup_id: AppBackupId,
) -> RusticResult<Vec<SnapshotFile>> {
    let tag = tag_of(backup_id);
    repository.get_matching_snapshots(|snapshot| snapshot.tags.contains(&tag))
}

/// Those of `all` snapshots that belong to a backup: one, or none.
pub(crate) fn of_backup(all: &[SnapshotFile], backup_id: AppBackupId) -> impl Iterator<Item = &SnapshotFile> {
    let tag = tag_of(backup_id);
    all.iter().filter(move |snapshot| snapshot.tags.contains(&tag))
}
