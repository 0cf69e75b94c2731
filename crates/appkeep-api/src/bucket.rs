//! Buckets on the wire.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::formats::{Identifier, ResourceName, Timestamp, UnreadyReason};
use crate::metadata::{ListMetadata, Metadata, closed_enum, present};

closed_enum! {
    /// The `type` of a bucket.
    BucketType {
        /// The only value.
        Bucket = "application/astra-bucket",
    }
}

closed_enum! {
    /// The versions of the bucket schema. Mirrors `BucketVersion`.
    BucketVersion {
        /// The only version.
        V1_2 = "1.2",
    }
}

closed_enum! {
    /// The `type` of a list of buckets.
    BucketListType {
        /// The only value.
        Buckets = "application/astra-buckets",
    }
}

closed_enum! {
    /// The kind of storage of a bucket.
    Provider {
        /// A directory on the server.
        Directory = "directory",
        /// A bucket of an S3-compatible server.
        S3 = "s3",
    }
}

closed_enum! {
    /// Whether backups can be written to a bucket.
    BucketState {
        /// They can.
        Available = "available",
        /// It can't be reached or used, or another server uses it.
        Failed = "failed",
        /// It is no longer configured.
        Removed = "removed",
        /// It has not been checked yet.
        Unknown = "unknown",
    }
}

/// Storage for the data of backups. Its location on the server is not included. Mirrors `Bucket`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Bucket {
    /// The kind of resource.
    #[serde(rename = "type")]
    pub kind: BucketType,
    /// The version of its schema.
    pub version: BucketVersion,
    /// Its id.
    pub id: Identifier,
    /// Its name.
    pub name: ResourceName,
    /// The kind of storage.
    pub provider: Provider,
    /// Whether backups can be written to it.
    pub state: BucketState,
    /// The reasons why it is unavailable.
    pub state_unready: Vec<UnreadyReason>,
    /// Whether backups are written to it if the request names none.
    pub is_default: bool,
    /// The maximum number of backups that are written to it at the same time.
    #[schemars(range(min = 1))]
    pub backups_max: u32,
    /// The total size of the files with backed-up data, in bytes, by the latest measurement.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "u64")]
    pub stored_bytes: Option<u64>,
    /// The free space of the bucket's file system in bytes, if it is known.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "u64")]
    pub free_bytes: Option<u64>,
    /// The time of the measurement.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "Timestamp")]
    pub measurement_timestamp: Option<Timestamp>,
    /// Labels, times and users.
    pub metadata: Metadata,
}

/// An item of a list: the resource, or its requested fields. Mirrors `BucketListItem`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum BucketListItem {
    /// The resource.
    Resource(Box<Bucket>),
    /// The values of the requested fields, in that order.
    Columns(Vec<serde_json::Value>),
}

/// A list of buckets. Mirrors `BucketList`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BucketList {
    /// The kind of list.
    #[serde(rename = "type")]
    pub kind: BucketListType,
    /// The version of the list and its items.
    pub version: BucketVersion,
    /// The buckets.
    pub items: Vec<BucketListItem>,
    /// Metadata of the list.
    pub metadata: ListMetadata,
}
