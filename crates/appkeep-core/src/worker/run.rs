//! One run of a claimed job: renews its lease, reacts to requests to stop, and always records its end.

use std::panic::AssertUnwindSafe;
use std::sync::OnceLock;

use futures::FutureExt;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::{
    BACKOFF_SECS_MAX, EXHAUSTED_PAUSE_SECS, LEASE_SECS, POSTPONED_SECS, RENEW_EVERY, WorkerDeps,
    apply_retention, delete_data, failed, hooks, restore_app, take_backup, take_snapshot,
};
use crate::engine::EngineError;
use crate::ids::JobId;
use crate::job::{ATTEMPTS_MAX, CLAIMS_MAX, ClaimedJob, JobEnd, JobPayload, LeaseStatus, NewJob};
use crate::service::end_cancelled;
use crate::state::fit_reason;
use crate::store::{StoreError, StoreTx};

/// The reason for stopping a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    /// The server is shutting down.
    Shutdown,
    /// The job's resource was deleted.
    Deleted,
    /// Another worker holds the lease.
    LeaseLost,
}

/// The reason for an unfinished step.
#[derive(Debug, thiserror::Error)]
pub(super) enum StepError {
    /// The run was requested to stop.
    #[error("stopped")]
    Stopped,
    /// The resource is gone.
    #[error("the resource is gone")]
    Gone,
    /// Another worker holds the lease.
    #[error("the lease is lost")]
    LeaseLost,
    /// A retry can't succeed.
    #[error("{}", .0.join("; "))]
    Permanent(Vec<String>),
    /// A retry may succeed.
    #[error("{0}")]
    Transient(String),
    /// The system or the store is temporarily unable to do it. The attempt doesn't count.
    #[error("{0}")]
    Exhausted(String),
    /// Other work has to end first, regardless of how long it takes.
    #[error("{0}")]
    Postponed(String),
}

impl From<StoreError> for StepError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::Exhausted(error.to_string()),
            _ => Self::Transient(error.to_string()),
        }
    }
}

impl From<EngineError> for StepError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Cancelled => Self::Stopped,
            EngineError::Unreadable(reasons) => Self::Permanent(reasons),
            EngineError::Key(reason) | EngineError::Refused(reason) => Self::Permanent(vec![reason]),
            EngineError::Busy(reason) => Self::Postponed(reason),
            EngineError::Storage(_) | EngineError::LowSpace(_) | EngineError::Broken(_) => {
                Self::Transient(error.to_string())
            }
            EngineError::Exhausted(_) => Self::Exhausted(error.to_string()),
        }
    }
}

/// The effect of an unfinished run on the next attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Attempt {
    /// The run failed: it counts as an attempt, and the pause before the next attempt grows.
    Failed,
    /// The run lacked resources: it doesn't count, and the next attempt follows after [`EXHAUSTED_PAUSE_SECS`].
    Exhausted,
    /// Other work has to end first: the run doesn't count, and the next attempt follows after [`POSTPONED_SECS`].
    Postponed,
    /// The run was interrupted: it doesn't count, and the next attempt may follow immediately.
    Interrupted,
}

/// The context of a job's steps.
pub(super) struct JobRun<'a> {
    pub(super) deps: &'a WorkerDeps,
    pub(super) job: ClaimedJob,
    /// Cancelled when the run should stop.
    pub(super) cancel: CancellationToken,
    /// Cancelled when the server stops; steps that must run in any case have to finish quickly then.
    pub(super) shutdown: CancellationToken,
    why: OnceLock<Stop>,
}

