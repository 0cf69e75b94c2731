//! An engine for jobs that need no data.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use appkeep_core::catalog::{Bucket, SnapshotMode, Volume};
use appkeep_core::engine::{
    AbandonedRestore, BackUpVolumes, BackupReport, BucketSpace, CopyBackup, CreateSnapshot, DeleteBackup,
    Engine, EngineError, ProgressSender, Restore, RestoreReport, SnapshotReport, UnfinishedRestore,
};
use appkeep_core::hook::{HookRun, RunHook};
use appkeep_core::ids::{AppBackupId, AppId, AppRestoreId, AppSnapshotId};
use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

/// Has no data, and records the snapshots that it deletes.
#[derive(Default)]
pub(crate) struct IdleEngine {
    unfinished: Vec<UnfinishedRestore>,
    deleted: Mutex<HashSet<AppSnapshotId>>,
}

impl IdleEngine {
    /// An engine with these unfinished restores.
    pub(crate) fn with_unfinished(unfinished: Vec<UnfinishedRestore>) -> Self {
        Self {
            unfinished,
            ..Self::default()
        }
    }

    /// The ids of the deleted snapshots.
    pub(crate) fn deleted_snapshots(&self) -> HashSet<AppSnapshotId> {
        self.deleted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

#[async_trait]
impl Engine for IdleEngine {
    async fn measure_volumes(
        &self,
        _: &[Volume],
        _: SnapshotMode,
        _: &CancellationToken,
    ) -> Result<u64, EngineError> {
        unreachable!("no job measures volumes")
    }

    async fn create_snapshot(
        &self,
        _: &CreateSnapshot,
        _: &CancellationToken,
    ) -> Result<SnapshotReport, EngineError> {
        unreachable!("no snapshot is created")
    }

    async fn run_hook(&self, _: &RunHook, _: &CancellationToken) -> HookRun {
        unreachable!("no hook runs")
    }

    async fn measure_snapshot(
        &self,
        _: AppId,
        _: AppSnapshotId,
        _: &CancellationToken,
    ) -> Result<u64, EngineError> {
        unreachable!("no snapshot is measured")
    }

    async fn delete_snapshot(&self, _: AppId, id: AppSnapshotId) -> Result<(), EngineError> {
        self.deleted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id);
        Ok(())
    }

    async fn copy_backup(
        &self,
        _: &CopyBackup,
        _: &ProgressSender,
        _: &CancellationToken,
    ) -> Result<BackupReport, EngineError> {
        unreachable!("no backup is created")
    }

    async fn back_up_volumes(
        &self,
        _: &BackUpVolumes,
        _: &ProgressSender,
        _: &CancellationToken,
    ) -> Result<(SnapshotReport, BackupReport), EngineError> {
        unreachable!("no backup is created")
    }

    async fn claim_bucket(&self, _: &Bucket) -> Result<(), EngineError> {
        Ok(())
    }

    async fn measure_bucket(&self, _: &Bucket, _: &CancellationToken) -> Result<BucketSpace, EngineError> {
        Ok(BucketSpace {
            stored_bytes: 0,
            free_bytes: None,
        })
    }

    async fn release_buckets(&self) {}

    async fn delete_backup(&self, _: &DeleteBackup, _: &CancellationToken) -> Result<(), EngineError> {
        Ok(())
    }

    async fn list_backups(
        &self,
        _: &Bucket,
        _: AppId,
        _: &CancellationToken,
    ) -> Result<HashSet<AppBackupId>, EngineError> {
        Ok(HashSet::new())
    }

    async fn list_snapshots(&self, _: AppId) -> Result<HashSet<AppSnapshotId>, EngineError> {
        Ok(HashSet::new())
    }

    async fn restore(
        &self,
        _: &Restore,
        _: &ProgressSender,
        _: &CancellationToken,
    ) -> Result<RestoreReport, EngineError> {
        unreachable!("no restore runs")
    }

    async fn unfinished_restores(&self, _: Option<AppId>) -> Result<Vec<UnfinishedRestore>, EngineError> {
        Ok(self.unfinished.clone())
    }

    async fn finish_restore(&self, _: AppId, _: AppRestoreId) -> Result<Option<RestoreReport>, EngineError> {
        Ok(None)
    }

    async fn discard_restore(&self, _: AppId, _: AppRestoreId) -> Result<(), EngineError> {
        Ok(())
    }

    async fn abandon_restores(&self, _: AppId) -> Result<Vec<AbandonedRestore>, EngineError> {
        Ok(Vec::new())
    }
}
