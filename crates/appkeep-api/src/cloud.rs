//! Clouds on the wire: what the original has and nothing here ever is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::metadata::{ListMetadata, Metadata, closed_enum};
use crate::words::{Identifier, ResourceName};

closed_enum! {
    /// The `type` of a cloud.
    CloudType {
        /// The only one.
        Cloud = "application/astra-cloud",
    }
}

closed_enum! {
    /// The versions of a cloud's form. Mirrors `CloudVersion`.
    CloudVersion {
        /// The only one that there is.
        V1_0 = "1.0",
    }
}

closed_enum! {
    /// The `type` of a list of clouds.
    CloudListType {
        /// The only one.
        Clouds = "application/astra-clouds",
    }
}

closed_enum! {
    /// What kind of cloud one is.
    CloudKind {
        /// Somebody's own.
        Private = "private",
    }
}

/// Where the original's clusters run. Mirrors `Cloud`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Cloud {
    /// The kind of resource.
    #[serde(rename = "type")]
    pub kind: CloudType,
    /// The version of its form.
    pub version: CloudVersion,
    /// Its id.
    pub id: Identifier,
    /// Its name.
    pub name: ResourceName,
    /// What kind of cloud it is.
    pub cloud_type: CloudKind,
    /// Labels, times, authorship.
    pub metadata: Metadata,
}

/// An item of a list: the resource, or the fields that were asked for. Mirrors `CloudListItem`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum CloudListItem {
    /// The resource.
    Resource(Box<Cloud>),
    /// The values of the fields that were asked for, in that order.
    Columns(Vec<serde_json::Value>),
}

/// A list of clouds. Mirrors `CloudList`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CloudList {
    /// The kind of list.
    #[serde(rename = "type")]
    pub kind: CloudListType,
    /// The version of its items.
    pub version: CloudVersion,
    /// The clouds.
    pub items: Vec<CloudListItem>,
    /// About the list as a whole.
    pub metadata: ListMetadata,
}
