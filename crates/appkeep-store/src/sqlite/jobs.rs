//! The job queue. A job's lease is identified by id, fence and owner; all writes of workers specify it.

use appkeep_core::job::{Claim, ClaimedJob, JobPayload, JobResult, Lease, LeaseStatus, NewJob, QueuedJobs};
use appkeep_core::store::StoreError;
use appkeep_core::worker::BACKOFF_SECS_MAX;
use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::params;
use uuid::Uuid;

use super::db::Db;
use super::rows::SqliteRow;
use crate::items::jobs::{
    Claimed, FINISHED_JOBS_MAX, PARKED_PER_CLAIM_MAX, UnrunnableJob, claimed, log_claimed, queued,
    truncate_reason,
};
use crate::rows::{Row as _, json, micros};
use crate::statements::statements;

/// Claims the oldest job of a class that may run. `?1` owner, `?2` lease end, `?3` now, `?4` whether all other owners
/// are known to be dead, `?5` node.
///
/// A job whose owner is dead can be claimed itself, so a queued job with the same key waits until that job is
/// resumed.
macro_rules! claim {
    ($class:literal, $index:literal, $limits:literal) => {
        concat!(
            "UPDATE jobs SET state = 'running', attempt = attempt + 1, fence = fence + 1, lease_owner = ?1, ",
            "lease_until_micros = ?2, step_key = NULL ",
            "WHERE seq = (",
            "SELECT candidate.seq FROM jobs AS candidate INDEXED BY ",
            $index,
            " ",
            "WHERE candidate.state IN ('queued', 'running') AND candidate.kind ",
            $class,
            " 'take_backup' AND candidate.run_after_micros <= ?3 ",
            "AND (candidate.state = 'queued' OR candidate.lease_until_micros < ?3 ",
            "OR (?4 AND candidate.lease_owner <> ?1)) ",
            "AND NOT EXISTS (",
            "SELECT 1 FROM jobs AS other INDEXED BY jobs_running_by_exclusive_key ",
            "WHERE other.state = 'running' AND other.exclusive_key = candidate.exclusive_key ",
            "AND other.seq <> candidate.seq) ",
            $limits,
            "AND ",
            permitted!(),
            " ORDER BY candidate.run_after_micros, candidate.seq LIMIT 1) ",
            "RETURNING seq, id, payload_version, kind, payload, attempt, fence, cancel_requested, ",
            "COALESCE(correlation, id) AS correlation"
        )
    };
}

/// Whether the node may run the job. Any node may delete backups from a bucket that no node declares. Null, as the result of a comparison with null, counts as false.
macro_rules! permitted {
    () => {
        concat!(
            "(?4 OR candidate.node = ?5 OR (candidate.cancel_requested AND candidate.fence = 0) ",
            "OR (candidate.node IS NULL AND (candidate.required_item IS NULL OR 0 < (",
            "SELECT COUNT(*) FROM node_declarations AS declared ",
            "WHERE declared.id = candidate.required_item AND declared.node = ?5) ",
            "OR (candidate.kind = 'delete_backup' AND 0 = (",
            "SELECT COUNT(*) FROM node_declarations AS declared ",
            "WHERE declared.id = candidate.required_item)))))"
        )
    };
}

/// Makes queued jobs of a class due that wait longer than any pause: they were queued before the clock was set back.
/// `?1` now, `?2` the latest time until which a job may wait.
macro_rules! make_due {
    ($class:literal, $index:literal) => {
        concat!(
            "UPDATE jobs INDEXED BY ",
            $index,
            " SET run_after_micros = ?1 ",
            "WHERE state IN ('queued', 'running') AND state = 'queued' AND kind ",
            $class,
            " 'take_backup' AND run_after_micros > ?2"
        )
    };
}

/// The position of a job that finishes now among the finished jobs.
macro_rules! next_finished_order {
    () => {
        "1 + COALESCE((SELECT MAX(ended_order) FROM jobs WHERE ended_order IS NOT NULL), 0)"
    };
}
pub(super) use next_finished_order;

