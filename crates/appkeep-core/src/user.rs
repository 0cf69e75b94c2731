//! Users as the API shows them: the tokens that can access an account, and the server itself.

use chrono::{DateTime, Utc};

use crate::actor::Token;
use crate::catalog::Recorded;
use crate::ids::SubjectId;

/// The name of the server itself.
const SYSTEM_NAME: &str = "appkeep";

/// A user, which is recorded as the creator of resources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its id.
    pub id: SubjectId,
    /// The name of its token.
    pub name: String,
    /// Whether it can access the account.
    pub is_active: bool,
}

impl User {
    /// The user that a token authenticates, at `now`.
    #[must_use]
    pub fn of_token(token: &Token, now: DateTime<Utc>) -> Recorded<Self> {
        let ended_at = token.revoked_at.or(token.expires_at.filter(|end| *end <= now));
        Recorded {
            item: Self {
                id: token.actor.subject,
                name: token.name.clone(),
                is_active: token.is_valid(now),
            },
            created_at: token.created_at,
            modified_at: ended_at.unwrap_or(token.created_at),
        }
    }

    /// The server itself, which exists since the account does.
    #[must_use]
    pub fn system(account_created_at: DateTime<Utc>) -> Recorded<Self> {
        Recorded {
            item: Self {
                id: SubjectId::SYSTEM,
                name: SYSTEM_NAME.to_owned(),
                is_active: true,
            },
            created_at: account_created_at,
            modified_at: account_created_at,
        }
    }
}
