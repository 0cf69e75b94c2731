//! Schedules, their next runs, and the backups and snapshots that they created.

use appkeep_core::catalog::Recorded;
use appkeep_core::ids::{AccountId, AppId, ScheduleId};
use appkeep_core::schedule::{NextRun, Schedule, Scheduled};
use appkeep_core::store::{SchedulesTx, StoreError};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx_postgres::PgConnection;

use super::catalog::undeclare_items;
use super::db::{self, params};
use super::tx::PostgresTx;
use crate::items::catalog::recorded;
use crate::items::schedules::{check_id, schedule, scheduled, snapshot_retention, users};
use crate::rows::{Row as _, json, micros};
use crate::statements::statements;

macro_rules! select {
    ($which:literal) => {
        concat!(
            "SELECT id, account_id, app_id, name, expression, zone, jitter_secs, makes_backup, makes_snapshot, ",
            "bucket_id, retention, snapshot_retention, declared, enabled, created_by, modified_by, next_due_micros, ",
            "next_decided_micros, created_micros, modified_micros ",
            "FROM schedules ",
            $which
        )
    };
}
pub(super) use select as select_schedules;

statements! {
    /// Marks schedules as undeclared that no node declares.
    pub(super) UNDECLARE("schedules") = undeclare_items!("schedules");

    /// Clears the next run of schedules that are not in use: a schedule that is declared again later starts over.
    CLEAR_NEXT_RUNS("schedules") = "\
        UPDATE schedules SET next_due_micros = NULL, next_decided_micros = NULL \
        WHERE NOT declared AND NOT enabled AND next_due_micros IS NOT NULL";

    DECLARE("schedules") = "INSERT INTO schedules (id, account_id, app_id, name, expression, zone, jitter_secs, makes_backup, \
         makes_snapshot, bucket_id, retention, declared, created_micros, modified_micros) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, TRUE, $12, $12) \
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, expression = excluded.expression, \
         zone = excluded.zone, jitter_secs = excluded.jitter_secs, makes_backup = excluded.makes_backup, \
         makes_snapshot = excluded.makes_snapshot, bucket_id = excluded.bucket_id, \
         retention = excluded.retention, declared = TRUE, \
         next_due_micros = CASE WHEN (schedules.expression = excluded.expression AND schedules.zone = excluded.zone) \
         OR schedules.next_due_micros <= schedules.next_decided_micros THEN schedules.next_due_micros END, \
         next_decided_micros = CASE WHEN (schedules.expression = excluded.expression AND schedules.zone = excluded.zone) \
         OR schedules.next_due_micros <= schedules.next_decided_micros THEN schedules.next_decided_micros END \
         WHERE schedules.account_id = excluded.account_id AND schedules.app_id = excluded.app_id \
         AND schedules.created_by IS NULL";
    INSERT("schedules") = "INSERT INTO schedules (id, account_id, app_id, name, expression, zone, jitter_secs, makes_backup, \
         makes_snapshot, bucket_id, retention, snapshot_retention, declared, enabled, created_by, created_micros, \
         modified_micros) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, FALSE, $13, $14, $15, $15) ON CONFLICT DO NOTHING";
    UPDATE("schedules") = "UPDATE schedules SET name = $2, jitter_secs = $5, makes_backup = $6, makes_snapshot = $7, \
         bucket_id = $8, retention = $9, snapshot_retention = $10, enabled = $11, modified_by = $12, \
         modified_micros = $13, \
         next_due_micros = CASE WHEN $11 AND ((expression = $3 AND zone = $4) \
         OR next_due_micros <= next_decided_micros) THEN next_due_micros END, \
         next_decided_micros = CASE WHEN $11 AND ((expression = $3 AND zone = $4) \
         OR next_due_micros <= next_decided_micros) THEN next_decided_micros END, \
         expression = $3, zone = $4 \
         WHERE id = $1 AND (created_by IS NULL) IS NOT DISTINCT FROM FALSE";
    DELETE("schedules") = "DELETE FROM schedules WHERE id = $1 AND (created_by IS NULL) IS NOT DISTINCT FROM FALSE";
    /// No index is used for `IS NOT DISTINCT FROM`, only the primary key.
    FETCH("schedules") = select!("WHERE id = $2 AND account_id IS NOT DISTINCT FROM $1");

    /// Schedules of clients don't run while their app isn't declared.
    LIST_IN_USE("schedules") = select!(
        "WHERE declared OR (enabled AND app_id IN (SELECT id FROM apps WHERE declared)) ORDER BY id"
    );
    LIST_OF_APP("schedules") = select!("WHERE account_id = $1 AND app_id = $2");
    UPDATE_NEXT("schedules") = "UPDATE schedules SET next_due_micros = $4, next_decided_micros = $5 \
         WHERE id = $1 AND (declared OR enabled) IS NOT DISTINCT FROM TRUE AND next_due_micros IS NOT DISTINCT FROM $2 \
         AND next_decided_micros IS NOT DISTINCT FROM $3";
    COUNT_IN_PROGRESS("schedules") = "SELECT (SELECT COUNT(*) FROM app_backups \
         WHERE schedule_id = $1 AND state IN ('pending', 'discovering', 'running')) \
         + (SELECT COUNT(*) FROM app_snaps \
         WHERE schedule_id = $1 AND state IN ('pending', 'discovering', 'running')) AS in_progress";
}

pub(super) async fn declare(
    db: &mut PgConnection,
    schedules: &[Schedule],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    for schedule in schedules {
        declare_one(db, schedule, now).await?;
    }
    db::execute(db, CLEAR_NEXT_RUNS, params![]).await?;
    Ok(())
}

