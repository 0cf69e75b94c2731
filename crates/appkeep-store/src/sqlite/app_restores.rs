//! Restores.

use appkeep_core::app_restore::{AppRestore, RestoreSource};
use appkeep_core::ids::{AccountId, AppId, AppRestoreId};
use appkeep_core::store::StoreError;
use rusqlite::params;

use super::apps;
use super::db::Db;
use crate::items::app_restores::{ENDED_MAX, app_restore, source_columns};
use crate::rows::{Row as _, json, micros};
use crate::statements::statements;

// Ordered by rowid and not by date: a restore that was created while the clock was ahead must not hide later ones.
statements! {
    INSERT("app_restores") = "INSERT INTO app_restores (id, account_id, app_id, source_kind, source_id, state, reasons, \
         created_micros, modified_micros, created_by, generation, node) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    DELETE_OLDEST_ENDED("app_restores") = "DELETE FROM app_restores WHERE id IN (\
           SELECT id FROM app_restores \
           WHERE account_id = ?1 AND app_id = ?2 AND state IN ('completed', 'failed', 'interrupted') \
           ORDER BY rowid DESC LIMIT -1 OFFSET ?3)";
    UPDATE("app_restores") = "UPDATE app_restores SET state = ?3, reasons = ?4, modified_micros = ?5, node = ?6, generation = generation + 1 \
         WHERE id = ?1 AND generation = ?2";
    FETCH("app_restores") = "SELECT * FROM app_restores WHERE account_id = ?1 AND id = ?2";
    FETCH_LATEST("app_restores") = "SELECT * FROM app_restores WHERE account_id = ?1 AND app_id = ?2 \
         ORDER BY rowid DESC LIMIT 1";
    COUNT_READING("app_restores") = "SELECT COUNT(*) AS readers FROM app_restores \
         WHERE source_id = ?1 AND source_kind = ?2 AND state IN ('pending', 'running')";
}

pub(super) fn insert(db: &Db, restore: &AppRestore) -> Result<(), StoreError> {
    let (kind, source_id) = source_columns(restore.source);
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
            restore.node
        ],
    )?;
    db.execute(
        DELETE_OLDEST_ENDED,
        params![
            restore.account_id.to_string(),
            restore.app_id.to_string(),
            ENDED_MAX
        ],
    )?;
    // The app's representation in the API has changed.
    apps::count_change(db, &restore.app_id.to_string(), restore.modified_at)
}

/// Updates the fields that change during a restore.
pub(super) fn update(db: &Db, restore: &AppRestore) -> Result<bool, StoreError> {
    let updated = db.execute(
        UPDATE,
        params![
            restore.id.to_string(),
            restore.generation,
            restore.state.as_str(),
            json("a restore's reasons", &restore.reasons)?,
            micros(restore.modified_at),
            restore.node
        ],
    )?;
    if updated == 0 {
        return Ok(false);
    }
    apps::count_change(db, &restore.app_id.to_string(), restore.modified_at)?;
    Ok(true)
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
