//! Backups.

use appkeep_core::app_backup::AppBackup;
use appkeep_core::ids::{AccountId, AppBackupId, AppId, AppSnapId};
use appkeep_core::state::HookState;
use appkeep_core::store::{FinishedBackup, ListFilter, ListPage, Page, StoreError};
use rusqlite::params;

use super::db::{Db, statements};
use super::rows::{Row, bytes, json, micros};

statements! {
    INSERT("app_backups") = "INSERT INTO app_backups (id, account_id, app_id, name, bucket_id, snapshot_id, schedule_id, state, \
         state_unready, hook_state, hook_state_details, taken_micros, total_bytes, bytes_done, percent_done, \
         labels, created_micros, modified_micros, created_by, modified_by, generation) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, \
         ?21) ON CONFLICT (app_id, name) DO NOTHING";
    UPDATE("app_backups") = "UPDATE app_backups SET name = ?5, bucket_id = ?6, snapshot_id = ?7, schedule_id = ?8, state = ?9, \
         state_unready = ?10, hook_state = ?11, hook_state_details = ?12, taken_micros = ?13, \
         total_bytes = ?14, bytes_done = ?15, percent_done = ?16, labels = ?17, modified_micros = ?18, \
         modified_by = ?19, generation = generation + 1 \
         WHERE id = ?1 AND account_id = ?2 AND app_id = ?3 AND generation = ?4";
    DELETE("app_backups") = "DELETE FROM app_backups WHERE id = ?1 AND generation = ?2";
    COUNT_READING("app_backups") = "SELECT COUNT(*) AS readers FROM app_backups \
         WHERE snapshot_id = ?1 AND state IN ('pending', 'discovering', 'running')";
    FETCH("app_backups") = "SELECT * FROM app_backups WHERE account_id = ?1 AND id = ?2";
    LIST_OF_ACCOUNT("app_backups") = "SELECT * FROM app_backups INDEXED BY app_backups_by_account \
         WHERE account_id = ?1 AND (created_micros, id) < (?2, ?3) \
         ORDER BY created_micros DESC, id DESC LIMIT ?4";
    LIST_OF_APP("app_backups") = "SELECT * FROM app_backups INDEXED BY app_backups_by_app \
         WHERE account_id = ?1 AND app_id = ?5 AND (created_micros, id) < (?2, ?3) \
         ORDER BY created_micros DESC, id DESC LIMIT ?4";
    LIST_FINISHED("app_backups") = "SELECT id, bucket_id, state, generation FROM app_backups INDEXED BY app_backups_finished \
         WHERE app_id = ?1 AND id > ?2 AND state IN ('completed', 'removed', 'unknown') ORDER BY id LIMIT ?3";
}

/// Doesn't overwrite a backup of the same name. The number of inserted rows reveals the conflict in every database,
/// without failing the transaction.
pub(super) fn insert(db: &Db, backup: &AppBackup) -> Result<(), StoreError> {
    let inserted = db.execute(
        INSERT,
        params![
            backup.id.to_string(),
            backup.account_id.to_string(),
            backup.app_id.to_string(),
            backup.name.as_str(),
            backup.bucket_id.to_string(),
            backup.snapshot_id.map(|id| id.to_string()),
            backup.schedule_id.map(|id| id.to_string()),
            backup.state.as_str(),
            json("a backup's reasons", &backup.state_unready)?,
            backup.hook_state.map(HookState::as_str),
            json("a backup's hook details", &backup.hook_state_details)?,
            backup.taken_at.map(micros),
            bytes("a backup's total", backup.total_bytes)?,
            bytes("a backup's progress", backup.bytes_done)?,
            backup.percent_done,
            json("a backup's labels", &backup.metadata.labels)?,
            micros(backup.metadata.created_at),
            micros(backup.metadata.modified_at),
            backup.metadata.created_by.to_string(),
            backup.metadata.modified_by.map(|id| id.to_string()),
            backup.generation
        ],
    )?;
    if inserted == 0 {
        Err(StoreError::NameTaken)
    } else {
        Ok(())
    }
}

