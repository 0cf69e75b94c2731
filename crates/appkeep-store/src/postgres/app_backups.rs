//! The table of backups.

use appkeep_core::ids::{AppSnapshotId, BackupKind};
use appkeep_core::store::StoreError;
use sqlx_postgres::PgConnection;

use super::db::{self, params};
use super::resources::resource_table;
use crate::rows::Row as _;

resource_table! {
    "app_backups" of BackupKind (
        bucket_id = "$17", snapshot_id = "$18", total_bytes = "$19", bytes_done = "$20", percent_done = "$21",
        started_micros = "$22", added_bytes = "$23"
    )

    LIST_FINISHED = "SELECT id, bucket_id, NULL::TEXT AS node, state, generation FROM app_backups \
         WHERE app_id = $1 AND id >= $2 AND state IN ('completed', 'removed', 'unknown') ORDER BY id LIMIT $3";
    COUNT_READING = "SELECT COUNT(*) AS readers FROM app_backups \
         WHERE snapshot_id = $1 AND state IN ('pending', 'discovering', 'running')";
}

pub(super) async fn count_reading(
    db: &mut PgConnection,
    snapshot_id: AppSnapshotId,
) -> Result<u64, StoreError> {
    let params = params![snapshot_id.as_uuid()];
    db::fetch_one(db, COUNT_READING, params, |row| row.number("readers")).await
}
