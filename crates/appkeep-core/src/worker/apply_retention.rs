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
use crate::authz::{Authorized, Write};
use crate::error::Error;
use crate::ids::{AccountId, AppId, BackupKind, ScheduleId, SnapshotKind};
use crate::job::{ApplyRetention, JobResult};
use crate::retention::{Plan, plan};
use crate::schedule::{Retention, Schedule};
use crate::service::{ManagedKind, ResourceRef, Service};
use crate::store::{Store, StoreTx};

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
        let (account_id, confirmed) = (self.account_id, self.confirmed);
        let store = run.deps.store.as_ref();
        let found = store.fetch_schedule(account_id, self.schedule_id).await?;
        let mut held = Vec::new();
        // A schedule that is no longer in use, or was deleted, deletes nothing.
        if let Some(schedule) = found.filter(|schedule| schedule.enabled) {
            let service = run.deps.service();
            let authorized = service.authorize(OpContext::system(account_id), account_id).await;
            let authorized = authorized.map_err(|error| StepError::Transient(error.to_string()))?;
            let deletion = Deletion {
                run,
                service: &service,
                authorized: &authorized,
                schedule: &schedule,
                confirmed,
            };
            held.extend(deletion.delete_expired::<BackupKind>(&schedule.retention).await?);
            let retention = schedule.retention_of_snapshots();
            held.extend(deletion.delete_expired::<SnapshotKind>(retention).await?);
        }
        let result = if held.is_empty() {
            JobResult::Done
        } else {
            let reason = format!("held until it is confirmed: {}", held.join("; "));
            JobResult::Failed { reason }
        };
        run.finish_only(&result).await
    }
}

/// The deletion of a schedule's expired resources.
struct Deletion<'a> {
    run: &'a JobRun<'a>,
    service: &'a Service,
    authorized: &'a Authorized<Write>,
    schedule: &'a Schedule,
    confirmed: bool,
}

impl Deletion<'_> {
    /// Deletes the expired resources of one kind. Returns the reason if the deletion is held.
    async fn delete_expired<K: ManagedKind>(
        &self,
        retention: &Retention,
    ) -> Result<Option<String>, StepError> {
        let (run, schedule) = (self.run, self.schedule);
        let items = K::of(run.deps.store.as_ref())
            .list_by_schedule(schedule.id)
            .await?;
        let Plan { expired, held } = plan(&items, retention, &schedule.timing, run.deps.clock.now());
        if let Some(hold) = held.filter(|_| !self.confirmed) {
            let kind = K::NAME;
            tracing::warn!(
                schedule.id = %schedule.id,
                schedule.name,
                app.id = %schedule.app_id,
                "retention is held, no {kind}s are deleted: {hold}; if the clock is right, run `appkeep schedule \
                 confirm-retention`"
            );
            return Ok(Some(format!("{kind}s: {hold}")));
        }
        for id in expired {
            if run.cancel.is_cancelled() {
                return Err(StepError::Stopped);
            }
            let request = ResourceRef {
                app_id: Some(schedule.app_id),
                id: id.into(),
            };
            log_deletion(
                K::NAME,
                id,
                self.service.delete::<K>(self.authorized, request).await,
            )?;
        }
        Ok(None)
    }
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
    run.queue(tx, payload, None).await
}

/// Logs the result of a deletion; temporary failures are errors. An item that is in use is kept until the next run,
/// and an item that is already gone is ignored.
fn log_deletion(what: &str, id: Uuid, deleted: Result<(), Error>) -> Result<(), StepError> {
    match deleted {
        Ok(()) => tracing::info!(what, %id, "an expired resource was deleted"),
        Err(Error::ResourceNotFound) => {}
        Err(Error::Unavailable(reason) | Error::Internal(reason)) => {
            return Err(StepError::Transient(reason));
        }
        Err(error) => {
            tracing::info!(what, %id, %error, "an expired resource could not be deleted yet");
        }
    }
    Ok(())
}
