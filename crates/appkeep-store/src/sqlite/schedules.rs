//! Schedules, their next runs, and the backups and snapshots that they created.

use appkeep_core::catalog::Recorded;
use appkeep_core::ids::{AccountId, AppId, ScheduleId};
use appkeep_core::schedule::{NextRun, Schedule, Scheduled};
use appkeep_core::store::{SchedulesTx, StoreError};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::params;

use super::catalog::undeclare_items;
use super::db::Db;
use super::tx::SqliteTx;
use crate::items::catalog::recorded;
use crate::items::schedules::{check_id, schedule, scheduled, snapshot_retention, users};
use crate::rows::{Row as _, json, micros};
use crate::statements::statements;

statements! {
    /// Marks schedules as undeclared that no node declares.
    pub(super) UNDECLARE("schedules") = undeclare_items!("schedules");

    /// Clears the next run of schedules that are not in use: a schedule that is declared again later starts over.
    CLEAR_NEXT_RUNS("schedules") = "\
        UPDATE schedules SET next_due_micros = NULL, next_decided_micros = NULL \
        WHERE NOT declared AND NOT enabled AND next_due_micros IS NOT NULL";

    DECLARE("schedules") = "INSERT INTO schedules (id, account_id, app_id, name, expression, zone, jitter_secs, makes_backup, \
         makes_snapshot, bucket_id, retention, declared, created_micros, modified_micros) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, TRUE, ?12, ?12) \
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, expression = excluded.expression, \
         zone = excluded.zone, jitter_secs = excluded.jitter_secs, makes_backup = excluded.makes_backup, \
         makes_snapshot = excluded.makes_snapshot, bucket_id = excluded.bucket_id, \
         retention = excluded.retention, declared = TRUE, \
         next_due_micros = CASE WHEN (expression = excluded.expression AND zone = excluded.zone) \
         OR next_due_micros <= next_decided_micros THEN next_due_micros END, \
         next_decided_micros = CASE WHEN (expression = excluded.expression AND zone = excluded.zone) \
         OR next_due_micros <= next_decided_micros THEN next_decided_micros END \
         WHERE account_id = excluded.account_id AND app_id = excluded.app_id AND created_by IS NULL";
    INSERT("schedules") = "INSERT INTO schedules (id, account_id, app_id, name, expression, zone, jitter_secs, makes_backup, \
         makes_snapshot, bucket_id, retention, snapshot_retention, declared, enabled, created_by, created_micros, \
         modified_micros) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, FALSE, ?13, ?14, ?15, ?15) ON CONFLICT DO NOTHING";
    UPDATE("schedules") = "UPDATE schedules SET name = ?2, jitter_secs = ?5, makes_backup = ?6, makes_snapshot = ?7, \
         bucket_id = ?8, retention = ?9, snapshot_retention = ?10, enabled = ?11, modified_by = ?12, \
         modified_micros = ?13, \
         next_due_micros = CASE WHEN ?11 AND ((expression = ?3 AND zone = ?4) \
         OR next_due_micros <= next_decided_micros) THEN next_due_micros END, \
         next_decided_micros = CASE WHEN ?11 AND ((expression = ?3 AND zone = ?4) \
         OR next_due_micros <= next_decided_micros) THEN next_decided_micros END, \
         expression = ?3, zone = ?4 \
         WHERE id = ?1 AND created_by IS NOT NULL";
    DELETE("schedules") = "DELETE FROM schedules WHERE id = ?1 AND created_by IS NOT NULL";
    FETCH("schedules") = "SELECT * FROM schedules WHERE account_id = ?1 AND id = ?2";

    /// Schedules of clients don't run while their app isn't declared.
    LIST_IN_USE("schedules") = "SELECT * FROM schedules WHERE declared \
         OR (enabled AND app_id IN (SELECT id FROM apps WHERE declared)) ORDER BY id";
    LIST_OF_APP("schedules") = "SELECT * FROM schedules WHERE account_id = ?1 AND app_id = ?2";
    UPDATE_NEXT("schedules") = "UPDATE schedules SET next_due_micros = ?4, next_decided_micros = ?5 \
         WHERE id = ?1 AND (declared OR enabled) AND next_due_micros IS ?2 AND next_decided_micros IS ?3";
    COUNT_IN_PROGRESS("schedules") = "SELECT (SELECT COUNT(*) FROM app_backups INDEXED BY app_backups_in_progress \
         WHERE schedule_id = ?1 AND state IN ('pending', 'discovering', 'running')) \
         + (SELECT COUNT(*) FROM app_snaps INDEXED BY app_snaps_in_progress \
         WHERE schedule_id = ?1 AND state IN ('pending', 'discovering', 'running')) AS in_progress";
}

pub(super) fn declare(db: &Db, schedules: &[Schedule], now: DateTime<Utc>) -> Result<(), StoreError> {
    for schedule in schedules {
        declare_one(db, schedule, now)?;
    }
    db.execute(CLEAR_NEXT_RUNS, [])?;
    Ok(())
}

