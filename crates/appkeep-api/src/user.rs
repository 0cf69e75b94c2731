//! Users on the wire.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::formats::{Expression, Identifier};
use crate::metadata::{ListMetadata, Metadata, closed_enum};

closed_enum! {
    /// The `type` of a user.
    UserType {
        /// The only value.
        User = "application/astra-user",
    }
}

closed_enum! {
    /// The versions of the user's schema. Mirrors `UserVersion`.
    UserVersion {
        /// The version that clients of the original API request.
        V1_2 = "1.2",
    }
}

closed_enum! {
    /// The `type` of a list of users.
    UserListType {
        /// The only value.
        Users = "application/astra-users",
    }
}

closed_enum! {
    /// The authentication of a user.
    AuthProvider {
        /// A token of this server.
        Local = "local",
    }
}

closed_enum! {
    /// Whether a user can access the account.
    UserState {
        /// The token is valid, or the user is the server itself.
        Active = "active",
        /// The token has expired or was revoked.
        Disabled = "disabled",
    }
}

/// A token, or the server itself. Mirrors `User`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct User {
    /// The kind of resource.
    #[serde(rename = "type")]
    pub kind: UserType,
    /// The version of its schema.
    pub version: UserVersion,
    /// Its id.
    pub id: Identifier,
    /// The token's name.
    pub first_name: Expression,
    /// Always empty.
    #[schemars(length(max = 0))]
    pub last_name: String,
    /// Always empty.
    #[schemars(length(max = 0))]
    pub email: String,
    /// Always local.
    pub auth_provider: AuthProvider,
    /// Whether it can access the account.
    pub state: UserState,
    /// Labels, times and users.
    pub metadata: Metadata,
}

/// An item of a list: the resource, or its requested fields. Mirrors `UserListItem`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum UserListItem {
    /// The resource.
    Resource(Box<User>),
    /// The values of the requested fields, in that order.
    Columns(Vec<serde_json::Value>),
}

/// A list of users. Mirrors `UserList`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UserList {
    /// The kind of list.
    #[serde(rename = "type")]
    pub kind: UserListType,
    /// The version of the list and its items.
    pub version: UserVersion,
    /// The users.
    pub items: Vec<UserListItem>,
    /// Metadata of the list.
    pub metadata: ListMetadata,
}
