//! Runs an app's hooks around the copy of its volumes.
//!
//! The post-hooks always run, regardless of the result of the copy: a quiesced database must be released. A job that
//! is resumed doesn't know how far its previous run came, so all hooks, pre and post, run again.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::run::JobRun;
use super::step::StepError;
use crate::catalog::App;
use crate::hook::{Hook, HookEnd, HookRun, HookStage, RunHook};
use crate::ids::{AccountId, AppId, AppSnapshotId};
use crate::state::StateDetail;

/// The time limit for all post-hooks together once the server was requested to stop.
pub const POST_HOOKS_STOPPING: Duration = Duration::from_secs(10);

/// The interval at which a job that waits for another job's hooks checks whether they have run.
const WINDOW_POLL_EVERY: Duration = Duration::from_millis(200);

/// The window between an app's first pre-hook and its last post-hook.
///
/// Only one job at a time has a window of an app, because two concurrent snapshots would release each other's database
/// too early. The job table contains who it is: the window is the job's step key.
pub(super) struct HookWindow<'a> {
    app: &'a App,
    snapshot_id: AppSnapshotId,
    reports: Vec<StateDetail>,
}

impl<'a> HookWindow<'a> {
    /// Waits until no other job has an open window of the app, or the caller cancels.
    pub(super) async fn open(
        run: &JobRun<'_>,
        app: &'a App,
        snapshot_id: AppSnapshotId,
        cancel: &CancellationToken,
    ) -> Result<HookWindow<'a>, StepError> {
        let key = format!("hooks:{}", app.id);
        while !app.options.hooks.is_empty() && !run.set_step_key(Some(&key)).await? {
            cancel
                .run_until_cancelled(tokio::time::sleep(WINDOW_POLL_EVERY))
                .await
                .ok_or(StepError::Stopped)?;
        }
        Ok(Self {
            app,
            snapshot_id,
            reports: Vec::new(),
        })
    }

    /// Runs all pre-hooks in their order. The first hook that fails stops them and fails the snapshot.
    pub(super) async fn run_pre_hooks(&mut self, run: &JobRun<'_>) -> Result<(), StepError> {
        for hook in self.hooks(HookStage::PreSnapshot) {
            if run.cancel.is_cancelled() {
                return Err(StepError::Stopped);
            }
            let ran = self.run_hook(run, hook, &run.cancel).await;
            if ran.end == HookEnd::Cancelled {
                return Err(StepError::Stopped);
            }
            let reason = format!("pre-snapshot hook {} {}", hook.name, ran.outcome(hook));
            if matches!(ran.end, HookEnd::Exhausted(_)) {
                return Err(StepError::Exhausted(reason));
            }
            self.reports.push(ran.report(hook));
            if !ran.is_success() {
                return Err(StepError::Permanent(vec![reason]));
            }
        }
        Ok(())
    }

    /// Runs all post-hooks in their order, regardless of previous failures, and returns the reports of all hooks that ran.
    /// Once the server is requested to stop, they have at most [`POST_HOOKS_STOPPING`].
    pub(super) async fn run_post_hooks(mut self, run: &JobRun<'_>) -> Result<Vec<StateDetail>, StepError> {
        if run.lost_lease() {
            // The new holder of the lease runs all hooks again; running them here would interfere.
            return Err(StepError::LeaseLost);
        }
        let timed_out = CancellationToken::new();
        let timeout = async {
            run.shutdown.cancelled().await;
            tokio::time::sleep(POST_HOOKS_STOPPING).await;
            timed_out.cancel();
            std::future::pending::<()>().await;
        };
        tokio::select! {
            ended = self.run_all_post_hooks(run, &timed_out) => ended?,
            () = timeout => {}
        }
        if !self.app.options.hooks.is_empty() {
            run.set_step_key(None).await?;
        }
        Ok(self.reports)
    }

    async fn run_all_post_hooks(
        &mut self,
        run: &JobRun<'_>,
        timed_out: &CancellationToken,
    ) -> Result<(), StepError> {
        for hook in self.hooks(HookStage::PostSnapshot) {
            if timed_out.is_cancelled() {
                return Err(interrupted(run));
            }
            let ran = self.run_hook(run, hook, timed_out).await;
            if ran.end == HookEnd::Cancelled {
                return Err(interrupted(run));
            }
            if matches!(ran.end, HookEnd::Exhausted(_)) {
                // The app is still quiesced. The next run of the job runs all hooks again.
                let reason = format!("post-snapshot hook {} {}", hook.name, ran.outcome(hook));
                return Err(StepError::Exhausted(reason));
            }
            self.reports.push(ran.report(hook));
        }
        Ok(())
    }

    fn hooks(&self, stage: HookStage) -> impl Iterator<Item = &'a Hook> + use<'a> {
        self.app
            .options
            .hooks
            .iter()
            .filter(move |hook| hook.stage == stage)
    }

    async fn run_hook(&self, run: &JobRun<'_>, hook: &Hook, cancel: &CancellationToken) -> HookRun {
        let request = RunHook {
            hook: hook.clone(),
            app_id: self.app.id,
            app_name: self.app.name.clone(),
            snapshot_id: self.snapshot_id,
        };
        let ran = run.deps.engine.run_hook(&request, cancel).await;
        let (stage, outcome) = (hook.stage.as_str(), ran.outcome(hook));
        let elapsed_ms = u64::try_from(ran.duration.as_millis()).unwrap_or(u64::MAX);
        if ran.is_success() {
            tracing::info!(app.id = %self.app.id, hook = hook.name, stage, elapsed_ms, "hook ran");
        } else {
            tracing::warn!(app.id = %self.app.id, hook = hook.name, stage, elapsed_ms, outcome, "hook failed");
        }
        ran
    }
}

/// Makes the job run again, because the post-hooks have to run once more, even if the resource was deleted in the
/// meantime.
fn interrupted(run: &JobRun<'_>) -> StepError {
    if run.was_deleted() {
        StepError::Transient("the server stopped while post-snapshot hooks ran".to_owned())
    } else {
        StepError::Stopped
    }
}

/// Runs the post-hooks of an app whose job was resumed and won't copy the app: the process of the previous run may have
/// died while the app was quiesced.
pub(super) async fn release(
    run: &JobRun<'_>,
    account_id: AccountId,
    app_id: AppId,
    snapshot_id: AppSnapshotId,
) -> Result<(), StepError> {
    if run.was_claimed_before()
        && let Some(app) = run.app(account_id, app_id).await?
        && (app.declared || !is_elsewhere(run, account_id, snapshot_id).await?)
    {
        let window = HookWindow::open(run, &app, snapshot_id, &run.shutdown).await?;
        window.run_post_hooks(run).await?;
    }
    Ok(())
}

/// Whether another node creates the snapshot, and quiesced the app.
async fn is_elsewhere(
    run: &JobRun<'_>,
    account_id: AccountId,
    snapshot_id: AppSnapshotId,
) -> Result<bool, StepError> {
    let found = run.deps.store.fetch_resource(account_id, snapshot_id).await?;
    let node = found.and_then(|snapshot| snapshot.details.node);
    Ok(node.is_some_and(|node| node != run.deps.node))
}
