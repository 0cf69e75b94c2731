//! Creates a backup: creates or uses a snapshot, measures it, copies it into the bucket, and records the result.
//!
//! Steps: `discovering` (a snapshot is created unless the backup names one, then its size is measured), `running`
//! (bytes are copied), `completed`. Only [`live_backup`] reads the volumes themselves.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use tokio::sync::watch;

use super::job::{Job, Setback, name_of, record_setback, update};
use super::run::JobRun;
use super::step::StepError;
use super::{apply_retention, create_snapshot, hooks, live_backup, progress};
use crate::app_backup::AppBackup;
use crate::app_snapshot::{AppSnapshot, SnapshotDetails};
use crate::engine::{BackupReport, CopyBackup, EngineError, Progress};
use crate::fail_point;
use crate::identity::BackupIdentity;
use crate::ids::{AccountId, AppBackupId, AppSnapshotId, SnapshotKind, SubjectId};
use crate::job::{CreateBackup, JobResult};
use crate::resource::CreateResource;
use crate::service::ManagedKind;
use crate::state::ResourceState;
use crate::store::{Store, StoreError, StoreTx, transact};

#[async_trait]
impl Job for CreateBackup {
    fn label(&self) -> &'static str {
        "backup"
    }

    async fn resource_name(&self, store: &dyn Store) -> Option<String> {
        name_of(store, self.account_id, self.backup_id).await
    }

    async fn run(&self, run: &JobRun<'_>) -> Result<(), StepError> {
        let (account_id, backup_id) = (self.account_id, self.backup_id);
        let found = run.deps.store.fetch_resource(account_id, backup_id).await?;
        let Some(backup) = found else {
            self.release(run).await?;
            return Err(StepError::Gone);
        };
        if !backup.state.is_in_progress() {
            return run.finish_only(&JobResult::Done).await;
        }
        fail_point::pass("create_backup.begin");
        let backup = discover(run, backup).await?;
        fail_point::pass("create_backup.discovering");
        let (backup, snapshot_id) = name_snapshot(run, backup).await?;
        if let Some(snapshot) = live_backup::snapshot_of(run, &backup, snapshot_id).await? {
            return live_backup::create(run, backup, snapshot).await;
        }
        let snapshot = create_own_snapshot(run, &backup, snapshot_id).await?;
        fail_point::pass("create_backup.snapshot_created");
        let backup = measure(run, backup, &snapshot).await?;
        fail_point::pass("create_backup.running");
        let copied = copy(run, &backup, &snapshot).await?;
        fail_point::pass("create_backup.copied");
        run.leave(backup_id.as_uuid(), ResourceState::Running).await?;
        transact(|| complete(run, account_id, backup_id, &snapshot, &copied)).await
    }

    async fn release(&self, run: &JobRun<'_>) -> Result<(), StepError> {
        let snapshots = run
            .begin()
            .await?
            .list_temporary_snapshots(self.backup_id)
            .await?;
        let is_quiesced = |snapshot: &&AppSnapshot| {
            snapshot.state.is_in_progress() && snapshot.details.node.as_ref() == Some(&run.deps.node)
        };
        for snapshot in snapshots.iter().filter(is_quiesced) {
            hooks::release(run, self.account_id, snapshot.app_id, snapshot.id).await?;
        }
        Ok(())
    }

    async fn record(&self, tx: &mut dyn StoreTx, setback: &Setback) -> Result<(), StoreError> {
        record_setback(tx, self.account_id, self.backup_id, setback).await
    }

    async fn on_failure(&self, run: &JobRun<'_>, setback: &Setback) -> Result<Box<dyn StoreTx>, StepError> {
        let mut tx = run.begin().await?;
        if let Some(mut backup) = tx.fetch_resource(self.account_id, self.backup_id).await? {
            if let Some(snapshot_id) = backup.details.snapshot_id
                && let Some(snapshot) = tx.fetch_resource(self.account_id, snapshot_id).await?
            {
                backup.inherit_from(&snapshot);
            }
            backup.fail(&setback.reasons, setback.now);
            tx.update_resource(&backup).await?;
        }
        delete_own_snapshots(run, tx.as_mut(), self.backup_id).await?;
        Ok(tx)
    }

    async fn on_cancelled(&self, run: &JobRun<'_>, tx: &mut dyn StoreTx) -> Result<(), StepError> {
        delete_own_snapshots(run, tx, self.backup_id).await
    }
}

