//! The unfinished jobs. Operators list and cancel them, and the queue limits count them.

use appkeep_core::ids::JobId;
use appkeep_core::job::{JobPayload, PendingJob, QueuedJobs};
use appkeep_core::store::StoreError;
use chrono::{DateTime, Utc};
use sqlx_postgres::PgConnection;
use uuid::Uuid;

use super::db::{self, params};
use crate::items::jobs::pending;
use crate::rows::{Row as _, micros};
use crate::statements::{Statement, statements};

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

/// Counts queued jobs that add work, with a condition that matches the indexes. `$1` is the owner.
macro_rules! count {
    ($column:literal) => {
        concat!(
            "SELECT COUNT(*) AS count FROM jobs WHERE ",
            $column,
            " = $1 AND state = 'queued' AND kind IN ('take_backup', 'take_snapshot', 'restore_app')"
        )
    };
}

statements! {
    /// A job without a position among the finished ones is queued, running or parked.
    LIST("jobs") = select!("ended_order IS NULL ORDER BY seq");
    FETCH("jobs") = select!("id = $1 AND state IN ('queued', 'running', 'parked')");
    COUNT_OF_APP("jobs") = count!("app_id");
    COUNT_OF_ACCOUNT("jobs") = count!("account_id");

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

pub(super) async fn count_queued(
    db: &mut PgConnection,
    payload: &JobPayload,
) -> Result<QueuedJobs, StoreError> {
    let of_account = match payload.account_id() {
        Some(account_id) => count(db, COUNT_OF_ACCOUNT, account_id.as_uuid()).await?,
        None => 0,
    };
    Ok(QueuedJobs {
        of_app: count(db, COUNT_OF_APP, payload.app_id().as_uuid()).await?,
        of_account,
    })
}

async fn count<T: TryFrom<i64>>(
    db: &mut PgConnection,
    statement: Statement,
    owner: Uuid,
) -> Result<T, StoreError> {
    db::fetch_one(db, statement, params![owner], |row| row.number("count")).await
}

pub(super) async fn cancel(db: &mut PgConnection, id: JobId, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let params = params![id.as_uuid(), micros(now)];
    Ok(db::execute(db, CANCEL, params).await? == 1)
}
