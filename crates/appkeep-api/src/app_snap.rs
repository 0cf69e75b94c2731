//! Snapshots on the wire.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::formats::{Identifier, ResourceName, UnreadyReason};
use crate::metadata::{
    HookState, ListMetadata, Metadata, MetadataCreate, ResourceState, StateDetail, closed_enum, present,
};

closed_enum! {
    /// The `type` of a snapshot.
    AppSnapType {
        /// The only value.
        AppSnap = "application/astra-appSnap",
    }
}

closed_enum! {
    /// The versions of the snapshot resource. Mirrors `AppSnapVersion`.
    AppSnapVersion {
        /// The first.
        V1_0 = "1.0",
        /// The second.
        V1_1 = "1.1",
        /// The newest; responses have this version.
        V1_2 = "1.2",
    }
}

closed_enum! {
    /// The `type` of a list of snapshots.
    AppSnapListType {
        /// The only value.
        AppSnaps = "application/astra-appSnaps",
    }
}

/// A point-in-time copy of an app. Mirrors `AppSnap`.
#[serde_with::apply(Option => #[serde(
    default, skip_serializing_if = "Option::is_none", deserialize_with = "present"
)])]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AppSnap {
    /// The kind of resource.
    #[serde(rename = "type")]
    pub kind: AppSnapType,
    /// The resource's version.
    pub version: AppSnapVersion,
    /// Its id.
    pub id: Identifier,
    /// Its name.
    pub name: ResourceName,
    /// The schedule that created it.
    #[serde(rename = "scheduleID")]
    #[schemars(with = "Identifier")]
    pub schedule_id: Option<Identifier>,
    /// The asset for the content of a completed snapshot.
    #[schemars(with = "Identifier")]
    pub snapshot_app_asset: Option<Identifier>,
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
    /// Labels, times and users.
    pub metadata: Metadata,
}

/// A request for a new snapshot. Mirrors `AppSnapCreate`.
#[serde_with::apply(Option => #[serde(
    default, skip_serializing_if = "Option::is_none", deserialize_with = "present"
)])]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AppSnapCreate {
    /// The kind of resource.
    #[serde(rename = "type")]
    pub kind: AppSnapType,
    /// Any documented version.
    pub version: AppSnapVersion,
    /// Its name; generated if absent.
    #[schemars(with = "ResourceName")]
    pub name: Option<ResourceName>,
    /// Labels.
    #[schemars(with = "MetadataCreate")]
    pub metadata: Option<MetadataCreate>,
}

/// An item of a list: the resource, or its requested fields. Mirrors `AppSnapListItem`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum AppSnapListItem {
    /// The resource.
    Resource(Box<AppSnap>),
    /// The values of the requested fields, in that order.
    Columns(Vec<serde_json::Value>),
}

/// A list of snapshots. Mirrors `AppSnapList`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AppSnapList {
    /// The kind of list.
    #[serde(rename = "type")]
    pub kind: AppSnapListType,
    /// The version of the list and its items.
    pub version: AppSnapVersion,
    /// The snapshots.
    pub items: Vec<AppSnapListItem>,
    /// Metadata of the list.
    pub metadata: ListMetadata,
}
