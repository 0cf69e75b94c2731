//! Restores on the wire.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::formats::{Confirmation, Expression, FilePathText, Identifier, TargetPath, UnreadyReason};
use crate::metadata::{ListMetadata, Metadata, closed_enum, present};

closed_enum! {
    /// The `type` of a restore.
    AppRestoreType {
        /// The only value.
        AppRestore = "application/astra-appRestore",
    }
}

closed_enum! {
    /// The versions of the restore schema. Mirrors `AppRestoreVersion`.
    AppRestoreVersion {
        /// The only version.
        V1_0 = "1.0",
    }
}

closed_enum! {
    /// The `type` of a list of restores.
    AppRestoreListType {
        /// The only value.
        AppRestores = "application/astra-appRestores",
    }
}

closed_enum! {
    /// The state of a restore. Mirrors `AppRestoreState`.
    AppRestoreState {
        /// It waits to be started.
        Pending = "pending",
        /// Data is being written, compared or moved to its target.
        Running = "running",
        /// All data is in its target.
        Completed = "completed",
        /// It was not performed.
        Failed = "failed",
        /// It can't be finished: the app's data is partly old and partly new.
        Interrupted = "interrupted",
    }
}

/// A restore of an app, in place or to a directory. Mirrors `AppRestore`.
#[serde_with::apply(Option => #[serde(
    default, skip_serializing_if = "Option::is_none", deserialize_with = "present"
)])]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AppRestore {
    /// The kind of resource.
    #[serde(rename = "type")]
    pub kind: AppRestoreType,
    /// The version of its schema.
    pub version: AppRestoreVersion,
    /// Its id.
    pub id: Identifier,
    /// The app that is restored.
    #[serde(rename = "appID")]
    pub app_id: Identifier,
    /// The app of the backup or snapshot.
    #[serde(rename = "sourceAppID")]
    pub source_app_id: Identifier,
    /// The backup that is restored.
    #[serde(rename = "backupID")]
    #[schemars(with = "Identifier")]
    pub backup_id: Option<Identifier>,
    /// The snapshot that is restored.
    #[serde(rename = "snapshotID")]
    #[schemars(with = "Identifier")]
    pub snapshot_id: Option<Identifier>,
    /// The directory to which the data is written; absent for a restore in place.
    #[schemars(with = "Expression")]
    pub target: Option<Expression>,
    /// The selected files and directories; absent for all.
    #[schemars(with = "Vec<FilePathText>")]
    pub include: Option<Vec<FilePathText>>,
    /// The machine that runs it.
    #[schemars(with = "Expression")]
    pub node: Option<Expression>,
    /// Its state.
    pub state: AppRestoreState,
    /// The reasons why it is stalled or failed.
    pub state_unready: Vec<UnreadyReason>,
    /// The data of a completed restore that could not be restored unchanged.
    pub notes: Vec<UnreadyReason>,
    /// The size of the data in bytes.
    #[schemars(with = "u64")]
    pub total_bytes: Option<u64>,
    /// The number of written bytes.
    #[schemars(with = "u64")]
    pub bytes_done: Option<u64>,
    /// The written part in percent.
    #[schemars(with = "u8", range(min = 0, max = 100))]
    pub percent_done: Option<u8>,
    /// Labels, times and users.
    pub metadata: Metadata,
}

/// A request for a new restore. Mirrors `AppRestoreCreate`.
#[serde_with::apply(Option => #[serde(
    default, skip_serializing_if = "Option::is_none", deserialize_with = "present"
)])]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AppRestoreCreate {
    /// The kind of resource.
    #[serde(rename = "type")]
    pub kind: AppRestoreType,
    /// The version of its schema.
    pub version: AppRestoreVersion,
    /// A completed backup.
    #[serde(rename = "backupID")]
    #[schemars(with = "Identifier")]
    pub backup_id: Option<Identifier>,
    /// A completed snapshot.
    #[serde(rename = "snapshotID")]
    #[schemars(with = "Identifier")]
    pub snapshot_id: Option<Identifier>,
    /// The directory to which the data is written.
    #[schemars(with = "TargetPath")]
    pub target: Option<TargetPath>,
    /// Confirms that the data of the app is replaced.
    #[serde(rename = "inPlace")]
    #[schemars(with = "Confirmation")]
    pub in_place: Option<Confirmation>,
    /// The files and directories to restore; absent for all.
    #[schemars(with = "Vec<FilePathText>", length(max = 256))]
    pub include: Option<Vec<FilePathText>>,
}

/// An item of a list: the resource, or its requested fields. Mirrors `AppRestoreListItem`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum AppRestoreListItem {
    /// The resource.
    Resource(Box<AppRestore>),
    /// The values of the requested fields, in that order.
    Columns(Vec<serde_json::Value>),
}

/// A list of restores. Mirrors `AppRestoreList`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AppRestoreList {
    /// The kind of list.
    #[serde(rename = "type")]
    pub kind: AppRestoreListType,
    /// The version of the list and its items.
    pub version: AppRestoreVersion,
    /// The restores.
    pub items: Vec<AppRestoreListItem>,
    /// Metadata of the list.
    pub metadata: ListMetadata,
}
