//! Snapshots.

use appkeep_core::app_snap::AppSnap;
use appkeep_core::ids::{AccountId, AppBackupId, AppId, AppSnapId};
use appkeep_core::state::HookState;
use appkeep_core::store::{FinishedSnap, ListFilter, ListPage, Page, StoreError};
use rusqlite::params;

use super::db::{Db, statements};
use super::rows::{Row, json, micros};

statements! {
    INSERT("app_snaps") = "INSERT INTO app_snaps (id, account_id, app_id, name, schedule_id, state, state_unready, hook_state, \
         hook_state_details, taken_micros, made_for, labels, created_micros, modified_micros, created_by, \
         modified_by, generation) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17) \
         ON CONFLICT (app_id, name) DO NOTHING";
    UPDATE("app_snaps") = "UPDATE app_snaps SET name = ?5, schedule_id = ?6, state = ?7, state_unready = ?8, hook_state = ?9, \
         hook_state_details = ?10, taken_micros = ?11, made_for = ?12, labels = ?13, modified_micros = ?14, \
         modified_by = ?15, generation = generation + 1 \
         WHERE id = ?1 AND account_id = ?2 AND app_id = ?3 AND generation = ?4";
    DELETE("app_snaps") = "DELETE FROM app_snaps WHERE id = ?1 AND generation = ?2";
    FETCH("app_snaps") = "SELECT * FROM app_snaps WHERE account_id = ?1 AND id = ?2";
    LIST_MADE_FOR("app_snaps") = "SELECT * FROM app_snaps WHERE made_for = ?1 ORDER BY created_micros, id";
    LIST_OF_ACCOUNT("app_snaps") = "SELECT * FROM app_snaps INDEXED BY app_snaps_by_account \
         WHERE account_id = ?1 AND (created_micros, id) < (?2, ?3) \
         ORDER BY created_micros DESC, id DESC LIMIT ?4";
    LIST_OF_APP("app_snaps") = "SELECT * FROM app_snaps INDEXED BY app_snaps_by_app \
         WHERE account_id = ?1 AND app_id = ?5 AND (created_micros, id) < (?2, ?3) \
         ORDER BY created_micros DESC, id DESC LIMIT ?4";
    LIST_FINISHED("app_snaps") = "SELECT id, state, generation FROM app_snaps INDEXED BY app_snaps_finished \
         WHERE app_id = ?1 AND id > ?2 AND state IN ('completed', 'removed', 'unknown') ORDER BY id LIMIT ?3";
}

/// Doesn't overwrite a snapshot of the same name; see `insert` of backups.
pub(super) fn insert(db: &Db, snap: &AppSnap) -> Result<(), StoreError> {
    let inserted = db.execute(
        INSERT,
        params![
            snap.id.to_string(),
            snap.account_id.to_string(),
            snap.app_id.to_string(),
            snap.name.as_str(),
            snap.schedule_id.map(|id| id.to_string()),
            snap.state.as_str(),
            json("a snapshot's reasons", &snap.state_unready)?,
            snap.hook_state.map(HookState::as_str),
            json("a snapshot's hook details", &snap.hook_state_details)?,
            snap.taken_at.map(micros),
            snap.made_for.map(|id| id.to_string()),
            json("a snapshot's labels", &snap.metadata.labels)?,
            micros(snap.metadata.created_at),
            micros(snap.metadata.modified_at),
            snap.metadata.created_by.to_string(),
            snap.metadata.modified_by.map(|id| id.to_string()),
            snap.generation
        ],
    )?;
    if inserted == 0 {
        Err(StoreError::NameTaken)
    } else {
        Ok(())
    }
}

/// Updates everything except the account, the app, the creator and the creation time.
pub(super) fn update(db: &Db, snap: &AppSnap) -> Result<bool, StoreError> {
    let updated = db.execute_with_name(
        UPDATE,
        params![
            snap.id.to_string(),
            snap.account_id.to_string(),
            snap.app_id.to_string(),
            snap.generation,
            snap.name.as_str(),
            snap.schedule_id.map(|id| id.to_string()),
            snap.state.as_str(),
            json("a snapshot's reasons", &snap.state_unready)?,
            snap.hook_state.map(HookState::as_str),
            json("a snapshot's hook details", &snap.hook_state_details)?,
            snap.taken_at.map(micros),
            snap.made_for.map(|id| id.to_string()),
            json("a snapshot's labels", &snap.metadata.labels)?,
            micros(snap.metadata.modified_at),
            snap.metadata.modified_by.map(|id| id.to_string())
        ],
    )?;
    Ok(updated == 1)
}

pub(super) fn delete(db: &Db, id: AppSnapId, generation: i64) -> Result<bool, StoreError> {
    let deleted = db.execute(DELETE, params![id.to_string(), generation])?;
    Ok(deleted == 1)
}

pub(super) fn fetch(db: &Db, account_id: AccountId, id: AppSnapId) -> Result<Option<AppSnap>, StoreError> {
    db.fetch(FETCH, params![account_id.to_string(), id.to_string()], app_snap)
}

pub(super) fn list_made_for(db: &Db, backup_id: AppBackupId) -> Result<Vec<AppSnap>, StoreError> {
    db.list(LIST_MADE_FOR, params![backup_id.to_string()], app_snap)
}

/// Reads a page of the list of an account or an app.
pub(super) fn list(db: &Db, filter: &ListFilter, page: &Page) -> Result<ListPage<AppSnap>, StoreError> {
    db.filtered_page([LIST_OF_ACCOUNT, LIST_OF_APP], filter, page, app_snap)
}

/// Reads the ids and states of an app's finished snapshots, in the order of ids.
pub(super) fn list_finished(
    db: &Db,
    app_id: AppId,
    after: Option<AppSnapId>,
    rows_max: u32,
) -> Result<Vec<FinishedSnap>, StoreError> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    db.list(
        LIST_FINISHED,
        params![app_id.to_string(), after, rows_max],
        |row| {
            Ok(FinishedSnap {
                id: row.id("id")?,
                state: row.word("state")?,
                generation: row.value("generation")?,
            })
        },
    )
}

fn app_snap(row: &Row<'_>) -> Result<AppSnap, StoreError> {
    Ok(AppSnap {
        id: row.id("id")?,
        account_id: row.id("account_id")?,
        app_id: row.id("app_id")?,
        name: row.name("name")?,
        schedule_id: row.optional_id("schedule_id")?,
        state: row.word("state")?,
        state_unready: row.json("state_unready")?,
        hook_state: row.optional_word("hook_state")?,
        hook_state_details: row.json("hook_state_details")?,
        taken_at: row.optional_time("taken_micros")?,
        made_for: row.optional_id("made_for")?,
        metadata: row.metadata()?,
        generation: row.value("generation")?,
    })
}