/// Deletes the snapshots that were created only for this backup.
async fn delete_own_snapshots(
    run: &JobRun<'_>,
    tx: &mut dyn StoreTx,
    backup_id: AppBackupId,
) -> Result<(), StepError> {
    for snapshot in tx.list_temporary_snapshots(backup_id).await? {
        if !tx.delete_resource(snapshot.id, snapshot.generation).await? {
            return Err(StepError::Transient(format!("snapshot {} changed", snapshot.id)));
        }
        let node = SnapshotKind::node(&snapshot);
        run.queue(tx, SnapshotKind::delete_job(&snapshot), node).await?;
    }
    Ok(())
}

async fn discover(run: &JobRun<'_>, mut backup: AppBackup) -> Result<AppBackup, StepError> {
    if backup.state == ResourceState::Pending {
        run.leave(backup.id.as_uuid(), ResourceState::Pending).await?;
        backup.start(run.deps.clock.now());
        return update(run, backup).await;
    }
    Ok(backup)
}

/// Returns the snapshot that the backup names, or else inserts its own.
async fn name_snapshot(
    run: &JobRun<'_>,
    mut backup: AppBackup,
) -> Result<(AppBackup, AppSnapshotId), StepError> {
    discard_snapshots_of_other_nodes(run, &mut backup).await?;
    let snapshot_id = if let Some(snapshot_id) = backup.details.snapshot_id {
        snapshot_id
    } else {
        let snapshot_id = AppSnapshotId::new(run.deps.ids.next_id());
        backup.details.snapshot_id = Some(snapshot_id);
        backup.metadata.changed(SubjectId::SYSTEM, run.deps.clock.now());
        insert_own_snapshot(run, &backup, snapshot_id).await?;
        backup.generation += 1;
        fail_point::pass("create_backup.snapshot_named");
        snapshot_id
    };
    Ok((backup, snapshot_id))
}

/// Completes the snapshot that the backup reads from.
async fn create_own_snapshot(
    run: &JobRun<'_>,
    backup: &AppBackup,
    snapshot_id: AppSnapshotId,
) -> Result<AppSnapshot, StepError> {
    create_snapshot::create(run, backup.account_id, snapshot_id)
        .await
        .map_err(|error| match error {
            // A missing snapshot fails the backup, unless the backup itself was deleted.
            StepError::Gone if !run.cancel.is_cancelled() => {
                StepError::Permanent(vec![format!("snapshot {snapshot_id} no longer exists")])
            }
            error => error,
        })
}

/// Replaces the snapshot that an earlier run created for this backup on another node: only that node can read it.
async fn discard_snapshots_of_other_nodes(run: &JobRun<'_>, backup: &mut AppBackup) -> Result<(), StepError> {
    if backup.details.snapshot_id.is_none() {
        return Ok(());
    }
    let changed = transact(|| discard_snapshots(run, backup)).await?;
    if let Some(changed) = changed {
        *backup = changed;
    }
    Ok(())
}

/// Returns the changed backup, if any snapshot was discarded.
async fn discard_snapshots(run: &JobRun<'_>, backup: &AppBackup) -> Result<Option<AppBackup>, StepError> {
    let mut tx = run.begin().await?;
    let snapshots = tx.list_temporary_snapshots(backup.id).await?;
    let is_here = |snapshot: &AppSnapshot| {
        let node = snapshot.details.node.as_ref();
        node.is_none_or(|node| *node == run.deps.node)
    };
    if snapshots.iter().all(is_here) {
        return Ok(None);
    }
    delete_own_snapshots(run, tx.as_mut(), backup.id).await?;
    let mut changed = backup.clone();
    changed.details.snapshot_id = None;
    // The new snapshot is measured again.
    changed.details.total_bytes = None;
    if !tx.update_resource(&changed).await? {
        return Err(StepError::Gone);
    }
    tx.commit().await?;
    changed.generation += 1;
    Ok(Some(changed))
}

async fn insert_own_snapshot(
    run: &JobRun<'_>,
    backup: &AppBackup,
    snapshot_id: AppSnapshotId,
) -> Result<(), StepError> {
    let now = run.deps.clock.now();
    let request = CreateResource {
        app_id: backup.app_id,
        name: None,
        labels: Vec::new(),
    };
    let details = SnapshotDetails {
        made_for: Some(backup.id),
        node: Some(run.deps.node.clone()),
    };
    let by = backup.metadata.created_by;
    let snapshot = AppSnapshot::pending(snapshot_id, backup.account_id, request, details, by, now);
    transact(|| async {
        let mut tx = run.begin().await?;
        tx.insert_resource(&snapshot).await?;
        if !tx.update_resource(backup).await? {
            return Err(StepError::Gone);
        }
        Ok(tx.commit().await?)
    })
    .await
}

