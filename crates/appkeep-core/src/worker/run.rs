//! One run of a claimed job: renews its lease, reacts to requests to stop, and always records its result.

use std::panic::AssertUnwindSafe;
use std::sync::OnceLock;

use futures::FutureExt;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::alarms;
use super::cancel::CANCELLED_REASON;
use super::job::{Job, Setback, job_of, report_failure};
use super::step::StepError;
use super::{BACKOFF_SECS_MAX, EXHAUSTED_PAUSE_SECS, POSTPONED_SECS, RENEW_EVERY, WorkerDeps, events};
use crate::boot_instant::BootInstant;
use crate::catalog::App;
use crate::ids::{AccountId, AppId, JobId};
use crate::job::{CLAIMS_MAX, ClaimedJob, JobPayload, JobResult, LeaseStatus, NewJob};
use crate::lease;
use crate::state::fit_reason;
use crate::store::{StoreError, StoreTx, transact};
use crate::store_timeout::in_time;

/// The reason for stopping a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    /// The server is shutting down.
    Shutdown,
    /// The job's resource was deleted.
    Deleted,
    /// Another worker holds the lease, or may hold it soon.
    LeaseLost,
}

/// The effect of an unfinished run on the next attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Attempt {
    /// The run failed: it counts as an attempt, and the pause before the next attempt grows.
    Failed,
    /// The run lacked resources: it doesn't count, and the next attempt follows after [`EXHAUSTED_PAUSE_SECS`].
    Exhausted,
    /// Other work has to finish first: the run doesn't count, and the next attempt follows after [`POSTPONED_SECS`].
    Postponed,
    /// The run was interrupted: it doesn't count, and the next attempt may follow immediately.
    Interrupted,
}

/// The context of a job's steps.
pub(super) struct JobRun<'a> {
    pub(super) deps: &'a WorkerDeps,
    pub(super) claimed: ClaimedJob,
    /// When the lease was requested.
    claimed_at: BootInstant,
    /// Cancelled when the run should stop.
    pub(super) cancel: CancellationToken,
    /// Cancelled when the server stops; steps that must run in any case have to finish quickly then.
    pub(super) shutdown: CancellationToken,
    stop_reason: OnceLock<Stop>,
}

