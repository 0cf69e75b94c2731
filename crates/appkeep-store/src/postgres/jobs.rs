//! The job queue. A job's lease is identified by id, fence and owner; all writes of workers specify it. Only running
//! jobs have an owner.
//!
//! Claims run one at a time on all servers, so that the limits on concurrent backups hold. They skip jobs that a
//! transaction has locked: one that finishes or cancels a job, or that writes its results under its lease.

use appkeep_core::job::{Claim, ClaimedJob, JobPayload, JobResult, Lease, LeaseStatus, NewJob, QueuedJobs};
use appkeep_core::lease;
use appkeep_core::store::StoreError;
use appkeep_core::worker::BACKOFF_SECS_MAX;
use chrono::{DateTime, TimeDelta, Utc};
use sqlx_postgres::PgConnection;
use uuid::Uuid;

use super::db::{self, params, storable};
use super::events::notifying;
use super::locks;
use super::rows::PostgresRow;
use super::servers::now;
use crate::items::jobs::{
    Claimed, PARKED_PER_CLAIM_MAX, UnrunnableJob, claimed, log_claimed, queued, truncate_reason,
};
use crate::items::servers::duration_micros;
use crate::rows::{Row as _, json, micros};
use crate::statements::statements;

/// Claims the oldest job of a class that may run. `$1` owner, `$2` lease end, `$3` now, `$4` node,
/// `$5` the time for which a server is live.
///
/// A job whose owner is dead can be claimed itself, so a queued job with the same key waits until that job is
/// resumed.
macro_rules! claim {
    ($class:literal, $limits:literal) => {
        concat!(
            "UPDATE jobs SET state = 'running', attempt = attempt + 1, fence = fence + 1, lease_owner = $1, ",
            "lease_until_micros = $2, step_key = NULL ",
            "WHERE seq = (",
            "SELECT candidate.seq FROM jobs AS candidate ",
            "WHERE candidate.state IN ('queued', 'running') AND candidate.kind ",
            $class,
            " 'take_backup' AND candidate.run_after_micros <= $3 ",
            "AND (candidate.state = 'queued' OR candidate.lease_until_micros < $3) ",
            "AND NOT EXISTS (",
            "SELECT 1 FROM jobs AS other ",
            "WHERE other.state = 'running' AND other.exclusive_key = candidate.exclusive_key ",
            "AND other.seq <> candidate.seq) ",
            $limits,
            "AND ",
            permitted!(),
            " AND NOT ",
            better_elsewhere!(),
            " ORDER BY candidate.run_after_micros, candidate.seq LIMIT 1 FOR UPDATE OF candidate SKIP LOCKED) ",
            "RETURNING seq, id, payload_version, kind, payload, attempt, fence, cancel_requested, ",
            "COALESCE(correlation, id) AS correlation"
        )
    };
}

/// Whether the node may run the job. Any node may delete backups from a bucket that no node declares. Null, as the result of a comparison with null, counts as false.
macro_rules! permitted {
    () => {
        concat!(
            "(candidate.node = $4 OR (candidate.cancel_requested AND candidate.fence = 0) ",
            "OR (candidate.node IS NULL AND (candidate.required_item IS NULL OR 0 < (",
            "SELECT COUNT(*) FROM node_declarations AS declared ",
            "WHERE declared.id = candidate.required_item AND declared.node = $4) ",
            "OR (candidate.kind = 'delete_backup' AND 0 = (",
            "SELECT COUNT(*) FROM node_declarations AS declared ",
            "WHERE declared.id = candidate.required_item)))))"
        )
    };
}

/// The bucket that a job uses, if it is known. The required item of other jobs isn't a bucket.
macro_rules! bucket {
    () => {
        concat!(
            "COALESCE(candidate.bucket_id, (",
            "SELECT backup.bucket_id FROM app_restores AS restore ",
            "JOIN app_backups AS backup ON backup.id = restore.source_id ",
            "WHERE candidate.kind = 'restore_app' AND restore.id = candidate.resource), candidate.required_item)"
        )
    };
}

