//! Tokens: 256 random bits, shown once and stored as their SHA-256.

pub use appkeep_core::actor::Token;
pub use appkeep_core::actor::{AccountScope, Role};
use appkeep_core::actor::{Actor, TokenHash};
use appkeep_core::clock::{Clock, IdSource};
use appkeep_core::ids::AccountId;
use appkeep_core::store::{Store, StoreError, transact};
use chrono::{DateTime, SecondsFormat, Utc};
pub use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

/// The prefix of every token, by which people and secret scanners recognise one.
pub const TOKEN_PREFIX: &str = "appkeep_";

/// The longest name of a token, in characters.
pub const NAME_CHARS_MAX: usize = 100;

/// The shortest prefix of a token's id that identifies it, in characters.
pub const ID_CHARS_MIN: usize = 4;

/// The reason why a token was not created, found or revoked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// There is no such account.
    #[error("no account is called {wanted:?}; this server has {known}")]
    UnknownAccount {
        /// The requested account.
        wanted: String,
        /// The existing accounts.
        known: String,
    },
    /// The length of the token's name is invalid.
    #[error("the name of a token has 1 to {} characters, not {chars}", NAME_CHARS_MAX)]
    Name {
        /// The number of characters.
        chars: usize,
    },
    /// The token would never be valid.
    #[error("expiry {} is in the past", .end.to_rfc3339_opts(SecondsFormat::Secs, true))]
    Expiry {
        /// The requested expiry.
        end: DateTime<Utc>,
    },
    /// There is no such token.
    #[error("no token has the name or id {wanted:?}; `appkeep token list` shows all tokens")]
    Unknown {
        /// The requested token.
        wanted: String,
    },
    /// Several tokens match.
    #[error("{wanted:?} matches several tokens: {found}; specify the id")]
    Ambiguous {
        /// The requested token.
        wanted: String,
        /// The tokens that match.
        found: String,
    },
    /// The token is already revoked.
    #[error("the token {name:?} is already revoked")]
    Revoked {
        /// The token's name.
        name: String,
    },
    /// The system provides no random bytes.
    #[error("the system provides no random bytes: {0}")]
    Random(String),
    /// The database can't be used.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The properties of a new token.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// The name that the user chose.
    pub name: String,
    /// The token's role.
    pub role: Role,
    /// The accounts that the token can access.
    pub scope: AccountScope,
    /// The expiry; without it the token never expires.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Returns the hash under which a presented token is looked up.
#[must_use]
pub fn hash(token: &str) -> TokenHash {
    TokenHash(Sha256::digest(token.as_bytes()).into())
}

/// Generates a token that isn't stored.
pub(crate) fn generate() -> Result<SecretString, TokenError> {
    let mut bits = Zeroizing::new([0_u8; 32]);
    getrandom::fill(bits.as_mut_slice()).map_err(|error| TokenError::Random(error.to_string()))?;
    let digits = Zeroizing::new(hex::encode(bits.as_slice()));
    Ok(SecretString::from([TOKEN_PREFIX, &digits].concat()))
}

/// Creates a token and stores its hash.
///
/// # Errors
/// When the name is empty or too long, the expiry is in the past, the system provides no random bytes, or the
/// store fails.
pub async fn create(
    store: &dyn Store,
    clock: &dyn Clock,
    ids: &dyn IdSource,
    wanted: NewToken,
) -> Result<SecretString, TokenError> {
    let chars = wanted.name.chars().count();
    if !(1..=NAME_CHARS_MAX).contains(&chars) {
        return Err(TokenError::Name { chars });
    }
    let now = clock.now();
    if let Some(end) = wanted.expires_at
        && end <= now
    {
        return Err(TokenError::Expiry { end });
    }
    let secret = generate()?;
    let token = Token {
        id: ids.next_id().into(),
        name: wanted.name,
        hash: hash(secret.expose_secret()),
        actor: Actor {
            subject: ids.next_id().into(),
            role: wanted.role,
            scope: wanted.scope,
        },
        created_at: now,
        expires_at: wanted.expires_at,
        revoked_at: None,
    };
    transact(|| async {
        let mut tx = store.begin().await?;
        tx.insert_token(&token).await?;
        tx.commit().await
    })
    .await?;
    audit("create", &token);
    Ok(secret)
}