/// Keeps the next run if the timing is unchanged, so that runs that were missed while no server ran are made up for.
/// Also keeps a run that was requested to begin at once: only these are due when they are decided.
fn declare_one(db: &Db, schedule: &Schedule, now: DateTime<Utc>) -> Result<(), StoreError> {
    let declared = db.execute(
        DECLARE,
        params![
            schedule.id.to_string(),
            schedule.account_id.to_string(),
            schedule.app_id.to_string(),
            &schedule.name,
            schedule.timing.expression(),
            schedule.timing.zone(),
            schedule.jitter_secs,
            schedule.creates_backup,
            schedule.creates_snapshot,
            schedule.bucket_id.map(|id| id.to_string()),
            json("a schedule's retention", &schedule.retention)?,
            micros(now)
        ],
    )?;
    check_id(schedule.id, declared)
}

pub(super) fn fetch(db: &Db, account_id: AccountId, id: ScheduleId) -> Result<Option<Schedule>, StoreError> {
    db.fetch(FETCH, params![account_id.to_string(), id.to_string()], |row| {
        schedule(row)
    })
}

fn insert(db: &Db, schedule: &Schedule, now: DateTime<Utc>) -> Result<(), StoreError> {
    let (created_by, _) = users(schedule);
    let inserted = db.execute(
        INSERT,
        params![
            schedule.id.to_string(),
            schedule.account_id.to_string(),
            schedule.app_id.to_string(),
            &schedule.name,
            schedule.timing.expression(),
            schedule.timing.zone(),
            schedule.jitter_secs,
            schedule.creates_backup,
            schedule.creates_snapshot,
            schedule.bucket_id.map(|id| id.to_string()),
            json("a schedule's retention", &schedule.retention)?,
            snapshot_retention(schedule)?,
            schedule.enabled,
            created_by.map(|id| id.to_string()),
            micros(now)
        ],
    )?;
    if inserted == 0 {
        return Err(StoreError::NameTaken);
    }
    Ok(())
}

fn update(db: &Db, schedule: &Schedule, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let (_, modified_by) = users(schedule);
    let updated = db.execute(
        UPDATE,
        params![
            schedule.id.to_string(),
            &schedule.name,
            schedule.timing.expression(),
            schedule.timing.zone(),
            schedule.jitter_secs,
            schedule.creates_backup,
            schedule.creates_snapshot,
            schedule.bucket_id.map(|id| id.to_string()),
            json("a schedule's retention", &schedule.retention)?,
            snapshot_retention(schedule)?,
            schedule.enabled,
            modified_by.map(|id| id.to_string()),
            micros(now)
        ],
    )?;
    Ok(updated == 1)
}

fn delete(db: &Db, id: ScheduleId) -> Result<bool, StoreError> {
    Ok(db.execute(DELETE, params![id.to_string()])? == 1)
}

pub(super) fn list_in_use(db: &Db) -> Result<Vec<Scheduled>, StoreError> {
    db.list(LIST_IN_USE, [], |row| scheduled(row))
}

/// The schedules of an app, in use or not.
pub(super) fn list_of_app(
    db: &Db,
    account_id: AccountId,
    app_id: AppId,
) -> Result<Vec<Recorded<Scheduled>>, StoreError> {
    db.list(
        LIST_OF_APP,
        params![account_id.to_string(), app_id.to_string()],
        |row| recorded(scheduled(row)?, row),
    )
}

fn update_next(
    db: &Db,
    id: ScheduleId,
    from: Option<NextRun>,
    to: Option<NextRun>,
) -> Result<bool, StoreError> {
    let updated = db.execute(
        UPDATE_NEXT,
        params![
            id.to_string(),
            from.map(|next| micros(next.due_at)),
            from.map(|next| micros(next.decided_at)),
            to.map(|next| micros(next.due_at)),
            to.map(|next| micros(next.decided_at))
        ],
    )?;
    Ok(updated == 1)
}

fn count_in_progress_by_schedule(db: &Db, id: ScheduleId) -> Result<u64, StoreError> {
    db.fetch_one(COUNT_IN_PROGRESS, params![id.to_string()], |row| {
        row.number("in_progress")
    })
}

#[async_trait]
impl SchedulesTx for SqliteTx {
    async fn list_app_schedules(
        &mut self,
        account_id: AccountId,
        app_id: AppId,
    ) -> Result<Vec<Recorded<Scheduled>>, StoreError> {
        self.run(|db| list_of_app(db, account_id, app_id))
    }

    async fn insert_schedule(&mut self, schedule: &Schedule, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.run(|db| insert(db, schedule, now))
    }

    async fn update_schedule(&mut self, schedule: &Schedule, now: DateTime<Utc>) -> Result<bool, StoreError> {
        self.run(|db| update(db, schedule, now))
    }

    async fn delete_schedule(&mut self, id: ScheduleId) -> Result<bool, StoreError> {
        self.run(|db| delete(db, id))
    }

    async fn update_schedule_next(
        &mut self,
        id: ScheduleId,
        from: Option<NextRun>,
        to: Option<NextRun>,
    ) -> Result<bool, StoreError> {
        self.run(|db| update_next(db, id, from, to))
    }

    async fn count_in_progress_by_schedule(&mut self, id: ScheduleId) -> Result<u64, StoreError> {
        self.run(|db| count_in_progress_by_schedule(db, id))
    }
}
