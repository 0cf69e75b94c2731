//! Clouds on the wire: a resource of the original API; this server has none.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::formats::{Identifier, ResourceName};
use crate::metadata::{ListMetadata, Metadata, closed_enum};

closed_enum! {
    /// The `type` of a cloud.
    CloudType {
        /// The only value.
        Cloud = "application/astra-cloud",
    }
}

closed_enum! {
    /// The versions of the cloud schema. Mirrors `CloudVersion`.
    CloudVersion {
        /// The only version.
        V1_0 = "1.0",
    }
}

closed_enum! {
    /// The `type` of a list of clouds.
    CloudListType {
        /// The only value.
        Clouds = "application/astra-clouds",
    }
}

closed_enum! {
    /// The kind of a cloud.
    CloudKind {
        /// A private cloud.
        Private = "private",
    }
}

/// A provider of the original's clusters. Mirrors `Cloud`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Cloud {
    /// The kind of resource.
    #[serde(rename = "type")]
    pub kind: CloudType,
    /// The version of its schema.
    pub version: CloudVersion,
    /// Its id.
    pub id: Identifier,
    /// Its name.
    pub name: ResourceName,
    /// The kind of cloud.
    pub cloud_type: CloudKind,
    /// Labels, times and users.
    pub metadata: Metadata,
}

/// An item of a list: the resource, or its requested fields. Mirrors `CloudListItem`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum CloudListItem {
    /// The resource.
    Resource(Box<Cloud>),
    /// The values of the requested fields, in that order.
    Columns(Vec<serde_json::Value>),
}

/// A list of clouds. Mirrors `CloudList`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CloudList {
    /// The kind of list.
    #[serde(rename = "type")]
    pub kind: CloudListType,
    /// The version of the list and its items.
    pub version: CloudVersion,
    /// The clouds.
    pub items: Vec<CloudListItem>,
    /// Metadata of the list.
    pub metadata: ListMetadata,
}
