//! The queue. A job's lease is the triple of its id, fence and owner; every write of a worker names it.

use appkeep_core::ids::JobId;
use appkeep_core::job::{Claim, ClaimedJob, JobEnd, JobPayload, Lease, LeaseStatus, NewJob, PAYLOAD_VERSION};
use appkeep_core::store::StoreError;
use appkeep_core::worker::BACKOFF_SECS_MAX;
use chrono::{DateTime, TimeDelta, Utc};
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

/// Takes the oldest job of a class that may run. `$1` owner, `$2` lease end, `$3` now, `$4` whether every other
/// owner is known to be dead.
///
/// A dead job is claimable itself, so a queued one with its key waits until the dead one is taken up again.
macro_rules! claim {
    ($class:literal, $limits:literal) => {
        concat!(
            "UPDATE jobs SET state = 'running', attempt = attempt + 1, fence = fence + 1, lease_owner = $1, ",
            "lease_until_micros = $2 ",
            "WHERE seq = (",
            "SELECT candidate.seq FROM jobs AS candidate ",
            "WHERE candidate.state IN ('queued', 'running') AND candidate.kind ",
            $class,
            " 'take_backup' AND candidate.run_after_micros <= $3 ",
            "AND (candidate.state = 'queued' OR candidate.lease_until_micros < $3 ",
            "OR ($4 AND candidate.lease_owner <> $1)) ",
            "AND NOT EXISTS (",
            "SELECT 1 FROM jobs AS other ",
            "WHERE other.state = 'running' AND other.exclusive_key = candidate.exclusive_key ",
            "AND other.seq <> candidate.seq) ",
            $limits,
            "ORDER BY candidate.run_after_micros, candidate.seq LIMIT 1) ",
            "RETURNING seq, id, payload_version, kind, payload, attempt, fence, cancel_requested, ",
            "COALESCE(correlation, id) AS correlation"
        )
    };
}

/// Takes a job that isn't a backup. These go first: they are short, or somebody waits for them.
pub(super) const CLAIM_OTHER: &str = claim!("<>", "");

/// Takes a backup, unless its bucket or this owner (`$5`, null for no limit) has as many as it may. A queued
/// one leaves a dead one its place; dead ones don't stand in each other's way, or none would ever be taken up.
pub(super) const CLAIM_BACKUP: &str = claim!(
    "=",
    "AND ($5 IS NULL OR $5 > (\
      SELECT COUNT(*) FROM jobs AS own \
      WHERE own.state = 'running' AND own.kind = 'take_backup' AND own.lease_owner = $1 \
      AND own.lease_until_micros >= $3 AND own.seq <> candidate.seq)) \
    AND NOT EXISTS (\
      SELECT 1 FROM buckets WHERE buckets.id = candidate.bucket_id AND buckets.backups_max <= (\
        SELECT COUNT(*) FROM jobs AS beside \
        WHERE beside.state = 'running' AND beside.bucket_id = candidate.bucket_id \
        AND beside.seq <> candidate.seq \
        AND (candidate.state = 'queued' OR (beside.lease_until_micros >= $3 \
          AND NOT ($4 AND beside.lease_owner <> $1))))) "
);

/// Brings queued jobs of a class forward that wait longer than any job does: they were queued before the clock
/// was set back. `$1` now, `$2` the moment until which a job may wait.
macro_rules! recall {
    ($class:literal) => {
        concat!(
            "UPDATE jobs SET run_after_micros = $1 ",
            "WHERE state IN ('queued', 'running') AND state = 'queued' AND kind ",
            $class,
            " 'take_backup' AND run_after_micros > $2"
        )
    };
}

/// Of each class, since each has an index of its own.
pub(super) const RECALL: [&str; 2] = [recall!("<>"), recall!("=")];

/// Queues parked jobs again that this program can run: `$1` is its payload version, `$2` the kinds that it knows.
pub(super) const UNPARK: &str = "\
    UPDATE jobs SET state = 'queued', park_cause = NULL \
    WHERE state = 'parked' AND kind IN (SELECT value FROM json_each($2)) \
    AND park_cause <> 'payload' AND payload_version = $1";

/// Ends a run for good. `$1` to `$3` lease, `$4` state, `$5` reason, `$6` now.
pub(super) const END: &str = "\
    UPDATE jobs SET state = $4, reason = $5, lease_owner = NULL, lease_until_micros = NULL, \
    ended_micros = $6, ended_order = 1 + COALESCE((SELECT MAX(ended_order) FROM jobs WHERE ended_order IS NOT NULL), 0) \
    WHERE id = $1 AND fence = $2 AND lease_owner = $3 AND state = 'running'";

/// Deletes all ended jobs but the `$1` that ended last.
pub(super) const FORGET: &str = "\
    DELETE FROM jobs WHERE ended_order <= \
    (SELECT MAX(ended_order) FROM jobs WHERE ended_order IS NOT NULL) - $1";

