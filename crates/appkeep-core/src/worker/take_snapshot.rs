//! Takes a snapshot: finds out that all volumes can be read, copies them, and says so.

use tokio::sync::watch;

use super::apply_retention;
use super::run::{JobRun, StepError};
use crate::app_snap::AppSnap;
use crate::engine::{Progress, TakeSnapshot};
use crate::fail_point;
use crate::ids::{AccountId, AppSnapId, SubjectId};
use crate::job::JobEnd;
use crate::state::ResourceState;

/// The job: takes the snapshot and ends.
pub(super) async fn run(
    run: &JobRun<'_>,
    account_id: AccountId,
    snap_id: AppSnapId,
) -> Result<(), StepError> {
    let snap = take(run, account_id, snap_id).await?;
    let mut tx = run.begin().await?;
    apply_retention::queue(run, tx.as_mut(), account_id, snap.app_id, snap.schedule_id).await?;
    run.finish(tx, JobEnd::Done).await
}

/// The step: makes the snapshot completed, whatever an earlier try left.
pub(super) async fn take(
    run: &JobRun<'_>,
    account_id: AccountId,
    snap_id: AppSnapId,
) -> Result<AppSnap, StepError> {
    let snap = run
        .deps
        .store
        .fetch_app_snap(account_id, snap_id)
        .await?
        .ok_or(StepError::Gone)?;
    if snap.state == ResourceState::Completed {
        return Ok(snap);
    }
    let app = run
        .deps
        .store
        .fetch_app(account_id, snap.app_id)
        .await?
        .ok_or_else(|| StepError::Permanent(vec![format!("app {} is gone", snap.app_id)]))?;
    let snap = advance(run, snap, ResourceState::Discovering).await?;
    fail_point::pass("take_snapshot.discovering");
    run.deps.engine.measure_volumes(&app.volumes, &run.cancel).await?;
    let mut snap = advance(run, snap, ResourceState::Running).await?;
    fail_point::pass("take_snapshot.running");
    let taken_at = run.deps.clock.now();
    let request = TakeSnapshot {
        app_id: snap.app_id,
        snap_id,
        volumes: app.volumes,
    };
    let (progress, _) = watch::channel(Progress::default());
    run.deps
        .engine
        .take_snapshot(&request, &progress, &run.cancel)
        .await?;
    fail_point::pass("take_snapshot.copied");
    snap.complete(taken_at, run.deps.clock.now());
    update(run, snap).await
}

/// Ends the job as failed, and the snapshot with it.
pub(super) async fn fail(
    run: &JobRun<'_>,
    account_id: AccountId,
    snap_id: AppSnapId,
    reasons: &[String],
) -> Result<(), StepError> {
    let mut tx = run.begin().await?;
    if let Some(mut snap) = tx.fetch_app_snap(account_id, snap_id).await? {
        snap.fail(reasons, run.deps.clock.now());
        tx.update_app_snap(&snap).await?;
    }
    run.finish(
        tx,
        JobEnd::Failed {
            reason: reasons.join("; "),
        },
    )
    .await
}

/// Moves the snapshot on; one that is further already (an earlier try) stays.
async fn advance(run: &JobRun<'_>, mut snap: AppSnap, next: ResourceState) -> Result<AppSnap, StepError> {
    if snap.state == next || !snap.state.may_become(next) {
        return Ok(snap);
    }
    snap.state = next;
    snap.metadata.changed(SubjectId::SYSTEM, run.deps.clock.now());
    update(run, snap).await
}

async fn update(run: &JobRun<'_>, mut snap: AppSnap) -> Result<AppSnap, StepError> {
    let mut tx = run.begin().await?;
    if !tx.update_app_snap(&snap).await? {
        return Err(StepError::Gone);
    }
    tx.commit().await?;
    snap.generation += 1;
    Ok(snap)
}
