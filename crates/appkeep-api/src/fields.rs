//! The names of the fields of each kind of list.

/// The fields of a resource that `include` may name.
pub trait Fields: Send + Sync + 'static {
    /// Their names, in the resource's order.
    const NAMES: &'static [&'static str];
}

/// The fields of a backup.
#[derive(Debug)]
pub struct AppBackupFields;

impl Fields for AppBackupFields {
    const NAMES: &'static [&'static str] = &[
        "type",
        "version",
        "id",
        "name",
        "bucketID",
        "snapshotID",
        "scheduleID",
        "state",
        "stateUnready",
        "hookState",
        "hookStateDetails",
        "backupCreationTimestamp",
        "totalBytes",
        "bytesDone",
        "percentDone",
        "metadata",
    ];
}

/// The fields of a snapshot.
#[derive(Debug)]
pub struct AppSnapFields;

impl Fields for AppSnapFields {
    const NAMES: &'static [&'static str] = &[
        "type",
        "version",
        "id",
        "name",
        "scheduleID",
        "snapshotAppAsset",
        "state",
        "stateUnready",
        "hookState",
        "hookStateDetails",
        "metadata",
    ];
}

/// The fields of an app.
#[derive(Debug)]
pub struct AppFields;

impl Fields for AppFields {
    const NAMES: &'static [&'static str] = &[
        "type",
        "version",
        "id",
        "name",
        "state",
        "stateUnready",
        "clusterID",
        "clusterName",
        "namespaces",
        "namespaceScopedResources",
        "metadata",
    ];
}

/// The fields of a schedule.
#[derive(Debug)]
pub struct ScheduleFields;

impl Fields for ScheduleFields {
    const NAMES: &'static [&'static str] = &[
        "type",
        "version",
        "id",
        "name",
        "appID",
        "enabled",
        "granularity",
        "cron",
        "timeZone",
        "jitterSecs",
        "makes",
        "bucketID",
        "retention",
        "nextRunTimestamp",
        "metadata",
    ];
}

/// The fields of a bucket.
#[derive(Debug)]
pub struct BucketFields;

impl Fields for BucketFields {
    const NAMES: &'static [&'static str] = &[
        "type",
        "version",
        "id",
        "name",
        "provider",
        "state",
        "stateUnready",
        "isDefault",
        "backupsMax",
        "metadata",
    ];
}

/// The fields of a cloud.
#[derive(Debug)]
pub struct CloudFields;

impl Fields for CloudFields {
    const NAMES: &'static [&'static str] = &["type", "version", "id", "name", "cloudType", "metadata"];
}

/// The fields of an account.
#[derive(Debug)]
pub struct AccountFields;

impl Fields for AccountFields {
    const NAMES: &'static [&'static str] = &["type", "version", "id", "name", "state", "role", "metadata"];
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use schemars::{JsonSchema, schema_for};

    use super::*;

    fn assert_complete<F: Fields, T: JsonSchema>() {
        let schema = schema_for!(T).schema.object.unwrap();
        let properties: BTreeSet<_> = schema.properties.keys().map(String::as_str).collect();
        assert_eq!(F::NAMES.iter().copied().collect::<BTreeSet<_>>(), properties);
    }

    #[test]
    fn lists_can_include_all_fields_of_their_items() {
        assert_complete::<AppBackupFields, crate::app_backup::AppBackup>();
        assert_complete::<AppSnapFields, crate::app_snap::AppSnap>();
        assert_complete::<AppFields, crate::app::App>();
    }
}
