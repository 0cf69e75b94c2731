//! Backups on the wire.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::formats::{Identifier, ResourceName, Timestamp, UnreadyReason};
use crate::metadata::{
    HookState, ListMetadata, Metadata, MetadataCreate, ResourceState, StateDetail, closed_enum, present,
};

closed_enum! {
    /// The `type` of a backup.
    AppBackupType {
        /// The only value.
        AppBackup = "application/astra-appBackup",
    }
}

closed_enum! {
    /// The versions of the backup resource. Mirrors `AppBackupVersion`.
    AppBackupVersion {
        /// The first.
        V1_0 = "1.0",
        /// The newest; responses have this version.
        V1_1 = "1.1",
    }
}

closed_enum! {
    /// The `type` of a list of backups.
    AppBackupListType {
        /// The only value.
        AppBackups = "application/astra-appBackups",
    }
}

/// A copy of an app in a bucket. Mirrors `AppBackup`.
#[serde_with::apply(Option => #[serde(
    default, skip_serializing_if = "Option::is_none", deserialize_with = "present"
)])]
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
    /// The bucket of its data.
    #[serde(rename = "bucketID")]
    pub bucket_id: Identifier,
    /// The snapshot that it copies.
    #[serde(rename = "snapshotID")]
    #[schemars(with = "Identifier")]
    pub snapshot_id: Option<Identifier>,
    /// The schedule that created it.
    #[serde(rename = "scheduleID")]
    #[schemars(with = "Identifier")]
    pub schedule_id: Option<Identifier>,
    /// Its state.
    pub state: ResourceState,
    /// The reasons why it is stalled, failed or removed.
    pub state_unready: Vec<UnreadyReason>,
    /// The result of its hooks.
    #[schemars(with = "HookState")]
    pub hook_state: Option<HookState>,
    /// The reports of the hooks that ran, in this order.
    #[schemars(with = "Vec<StateDetail>")]
    pub hook_state_details: Option<Vec<StateDetail>>,
    /// The time at which its data was captured.
    #[schemars(with = "Timestamp")]
    pub backup_creation_timestamp: Option<Timestamp>,
    /// The number of bytes to copy.
    #[schemars(with = "u64")]
    pub total_bytes: Option<u64>,
    /// The number of copied bytes.
    #[schemars(with = "u64")]
    pub bytes_done: Option<u64>,
    /// The copied part in percent.
    #[schemars(with = "u8", range(min = 0, max = 100))]
    pub percent_done: Option<u8>,
    /// Labels, times and users.
    pub metadata: Metadata,
}

/// A request for a new backup. Mirrors `AppBackupCreate`.
#[serde_with::apply(Option => #[serde(
    default, skip_serializing_if = "Option::is_none", deserialize_with = "present"
)])]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AppBackupCreate {
    /// The kind of resource.
    #[serde(rename = "type")]
    pub kind: AppBackupType,
    /// Any documented version.
    pub version: AppBackupVersion,
    /// Its name; generated if absent.
    #[schemars(with = "ResourceName")]
    pub name: Option<ResourceName>,
    /// The bucket; the account's default if absent.
    #[serde(rename = "bucketID")]
    #[schemars(with = "Identifier")]
    pub bucket_id: Option<Identifier>,
    /// The snapshot to copy; if absent, a temporary one is created.
    #[serde(rename = "snapshotID")]
    #[schemars(with = "Identifier")]
    pub snapshot_id: Option<Identifier>,
    /// Labels.
    #[schemars(with = "MetadataCreate")]
    pub metadata: Option<MetadataCreate>,
}

/// An item of a list: the resource, or its requested fields. Mirrors `AppBackupListItem`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum AppBackupListItem {
    /// The resource.
    Resource(Box<AppBackup>),
    /// The values of the requested fields, in that order.
    Columns(Vec<serde_json::Value>),
}

/// A list of backups. Mirrors `AppBackupList`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AppBackupList {
    /// The kind of list.
    #[serde(rename = "type")]
    pub kind: AppBackupListType,
    /// The version of the list and its items.
    pub version: AppBackupVersion,
    /// The backups.
    pub items: Vec<AppBackupListItem>,
    /// Metadata of the list.
    pub metadata: ListMetadata,
}
