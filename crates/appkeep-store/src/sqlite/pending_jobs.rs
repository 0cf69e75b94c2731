//! The unfinished jobs. Operators list and cancel them.

use appkeep_core::ids::JobId;
use appkeep_core::job::PendingJob;
use appkeep_core::store::StoreError;
use chrono::{DateTime, Utc};
use rusqlite::params;

use super::db::Db;
use super::jobs;
use crate::items::jobs::pending;
use crate::rows::micros;
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

statements! {
    LIST("jobs") = select!(" INDEXED BY jobs_pending", "ORDER BY seq");
    FETCH("jobs") = select!("", "AND id = ?1");

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

pub(super) fn cancel(db: &Db, id: JobId, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let cancelled = db.execute(CANCEL, params![id.to_string(), micros(now)])? == 1;
    if cancelled {
        jobs::delete_finished(db)?;
    }
    Ok(cancelled)
}
