//! Accounts on the wire.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::metadata::{ListMetadata, Metadata, closed_enum};
use crate::words::{Identifier, ResourceName};

closed_enum! {
    /// The `type` of an account.
    AccountType {
        /// The only one.
        Account = "application/astra-account",
    }
}

closed_enum! {
    /// The versions of an account's form. Mirrors `AccountVersion`.
    AccountVersion {
        /// The only one that there is.
        V1_0 = "1.0",
    }
}

closed_enum! {
    /// The `type` of a list of accounts.
    AccountListType {
        /// The only one.
        Accounts = "application/astra-accounts",
    }
}

closed_enum! {
    /// Whether an account is configured.
    AccountState {
        /// It is.
        Ready = "ready",
        /// It was taken out of the configuration.
        Unavailable = "unavailable",
    }
}

closed_enum! {
    /// What a token may do in an account.
    Role {
        /// Reads.
        Viewer = "viewer",
        /// Also creates, deletes and restores.
        Member = "member",
        /// Over this API no more than that.
        Admin = "admin",
        /// The same.
        Owner = "owner",
    }
}

/// A tenant, and what the token that asks may do in it. Mirrors `Account`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Account {
    /// The kind of resource.
    #[serde(rename = "type")]
    pub kind: AccountType,
    /// The version of its form.
    pub version: AccountVersion,
    /// Its id.
    pub id: Identifier,
    /// Its name.
    pub name: ResourceName,
    /// Whether it is configured.
    pub state: AccountState,
    /// What the token may do in it.
    pub role: Role,
    /// Labels, times, authorship.
    pub metadata: Metadata,
}

/// An item of a list: the resource, or the fields that were asked for. Mirrors `AccountListItem`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum AccountListItem {
    /// The resource.
    Resource(Box<Account>),
    /// The values of the fields that were asked for, in that order.
    Columns(Vec<serde_json::Value>),
}

/// A list of accounts. Mirrors `AccountList`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountList {
    /// The kind of list.
    #[serde(rename = "type")]
    pub kind: AccountListType,
    /// The version of its items.
    pub version: AccountVersion,
    /// The accounts.
    pub items: Vec<AccountListItem>,
    /// About the list as a whole.
    pub metadata: ListMetadata,
}
