//! From a bearer token to whom it stands for.

use appkeep_core::actor::OpContext;
use appkeep_core::store::{ListAsk, Store, StoreError};
use http::HeaderMap;
use http::header::AUTHORIZATION;

use crate::tokens;

/// Why a request comes from nobody.
#[derive(Debug)]
pub(crate) enum Unauthenticated {
    /// It carries no bearer token.
    Missing,
    /// Its token is unknown or revoked.
    Unknown,
    /// Whether its token is known could not be found out.
    Store(StoreError),
}

/// The context of a request, from its `Authorization` header.
///
/// The token is looked up by its hash, so that how long that takes tells nothing about other tokens. What is
/// asked about a list is read along with it.
pub(crate) async fn authenticate(
    store: &dyn Store,
    headers: &HeaderMap,
    list: Option<ListAsk>,
) -> Result<OpContext, Unauthenticated> {
    let hash = tokens::hash(bearer(headers).ok_or(Unauthenticated::Missing)?);
    let found = match list {
        None => {
            let token = store.fetch_token(&hash).await;
            token.map(|token| token.map(|token| (token, None)))
        }
        Some(ask) => {
            let both = store.fetch_token_with_list(&hash, &ask).await;
            both.map(|both| both.map(|(token, list)| (token, Some(list))))
        }
    };
    match found.map_err(Unauthenticated::Store)? {
        Some((token, list_found)) if token.revoked_at.is_none() => Ok(OpContext {
            actor: token.actor,
            list_found,
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
