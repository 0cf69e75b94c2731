//! Restores.

use appkeep_core::app_restore::{AppRestore, RestoreSource, RestoreState};
use appkeep_core::ids::{AccountId, AppId, AppRestoreId};
use appkeep_core::store::StoreError;
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;

use super::apps;
use super::errors::store_error;
use super::rows::{Row, json, micros};

/// How many restores of an app are kept that have ended.
const ENDED_MAX: i64 = 100;

/// The kind of a source and its id, as they are stored.
fn source_columns(source: RestoreSource) -> (&'static str, String) {
    match source {
        RestoreSource::Backup(id) => ("backup", id.to_string()),
        RestoreSource::Snapshot(id) => ("snapshot", id.to_string()),
    }
}

pub(super) async fn insert(conn: &mut SqliteConnection, restore: &AppRestore) -> Result<(), StoreError> {
    let (kind, source_id) = source_columns(restore.source);
    sqlx::query(
        "INSERT INTO app_restores (id, account_id, app_id, source_kind, source_id, state, reasons, \
         created_micros, modified_micros, created_by, generation) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(restore.id.to_string())
    .bind(restore.account_id.to_string())
    .bind(restore.app_id.to_string())
    .bind(kind)
    .bind(source_id)
    .bind(restore.state.as_str())
    .bind(json("a restore's reasons", &restore.reasons)?)
    .bind(micros(restore.created_at))
    .bind(micros(restore.modified_at))
    .bind(restore.created_by.to_string())
    .bind(restore.generation)
    .execute(&mut *conn)
    .await
    .map_err(store_error)?;
    sqlx::query(
        "DELETE FROM app_restores WHERE id IN (\
           SELECT id FROM app_restores \
           WHERE account_id = $1 AND app_id = $2 AND state IN ('completed', 'failed') \
           ORDER BY created_micros DESC, id DESC LIMIT -1 OFFSET $3)",
    )
    .bind(restore.account_id.to_string())
    .bind(restore.app_id.to_string())
    .bind(ENDED_MAX)
    .execute(&mut *conn)
    .await
    .map_err(store_error)?;
    // What is shown of the app has changed.
    apps::count_change(conn, &restore.app_id.to_string(), restore.modified_at).await
}

/// Replaces what changes while a restore goes on.
pub(super) async fn update(conn: &mut SqliteConnection, restore: &AppRestore) -> Result<bool, StoreError> {
    let updated = sqlx::query(
        "UPDATE app_restores SET state = $3, reasons = $4, modified_micros = $5, generation = generation + 1 \
         WHERE id = $1 AND generation = $2",
    )
    .bind(restore.id.to_string())
    .bind(restore.generation)
    .bind(restore.state.as_str())
    .bind(json("a restore's reasons", &restore.reasons)?)
    .bind(micros(restore.modified_at))
    .execute(&mut *conn)
    .await
    .map_err(store_error)?;
    if updated.rows_affected() == 0 {
        return Ok(false);
    }
    apps::count_change(conn, &restore.app_id.to_string(), restore.modified_at).await?;
    Ok(true)
}

pub(super) async fn fetch(
    conn: &mut SqliteConnection,
    account_id: AccountId,
    id: AppRestoreId,
) -> Result<Option<AppRestore>, StoreError> {
    let row = sqlx::query("SELECT * FROM app_restores WHERE account_id = $1 AND id = $2")
        .bind(account_id.to_string())
        .bind(id.to_string())
        .fetch_optional(conn)
        .await
        .map_err(store_error)?;
    row.as_ref().map(app_restore).transpose()
}

pub(super) async fn fetch_latest(
    conn: &mut SqliteConnection,
    account_id: AccountId,
    app_id: AppId,
) -> Result<Option<AppRestore>, StoreError> {
    let row = sqlx::query(
        "SELECT * FROM app_restores WHERE account_id = $1 AND app_id = $2 \
         ORDER BY created_micros DESC, id DESC LIMIT 1",
    )
    .bind(account_id.to_string())
    .bind(app_id.to_string())
    .fetch_optional(conn)
    .await
    .map_err(store_error)?;
    row.as_ref().map(app_restore).transpose()
}

pub(super) async fn count_reading(
    conn: &mut SqliteConnection,
    source: RestoreSource,
) -> Result<u64, StoreError> {
    let (kind, source_id) = source_columns(source);
    let row = sqlx::query(
        "SELECT COUNT(*) AS readers FROM app_restores \
         WHERE source_id = $1 AND source_kind = $2 AND state IN ('pending', 'running')",
    )
    .bind(source_id)
    .bind(kind)
    .fetch_one(conn)
    .await
    .map_err(store_error)?;
    Row::new("app_restores", &row).number("readers")
}

fn app_restore(row: &SqliteRow) -> Result<AppRestore, StoreError> {
    let row = Row::new("app_restores", row);
    let source = match row.value::<&str>("source_kind")? {
        "backup" => RestoreSource::Backup(row.id("source_id")?),
        _ => RestoreSource::Snapshot(row.id("source_id")?),
    };
    Ok(AppRestore {
        id: row.id("id")?,
        account_id: row.id("account_id")?,
        app_id: row.id("app_id")?,
        source,
        state: row.word("state", RestoreState::from_word)?,
        reasons: row.json("reasons")?,
        created_at: row.time("created_micros")?,
        modified_at: row.time("modified_micros")?,
        created_by: row.id("created_by")?,
        generation: row.value("generation")?,
    })
}