impl JobRun<'_> {
    fn job(&self) -> &dyn Job {
        job_of(&self.claimed.payload)
    }

    /// Begins a transaction that writes results. Only the holder of the lease can do this.
    pub(super) async fn begin(&self) -> Result<Box<dyn StoreTx>, StepError> {
        let mut tx = self.deps.store.begin().await?;
        if tx.holds_lease(&self.claimed.lease).await? {
            Ok(tx)
        } else {
            Err(StepError::LeaseLost)
        }
    }

    /// Sets or removes the exclusive key of the current step. Returns false if another job has the key.
    pub(super) async fn set_step_key(&self, key: Option<&str>) -> Result<bool, StepError> {
        transact(|| async {
            let mut tx = self.begin().await?;
            let now = self.deps.clock.now();
            let is_set = tx.update_job_step_key(&self.claimed.lease, key, now).await?;
            if is_set {
                tx.commit().await?;
            }
            Ok(is_set)
        })
        .await
    }

    /// Finishes the job in the transaction, and commits it.
    pub(super) async fn finish(&self, mut tx: Box<dyn StoreTx>, result: &JobResult) -> Result<(), StepError> {
        alarms::record_end(self, tx.as_mut(), result).await?;
        let now = self.deps.clock.now();
        if !tx.update_job_finished(&self.claimed.lease, result, now).await? {
            return Err(StepError::LeaseLost);
        }
        tx.commit().await?;
        // Jobs that this job excluded may run now.
        self.deps.wake.notify_one();
        Ok(())
    }

    /// Finishes the job, and changes nothing else.
    pub(super) async fn finish_only(&self, result: &JobResult) -> Result<(), StepError> {
        transact(|| async { self.finish(self.begin().await?, result).await }).await
    }

    /// The app as this node declares it.
    pub(super) async fn app(&self, account_id: AccountId, app_id: AppId) -> Result<Option<App>, StoreError> {
        let node = &self.deps.node;
        self.deps.store.fetch_app_of_node(node, account_id, app_id).await
    }

    /// Queues another job in the same transaction, for a node if one is given.
    pub(super) async fn queue(
        &self,
        tx: &mut dyn StoreTx,
        payload: impl Into<JobPayload>,
        node: Option<String>,
    ) -> Result<(), StepError> {
        tx.insert_job(&NewJob {
            id: JobId::new(self.deps.ids.next_id()),
            payload: payload.into(),
            run_after: self.deps.clock.now(),
            correlation: Some(self.claimed.correlation),
            node,
        })
        .await?;
        Ok(())
    }

    /// Stops the run because its resource was deleted.
    pub(super) fn stop_deleted(&self) {
        self.stop(Stop::Deleted);
    }

    /// Stops the run because another worker holds the lease.
    pub(super) fn stop_lease_lost(&self) {
        self.stop(Stop::LeaseLost);
    }

    /// Whether another worker holds the lease, or may hold it soon.
    pub(super) fn lost_lease(&self) -> bool {
        self.stop_reason.get() == Some(&Stop::LeaseLost)
    }

    /// Whether the resource was deleted during the run.
    pub(super) fn was_deleted(&self) -> bool {
        self.stop_reason.get() == Some(&Stop::Deleted)
    }

    /// Whether an earlier run of this job was started; its progress is unknown.
    pub(super) fn was_claimed_before(&self) -> bool {
        self.claimed.lease.fence > 1
    }

    fn stop(&self, stop_reason: Stop) {
        // The first reason is kept.
        let _ = self.stop_reason.set(stop_reason);
        self.cancel.cancel();
    }

    /// Renews the lease and reacts to requests to stop; never returns. The run is stopped before another worker can
    /// hold the lease.
    async fn renew_lease(&self, shutdown: &CancellationToken) {
        let mut renewed_at = self.claimed_at;
        let mut requests = self.deps.store.watch_jobs().map(|events| events.cancelled);
        let renewed_pause = requests.as_ref().map_or(RENEW_EVERY, |_| lease::renew_every());
        let mut pause = renewed_pause;
        loop {
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = events::next(&mut requests) => {}
                () = shutdown.cancelled(), if !self.cancel.is_cancelled() => self.stop(Stop::Shutdown),
            }
            // This process may have been stopped, or the machine suspended, for any time.
            if renewed_at.elapsed() >= lease::fenced_after() {
                self.stop_lease_lost();
            }
            let begun = BootInstant::now();
            let until = self.deps.clock.now() + lease::duration();
            pause = renewed_pause;
            match in_time(self.deps.store.renew_lease(&self.claimed.lease, until)).await {
                Ok(LeaseStatus::Held) => renewed_at = begun,
                Ok(LeaseStatus::CancelRequested) => {
                    renewed_at = begun;
                    self.stop(Stop::Deleted);
                }
                Ok(LeaseStatus::Lost) => self.stop_lease_lost(),
                Err(error) => {
                    pause = RENEW_EVERY;
                    tracing::warn!(job.id = %self.claimed.lease.job_id, %error, "the lease was not renewed");
                }
            }
        }
    }

    async fn steps(&self) -> Result<(), StepError> {
        if let Some(refusal) = refusal(&self.claimed) {
            self.job().release(self).await?;
            return Err(refusal);
        }
        self.job().run(self).await
    }

    fn setback(&self, is_final: bool, reasons: Vec<String>) -> Setback {
        let now = self.deps.clock.now();
        Setback {
            is_final,
            reasons,
            now,
        }
    }

    async fn finish_failed(&self, reasons: Vec<String>) -> Result<(), StepError> {
        let reason = reasons.join("; ");
        report_failure(self, &reason).await;
        let (setback, result) = (self.setback(true, reasons), JobResult::Failed { reason });
        transact(|| async {
            let tx = self.job().on_failure(self, &setback).await?;
            self.finish(tx, &result).await
        })
        .await
    }

    async fn finish_cancelled(&self) -> Result<(), StepError> {
        transact(|| async {
            let mut tx = self.begin().await?;
            self.job().on_cancelled(self, tx.as_mut()).await?;
            if self.claimed.cancel_requested || self.was_deleted() {
                // When an operator cancels a job, its resource still exists; when a client does, it was deleted.
                let setback = self.setback(true, vec![CANCELLED_REASON.to_owned()]);
                self.job().record(tx.as_mut(), &setback).await?;
            }
            self.finish(tx, &JobResult::Cancelled).await
        })
        .await
    }

    async fn requeue(&self, reason: String, attempt: Attempt) -> Result<(), StepError> {
        if attempt == Attempt::Failed && self.job().attempts_max().is_none() {
            report_failure(self, &reason).await;
        }
        let pause_secs = match attempt {
            Attempt::Failed => backoff_secs(self.claimed.attempt),
            Attempt::Exhausted => EXHAUSTED_PAUSE_SECS,
            Attempt::Interrupted => 0,
            Attempt::Postponed => POSTPONED_SECS,
        };
        let run_after = self.deps.clock.now() + chrono::Duration::seconds(pause_secs);
        // Clients should see the reason for the delay until the next attempt.
        let setback = self.setback(false, vec![fit_reason(&reason)]);
        let result = JobResult::Requeue {
            run_after,
            counts: attempt == Attempt::Failed,
            reason,
        };
        transact(|| async {
            let mut tx = self.begin().await?;
            if attempt != Attempt::Interrupted {
                self.job().record(tx.as_mut(), &setback).await?;
            }
            self.finish(tx, &result).await
        })
        .await
    }

    async fn finish_with_error(&self, error: StepError) -> Result<(), StepError> {
        match error {
            StepError::LeaseLost => Err(StepError::LeaseLost),
            StepError::Gone => self.finish_cancelled().await,
            StepError::Stopped => match self.stop_reason.get() {
                Some(Stop::Deleted) => self.finish_cancelled().await,
                Some(Stop::LeaseLost) => Err(StepError::LeaseLost),
                Some(Stop::Shutdown) => {
                    self.requeue("the server stopped".to_owned(), Attempt::Interrupted)
                        .await
                }
                None => {
                    self.requeue("stopped for an unknown reason".to_owned(), Attempt::Failed)
                        .await
                }
            },
            StepError::Exhausted(reason) => self.requeue(reason, Attempt::Exhausted).await,
            error @ StepError::Conflict => self.requeue(error.to_string(), Attempt::Exhausted).await,
            StepError::Postponed(reason) => self.requeue(reason, Attempt::Postponed).await,
            error => match (error, self.job().attempts_max()) {
                (StepError::Permanent(reasons), Some(_)) => self.finish_failed(reasons).await,
                (error, Some(attempts_max)) if self.claimed.attempt >= attempts_max => {
                    self.finish_failed(vec![format!("gave up after {attempts_max} attempts: {error}")])
                        .await
                }
                (error, _) => self.requeue(error.to_string(), Attempt::Failed).await,
            },
        }
    }
}

