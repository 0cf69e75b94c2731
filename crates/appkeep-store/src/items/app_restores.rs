//! Restores.

use appkeep_core::app_restore::{AppRestore, RestoreSource};
use appkeep_core::store::StoreError;
use uuid::Uuid;

use crate::rows::Row;

/// The maximum number of ended restores of an app that are kept.
pub(crate) const ENDED_MAX: i64 = 100;

/// The kind and the id of a source, as they are stored.
pub(crate) fn source_columns(source: RestoreSource) -> (&'static str, Uuid) {
    match source {
        RestoreSource::Backup(id) => ("backup", id.as_uuid()),
        RestoreSource::Snapshot(id) => ("snapshot", id.as_uuid()),
    }
}

pub(crate) fn app_restore(row: &impl Row) -> Result<AppRestore, StoreError> {
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
        node: row.optional_string("node")?,
        generation: row.integer("generation")?,
    })
}
