//! Schedules, their next runs, and what they made.

use appkeep_core::catalog::Recorded;
use appkeep_core::ids::{AccountId, AppId, ScheduleId};
use appkeep_core::retention::Made;
use appkeep_core::schedule::{NextRun, Schedule, Scheduled, Timing};
use appkeep_core::state::ResourceState;
use appkeep_core::store::StoreError;
use chrono::{DateTime, Utc};
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;

use super::catalog::{recorded, within_its_account};
use super::errors::store_error;
use super::rows::{Row, json, micros};

/// Makes every schedule one that is no longer declared, before [`declare`] says which are.
pub(super) const UNDECLARE: &str = "UPDATE schedules SET declared = FALSE WHERE declared";

/// Forgets the next run of what is not declared: what is declared again later begins anew.
const FORGET: &str = "UPDATE schedules SET next_due_micros = NULL, next_decided_micros = NULL \
                      WHERE NOT declared AND next_due_micros IS NOT NULL";

/// What a schedule made, with the moment that each shows.
pub(super) const APP_BACKUPS: &str = "SELECT id, COALESCE(taken_micros, created_micros) AS shown_micros, state \
                                      FROM app_backups WHERE schedule_id = $1";
pub(super) const APP_SNAPS: &str = "SELECT id, COALESCE(taken_micros, created_micros) AS shown_micros, state \
                                    FROM app_snaps WHERE schedule_id = $1";

pub(super) async fn declare(
    conn: &mut SqliteConnection,
    schedules: &[Schedule],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    for schedule in schedules {
        declare_one(conn, schedule, now).await?;
    }
    sqlx::query(FORGET).execute(conn).await.map_err(store_error)?;
    Ok(())
}

/// The next run stays as long as the timing does, so that what was missed while no server ran is made up.
async fn declare_one(
    conn: &mut SqliteConnection,
    schedule: &Schedule,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let declared = sqlx::query(
        "INSERT INTO schedules (id, account_id, app_id, name, expression, zone, jitter_secs, makes_backup, \
         makes_snapshot, bucket_id, retention, declared, created_micros, modified_micros) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, TRUE, $12, $12) \
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, expression = excluded.expression, \
         zone = excluded.zone, jitter_secs = excluded.jitter_secs, makes_backup = excluded.makes_backup, \
         makes_snapshot = excluded.makes_snapshot, bucket_id = excluded.bucket_id, \
         retention = excluded.retention, declared = TRUE, \
         next_due_micros = CASE WHEN expression = excluded.expression AND zone = excluded.zone \
         THEN next_due_micros END, \
         next_decided_micros = CASE WHEN expression = excluded.expression AND zone = excluded.zone \
         THEN next_decided_micros END \
         WHERE account_id = excluded.account_id AND app_id = excluded.app_id",
    )
    .bind(schedule.id.to_string())
    .bind(schedule.account_id.to_string())
    .bind(schedule.app_id.to_string())
    .bind(&schedule.name)
    .bind(schedule.timing.expression())
    .bind(schedule.timing.zone())
    .bind(schedule.jitter_secs)
    .bind(schedule.makes_backup)
    .bind(schedule.makes_snapshot)
    .bind(schedule.bucket_id.map(|id| id.to_string()))
    .bind(json("a schedule's retention", &schedule.retention)?)
    .bind(micros(now))
    .execute(conn)
    .await
    .map_err(store_error)?;
    within_its_account("schedule", schedule.id, declared.rows_affected())
}

pub(super) async fn fetch(
    conn: &mut SqliteConnection,
    account_id: AccountId,
    id: ScheduleId,
) -> Result<Option<Schedule>, StoreError> {
    let row = sqlx::query("SELECT * FROM schedules WHERE account_id = $1 AND id = $2")
        .bind(account_id.to_string())
        .bind(id.to_string())
        .fetch_optional(conn)
        .await
        .map_err(store_error)?;
    row.as_ref()
        .map(|row| schedule(&Row::new("schedules", row)))
        .transpose()
}

