//! Restores.

use appkeep_core::app_restore::{AppRestore, RestoreSource};
use appkeep_core::ids::{AccountId, AppId, AppRestoreId};
use appkeep_core::store::StoreError;
use sqlx_postgres::PgConnection;

use super::apps;
use super::db::{self, params};
use crate::items::app_restores::{ENDED_MAX, app_restore, source_columns};
use crate::rows::{Row as _, json, micros};
use crate::statements::statements;

macro_rules! select {
    ($which:literal) => {
        concat!(
            "SELECT id, account_id, app_id, source_kind, source_id, state, reasons, created_micros, modified_micros, ",
            "created_by, generation, node FROM app_restores ",
            $which
        )
    };
}

// Ordered by insertion and not by date: a restore that was created while the clock was ahead must not hide later ones.
statements! {
    INSERT("app_restores") = "INSERT INTO app_restores (id, account_id, app_id, source_kind, source_id, state, reasons, \
         created_micros, modified_micros, created_by, generation, node) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    DELETE_OLDEST_ENDED("app_restores") = "DELETE FROM app_restores WHERE id IN (\
           SELECT id FROM app_restores \
           WHERE account_id = $1 AND app_id = $2 AND state IN ('completed', 'failed', 'interrupted') \
           ORDER BY seq DESC OFFSET $3)";
    UPDATE("app_restores") = "UPDATE app_restores SET state = $3, reasons = $4, modified_micros = $5, node = $6, generation = generation + 1 \
         WHERE id = $1 AND generation = $2";
    FETCH("app_restores") = select!("WHERE account_id = $1 AND id = $2");
    FETCH_LATEST("app_restores") = select!("WHERE account_id = $1 AND app_id = $2 ORDER BY seq DESC LIMIT 1");
    COUNT_READING("app_restores") = "SELECT COUNT(*) AS readers FROM app_restores \
         WHERE source_id = $1 AND source_kind = $2 AND state IN ('pending', 'running')";
}

pub(super) async fn insert(db: &mut PgConnection, restore: &AppRestore) -> Result<(), StoreError> {
    let (kind, source_id) = source_columns(restore.source);
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
        restore.node.as_deref()
    ];
    db::execute(db, INSERT, params).await?;
    let params = params![restore.account_id.as_uuid(), restore.app_id.as_uuid(), ENDED_MAX];
    db::execute(db, DELETE_OLDEST_ENDED, params).await?;
    // The app's representation in the API has changed.
    apps::count_change(db, restore.app_id, restore.modified_at).await
}

/// Updates the fields that change during a restore.
pub(super) async fn update(db: &mut PgConnection, restore: &AppRestore) -> Result<bool, StoreError> {
    let params = params![
        restore.id.as_uuid(),
        restore.generation,
        restore.state.as_str(),
        json("a restore's reasons", &restore.reasons)?,
        micros(restore.modified_at),
        restore.node.as_deref()
    ];
    if db::execute(db, UPDATE, params).await? == 0 {
        return Ok(false);
    }
    apps::count_change(db, restore.app_id, restore.modified_at).await?;
    Ok(true)
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
