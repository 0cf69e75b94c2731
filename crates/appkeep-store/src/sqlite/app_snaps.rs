//! Snapshots.

use appkeep_core::app_snap::AppSnap;
use appkeep_core::ids::{AccountId, AppBackupId, AppSnapId};
use appkeep_core::state::{HookState, ResourceState};
use appkeep_core::store::StoreError;
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;

use super::errors::{store_error, store_error_or_name_taken};
use super::rows::{Row, json, micros};
use super::versions::{Statements, versions};

/// Leaves a name alone that is taken; see the backups' `insert`.
pub(super) async fn insert(conn: &mut SqliteConnection, snap: &AppSnap) -> Result<(), StoreError> {
    let inserted = sqlx::query(
        "INSERT INTO app_snaps (id, account_id, app_id, name, schedule_id, state, state_unready, hook_state, \
         hook_state_details, taken_micros, made_for, labels, created_micros, modified_micros, created_by, \
         modified_by, generation) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) \
         ON CONFLICT (app_id, name) DO NOTHING",
    )
    .bind(snap.id.to_string())
    .bind(snap.account_id.to_string())
    .bind(snap.app_id.to_string())
    .bind(snap.name.as_str())
    .bind(snap.schedule_id.map(|id| id.to_string()))
    .bind(snap.state.as_str())
    .bind(json("a snapshot's reasons", &snap.state_unready)?)
    .bind(snap.hook_state.map(HookState::as_str))
    .bind(json("a snapshot's hook details", &snap.hook_state_details)?)
    .bind(snap.taken_at.map(micros))
    .bind(snap.made_for.map(|id| id.to_string()))
    .bind(json("a snapshot's labels", &snap.metadata.labels)?)
    .bind(micros(snap.metadata.created_at))
    .bind(micros(snap.metadata.modified_at))
    .bind(snap.metadata.created_by.to_string())
    .bind(snap.metadata.modified_by.map(|id| id.to_string()))
    .bind(snap.generation)
    .execute(conn)
    .await
    .map_err(store_error)?;
    if inserted.rows_affected() == 0 {
        Err(StoreError::NameTaken)
    } else {
        Ok(())
    }
}

/// Replaces everything but who owns it, what it shows, and who made it when.
pub(super) async fn update(conn: &mut SqliteConnection, snap: &AppSnap) -> Result<bool, StoreError> {
    let updated = sqlx::query(
        "UPDATE app_snaps SET name = $5, schedule_id = $6, state = $7, state_unready = $8, hook_state = $9, \
         hook_state_details = $10, taken_micros = $11, made_for = $12, labels = $13, modified_micros = $14, \
         modified_by = $15, generation = generation + 1 \
         WHERE id = $1 AND account_id = $2 AND app_id = $3 AND generation = $4",
    )
    .bind(snap.id.to_string())
    .bind(snap.account_id.to_string())
    .bind(snap.app_id.to_string())
    .bind(snap.generation)
    .bind(snap.name.as_str())
    .bind(snap.schedule_id.map(|id| id.to_string()))
    .bind(snap.state.as_str())
    .bind(json("a snapshot's reasons", &snap.state_unready)?)
    .bind(snap.hook_state.map(HookState::as_str))
    .bind(json("a snapshot's hook details", &snap.hook_state_details)?)
    .bind(snap.taken_at.map(micros))
    .bind(snap.made_for.map(|id| id.to_string()))
    .bind(json("a snapshot's labels", &snap.metadata.labels)?)
    .bind(micros(snap.metadata.modified_at))
    .bind(snap.metadata.modified_by.map(|id| id.to_string()))
    .execute(conn)
    .await
    .map_err(store_error_or_name_taken)?;
    Ok(updated.rows_affected() == 1)
}

pub(super) async fn delete(
    conn: &mut SqliteConnection,
    id: AppSnapId,
    generation: i64,
) -> Result<bool, StoreError> {
    let deleted = sqlx::query("DELETE FROM app_snaps WHERE id = $1 AND generation = $2")
        .bind(id.to_string())
        .bind(generation)
        .execute(conn)
        .await
        .map_err(store_error)?;
    Ok(deleted.rows_affected() == 1)
}

pub(super) async fn fetch(
    conn: &mut SqliteConnection,
    account_id: AccountId,
    id: AppSnapId,
) -> Result<Option<AppSnap>, StoreError> {
    let row = sqlx::query("SELECT * FROM app_snaps WHERE account_id = $1 AND id = $2")
        .bind(account_id.to_string())
        .bind(id.to_string())
        .fetch_optional(conn)
        .await
        .map_err(store_error)?;
    row.as_ref().map(app_snap).transpose()
}

pub(super) async fn list_made_for(
    conn: &mut SqliteConnection,
    backup_id: AppBackupId,
) -> Result<Vec<AppSnap>, StoreError> {
    let rows = sqlx::query("SELECT * FROM app_snaps WHERE made_for = $1 ORDER BY created_micros, id")
        .bind(backup_id.to_string())
        .fetch_all(conn)
        .await
        .map_err(store_error)?;
    rows.iter().map(app_snap).collect()
}

/// Those of `ids` that the account has. They go in as one JSON text, so the statement is always the same.
pub(super) async fn fetch_some(
    conn: &mut SqliteConnection,
    account_id: AccountId,
    ids: &[AppSnapId],
) -> Result<Vec<AppSnap>, StoreError> {
    let rows = sqlx::query(
        "SELECT * FROM app_snaps WHERE account_id = $1 AND id IN (SELECT value FROM json_each($2))",
    )
    .bind(account_id.to_string())
    .bind(json("ids", &ids)?)
    .fetch_all(conn)
    .await
    .map_err(store_error)?;
    rows.iter().map(app_snap).collect()
}

/// How the versions of these are listed.
pub(super) const VERSIONS: Statements = versions!("app_snaps");

fn app_snap(row: &SqliteRow) -> Result<AppSnap, StoreError> {
    let row = Row::new("app_snaps", row);
    Ok(AppSnap {
        id: row.id("id")?,
        account_id: row.id("account_id")?,
        app_id: row.id("app_id")?,
        name: row.name("name")?,
        schedule_id: row.optional_id("schedule_id")?,
        state: row.word("state", ResourceState::from_word)?,
        state_unready: row.json("state_unready")?,
        hook_state: row.optional_word("hook_state", HookState::from_word)?,
        hook_state_details: row.json("hook_state_details")?,
        taken_at: row.optional_time("taken_micros")?,
        made_for: row.optional_id("made_for")?,
        metadata: row.metadata()?,
        generation: row.value("generation")?,
    })
}
