//! Backups.

use appkeep_core::app_backup::AppBackup;
use appkeep_core::ids::{AccountId, AppBackupId, AppSnapId};
use appkeep_core::state::{HookState, ResourceState};
use appkeep_core::store::StoreError;
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;

use super::errors::{store_error, store_error_or_name_taken};
use super::rows::{Row, bytes, json, micros};
use super::versions::{Statements, versions};

/// Leaves a name alone that is taken: telling so by the number of rows is the same in every database, and
/// spoils the transaction in none.
pub(super) async fn insert(conn: &mut SqliteConnection, backup: &AppBackup) -> Result<(), StoreError> {
    let inserted = sqlx::query(
        "INSERT INTO app_backups (id, account_id, app_id, name, bucket_id, snapshot_id, schedule_id, state, \
         state_unready, hook_state, hook_state_details, taken_micros, total_bytes, bytes_done, percent_done, \
         labels, created_micros, modified_micros, created_by, modified_by, generation) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, \
         $21) ON CONFLICT (app_id, name) DO NOTHING",
    )
    .bind(backup.id.to_string())
    .bind(backup.account_id.to_string())
    .bind(backup.app_id.to_string())
    .bind(backup.name.as_str())
    .bind(backup.bucket_id.to_string())
    .bind(backup.snapshot_id.map(|id| id.to_string()))
    .bind(backup.schedule_id.map(|id| id.to_string()))
    .bind(backup.state.as_str())
    .bind(json("a backup's reasons", &backup.state_unready)?)
    .bind(backup.hook_state.map(HookState::as_str))
    .bind(json("a backup's hook details", &backup.hook_state_details)?)
    .bind(backup.taken_at.map(micros))
    .bind(bytes("a backup's total", backup.total_bytes)?)
    .bind(bytes("a backup's progress", backup.bytes_done)?)
    .bind(backup.percent_done)
    .bind(json("a backup's labels", &backup.metadata.labels)?)
    .bind(micros(backup.metadata.created_at))
    .bind(micros(backup.metadata.modified_at))
    .bind(backup.metadata.created_by.to_string())
    .bind(backup.metadata.modified_by.map(|id| id.to_string()))
    .bind(backup.generation)
    .execute(conn)
    .await
    .map_err(store_error)?;
    if inserted.rows_affected() == 0 {
        Err(StoreError::NameTaken)
    } else {
        Ok(())
    }
}

/// Replaces everything but who owns it, what it is a backup of, and who made it when.
pub(super) async fn update(conn: &mut SqliteConnection, backup: &AppBackup) -> Result<bool, StoreError> {
    let updated = sqlx::query(
        "UPDATE app_backups SET name = $5, bucket_id = $6, snapshot_id = $7, schedule_id = $8, state = $9, \
         state_unready = $10, hook_state = $11, hook_state_details = $12, taken_micros = $13, \
         total_bytes = $14, bytes_done = $15, percent_done = $16, labels = $17, modified_micros = $18, \
         modified_by = $19, generation = generation + 1 \
         WHERE id = $1 AND account_id = $2 AND app_id = $3 AND generation = $4",
    )
    .bind(backup.id.to_string())
    .bind(backup.account_id.to_string())
    .bind(backup.app_id.to_string())
    .bind(backup.generation)
    .bind(backup.name.as_str())
    .bind(backup.bucket_id.to_string())
    .bind(backup.snapshot_id.map(|id| id.to_string()))
    .bind(backup.schedule_id.map(|id| id.to_string()))
    .bind(backup.state.as_str())
    .bind(json("a backup's reasons", &backup.state_unready)?)
    .bind(backup.hook_state.map(HookState::as_str))
    .bind(json("a backup's hook details", &backup.hook_state_details)?)
    .bind(backup.taken_at.map(micros))
    .bind(bytes("a backup's total", backup.total_bytes)?)
    .bind(bytes("a backup's progress", backup.bytes_done)?)
    .bind(backup.percent_done)
    .bind(json("a backup's labels", &backup.metadata.labels)?)
    .bind(micros(backup.metadata.modified_at))
    .bind(backup.metadata.modified_by.map(|id| id.to_string()))
    .execute(conn)
    .await
    .map_err(store_error_or_name_taken)?;
    Ok(updated.rows_affected() == 1)
}

pub(super) async fn delete(
    conn: &mut SqliteConnection,
    id: AppBackupId,
    generation: i64,
) -> Result<bool, StoreError> {
    let deleted = sqlx::query("DELETE FROM app_backups WHERE id = $1 AND generation = $2")
        .bind(id.to_string())
        .bind(generation)
        .execute(conn)
        .await
        .map_err(store_error)?;
    Ok(deleted.rows_affected() == 1)
}

pub(super) async fn count_reading(
    conn: &mut SqliteConnection,
    snap_id: AppSnapId,
) -> Result<u64, StoreError> {
    let row = sqlx::query(
        "SELECT COUNT(*) AS readers FROM app_backups \
         WHERE snapshot_id = $1 AND state IN ('pending', 'discovering', 'running')",
    )
    .bind(snap_id.to_string())
    .fetch_one(conn)
    .await
    .map_err(store_error)?;
    Row::new("app_backups", &row).number("readers")
}

pub(super) async fn fetch(
    conn: &mut SqliteConnection,
    account_id: AccountId,
    id: AppBackupId,
) -> Result<Option<AppBackup>, StoreError> {
    let row = sqlx::query("SELECT * FROM app_backups WHERE account_id = $1 AND id = $2")
        .bind(account_id.to_string())
        .bind(id.to_string())
        .fetch_optional(conn)
        .await
        .map_err(store_error)?;
    row.as_ref().map(app_backup).transpose()
}

/// Those of `ids` that the account has. They go in as one JSON text, so the statement is always the same.
pub(super) async fn fetch_some(
    conn: &mut SqliteConnection,
    account_id: AccountId,
    ids: &[AppBackupId],
) -> Result<Vec<AppBackup>, StoreError> {
    let rows = sqlx::query(
        "SELECT * FROM app_backups WHERE account_id = $1 AND id IN (SELECT value FROM json_each($2))",
    )
    .bind(account_id.to_string())
    .bind(json("ids", &ids)?)
    .fetch_all(conn)
    .await
    .map_err(store_error)?;
    rows.iter().map(app_backup).collect()
}

/// How the versions of these are listed.
pub(super) const VERSIONS: Statements = versions!("app_backups");

fn app_backup(row: &SqliteRow) -> Result<AppBackup, StoreError> {
    let row = Row::new("app_backups", row);
    Ok(AppBackup {
        id: row.id("id")?,
        account_id: row.id("account_id")?,
        app_id: row.id("app_id")?,
        name: row.name("name")?,
        bucket_id: row.id("bucket_id")?,
        snapshot_id: row.optional_id("snapshot_id")?,
        schedule_id: row.optional_id("schedule_id")?,
        state: row.word("state", ResourceState::from_word)?,
        state_unready: row.json("state_unready")?,
        hook_state: row.optional_word("hook_state", HookState::from_word)?,
        hook_state_details: row.json("hook_state_details")?,
        taken_at: row.optional_time("taken_micros")?,
        total_bytes: row.optional_number("total_bytes")?,
        bytes_done: row.optional_number("bytes_done")?,
        percent_done: row.optional_number("percent_done")?,
        metadata: row.metadata()?,
        generation: row.value("generation")?,
    })
}