/// Whether this node isn't known to be able to use the job's bucket, while another live node is that may run the job.
/// `$5` the time for which a server is live.
macro_rules! better_elsewhere {
    () => {
        concat!(
            "(candidate.node IS NULL AND 0 = (",
            "SELECT COUNT(*) FROM bucket_checks AS own WHERE own.bucket_id = ",
            bucket!(),
            " AND own.node = $4 AND own.reason IS NULL) AND 0 < (",
            "SELECT COUNT(*) FROM bucket_checks AS elsewhere ",
            "JOIN node_declarations AS bucket ON bucket.id = elsewhere.bucket_id AND bucket.node = elsewhere.node ",
            "JOIN node_declarations AS item ON item.id = candidate.required_item AND item.node = elsewhere.node ",
            "JOIN servers ON servers.node = elsewhere.node AND ",
            now!(),
            " - servers.seen_micros < $5 ",
            "WHERE elsewhere.bucket_id = ",
            bucket!(),
            " AND elsewhere.node <> $4 AND elsewhere.reason IS NULL))"
        )
    };
}

/// Makes queued jobs of a class due that wait longer than any pause: they were queued before the clock was set back.
/// `$1` now, `$2` the latest time until which a job may wait.
macro_rules! make_due {
    ($class:literal) => {
        concat!(
            "UPDATE jobs SET run_after_micros = $1 ",
            "WHERE state IN ('queued', 'running') AND state = 'queued' AND kind ",
            $class,
            " 'take_backup' AND run_after_micros > $2"
        )
    };
}

statements! {
    /// Queues a job. The number of queued jobs of its app and its account doesn't include it.
    INSERT("jobs") = notifying!("queued", "INSERT INTO jobs (id, payload_version, kind, payload, resource, exclusive_key, state, \
         run_after_micros, correlation, account_id, app_id, node, required_item, bucket_id) \
         VALUES ($1, $2, $3, $4, $5, $6, 'queued', $7, $8, $9, $10, $11, $12, \
         (SELECT bucket_id FROM app_backups WHERE id = $5 AND $3 = 'take_backup')) RETURNING seq",
         ", (SELECT COALESCE(SUM(length), 0)::BIGINT FROM queue_lengths WHERE owner_id = $10) AS of_app, \
         (SELECT COALESCE(SUM(length), 0)::BIGINT FROM queue_lengths WHERE owner_id = $9) AS of_account");
    PARK("jobs") = "UPDATE jobs SET state = 'parked', attempt = attempt - 1, reason = $2, lease_owner = NULL, \
         lease_until_micros = NULL, park_cause = $3 WHERE seq = $1";
    RENEW_LEASE("jobs") = "UPDATE jobs SET lease_until_micros = $4 \
         WHERE id = $1 AND fence = $2 AND lease_owner = $3 \
         RETURNING cancel_requested";

    /// Until the transaction ends, the lease can't be renewed, and no other worker can claim the job.
    FETCH_LEASE("jobs") = "SELECT id FROM jobs WHERE id = $1 AND fence = $2 AND lease_owner = $3 \
         FOR NO KEY UPDATE";
    REQUEST_CANCEL("jobs") = notifying!("cancelled", "UPDATE jobs SET cancel_requested = TRUE, run_after_micros = LEAST(run_after_micros, 0) \
         WHERE resource = $1 AND state IN ('queued', 'running') AND kind NOT IN ('delete_backup', 'delete_snapshot') RETURNING seq");
    REQUEUE("jobs") = notifying!("queued", "UPDATE jobs SET state = 'queued', attempt = attempt - $4, run_after_micros = $5, reason = $6, \
         lease_owner = NULL, lease_until_micros = NULL, step_key = NULL \
         WHERE id = $1 AND fence = $2 AND lease_owner = $3 RETURNING seq");

    /// `$1` to `$3` lease, `$4` node.
    UPDATE_NODE("jobs") = "UPDATE jobs SET node = $4 WHERE id = $1 AND fence = $2 AND lease_owner = $3";

    /// Sets a job's step key, or removes it, unless another job has the key. `$1` to `$3` lease, `$4` key.
    UPDATE_STEP_KEY("jobs") = "UPDATE jobs SET step_key = $4 \
         WHERE id = $1 AND fence = $2 AND lease_owner = $3 AND NOT EXISTS (\
         SELECT 1 FROM jobs AS other WHERE other.step_key = $4 AND other.id <> $1)";

    /// Removes the step key `$1` from a job whose lease has ended. `$2` now.
    RELEASE_STEP_KEY("jobs") = "UPDATE jobs SET step_key = NULL WHERE step_key = $1 AND lease_until_micros < $2";

    /// Claims a job that isn't a backup. These jobs take priority: they are short, or a client waits for them.
    CLAIM_OTHER("jobs") = claim!("<>", "");

    /// Claims a backup, unless as many run as its bucket or this owner (`$6`, null for no limit) permits. A queued
    /// backup waits until backups of dead owners are resumed. Those don't block each other, because otherwise none
    /// would be resumed.
    CLAIM_BACKUP("jobs") = claim!(
        "=",
        "AND ($6::BIGINT IS NULL OR $6 > (\
          SELECT COUNT(*) FROM jobs AS own \
          WHERE own.lease_owner = $1 AND own.kind = 'take_backup' \
          AND own.lease_until_micros >= $3 AND own.seq <> candidate.seq)) \
        AND NOT EXISTS (\
          SELECT 1 FROM buckets WHERE buckets.id = candidate.bucket_id AND buckets.backups_max <= (\
            SELECT COUNT(*) FROM jobs AS beside \
            WHERE beside.state = 'running' AND beside.bucket_id = candidate.bucket_id \
            AND beside.seq <> candidate.seq \
            AND (candidate.state = 'queued' OR beside.lease_until_micros >= $3))) "
    );

    MAKE_OTHERS_DUE("jobs") = make_due!("<>");
    MAKE_BACKUPS_DUE("jobs") = make_due!("=");

    /// Queues parked jobs that this program can run: `$1` is an array of kinds, each with its payload version.
    UNPARK("jobs") = "\
        UPDATE jobs SET state = 'queued', park_cause = NULL \
        WHERE state = 'parked' AND (kind, payload_version) IN \
        (SELECT value ->> 0, (value ->> 1)::BIGINT FROM json_array_elements($1::JSON)) AND park_cause <> 'payload'";

    /// Finishes a job. `$1` to `$3` lease, `$4` state, `$5` reason, `$6` now.
    FINISH("jobs") = "UPDATE jobs SET state = $4, reason = $5, lease_owner = NULL, lease_until_micros = NULL, \
         step_key = NULL, ended_micros = $6, ended_order = nextval('jobs_ended_order') \
         WHERE id = $1 AND fence = $2 AND lease_owner = $3";
}

