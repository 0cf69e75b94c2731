//! Restores.

use appkeep_core::app_restore::{AppRestore, RestoreSource};
use appkeep_core::ids::{AccountId, AppId, AppRestoreId};
use appkeep_core::store::StoreError;
use sqlx_postgres::PgConnection;

use super::apps;
use super::db::{self, params};
use crate::items::app_restores::{
    ENDED_MAX, LISTED_MAX, app_restore, bytes_column, source_columns, target_columns,
};
use crate::rows::{Row as _, json, micros};
use crate::statements::statements;

macro_rules! select {
    ($which:literal) => {
        concat!(
            "SELECT id, account_id, app_id, source_kind, source_id, state, reasons, created_micros, modified_micros, ",
            "created_by, generation, node, source_app_id, target, include, total_bytes, bytes_done FROM app_restores ",
            $which
        )
    };
}
pub(super) use select as select_restores;

// Ordered by insertion and not by date: a restore that was created while the clock was ahead must not hide later ones.
statements! {
    INSERT("app_restores") = "INSERT INTO app_restores (id, account_id, app_id, source_kind, source_id, state, reasons, \
         created_micros, modified_micros, created_by, generation, node, source_app_id, target, include, total_bytes, \
         bytes_done) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
    DELETE_OLDEST_ENDED("app_restores") = "DELETE FROM app_restores WHERE id IN (\
           SELECT id FROM app_restores \
           WHERE account_id = $1 AND app_id = $2 AND state IN ('completed', 'failed', 'interrupted') \
           AND (target IS NULL) = $4 \
           ORDER BY seq DESC OFFSET $3)";
    UPDATE("app_restores") = "UPDATE app_restores SET state = $3, reasons = $4, modified_micros = $5, node = $6, \
         total_bytes = $7, bytes_done = $8, generation = generation + 1 \
         WHERE id = $1 AND generation = $2";
    DELETE("app_restores") = "DELETE FROM app_restores WHERE id = $1 AND generation = $2";
    /// The account isn't compared with `=`, so that only the index of ids is used.
    FETCH("app_restores") = select!("WHERE account_id IS NOT DISTINCT FROM $1 AND id = $2");
    FETCH_LATEST("app_restores") = select!("WHERE account_id = $1 AND app_id = $2 AND target IS NULL ORDER BY seq DESC LIMIT 1");
    LIST_OF_APP("app_restores") = select!("WHERE account_id = $1 AND app_id = $2 ORDER BY seq DESC LIMIT $3");
    COUNT_READING("app_restores") = "SELECT COUNT(*) AS readers FROM app_restores \
         WHERE source_id = $1 AND source_kind = $2 AND state IN ('pending', 'running')";
}

pub(super) async fn insert(db: &mut PgConnection, restore: &AppRestore) -> Result<(), StoreError> {
    let (kind, source_id) = source_columns(restore.source);
    let (target, include) = target_columns(restore.target.as_ref())?;
    let params = params![
        restore.id.as_uuid(),
        restore.account_id.as_uuid(),
        restore.app_id.as_uuid(),
        kind,
        source_id,
        restore.state.as_str(),
        json("a restore's reasons", &restore.reasons)?,
        micros(restore.created_at),
        micros(restore.modified_at),
        restore.created_by.as_uuid(),
        restore.generation,
        restore.node.as_deref(),
        restore.source_app_id.as_uuid(),
        target,
        include,
        bytes_column(restore.total_bytes)?,
        bytes_column(restore.bytes_done)?
    ];
    db::execute(db, INSERT, params).await?;
    let params = params![
        restore.account_id.as_uuid(),
        restore.app_id.as_uuid(),
        ENDED_MAX,
        restore.target.is_none()
    ];
    db::execute(db, DELETE_OLDEST_ENDED, params).await?;
    count_change(db, restore).await
}

/// Records a change of the app, unless the restore is to a directory and doesn't affect the app.
async fn count_change(db: &mut PgConnection, restore: &AppRestore) -> Result<(), StoreError> {
    if restore.target.is_some() {
        return Ok(());
    }
    // The app's representation in the API has changed.
    apps::count_change(db, restore.app_id, restore.modified_at).await
}

/// Updates the fields that change during a restore.
pub(super) async fn update(db: &mut PgConnection, restore: &AppRestore) -> Result<bool, StoreError> {
    if !update_progress(db, restore).await? {
        return Ok(false);
    }
    count_change(db, restore).await?;
    Ok(true)
}

/// Updates the same fields. The app doesn't change, because it doesn't show the progress.
pub(super) async fn update_progress(db: &mut PgConnection, restore: &AppRestore) -> Result<bool, StoreError> {
    let params = params![
        restore.id.as_uuid(),
        restore.generation,
        restore.state.as_str(),
        json("a restore's reasons", &restore.reasons)?,
        micros(restore.modified_at),
        restore.node.as_deref(),
        bytes_column(restore.total_bytes)?,
        bytes_column(restore.bytes_done)?
    ];
    Ok(db::execute(db, UPDATE, params).await? == 1)
}

pub(super) async fn delete(db: &mut PgConnection, restore: &AppRestore) -> Result<bool, StoreError> {
    let params = params![restore.id.as_uuid(), restore.generation];
    if db::execute(db, DELETE, params).await? == 0 {
        return Ok(false);
    }
    count_change(db, restore).await?;
    Ok(true)
}

/// Reads the restores of an app, the last inserted first.
pub(super) async fn list_of_app(
    db: &mut PgConnection,
    account_id: AccountId,
    app_id: AppId,
) -> Result<Vec<AppRestore>, StoreError> {
    let params = params![account_id.as_uuid(), app_id.as_uuid(), LISTED_MAX];
    db::list(db, LIST_OF_APP, params, |row| app_restore(row)).await
}

pub(super) async fn fetch(
    db: &mut PgConnection,
    account_id: AccountId,
    id: AppRestoreId,
) -> Result<Option<AppRestore>, StoreError> {
    let params = params![account_id.as_uuid(), id.as_uuid()];
    db::fetch(db, FETCH, params, |row| app_restore(row)).await
}

pub(super) async fn fetch_latest(
    db: &mut PgConnection,
    account_id: AccountId,
    app_id: AppId,
) -> Result<Option<AppRestore>, StoreError> {
    let params = params![account_id.as_uuid(), app_id.as_uuid()];
    db::fetch(db, FETCH_LATEST, params, |row| app_restore(row)).await
}

pub(super) async fn count_reading(db: &mut PgConnection, source: RestoreSource) -> Result<u64, StoreError> {
    let (kind, source_id) = source_columns(source);
    let params = params![source_id, kind];
    db::fetch_one(db, COUNT_READING, params, |row| row.number("readers")).await
}
