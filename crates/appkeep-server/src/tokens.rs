//! Tokens: 256 random bits, shown once and stored as their SHA-256.

use std::fmt::Write as _;

pub use appkeep_core::actor::{AccountScope, Role};
use appkeep_core::actor::{Actor, Token, TokenHash};
use appkeep_core::clock::{Clock, IdSource};
use appkeep_core::ids::AccountId;
use appkeep_core::store::Store;
pub use appkeep_engine::Secret;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::error::StartError;

/// How every token begins, so that people and secret scanners recognise one.
pub const TOKEN_PREFIX: &str = "appkeep_";

/// The longest name of a token, in characters.
pub const NAME_CHARS_MAX: usize = 100;

/// What a new token shall be good for.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// What a person calls it.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Where it may do it.
    pub scope: AccountScope,
}

/// The hash under which a presented token is looked up.
#[must_use]
pub fn hash(token: &str) -> TokenHash {
    TokenHash(Sha256::digest(token.as_bytes()).into())
}

/// Makes a token and remembers its hash.
///
/// # Errors
/// When the name is too long, the system gives no random bytes, or the store fails.
pub async fn create(
    store: &dyn Store,
    clock: &dyn Clock,
    ids: &dyn IdSource,
    wanted: NewToken,
) -> Result<Secret, StartError> {
    let chars = wanted.name.chars().count();
    if !(1..=NAME_CHARS_MAX).contains(&chars) {
        return Err(StartError::TokenName { chars });
    }
    let mut bits = Zeroizing::new([0_u8; 32]);
    getrandom::fill(bits.as_mut_slice()).map_err(|error| StartError::Random(error.to_string()))?;
    // With room for all, so that growing leaves no copy behind.
    let mut secret = String::with_capacity(TOKEN_PREFIX.len() + 2 * bits.len());
    secret.push_str(TOKEN_PREFIX);
    for byte in bits.iter() {
        let _ = write!(secret, "{byte:02x}");
    }
    let secret = Secret::new(secret);
    let token = Token {
        id: ids.next_id().into(),
        name: wanted.name,
        hash: hash(secret.reveal()),
        actor: Actor {
            subject: ids.next_id().into(),
            role: wanted.role,
            scope: wanted.scope,
        },
        created_at: clock.now(),
        revoked_at: None,
    };
    let mut tx = store.begin().await?;
    tx.insert_token(&token).await?;
    tx.commit().await?;
    Ok(secret)
}

/// The scope that a person names: `*`, or accounts by name or id.
///
/// # Errors
/// When there is no such account: says which there are.
pub async fn scope(store: &dyn Store, wanted: &[String]) -> Result<AccountScope, StartError> {
    if wanted.iter().any(|name| name == "*") {
        return Ok(AccountScope::All);
    }
    let accounts = store.list_accounts().await?;
    let find = |wanted: &String| -> Result<AccountId, StartError> {
        let id = Uuid::try_parse(wanted).ok().map(AccountId::new);
        let found = accounts
            .iter()
            .find(|account| account.name == *wanted || Some(account.id) == id);
        found
            .map(|account| account.id)
            .ok_or_else(|| StartError::UnknownAccount {
                wanted: wanted.clone(),
                known: known(&accounts),
            })
    };
    Ok(AccountScope::These(
        wanted.iter().map(find).collect::<Result<_, _>>()?,
    ))
}

fn known(accounts: &[appkeep_core::catalog::Account]) -> String {
    if accounts.is_empty() {
        return "none yet: start it once with its configuration".to_owned();
    }
    accounts
        .iter()
        .map(|account| format!("{:?}", account.name))
        .collect::<Vec<_>>()
        .join(", ")
}
