//! Rebuilds the list of backups from the identities that are stored in buckets, after the database was lost.
//!
//! Existing rows are never changed, and nothing is written into a bucket, so that an import can be repeated. Snapshots,
//! restores, tokens and failed backups are only in the database and can't be found again.

mod candidate;

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;

use self::candidate::Candidate;
use crate::app_backup::AppBackup;
use crate::catalog::{App, AppOptions, Bucket};
use crate::clock::Clock;
use crate::engine::{BackupCatalogue, StoredBackups};
use crate::ids::{AccountId, AppBackupId, AppId, BackupKind};
use crate::job::JobPayload;
use crate::store::{ResourcesTx, Store, StoreError, StoreTx, transact};

/// The number of backups that are inserted in one transaction.
const BACKUPS_PER_TRANSACTION: usize = 200;

/// The result of importing one bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketImport {
    /// The bucket.
    pub bucket: Bucket,
    /// The number of imported backups.
    pub imported: usize,
    /// The number of backups that were already in the database.
    pub known: usize,
    /// The repositories and backups that were skipped, and the differences of imported backups.
    pub notices: Vec<Notice>,
}

/// A repository or backup that was skipped, or a difference of an imported one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its kind.
    pub kind: NoticeKind,
    /// The app, unless it applies to the whole bucket.
    pub app_id: Option<AppId>,
    /// The backup, unless it applies to all of the app's.
    pub backup_id: Option<AppBackupId>,
    /// The reason or the difference.
    pub reason: String,
}

/// The kind of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeKind {
    /// Imported, with a difference.
    Changed,
    /// Skipped, although nothing failed.
    Skipped,
    /// Skipped because of an error.
    Failed,
}

impl BucketImport {
    /// The number of repositories and backups that were skipped.
    #[must_use]
    pub fn skipped(&self) -> usize {
        let skipped = self.notices.iter();
        skipped
            .filter(|notice| notice.kind != NoticeKind::Changed)
            .count()
    }

    /// Whether anything was skipped because of an error.
    #[must_use]
    pub fn has_failures(&self) -> bool {
        self.notices
            .iter()
            .any(|notice| notice.kind == NoticeKind::Failed)
    }

    fn new(bucket: &Bucket) -> Self {
        Self {
            bucket: bucket.clone(),
            imported: 0,
            known: 0,
            notices: Vec::new(),
        }
    }

    fn add(
        &mut self,
        kind: NoticeKind,
        app_id: Option<AppId>,
        backup_id: Option<AppBackupId>,
        reason: impl Into<String>,
    ) {
        self.notices.push(Notice {
            kind,
            app_id,
            backup_id,
            reason: reason.into(),
        });
    }
}

/// An import of buckets, which the store must know.
pub struct Import<'a> {
    /// The database.
    pub store: &'a dyn Store,
    /// The content of the buckets.
    pub catalogue: &'a dyn BackupCatalogue,
    /// The source of the time.
    pub clock: &'a dyn Clock,
    /// The buckets.
    pub buckets: &'a [Bucket],
}

/// The result for one backup.
enum Inserted {
    New,
    Renamed(AppBackup),
    Known,
    NamesTaken(AppBackup),
    AppOfOtherAccount,
}

impl Import<'_> {
    /// Imports all backups that the database doesn't contain, and returns a result for each bucket. Buckets and
    /// repositories that can't be read are reported and skipped.
    ///
    /// # Errors
    /// If the store fails. Imported backups stay.
    pub async fn run(&self, cancel: &CancellationToken) -> Result<Vec<BucketImport>, StoreError> {
        let mut results: Vec<_> = self.buckets.iter().map(BucketImport::new).collect();
        let mut apps = BTreeMap::<_, Vec<usize>>::new();
        for (index, bucket) in self.buckets.iter().enumerate() {
            match self.catalogue.list_stored_apps(bucket, cancel).await {
                Ok(found) => {
                    for app_id in found {
                        apps.entry((bucket.account_id, app_id)).or_default().push(index);
                    }
                }
                Err(error) => results[index].add(NoticeKind::Failed, None, None, error.to_string()),
            }
        }
        let deleted = self.queued_deletions().await?;
        for ((account_id, app_id), buckets) in apps {
            let mut candidates = Vec::new();
            for index in buckets {
                let bucket = &self.buckets[index];
                let result = &mut results[index];
                let listed = self.catalogue.list_stored_backups(bucket, app_id, cancel).await;
                let stored = match listed {
                    Ok(Some(stored)) => stored,
                    Ok(None) => {
                        let reason = "there is a key, but no repository";
                        result.add(NoticeKind::Skipped, Some(app_id), None, reason);
                        continue;
                    }
                    Err(error) => {
                        result.add(NoticeKind::Failed, Some(app_id), None, error.to_string());
                        continue;
                    }
                };
                select(index, app_id, stored, &deleted, result, &mut candidates);
            }
            // A schedule may have used several buckets, and retention depends on the order of insertion.
            candidates.sort_by_key(Candidate::age);
            self.insert(account_id, app_id, &candidates, &mut results).await?;
        }
        Ok(results)
    }

    /// The backups whose deletion was requested and is not finished.
    async fn queued_deletions(&self) -> Result<HashSet<AppBackupId>, StoreError> {
        let jobs = self.store.list_pending_jobs().await?.into_iter();
        let deleted = jobs.filter_map(|job| match job.payload {
            Some(JobPayload::DeleteBackup(delete)) => Some(delete.backup_id),
            _ => None,
        });
        Ok(deleted.collect())
    }

    /// Inserts the backups of an app, the oldest first.
    async fn insert(
        &self,
        account_id: AccountId,
        app_id: AppId,
        candidates: &[Candidate],
        results: &mut [BucketImport],
    ) -> Result<(), StoreError> {
        let Some(newest) = candidates.last() else {
            return Ok(());
        };
        let new_app = match self.store.fetch_app(account_id, app_id).await? {
            Some(_) => None,
            None => Some(undeclared(account_id, app_id, newest.app_name.clone())),
        };
        let now = self.clock.now();
        let mut is_new_app = new_app.is_some();
        for chunk in candidates.chunks(BACKUPS_PER_TRANSACTION) {
            let inserted = transact(|| self.insert_chunk(new_app.as_ref(), chunk, now)).await?;
            for (candidate, inserted) in chunk.iter().zip(inserted) {
                let result = &mut results[candidate.bucket];
                if std::mem::take(&mut is_new_app) && !matches!(inserted, Inserted::AppOfOtherAccount) {
                    let reason = format!(
                        "the app {} is not declared, so it was added as undeclared",
                        newest.app_name
                    );
                    result.add(NoticeKind::Changed, Some(app_id), None, reason);
                }
                record(candidate, inserted, result);
            }
        }
        Ok(())
    }

    async fn insert_chunk(
        &self,
        new_app: Option<&App>,
        chunk: &[Candidate],
        now: DateTime<Utc>,
    ) -> Result<Vec<Inserted>, StoreError> {
        let mut tx = self.store.begin().await?;
        if let Some(app) = new_app
            && !tx.insert_undeclared_app(app, now).await?
        {
            return Ok(chunk.iter().map(|_| Inserted::AppOfOtherAccount).collect());
        }
        let mut inserted = Vec::with_capacity(chunk.len());
        for candidate in chunk {
            inserted.push(insert_backup(tx.as_mut(), &candidate.backup).await?);
        }
        tx.commit().await?;
        Ok(inserted)
    }
}

