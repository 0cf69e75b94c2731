//! The two kinds of resource, and the operations on each.

pub(super) const APP_TYPE: &str = "application/astra-app";

pub(super) const SCHEDULE_TYPE: &str = "application/astra-schedule";

/// The operations that change schedules.
pub(super) const SCHEDULE_CHANGES: [&str; 3] = [
    "app_schedule_create_for_app",
    "app_schedule_update_for_app",
    "app_schedule_delete_for_app",
];

/// The operation that replaces an app's data.
pub(super) const RESTORE: &str = "app_update";

/// The `type` of a restore.
pub(super) const RESTORE_TYPE: &str = "application/astra-appRestore";

/// The operations on restores.
pub(super) const RESTORE_CREATE: &str = "app_restore_create_for_app";
pub(super) const RESTORE_LIST: &str = "app_restore_list_for_app";
/// The list of summaries of apps.
pub(super) const SUMMARY_LIST: &str = "app_summary_list";
pub(super) const ACCOUNT_LIST: &str = "account_list";
pub(super) const RESTORE_FETCH: &str = "app_restore_fetch_for_app";
pub(super) const RESTORE_DELETE: &str = "app_restore_delete_for_app";

/// A kind of resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ResourceKind {
    Backup,
    Snapshot,
}

/// The action of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OperationKind {
    Create,
    List,
    Fetch,
    Delete,
    /// Replaces an app's data.
    Restore,
    /// Creates, changes or deletes a schedule.
    ChangeSchedule,
    /// Cancels a restore.
    Cancel,
    /// Reads restores, and resources that clients can't create: apps and other declared resources.
    Read,
}

impl ResourceKind {
    pub(super) const ALL: [Self; 2] = [Self::Backup, Self::Snapshot];

    pub(super) fn create(self) -> &'static str {
        match self {
            Self::Backup => "app_backup_create_for_app",
            Self::Snapshot => "app_snap_create_for_app",
        }
    }

    /// The fetch below its app.
    pub(super) fn fetch(self) -> &'static str {
        self.fetches()[0]
    }

    /// The delete below its app.
    pub(super) fn delete(self) -> &'static str {
        self.deletes()[0]
    }

    /// All operations that list it: below its app, and across the account.
    pub(super) fn lists(self) -> &'static [&'static str] {
        match self {
            Self::Backup => &["app_backup_list_for_app", "app_backup_list_all"],
            Self::Snapshot => &["app_snap_list_for_app"],
        }
    }

    /// All operations that fetch it.
    pub(super) fn fetches(self) -> &'static [&'static str] {
        match self {
            Self::Backup => &["app_backup_fetch_for_app", "app_backup_fetch"],
            Self::Snapshot => &["app_snap_fetch_for_app"],
        }
    }

    /// All operations that delete it.
    pub(super) fn deletes(self) -> &'static [&'static str] {
        match self {
            Self::Backup => &["app_backup_delete_for_app", "app_backup_delete"],
            Self::Snapshot => &["app_snap_delete_for_app"],
        }
    }

    /// The path parameter with its id.
    pub(super) fn parameter(self) -> &'static str {
        match self {
            Self::Backup => "appBackup_id",
            Self::Snapshot => "appSnap_id",
        }
    }

    /// The `type` of one resource.
    pub(super) fn body_type(self) -> &'static str {
        match self {
            Self::Backup => "application/astra-appBackup",
            Self::Snapshot => "application/astra-appSnap",
        }
    }

    /// The newest `version` of one resource.
    pub(super) fn newest_version(self) -> &'static str {
        match self {
            Self::Backup => "1.1",
            Self::Snapshot => "1.2",
        }
    }

    /// The media type of one resource.
    pub(super) fn vendor_type(self) -> String {
        format!("{}+json", self.body_type())
    }

    /// Its name in messages.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Backup => "backup",
            Self::Snapshot => "snapshot",
        }
    }

    pub(super) fn of(operation: &str) -> Self {
        if operation.starts_with("app_snap") {
            Self::Snapshot
        } else {
            Self::Backup
        }
    }
}

impl OperationKind {
    /// The action of the operation with that id.
    pub(super) fn of(operation: &str) -> Self {
        let kind = ResourceKind::of(operation);
        if operation == kind.create() {
            Self::Create
        } else if kind.lists().contains(&operation) {
            Self::List
        } else if kind.fetches().contains(&operation) {
            Self::Fetch
        } else if kind.deletes().contains(&operation) {
            Self::Delete
        } else if operation == RESTORE || operation == RESTORE_CREATE {
            Self::Restore
        } else if SCHEDULE_CHANGES.contains(&operation) {
            Self::ChangeSchedule
        } else if operation == RESTORE_DELETE {
            Self::Cancel
        } else {
            Self::Read
        }
    }
}

/// The number of the problem for a missing resource.
pub(super) fn not_found(operation: &str) -> u32 {
    if matches!(
        OperationKind::of(operation),
        OperationKind::Delete | OperationKind::Cancel
    ) || operation == SCHEDULE_CHANGES[2]
    {
        1
    } else {
        2
    }
}

#[cfg(test)]
mod tests {
    use super::{OperationKind, ResourceKind};
    use crate::authored;

    #[test]
    fn every_operation_has_a_location() {
        let document = authored::document().unwrap();
        for operation in document.operations() {
            let kind = ResourceKind::of(&operation.id);
            let (known, method): (&[&str], &str) = match OperationKind::of(&operation.id) {
                OperationKind::Create => (&[kind.create()], "POST"),
                OperationKind::List => (kind.lists(), "GET"),
                OperationKind::Fetch => (kind.fetches(), "GET"),
                OperationKind::Delete => (kind.deletes(), "DELETE"),
                OperationKind::Restore if operation.id == super::RESTORE => (&[super::RESTORE], "PUT"),
                OperationKind::Restore => (&[super::RESTORE_CREATE], "POST"),
                OperationKind::Cancel => (&[super::RESTORE_DELETE], "DELETE"),
                OperationKind::ChangeSchedule => {
                    assert_ne!(operation.method, "GET", "{}", operation.id);
                    continue;
                }
                OperationKind::Read => {
                    let reads = [
                        "app_list",
                        "app_fetch",
                        "app_backup_file_list_for_app",
                        "app_backup_content_fetch_for_app",
                        "app_backup_change_list_for_app",
                        super::RESTORE_LIST,
                        super::RESTORE_FETCH,
                        "app_schedule_list_for_app",
                        "app_schedule_fetch_for_app",
                        "app_hook_list_for_app",
                        super::SUMMARY_LIST,
                        "bucket_list",
                        "cloud_list",
                        "user_list",
                        super::ACCOUNT_LIST,
                    ];
                    assert!(reads.contains(&operation.id.as_str()), "{}", operation.id);
                    assert_eq!(operation.method, "GET", "{}", operation.id);
                    continue;
                }
            };
            assert!(known.contains(&operation.id.as_str()), "{}", operation.id);
            assert_eq!(operation.method, method, "{}", operation.id);
        }
    }
}
