//! The unfinished jobs. Operators list and cancel them, and the queue limits count them.

use appkeep_core::ids::JobId;
use appkeep_core::job::{JobPayload, PendingJob, QueuedJobs};
use appkeep_core::store::StoreError;
use chrono::{DateTime, Utc};
use rusqlite::params;

use super::db::Db;
use super::jobs;
use crate::items::jobs::pending;
use crate::rows::{Row as _, micros};
use crate::statements::statements;

macro_rules! select {
    ($index:literal, $which:literal) => {
        concat!(
            "SELECT id, payload_version, kind, payload, state, fence, attempt, run_after_micros, ",
            "cancel_requested, reason, ",
            "(SELECT away_nodes FROM apps WHERE apps.id = jobs.required_item AND jobs.state = 'queued') AS away_nodes ",
            "FROM jobs",
            $index,
            " WHERE state IN ('queued', 'running', 'parked') ",
            $which
        )
    };
}

/// Counts queued jobs that add work, with a condition that matches the indexes. `?1` is the owner.
macro_rules! count {
    ($column:literal, $index:literal) => {
        concat!(
            "SELECT COUNT(*) AS count FROM jobs INDEXED BY ",
            $index,
            " WHERE ",
            $column,
            " = ?1 AND state = 'queued' AND kind IN ('take_backup', 'take_snapshot', 'restore_app')"
        )
    };
}

statements! {
    LIST("jobs") = select!(" INDEXED BY jobs_pending", "ORDER BY seq");
    FETCH("jobs") = select!("", "AND id = ?1");
    COUNT_OF_APP("jobs") = count!("app_id", "jobs_queued_by_app");
    COUNT_OF_ACCOUNT("jobs") = count!("account_id", "jobs_queued_by_account");

    /// Finishes a queued job that has never run as cancelled. `?1` id, `?2` now.
    CANCEL("jobs") = concat!(
        "UPDATE jobs SET state = 'cancelled', cancel_requested = TRUE, ended_micros = ?2, ended_order = ",
        jobs::next_finished_order!(),
        " WHERE id = ?1 AND state = 'queued' AND fence = 0"
    );
}

pub(super) fn list(db: &Db) -> Result<Vec<PendingJob>, StoreError> {
    db.list(LIST, [], |row| pending(row))
}

pub(super) fn fetch(db: &Db, id: JobId) -> Result<Option<PendingJob>, StoreError> {
    db.fetch(FETCH, [id.to_string()], |row| pending(row))
}

pub(super) fn count_queued(db: &Db, payload: &JobPayload) -> Result<QueuedJobs, StoreError> {
    let count = |statement, owner: String| db.fetch_one(statement, [owner], |row| row.number("count"));
    let of_account = match payload.account_id() {
        Some(account_id) => count(COUNT_OF_ACCOUNT, account_id.to_string())?,
        None => 0,
    };
    Ok(QueuedJobs {
        of_app: count(COUNT_OF_APP, payload.app_id().to_string())?,
        of_account,
    })
}

pub(super) fn cancel(db: &Db, id: JobId, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let cancelled = db.execute(CANCEL, params![id.to_string(), micros(now)])? == 1;
    if cancelled {
        jobs::delete_finished(db)?;
    }
    Ok(cancelled)
}
