//! Actors, tokens, and the context of an operation.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

use crate::ids::{AccountId, SubjectId, TokenId};

/// The access level of an actor within its accounts.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Role {
    /// Can list and fetch.
    Viewer,
    /// Can also create, delete and restore.
    Member,
    /// Can also administer the account.
    Admin,
    /// Owns the account.
    Owner,
}

impl Role {
    /// All roles, the least powerful first.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The lower-case name of the role.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The accounts that an actor can access.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountScope {
    /// Every account, whether it exists or not. For operators.
    All,
    /// Only these accounts.
    These(Vec<AccountId>),
}

impl AccountScope {
    /// Whether `account` is within the scope.
    #[must_use]
    pub fn covers(&self, account: AccountId) -> bool {
        match self {
            Self::All => true,
            Self::These(accounts) => accounts.contains(&account),
        }
    }
}

impl SubjectId {
    /// The server itself: it creates the resources of schedules, and modifies the resources that workers process.
    /// This id is the same on every server, and no token can have it.
    pub const SYSTEM: Self = Self::new(Uuid::from_u128(0x35c4_d8d2_a62b_5308_9d36_52a4_d9d6_a50b));
}

/// The identity and permissions that a valid token grants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Recorded as `createdBy`.
    pub subject: SubjectId,
    /// The access level.
    pub role: Role,
    /// The accounts that it applies to.
    pub scope: AccountScope,
}

/// The SHA-256 digest of a token, which is stored instead of the token.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);

/// A stored token, without its secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// Its id.
    pub id: TokenId,
    /// A name for people.
    pub name: String,
    /// The digest of the secret.
    pub hash: TokenHash,
    /// The actor that the token authenticates.
    pub actor: Actor,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it expires; `None` means never.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl Token {
    /// Whether the token can be used at `now`. A revoked token stays invalid even if the clock is set back.
    #[must_use]
    pub fn is_valid(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

/// The first argument of every operation: the actor and the request.
#[derive(Debug, Clone)]
pub struct OpContext {
    /// The actor that makes the request.
    pub actor: Actor,
    /// The name of the token that was sent with the request, if there was one.
    pub token_name: Option<String>,
    /// Identifies the request in problems and in the log, including the log lines of jobs that it queued.
    pub correlation: Option<Uuid>,
}

impl OpContext {
    /// The context of a request by `actor`, without a token name or a correlation id.
    #[must_use]
    pub fn new(actor: Actor) -> Self {
        Self {
            actor,
            token_name: None,
            correlation: None,
        }
    }

    /// The server itself, within one account. Schedules create resources through the same operations as clients.
    #[must_use]
    pub(crate) fn system(account_id: AccountId) -> Self {
        Self::new(Actor {
            subject: SubjectId::SYSTEM,
            role: Role::Member,
            scope: AccountScope::These(vec![account_id]),
        })
    }
}
