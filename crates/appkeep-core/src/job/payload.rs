//! The payloads of jobs: the data that each kind stores, and the registry of all kinds.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::{AccountId, AppBackupId, AppId, AppRestoreId, AppSnapshotId, BucketId, ScheduleId};

/// Defines the payloads and [`JobPayload`], which contains one of any kind.
macro_rules! registry {
    ($(
        $(#[doc = $doc:literal])+
        #[kind(
            $kind:literal, version $version:literal, resource $resource:ident,
            exclusive $scope:literal of $owner:ident, adds_work $adds_work:literal
            $(, requires $required:ident)?
        )]
        pub struct $payload:ident { $($field:tt)* }
    )+) => {
        /// The work that a job does, and its resource.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "kind")]
        pub enum JobPayload {
            $($(#[doc = $doc])+ #[serde(rename = $kind)] $payload($payload),)+
        }

        impl JobPayload {
            /// The stored names of all kinds, each with the payload version that this program can run. A job with
            /// another kind or version is parked.
            pub const KINDS: &[(&str, u32)] = &[$(($kind, $version)),+];

            /// The name of the kind, as it is stored.
            #[must_use]
            pub const fn kind(&self) -> &'static str {
                match self { $(Self::$payload(_) => $kind,)+ }
            }

            /// The version of the payload.
            #[must_use]
            pub const fn version(&self) -> u32 {
                match self { $(Self::$payload(_) => $version,)+ }
            }

            /// The account that it works for; unknown for the deletion of a snapshot that an earlier version queued.
            #[must_use]
            pub fn account_id(&self) -> Option<AccountId> {
                match self { $(Self::$payload(payload) => payload.account_id.into(),)+ }
            }

            /// The app that it works on.
            #[must_use]
            pub const fn app_id(&self) -> AppId {
                match self { $(Self::$payload(payload) => payload.app_id,)+ }
            }

            /// The resource of the job. Clients cancel the job by deleting it, where the API permits that.
            #[must_use]
            pub fn resource(&self) -> Uuid {
                match self { $(Self::$payload(payload) => payload.$resource.as_uuid(),)+ }
            }

            /// The key that no two running jobs may share.
            #[must_use]
            pub fn exclusive_key(&self) -> String {
                match self { $(Self::$payload(payload) => format!(concat!($scope, ":{}"), payload.$owner),)+ }
            }

            /// Whether the job was requested by a client or a schedule, which may request more: the queue limits
            /// apply to these jobs. Follow-up jobs and deletions are always queued.
            #[must_use]
            pub const fn adds_work(&self) -> bool {
                match self { $(Self::$payload(_) => $adds_work,)+ }
            }

            /// The app or bucket that a node must declare to run the job: its volumes are on that node, or the node
            /// can access it. `None` if any node can run it, or if only the node that has a snapshot can.
            #[must_use]
            pub fn required_item(&self) -> Option<Uuid> {
                match self {
                    $(Self::$payload(_payload) => {
                        None::<Uuid>$(.or(Some(_payload.$required.as_uuid())))?
                    })+
                }
            }
        }

        $(
            $(#[doc = $doc])+
            #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
            pub struct $payload { $($field)* }

            impl From<$payload> for JobPayload {
                fn from(payload: $payload) -> Self {
                    Self::$payload(payload)
                }
            }
        )+
    };
}

// Jobs that read or write an app's repositories exclude each other. Stored names never change, even if a type or a field
// is renamed.
registry! {
    /// Creates a backup.
    #[kind("take_backup", version 1, resource backup_id, exclusive "app" of app_id, adds_work true, requires app_id)]
    pub struct CreateBackup {
        /// The account that owns it.
        pub account_id: AccountId,
        /// The app that is backed up.
        pub app_id: AppId,
        /// The backup.
        pub backup_id: AppBackupId,
    }

    /// Creates a snapshot.
    #[kind("take_snapshot", version 1, resource snapshot_id, exclusive "snapshot" of snapshot_id, adds_work true, requires app_id)]
    pub struct CreateSnapshot {
        /// The account that owns it.
        pub account_id: AccountId,
        /// The app that it is a snapshot of.
        pub app_id: AppId,
        /// The snapshot.
        #[serde(rename = "snap_id")]
        pub snapshot_id: AppSnapshotId,
    }

    /// Forgets a backup in its repository and frees the space. The resource is already deleted.
    #[kind("delete_backup", version 1, resource backup_id, exclusive "app" of app_id, adds_work false, requires bucket_id)]
    pub struct DeleteBackup {
        /// The account that owned it.
        pub account_id: AccountId,
        /// The app that it was a backup of.
        pub app_id: AppId,
        /// The deleted backup.
        pub backup_id: AppBackupId,
        /// The bucket that holds its data.
        pub bucket_id: BucketId,
        /// Its name, for the log; jobs of earlier versions don't have it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
    }

    /// Deletes a snapshot's data. The resource is already deleted.
    #[kind("delete_snapshot", version 1, resource snapshot_id, exclusive "snapshot" of snapshot_id, adds_work false)]
    pub struct DeleteSnapshot {
        /// The account that owned it; jobs of earlier versions don't have it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub account_id: Option<AccountId>,
        /// The app that it was a snapshot of.
        pub app_id: AppId,
        /// The deleted snapshot.
        #[serde(rename = "snap_id")]
        pub snapshot_id: AppSnapshotId,
        /// Its name, for the log; jobs of earlier versions don't have it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
    }

    /// Deletes a schedule's expired backups and snapshots.
    #[kind("apply_retention", version 1, resource schedule_id, exclusive "schedule" of schedule_id, adds_work false)]
    pub struct ApplyRetention {
        /// The account that owns it.
        pub account_id: AccountId,
        /// The app that it is a schedule of.
        pub app_id: AppId,
        /// The schedule.
        pub schedule_id: ScheduleId,
        /// Whether an operator confirmed a deletion that is held.
        #[serde(default, skip_serializing_if = "is_false")]
        pub confirmed: bool,
    }

    /// Restores an app in place.
    #[kind("restore_app", version 1, resource restore_id, exclusive "app" of app_id, adds_work true, requires app_id)]
    pub struct RestoreApp {
        /// The account that owns it.
        pub account_id: AccountId,
        /// The app that is restored.
        pub app_id: AppId,
        /// The restore.
        pub restore_id: AppRestoreId,
    }

    /// Restores an app's data to a directory of a node. Jobs that delete data of the app's repository don't run at the same
    /// time, see [`repository_key`].
    #[kind("restore_directory", version 1, resource restore_id, exclusive "restore_directory" of app_id, adds_work true)]
    pub struct RestoreToDirectory {
        /// The account that owns it.
        pub account_id: AccountId,
        /// The app whose data is restored.
        pub app_id: AppId,
        /// The restore.
        pub restore_id: AppRestoreId,
    }
}

/// The step key of jobs that read a repository without the exclusive key of its app, and of those that delete from it.
#[must_use]
pub fn repository_key(app_id: AppId) -> String {
    format!("repository:{app_id}")
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_false(flag: &bool) -> bool {
    !flag
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_on_one_app_exclude_each_other_and_snapshots_do_not() {
        let (account_id, app_id) = (AccountId::new(Uuid::from_u128(1)), AppId::new(Uuid::from_u128(2)));
        let backup_id = AppBackupId::new(Uuid::from_u128(3));
        let bucket_id = BucketId::new(Uuid::from_u128(4));
        let create = JobPayload::from(CreateBackup {
            account_id,
            app_id,
            backup_id,
        });
        let delete = JobPayload::from(DeleteBackup {
            account_id,
            app_id,
            backup_id,
            bucket_id,
            name: None,
        });
        let snapshot = JobPayload::from(CreateSnapshot {
            account_id,
            app_id,
            snapshot_id: AppSnapshotId::new(Uuid::from_u128(5)),
        });
        let restore = JobPayload::from(RestoreApp {
            account_id,
            app_id,
            restore_id: AppRestoreId::new(Uuid::from_u128(6)),
        });
        assert_eq!(create.exclusive_key(), restore.exclusive_key());
        assert_eq!(create.exclusive_key(), delete.exclusive_key());
        assert_ne!(create.exclusive_key(), snapshot.exclusive_key());
        assert_eq!(create.resource(), delete.resource());
        assert_eq!(restore.required_item(), Some(app_id.as_uuid()));
        assert_eq!(delete.required_item(), Some(bucket_id.as_uuid()));
    }

    #[test]
    fn payloads_keep_their_stored_form() {
        let payload = JobPayload::from(DeleteSnapshot {
            account_id: None,
            app_id: AppId::new(Uuid::from_u128(1)),
            snapshot_id: AppSnapshotId::new(Uuid::from_u128(2)),
            name: None,
        });
        let stored = serde_json::to_string(&payload).unwrap();
        assert_eq!(
            stored,
            r#"{"kind":"delete_snapshot","app_id":"00000000-0000-0000-0000-000000000001","snap_id":"00000000-0000-0000-0000-000000000002"}"#
        );
        assert_eq!(serde_json::from_str::<JobPayload>(&stored).unwrap(), payload);
    }
}
