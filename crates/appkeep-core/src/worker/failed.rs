//! Warnings about failed jobs, with names if they are still known.

use super::run::JobRun;
use crate::app_restore::RestoreSource;
use crate::ids::{AccountId, AppBackupId, AppSnapId};
use crate::job::JobPayload;
use crate::store::Store;

/// Logs a warning that the job failed, with its reason. The surrounding span identifies the job and the request.
pub(super) async fn report(run: &JobRun<'_>, reason: &str) {
    let payload = &run.job.payload;
    let kind = match payload {
        JobPayload::TakeBackup { .. } => "backup",
        JobPayload::TakeSnapshot { .. } => "snapshot",
        JobPayload::DeleteBackup { .. } => "deletion of a backup",
        JobPayload::DeleteSnapshot { .. } => "deletion of a snapshot",
        JobPayload::ApplyRetention { .. } => "retention",
        JobPayload::RestoreApp { .. } => "restore",
    };
    let app_id = payload.app_id();
    let app = match payload.account_id() {
        Some(account_id) => run.deps.store.fetch_app(account_id, app_id).await.ok().flatten(),
        None => None,
    };
    let name = name_of(run, payload).await;
    tracing::warn!(
        app.name = app.map(|app| app.name),
        app.id = %app_id,
        name,
        id = %payload.resource(),
        job.attempt = run.job.attempt,
        reason,
        "{kind} failed"
    );
}

async fn name_of(run: &JobRun<'_>, payload: &JobPayload) -> Option<String> {
    let store = run.deps.store.as_ref();
    match payload {
        JobPayload::TakeBackup {
            account_id,
            backup_id,
            ..
        } => backup_name(store, *account_id, *backup_id).await,
        JobPayload::TakeSnapshot {
            account_id, snap_id, ..
        } => snap_name(store, *account_id, *snap_id).await,
        JobPayload::DeleteBackup { name, .. } | JobPayload::DeleteSnapshot { name, .. } => name.clone(),
        JobPayload::ApplyRetention {
            account_id,
            schedule_id,
            ..
        } => {
            let schedule = store.fetch_schedule(*account_id, *schedule_id).await.ok()??;
            Some(schedule.name)
        }
        JobPayload::RestoreApp {
            account_id,
            restore_id,
            ..
        } => {
            let restore = store.fetch_app_restore(*account_id, *restore_id).await.ok()??;
            match restore.source {
                RestoreSource::Backup(id) => backup_name(store, *account_id, id).await,
                RestoreSource::Snapshot(id) => snap_name(store, *account_id, id).await,
            }
        }
    }
}

async fn backup_name(store: &dyn Store, account_id: AccountId, id: AppBackupId) -> Option<String> {
    let backup = store.fetch_app_backup(account_id, id).await.ok()??;
    Some(backup.name.as_str().to_owned())
}

async fn snap_name(store: &dyn Store, account_id: AccountId, id: AppSnapId) -> Option<String> {
    let snap = store.fetch_app_snap(account_id, id).await.ok()??;
    Some(snap.name.as_str().to_owned())
}
