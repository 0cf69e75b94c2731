//! The unfinished jobs. Operators list and cancel them.

use appkeep_core::ids::JobId;
use appkeep_core::job::PendingJob;
use appkeep_core::store::StoreError;
use chrono::{DateTime, Utc};
use sqlx_postgres::PgConnection;

use super::db::{self, params};
use crate::items::jobs::pending;
use crate::rows::micros;
use crate::statements::statements;

macro_rules! select {
    ($which:literal) => {
        concat!(
            "SELECT id, payload_version, kind, payload, state, fence, attempt, run_after_micros, ",
            "cancel_requested, reason, ",
            "(SELECT away_nodes FROM apps WHERE apps.id = jobs.required_item AND jobs.state = 'queued') AS away_nodes ",
            "FROM jobs WHERE ",
            $which
        )
    };
}

statements! {
    /// A job without a position among the finished ones is queued, running or parked.
    LIST("jobs") = select!("ended_order IS NULL ORDER BY seq");

    /// Until the transaction ends, no worker can claim the job.
    FETCH("jobs") = select!("id = $1 AND state IN ('queued', 'running', 'parked') FOR NO KEY UPDATE");

    /// Finishes a queued job that has never run as cancelled. `$1` id, `$2` now.
    CANCEL("jobs") = "UPDATE jobs SET state = 'cancelled', cancel_requested = TRUE, ended_micros = $2, \
         ended_order = nextval('jobs_ended_order') WHERE id = $1 AND state = 'queued' AND fence = 0";
}

pub(super) async fn list(db: &mut PgConnection) -> Result<Vec<PendingJob>, StoreError> {
    db::list(db, LIST, params![], |row| pending(row)).await
}

pub(super) async fn fetch(db: &mut PgConnection, id: JobId) -> Result<Option<PendingJob>, StoreError> {
    db::fetch(db, FETCH, params![id.as_uuid()], |row| pending(row)).await
}

pub(super) async fn cancel(db: &mut PgConnection, id: JobId, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let params = params![id.as_uuid(), micros(now)];
    Ok(db::execute(db, CANCEL, params).await? == 1)
}
