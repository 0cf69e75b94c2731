//! Hooks on the wire.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::formats::{Identifier, ResourceName};
use crate::metadata::{ListMetadata, Metadata, closed_enum};

closed_enum! {
    /// The `type` of a hook.
    HookType {
        /// The only value.
        Hook = "application/astra-executionHook",
    }
}

closed_enum! {
    /// The versions of the hook schema. Mirrors `HookVersion`.
    HookVersion {
        /// The only version.
        V1_3 = "1.3",
    }
}

closed_enum! {
    /// The `type` of a list of hooks.
    HookListType {
        /// The only value.
        Hooks = "application/astra-executionHooks",
    }
}

closed_enum! {
    /// The origin of a hook.
    HookOrigin {
        /// An operator configured it.
        Custom = "custom",
    }
}

closed_enum! {
    /// When a hook runs.
    HookStage {
        /// Before the action.
        Pre = "pre",
        /// After it.
        Post = "post",
    }
}

closed_enum! {
    /// The action that a hook surrounds.
    HookAction {
        /// The app is copied.
        Snapshot = "snapshot",
    }
}

closed_enum! {
    /// Whether a hook runs.
    HookEnabled {
        /// It does.
        Yes = "true",
    }
}

/// A command that runs before or after an app is copied. Mirrors `Hook`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Hook {
    /// The kind of resource.
    #[serde(rename = "type")]
    pub kind: HookType,
    /// The version of its schema.
    pub version: HookVersion,
    /// Its id.
    pub id: Identifier,
    /// Its name.
    pub name: ResourceName,
    /// The app.
    #[serde(rename = "appID")]
    pub app_id: Identifier,
    /// Its origin.
    pub hook_type: HookOrigin,
    /// When it runs.
    pub stage: HookStage,
    /// The action that it surrounds.
    pub action: HookAction,
    /// Whether it runs.
    pub enabled: HookEnabled,
    /// The time limit of the command, in seconds.
    #[schemars(range(min = 1))]
    pub timeout_secs: u32,
    /// Always empty.
    pub matching_images: Vec<String>,
    /// Labels, times and users.
    pub metadata: Metadata,
}

/// An item of a list: the resource, or its requested fields. Mirrors `HookListItem`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum HookListItem {
    /// The resource.
    Resource(Box<Hook>),
    /// The values of the requested fields, in that order.
    Columns(Vec<serde_json::Value>),
}

/// A list of hooks. Mirrors `HookList`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HookList {
    /// The kind of list.
    #[serde(rename = "type")]
    pub kind: HookListType,
    /// The version of the list and its items.
    pub version: HookVersion,
    /// The hooks.
    pub items: Vec<HookListItem>,
    /// Metadata of the list.
    pub metadata: ListMetadata,
}
