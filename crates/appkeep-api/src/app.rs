//! Apps on the wire.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::metadata::{ListMetadata, Metadata, closed_enum, present};
use crate::words::{Identifier, ResourceName, UnreadyReason};

closed_enum! {
    /// The `type` of an app.
    AppType {
        /// The only one.
        App = "application/astra-app",
    }
}

closed_enum! {
    /// The versions of an app's form. Mirrors `AppVersion`.
    AppVersion {
        /// The first.
        V2_0 = "2.0",
        /// The second.
        V2_1 = "2.1",
        /// The newest, in which answers are.
        V2_2 = "2.2",
    }
}

closed_enum! {
    /// The `type` of a list of apps.
    AppListType {
        /// The only one.
        Apps = "application/astra-apps",
    }
}

closed_enum! {
    /// How an app is. Mirrors `AppState`.
    AppState {
        /// It has its data.
        Ready = "ready",
        /// Its data is being replaced.
        Restoring = "restoring",
        /// The latest restore did not work.
        Failed = "failed",
        /// It was taken out of the configuration.
        Unavailable = "unavailable",
    }
}

/// An application that is backed up as one. Mirrors `App`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct App {
    /// The kind of resource.
    #[serde(rename = "type")]
    pub kind: AppType,
    /// The version of its form.
    pub version: AppVersion,
    /// Its id.
    pub id: Identifier,
    /// Its name.
    pub name: ResourceName,
    /// How it is.
    pub state: AppState,
    /// Why it isn't ready.
    pub state_unready: Vec<UnreadyReason>,
    /// The account's id.
    #[serde(rename = "clusterID")]
    pub cluster_id: Identifier,
    /// The account's name.
    pub cluster_name: ResourceName,
    /// The app's name, as its only namespace.
    pub namespaces: Vec<ResourceName>,
    /// The same, in another form.
    pub namespace_scoped_resources: Vec<NamespaceScopedResource>,
    /// Labels, times, authorship.
    pub metadata: Metadata,
}

/// What an app's data is replaced by. Mirrors `AppUpdate`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AppUpdate {
    /// The kind of resource.
    #[serde(rename = "type")]
    pub kind: AppType,
    /// Any documented version.
    pub version: AppVersion,
    /// A completed backup of the app.
    #[serde(
        rename = "backupID",
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "Identifier")]
    pub backup_id: Option<Identifier>,
    /// A completed snapshot of the app.
    #[serde(
        rename = "snapshotID",
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "Identifier")]
    pub snapshot_id: Option<Identifier>,
}

/// What of a namespace belongs to an app. Mirrors `NamespaceScopedResource`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct NamespaceScopedResource {
    /// The namespace.
    pub namespace: ResourceName,
    /// Always empty, which means everything.
    pub label_selectors: Vec<String>,
}

/// An item of a list: the resource, or the fields that were asked for. Mirrors `AppListItem`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum AppListItem {
    /// The resource.
    Resource(Box<App>),
    /// The values of the fields that were asked for, in that order.
    Columns(Vec<serde_json::Value>),
}

/// A list of apps. Mirrors `AppList`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AppList {
    /// The kind of list.
    #[serde(rename = "type")]
    pub kind: AppListType,
    /// The version of its items.
    pub version: AppVersion,
    /// The apps.
    pub items: Vec<AppListItem>,
    /// About the list as a whole.
    pub metadata: ListMetadata,
}
