//! Authentication of requests by bearer token.

use appkeep_core::actor::OpContext;
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

/// Returns the context of a request, from its `Authorization` header.
///
/// The token is looked up by its SHA-256 and is never compared itself. The duration of the look-up may reveal
/// how many leading bytes of the hash match a stored one. That does not help an attacker: another hash can
/// only be reached by trying tokens at random, and even a fully known hash does not lead to a token of 256
/// random bits. Nothing is cached between requests, so a token is invalid as soon as it is revoked or
/// expires.
pub(crate) async fn authenticate(
    store: &dyn Store,
    headers: &HeaderMap,
    now: DateTime<Utc>,
) -> Result<OpContext, Unauthenticated> {
    let hash = tokens::hash(bearer(headers).ok_or(Unauthenticated::Missing)?);
    let found = store.fetch_token(&hash).await.map_err(Unauthenticated::Store)?;
    match found {
        Some(token) if token.is_valid(now) => Ok(OpContext {
            token_name: Some(token.name),
            ..OpContext::new(token.actor)
        }),
        _ => Err(Unauthenticated::Unknown),
    }
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
