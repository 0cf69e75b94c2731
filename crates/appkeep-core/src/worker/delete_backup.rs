//! Forgets a deleted backup in its repository and prunes. The resource itself is already gone.

use std::collections::HashSet;

use async_trait::async_trait;

use super::job::Job;
use super::restores::lock_repository;
use super::run::JobRun;
use super::step::StepError;
use crate::engine;
use crate::fail_point;
use crate::ids::{AppBackupId, AppId, BackupKind, BucketId};
use crate::job::{DeleteBackup, JobResult};
use crate::state::ResourceState;
use crate::store::{Finished, Store, StoreError};

/// The number of backups that are read at once.
const ROWS_MAX: u32 = 1000;

#[async_trait]
impl Job for DeleteBackup {
    fn label(&self) -> &'static str {
        "deletion of a backup"
    }

    async fn resource_name(&self, _store: &dyn Store) -> Option<String> {
        self.name.clone()
    }

    fn attempts_max(&self) -> Option<u32> {
        None
    }

    async fn run(&self, run: &JobRun<'_>) -> Result<(), StepError> {
        let found = run
            .deps
            .store
            .fetch_bucket(self.account_id, self.bucket_id)
            .await?;
        let bucket = found
            .ok_or_else(|| StepError::Transient(format!("bucket {} no longer exists", self.bucket_id)))?;
        let request = engine::DeleteBackup {
            bucket,
            app_id: self.app_id,
            backup_id: self.backup_id,
            keep: stored_backups(run.deps.store.as_ref(), self.app_id, self.bucket_id).await?,
        };
        fail_point::pass("delete_backup.begin");
        lock_repository(run, self.app_id).await?;
        run.deps.engine.delete_backup(&request, &run.cancel).await?;
        fail_point::pass("delete_backup.data_deleted");
        run.finish_only(&JobResult::Done).await
    }
}

/// The app's backups in a bucket whose data may be there: all finished ones, unless it was missing.
async fn stored_backups(
    store: &dyn Store,
    app_id: AppId,
    bucket_id: BucketId,
) -> Result<HashSet<AppBackupId>, StoreError> {
    let (mut stored, mut after) = (HashSet::new(), None);
    loop {
        let rows: Vec<Finished<BackupKind>> = store.list_finished(app_id, after, ROWS_MAX).await?;
        let is_stored = |row: &&Finished<BackupKind>| {
            row.bucket_id == Some(bucket_id) && row.state != ResourceState::Removed
        };
        stored.extend(rows.iter().filter(is_stored).map(|row| row.id));
        match rows.last() {
            Some(last) if rows.len() == ROWS_MAX as usize => after = Some(last.id),
            _ => return Ok(stored),
        }
    }
}
