//! Authentication of requests by bearer token.

use std::sync::Arc;

use appkeep_core::actor::{Actor, OpContext, TokenHash};
use appkeep_core::store::{Store, StoreError};
use chrono::{DateTime, Utc};
use http::HeaderMap;
use http::header::AUTHORIZATION;

use crate::admin::tokens;

/// The reason why a request isn't authenticated.
#[derive(Debug)]
pub(crate) enum Unauthenticated {
    /// The request carries no bearer token.
    Missing,
    /// The token is unknown, revoked or expired.
    Unknown,
    /// The token could not be looked up.
    Store(StoreError),
}

/// The tokens that requests are authenticated with.
pub(crate) enum Tokens {
    /// Those in a store.
    Stored(Arc<dyn Store>),
    /// One that is valid in this process only, and its actor.
    Temporary(TokenHash, Actor),
}

impl Tokens {
    /// Finds the context that a valid token grants.
    async fn find(&self, hash: &TokenHash, now: DateTime<Utc>) -> Result<Option<OpContext>, StoreError> {
        match self {
            Self::Stored(store) => {
                let token = store.fetch_token(hash).await?;
                Ok(token.filter(|token| token.is_valid(now)).map(|token| OpContext {
                    token_name: Some(token.name),
                    ..OpContext::new(token.actor)
                }))
            }
            Self::Temporary(only, actor) => Ok((only == hash).then(|| OpContext::new(actor.clone()))),
        }
    }
}

/// Returns the context of a request, from its `Authorization` header.
///
/// The token is looked up by its SHA-256 and is never compared itself. The duration of the look-up may reveal
/// how many leading bytes of the hash match a stored one. That does not help an attacker: another hash can
/// only be reached by trying tokens at random, and even a fully known hash does not lead to a token of 256
/// random bits. Nothing is cached between requests, so a token is invalid as soon as it is revoked or
/// expires.
pub(crate) async fn authenticate(
    tokens: &Tokens,
    headers: &HeaderMap,
    now: DateTime<Utc>,
) -> Result<OpContext, Unauthenticated> {
    let hash = tokens::hash(bearer(headers).ok_or(Unauthenticated::Missing)?);
    let found = tokens.find(&hash, now).await.map_err(Unauthenticated::Store)?;
    found.ok_or(Unauthenticated::Unknown)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut given = headers.get_all(AUTHORIZATION).iter();
    let (Some(only), None) = (given.next(), given.next()) else {
        // With several headers, a proxy in front of the server may have checked a different one.
        return None;
    };
    let (scheme, token) = only.to_str().ok()?.trim().split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bearer_tokens_are_accepted() {
        let token = |value: &str| {
            let headers = HeaderMap::from_iter([(AUTHORIZATION, value.parse().unwrap())]);
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(token("Bearer abc").as_deref(), Some("abc"));
        assert_eq!(token("bearer  abc ").as_deref(), Some("abc"));
        for other in ["Bearer", "Bearer ", "Basic abc", "abc", ""] {
            assert_eq!(token(other), None, "{other}");
        }
        assert_eq!(bearer(&HeaderMap::new()), None);
        let mut two = HeaderMap::new();
        two.append(AUTHORIZATION, "Bearer abc".parse().unwrap());
        two.append(AUTHORIZATION, "Bearer abc".parse().unwrap());
        assert_eq!(bearer(&two), None);
    }
}
