//! From a bearer token to whom it stands for.

use appkeep_core::actor::OpContext;
use appkeep_core::store::{Store, StoreError};
use chrono::{DateTime, Utc};
use http::HeaderMap;
use http::header::AUTHORIZATION;

use crate::tokens;

/// Why a request comes from nobody.
#[derive(Debug)]
pub(crate) enum Unauthenticated {
    /// It carries no bearer token.
    Missing,
    /// Its token is unknown, revoked or over.
    Unknown,
    /// Whether its token is known could not be found out.
    Store(StoreError),
}

/// The context of a request, from its `Authorization` header.
///
/// The token is looked up by its SHA-256, never compared itself. How long the look-up takes may tell how much of that
/// hash begins like a stored one, and that is of no use: who wants another beginning has to try tokens at random,
/// and a stored hash that is known in full leads to no token of 256 random bits. Nothing is remembered
/// from one request to the next, so a token is invalid from the moment that it is revoked or expires.
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
        // Whoever stands before us may have looked at another one.
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
    fn only_a_bearer_token_counts() {
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
