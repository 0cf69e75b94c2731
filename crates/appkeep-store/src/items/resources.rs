//! Backups and snapshots.

use appkeep_core::app_backup::BackupDetails;
use appkeep_core::app_snapshot::SnapshotDetails;
use appkeep_core::ids::{BackupKind, SnapshotKind};
use appkeep_core::resource::Resource;
use appkeep_core::retention::RetentionItem;
use appkeep_core::store::{Finished, StoreError, StoredKind};

use crate::rows::Row;
use crate::values::Values;

/// The columns that only one kind of resource has.
pub(crate) trait Columns: StoredKind {
    /// Adds the values of these columns.
    fn write(details: &Self::Details, values: &mut Values) -> Result<(), StoreError>;

    /// Reads these columns.
    fn read(row: &impl Row) -> Result<Self::Details, StoreError>;
}

impl Columns for BackupKind {
    fn write(details: &BackupDetails, values: &mut Values) -> Result<(), StoreError> {
        let BackupDetails {
            bucket_id,
            snapshot_id,
            total_bytes,
            bytes_done,
            percent_done,
            started_at,
            added_bytes,
        } = details;
        values.id("bucket_id", *bucket_id);
        values.optional_id("snapshot_id", *snapshot_id);
        values.optional_number("total_bytes", *total_bytes)?;
        values.optional_number("bytes_done", *bytes_done)?;
        values.optional_number("percent_done", *percent_done)?;
        values.optional_time("started_micros", *started_at);
        values.optional_number("added_bytes", *added_bytes)
    }

    fn read(row: &impl Row) -> Result<BackupDetails, StoreError> {
        Ok(BackupDetails {
            bucket_id: row.id("bucket_id")?,
            snapshot_id: row.optional_id("snapshot_id")?,
            total_bytes: row.optional_number("total_bytes")?,
            bytes_done: row.optional_number("bytes_done")?,
            percent_done: row.optional_number("percent_done")?,
            started_at: row.optional_time("started_micros")?,
            added_bytes: row.optional_number("added_bytes")?,
        })
    }
}

impl Columns for SnapshotKind {
    fn write(details: &SnapshotDetails, values: &mut Values) -> Result<(), StoreError> {
        let SnapshotDetails { made_for, node } = details;
        values.optional_id("made_for", *made_for);
        values.optional_text("node", node.as_deref());
        Ok(())
    }

    fn read(row: &impl Row) -> Result<SnapshotDetails, StoreError> {
        Ok(SnapshotDetails {
            made_for: row.optional_id("made_for")?,
            node: row.optional_string("node")?,
        })
    }
}

/// The values of all columns of a row in `table`: first those that every resource has, then those of its kind.
pub(crate) fn values<K: Columns>(table: &'static str, resource: &Resource<K>) -> Result<Values, StoreError> {
    let mut values = Values::new(table);
    values.id("id", resource.id);
    values.id("account_id", resource.account_id);
    values.id("app_id", resource.app_id);
    values.name("name", &resource.name);
    values.optional_id("schedule_id", resource.schedule_id);
    values.word("state", resource.state);
    values.json("state_unready", &resource.state_unready)?;
    values.optional_word("hook_state", resource.hook_state);
    values.json("hook_state_details", &resource.hook_state_details)?;
    values.optional_time("taken_micros", resource.snapshot_time);
    values.metadata(&resource.metadata)?;
    values.integer("generation", resource.generation);
    K::write(&resource.details, &mut values)?;
    Ok(values)
}

/// The column with the nodes that a pending resource of a table waits for.
macro_rules! away_nodes {
    ($table:literal) => {
        concat!(
            "CASE WHEN ",
            $table,
            ".state = 'pending' THEN (SELECT apps.away_nodes FROM apps WHERE apps.id = ",
            $table,
            ".app_id) END AS away_nodes"
        )
    };
}
pub(crate) use away_nodes;

/// Reads a row with all columns, and with the one of [`away_nodes`].
pub(crate) fn resource_with_nodes<K: Columns>(row: &impl Row) -> Result<Resource<K>, StoreError> {
    let mut resource = resource(row)?;
    resource.away_nodes = row.optional("away_nodes", Row::json)?.unwrap_or_default();
    Ok(resource)
}

/// Reads a row with all columns.
pub(crate) fn resource<K: Columns>(row: &impl Row) -> Result<Resource<K>, StoreError> {
    Ok(Resource {
        id: row.id("id")?,
        account_id: row.id("account_id")?,
        app_id: row.id("app_id")?,
        name: row.name("name")?,
        schedule_id: row.optional_id("schedule_id")?,
        state: row.word("state")?,
        state_unready: row.json("state_unready")?,
        away_nodes: Vec::new(),
        hook_state: row.optional_word("hook_state")?,
        hook_state_details: row.json("hook_state_details")?,
        snapshot_time: row.optional_time("taken_micros")?,
        metadata: row.metadata()?,
        generation: row.integer("generation")?,
        details: K::read(row)?,
    })
}

/// The columns of a finished resource that a reconcile pass reads.
pub(crate) fn finished<K: Columns>(row: &impl Row) -> Result<Finished<K>, StoreError> {
    Ok(Finished {
        id: row.id("id")?,
        bucket_id: row.optional_id("bucket_id")?,
        node: row.optional_string("node")?,
        state: row.word("state")?,
        generation: row.integer("generation")?,
    })
}

/// A resource that a schedule created, with the time of its data.
pub(crate) fn retention_item(row: &impl Row) -> Result<RetentionItem, StoreError> {
    Ok(RetentionItem {
        id: row.id("id")?,
        at: row.time("shown_micros")?,
        state: row.word("state")?,
    })
}
