//! The unfinished jobs. Operators list and cancel them.

use appkeep_core::ids::JobId;
use appkeep_core::job::PendingJob;
use appkeep_core::lease;
use appkeep_core::store::StoreError;
use chrono::{DateTime, Utc};
use sqlx_postgres::PgConnection;

use super::db::{self, params};
use super::servers::now;
use crate::items::jobs::pending;
use crate::items::servers::duration_micros;
use crate::rows::micros;
use crate::statements::statements;

/// `$1` the time for which a server is live.
macro_rules! select {
    ($which:literal) => {
        concat!(
            "SELECT id, payload_version, kind, payload, state, fence, attempt, run_after_micros, ",
            "cancel_requested, reason, ",
            away_nodes!(),
            " AS away_nodes FROM jobs WHERE ",
            $which
        )
    };
}

/// The nodes that a queued job waits for, if none of them has a live server: the one that has its data, or those that
/// declare its required item.
macro_rules! away_nodes {
    () => {
        concat!(
            "(SELECT CASE WHEN NOT bool_or(0 < (",
            "SELECT COUNT(*) FROM servers WHERE servers.node = awaited.node AND ",
            now!(),
            " - seen_micros < $1)) THEN json_agg(awaited.node ORDER BY awaited.node)::TEXT END FROM (",
            "SELECT jobs.node WHERE jobs.node IS NOT NULL UNION ALL ",
            "SELECT declared.node FROM node_declarations AS declared ",
            "WHERE jobs.node IS NULL AND declared.id = jobs.required_item",
            ") AS awaited WHERE jobs.state = 'queued')"
        )
    };
}

statements! {
    /// A job without a position among the finished ones is queued, running or parked.
    LIST("jobs") = select!("ended_order IS NULL ORDER BY seq");

    /// Until the transaction ends, no worker can claim the job.
    FETCH("jobs") = select!("id = $2 AND state IN ('queued', 'running', 'parked') FOR NO KEY UPDATE");

    /// Finishes a queued job that has never run as cancelled. `$1` id, `$2` now.
    CANCEL("jobs") = "UPDATE jobs SET state = 'cancelled', cancel_requested = TRUE, ended_micros = $2, \
         ended_order = nextval('jobs_ended_order') WHERE id = $1 AND state = 'queued' AND fence = 0";
}

pub(super) async fn list(db: &mut PgConnection) -> Result<Vec<PendingJob>, StoreError> {
    let live_for = duration_micros(lease::duration());
    db::list(db, LIST, params![live_for], |row| pending(row)).await
}

pub(super) async fn fetch(db: &mut PgConnection, id: JobId) -> Result<Option<PendingJob>, StoreError> {
    let params = params![duration_micros(lease::duration()), id.as_uuid()];
    db::fetch(db, FETCH, params, |row| pending(row)).await
}

pub(super) async fn cancel(db: &mut PgConnection, id: JobId, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let params = params![id.as_uuid(), micros(now)];
    Ok(db::execute(db, CANCEL, params).await? == 1)
}
