//! Deletes what a schedule made and no longer keeps, the way a person does.
//!
//! It is queued when the schedule runs and when something that it made is completed. It may run twice: what is
//! deleted is gone, and what is kept is decided anew.

use std::convert::Infallible;

use super::run::{JobRun, StepError};
use crate::actor::OpContext;
use crate::error::Error;
use crate::ids::{AccountId, AppId, ScheduleId};
use crate::job::{JobEnd, JobPayload};
use crate::retention::expired;
use crate::service::{AppBackupRef, AppSnapRef};
use crate::store::StoreTx;

/// The job: deletes what is too much, and ends.
pub(super) async fn run(
    run: &JobRun<'_>,
    account_id: AccountId,
    app_id: AppId,
    schedule_id: ScheduleId,
) -> Result<(), StepError> {
    let deps = run.deps;
    let found = deps.store.fetch_schedule(account_id, schedule_id).await?;
    // One that is no longer declared has no say any more.
    if let Some(schedule) = found.filter(|schedule| schedule.declared) {
        let service = deps.service();
        let ctx = OpContext::system(account_id);
        let made = deps.store.list_app_backups_made_by(schedule_id).await?;
        for id in expired(&made, &schedule.retention, &schedule.timing) {
            go_on(run)?;
            let wanted = AppBackupRef {
                app_id: Some(app_id),
                id: id.into(),
            };
            let deleted = service.app_backup_delete(&ctx, Ok(account_id), Ok(wanted)).await;
            note("backup", id, deleted)?;
        }
        let made = deps.store.list_app_snaps_made_by(schedule_id).await?;
        for id in expired(&made, &schedule.retention, &schedule.timing) {
            go_on(run)?;
            let wanted = AppSnapRef {
                app_id,
                id: id.into(),
            };
            let deleted = service
                .app_snap_delete_for_app(&ctx, Ok(account_id), Ok(wanted))
                .await;
            note("snapshot", id, deleted)?;
        }
    }
    let tx = run.begin().await?;
    run.finish(tx, JobEnd::Done).await
}

/// Queues the job for the schedule that made something, if one did.
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
    let payload = JobPayload::ApplyRetention {
        account_id,
        app_id,
        schedule_id,
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

/// What is in use stays until the next time, and what is gone is gone.
fn note(what: &str, id: uuid::Uuid, deleted: Result<(), Error<Infallible>>) -> Result<(), StepError> {
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