async fn measure(
    run: &JobRun<'_>,
    backup: AppBackup,
    snapshot: &AppSnapshot,
) -> Result<AppBackup, StepError> {
    if backup.state == ResourceState::Running && backup.details.total_bytes.is_some() {
        return Ok(backup);
    }
    run.leave(backup.id.as_uuid(), ResourceState::Discovering).await?;
    let total_bytes = run
        .deps
        .engine
        .measure_snapshot(snapshot.app_id, snapshot.id, &run.cancel)
        .await?;
    begin_copy(run, backup, snapshot, total_bytes).await
}

/// Moves the backup to `running`, with the total size of its data.
pub(super) async fn begin_copy(
    run: &JobRun<'_>,
    mut backup: AppBackup,
    snapshot: &AppSnapshot,
    total_bytes: u64,
) -> Result<AppBackup, StepError> {
    backup.state = ResourceState::Running;
    backup.details.total_bytes = Some(total_bytes);
    backup.inherit_from(snapshot);
    backup.record_progress(0, run.deps.clock.now());
    update(run, backup).await
}

/// Copies the snapshot into the bucket.
async fn copy(
    run: &JobRun<'_>,
    backup: &AppBackup,
    snapshot: &AppSnapshot,
) -> Result<BackupReport, StepError> {
    let snapshot_time = snapshot.snapshot_time.unwrap_or(snapshot.metadata.created_at);
    let request = copy_request(run, backup, snapshot.id, snapshot_time).await?;
    let (sender, progress) = watch::channel(Progress::default());
    let copying = run.deps.engine.copy_backup(&request, &sender, &run.cancel);
    recording_progress(run, backup, progress, copying).await
}

/// The request to copy a snapshot into the backup's bucket.
pub(super) async fn copy_request(
    run: &JobRun<'_>,
    backup: &AppBackup,
    snapshot_id: AppSnapshotId,
    snapshot_time: DateTime<Utc>,
) -> Result<CopyBackup, StepError> {
    let store = &run.deps.store;
    let bucket = store
        .fetch_bucket(backup.account_id, backup.details.bucket_id)
        .await?
        .ok_or_else(|| {
            StepError::Permanent(vec![format!(
                "bucket {} no longer exists",
                backup.details.bucket_id
            )])
        })?;
    let app = store.fetch_app(backup.account_id, backup.app_id).await?;
    let app_name = app.map_or_else(|| backup.app_id.to_string(), |app| app.name);
    Ok(CopyBackup {
        bucket,
        app_id: backup.app_id,
        backup_id: backup.id,
        snapshot_id,
        identity: BackupIdentity::new(backup, &app_name, snapshot_time),
    })
}

/// Waits for the engine, and records the progress of the backup.
pub(super) async fn recording_progress<T>(
    run: &JobRun<'_>,
    backup: &AppBackup,
    progress: watch::Receiver<Progress>,
    copying: impl Future<Output = Result<T, EngineError>>,
) -> Result<T, StepError> {
    let record = |progress: Progress| record_progress(run, backup, progress.bytes_done);
    progress::recorded(run, progress, record, copying).await
}

async fn record_progress(run: &JobRun<'_>, backup: &AppBackup, bytes_done: u64) -> Result<(), StepError> {
    let mut tx = run.begin().await?;
    let found = tx.fetch_resource(backup.account_id, backup.id).await?;
    let mut now = found.ok_or(StepError::Gone)?;
    if now.record_progress(bytes_done, run.deps.clock.now()) {
        tx.update_resource(&now).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Completes the backup with the results of its snapshot, which is deleted if it was created only for this backup.
pub(super) async fn complete(
    run: &JobRun<'_>,
    account_id: AccountId,
    backup_id: AppBackupId,
    snapshot: &AppSnapshot,
    copied: &BackupReport,
) -> Result<(), StepError> {
    let mut tx = run.begin().await?;
    let found = tx.fetch_resource(account_id, backup_id).await?;
    let mut backup = found.ok_or(StepError::Gone)?;
    let snapshot_time = snapshot.snapshot_time.unwrap_or(snapshot.metadata.created_at);
    backup.inherit_from(snapshot);
    backup.complete(copied, snapshot_time, run.deps.clock.now());
    if !tx.update_resource(&backup).await? {
        return Err(StepError::Gone);
    }
    delete_own_snapshots(run, tx.as_mut(), backup_id).await?;
    apply_retention::queue(run, tx.as_mut(), account_id, backup.app_id, backup.schedule_id).await?;
    run.finish(tx, &JobResult::Done).await
}
