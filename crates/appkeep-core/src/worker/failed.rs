//! What failed, in the words of an operator: names, as far as they are still known.

use super::run::JobRun;
use crate::app_restore::RestoreSource;
use crate::ids::{AccountId, AppId};
use crate::job::JobPayload;

/// A backup, snapshot, restore or delete that failed. What the store can't tell now is empty.
#[derive(Debug, Default)]
pub(super) struct Failed {
    /// What was to be done.
    pub(super) kind: &'static str,
    /// The app's name.
    pub(super) app_name: String,
    /// The app's id.
    pub(super) app_id: String,
    /// The resource's name.
    pub(super) name: String,
    /// The resource's id.
    pub(super) id: String,
}

impl Failed {
    /// What the job was for.
    pub(super) async fn of(run: &JobRun<'_>) -> Self {
        let store = &run.deps.store;
        let payload = &run.job.payload;
        let id = payload.resource().to_string();
        match payload {
            JobPayload::TakeBackup {
                account_id,
                app_id,
                backup_id,
            } => {
                let backup = store.fetch_app_backup(*account_id, *backup_id).await;
                let name = backup
                    .ok()
                    .flatten()
                    .map(|backup| backup.name.as_str().to_owned());
                Self::named("backup", run, *account_id, *app_id, name, id).await
            }
            JobPayload::TakeSnapshot {
                account_id,
                app_id,
                snap_id,
            } => {
                let snap = store.fetch_app_snap(*account_id, *snap_id).await;
                let name = snap.ok().flatten().map(|snap| snap.name.as_str().to_owned());
                Self::named("snapshot", run, *account_id, *app_id, name, id).await
            }
            JobPayload::DeleteBackup {
                account_id,
                app_id,
                name,
                ..
            } => {
                Self::named(
                    "deletion of a backup",
                    run,
                    *account_id,
                    *app_id,
                    name.clone(),
                    id,
                )
                .await
            }
            JobPayload::DeleteSnapshot {
                account_id,
                app_id,
                name,
                ..
            } => match account_id {
                Some(account_id) => {
                    Self::named(
                        "deletion of a snapshot",
                        run,
                        *account_id,
                        *app_id,
                        name.clone(),
                        id,
                    )
                    .await
                }
                None => Self {
                    kind: "deletion of a snapshot",
                    app_id: app_id.to_string(),
                    id,
                    ..Self::default()
                },
            },
            JobPayload::ApplyRetention {
                account_id,
                app_id,
                schedule_id,
                ..
            } => {
                let schedule = store.fetch_schedule(*account_id, *schedule_id).await;
                let name = schedule.ok().flatten().map(|schedule| schedule.name);
                Self::named("retention", run, *account_id, *app_id, name, id).await
            }
            JobPayload::RestoreApp {
                account_id,
                app_id,
                restore_id,
            } => {
                let restore = store.fetch_app_restore(*account_id, *restore_id).await;
                let name = match restore.ok().flatten().map(|restore| restore.source) {
                    Some(RestoreSource::Backup(id)) => {
                        let backup = store.fetch_app_backup(*account_id, id).await;
                        backup
                            .ok()
                            .flatten()
                            .map(|backup| format!("backup {}", backup.name.as_str()))
                    }
                    Some(RestoreSource::Snapshot(id)) => {
                        let snap = store.fetch_app_snap(*account_id, id).await;
                        snap.ok()
                            .flatten()
                            .map(|snap| format!("snapshot {}", snap.name.as_str()))
                    }
                    None => None,
                };
                Self::named("restore", run, *account_id, *app_id, name, id).await
            }
        }
    }

    async fn named(
        kind: &'static str,
        run: &JobRun<'_>,
        account_id: AccountId,
        app_id: AppId,
        name: Option<String>,
        id: String,
    ) -> Self {
        let app = run.deps.store.fetch_app(account_id, app_id).await;
        Self {
            kind,
            app_name: app.ok().flatten().map(|app| app.name).unwrap_or_default(),
            app_id: app_id.to_string(),
            name: name.unwrap_or_default(),
            id,
        }
    }
}
