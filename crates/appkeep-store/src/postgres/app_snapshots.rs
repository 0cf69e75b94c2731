//! The table of snapshots.

use appkeep_core::app_snapshot::AppSnapshot;
use appkeep_core::ids::{AppBackupId, SnapshotKind};
use appkeep_core::store::StoreError;
use sqlx_postgres::PgConnection;

use super::db::{self, params};
use super::resources::{common_columns, resource_table};
use crate::items::resources::resource;

resource_table! {
    "app_snaps" of SnapshotKind (made_for = "$17", node = "$18")

    LIST_FINISHED = "SELECT id, NULL::UUID AS bucket_id, node, state, generation FROM app_snaps \
         WHERE app_id = $1 AND id >= $2 AND state IN ('completed', 'removed', 'unknown') ORDER BY id LIMIT $3";
    LIST_TEMPORARY = concat!(
        "SELECT ", common_columns!(), ", made_for, node FROM app_snaps WHERE made_for = $1 ORDER BY created_micros, id"
    );
}

pub(super) async fn list_temporary(
    db: &mut PgConnection,
    backup_id: AppBackupId,
) -> Result<Vec<AppSnapshot>, StoreError> {
    let params = params![backup_id.as_uuid()];
    db::list(db, LIST_TEMPORARY, params, |row| resource(row)).await
}
