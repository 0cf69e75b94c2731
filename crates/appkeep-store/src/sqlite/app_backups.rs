//! The table of backups.

use appkeep_core::ids::{AppSnapshotId, BackupKind};
use appkeep_core::store::StoreError;
use rusqlite::params;

use super::db::Db;
use super::resources::resource_table;
use crate::rows::Row as _;

resource_table! {
    "app_backups" of BackupKind (
        bucket_id, snapshot_id, total_bytes, bytes_done, percent_done, started_micros, added_bytes
    )

    LIST_FINISHED = "SELECT id, bucket_id, NULL AS node, state, generation FROM app_backups INDEXED BY app_backups_finished \
         WHERE app_id = ?1 AND id > ?2 AND state IN ('completed', 'removed', 'unknown') ORDER BY id LIMIT ?3";
    COUNT_READING = "SELECT COUNT(*) AS readers FROM app_backups \
         WHERE snapshot_id = ?1 AND state IN ('pending', 'discovering', 'running')";
}

pub(super) fn count_reading(db: &Db, snapshot_id: AppSnapshotId) -> Result<u64, StoreError> {
    db.fetch_one(COUNT_READING, params![snapshot_id.to_string()], |row| {
        row.number("readers")
    })
}