impl JobRun<'_> {
    /// Begins a transaction that writes results. Only the holder of the lease can do this.
    pub(super) async fn begin(&self) -> Result<Box<dyn StoreTx>, StepError> {
        let mut tx = self.deps.store.begin().await?;
        if tx.holds_lease(&self.job.lease).await? {
            Ok(tx)
        } else {
            Err(StepError::LeaseLost)
        }
    }

    /// Ends the job in the transaction, and commits it.
    pub(super) async fn finish(&self, mut tx: Box<dyn StoreTx>, end: JobEnd) -> Result<(), StepError> {
        let now = self.deps.clock.now();
        if !tx.update_job_ended(&self.job.lease, &end, now).await? {
            return Err(StepError::LeaseLost);
        }
        tx.commit().await?;
        // Jobs that this job excluded may run now.
        self.deps.wake.notify_one();
        Ok(())
    }

    /// Queues another job in the same transaction.
    pub(super) async fn queue(&self, tx: &mut dyn StoreTx, payload: JobPayload) -> Result<(), StepError> {
        let id = JobId::new(self.deps.ids.next_id());
        tx.insert_job(&NewJob {
            id,
            payload,
            run_after: self.deps.clock.now(),
            correlation: Some(self.job.correlation),
        })
        .await?;
        Ok(())
    }

    /// Stops the run because its resource was deleted.
    pub(super) fn stop_deleted(&self) {
        self.stop(Stop::Deleted);
    }

    /// Whether another worker holds the lease.
    pub(super) fn lost_lease(&self) -> bool {
        self.why.get() == Some(&Stop::LeaseLost)
    }

    /// Whether the resource was deleted during the run.
    pub(super) fn was_deleted(&self) -> bool {
        self.why.get() == Some(&Stop::Deleted)
    }

    /// Whether an earlier run of this job was started; its progress is unknown.
    pub(super) fn was_claimed_before(&self) -> bool {
        self.job.lease.fence > 1
    }

    fn stop(&self, why: Stop) {
        // The first reason is kept.
        let _ = self.why.set(why);
        self.cancel.cancel();
    }

    /// Renews the lease and reacts to requests to stop; never returns.
    async fn keep(&self, shutdown: &CancellationToken) {
        let mut renewed_at = self.deps.clock.now();
        loop {
            tokio::select! {
                () = tokio::time::sleep(RENEW_EVERY) => {}
                () = shutdown.cancelled(), if !self.cancel.is_cancelled() => self.stop(Stop::Shutdown),
            }
            let now = self.deps.clock.now();
            let until = now + chrono::Duration::seconds(LEASE_SECS);
            match self.deps.store.renew_lease(&self.job.lease, until).await {
                Ok(LeaseStatus::Held) => renewed_at = now,
                Ok(LeaseStatus::CancelRequested) => {
                    renewed_at = now;
                    self.stop(Stop::Deleted);
                }
                Ok(LeaseStatus::Lost) => self.stop(Stop::LeaseLost),
                Err(error) => {
                    tracing::warn!(job.id = %self.job.lease.job_id, %error, "the lease was not renewed");
                    if now - renewed_at >= chrono::Duration::seconds(LEASE_SECS) {
                        self.stop(Stop::LeaseLost);
                    }
                }
            }
        }
    }

    async fn steps(&self) -> Result<(), StepError> {
        if let Some(refusal) = refusal(&self.job) {
            self.release_app().await?;
            return Err(refusal);
        }
        match self.job.payload {
            JobPayload::TakeBackup {
                account_id,
                backup_id,
                ..
            } => take_backup::run(self, account_id, backup_id).await,
            JobPayload::TakeSnapshot {
                account_id,
                app_id,
                snap_id,
            } => take_snapshot::run(self, account_id, app_id, snap_id).await,
            JobPayload::DeleteBackup {
                account_id,
                app_id,
                backup_id,
                bucket_id,
                ..
            } => delete_data::backup(self, account_id, app_id, backup_id, bucket_id).await,
            JobPayload::DeleteSnapshot { app_id, snap_id, .. } => {
                delete_data::snapshot(self, app_id, snap_id).await
            }
            JobPayload::ApplyRetention {
                account_id,
                app_id,
                schedule_id,
                confirmed,
            } => apply_retention::run(self, account_id, app_id, schedule_id, confirmed).await,
            JobPayload::RestoreApp {
                account_id,
                restore_id,
                ..
            } => restore_app::run(self, account_id, restore_id).await,
        }
    }

    /// Runs the app's post-hooks if an earlier run may have died while the app was quiesced.
    async fn release_app(&self) -> Result<(), StepError> {
        match self.job.payload {
            JobPayload::TakeBackup {
                account_id,
                backup_id,
                ..
            } => take_backup::release(self, account_id, backup_id).await,
            JobPayload::TakeSnapshot {
                account_id,
                app_id,
                snap_id,
            } => hooks::release(self, account_id, app_id, snap_id).await,
            _ => Ok(()),
        }
    }

    async fn end_failed(&self, reasons: Vec<String>) -> Result<(), StepError> {
        failed::report(self, &reasons.join("; ")).await;
        match self.job.payload {
            JobPayload::TakeBackup {
                account_id,
                backup_id,
                ..
            } => take_backup::fail(self, account_id, backup_id, &reasons).await,
            JobPayload::TakeSnapshot {
                account_id, snap_id, ..
            } => take_snapshot::fail(self, account_id, snap_id, &reasons).await,
            JobPayload::RestoreApp {
                account_id,
                restore_id,
                ..
            } => restore_app::fail(self, account_id, restore_id, &reasons).await,
            JobPayload::DeleteBackup { .. }
            | JobPayload::DeleteSnapshot { .. }
            | JobPayload::ApplyRetention { .. } => {
                let tx = self.begin().await?;
                self.finish(
                    tx,
                    JobEnd::Failed {
                        reason: reasons.join("; "),
                    },
                )
                .await
            }
        }
    }

    async fn end_gone(&self) -> Result<(), StepError> {
        let mut tx = self.begin().await?;
        if let JobPayload::TakeBackup { backup_id, .. } = self.job.payload {
            take_backup::remove_own_snapshots(self, tx.as_mut(), backup_id).await?;
        }
        if self.job.cancel_requested || self.was_deleted() {
            // When an operator cancels a job, its resource still exists; when a client does, it was deleted.
            end_cancelled(tx.as_mut(), &self.job.payload, self.deps.clock.now()).await?;
        }
        self.finish(tx, JobEnd::Cancelled).await
    }

    async fn end_again(&self, reason: String, attempt: Attempt) -> Result<(), StepError> {
        if attempt == Attempt::Failed && never_gives_up(&self.job.payload) {
            failed::report(self, &reason).await;
        }
        let pause_secs = match attempt {
            Attempt::Failed => backoff_secs(self.job.attempt),
            Attempt::Exhausted => EXHAUSTED_PAUSE_SECS,
            Attempt::Interrupted => 0,
            Attempt::Postponed => POSTPONED_SECS,
        };
        let run_after = self.deps.clock.now() + chrono::Duration::seconds(pause_secs);
        let mut tx = self.begin().await?;
        if attempt != Attempt::Interrupted {
            // Clients should see the reason for the delay until the next attempt.
            self.note_hindrance(tx.as_mut(), &reason).await?;
        }
        let end = JobEnd::Requeue {
            run_after,
            counts: attempt == Attempt::Failed,
            reason,
        };
        self.finish(tx, end).await
    }

    /// Records why a resource is stalled.
    async fn note_hindrance(&self, tx: &mut dyn StoreTx, reason: &str) -> Result<(), StepError> {
        let (now, reasons) = (self.deps.clock.now(), [fit_reason(reason)]);
        match self.job.payload {
            JobPayload::TakeBackup {
                account_id,
                backup_id,
                ..
            } => {
                if let Some(mut backup) = tx.fetch_app_backup(account_id, backup_id).await?
                    && backup.state_unready != reasons
                {
                    backup.hinder(&reasons, now);
                    tx.update_app_backup(&backup).await?;
                }
            }
            JobPayload::TakeSnapshot {
                account_id, snap_id, ..
            } => {
                if let Some(mut snap) = tx.fetch_app_snap(account_id, snap_id).await?
                    && snap.state_unready != reasons
                {
                    snap.hinder(&reasons, now);
                    tx.update_app_snap(&snap).await?;
                }
            }
            JobPayload::RestoreApp {
                account_id,
                restore_id,
                ..
            } => restore_app::hinder(self, tx, account_id, restore_id, &reasons).await?,
            JobPayload::DeleteBackup { .. }
            | JobPayload::DeleteSnapshot { .. }
            | JobPayload::ApplyRetention { .. } => {}
        }
        Ok(())
    }

    async fn end(&self, error: StepError) -> Result<(), StepError> {
        match error {
            StepError::LeaseLost => Ok(()),
            StepError::Gone => self.end_gone().await,
            StepError::Stopped => match self.why.get() {
                Some(Stop::Deleted) => self.end_gone().await,
                Some(Stop::LeaseLost) => Ok(()),
                Some(Stop::Shutdown) => {
                    self.end_again("the server stopped".to_owned(), Attempt::Interrupted)
                        .await
                }
                None => {
                    self.end_again("stopped for no known reason".to_owned(), Attempt::Failed)
                        .await
                }
            },
            StepError::Exhausted(reason) => self.end_again(reason, Attempt::Exhausted).await,
            StepError::Postponed(reason) => self.end_again(reason, Attempt::Postponed).await,
            StepError::Permanent(reasons) if !never_gives_up(&self.job.payload) => {
                self.end_failed(reasons).await
            }
            error if never_gives_up(&self.job.payload) || self.job.attempt < ATTEMPTS_MAX => {
                self.end_again(error.to_string(), Attempt::Failed).await
            }
            error => {
                self.end_failed(vec![format!("gave up after {ATTEMPTS_MAX} attempts: {error}")])
                    .await
            }
        }
    }
}