/// Keeps the next run if the timing is unchanged, so that runs that were missed while no server ran are run later.
/// Also keeps a run that was requested to begin at once: only these are due when they are decided.
async fn declare_one(
    db: &mut PgConnection,
    schedule: &Schedule,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let params = params![
        schedule.id.as_uuid(),
        schedule.account_id.as_uuid(),
        schedule.app_id.as_uuid(),
        &schedule.name,
        schedule.timing.expression(),
        schedule.timing.zone(),
        i64::from(schedule.jitter_secs),
        schedule.creates_backup,
        schedule.creates_snapshot,
        schedule.bucket_id.map(|id| id.as_uuid()),
        json("a schedule's retention", &schedule.retention)?,
        micros(now)
    ];
    let declared = db::execute(db, DECLARE, params).await?;
    check_id(schedule.id, declared)
}

pub(super) async fn fetch(
    db: &mut PgConnection,
    account_id: AccountId,
    id: ScheduleId,
) -> Result<Option<Schedule>, StoreError> {
    let params = params![account_id.as_uuid(), id.as_uuid()];
    db::fetch(db, FETCH, params, |row| schedule(row)).await
}

async fn insert(db: &mut PgConnection, schedule: &Schedule, now: DateTime<Utc>) -> Result<(), StoreError> {
    let (created_by, _) = users(schedule);
    let params = params![
        schedule.id.as_uuid(),
        schedule.account_id.as_uuid(),
        schedule.app_id.as_uuid(),
        &schedule.name,
        schedule.timing.expression(),
        schedule.timing.zone(),
        i64::from(schedule.jitter_secs),
        schedule.creates_backup,
        schedule.creates_snapshot,
        schedule.bucket_id.map(|id| id.as_uuid()),
        json("a schedule's retention", &schedule.retention)?,
        snapshot_retention(schedule)?,
        schedule.enabled,
        created_by,
        micros(now)
    ];
    if db::execute(db, INSERT, params).await? == 0 {
        return Err(StoreError::NameTaken);
    }
    Ok(())
}

async fn update(db: &mut PgConnection, schedule: &Schedule, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let (_, modified_by) = users(schedule);
    let params = params![
        schedule.id.as_uuid(),
        &schedule.name,
        schedule.timing.expression(),
        schedule.timing.zone(),
        i64::from(schedule.jitter_secs),
        schedule.creates_backup,
        schedule.creates_snapshot,
        schedule.bucket_id.map(|id| id.as_uuid()),
        json("a schedule's retention", &schedule.retention)?,
        snapshot_retention(schedule)?,
        schedule.enabled,
        modified_by,
        micros(now)
    ];
    Ok(db::execute(db, UPDATE, params).await? == 1)
}

async fn delete(db: &mut PgConnection, id: ScheduleId) -> Result<bool, StoreError> {
    Ok(db::execute(db, DELETE, params![id.as_uuid()]).await? == 1)
}

pub(super) async fn list_in_use(db: &mut PgConnection) -> Result<Vec<Scheduled>, StoreError> {
    db::list(db, LIST_IN_USE, params![], |row| scheduled(row)).await
}

/// The schedules of an app, in use or not.
pub(super) async fn list_of_app(
    db: &mut PgConnection,
    account_id: AccountId,
    app_id: AppId,
) -> Result<Vec<Recorded<Scheduled>>, StoreError> {
    let params = params![account_id.as_uuid(), app_id.as_uuid()];
    db::list(db, LIST_OF_APP, params, |row| recorded(scheduled(row)?, row)).await
}

async fn update_next(
    db: &mut PgConnection,
    id: ScheduleId,
    from: Option<NextRun>,
    to: Option<NextRun>,
) -> Result<bool, StoreError> {
    let params = params![
        id.as_uuid(),
        from.map(|next| micros(next.due_at)),
        from.map(|next| micros(next.decided_at)),
        to.map(|next| micros(next.due_at)),
        to.map(|next| micros(next.decided_at))
    ];
    Ok(db::execute(db, UPDATE_NEXT, params).await? == 1)
}

async fn count_in_progress_by_schedule(db: &mut PgConnection, id: ScheduleId) -> Result<u64, StoreError> {
    let params = params![id.as_uuid()];
    db::fetch_one(db, COUNT_IN_PROGRESS, params, |row| row.number("in_progress")).await
}

#[async_trait]
impl SchedulesTx for PostgresTx {
    async fn list_app_schedules(
        &mut self,
        account_id: AccountId,
        app_id: AppId,
    ) -> Result<Vec<Recorded<Scheduled>>, StoreError> {
        let result = list_of_app(self.db()?, account_id, app_id).await;
        self.ended(result)
    }

    async fn insert_schedule(&mut self, schedule: &Schedule, now: DateTime<Utc>) -> Result<(), StoreError> {
        let result = insert(self.db()?, schedule, now).await;
        self.ended(result)
    }

    async fn update_schedule(&mut self, schedule: &Schedule, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let result = update(self.db()?, schedule, now).await;
        self.ended(result)
    }

    async fn delete_schedule(&mut self, id: ScheduleId) -> Result<bool, StoreError> {
        let result = delete(self.db()?, id).await;
        self.ended(result)
    }

    async fn update_schedule_next(
        &mut self,
        id: ScheduleId,
        from: Option<NextRun>,
        to: Option<NextRun>,
    ) -> Result<bool, StoreError> {
        let result = update_next(self.db()?, id, from, to).await;
        self.ended(result)
    }

    async fn count_in_progress_by_schedule(&mut self, id: ScheduleId) -> Result<u64, StoreError> {
        let result = count_in_progress_by_schedule(self.db()?, id).await;
        self.ended(result)
    }
}
