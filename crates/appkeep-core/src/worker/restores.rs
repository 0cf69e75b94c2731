//! The steps that restores in place and to directories have in common.

use tokio::sync::watch;

use super::job::{Setback, name_of};
use super::progress;
use super::run::JobRun;
use super::step::StepError;
use crate::app_restore::{AppRestore, RestoreSource};
use crate::engine::{Progress, Restore, RestoreData, RestoreReport};
use crate::ids::{AccountId, AppId, AppRestoreId};
use crate::job::repository_key;
use crate::store::{Store, StoreError, StoreTx, transact};

/// The name of the backup or snapshot that a restore reads.
pub(super) async fn source_name(
    store: &dyn Store,
    account_id: AccountId,
    restore_id: AppRestoreId,
) -> Option<String> {
    let restore = store.fetch_app_restore(account_id, restore_id).await;
    match restore.ok()??.source {
        RestoreSource::Backup(id) => name_of(store, account_id, id).await,
        RestoreSource::Snapshot(id) => name_of(store, account_id, id).await,
    }
}

/// Excludes deletions from the repository that a restore reads until the run finishes: the job doesn't have the exclusive
/// key of the source's app.
pub(super) async fn lock_source(run: &JobRun<'_>, restore: &AppRestore) -> Result<(), StepError> {
    match restore.source {
        RestoreSource::Backup(_) => lock_repository(run, restore.source_app_id).await,
        RestoreSource::Snapshot(_) => Ok(()),
    }
}

/// Excludes other jobs that delete from the repository of an app, or read it without the app's exclusive key, until the
/// run finishes.
pub(super) async fn lock_repository(run: &JobRun<'_>, app_id: AppId) -> Result<(), StepError> {
    if run.set_step_key(Some(&repository_key(app_id))).await? {
        return Ok(());
    }
    let reason = "another job reads the repository or deletes from it";
    Err(StepError::Postponed(reason.to_owned()))
}

/// Marks the restore as running on this node, with the total size of its data if it is known.
pub(super) async fn begin(run: &JobRun<'_>, mut restore: AppRestore) -> Result<AppRestore, StepError> {
    let total_bytes = total_bytes(run, &restore).await?;
    let now = run.deps.clock.now();
    restore.begin(&run.deps.node, now);
    restore.record_progress(0, total_bytes, now);
    transact(|| async {
        let mut tx = run.begin().await?;
        // The journal will be on this node.
        if !tx.update_job_node(&run.claimed.lease, &run.deps.node).await? {
            return Err(StepError::LeaseLost);
        }
        if !tx.update_app_restore(&restore).await? {
            return Err(StepError::Gone);
        }
        Ok(tx.commit().await?)
    })
    .await?;
    restore.generation += 1;
    Ok(restore)
}

/// The size of all data of the source. If the source can't be read, the restore fails later, or doesn't need it.
async fn total_bytes(run: &JobRun<'_>, restore: &AppRestore) -> Result<Option<u64>, StepError> {
    let is_part = restore
        .target
        .as_ref()
        .is_some_and(|target| !target.include.is_empty());
    if is_part || restore.total_bytes.is_some() {
        return Ok(None);
    }
    match restore.source {
        RestoreSource::Backup(id) => {
            let backup = run.deps.store.fetch_resource(restore.account_id, id).await?;
            Ok(backup.and_then(|backup| backup.details.total_bytes))
        }
        RestoreSource::Snapshot(id) => {
            let measured = run
                .deps
                .engine
                .measure_snapshot(restore.source_app_id, id, &run.cancel)
                .await;
            Ok(measured.ok())
        }
    }
}

/// The data of a restore's source.
pub(super) async fn data_of(run: &JobRun<'_>, restore: &AppRestore) -> Result<RestoreData, StepError> {
    let (store, account_id) = (&run.deps.store, restore.account_id);
    let gone = |what: String| StepError::Permanent(vec![format!("{what} no longer exists")]);
    match restore.source {
        RestoreSource::Snapshot(snapshot_id) => Ok(RestoreData::Snapshot(snapshot_id)),
        RestoreSource::Backup(backup_id) => {
            let backup = store.fetch_resource(account_id, backup_id).await?;
            let backup = backup.ok_or_else(|| gone(format!("backup {backup_id}")))?;
            let bucket = store.fetch_bucket(account_id, backup.details.bucket_id).await?;
            let bucket = bucket.ok_or_else(|| gone(format!("bucket {}", backup.details.bucket_id)))?;
            Ok(RestoreData::Backup { bucket, backup_id })
        }
    }
}

/// Performs a restore, and records its progress.
pub(super) async fn perform(
    run: &JobRun<'_>,
    restore: &AppRestore,
    request: &Restore,
) -> Result<RestoreReport, StepError> {
    let (sender, receiver) = watch::channel(Progress::default());
    let record = |progress: Progress| record_progress(run, restore, progress);
    let restoring = run.deps.engine.restore(request, &sender, &run.cancel);
    progress::recorded(run, receiver, record, restoring).await
}

async fn record_progress(
    run: &JobRun<'_>,
    restore: &AppRestore,
    progress: Progress,
) -> Result<(), StepError> {
    let mut tx = run.begin().await?;
    let found = tx.fetch_app_restore(restore.account_id, restore.id).await?;
    let mut restore = found.ok_or(StepError::Gone)?;
    if restore.record_progress(progress.bytes_done, progress.bytes_total, run.deps.clock.now()) {
        tx.update_app_restore_progress(&restore).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Records a setback in a restore that is in progress.
pub(super) async fn record_setback(
    tx: &mut dyn StoreTx,
    account_id: AccountId,
    restore_id: AppRestoreId,
    setback: &Setback,
) -> Result<(), StoreError> {
    let found = tx.fetch_app_restore(account_id, restore_id).await?;
    if let Some(mut restore) = found.filter(|restore| restore.state.is_in_progress()) {
        if setback.is_final {
            restore.fail(&setback.reasons, setback.now);
        } else if restore.reasons != setback.reasons {
            restore.record_delay(&setback.reasons, setback.now);
        } else {
            return Ok(());
        }
        tx.update_app_restore(&restore).await?;
    }
    Ok(())
}

/// Notes about data that was not restored exactly.
pub(super) fn notes(report: RestoreReport) -> Vec<String> {
    let untouched = report.untouched.iter();
    let untouched =
        untouched.map(|name| format!("the volume {name} was not changed: the source doesn't contain it"));
    let left = report.left.iter();
    let left = left.map(|path| format!("old data could not be deleted: {}", path.display()));
    let notes: Vec<_> = untouched.chain(left).collect();
    notes.into_iter().chain(report.notes).collect()
}
