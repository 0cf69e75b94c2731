//! Examines buckets on the server's machine, and compares them with the database, while the server runs or is stopped.
//!
//! Nothing is locked, registered or claimed, and nothing in a bucket is changed. A backup that completes, or is deleted,
//! meanwhile is no problem: backups are read from the database after the bucket was read, and again before one is
//! reported as missing.

mod owner;
mod read_data;

use std::collections::{BTreeMap, BTreeSet};

use appkeep_core::catalog::Bucket;
use appkeep_core::engine::{BackupCatalogue as _, Engine as _, EngineError};
use appkeep_core::ids::{AccountId, AppBackupId, AppId, BackupKind};
use appkeep_core::store::{Finished, StoreError, StoredKind as _};
use appkeep_engine::RepositoryCheck;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub use self::owner::Owner;
pub use self::read_data::ReadData;
pub use appkeep_engine::{CheckProgress, CheckStep};

use self::owner::Ownership;
use crate::admin::files::StoredBackups;

/// The number of backups that are read from the database at once.
const PAGE_ROWS: u32 = 1000;

/// The maximum number of missing backups of an app that are described.
const MISSING_MAX: usize = 1000;

/// The result of the examination of a bucket.
#[derive(Debug, Clone)]
pub struct BucketCheck {
    /// The bucket.
    pub bucket: Bucket,
    /// The server that uses it; unknown if the bucket can't be read.
    pub owner: Option<Owner>,
    /// The number of repositories that were examined.
    pub repositories: usize,
    /// The number of backups that were found in them.
    pub backups: usize,
    /// The total size of the packs in bytes, if they could be listed.
    pub stored_bytes: Option<u64>,
    /// The free space of the bucket's file system in bytes, if it is known.
    pub free_bytes: Option<u64>,
    /// The number of bytes of packs that were read and verified.
    pub read_bytes: u64,
    /// The problems.
    pub problems: Vec<Problem>,
    /// Remarks that need no action.
    pub notes: Vec<String>,
}

/// A problem of a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The name of the app, unless it applies to the whole bucket.
    pub app_name: Option<String>,
    /// The object with the problem.
    pub object: String,
    /// The problem.
    pub reason: String,
    /// The backups that are affected, as far as this can be determined.
    pub backups: Vec<AppBackupId>,
    /// What the operator can do.
    pub next: String,
}

/// The reason why buckets can't be examined.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BucketCheckError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The examination was cancelled.
    #[error("the examination was cancelled")]
    Cancelled,
}

/// The means of the examination of one bucket.
struct Checking<'a> {
    stored: &'a StoredBackups,
    progress: &'a watch::Sender<CheckProgress>,
    cancel: &'a CancellationToken,
    read: Option<ReadData>,
    check: BucketCheck,
}

impl StoredBackups {
    /// Looks up the names of all accounts.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn account_names(&self) -> Result<BTreeMap<AccountId, String>, StoreError> {
        let accounts = self.store.list_accounts().await?.into_iter();
        Ok(accounts.map(|account| (account.id, account.name)).collect())
    }

    /// Examines a bucket: its marker, its owner, and each repository, of which it reads and verifies the share `read`.
    ///
    /// # Errors
    /// When the database fails, or `cancel` is cancelled. Everything else is a problem of the result.
    pub async fn check_bucket(
        &self,
        bucket: &Bucket,
        read: Option<ReadData>,
        progress: &watch::Sender<CheckProgress>,
        cancel: &CancellationToken,
    ) -> Result<BucketCheck, BucketCheckError> {
        let mut checking = Checking {
            stored: self,
            progress,
            cancel,
            read,
            check: BucketCheck {
                bucket: bucket.clone(),
                owner: None,
                repositories: 0,
                backups: 0,
                stored_bytes: None,
                free_bytes: None,
                read_bytes: 0,
                problems: Vec::new(),
                notes: Vec::new(),
            },
        };
        match checking.run().await {
            Err(Failed::Bucket(error)) => checking.add_error(None, &error)?,
            Err(Failed::Check(error)) => return Err(error),
            Ok(()) => {}
        }
        Ok(checking.check)
    }
}

/// The reason why a part of the examination has failed.
enum Failed {
    /// The bucket can't be examined.
    Bucket(EngineError),
    Check(BucketCheckError),
}