statements! {
    /// The number of queued jobs of an app and an account that add work.
    COUNT_QUEUED("queue_lengths") = "SELECT \
         COALESCE((SELECT length FROM queue_lengths WHERE owner_id = ?1), 0) AS of_app, \
         COALESCE((SELECT length FROM queue_lengths WHERE owner_id = ?2), 0) AS of_account";
    INSERT("jobs") = "INSERT INTO jobs (id, payload_version, kind, payload, resource, exclusive_key, state, \
         run_after_micros, correlation, account_id, app_id, node, required_item, bucket_id) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'queued', ?7, ?8, ?9, ?10, ?11, ?12, \
         (SELECT bucket_id FROM app_backups WHERE id = ?5 AND ?3 = 'take_backup'))";
    PARK("jobs") = "UPDATE jobs SET state = 'parked', attempt = attempt - 1, reason = ?2, lease_owner = NULL, \
         lease_until_micros = NULL, park_cause = ?3 WHERE seq = ?1";
    RENEW_LEASE("jobs") = "UPDATE jobs SET lease_until_micros = ?4 \
         WHERE id = ?1 AND fence = ?2 AND lease_owner = ?3 AND state = 'running' \
         RETURNING cancel_requested";
    FETCH_LEASE("jobs") = "SELECT 1 FROM jobs WHERE id = ?1 AND fence = ?2 AND lease_owner = ?3 AND state = 'running'";
    REQUEST_CANCEL("jobs") = "UPDATE jobs INDEXED BY jobs_by_resource SET cancel_requested = TRUE, run_after_micros = MIN(run_after_micros, 0) \
         WHERE resource = ?1 AND state IN ('queued', 'running') AND kind NOT IN ('delete_backup', 'delete_snapshot')";
    REQUEUE("jobs") = "UPDATE jobs SET state = 'queued', attempt = attempt - ?4, run_after_micros = ?5, reason = ?6, \
         lease_owner = NULL, lease_until_micros = NULL, step_key = NULL \
         WHERE id = ?1 AND fence = ?2 AND lease_owner = ?3 AND state = 'running'";

    /// `?1` to `?3` lease, `?4` node.
    UPDATE_NODE("jobs") = "UPDATE jobs SET node = ?4 \
         WHERE id = ?1 AND fence = ?2 AND lease_owner = ?3 AND state = 'running'";

    /// Sets a job's step key, or removes it, unless another job has the key. `?1` to `?3` lease, `?4` key.
    UPDATE_STEP_KEY("jobs") = "UPDATE jobs SET step_key = ?4 \
         WHERE id = ?1 AND fence = ?2 AND lease_owner = ?3 AND state = 'running' AND NOT EXISTS (\
         SELECT 1 FROM jobs AS other INDEXED BY jobs_by_step_key WHERE other.step_key = ?4 AND other.id <> ?1)";

    /// Removes the step key `?1` from a job whose lease has ended. `?2` now, `?3` whether all owners except `?4` are
    /// known to be dead.
    RELEASE_STEP_KEY("jobs") = "UPDATE jobs INDEXED BY jobs_by_step_key SET step_key = NULL \
         WHERE step_key = ?1 AND (lease_until_micros < ?2 OR (?3 AND lease_owner <> ?4))";

    /// Claims a job that isn't a backup. These jobs take priority: they are short, or a client waits for them.
    CLAIM_OTHER("jobs") = claim!("<>", "jobs_claimable_others", "");

    /// Claims a backup, unless as many run as its bucket or this owner (`?6`, null for no limit) permits. A queued
    /// backup waits until backups of dead owners are resumed. Those don't block each other, because otherwise none
    /// would be resumed.
    CLAIM_BACKUP("jobs") = claim!(
        "=",
        "jobs_claimable_backups",
        "AND (?6 IS NULL OR ?6 > (\
          SELECT COUNT(*) FROM jobs AS own INDEXED BY jobs_running_by_exclusive_key \
          WHERE own.state = 'running' AND own.kind = 'take_backup' AND own.lease_owner = ?1 \
          AND own.lease_until_micros >= ?3 AND own.seq <> candidate.seq)) \
        AND NOT EXISTS (\
          SELECT 1 FROM buckets WHERE buckets.id = candidate.bucket_id AND buckets.backups_max <= (\
            SELECT COUNT(*) FROM jobs AS beside INDEXED BY jobs_running_by_bucket \
            WHERE beside.state = 'running' AND beside.bucket_id = candidate.bucket_id \
            AND beside.seq <> candidate.seq \
            AND (candidate.state = 'queued' OR (beside.lease_until_micros >= ?3 \
              AND NOT (?4 AND beside.lease_owner <> ?1))))) "
    );

    MAKE_OTHERS_DUE("jobs") = make_due!("<>", "jobs_claimable_others");
    MAKE_BACKUPS_DUE("jobs") = make_due!("=", "jobs_claimable_backups");

    /// Queues parked jobs that this program can run: `?1` is an array of kinds, each with its payload version.
    UNPARK("jobs") = "\
        UPDATE jobs INDEXED BY jobs_parked SET state = 'queued', park_cause = NULL \
        WHERE state = 'parked' AND (kind, payload_version) IN \
        (SELECT value ->> 0, value ->> 1 FROM json_each(?1)) AND park_cause <> 'payload'";

    /// Finishes a job. `?1` to `?3` lease, `?4` state, `?5` reason, `?6` now.
    FINISH("jobs") = concat!(
        "UPDATE jobs SET state = ?4, reason = ?5, lease_owner = NULL, lease_until_micros = NULL, step_key = NULL, ",
        "ended_micros = ?6, ended_order = ", next_finished_order!(),
        " WHERE id = ?1 AND fence = ?2 AND lease_owner = ?3 AND state = 'running'"
    );

    /// Deletes all finished jobs except the `?1` that finished last.
    DELETE_FINISHED("jobs") = "\
        DELETE FROM jobs INDEXED BY jobs_by_ended_order WHERE ended_order <= \
        (SELECT MAX(ended_order) FROM jobs WHERE ended_order IS NOT NULL) - ?1";
}

