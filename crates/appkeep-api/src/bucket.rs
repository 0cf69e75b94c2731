//! Buckets on the wire.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::metadata::{ListMetadata, Metadata, closed_enum};
use crate::words::{Identifier, ResourceName, UnreadyReason};

closed_enum! {
    /// The `type` of a bucket.
    BucketType {
        /// The only one.
        Bucket = "application/astra-bucket",
    }
}

closed_enum! {
    /// The versions of a bucket's form. Mirrors `BucketVersion`.
    BucketVersion {
        /// The only one that there is.
        V1_2 = "1.2",
    }
}

closed_enum! {
    /// The `type` of a list of buckets.
    BucketListType {
        /// The only one.
        Buckets = "application/astra-buckets",
    }
}

closed_enum! {
    /// What kind of place a bucket is.
    Provider {
        /// A directory of the server.
        Directory = "directory",
    }
}

closed_enum! {
    /// Whether backups may be written into a bucket.
    BucketState {
        /// They may.
        Available = "available",
        /// It was taken out of the configuration.
        Unavailable = "unavailable",
    }
}

/// A place for the data of backups; where on the server it is isn't told. Mirrors `Bucket`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Bucket {
    /// The kind of resource.
    #[serde(rename = "type")]
    pub kind: BucketType,
    /// The version of its form.
    pub version: BucketVersion,
    /// Its id.
    pub id: Identifier,
    /// Its name.
    pub name: ResourceName,
    /// What kind of place it is.
    pub provider: Provider,
    /// Whether backups may be written into it.
    pub state: BucketState,
    /// Why it isn't available.
    pub state_unready: Vec<UnreadyReason>,
    /// Whether it is the one that a backup goes to when none is named.
    pub is_default: bool,
    /// How many backups may be written into it at once.
    #[schemars(range(min = 1))]
    pub backups_max: u32,
    /// Labels, times, authorship.
    pub metadata: Metadata,
}

/// An item of a list: the resource, or the fields that were asked for. Mirrors `BucketListItem`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum BucketListItem {
    /// The resource.
    Resource(Box<Bucket>),
    /// The values of the fields that were asked for, in that order.
    Columns(Vec<serde_json::Value>),
}

/// A list of buckets. Mirrors `BucketList`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BucketList {
    /// The kind of list.
    #[serde(rename = "type")]
    pub kind: BucketListType,
    /// The version of its items.
    pub version: BucketVersion,
    /// The buckets.
    pub items: Vec<BucketListItem>,
    /// About the list as a whole.
    pub metadata: ListMetadata,
}
