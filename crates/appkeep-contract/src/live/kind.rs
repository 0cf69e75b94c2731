//! The two kinds of resource, and the operations on each.

pub(super) const BACKUP_TYPE: &str = "application/astra-appBackup";
pub(super) const SNAP_TYPE: &str = "application/astra-appSnap";
pub(super) const APP_TYPE: &str = "application/astra-app";

/// The operation that replaces an app's data.
pub(super) const RESTORE: &str = "app_update";

/// A kind of resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Backup,
    Snap,
}

/// The action of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    Create,
    List,
    Fetch,
    Delete,
    /// Replaces an app's data.
    Restore,
    /// Reads resources that clients can't create: apps and other declared resources.
    Look,
}

impl Kind {
    pub(super) fn create(self) -> &'static str {
        match self {
            Self::Backup => "app_backup_create_for_app",
            Self::Snap => "app_snap_create_for_app",
        }
    }

    pub(super) fn fetch(self) -> &'static str {
        match self {
            Self::Backup => "app_backup_fetch_for_app",
            Self::Snap => "app_snap_fetch_for_app",
        }
    }

    pub(super) fn delete(self) -> &'static str {
        match self {
            Self::Backup => "app_backup_delete_for_app",
            Self::Snap => "app_snap_delete_for_app",
        }
    }

    /// All operations that list it: below its app, and across the account.
    pub(super) fn lists(self) -> &'static [&'static str] {
        match self {
            Self::Backup => &["app_backup_list_for_app", "app_backup_list_all"],
            Self::Snap => &["app_snap_list_for_app"],
        }
    }

    /// All operations that fetch it.
    pub(super) fn fetches(self) -> &'static [&'static str] {
        match self {
            Self::Backup => &["app_backup_fetch_for_app", "app_backup_fetch"],
            Self::Snap => &["app_snap_fetch_for_app"],
        }
    }

    /// All operations that delete it.
    pub(super) fn deletes(self) -> &'static [&'static str] {
        match self {
            Self::Backup => &["app_backup_delete_for_app", "app_backup_delete"],
            Self::Snap => &["app_snap_delete_for_app"],
        }
    }

    /// The path parameter with its id.
    pub(super) fn parameter(self) -> &'static str {
        match self {
            Self::Backup => "appBackup_id",
            Self::Snap => "appSnap_id",
        }
    }

    /// The media type of one resource.
    pub(super) fn vendor_type(self) -> String {
        match self {
            Self::Backup => format!("{BACKUP_TYPE}+json"),
            Self::Snap => format!("{SNAP_TYPE}+json"),
        }
    }

    /// Its name in messages.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Backup => "backup",
            Self::Snap => "snapshot",
        }
    }

    pub(super) fn of(operation: &str) -> Self {
        if operation.starts_with("app_snap") {
            Self::Snap
        } else {
            Self::Backup
        }
    }
}

impl Deed {
    /// The action of the operation with that id.
    pub(super) fn of(operation: &str) -> Self {
        let kind = Kind::of(operation);
        if operation == kind.create() {
            Self::Create
        } else if kind.lists().contains(&operation) {
            Self::List
        } else if kind.fetches().contains(&operation) {
            Self::Fetch
        } else if kind.deletes().contains(&operation) {
            Self::Delete
        } else if operation == RESTORE {
            Self::Restore
        } else {
            Self::Look
        }
    }
}

/// The number of the problem for a missing resource.
pub(super) fn not_found(operation: &str) -> u32 {
    if Deed::of(operation) == Deed::Delete { 1 } else { 2 }
}

#[cfg(test)]
mod tests {
    use super::{Deed, Kind};
    use crate::authored;

    #[test]
    fn every_operation_has_a_location() {
        let document = authored::document().unwrap();
        for operation in document.operations() {
            let kind = Kind::of(&operation.id);
            let (known, method): (&[&str], &str) = match Deed::of(&operation.id) {
                Deed::Create => (&[kind.create()], "POST"),
                Deed::List => (kind.lists(), "GET"),
                Deed::Fetch => (kind.fetches(), "GET"),
                Deed::Delete => (kind.deletes(), "DELETE"),
                Deed::Restore => (&[super::RESTORE], "PUT"),
                Deed::Look => {
                    let looks = [
                        "app_list",
                        "app_fetch",
                        "app_schedule_list_for_app",
                        "bucket_list",
                        "cloud_list",
                        "account_list",
                    ];
                    assert!(looks.contains(&operation.id.as_str()), "{}", operation.id);
                    assert_eq!(operation.method, "GET", "{}", operation.id);
                    continue;
                }
            };
            assert!(known.contains(&operation.id.as_str()), "{}", operation.id);
            assert_eq!(operation.method, method, "{}", operation.id);
        }
    }
}
