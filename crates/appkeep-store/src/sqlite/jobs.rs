//! The queue. A job's lease is the triple of its id, fence and owner; every write of a worker names it.

use appkeep_core::ids::JobId;
use appkeep_core::job::{Claim, ClaimedJob, JobEnd, JobPayload, Lease, LeaseStatus, NewJob, PAYLOAD_VERSION};
use appkeep_core::store::StoreError;
use chrono::{DateTime, Utc};
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

use super::errors::store_error;
use super::rows::{Row, json, micros};

/// How many ended jobs are kept, for those who look for what happened. The queue itself is as long as there
/// is work, so nothing in it may be forgotten; what ended may, the one that ended first first.
pub(super) const ENDED_JOBS_MAX: i64 = 1000;
/// How many jobs one claim parks at most before it gives up until the next.
const PARKED_PER_CLAIM_MAX: usize = 100;
/// How much of a reason is kept, in characters.
const REASON_CHARS_MAX: usize = 1000;

/// Takes the oldest job that may run. `$1` owner, `$2` lease end, `$3` now, `$4` whether every other owner is
/// known to be dead.
///
/// A dead job is claimable itself, so a queued one with its key waits until the dead one is taken up again.
pub(super) const CLAIM: &str = "\
    UPDATE jobs SET state = 'running', attempt = attempt + 1, fence = fence + 1, lease_owner = $1, \
    lease_until_micros = $2 \
    WHERE seq = (\
      SELECT candidate.seq FROM jobs AS candidate \
      WHERE candidate.state IN ('queued', 'running') AND candidate.run_after_micros <= $3 \
      AND (candidate.state = 'queued' OR candidate.lease_until_micros < $3 \
        OR ($4 AND candidate.lease_owner <> $1)) \
      AND NOT EXISTS (\
        SELECT 1 FROM jobs AS other \
        WHERE other.state = 'running' AND other.exclusive_key = candidate.exclusive_key \
        AND other.seq <> candidate.seq) \
      ORDER BY candidate.run_after_micros, candidate.seq LIMIT 1) \
    RETURNING seq, id, payload_version, kind, payload, attempt, fence";

/// Ends a run for good. `$1` to `$3` lease, `$4` state, `$5` reason.
pub(super) const END: &str = "\
    UPDATE jobs SET state = $4, reason = $5, lease_owner = NULL, lease_until_micros = NULL, \
    ended_order = 1 + COALESCE((SELECT MAX(ended_order) FROM jobs WHERE ended_order IS NOT NULL), 0) \
    WHERE id = $1 AND fence = $2 AND lease_owner = $3 AND state = 'running'";

/// Deletes all ended jobs but the `$1` that ended last.
pub(super) const FORGET: &str = "\
    DELETE FROM jobs WHERE ended_order <= \
    (SELECT MAX(ended_order) FROM jobs WHERE ended_order IS NOT NULL) - $1";

pub(super) async fn insert(conn: &mut SqliteConnection, job: &NewJob) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO jobs (id, payload_version, kind, payload, resource, exclusive_key, state, \
         run_after_micros) VALUES ($1, $2, $3, $4, $5, $6, 'queued', $7)",
    )
    .bind(job.id.to_string())
    .bind(i64::from(PAYLOAD_VERSION))
    .bind(job.payload.kind())
    .bind(json("a job's payload", &job.payload)?)
    .bind(job.payload.resource().to_string())
    .bind(job.payload.exclusive_key())
    .bind(micros(job.run_after))
    .execute(conn)
    .await
    .map_err(store_error)?;
    Ok(())
}

pub(super) async fn claim(
    conn: &mut SqliteConnection,
    claim: &Claim,
    sole_server: bool,
) -> Result<Option<ClaimedJob>, StoreError> {
    for _ in 0..PARKED_PER_CLAIM_MAX {
        let row = sqlx::query(CLAIM)
            .bind(claim.owner.to_string())
            .bind(micros(claim.lease_until))
            .bind(micros(claim.now))
            .bind(sole_server)
            .fetch_optional(&mut *conn)
            .await
            .map_err(store_error)?;
        let Some(row) = row else { return Ok(None) };
        match read_claimed(&row, claim.owner)? {
            Ok(job) => {
                tracing::debug!(
                    job.id = %job.lease.job_id,
                    job.kind = job.payload.kind(),
                    job.attempt = job.attempt,
                    "job claimed"
                );
                return Ok(Some(job));
            }
            Err(reason) => park(conn, &row, &reason).await?,
        }
    }
    Ok(None)
}

/// Reads a job that was claimed, or says why its payload can't be understood.
fn read_claimed(row: &SqliteRow, owner: Uuid) -> Result<Result<ClaimedJob, String>, StoreError> {
    let row = Row::new("jobs", row);
    let version: i64 = row.value("payload_version")?;
    if version != i64::from(PAYLOAD_VERSION) {
        return Ok(Err(format!("the payload's version {version} is not known")));
    }
    let payload: &str = row.value("payload")?;
    let payload: JobPayload = match serde_json::from_str(payload) {
        Ok(payload) => payload,
        Err(error) => return Ok(Err(format!("the payload can't be understood: {error}"))),
    };
    let lease = Lease {
        job_id: row.id("id")?,
        fence: row.value("fence")?,
        owner,
    };
    Ok(Ok(ClaimedJob {
        lease,
        payload,
        attempt: row.number("attempt")?,
    }))
}

