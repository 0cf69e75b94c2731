//! Labels, times and authorship on the wire.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::words::{ContinueToken, Identifier, Timestamp};

/// Reads a member that may be absent but, if it is there, is not null.
pub(crate) fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// A name and a value that a client, or the system, attached. Mirrors `Label`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// What the label is called.
    pub name: String,
    /// What the label says.
    pub value: String,
}

/// The most bytes that the names and values of a new resource's labels may have together, in UTF-8: 16 KiB.
///
/// No schema can express it. A label's own limits are in the schema of [`LabelCreate`].
pub const LABEL_BYTES_MAX: usize = 16 * 1024;

/// A name and a value to attach to a new resource. Mirrors `LabelCreate`.
///
/// Only new labels have limits: resources that older versions created may have longer ones, and stay readable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LabelCreate {
    /// The label's name: 1 to 128 characters.
    #[schemars(length(min = 1, max = 128))]
    pub name: String,
    /// The label's value: at most 256 characters.
    #[schemars(length(max = 256))]
    pub value: String,
}

/// Labels, and who made and changed the resource when. Mirrors `Metadata`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Metadata {
    /// The client's labels, in the order in which they were given, and then the system's.
    pub labels: Vec<Label>,
    /// When the resource was made.
    pub creation_timestamp: Timestamp,
    /// When the resource last changed.
    pub modification_timestamp: Timestamp,
    /// Who made the resource.
    pub created_by: Identifier,
    /// Who last changed the resource.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "Identifier")]
    pub modified_by: Option<Identifier>,
}

/// Labels for a new resource; the other members are read and ignored. Mirrors `MetadataCreate`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct MetadataCreate {
    /// The labels to attach: at most 64, and at most [`LABEL_BYTES_MAX`] bytes.
    #[schemars(length(max = 64))]
    pub labels: Vec<LabelCreate>,
    /// Ignored.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "Timestamp")]
    pub creation_timestamp: Option<Timestamp>,
    /// Ignored.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "Timestamp")]
    pub modification_timestamp: Option<Timestamp>,
    /// Ignored.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "Identifier")]
    pub created_by: Option<Identifier>,
    /// Ignored.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "Identifier")]
    pub modified_by: Option<Identifier>,
}

/// What is said about a list as a whole. Mirrors `ListMetadata`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ListMetadata {
    /// Present only when more items follow: where the list goes on.
    #[serde(
        rename = "continue",
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "ContinueToken")]
    pub goes_on: Option<ContinueToken>,
    /// How many items this answer holds.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "u64")]
    pub count: Option<u64>,
    /// Always empty.
    pub labels: Vec<Label>,
    /// When the list was made up.
    pub creation_timestamp: Timestamp,
    /// When the list was made up.
    pub modification_timestamp: Timestamp,
    /// Who asked for the list.
    pub created_by: Identifier,
    /// Who asked for the list, too.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "Identifier")]
    pub modified_by: Option<Identifier>,
}

/// What one failed execution hook reported. Mirrors `StateDetail`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StateDetail {
    /// What kind of report it is.
    #[serde(rename = "type")]
    pub kind: String,
    /// The report in a few words.
    pub title: String,
    /// The report in full.
    pub detail: String,
}

macro_rules! closed_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant,)*
        }

        // By hand: a derived schema turns an enum with documented variants into a `oneOf`.
        impl schemars::JsonSchema for $name {
            fn schema_name() -> String {
                stringify!($name).to_owned()
            }

            fn json_schema(_: &mut schemars::r#gen::SchemaGenerator) -> schemars::schema::Schema {
                schemars::schema::SchemaObject {
                    instance_type: Some(schemars::schema::InstanceType::String.into()),
                    enum_values: Some(vec![$($word.into()),*]),
                    ..Default::default()
                }
                .into()
            }
        }
    };
}
pub(crate) use closed_enum;

closed_enum! {
    /// How far a resource has come. Mirrors `ResourceState`.
    ResourceState {
        /// It waits for its turn.
        Pending = "pending",
        /// What has to be copied is being found out.
        Discovering = "discovering",
        /// Data is being copied.
        Running = "running",
        /// It is whole and can be used.
        Completed = "completed",
        /// It will never be completed.
        Failed = "failed",
        /// It can't be reached at present.
        Removed = "removed",
        /// Its state can't be told.
        Unknown = "unknown",
    }
}

closed_enum! {
    /// How the execution hooks ended. Mirrors `HookState`.
    HookState {
        /// At least one failed.
        Failed = "failed",
        /// None failed.
        Success = "success",
    }
}
