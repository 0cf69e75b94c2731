//! Creates a snapshot: checks that all volumes are readable, copies them between the app's hooks, and records the
//! result.

use async_trait::async_trait;

use super::apply_retention;
use super::hooks::{self, HookWindow};
use super::job::{Job, Setback, check_declared, name_of, record_setback, undeclared_here, update};
use super::run::JobRun;
use super::step::StepError;
use crate::app_restore::{RestoreState, UNFINISHED};
use crate::app_snapshot::AppSnapshot;
use crate::catalog::{App, SnapshotMode};
use crate::engine::{self, SnapshotReport};
use crate::fail_point;
use crate::ids::{AccountId, AppSnapshotId, SnapshotKind};
use crate::job::{CreateSnapshot, JobResult};
use crate::service::ManagedKind;
use crate::state::ResourceState;
use crate::store::{Store, StoreError, StoreTx, transact};

#[async_trait]
impl Job for CreateSnapshot {
    fn label(&self) -> &'static str {
        "snapshot"
    }

    async fn resource_name(&self, store: &dyn Store) -> Option<String> {
        name_of(store, self.account_id, self.snapshot_id).await
    }

    async fn run(&self, run: &JobRun<'_>) -> Result<(), StepError> {
        let found = run
            .deps
            .store
            .fetch_resource(self.account_id, self.snapshot_id)
            .await?;
        if found.is_none() {
            self.release(run).await?;
            return Err(StepError::Gone);
        }
        let snapshot = create(run, self.account_id, self.snapshot_id).await?;
        transact(|| async {
            let mut tx = run.begin().await?;
            apply_retention::queue(
                run,
                tx.as_mut(),
                self.account_id,
                snapshot.app_id,
                snapshot.schedule_id,
            )
            .await?;
            run.finish(tx, &JobResult::Done).await
        })
        .await
    }

    async fn release(&self, run: &JobRun<'_>) -> Result<(), StepError> {
        hooks::release(run, self.account_id, self.app_id, self.snapshot_id).await
    }

    async fn record(&self, tx: &mut dyn StoreTx, setback: &Setback) -> Result<(), StoreError> {
        record_setback(tx, self.account_id, self.snapshot_id, setback).await
    }
}

/// The step: completes the snapshot, regardless of the state in which an earlier attempt left it.
pub(super) async fn create(
    run: &JobRun<'_>,
    account_id: AccountId,
    snapshot_id: AppSnapshotId,
) -> Result<AppSnapshot, StepError> {
    let snapshot = run
        .deps
        .store
        .fetch_resource(account_id, snapshot_id)
        .await?
        .ok_or(StepError::Gone)?;
    if snapshot.state == ResourceState::Completed {
        return Ok(snapshot);
    }
    let prepared = prepare(run, snapshot, SnapshotMode::Auto).await?;
    copy(run, prepared.snapshot, &prepared.app).await
}

/// A snapshot whose volumes can be read.
pub(super) struct Prepared {
    pub(super) snapshot: AppSnapshot,
    pub(super) app: App,
    /// The total size of the volumes' files.
    pub(super) bytes: u64,
}

/// Checks that the app's volumes can be read now, and measures them. If they can't, the app is released.
pub(super) async fn prepare(
    run: &JobRun<'_>,
    snapshot: AppSnapshot,
    mode: SnapshotMode,
) -> Result<Prepared, StepError> {
    let (account_id, snapshot_id) = (snapshot.account_id, snapshot.id);
    let app = run.app(account_id, snapshot.app_id).await?;
    let app = app.ok_or_else(|| undeclared_here(run, snapshot.app_id))?;
    let checked = match check_declared(&app) {
        Ok(()) => check_not_restoring(run, &app).await,
        undeclared => undeclared,
    };
    match checked {
        Err(error @ StepError::Permanent(_)) => {
            hooks::release(run, account_id, app.id, snapshot_id).await?;
            return Err(error);
        }
        checked => checked?,
    }
    let snapshot = take_over(run, snapshot).await?;
    match discover(run, snapshot, &app, mode).await {
        Ok((snapshot, bytes)) => Ok(Prepared { snapshot, app, bytes }),
        Err(error @ StepError::LeaseLost) => Err(error),
        Err(error) => {
            hooks::release(run, account_id, app.id, snapshot_id).await?;
            Err(error)
        }
    }
}