/// Updates everything except the account, the app, the creator and the creation time.
pub(super) fn update(db: &Db, backup: &AppBackup) -> Result<bool, StoreError> {
    let updated = db.execute_with_name(
        UPDATE,
        params![
            backup.id.to_string(),
            backup.account_id.to_string(),
            backup.app_id.to_string(),
            backup.generation,
            backup.name.as_str(),
            backup.bucket_id.to_string(),
            backup.snapshot_id.map(|id| id.to_string()),
            backup.schedule_id.map(|id| id.to_string()),
            backup.state.as_str(),
            json("a backup's reasons", &backup.state_unready)?,
            backup.hook_state.map(HookState::as_str),
            json("a backup's hook details", &backup.hook_state_details)?,
            backup.taken_at.map(micros),
            bytes("a backup's total", backup.total_bytes)?,
            bytes("a backup's progress", backup.bytes_done)?,
            backup.percent_done,
            json("a backup's labels", &backup.metadata.labels)?,
            micros(backup.metadata.modified_at),
            backup.metadata.modified_by.map(|id| id.to_string())
        ],
    )?;
    Ok(updated == 1)
}

pub(super) fn delete(db: &Db, id: AppBackupId, generation: i64) -> Result<bool, StoreError> {
    let deleted = db.execute(DELETE, params![id.to_string(), generation])?;
    Ok(deleted == 1)
}

pub(super) fn count_reading(db: &Db, snap_id: AppSnapId) -> Result<u64, StoreError> {
    db.fetch_one(COUNT_READING, params![snap_id.to_string()], |row| {
        row.number("readers")
    })
}

pub(super) fn fetch(
    db: &Db,
    account_id: AccountId,
    id: AppBackupId,
) -> Result<Option<AppBackup>, StoreError> {
    db.fetch(FETCH, params![account_id.to_string(), id.to_string()], app_backup)
}

/// Reads a page of the list of an account or an app.
pub(super) fn list(db: &Db, filter: &ListFilter, page: &Page) -> Result<ListPage<AppBackup>, StoreError> {
    db.filtered_page([LIST_OF_ACCOUNT, LIST_OF_APP], filter, page, app_backup)
}

/// Reads the ids and states of an app's finished backups, in the order of ids.
pub(super) fn list_finished(
    db: &Db,
    app_id: AppId,
    after: Option<AppBackupId>,
    rows_max: u32,
) -> Result<Vec<FinishedBackup>, StoreError> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    db.list(
        LIST_FINISHED,
        params![app_id.to_string(), after, rows_max],
        |row| {
            Ok(FinishedBackup {
                id: row.id("id")?,
                bucket_id: row.id("bucket_id")?,
                state: row.word("state")?,
                generation: row.value("generation")?,
            })
        },
    )
}

fn app_backup(row: &Row<'_>) -> Result<AppBackup, StoreError> {
    Ok(AppBackup {
        id: row.id("id")?,
        account_id: row.id("account_id")?,
        app_id: row.id("app_id")?,
        name: row.name("name")?,
        bucket_id: row.id("bucket_id")?,
        snapshot_id: row.optional_id("snapshot_id")?,
        schedule_id: row.optional_id("schedule_id")?,
        state: row.word("state")?,
        state_unready: row.json("state_unready")?,
        hook_state: row.optional_word("hook_state")?,
        hook_state_details: row.json("hook_state_details")?,
        taken_at: row.optional_time("taken_micros")?,
        total_bytes: row.optional_number("total_bytes")?,
        bytes_done: row.optional_number("bytes_done")?,
        percent_done: row.optional_number("percent_done")?,
        metadata: row.metadata()?,
        generation: row.value("generation")?,
    })
}
