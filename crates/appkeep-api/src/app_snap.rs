//! Snapshots on the wire.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::metadata::{
    HookState, ListMetadata, Metadata, MetadataCreate, ResourceState, StateDetail, closed_enum, present,
};
use crate::words::{Identifier, ResourceName, UnreadyReason};

closed_enum! {
    /// The `type` of a snapshot.
    AppSnapType {
        /// The only one.
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
        /// The newest, in which answers are.
        V1_2 = "1.2",
    }
}

closed_enum! {
    /// The `type` of a list of snapshots.
    AppSnapListType {
        /// The only one.
        AppSnaps = "application/astra-appSnaps",
    }
}

/// A frozen copy of an app. Mirrors `AppSnap`.
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
    /// The schedule that made it.
    #[serde(
        rename = "scheduleID",
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "Identifier")]
    pub schedule_id: Option<Identifier>,
    /// The asset that stands for a completed snapshot.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "Identifier")]
    pub snapshot_app_asset: Option<Identifier>,
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
    /// Labels, times, authorship.
    pub metadata: Metadata,
}

/// What a client wants a new snapshot to be. Mirrors `AppSnapCreate`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AppSnapCreate {
    /// The kind of resource.
    #[serde(rename = "type")]
    pub kind: AppSnapType,
    /// Any documented version.
    pub version: AppSnapVersion,
    /// Its name; without one the system chooses.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "ResourceName")]
    pub name: Option<ResourceName>,
    /// Labels.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "MetadataCreate")]
    pub metadata: Option<MetadataCreate>,
}

/// An item of a list: the resource, or the fields that were asked for. Mirrors `AppSnapListItem`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum AppSnapListItem {
    /// The resource.
    Resource(Box<AppSnap>),
    /// The values of the fields that were asked for, in that order.
    Columns(Vec<serde_json::Value>),
}

/// A list of snapshots. Mirrors `AppSnapList`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AppSnapList {
    /// The kind of list.
    #[serde(rename = "type")]
    pub kind: AppSnapListType,
    /// The version of its items.
    pub version: AppSnapVersion,
    /// The snapshots.
    pub items: Vec<AppSnapListItem>,
    /// About the list as a whole.
    pub metadata: ListMetadata,
}