pub(super) async fn list_declared(conn: &mut SqliteConnection) -> Result<Vec<Scheduled>, StoreError> {
    let rows = sqlx::query("SELECT * FROM schedules WHERE declared ORDER BY id")
        .fetch_all(conn)
        .await
        .map_err(store_error)?;
    rows.iter().map(scheduled).collect()
}

/// The schedules of an app, declared or not.
pub(super) async fn list_of_app(
    conn: &mut SqliteConnection,
    account_id: AccountId,
    app_id: AppId,
) -> Result<Vec<Recorded<Scheduled>>, StoreError> {
    let rows = sqlx::query("SELECT * FROM schedules WHERE account_id = $1 AND app_id = $2")
        .bind(account_id.to_string())
        .bind(app_id.to_string())
        .fetch_all(conn)
        .await
        .map_err(store_error)?;
    rows.iter().map(|row| recorded(scheduled(row)?, row)).collect()
}

pub(super) async fn update_next(
    conn: &mut SqliteConnection,
    id: ScheduleId,
    from: Option<NextRun>,
    to: Option<NextRun>,
) -> Result<bool, StoreError> {
    let updated = sqlx::query(
        "UPDATE schedules SET next_due_micros = $4, next_decided_micros = $5 \
         WHERE id = $1 AND declared AND next_due_micros IS $2 AND next_decided_micros IS $3",
    )
    .bind(id.to_string())
    .bind(from.map(|next| micros(next.due_at)))
    .bind(from.map(|next| micros(next.decided_at)))
    .bind(to.map(|next| micros(next.due_at)))
    .bind(to.map(|next| micros(next.decided_at)))
    .execute(conn)
    .await
    .map_err(store_error)?;
    Ok(updated.rows_affected() == 1)
}

pub(super) async fn count_in_progress_made_by(
    conn: &mut SqliteConnection,
    id: ScheduleId,
) -> Result<u64, StoreError> {
    let row = sqlx::query(
        "SELECT (SELECT COUNT(*) FROM app_backups \
         WHERE schedule_id = $1 AND state IN ('pending', 'discovering', 'running')) \
         + (SELECT COUNT(*) FROM app_snaps \
         WHERE schedule_id = $1 AND state IN ('pending', 'discovering', 'running')) AS in_progress",
    )
    .bind(id.to_string())
    .fetch_one(conn)
    .await
    .map_err(store_error)?;
    Row::new("schedules", &row).number("in_progress")
}

/// `statement` is [`APP_BACKUPS`] or [`APP_SNAPS`].
pub(super) async fn list_made_by(
    conn: &mut SqliteConnection,
    statement: &'static str,
    id: ScheduleId,
) -> Result<Vec<Made>, StoreError> {
    let rows = sqlx::query(statement)
        .bind(id.to_string())
        .fetch_all(conn)
        .await
        .map_err(store_error)?;
    let made = rows.iter().map(|row| {
        let row = Row::new("what a schedule made", row);
        Ok(Made {
            id: row.id("id")?,
            at: row.time("shown_micros")?,
            state: row.word("state", ResourceState::from_word)?,
        })
    });
    made.collect()
}

fn scheduled(row: &SqliteRow) -> Result<Scheduled, StoreError> {
    let row = Row::new("schedules", row);
    let due_at = row.optional_time("next_due_micros")?;
    let decided_at = row.optional_time("next_decided_micros")?;
    let next = due_at
        .zip(decided_at)
        .map(|(due_at, decided_at)| NextRun { due_at, decided_at });
    Ok(Scheduled {
        schedule: schedule(&row)?,
        next,
    })
}

fn schedule(row: &Row<'_>) -> Result<Schedule, StoreError> {
    let timing = Timing::new(row.value("expression")?, row.value("zone")?);
    Ok(Schedule {
        id: row.id("id")?,
        account_id: row.id("account_id")?,
        app_id: row.id("app_id")?,
        name: row.value("name")?,
        timing: timing.map_err(|error| row.unreadable("expression", error))?,
        jitter_secs: row.number("jitter_secs")?,
        makes_backup: row.value("makes_backup")?,
        makes_snapshot: row.value("makes_snapshot")?,
        bucket_id: row.optional_id("bucket_id")?,
        retention: row.json("retention")?,
        declared: row.value("declared")?,
    })
}
