//! Restores.

use appkeep_core::app_restore::{AppRestore, RestoreSource};
use appkeep_core::ids::{AccountId, AppId, AppRestoreId};
use appkeep_core::store::StoreError;
use rusqlite::params;

use super::apps;
use super::db::{Db, statements};
use super::rows::{Row, json, micros};

// Ordered by rowid and not by date: a restore that was created while the clock was ahead must not hide later ones.
statements! {
    INSERT("app_restores") = "INSERT INTO app_restores (id, account_id, app_id, source_kind, source_id, state, reasons, \
         created_micros, modified_micros, created_by, generation) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    DELETE_OLDEST_ENDED("app_restores") = "DELETE FROM app_restores WHERE id IN (\
           SELECT id FROM app_restores \
           WHERE account_id = ?1 AND app_id = ?2 AND state IN ('completed', 'failed', 'interrupted') \
           ORDER BY rowid DESC LIMIT -1 OFFSET ?3)";
    UPDATE("app_restores") = "UPDATE app_restores SET state = ?3, reasons = ?4, modified_micros = ?5, generation = generation + 1 \
         WHERE id = ?1 AND generation = ?2";
    FETCH("app_restores") = "SELECT * FROM app_restores WHERE account_id = ?1 AND id = ?2";
    FETCH_LATEST("app_restores") = "SELECT * FROM app_restores WHERE account_id = ?1 AND app_id = ?2 \
         ORDER BY rowid DESC LIMIT 1";
    COUNT_READING("app_restores") = "SELECT COUNT(*) AS readers FROM app_restores \
         WHERE source_id = ?1 AND source_kind = ?2 AND state IN ('pending', 'running')";
}

/// The maximum number of ended restores of an app that are kept.
const ENDED_MAX: i64 = 100;

/// The kind and the id of a source, as they are stored.
fn source_columns(source: RestoreSource) -> (&'static str, String) {
    match source {
        RestoreSource::Backup(id) => ("backup", id.to_string()),
        RestoreSource::Snapshot(id) => ("snapshot", id.to_string()),
    }
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
            source_id,
            restore.state.as_str(),
            json("a restore's reasons", &restore.reasons)?,
            micros(restore.created_at),
            micros(restore.modified_at),
            restore.created_by.to_string(),
            restore.generation
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
            micros(restore.modified_at)
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
    db.fetch(
        FETCH,
        params![account_id.to_string(), id.to_string()],
        app_restore,
    )
}

pub(super) fn fetch_latest(
    db: &Db,
    account_id: AccountId,
    app_id: AppId,
) -> Result<Option<AppRestore>, StoreError> {
    db.fetch(
        FETCH_LATEST,
        params![account_id.to_string(), app_id.to_string()],
        app_restore,
    )
}

pub(super) fn count_reading(db: &Db, source: RestoreSource) -> Result<u64, StoreError> {
    let (kind, source_id) = source_columns(source);
    db.fetch_one(COUNT_READING, params![source_id, kind], |row| {
        row.number("readers")
    })
}

fn app_restore(row: &Row<'_>) -> Result<AppRestore, StoreError> {
    let source = match row.text("source_kind")? {
        "backup" => RestoreSource::Backup(row.id("source_id")?),
        _ => RestoreSource::Snapshot(row.id("source_id")?),
    };
    Ok(AppRestore {
        id: row.id("id")?,
        account_id: row.id("account_id")?,
        app_id: row.id("app_id")?,
        source,
        state: row.word("state")?,
        reasons: row.json("reasons")?,
        created_at: row.time("created_micros")?,
        modified_at: row.time("modified_micros")?,
        created_by: row.id("created_by")?,
        generation: row.value("generation")?,
    })
}