/// The reason for finishing a job before its first step: it was cancelled, or it was claimed too often.
fn refusal(job: &ClaimedJob) -> Option<StepError> {
    if job_of(&job.payload).attempts_max().is_none() {
        None
    } else if job.cancel_requested {
        Some(StepError::Gone)
    } else if job.attempt > CLAIMS_MAX {
        let reason = format!("gave up: the server ended {CLAIMS_MAX} times during this job");
        Some(StepError::Permanent(vec![reason]))
    } else {
        None
    }
}

/// The pause before the next attempt: 2, 4, 8 … s.
pub(super) fn backoff_secs(attempt: u32) -> i64 {
    2_i64
        .checked_pow(attempt)
        .map_or(BACKOFF_SECS_MAX, |secs| secs.min(BACKOFF_SECS_MAX))
}

/// Runs a job that was claimed at `claimed_at`, and records its result. All log lines within name the job and the request
/// that queued it.
pub(super) async fn run(
    deps: &WorkerDeps,
    job: ClaimedJob,
    claimed_at: BootInstant,
    shutdown: &CancellationToken,
) {
    let (id, kind, correlation) = (job.lease.job_id, job.payload.kind(), job.correlation);
    // At the error level, which no filter excludes, so that every log line has the span.
    let span = tracing::error_span!("job", job.id = %id, job.kind = kind, correlation.id = %correlation);
    let run = JobRun {
        deps,
        claimed: job,
        claimed_at,
        cancel: CancellationToken::new(),
        shutdown: shutdown.clone(),
        stop_reason: OnceLock::new(),
    };
    run_in_span(&run).instrument(span).await;
}