/// Finds a token by its id or a prefix of it, by its name, or by the token itself.
///
/// # Errors
/// When there is none, or several match; names those.
pub async fn find(store: &dyn Store, wanted: &str) -> Result<Token, TokenError> {
    if wanted.starts_with(TOKEN_PREFIX) {
        let found = store.fetch_token(&hash(wanted)).await?;
        // The argument may be a secret, so it isn't repeated.
        return found.ok_or_else(|| TokenError::Unknown {
            wanted: format!("{TOKEN_PREFIX}…"),
        });
    }
    let tokens = store.list_tokens().await?;
    let (named, begun): (Vec<_>, Vec<_>) = tokens
        .into_iter()
        .filter(|token| token.name == wanted || is_beginning(wanted, token))
        .partition(|token| token.name == wanted);
    // A full name takes precedence over a prefix of an id, and a token that isn't revoked over one that is.
    let found = if named.is_empty() { begun } else { named };
    let unrevoked: Vec<_> = found.iter().filter(|token| token.revoked_at.is_none()).collect();
    match (&found[..], &unrevoked[..]) {
        ([], _) => Err(TokenError::Unknown {
            wanted: wanted.to_owned(),
        }),
        ([only], _) => Ok(only.clone()),
        (_, [only]) => Ok((*only).clone()),
        (several, _) => Err(TokenError::Ambiguous {
            wanted: wanted.to_owned(),
            found: several
                .iter()
                .map(|token| format!("{} ({:?})", token.id, token.name))
                .collect::<Vec<_>>()
                .join(", "),
        }),
    }
}

/// Returns whether `wanted` is a long enough prefix of the token's id.
fn is_beginning(wanted: &str, token: &Token) -> bool {
    wanted.len() >= ID_CHARS_MIN && token.id.to_string().starts_with(&wanted.to_ascii_lowercase())
}

/// Revokes a token; a running server refuses it from its next request on.
///
/// # Errors
/// When it was revoked before, or the store fails.
pub async fn revoke(store: &dyn Store, clock: &dyn Clock, token: &Token) -> Result<(), TokenError> {
    let revoked = transact(|| async {
        let mut tx = store.begin().await?;
        let revoked = tx.update_token_revoked(token.id, clock.now()).await?;
        tx.commit().await?;
        Ok::<_, StoreError>(revoked)
    });
    if revoked.await? {
        audit("revoke", token);
        return Ok(());
    }
    Err(TokenError::Revoked {
        name: token.name.clone(),
    })
}

/// Records that a user with access to the data directory changed a token.
fn audit(action: &str, token: &Token) {
    tracing::info!(
        target: "audit",
        action,
        kind = "token",
        id = %token.id,
        token.name = token.name,
        token.subject = %token.actor.subject,
        token.role = token.actor.role.as_str(),
        subject = format!("uid {}", rustix::process::getuid().as_raw()),
        "{action} token"
    );
}

/// Parses a scope: `*`, or accounts by name or id.
///
/// # Errors
/// When there is no such account; names those that exist.
pub async fn scope(store: &dyn Store, wanted: &[String]) -> Result<AccountScope, TokenError> {
    if wanted.iter().any(|name| name == "*") {
        return Ok(AccountScope::All);
    }
    let accounts = store.list_accounts().await?;
    let find = |wanted: &String| -> Result<AccountId, TokenError> {
        let id = Uuid::try_parse(wanted).ok().map(AccountId::new);
        let found = accounts
            .iter()
            .find(|account| account.name == *wanted || Some(account.id) == id);
        found
            .map(|account| account.id)
            .ok_or_else(|| TokenError::UnknownAccount {
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
