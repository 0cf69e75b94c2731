//! Deletes the expired backups and snapshots of a schedule, with the operations that clients use.
//!
//! The job is queued when the schedule runs and when a backup or snapshot of the schedule is completed. It may run
//! twice: each run makes a new decision. If a deletion is held, the job is finished as failed, so that lists of jobs
//! and metrics show it.

use async_trait::async_trait;
use uuid::Uuid;

use super::job::Job;
use super::run::JobRun;
use super::step::StepError;
use crate::actor::OpContext;
use crate::error::Error;
use crate::ids::{AccountId, AppId, BackupKind, ScheduleId, SnapshotKind};
use crate::job::{ApplyRetention, JobResult};
use crate::retention::{Plan, RetentionItem, plan};
use crate::schedule::Schedule;
use crate::service::ResourceRef;
use crate::store::{Store, StoreTx, StoredKind};

#[async_trait]
impl Job for ApplyRetention {
    fn label(&self) -> &'static str {
        "retention"
    }

    async fn resource_name(&self, store: &dyn Store) -> Option<String> {
        let found = store.fetch_schedule(self.account_id, self.schedule_id).await;
        Some(found.ok()??.name)
    }

    async fn run(&self, run: &JobRun<'_>) -> Result<(), StepError> {
        let (account_id, app_id, confirmed) = (self.account_id, self.app_id, self.confirmed);
        let store = run.deps.store.as_ref();
        let found = store.fetch_schedule(account_id, self.schedule_id).await?;
        let mut held = Vec::new();
        // A schedule that is no longer declared deletes nothing.
        if let Some(schedule) = found.filter(|schedule| schedule.declared) {
            let service = run.deps.service();
            let authorized = service.authorize(OpContext::system(account_id), account_id).await;
            let authorized = authorized.map_err(|error| StepError::Transient(error.to_string()))?;
            let made = BackupKind::of(store).list_by_schedule(self.schedule_id).await?;
            for id in to_delete(run, &schedule, "backups", &made, confirmed, &mut held) {
                go_on(run)?;
                let request = ResourceRef {
                    app_id: Some(app_id),
                    id: id.into(),
                };
                let deleted = service.app_backup_delete(&authorized, request).await;
                note("backup", id, deleted)?;
            }
            let made = SnapshotKind::of(store).list_by_schedule(self.schedule_id).await?;
            for id in to_delete(run, &schedule, "snapshots", &made, confirmed, &mut held) {
                go_on(run)?;
                let request = ResourceRef {
                    app_id: Some(app_id),
                    id: id.into(),
                };
                let deleted = service.app_snap_delete_for_app(&authorized, request).await;
                note("snapshot", id, deleted)?;
            }
        }
        let result = if held.is_empty() {
            JobResult::Done
        } else {
            let reason = format!("held until it is confirmed: {}", held.join("; "));
            JobResult::Failed { reason }
        };
        let tx = run.begin().await?;
        run.finish(tx, result).await
    }
}

/// The items to delete; none if the deletion is held.
fn to_delete(
    run: &JobRun<'_>,
    schedule: &Schedule,
    kind: &str,
    made: &[RetentionItem],
    confirmed: bool,
    reasons: &mut Vec<String>,
) -> Vec<Uuid> {
    let Plan { expired, held } = plan(made, &schedule.retention, &schedule.timing, run.deps.clock.now());
    let Some(hold) = held.filter(|_| !confirmed) else {
        return expired;
    };
    tracing::warn!(
        schedule.id = %schedule.id,
        schedule.name,
        app.id = %schedule.app_id,
        "retention is held, no {kind} are deleted: {hold}; if the clock is right, run `appkeep schedule \
         confirm-retention`"
    );
    reasons.push(format!("{kind}: {hold}"));
    Vec::new()
}

/// Queues the retention job for the schedule that created a backup or snapshot, if there is one.
pub(super) async fn queue(
    run: &JobRun<'_>,
    tx: &mut dyn StoreTx,
    account_id: AccountId,
    app_id: AppId,
    schedule_id: Option<ScheduleId>,
) -> Result<(), StepError> {
    let Some(schedule_id) = schedule_id else {
        return Ok(());
    };
    let payload = ApplyRetention {
        account_id,
        app_id,
        schedule_id,
        confirmed: false,
    };
    run.queue(tx, payload).await
}

fn go_on(run: &JobRun<'_>) -> Result<(), StepError> {
    if run.cancel.is_cancelled() {
        Err(StepError::Stopped)
    } else {
        Ok(())
    }
}

/// Logs the result of a deletion; temporary failures are errors. An item that is in use is kept until the next run,
/// and an item that is already gone is ignored.
fn note(what: &str, id: Uuid, deleted: Result<(), Error>) -> Result<(), StepError> {
    match deleted {
        Ok(()) => tracing::info!(what, %id, "deleted, because its schedule no longer keeps it"),
        Err(Error::ResourceNotFound) => {}
        Err(Error::Unavailable(reason) | Error::Internal(reason)) => {
            return Err(StepError::Transient(reason));
        }
        Err(error) => {
            tracing::info!(what, %id, %error, "not deleted yet, though its schedule no longer keeps it");
        }
    }
    Ok(())
}