/// Whether giving up would leave unreferenced data behind.
fn never_gives_up(payload: &JobPayload) -> bool {
    matches!(
        payload,
        JobPayload::DeleteBackup { .. } | JobPayload::DeleteSnapshot { .. }
    )
}

/// The reason for ending a job before its first step: it was cancelled, or it was claimed too often.
fn refusal(job: &ClaimedJob) -> Option<StepError> {
    if never_gives_up(&job.payload) {
        None
    } else if job.cancel_requested {
        Some(StepError::Gone)
    } else if job.attempt > CLAIMS_MAX {
        let reason = format!("gave up: {CLAIMS_MAX} times the server ended while it worked on this");
        Some(StepError::Permanent(vec![reason]))
    } else {
        None
    }
}

/// The pause before the next attempt: 2, 4, 8 … s.
fn backoff_secs(attempt: u32) -> i64 {
    2_i64
        .checked_pow(attempt)
        .map_or(BACKOFF_SECS_MAX, |secs| secs.min(BACKOFF_SECS_MAX))
}

/// Runs a claimed job and records its end. All log lines within name the job and the request that queued it.
pub(super) async fn run(deps: &WorkerDeps, job: ClaimedJob, shutdown: &CancellationToken) {
    let (id, kind, correlation) = (job.lease.job_id, job.payload.kind(), job.correlation);
    // At the error level, which no filter excludes, so that every log line has the span.
    let span = tracing::error_span!("job", job.id = %id, job.kind = kind, correlation.id = %correlation);
    run_in_span(deps, job, shutdown).instrument(span).await;
}

