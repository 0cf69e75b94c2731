//! Labels, times and authorship on the wire.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::formats::{ContinueToken, Identifier, Timestamp};

/// Deserializes a property that may be absent but not null.
pub(crate) fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// A name and a value that a client or the system attached. Mirrors `Label`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// The label's name.
    pub name: String,
    /// The label's value.
    pub value: String,
}

/// The maximum size of all label names and values of a new resource, in UTF-8: 16 KiB.
///
/// No schema can express it. A label's own limits are in the schema of [`LabelCreate`].
pub const LABEL_BYTES_MAX: usize = 16 * 1024;

/// A name and a value to attach to a new resource. Mirrors `LabelCreate`.
///
/// Only new labels have limits: resources created by older versions may have longer ones, which stay readable.
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

/// Labels, and when and by whom the resource was created and changed. Mirrors `Metadata`.
#[serde_with::apply(Option => #[serde(
    default, skip_serializing_if = "Option::is_none", deserialize_with = "present"
)])]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Metadata {
    /// The client's labels, in the given order, followed by the system's.
    pub labels: Vec<Label>,
    /// When the resource was created.
    pub creation_timestamp: Timestamp,
    /// When the resource last changed.
    pub modification_timestamp: Timestamp,
    /// The user that created the resource.
    pub created_by: Identifier,
    /// The user that last changed the resource.
    #[schemars(with = "Identifier")]
    pub modified_by: Option<Identifier>,
}

/// Labels for a new resource; the other properties are parsed and ignored. Mirrors `MetadataCreate`.
#[serde_with::apply(Option => #[serde(
    default, skip_serializing_if = "Option::is_none", deserialize_with = "present"
)])]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct MetadataCreate {
    /// The labels to attach: at most 64, and at most [`LABEL_BYTES_MAX`] bytes.
    #[schemars(length(max = 64))]
    pub labels: Vec<LabelCreate>,
    /// Ignored.
    #[schemars(with = "Timestamp")]
    pub creation_timestamp: Option<Timestamp>,
    /// Ignored.
    #[schemars(with = "Timestamp")]
    pub modification_timestamp: Option<Timestamp>,
    /// Ignored.
    #[schemars(with = "Identifier")]
    pub created_by: Option<Identifier>,
    /// Ignored.
    #[schemars(with = "Identifier")]
    pub modified_by: Option<Identifier>,
}

/// Metadata of a list. Mirrors `ListMetadata`.
#[serde_with::apply(Option => #[serde(
    default, skip_serializing_if = "Option::is_none", deserialize_with = "present"
)])]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ListMetadata {
    /// The position of the next page; absent on the last page.
    #[serde(rename = "continue")]
    #[schemars(with = "ContinueToken")]
    pub continue_token: Option<ContinueToken>,
    /// The number of items in this response.
    #[schemars(with = "u64")]
    pub count: Option<u64>,
    /// Always empty.
    pub labels: Vec<Label>,
    /// When the list was read.
    pub creation_timestamp: Timestamp,
    /// When the list was read.
    pub modification_timestamp: Timestamp,
    /// The user that requested the list.
    pub created_by: Identifier,
    /// The user that requested the list.
    #[schemars(with = "Identifier")]
    pub modified_by: Option<Identifier>,
}

/// The report of one run of an execution hook. Mirrors `StateDetail`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StateDetail {
    /// The kind of report.
    #[serde(rename = "type")]
    pub kind: String,
    /// A short report.
    pub title: String,
    /// The complete report.
    pub detail: String,
}

macro_rules! closed_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant,)*
        }

        // Implemented by hand: a derived schema turns an enum with documented variants into a `oneOf`.
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
    /// The state of a resource. Mirrors `ResourceState`.
    ResourceState {
        /// Waiting to be started.
        Pending = "pending",
        /// The data to copy is being determined.
        Discovering = "discovering",
        /// Data is being copied.
        Running = "running",
        /// Complete and usable.
        Completed = "completed",
        /// The operation failed and isn't retried.
        Failed = "failed",
        /// Its data is missing at present.
        Removed = "removed",
        /// Its state can't be determined.
        Unknown = "unknown",
    }
}

closed_enum! {
    /// The result of the execution hooks. Mirrors `HookState`.
    HookState {
        /// At least one failed.
        Failed = "failed",
        /// None failed.
        Success = "success",
    }
}
