//! Accounts on the wire.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::formats::{Identifier, ResourceName};
use crate::metadata::{ListMetadata, Metadata, closed_enum};

closed_enum! {
    /// The `type` of an account.
    AccountType {
        /// The only value.
        Account = "application/astra-account",
    }
}

closed_enum! {
    /// The versions of the account schema. Mirrors `AccountVersion`.
    AccountVersion {
        /// The only version.
        V1_0 = "1.0",
    }
}

closed_enum! {
    /// The `type` of a list of accounts.
    AccountListType {
        /// The only value.
        Accounts = "application/astra-accounts",
    }
}

closed_enum! {
    /// Whether an account is configured.
    AccountState {
        /// It is configured.
        Ready = "ready",
        /// It is no longer configured.
        Unavailable = "unavailable",
    }
}

closed_enum! {
    /// The role of a token in an account.
    Role {
        /// Can read.
        Viewer = "viewer",
        /// Can also create, delete and restore.
        Member = "member",
        /// The same permissions as `member` in this API.
        Admin = "admin",
        /// The same permissions as `member` in this API.
        Owner = "owner",
    }
}

/// A tenant, with the role of the request's token. Mirrors `Account`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Account {
    /// The kind of resource.
    #[serde(rename = "type")]
    pub kind: AccountType,
    /// The version of its schema.
    pub version: AccountVersion,
    /// Its id.
    pub id: Identifier,
    /// Its name.
    pub name: ResourceName,
    /// Whether it is configured.
    pub state: AccountState,
    /// The token's role in it.
    pub role: Role,
    /// Labels, times and users.
    pub metadata: Metadata,
}

/// An item of a list: the resource, or its requested fields. Mirrors `AccountListItem`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum AccountListItem {
    /// The resource.
    Resource(Box<Account>),
    /// The values of the requested fields, in that order.
    Columns(Vec<serde_json::Value>),
}

/// A list of accounts. Mirrors `AccountList`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountList {
    /// The kind of list.
    #[serde(rename = "type")]
    pub kind: AccountListType,
    /// The version of the list and its items.
    pub version: AccountVersion,
    /// The accounts.
    pub items: Vec<AccountListItem>,
    /// Metadata of the list.
    pub metadata: ListMetadata,
}