pub(super) async fn insert(db: &mut PgConnection, job: &NewJob) -> Result<QueuedJobs, StoreError> {
    let params = params![
        job.id.as_uuid(),
        i64::from(job.payload.version()),
        job.payload.kind(),
        json("a job's payload", &job.payload)?,
        job.payload.resource(),
        job.payload.exclusive_key(),
        micros(job.run_after),
        job.correlation,
        job.payload.account_id().map(|id| id.as_uuid()),
        job.payload.app_id().as_uuid(),
        job.node.as_deref(),
        job.payload.required_item()
    ];
    db::fetch_one(db, INSERT, params, |row| queued(row)).await
}

/// Claims a job in a transaction in which each statement sees all committed claims.
pub(super) async fn claim(db: &mut PgConnection, claim: &Claim) -> Result<Option<ClaimedJob>, StoreError> {
    locks::claim(db).await?;
    unpark(db).await?;
    make_due(db, claim.now).await?;
    for _ in 0..PARKED_PER_CLAIM_MAX {
        match claim_row(db, claim).await? {
            None => return Ok(None),
            Some(Ok(job)) => {
                log_claimed(&job);
                return Ok(Some(job));
            }
            // It stays parked until a program that can run it makes a claim, or, if its payload is invalid, until an
            // operator handles it.
            Some(Err(UnrunnableJob { seq, cause, reason })) => {
                let params = params![seq, storable(&truncate_reason(&reason)), cause];
                db::execute(db, PARK, params).await?;
            }
        }
    }
    Ok(None)
}

async fn claim_row(db: &mut PgConnection, claim: &Claim) -> Result<Option<Claimed>, StoreError> {
    let (lease_until, now) = (micros(claim.lease_until), micros(claim.now));
    let read = |row: &PostgresRow<'_>| claimed(row, claim.owner);
    let live_for = duration_micros(lease::duration());
    let params = params![claim.owner, lease_until, now, &claim.node, live_for];
    let other = db::fetch(db, CLAIM_OTHER, params, read).await?;
    if other.is_some() {
        return Ok(other);
    }
    let backups_max = claim.backups_max.map(i64::from);
    let params = params![claim.owner, lease_until, now, &claim.node, live_for, backups_max];
    db::fetch(db, CLAIM_BACKUP, params, read).await
}

