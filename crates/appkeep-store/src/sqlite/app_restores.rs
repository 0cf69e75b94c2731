//! Restores.

use appkeep_core::app_restore::{AppRestore, RestoreSource};
use appkeep_core::ids::{AccountId, AppId, AppRestoreId};
use appkeep_core::store::StoreError;
use rusqlite::params;

use super::apps;
use super::db::Db;
use crate::items::app_restores::{
    ENDED_MAX, LISTED_MAX, app_restore, bytes_column, source_columns, target_columns,
};
use crate::rows::{Row as _, json, micros};
use crate::statements::statements;

// Ordered by rowid and not by date: a restore that was created while the clock was ahead must not hide later ones.
statements! {
    INSERT("app_restores") = "INSERT INTO app_restores (id, account_id, app_id, source_kind, source_id, state, reasons, \
         created_micros, modified_micros, created_by, generation, node, source_app_id, target, include, total_bytes, \
         bytes_done) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)";
    DELETE_OLDEST_ENDED("app_restores") = "DELETE FROM app_restores WHERE id IN (\
           SELECT id FROM app_restores \
           WHERE account_id = ?1 AND app_id = ?2 AND state IN ('completed', 'failed', 'interrupted') \
           AND (target IS NULL) = ?4 \
           ORDER BY rowid DESC LIMIT -1 OFFSET ?3)";
    UPDATE("app_restores") = "UPDATE app_restores SET state = ?3, reasons = ?4, modified_micros = ?5, node = ?6, \
         total_bytes = ?7, bytes_done = ?8, generation = generation + 1 \
         WHERE id = ?1 AND generation = ?2";
    DELETE("app_restores") = "DELETE FROM app_restores WHERE id = ?1 AND generation = ?2";
    FETCH("app_restores") = "SELECT * FROM app_restores WHERE account_id = ?1 AND id = ?2";
    FETCH_LATEST("app_restores") = "SELECT * FROM app_restores WHERE account_id = ?1 AND app_id = ?2 AND target IS NULL \
         ORDER BY rowid DESC LIMIT 1";
    LIST_OF_APP("app_restores") = "SELECT * FROM app_restores WHERE account_id = ?1 AND app_id = ?2 \
         ORDER BY rowid DESC LIMIT ?3";
    COUNT_READING("app_restores") = "SELECT COUNT(*) AS readers FROM app_restores \
         WHERE source_id = ?1 AND source_kind = ?2 AND state IN ('pending', 'running')";
}

pub(super) fn insert(db: &Db, restore: &AppRestore) -> Result<(), StoreError> {
    let (kind, source_id) = source_columns(restore.source);
    let (target, include) = target_columns(restore.target.as_ref())?;
    db.execute(
        INSERT,
        params![
            restore.id.to_string(),
            restore.account_id.to_string(),
            restore.app_id.to_string(),
            kind,
            source_id.to_string(),
            restore.state.as_str(),
            json("a restore's reasons", &restore.reasons)?,
            micros(restore.created_at),
            micros(restore.modified_at),
            restore.created_by.to_string(),
            restore.generation,
            restore.node,
            restore.source_app_id.to_string(),
            target,
            include,
            bytes_column(restore.total_bytes)?,
            bytes_column(restore.bytes_done)?
        ],
    )?;
    db.execute(
        DELETE_OLDEST_ENDED,
        params![
            restore.account_id.to_string(),
            restore.app_id.to_string(),
            ENDED_MAX,
            target.is_none()
        ],
    )?;
    count_change(db, restore)
}

/// Records a change of the app, unless the restore is to a directory and doesn't affect the app.
fn count_change(db: &Db, restore: &AppRestore) -> Result<(), StoreError> {
    if restore.target.is_some() {
        return Ok(());
    }
    // The app's representation in the API has changed.
    apps::count_change(db, &restore.app_id.to_string(), restore.modified_at)
}

/// Updates the fields that change during a restore.
pub(super) fn update(db: &Db, restore: &AppRestore) -> Result<bool, StoreError> {
    if !update_progress(db, restore)? {
        return Ok(false);
    }
    count_change(db, restore)?;
    Ok(true)
}

/// Updates the same fields. The app doesn't change, because it doesn't show the progress.
pub(super) fn update_progress(db: &Db, restore: &AppRestore) -> Result<bool, StoreError> {
    let updated = db.execute(
        UPDATE,
        params![
            restore.id.to_string(),
            restore.generation,
            restore.state.as_str(),
            json("a restore's reasons", &restore.reasons)?,
            micros(restore.modified_at),
            restore.node,
            bytes_column(restore.total_bytes)?,
            bytes_column(restore.bytes_done)?
        ],
    )?;
    Ok(updated == 1)
}

pub(super) fn delete(db: &Db, restore: &AppRestore) -> Result<bool, StoreError> {
    if db.execute(DELETE, params![restore.id.to_string(), restore.generation])? == 0 {
        return Ok(false);
    }
    count_change(db, restore)?;
    Ok(true)
}

/// Reads the restores of an app, the last inserted first.
pub(super) fn list_of_app(
    db: &Db,
    account_id: AccountId,
    app_id: AppId,
) -> Result<Vec<AppRestore>, StoreError> {
    let params = params![account_id.to_string(), app_id.to_string(), LISTED_MAX];
    db.list(LIST_OF_APP, params, |row| app_restore(row))
}

pub(super) fn fetch(
    db: &Db,
    account_id: AccountId,
    id: AppRestoreId,
) -> Result<Option<AppRestore>, StoreError> {
    db.fetch(FETCH, params![account_id.to_string(), id.to_string()], |row| {
        app_restore(row)
    })
}

pub(super) fn fetch_latest(
    db: &Db,
    account_id: AccountId,
    app_id: AppId,
) -> Result<Option<AppRestore>, StoreError> {
    db.fetch(
        FETCH_LATEST,
        params![account_id.to_string(), app_id.to_string()],
        |row| app_restore(row),
    )
}

pub(super) fn count_reading(db: &Db, source: RestoreSource) -> Result<u64, StoreError> {
    let (kind, source_id) = source_columns(source);
    db.fetch_one(COUNT_READING, params![source_id.to_string(), kind], |row| {
        row.number("readers")
    })
}