/// Puts a job aside that nobody can run. It stays until a person has looked at it.
async fn park(conn: &mut SqliteConnection, row: &SqliteRow, reason: &str) -> Result<(), StoreError> {
    let row = Row::new("jobs", row);
    let (id, kind): (JobId, &str) = (row.id("id")?, row.value("kind")?);
    tracing::warn!(job.id = %id, job.kind = kind, reason, "job parked");
    sqlx::query(
        "UPDATE jobs SET state = 'parked', attempt = attempt - 1, reason = $2, lease_owner = NULL, \
         lease_until_micros = NULL WHERE seq = $1",
    )
    .bind(row.value::<i64>("seq")?)
    .bind(fit_reason(reason))
    .execute(conn)
    .await
    .map_err(store_error)?;
    Ok(())
}

pub(super) async fn renew_lease(
    conn: &mut SqliteConnection,
    lease: &Lease,
    until: DateTime<Utc>,
) -> Result<LeaseStatus, StoreError> {
    let row = sqlx::query(
        "UPDATE jobs SET lease_until_micros = $4 \
         WHERE id = $1 AND fence = $2 AND lease_owner = $3 AND state = 'running' \
         RETURNING cancel_requested",
    )
    .bind(lease.job_id.to_string())
    .bind(lease.fence)
    .bind(lease.owner.to_string())
    .bind(micros(until))
    .fetch_optional(conn)
    .await
    .map_err(store_error)?;
    let Some(row) = row else {
        return Ok(LeaseStatus::Lost);
    };
    let cancel_requested: bool = Row::new("jobs", &row).value("cancel_requested")?;
    Ok(if cancel_requested {
        LeaseStatus::CancelRequested
    } else {
        LeaseStatus::Held
    })
}

pub(super) async fn holds_lease(conn: &mut SqliteConnection, lease: &Lease) -> Result<bool, StoreError> {
    let row = sqlx::query(
        "SELECT 1 FROM jobs WHERE id = $1 AND fence = $2 AND lease_owner = $3 AND state = 'running'",
    )
    .bind(lease.job_id.to_string())
    .bind(lease.fence)
    .bind(lease.owner.to_string())
    .fetch_optional(conn)
    .await
    .map_err(store_error)?;
    Ok(row.is_some())
}

/// A request to stop outlives the run: whoever takes the job up again learns of it too.
pub(super) async fn update_cancel_requested(
    conn: &mut SqliteConnection,
    resource: Uuid,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE jobs SET cancel_requested = TRUE WHERE resource = $1 AND state = 'running'")
        .bind(resource.to_string())
        .execute(conn)
        .await
        .map_err(store_error)?;
    Ok(())
}

pub(super) async fn update_ended(
    conn: &mut SqliteConnection,
    lease: &Lease,
    end: &JobEnd,
) -> Result<bool, StoreError> {
    match end {
        JobEnd::Done => update_over(conn, lease, "done", None).await,
        JobEnd::Cancelled => update_over(conn, lease, "cancelled", None).await,
        JobEnd::Failed { reason } => update_over(conn, lease, "failed", Some(reason)).await,
        JobEnd::Requeue {
            run_after,
            counts,
            reason,
        } => update_queued_again(conn, lease, *run_after, *counts, reason).await,
    }
}

async fn update_over(
    conn: &mut SqliteConnection,
    lease: &Lease,
    state: &'static str,
    reason: Option<&str>,
) -> Result<bool, StoreError> {
    let ended = sqlx::query(END)
        .bind(lease.job_id.to_string())
        .bind(lease.fence)
        .bind(lease.owner.to_string())
        .bind(state)
        .bind(reason.map(fit_reason))
        .execute(&mut *conn)
        .await
        .map_err(store_error)?;
    if ended.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query(FORGET)
        .bind(ENDED_JOBS_MAX)
        .execute(conn)
        .await
        .map_err(store_error)?;
    Ok(true)
}

async fn update_queued_again(
    conn: &mut SqliteConnection,
    lease: &Lease,
    run_after: DateTime<Utc>,
    counts: bool,
    reason: &str,
) -> Result<bool, StoreError> {
    let queued = sqlx::query(
        "UPDATE jobs SET state = 'queued', attempt = attempt - $4, run_after_micros = $5, reason = $6, \
         lease_owner = NULL, lease_until_micros = NULL \
         WHERE id = $1 AND fence = $2 AND lease_owner = $3 AND state = 'running'",
    )
    .bind(lease.job_id.to_string())
    .bind(lease.fence)
    .bind(lease.owner.to_string())
    .bind(i64::from(!counts))
    .bind(micros(run_after))
    .bind(fit_reason(reason))
    .execute(conn)
    .await
    .map_err(store_error)?;
    Ok(queued.rows_affected() == 1)
}

fn fit_reason(reason: &str) -> String {
    reason.chars().take(REASON_CHARS_MAX).collect()
}
