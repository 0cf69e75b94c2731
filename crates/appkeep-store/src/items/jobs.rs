//! Jobs.

use appkeep_core::app::away_reason;
use appkeep_core::job::{ClaimedJob, JobPayload, Lease, PendingJob, QueuedJobs};
use appkeep_core::store::StoreError;
use uuid::Uuid;

use crate::rows::Row;

/// The number of finished jobs that are kept for inspection; those that finished first are deleted first. Jobs in
/// the queue are never deleted.
pub(crate) const FINISHED_JOBS_MAX: i64 = 1000;
/// The maximum number of jobs that one claim parks before it gives up until the next claim.
pub(crate) const PARKED_PER_CLAIM_MAX: usize = 100;
/// The maximum length of a stored reason, in characters.
const REASON_CHARS_MAX: usize = 1000;

/// A job that this program can't run: the cause is `kind`, `version` or `payload`.
pub(crate) struct UnrunnableJob {
    pub(crate) seq: i64,
    pub(crate) cause: &'static str,
    pub(crate) reason: String,
}

pub(crate) type Claimed = Result<ClaimedJob, UnrunnableJob>;

/// The queued jobs of an app and its account.
pub(crate) fn queued(row: &impl Row) -> Result<QueuedJobs, StoreError> {
    Ok(QueuedJobs {
        of_app: row.number("of_app")?,
        of_account: row.number("of_account")?,
    })
}

pub(crate) fn claimed(row: &impl Row, owner: Uuid) -> Result<Claimed, StoreError> {
    let job_id = row.id("id")?;
    match payload(row)? {
        Ok(payload) => Ok(Ok(ClaimedJob {
            lease: Lease {
                job_id,
                fence: row.integer("fence")?,
                owner,
            },
            payload,
            attempt: row.number("attempt")?,
            cancel_requested: row.flag("cancel_requested")?,
            correlation: row.id("correlation")?,
        })),
        Err((cause, reason)) => {
            tracing::warn!(job.id = %job_id, job.kind = row.text("kind")?, reason, "job parked");
            let seq = row.integer("seq")?;
            Ok(Err(UnrunnableJob { seq, cause, reason }))
        }
    }
}

pub(crate) fn log_claimed(job: &ClaimedJob) {
    tracing::debug!(
        job.id = %job.lease.job_id,
        job.kind = job.payload.kind(),
        job.attempt = job.attempt,
        "job claimed"
    );
}

/// The payload, or why it is invalid: a word for the cause, and a text.
fn payload(row: &impl Row) -> Result<Result<JobPayload, (&'static str, String)>, StoreError> {
    let kind = row.text("kind")?;
    let Some((_, known)) = JobPayload::KINDS.iter().find(|(name, _)| *name == kind) else {
        return Ok(Err(("kind", format!("unknown kind of job: {kind}"))));
    };
    let version = row.integer("payload_version")?;
    if version != i64::from(*known) {
        let reason = format!("unknown payload version {version}");
        return Ok(Err(("version", reason)));
    }
    Ok(serde_json::from_str(row.text("payload")?)
        .map_err(|error| ("payload", format!("the payload is invalid: {error}"))))
}

pub(crate) fn pending(row: &impl Row) -> Result<PendingJob, StoreError> {
    let away_nodes: Vec<String> = row.optional("away_nodes", Row::json)?.unwrap_or_default();
    Ok(PendingJob {
        id: row.id("id")?,
        kind: row.string("kind")?,
        payload: payload(row)?.ok(),
        state: row.string("state")?,
        fence: row.integer("fence")?,
        attempt: row.number("attempt")?,
        run_after: row.time("run_after_micros")?,
        cancel_requested: row.flag("cancel_requested")?,
        reason: away_reason(&away_nodes).or(row.optional_string("reason")?),
    })
}

pub(crate) fn truncate_reason(reason: &str) -> String {
    reason.chars().take(REASON_CHARS_MAX).collect()
}