async fn run_in_span(run: &JobRun<'_>) {
    tracing::info!(job.attempt = run.claimed.attempt, "job started");
    // If this task is aborted, the engine's thread has to stop, too.
    let _stops_engine = run.cancel.clone().drop_guard();
    let steps = AssertUnwindSafe(run.steps()).catch_unwind();
    let result = tokio::select! {
        result = steps => result.unwrap_or_else(|_| Err(StepError::Transient("the worker panicked".to_owned()))),
        () = run.renew_lease(&run.shutdown) => Err(StepError::LeaseLost),
    };
    let Err(error) = result else {
        tracing::info!("job done");
        return;
    };
    tracing::info!(%error, "job stopped");
    match run.finish_with_error(error).await {
        Ok(()) => {}
        Err(StepError::LeaseLost) => {
            tracing::warn!("the job's lease is lost: another worker may have taken it over");
        }
        // The lease will expire, and the job will be claimed again.
        Err(error) => tracing::error!(%error, "the result of the job was not recorded"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::AppSnapshotId;
    use crate::job::{CreateSnapshot, DeleteSnapshot, Lease};
    use uuid::Uuid;

    fn claimed(payload: impl Into<JobPayload>, attempt: u32, cancel_requested: bool) -> ClaimedJob {
        let lease = Lease {
            job_id: JobId::new(Uuid::from_u128(1)),
            fence: 1,
            owner: Uuid::from_u128(2),
        };
        ClaimedJob {
            lease,
            payload: payload.into(),
            attempt,
            cancel_requested,
            correlation: Uuid::from_u128(1),
        }
    }

    #[test]
    fn cancelled_or_crash_looping_jobs_stop_before_step_one() {
        let (app_id, snapshot_id) = (
            AppId::new(Uuid::from_u128(3)),
            AppSnapshotId::new(Uuid::from_u128(4)),
        );
        let create = CreateSnapshot {
            account_id: AccountId::new(Uuid::from_u128(5)),
            app_id,
            snapshot_id,
        };
        assert!(refusal(&claimed(create.clone(), CLAIMS_MAX, false)).is_none());
        let too_often = refusal(&claimed(create.clone(), CLAIMS_MAX + 1, false));
        assert!(
            matches!(&too_often, Some(StepError::Permanent(reasons)) if reasons[0].contains("10 times")),
            "{too_often:?}"
        );
        assert!(matches!(
            refusal(&claimed(create, 1, true)),
            Some(StepError::Gone)
        ));
        let delete = DeleteSnapshot {
            account_id: None,
            app_id,
            snapshot_id,
            name: None,
        };
        assert!(
            refusal(&claimed(delete, 4000, true)).is_none(),
            "unknown bytes would remain"
        );
    }

    #[test]
    fn pauses_double_up_to_an_hour() {
        assert_eq!([1, 2, 3, 4].map(backoff_secs), [2, 4, 8, 16]);
        assert_eq!(backoff_secs(40), BACKOFF_SECS_MAX);
        assert_eq!(backoff_secs(4000), BACKOFF_SECS_MAX);
    }
}