/// Selects the backups of a repository that can be imported.
fn select(
    index: usize,
    app_id: AppId,
    stored: StoredBackups,
    deleted: &HashSet<AppBackupId>,
    result: &mut BucketImport,
    candidates: &mut Vec<Candidate>,
) {
    if stored.unrelated > 0 {
        let reason = format!(
            "snapshots that are not backups of this server: {}",
            stored.unrelated
        );
        result.add(NoticeKind::Skipped, Some(app_id), None, reason);
    }
    for stored in stored.backups {
        let id = stored.id;
        if deleted.contains(&id) {
            let reason = "its deletion is queued";
            result.add(NoticeKind::Skipped, Some(app_id), Some(id), reason);
            continue;
        }
        match Candidate::new(index, &result.bucket, app_id, stored) {
            Ok(candidate) => candidates.push(candidate),
            Err(reason) => result.add(NoticeKind::Failed, Some(app_id), Some(id), reason),
        }
    }
}

/// Inserts a backup unless it is known. If its name is taken, it gets a unique one.
async fn insert_backup(tx: &mut dyn StoreTx, backup: &AppBackup) -> Result<Inserted, StoreError> {
    let tx: &mut dyn ResourcesTx<BackupKind> = tx;
    if tx.fetch_resource(backup.account_id, backup.id).await?.is_some() {
        return Ok(Inserted::Known);
    }
    match tx.insert_resource(backup).await {
        Ok(()) => return Ok(Inserted::New),
        Err(StoreError::NameTaken) => {}
        Err(error) => return Err(error),
    }
    let renamed = AppBackup {
        name: backup.name.made_unique(backup.id.as_uuid()),
        ..backup.clone()
    };
    match tx.insert_resource(&renamed).await {
        Ok(()) => Ok(Inserted::Renamed(renamed)),
        Err(StoreError::NameTaken) => Ok(Inserted::NamesTaken(renamed)),
        Err(error) => Err(error),
    }
}

fn record(candidate: &Candidate, inserted: Inserted, result: &mut BucketImport) {
    let backup = &candidate.backup;
    let (app_id, id) = (Some(backup.app_id), Some(backup.id));
    match inserted {
        Inserted::Known => {
            result.known += 1;
            return;
        }
        Inserted::NamesTaken(renamed) => {
            let reason = format!("the names {} and {} are taken", backup.name, renamed.name);
            result.add(NoticeKind::Failed, app_id, id, reason);
            return;
        }
        Inserted::AppOfOtherAccount => {
            let reason = "the app belongs to another account";
            result.add(NoticeKind::Failed, app_id, id, reason);
            return;
        }
        Inserted::Renamed(renamed) => {
            let reason = format!(
                "imported as {}, because the name {} is taken",
                renamed.name, backup.name
            );
            result.add(NoticeKind::Changed, app_id, id, reason);
        }
        Inserted::New => {}
    }
    result.imported += 1;
    if !candidate.has_identity {
        let reason = format!(
            "imported as {} without its name, labels, creator and schedule, which are not stored with it",
            backup.name
        );
        result.add(NoticeKind::Changed, app_id, id, reason);
    }
}

fn undeclared(account_id: AccountId, id: AppId, name: String) -> App {
    App {
        id,
        account_id,
        name,
        volumes: Vec::new(),
        options: AppOptions::default(),
        declared: false,
    }
}
