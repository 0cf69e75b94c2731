//! Backups on the wire.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::metadata::{
    HookState, ListMetadata, Metadata, MetadataCreate, ResourceState, StateDetail, closed_enum, present,
};
use crate::words::{Identifier, ResourceName, Timestamp, UnreadyReason};

closed_enum! {
    /// The `type` of a backup.
    AppBackupType {
        /// The only one.
        AppBackup = "application/astra-appBackup",
    }
}

closed_enum! {
    /// The versions of the backup resource. Mirrors `AppBackupVersion`.
    AppBackupVersion {
        /// The first.
        V1_0 = "1.0",
        /// The newest, in which answers are.
        V1_1 = "1.1",
    }
}

closed_enum! {
    /// The `type` of a list of backups.
    AppBackupListType {
        /// The only one.
        AppBackups = "application/astra-appBackups",
    }
}

/// A copy of an app in a bucket. Mirrors `AppBackup`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AppBackup {
    /// The kind of resource.
    #[serde(rename = "type")]
    pub kind: AppBackupType,
    /// The resource's version.
    pub version: AppBackupVersion,
    /// Its id.
    pub id: Identifier,
    /// Its name.
    pub name: ResourceName,
    /// Where its data is.
    #[serde(rename = "bucketID")]
    pub bucket_id: Identifier,
    /// The snapshot that it was made from.
    #[serde(
        rename = "snapshotID",
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "Identifier")]
    pub snapshot_id: Option<Identifier>,
    /// The schedule that made it.
    #[serde(
        rename = "scheduleID",
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "Identifier")]
    pub schedule_id: Option<Identifier>,
    /// How it is doing.
    pub state: ResourceState,
    /// Why it is not doing better.
    pub state_unready: Vec<UnreadyReason>,
    /// How hooks ended.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "HookState")]
    pub hook_state: Option<HookState>,
    /// Why hooks failed.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "Vec<StateDetail>")]
    pub hook_state_details: Option<Vec<StateDetail>>,
    /// The moment that its data shows.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "Timestamp")]
    pub backup_creation_timestamp: Option<Timestamp>,
    /// How many bytes it has.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "u64")]
    pub total_bytes: Option<u64>,
    /// How many of them are done.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "u64")]
    pub bytes_done: Option<u64>,
    /// The same as a percentage.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "u8", range(min = 0, max = 100))]
    pub percent_done: Option<u8>,
    /// Labels, times, authorship.
    pub metadata: Metadata,
}

/// What a client wants a new backup to be. Mirrors `AppBackupCreate`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AppBackupCreate {
    /// The kind of resource.
    #[serde(rename = "type")]
    pub kind: AppBackupType,
    /// Any documented version.
    pub version: AppBackupVersion,
    /// Its name; without one the system chooses.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "ResourceName")]
    pub name: Option<ResourceName>,
    /// The bucket; without one the account's default.
    #[serde(
        rename = "bucketID",
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "Identifier")]
    pub bucket_id: Option<Identifier>,
    /// The snapshot to read from; without one a temporary one is taken.
    #[serde(
        rename = "snapshotID",
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "Identifier")]
    pub snapshot_id: Option<Identifier>,
    /// Labels.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "MetadataCreate")]
    pub metadata: Option<MetadataCreate>,
}

/// An item of a list: the resource, or the fields that were asked for. Mirrors `AppBackupListItem`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum AppBackupListItem {
    /// The resource.
    Resource(Box<AppBackup>),
    /// The values of the fields that were asked for, in that order.
    Columns(Vec<serde_json::Value>),
}

/// A list of backups. Mirrors `AppBackupList`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AppBackupList {
    /// The kind of list.
    #[serde(rename = "type")]
    pub kind: AppBackupListType,
    /// The version of its items.
    pub version: AppBackupVersion,
    /// The backups.
    pub items: Vec<AppBackupListItem>,
    /// About the list as a whole.
    pub metadata: ListMetadata,
}
