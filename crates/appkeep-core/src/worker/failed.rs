//! What failed, in the words of an operator: names, as far as they are still known.

use super::run::JobRun;
use crate::app_restore::RestoreSource;
use crate::ids::{AccountId, AppBackupId, AppSnapId};
use crate::job::JobPayload;
use crate::store::Store;

/// A backup, snapshot, restore or delete that failed. What the store can't tell now is empty.
#[derive(Debug, Default)]
pub(super) struct Failed {
    /// What was to be done.
    pub(super) kind: &'static str,
    /// The app's name.
    pub(super) app_name: String,
    /// The app's id.
    pub(super) app_id: String,
    /// The resource's name; of a restore, its source's.
    pub(super) name: String,
    /// The resource's id.
    pub(super) id: String,
}

impl Failed {
    /// What the job was for.
    pub(super) async fn of(run: &JobRun<'_>) -> Self {
        let payload = &run.job.payload;
        let (kind, account_id, app_id) = match payload {
            JobPayload::TakeBackup {
                account_id, app_id, ..
            } => ("backup", Some(*account_id), app_id),
            JobPayload::TakeSnapshot {
                account_id, app_id, ..
            } => ("snapshot", Some(*account_id), app_id),
            JobPayload::DeleteBackup {
                account_id, app_id, ..
            } => ("deletion of a backup", Some(*account_id), app_id),
            JobPayload::DeleteSnapshot {
                account_id, app_id, ..
            } => ("deletion of a snapshot", *account_id, app_id),
            JobPayload::ApplyRetention {
                account_id, app_id, ..
            } => ("retention", Some(*account_id), app_id),
            JobPayload::RestoreApp {
                account_id, app_id, ..
            } => ("restore", Some(*account_id), app_id),
        };
        let app = match account_id {
            Some(account_id) => run.deps.store.fetch_app(account_id, *app_id).await.ok().flatten(),
            None => None,
        };
        Self {
            kind,
            app_name: app.map(|app| app.name).unwrap_or_default(),
            app_id: app_id.to_string(),
            name: name_of(run, payload).await.unwrap_or_default(),
            id: payload.resource().to_string(),
        }
    }
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
