//! The scheduler: checks periodically which schedules are due, and runs them.
//!
//! Its state is in the store. A run and the schedule's next run are written in one transaction, with a
//! compare-and-set on the next run. Several servers, or a server that died in between, therefore run a schedule once.

use tokio_util::sync::CancellationToken;

use super::{POLL_EVERY, WorkerDeps};
use crate::error::Error;
use crate::schedule::{NextRun, ScheduleAction, Scheduled};
use crate::service::{RunOutcome, Service};
use crate::store::StoreError;

/// Runs until `shutdown`; checks the schedules at least once.
pub(super) async fn schedule(deps: WorkerDeps, shutdown: CancellationToken) {
    let service = deps.service();
    loop {
        if let Err(error) = check_schedules(&deps, &service).await {
            tracing::error!(%error, "the schedules can't be checked");
        }
        tokio::select! {
            () = tokio::time::sleep(POLL_EVERY) => {}
            () = shutdown.cancelled() => return,
        }
    }
}

async fn check_schedules(deps: &WorkerDeps, service: &Service) -> Result<(), StoreError> {
    for scheduled in deps.store.list_schedules().await? {
        let schedule = &scheduled.schedule;
        // A failed schedule doesn't block the others. Temporary failures are retried at the next check.
        if let Err(error) = perform(service, &scheduled, scheduled.action(deps.clock.now())).await {
            tracing::error!(schedule.id = %schedule.id, schedule.name, %error, "the schedule did not run");
        }
    }
    Ok(())
}

async fn perform(service: &Service, scheduled: &Scheduled, action: ScheduleAction) -> Result<(), Error> {
    let (id, name) = (scheduled.schedule.id, &scheduled.schedule.name);
    match action {
        ScheduleAction::Wait => Ok(()),
        ScheduleAction::Plan(next) => service.schedule_plan(scheduled, Some(next)).await,
        ScheduleAction::Replan(next) => {
            tracing::warn!(
                schedule.id = %id,
                schedule.name = name,
                "the clock was set back: the schedule restarts from the current time"
            );
            service.schedule_plan(scheduled, Some(next)).await
        }
        ScheduleAction::Run(next) => run(service, scheduled, next).await,
    }
}

async fn run(service: &Service, scheduled: &Scheduled, next: Option<NextRun>) -> Result<(), Error> {
    let (id, name) = (scheduled.schedule.id, &scheduled.schedule.name);
    match service.schedule_run(scheduled, next).await? {
        RunOutcome::Created {
            backup_id,
            snapshot_id,
        } => {
            let backup_id = backup_id.map(tracing::field::display);
            let snapshot_id = snapshot_id.map(tracing::field::display);
            tracing::info!(schedule.id = %id, schedule.name = name, backup.id = backup_id, snapshot.id = snapshot_id, "schedule run");
        }
        RunOutcome::Skipped => tracing::warn!(
            schedule.id = %id,
            schedule.name = name,
            "the schedule's previous run is still in progress: this run is skipped"
        ),
        RunOutcome::NotAdmitted(reason) => tracing::warn!(
            schedule.id = %id,
            schedule.name = name,
            %reason,
            "the schedule's run is skipped: no more work is accepted"
        ),
        RunOutcome::Lost => {
            tracing::debug!(schedule.id = %id, schedule.name = name, "another server ran the schedule");
        }
    }
    Ok(())
}
