//! Restores.

use std::path::PathBuf;

use appkeep_core::app_restore::{AppRestore, RestoreDirectory, RestoreSource};
use appkeep_core::backup_file::FilePath;
use appkeep_core::store::StoreError;
use uuid::Uuid;

use crate::rows::{Row, json};

/// The maximum number of ended restores of an app that are kept: of those in place, and of those to directories.
pub(crate) const ENDED_MAX: i64 = 100;

/// The maximum number of restores in a list; more than are kept and can be queued by default.
pub(crate) const LISTED_MAX: i64 = 10_000;

/// The kind and the id of a source, as they are stored.
pub(crate) fn source_columns(source: RestoreSource) -> (&'static str, Uuid) {
    match source {
        RestoreSource::Backup(id) => ("backup", id.as_uuid()),
        RestoreSource::Snapshot(id) => ("snapshot", id.as_uuid()),
    }
}

/// The path of a restore's directory and the selected paths, as they are stored; null for a restore in place.
pub(crate) fn target_columns(
    target: Option<&RestoreDirectory>,
) -> Result<(Option<String>, Option<String>), StoreError> {
    let Some(target) = target else {
        return Ok((None, None));
    };
    let path = target.path.to_str().ok_or_else(|| {
        let path = target.path.display();
        StoreError::Broken(format!("app_restores.target can't be stored: {path} isn't UTF-8"))
    })?;
    let include: Vec<String> = target.include.iter().map(ToString::to_string).collect();
    Ok((Some(path.to_owned()), Some(json("a restore's paths", &include)?)))
}

/// A number of bytes as it is stored.
pub(crate) fn bytes_column(bytes: Option<u64>) -> Result<Option<i64>, StoreError> {
    let bytes = bytes.map(i64::try_from).transpose();
    bytes.map_err(|error| StoreError::Broken(format!("a number of bytes can't be stored: {error}")))
}

fn target(row: &impl Row) -> Result<Option<RestoreDirectory>, StoreError> {
    let Some(path) = row.optional_string("target")? else {
        return Ok(None);
    };
    let texts: Vec<String> = row.json("include")?;
    let include: Result<Vec<FilePath>, _> = texts.iter().map(|text| text.parse()).collect();
    Ok(Some(RestoreDirectory {
        path: PathBuf::from(path),
        include: include.map_err(|error| row.unreadable("include", error))?,
    }))
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
        // Restores of earlier versions have a source of their own app.
        source_app_id: match row.optional_id("source_app_id")? {
            Some(id) => id,
            None => row.id("app_id")?,
        },
        target: target(row)?,
        state: row.word("state")?,
        reasons: row.json("reasons")?,
        created_at: row.time("created_micros")?,
        modified_at: row.time("modified_micros")?,
        created_by: row.id("created_by")?,
        node: row.optional_string("node")?,
        total_bytes: row.optional_number("total_bytes")?,
        bytes_done: row.optional_number("bytes_done")?,
        generation: row.integer("generation")?,
    })
}