async fn run_in_span(deps: &WorkerDeps, job: ClaimedJob, shutdown: &CancellationToken) {
    tracing::info!(job.attempt = job.attempt, "job started");
    let run = JobRun {
        deps,
        job,
        cancel: CancellationToken::new(),
        shutdown: shutdown.clone(),
        why: OnceLock::new(),
    };
    // If this task is aborted, the engine's thread has to stop, too.
    let _stops_engine = run.cancel.clone().drop_guard();
    let steps = AssertUnwindSafe(run.steps()).catch_unwind();
    let result = tokio::select! {
        result = steps => result.unwrap_or_else(|_| Err(StepError::Transient("the worker panicked".to_owned()))),
        () = run.keep(shutdown) => Err(StepError::LeaseLost),
    };
    let Err(error) = result else {
        tracing::info!("job done");
        return;
    };
    tracing::info!(%error, "job stopped");
    if let Err(error) = run.end(error).await {
        // The lease will expire, and the job will be claimed again.
        tracing::error!(%error, "the job's end was not written down");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{AccountId, AppId, AppSnapId};
    use crate::job::Lease;
    use uuid::Uuid;

    fn claimed(payload: JobPayload, attempt: u32, cancel_requested: bool) -> ClaimedJob {
        let lease = Lease {
            job_id: JobId::new(Uuid::from_u128(1)),
            fence: 1,
            owner: Uuid::from_u128(2),
        };
        ClaimedJob {
            lease,
            payload,
            attempt,
            cancel_requested,
            correlation: Uuid::from_u128(1),
        }
    }

    #[test]
    fn what_nobody_wants_and_what_kills_its_process_ends_before_its_first_step() {
        let (app_id, snap_id) = (AppId::new(Uuid::from_u128(3)), AppSnapId::new(Uuid::from_u128(4)));
        let take = JobPayload::TakeSnapshot {
            account_id: AccountId::new(Uuid::from_u128(5)),
            app_id,
            snap_id,
        };
        assert!(refusal(&claimed(take.clone(), CLAIMS_MAX, false)).is_none());
        let too_often = refusal(&claimed(take.clone(), CLAIMS_MAX + 1, false));
        assert!(
            matches!(&too_often, Some(StepError::Permanent(reasons)) if reasons[0].contains("10 times")),
            "{too_often:?}"
        );
        assert!(matches!(refusal(&claimed(take, 1, true)), Some(StepError::Gone)));
        let delete = JobPayload::DeleteSnapshot {
            account_id: None,
            app_id,
            snap_id,
            name: None,
        };
        assert!(
            refusal(&claimed(delete, 4000, true)).is_none(),
            "bytes that nobody knows about would stay"
        );
    }

    #[test]
    fn pauses_double_up_to_an_hour() {
        assert_eq!([1, 2, 3, 4].map(backoff_secs), [2, 4, 8, 16]);
        assert_eq!(backoff_secs(40), BACKOFF_SECS_MAX);
        assert_eq!(backoff_secs(4000), BACKOFF_SECS_MAX);
    }
}