/// Queues a job, after counting the queued jobs of its app and its account.
pub(super) fn insert(db: &Db, job: &NewJob) -> Result<QueuedJobs, StoreError> {
    let (app_id, account_id) = (job.payload.app_id().to_string(), job.payload.account_id());
    let account_id = account_id.map(|id| id.to_string());
    let queued = db.fetch_one(COUNT_QUEUED, params![app_id, account_id], |row| queued(row))?;
    db.execute(
        INSERT,
        params![
            job.id.to_string(),
            job.payload.version(),
            job.payload.kind(),
            json("a job's payload", &job.payload)?,
            job.payload.resource().to_string(),
            job.payload.exclusive_key(),
            micros(job.run_after),
            job.correlation.map(|id| id.to_string()),
            account_id,
            app_id,
            job.node,
            job.payload.required_item().map(|id| id.to_string())
        ],
    )?;
    Ok(queued)
}

pub(super) fn claim(db: &Db, claim: &Claim, sole_server: bool) -> Result<Option<ClaimedJob>, StoreError> {
    unpark(db)?;
    make_due(db, claim.now)?;
    for _ in 0..PARKED_PER_CLAIM_MAX {
        match claim_row(db, claim, sole_server)? {
            None => return Ok(None),
            Some(Ok(job)) => {
                log_claimed(&job);
                return Ok(Some(job));
            }
            // It stays parked until a program that can run it makes a claim, or, if its payload is invalid, until an
            // operator handles it.
            Some(Err(UnrunnableJob { seq, cause, reason })) => {
                db.execute(PARK, params![seq, truncate_reason(&reason), cause])?;
            }
        }
    }
    Ok(None)
}

fn claim_row(db: &Db, claim: &Claim, sole_server: bool) -> Result<Option<Claimed>, StoreError> {
    let owner = claim.owner.to_string();
    let (lease_until, now) = (micros(claim.lease_until), micros(claim.now));
    let read = |row: &SqliteRow<'_>| claimed(row, claim.owner);
    let node = &claim.node;
    let params = params![owner, lease_until, now, sole_server, node];
    let other = db.fetch(CLAIM_OTHER, params, read)?;
    if other.is_some() {
        return Ok(other);
    }
    let params = params![owner, lease_until, now, sole_server, node, claim.backups_max];
    db.fetch(CLAIM_BACKUP, params, read)
}