/// Queues jobs that another version parked and that this program can run.
async fn unpark(db: &mut PgConnection) -> Result<(), StoreError> {
    let kinds = json("the kinds of jobs", &JobPayload::KINDS)?;
    let queued = db::execute(db, UNPARK, params![kinds]).await?;
    if queued > 0 {
        tracing::info!(jobs = queued, "parked jobs queued again");
    }
    Ok(())
}

/// Makes jobs due that were queued before the clock was set back.
async fn make_due(db: &mut PgConnection, now: DateTime<Utc>) -> Result<(), StoreError> {
    let latest = now + TimeDelta::seconds(BACKOFF_SECS_MAX);
    for class in [MAKE_OTHERS_DUE, MAKE_BACKUPS_DUE] {
        let jobs = db::execute(db, class, params![micros(now), micros(latest)]).await?;
        if jobs > 0 {
            tracing::warn!(
                jobs,
                "the clock was set back: jobs with later due times are due now"
            );
        }
    }
    Ok(())
}

pub(super) async fn renew_lease(
    db: &mut PgConnection,
    lease: &Lease,
    until: DateTime<Utc>,
) -> Result<LeaseStatus, StoreError> {
    let params = params![lease.job_id.as_uuid(), lease.fence, lease.owner, micros(until)];
    let cancel_requested = db::fetch(db, RENEW_LEASE, params, |row| row.flag("cancel_requested"));
    Ok(match cancel_requested.await? {
        None => LeaseStatus::Lost,
        Some(true) => LeaseStatus::CancelRequested,
        Some(false) => LeaseStatus::Held,
    })
}

pub(super) async fn holds_lease(db: &mut PgConnection, lease: &Lease) -> Result<bool, StoreError> {
    let params = params![lease.job_id.as_uuid(), lease.fence, lease.owner];
    let row = db::fetch(db, FETCH_LEASE, params, |_| Ok(())).await?;
    Ok(row.is_some())
}

/// Makes a job belong to a node.
pub(super) async fn update_node(
    db: &mut PgConnection,
    lease: &Lease,
    node: &str,
) -> Result<bool, StoreError> {
    let params = params![lease.job_id.as_uuid(), lease.fence, lease.owner, node];
    Ok(db::execute(db, UPDATE_NODE, params).await? == 1)
}

/// Sets or removes a job's step key, unless another job has it whose lease holds at `now`.
pub(super) async fn update_step_key(
    db: &mut PgConnection,
    lease: &Lease,
    key: Option<&str>,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    db::execute(db, RELEASE_STEP_KEY, params![key, micros(now)]).await?;
    let params = params![lease.job_id.as_uuid(), lease.fence, lease.owner, key];
    Ok(db::execute(db, UPDATE_STEP_KEY, params).await? == 1)
}

/// Requests jobs to stop. The request is stored, so that it also reaches a later run of the job. A job that waits for
/// its next attempt becomes due immediately.
pub(super) async fn update_cancel_requested(db: &mut PgConnection, resource: Uuid) -> Result<(), StoreError> {
    db::execute(db, REQUEST_CANCEL, params![resource]).await?;
    Ok(())
}

pub(super) async fn update_finished(
    db: &mut PgConnection,
    lease: &Lease,
    result: &JobResult,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let (id, fence, owner) = (lease.job_id.as_uuid(), lease.fence, lease.owner);
    let stored = |reason: &str| storable(&truncate_reason(reason));
    let (state, reason) = match result {
        JobResult::Done => ("done", None),
        JobResult::Cancelled => ("cancelled", None),
        JobResult::Failed { reason } => ("failed", Some(stored(reason))),
        JobResult::Requeue {
            run_after,
            counts,
            reason,
        } => {
            let (uncounted, run_after) = (i64::from(!*counts), micros(*run_after));
            let params = params![id, fence, owner, uncounted, run_after, stored(reason)];
            return Ok(db::execute(db, REQUEUE, params).await? == 1);
        }
    };
    let params = params![id, fence, owner, state, reason, micros(now)];
    Ok(db::execute(db, FINISH, params).await? == 1)
}
