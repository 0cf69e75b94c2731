//! Who acts, and the context that travels with every operation.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

use crate::ids::{AccountId, SubjectId, TokenId};

/// What an actor may do within its accounts.
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
    /// Reads.
    Viewer,
    /// Also creates, deletes and restores.
    Member,
    /// Also administers the account.
    Admin,
    /// Owns the account.
    Owner,
}

impl Role {
    /// All roles, the least powerful first.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The role's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The accounts in which an actor may act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountScope {
    /// Every account, known or not: an operator.
    All,
    /// These alone.
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
    /// The server itself: who made what a schedule makes, and who changes what a worker works on. The same on
    /// every server; no token can stand for it.
    pub const SYSTEM: Self = Self::new(Uuid::from_u128(0x35c4_d8d2_a62b_5308_9d36_52a4_d9d6_a50b));
}

/// Who acts: what a valid token stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Written down as `createdBy`.
    pub subject: SubjectId,
    /// What it may do.
    pub role: Role,
    /// Where it may do it.
    pub scope: AccountScope,
}

/// The SHA-256 of a token: what is stored in its place.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);

/// A token as it is remembered: without the secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// Its id.
    pub id: TokenId,
    /// What a person calls it.
    pub name: String,
    /// What a presented token must hash to.
    pub hash: TokenHash,
    /// Whom it stands for.
    pub actor: Actor,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// From when on it is no longer valid; without it for ever.
    pub expires_at: Option<DateTime<Utc>>,
    /// Since when it is no longer valid because somebody said so.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl Token {
    /// Whether it is good for anything at `now`. One that was revoked is so for ever, whatever clocks say.
    #[must_use]
    pub fn is_valid(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

/// The first argument of every operation: who asks, within which request.
#[derive(Debug, Clone)]
pub struct OpContext {
    /// Who asks.
    pub actor: Actor,
    /// The name of the token that the request came with, if it did.
    pub token_name: Option<String>,
    /// Names the request in problems and in the log, and in what the log says of the jobs that it asks for.
    pub correlation: Option<Uuid>,
}

impl OpContext {
    /// The context of `actor`'s request, about which nothing is known yet.
    #[must_use]
    pub fn new(actor: Actor) -> Self {
        Self {
            actor,
            token_name: None,
            correlation: None,
        }
    }

    /// The server itself, within one account: what it does for a schedule goes the way that a person's wish
    /// goes.
    #[must_use]
    pub(crate) fn system(account_id: AccountId) -> Self {
        Self::new(Actor {
            subject: SubjectId::SYSTEM,
            role: Role::Member,
            scope: AccountScope::These(vec![account_id]),
        })
    }
}