/// Queues jobs that another version parked and that this program can run.
fn unpark(db: &Db) -> Result<(), StoreError> {
    let queued = db.execute(UNPARK, [json("the kinds of jobs", &JobPayload::KINDS)?])?;
    if queued > 0 {
        tracing::info!(jobs = queued, "parked jobs queued again");
    }
    Ok(())
}

/// Makes jobs due that were queued before the clock was set back.
fn make_due(db: &Db, now: DateTime<Utc>) -> Result<(), StoreError> {
    let latest = now + TimeDelta::seconds(BACKOFF_SECS_MAX);
    for class in [MAKE_OTHERS_DUE, MAKE_BACKUPS_DUE] {
        let changed = db.execute(class, params![micros(now), micros(latest)])?;
        if changed > 0 {
            let jobs = changed;
            tracing::warn!(
                jobs,
                "the clock was set back: jobs with later due times are due now"
            );
        }
    }
    Ok(())
}

pub(super) fn renew_lease(db: &Db, lease: &Lease, until: DateTime<Utc>) -> Result<LeaseStatus, StoreError> {
    let params = params![
        lease.job_id.to_string(),
        lease.fence,
        lease.owner.to_string(),
        micros(until)
    ];
    let cancel_requested = db.fetch(RENEW_LEASE, params, |row| row.flag("cancel_requested"))?;
    Ok(match cancel_requested {
        None => LeaseStatus::Lost,
        Some(true) => LeaseStatus::CancelRequested,
        Some(false) => LeaseStatus::Held,
    })
}

pub(super) fn holds_lease(db: &Db, lease: &Lease) -> Result<bool, StoreError> {
    let row = db.fetch(
        FETCH_LEASE,
        params![lease.job_id.to_string(), lease.fence, lease.owner.to_string()],
        |_| Ok(()),
    )?;
    Ok(row.is_some())
}

/// Makes a job belong to a node.
pub(super) fn update_node(db: &Db, lease: &Lease, node: &str) -> Result<bool, StoreError> {
    let params = params![
        lease.job_id.to_string(),
        lease.fence,
        lease.owner.to_string(),
        node
    ];
    Ok(db.execute(UPDATE_NODE, params)? == 1)
}

/// Sets or removes a job's step key, unless another job has it whose lease holds at `now`.
pub(super) fn update_step_key(
    db: &Db,
    lease: &Lease,
    key: Option<&str>,
    now: DateTime<Utc>,
    sole_server: bool,
) -> Result<bool, StoreError> {
    let owner = lease.owner.to_string();
    db.execute(RELEASE_STEP_KEY, params![key, micros(now), sole_server, owner])?;
    let params = params![lease.job_id.to_string(), lease.fence, owner, key];
    Ok(db.execute(UPDATE_STEP_KEY, params)? == 1)
}

/// Requests jobs to stop. The request is stored, so that it also reaches a later run of the job. A job that waits for
/// its next attempt becomes due immediately.
pub(super) fn update_cancel_requested(db: &Db, resource: Uuid) -> Result<(), StoreError> {
    db.execute(REQUEST_CANCEL, params![resource.to_string()])?;
    Ok(())
}

pub(super) fn update_finished(
    db: &Db,
    lease: &Lease,
    result: &JobResult,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let Lease { job_id, fence, owner } = lease;
    let (id, owner) = (job_id.to_string(), owner.to_string());
    let (state, reason) = match result {
        JobResult::Done => ("done", None),
        JobResult::Cancelled => ("cancelled", None),
        JobResult::Failed { reason } => ("failed", Some(truncate_reason(reason))),
        JobResult::Requeue {
            run_after,
            counts,
            reason,
        } => {
            let (uncounted, run_after) = (i64::from(!*counts), micros(*run_after));
            let params = params![id, fence, owner, uncounted, run_after, truncate_reason(reason)];
            return Ok(db.execute(REQUEUE, params)? == 1);
        }
    };
    let finished = db.execute(FINISH, params![id, fence, owner, state, reason, micros(now)])?;
    if finished == 1 {
        delete_finished(db)?;
    }
    Ok(finished == 1)
}

/// Deletes the jobs that finished first if there are too many.
pub(super) fn delete_finished(db: &Db) -> Result<(), StoreError> {
    db.execute(DELETE_FINISHED, params![FINISHED_JOBS_MAX])?;
    Ok(())
}