/// Makes this node the one that holds the snapshot's data; this is stored with the next state. Incomplete data of an
/// earlier attempt on another node is deleted there.
async fn take_over(run: &JobRun<'_>, mut snapshot: AppSnapshot) -> Result<AppSnapshot, StepError> {
    let node = &run.deps.node;
    let previous = snapshot.details.node.replace(node.clone());
    if previous.as_ref().is_none_or(|previous| previous == node) {
        return Ok(snapshot);
    }
    transact(|| async {
        let mut tx = run.begin().await?;
        let delete = SnapshotKind::delete_job(&snapshot);
        run.queue(tx.as_mut(), delete, previous.clone()).await?;
        if !tx.update_resource(&snapshot).await? {
            return Err(StepError::Gone);
        }
        Ok(tx.commit().await?)
    })
    .await?;
    snapshot.generation += 1;
    Ok(snapshot)
}

/// Checks that no started restore is unfinished: the volumes may hold old and new data.
async fn check_not_restoring(run: &JobRun<'_>, app: &App) -> Result<(), StepError> {
    let latest = run
        .deps
        .store
        .fetch_latest_app_restore(app.account_id, app.id)
        .await?;
    match latest.map(|latest| latest.state) {
        Some(RestoreState::Running) => Err(StepError::Postponed("the app is being restored".to_owned())),
        Some(RestoreState::Interrupted) => Err(StepError::Permanent(vec![UNFINISHED.to_owned()])),
        _ => Ok(()),
    }
}

/// Checks that all volumes are readable, and returns the total size of their files.
async fn discover(
    run: &JobRun<'_>,
    snapshot: AppSnapshot,
    app: &App,
    mode: SnapshotMode,
) -> Result<(AppSnapshot, u64), StepError> {
    let snapshot = advance(run, snapshot, ResourceState::Discovering).await?;
    fail_point::pass("create_snapshot.discovering");
    let engine = &run.deps.engine;
    let bytes = engine.measure_volumes(&app.volumes, mode, &run.cancel).await?;
    Ok((snapshot, bytes))
}

/// Copies the volumes between the app's hooks, and records the results.
async fn copy(run: &JobRun<'_>, snapshot: AppSnapshot, app: &App) -> Result<AppSnapshot, StepError> {
    let mut snapshot = advance(run, snapshot, ResourceState::Running).await?;
    fail_point::pass("create_snapshot.running");
    let (app_id, snapshot_id) = (snapshot.app_id, snapshot.id);
    let report = between_hooks(run, &mut snapshot, app, async {
        let request = engine::CreateSnapshot {
            app_id,
            snapshot_id,
            volumes: app.volumes.clone(),
            consistency: app.options.consistency,
            snapshot_time: run.deps.clock.now(),
        };
        let report = run.deps.engine.create_snapshot(&request, &run.cancel).await?;
        fail_point::pass("create_snapshot.copied");
        Ok(report)
    })
    .await?;
    log(&snapshot, &report);
    run.leave(snapshot.id.as_uuid(), ResourceState::Running).await?;
    snapshot.complete(&report, run.deps.clock.now());
    update(run, snapshot).await
}

/// Logs the result and its notes.
pub(super) fn log(snapshot: &AppSnapshot, report: &SnapshotReport) {
    for note in &report.notes {
        tracing::warn!(snapshot.id = %snapshot.id, note, "snapshot");
    }
    tracing::info!(
        snapshot.id = %snapshot.id, level = report.level.as_str(), skipped = report.skipped, "snapshot created"
    );
}

/// Reads the app's volumes between its hooks, and records the outcome of the hooks in the snapshot; it is stored only if
/// the read failed.
pub(super) async fn between_hooks<T>(
    run: &JobRun<'_>,
    snapshot: &mut AppSnapshot,
    app: &App,
    read: impl Future<Output = Result<T, StepError>>,
) -> Result<T, StepError> {
    let mut window = HookWindow::open(run, app, snapshot.id, &run.cancel).await?;
    let result = match window.run_pre_hooks(run).await {
        Ok(()) => read.await,
        Err(error) => Err(error),
    };
    let reports = window.run_post_hooks(run).await?;
    if result.is_ok() || !app.options.hooks.is_empty() {
        snapshot.record_hooks(reports);
    }
    if result.is_err()
        && snapshot.hook_state.is_some()
        && let Err(error) = update(run, snapshot.clone()).await
    {
        tracing::warn!(%error, "the results of the hooks were not recorded");
    }
    result
}

/// Moves the snapshot to the next state, unless an earlier attempt already moved it further.
pub(super) async fn advance(
    run: &JobRun<'_>,
    mut snapshot: AppSnapshot,
    next: ResourceState,
) -> Result<AppSnapshot, StepError> {
    if snapshot.state == next || !snapshot.state.may_become(next) {
        return Ok(snapshot);
    }
    run.leave(snapshot.id.as_uuid(), snapshot.state).await?;
    snapshot.advance(next, run.deps.clock.now());
    update(run, snapshot).await
}
