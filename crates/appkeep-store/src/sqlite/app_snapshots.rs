//! The table of snapshots.

use appkeep_core::app_snapshot::AppSnapshot;
use appkeep_core::ids::{AppBackupId, SnapshotKind};
use appkeep_core::store::StoreError;
use rusqlite::params;

use super::db::Db;
use super::resources::resource_table;
use crate::items::resources::resource;

resource_table! {
    "app_snaps" of SnapshotKind (made_for, node)

    LIST_FINISHED = "SELECT id, NULL AS bucket_id, node, state, generation FROM app_snaps INDEXED BY app_snaps_finished \
         WHERE app_id = ?1 AND id > ?2 AND state IN ('completed', 'removed', 'unknown') ORDER BY id LIMIT ?3";
    LIST_TEMPORARY = "SELECT * FROM app_snaps WHERE made_for = ?1 ORDER BY created_micros, id";
}

pub(super) fn list_temporary(db: &Db, backup_id: AppBackupId) -> Result<Vec<AppSnapshot>, StoreError> {
    db.list(LIST_TEMPORARY, params![backup_id.to_string()], |row| {
        resource(row)
    })
}
