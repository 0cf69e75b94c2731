//! Apps on the wire.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::formats::{Identifier, ResourceName, UnreadyReason};
use crate::metadata::{ListMetadata, Metadata, closed_enum, present};

closed_enum! {
    /// The `type` of an app.
    AppType {
        /// The only value.
        App = "application/astra-app",
    }
}

closed_enum! {
    /// The versions of the app schema. Mirrors `AppVersion`.
    AppVersion {
        /// The first.
        V2_0 = "2.0",
        /// The second.
        V2_1 = "2.1",
        /// The newest; responses have this version.
        V2_2 = "2.2",
    }
}

closed_enum! {
    /// The `type` of a list of apps.
    AppListType {
        /// The only value.
        Apps = "application/astra-apps",
    }
}

closed_enum! {
    /// The state of an app. Mirrors `AppState`.
    AppState {
        /// It can be backed up.
        Ready = "ready",
        /// Its data is being replaced.
        Restoring = "restoring",
        /// The latest restore failed.
        Failed = "failed",
        /// It is no longer configured.
        Unavailable = "unavailable",
    }
}

/// A set of directories that are backed up together. Mirrors `App`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct App {
    /// The kind of resource.
    #[serde(rename = "type")]
    pub kind: AppType,
    /// The version of its schema.
    pub version: AppVersion,
    /// Its id.
    pub id: Identifier,
    /// Its name.
    pub name: ResourceName,
    /// Its state.
    pub state: AppState,
    /// The reasons why it isn't ready.
    pub state_unready: Vec<UnreadyReason>,
    /// The account's id.
    #[serde(rename = "clusterID")]
    pub cluster_id: Identifier,
    /// The account's name.
    pub cluster_name: ResourceName,
    /// The app's name, as its only namespace.
    pub namespaces: Vec<ResourceName>,
    /// The same namespace, in another form.
    pub namespace_scoped_resources: Vec<NamespaceScopedResource>,
    /// Labels, times and users.
    pub metadata: Metadata,
}

/// The source of a restore. Mirrors `AppUpdate`.
#[serde_with::apply(Option => #[serde(
    default, skip_serializing_if = "Option::is_none", deserialize_with = "present"
)])]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AppUpdate {
    /// The kind of resource.
    #[serde(rename = "type")]
    pub kind: AppType,
    /// Any documented version.
    pub version: AppVersion,
    /// A completed backup of the app.
    #[serde(rename = "backupID")]
    #[schemars(with = "Identifier")]
    pub backup_id: Option<Identifier>,
    /// A completed snapshot of the app.
    #[serde(rename = "snapshotID")]
    #[schemars(with = "Identifier")]
    pub snapshot_id: Option<Identifier>,
}

/// The part of a namespace that belongs to an app. Mirrors `NamespaceScopedResource`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct NamespaceScopedResource {
    /// The namespace.
    pub namespace: ResourceName,
    /// Always empty, which selects everything.
    pub label_selectors: Vec<String>,
}

/// An item of a list: the resource, or its requested fields. Mirrors `AppListItem`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum AppListItem {
    /// The resource.
    Resource(Box<App>),
    /// The values of the requested fields, in that order.
    Columns(Vec<serde_json::Value>),
}

/// A list of apps. Mirrors `AppList`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AppList {
    /// The kind of list.
    #[serde(rename = "type")]
    pub kind: AppListType,
    /// The version of the list and its items.
    pub version: AppVersion,
    /// The apps.
    pub items: Vec<AppListItem>,
    /// Metadata of the list.
    pub metadata: ListMetadata,
}