pub(super) async fn insert(conn: &mut SqliteConnection, job: &NewJob) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO jobs (id, payload_version, kind, payload, resource, exclusive_key, state, \
         run_after_micros, correlation, bucket_id) VALUES ($1, $2, $3, $4, $5, $6, 'queued', $7, $8, \
         (SELECT bucket_id FROM app_backups WHERE id = $5 AND $3 = 'take_backup'))",
    )
    .bind(job.id.to_string())
    .bind(i64::from(PAYLOAD_VERSION))
    .bind(job.payload.kind())
    .bind(json("a job's payload", &job.payload)?)
    .bind(job.payload.resource().to_string())
    .bind(job.payload.exclusive_key())
    .bind(micros(job.run_after))
    .bind(job.correlation.map(|id| id.to_string()))
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
    unpark(conn).await?;
    recall(conn, claim.now).await?;
    for _ in 0..PARKED_PER_CLAIM_MAX {
        let Some(row) = claim_row(conn, claim, sole_server).await? else {
            return Ok(None);
        };
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
            Err((cause, reason)) => park(conn, &row, cause, &reason).await?,
        }
    }
    Ok(None)
}

async fn claim_row(
    conn: &mut SqliteConnection,
    claim: &Claim,
    sole_server: bool,
) -> Result<Option<SqliteRow>, StoreError> {
    for class in [CLAIM_OTHER, CLAIM_BACKUP] {
        let mut query = sqlx::query(class)
            .bind(claim.owner.to_string())
            .bind(micros(claim.lease_until))
            .bind(micros(claim.now))
            .bind(sole_server);
        if class == CLAIM_BACKUP {
            query = query.bind(claim.backups_max);
        }
        let row = query.fetch_optional(&mut *conn).await.map_err(store_error)?;
        if row.is_some() {
            return Ok(row);
        }
    }
    Ok(None)
}

/// Queues what another program parked and this one knows.
async fn unpark(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    let queued = sqlx::query(UNPARK)
        .bind(i64::from(PAYLOAD_VERSION))
        .bind(json("the kinds of jobs", &JobPayload::KINDS)?)
        .execute(conn)
        .await
        .map_err(store_error)?;
    if queued.rows_affected() > 0 {
        tracing::info!(jobs = queued.rows_affected(), "parked jobs queued again");
    }
    Ok(())
}

/// Brings forward what was queued before the clock was set back.
async fn recall(conn: &mut SqliteConnection, now: DateTime<Utc>) -> Result<(), StoreError> {
    let latest = now + TimeDelta::seconds(BACKOFF_SECS_MAX);
    for class in RECALL {
        let recalled = sqlx::query(class)
            .bind(micros(now))
            .bind(micros(latest))
            .execute(&mut *conn)
            .await
            .map_err(store_error)?;
        if recalled.rows_affected() > 0 {
            let jobs = recalled.rows_affected();
            tracing::warn!(
                jobs,
                "the clock was set back: jobs that would wait for it are brought forward"
            );
        }
    }
    Ok(())
}

/// Reads a job that was claimed, or says why its payload can't be understood: the cause's word, and a text.
fn read_claimed(
    row: &SqliteRow,
    owner: Uuid,
) -> Result<Result<ClaimedJob, (&'static str, String)>, StoreError> {
    let row = Row::new("jobs", row);
    let version: i64 = row.value("payload_version")?;
    if version != i64::from(PAYLOAD_VERSION) {
        let reason = format!("the payload's version {version} is not known");
        return Ok(Err(("version", reason)));
    }
    let payload: &str = row.value("payload")?;
    let payload: JobPayload = match serde_json::from_str(payload) {
        Ok(payload) => payload,
        Err(error) => {
            let is_known = JobPayload::KINDS.contains(&row.value("kind")?);
            let cause = if is_known { "payload" } else { "kind" };
            return Ok(Err((cause, format!("the payload can't be understood: {error}"))));
        }
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
        cancel_requested: row.value("cancel_requested")?,
        correlation: row.id("correlation")?,
    }))
}

/// Puts a job aside that this program can't run. It stays until one claims that can, or, when its payload is
/// broken, until a person has looked at it.
async fn park(
    conn: &mut SqliteConnection,
    row: &SqliteRow,
    cause: &str,
    reason: &str,
) -> Result<(), StoreError> {
    let row = Row::new("jobs", row);
    let (id, kind): (JobId, &str) = (row.id("id")?, row.value("kind")?);
    tracing::warn!(job.id = %id, job.kind = kind, reason, "job parked");
    sqlx::query(
        "UPDATE jobs SET state = 'parked', attempt = attempt - 1, reason = $2, lease_owner = NULL, \
         lease_until_micros = NULL, park_cause = $3 WHERE seq = $1",
    )
    .bind(row.value::<i64>("seq")?)
    .bind(fit_reason(reason))
    .bind(cause)
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

/// A request to stop outlives the run: whoever takes the job up again learns of it too. One that waits for its
/// next attempt need not wait any longer.
pub(super) async fn update_cancel_requested(
    conn: &mut SqliteConnection,
    resource: Uuid,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE jobs SET cancel_requested = TRUE, run_after_micros = MIN(run_after_micros, 0) \
         WHERE resource = $1 AND state IN ('queued', 'running')",
    )
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
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    match end {
        JobEnd::Done => update_over(conn, lease, "done", None, now).await,
        JobEnd::Cancelled => update_over(conn, lease, "cancelled", None, now).await,
        JobEnd::Failed { reason } => update_over(conn, lease, "failed", Some(reason), now).await,
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
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let ended = sqlx::query(END)
        .bind(lease.job_id.to_string())
        .bind(lease.fence)
        .bind(lease.owner.to_string())
        .bind(state)
        .bind(reason.map(fit_reason))
        .bind(micros(now))
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
