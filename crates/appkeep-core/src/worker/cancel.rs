//! Cancellation of queued jobs by operators, with or without a running server.
//!
//! Clients cancel by deleting the resource. When an operator cancels, the resource stays as `failed`, so that clients
//! that wait for it see the reason.

use chrono::{DateTime, Utc};

use super::job::{Setback, job_of};
use crate::ids::JobId;
use crate::store::{MayConflict, Store, StoreError, transact};

/// The reason reported for a cancelled resource.
pub(super) const CANCELLED_REASON: &str = "an operator cancelled it";

/// The result of a cancellation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancelled {
    /// The job had never run, and is finished.
    Finished,
    /// The job ran before and may have left data: a worker cleans up and finishes it.
    Requested,
}

/// The reason for a refused cancellation.
#[derive(Debug, thiserror::Error)]
pub enum CancelError {
    /// No queued, running or parked job has this id.
    #[error("job {0} does not exist or has ended")]
    NotFound(JobId),
    /// The job is running.
    #[error("job {0} is running: delete its backup or snapshot to cancel it")]
    Running(JobId),
    /// The job is parked, because this program can't run it.
    #[error("job {0} is parked: this version of appkeep can't run it")]
    Parked(JobId),
    /// Jobs of this kind can't be cancelled.
    #[error("job {id} is a {kind} job: expected a backup, a snapshot or a restore")]
    Kind {
        /// The job.
        id: JobId,
        /// Its kind.
        kind: String,
    },
    /// A restore has begun to replace data.
    #[error(
        "job {0} is a restore that has started: it can't be cancelled, because volumes could be left with old and new data"
    )]
    Started(JobId),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl MayConflict for CancelError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Store(StoreError::Conflict))
    }
}

/// Cancels a queued job. Its backup, snapshot or restore becomes `failed`, immediately if the job has never run.
///
/// # Errors
/// [`CancelError`]; nothing was changed then.
pub async fn cancel_job(store: &dyn Store, now: DateTime<Utc>, id: JobId) -> Result<Cancelled, CancelError> {
    transact(|| cancel(store, now, id)).await
}

async fn cancel(store: &dyn Store, now: DateTime<Utc>, id: JobId) -> Result<Cancelled, CancelError> {
    let mut tx = store.begin().await?;
    let job = tx.fetch_pending_job(id).await?;
    let job = job.ok_or(CancelError::NotFound(id))?;
    let payload = match (job.state.as_str(), job.payload) {
        ("running", _) => return Err(CancelError::Running(id)),
        ("queued", Some(payload)) if payload.adds_work() => payload,
        ("queued", _) => return Err(CancelError::Kind { id, kind: job.kind }),
        _ => return Err(CancelError::Parked(id)),
    };
    let cancelled = if job.fence == 0 {
        let setback = Setback {
            is_final: true,
            reasons: vec![CANCELLED_REASON.to_owned()],
            now,
        };
        job_of(&payload).record(tx.as_mut(), &setback).await?;
        if !tx.update_job_cancelled(id, now).await? {
            return Err(CancelError::NotFound(id));
        }
        Cancelled::Finished
    } else if !job_of(&payload).can_be_interrupted() {
        return Err(CancelError::Started(id));
    } else {
        tx.update_jobs_cancel_requested(payload.resource()).await?;
        Cancelled::Requested
    };
    tx.commit().await?;
    Ok(cancelled)
}