impl From<EngineError> for Failed {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Cancelled => Self::Check(BucketCheckError::Cancelled),
            error => Self::Bucket(error),
        }
    }
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self::Check(error.into())
    }
}

impl Checking<'_> {
    async fn run(&mut self) -> Result<(), Failed> {
        let bucket = self.check.bucket.clone();
        let stored = self.stored;
        let engine = &stored.engine;
        let has_marker = engine.has_bucket_marker(&bucket).await?;
        let ownership = Ownership::of(stored, &bucket).await?;
        for name in ownership.expired {
            self.check.notes.push(format!("the claim of {name} has expired"));
        }
        for name in ownership.others {
            self.check.problems.push(Problem {
                app_name: None,
                object: format!("bucket {}", bucket.name),
                reason: format!("{name} uses it, which is not a server of this installation"),
                backups: Vec::new(),
                next: format!(
                    "stop that server, then run: appkeep bucket take-over {} --config FILE",
                    bucket.name
                ),
            });
        }
        self.check.owner = Some(ownership.owner);
        let space = engine.measure_bucket(&bucket, self.cancel).await?;
        self.check.stored_bytes = Some(space.stored_bytes);
        self.check.free_bytes = space.free_bytes;
        let percent = self.read.map_or(0.0, |read| read.percent_of(space.stored_bytes));
        let in_bucket = engine.list_stored_apps(&bucket, self.cancel).await?;
        let apps = self.stored.store.list_apps(bucket.account_id).await?;
        let names: BTreeMap<_, _> = apps.into_iter().map(|app| (app.id, app.name)).collect();
        let all: BTreeSet<AppId> = names.keys().copied().chain(in_bucket).collect();
        for app_id in all {
            let name = names.get(&app_id).cloned().unwrap_or_else(|| app_id.to_string());
            match self.check_app(&bucket, app_id, &name, percent).await {
                Err(Failed::Bucket(error)) => self.add_error(Some(&name), &error).map_err(Failed::Check)?,
                checked => checked?,
            }
        }
        if !has_marker && self.check.repositories > 0 {
            self.check.problems.push(Problem {
                app_name: None,
                object: format!("bucket {}", bucket.name),
                reason: "its marker is missing: an unmounted disk would look like an empty bucket".to_owned(),
                backups: Vec::new(),
                next: "create a backup in it, which writes the marker".to_owned(),
            });
        }
        Ok(())
    }

    /// Adds the problem that a bucket or a repository can't be examined.
    fn add_error(&mut self, app_name: Option<&str>, error: &EngineError) -> Result<(), BucketCheckError> {
        let (object, next) = match (error, app_name) {
            (EngineError::Cancelled, _) => return Err(BucketCheckError::Cancelled),
            (EngineError::Key(_), _) => (
                "repository",
                "restore the file of the key, or the master key, from a copy of the data directory",
            ),
            (EngineError::Busy(_), _) => ("repository", "try again while no backups are deleted"),
            (EngineError::Broken(_), Some(_)) => (
                "repository",
                "restore its missing files from a copy of the bucket; keep the others until then",
            ),
            (_, Some(_)) => ("repository", "try again; see the error for the file"),
            (_, None) => (
                "bucket",
                "mount its disk, correct its path or URL in the configuration, or specify --config for its credentials",
            ),
        };
        let object = match app_name {
            Some(_) => object.to_owned(),
            None => format!("{object} {}", self.check.bucket.name),
        };
        self.check.problems.push(Problem {
            app_name: app_name.map(str::to_owned),
            object,
            reason: error.to_string(),
            backups: Vec::new(),
            next: next.to_owned(),
        });
        Ok(())
    }

    /// Examines the repository of an app, and compares it with the database.
    async fn check_app(
        &mut self,
        bucket: &Bucket,
        app_id: AppId,
        name: &str,
        percent: f64,
    ) -> Result<(), Failed> {
        let stored = self.stored;
        let engine = &stored.engine;
        let examined = engine
            .check_repository(bucket, app_id, percent, self.progress, self.cancel)
            .await?;
        let finished = self.finished(bucket, app_id).await?;
        let is_in_bucket = examined.is_some();
        let examined = examined.unwrap_or_default();
        let missing = self.missing(bucket, app_id, &examined, &finished).await?;
        for id in missing.iter().take(MISSING_MAX) {
            let reason = if is_in_bucket {
                "its snapshot is missing from the repository"
            } else {
                "the repository of the app does not exist"
            };
            self.check.problems.push(Problem {
                app_name: Some(name.to_owned()),
                object: format!("backup {id}"),
                reason: reason.to_owned(),
                backups: vec![*id],
                next: format!(
                    "restore the file from a copy of the bucket, or delete the backup: appkeep backup delete {id}"
                ),
            });
        }
        let more = missing.len().saturating_sub(MISSING_MAX);
        if more > 0 {
            self.check
                .notes
                .push(format!("app {name}: {more} more backups are missing"));
        }
        if is_in_bucket {
            self.check.repositories += 1;
            self.add_repository(bucket, name, examined).await?;
        }
        Ok(())
    }

    /// Adds the result for a repository.
    async fn add_repository(
        &mut self,
        bucket: &Bucket,
        name: &str,
        examined: RepositoryCheck,
    ) -> Result<(), Failed> {
        self.check.backups += examined.backups.len();
        self.check.read_bytes += examined.read_bytes;
        let mut unknown = 0;
        for id in &examined.backups {
            let backups = BackupKind::of(self.stored.store.as_ref());
            if backups.fetch_resource(bucket.account_id, *id).await?.is_none() {
                unknown += 1;
            }
        }
        if unknown > 0 {
            self.check.notes.push(format!(
                "app {name}: {unknown} backups are not in the database: they are being deleted, or the database is an older copy"
            ));
        }
        if examined.unrelated > 0 {
            self.check.notes.push(format!(
                "app {name}: {} snapshots were not created by appkeep",
                examined.unrelated
            ));
        }
        if examined.more > 0 {
            self.check
                .notes
                .push(format!("app {name}: {} more problems", examined.more));
        }
        for damage in examined.damage {
            let ids: Vec<_> = damage.backups.iter().map(ToString::to_string).collect();
            let deletion = if ids.is_empty() {
                "no backup is known to need it".to_owned()
            } else {
                "otherwise delete these backups, so that later ones store the data again".to_owned()
            };
            self.check.problems.push(Problem {
                app_name: Some(name.to_owned()),
                object: damage.object,
                reason: damage.reason,
                backups: damage.backups,
                next: format!("replace it from a copy of the bucket, if there is one; {deletion}"),
            });
        }
        Ok(())
    }

    /// The finished backups of an app in the bucket, by the database.
    async fn finished(&self, bucket: &Bucket, app_id: AppId) -> Result<BTreeSet<AppBackupId>, StoreError> {
        let backups = BackupKind::of(self.stored.store.as_ref());
        let (mut found, mut after) = (BTreeSet::new(), None);
        loop {
            let page: Vec<Finished<BackupKind>> = backups.list_finished(app_id, after, PAGE_ROWS).await?;
            let Some(last) = page.last() else {
                return Ok(found);
            };
            after = Some(last.id);
            let here = page
                .into_iter()
                .filter(|backup| backup.bucket_id == Some(bucket.id));
            found.extend(here.map(|backup| backup.id));
        }
    }

    /// The finished backups that the bucket lacks. Backups that have completed or were deleted meanwhile aren't missing.
    async fn missing(
        &self,
        bucket: &Bucket,
        app_id: AppId,
        examined: &RepositoryCheck,
        finished: &BTreeSet<AppBackupId>,
    ) -> Result<Vec<AppBackupId>, Failed> {
        let mut missing: Vec<_> = finished.difference(&examined.backups).copied().collect();
        if missing.is_empty() {
            return Ok(missing);
        }
        let listed = self
            .stored
            .engine
            .list_stored_backups(bucket, app_id, self.cancel)
            .await;
        match listed {
            Ok(listed) => {
                let listed = listed.into_iter().flat_map(|listed| listed.backups);
                let listed: BTreeSet<_> = listed.map(|backup| backup.id).collect();
                missing.retain(|id| !listed.contains(id));
            }
            Err(EngineError::Cancelled) => return Err(EngineError::Cancelled.into()),
            // A snapshot file is damaged, which was found before.
            Err(_) => {}
        }
        let still = self.finished(bucket, app_id).await?;
        missing.retain(|id| still.contains(id));
        Ok(missing)
    }
}
