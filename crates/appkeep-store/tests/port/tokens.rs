use appkeep_core::actor::{AccountScope, Actor, Role, Token, TokenHash};
use appkeep_core::ids::TokenId;
use appkeep_core::store::StoreError;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::fixtures::{ALICE, OTHER_ACCOUNT, TEAM, at};
use crate::harness::Harness;

fn token(n: u8, role: Role, scope: AccountScope) -> Token {
    Token {
        id: TokenId::new(Uuid::from_u128(n.into())),
        name: format!("token {n} 'of' \"ålice\""),
        hash: TokenHash([n; 32]),
        actor: Actor {
            subject: ALICE,
            role,
            scope,
        },
        created_at: at(i64::from(n)),
        expires_at: None,
        revoked_at: None,
    }
}

port_tests! {
    tokens_are_read_as_written,
    second_revocation_keeps_the_first_time,
    unknown_hashes_are_not_found,
    two_tokens_never_share_a_hash,
}

async fn tokens_are_read_as_written(h: Harness) {
    let scopes = [
        AccountScope::All,
        AccountScope::These(vec![TEAM, OTHER_ACCOUNT]),
        AccountScope::These(vec![]),
        AccountScope::All,
    ];
    let mut tokens: Vec<Token> = (1..)
        .zip(Role::ALL.iter().copied())
        .zip(scopes)
        .map(|((n, role), scope)| token(n, role, scope))
        .collect();
    tokens[0].revoked_at = Some(DateTime::<Utc>::MAX_UTC);
    tokens[1].expires_at = Some(at(77));
    tokens[1].hash = TokenHash([0xff; 32]);
    tokens[2].hash = TokenHash([0; 32]);
    let mut tx = h.begin().await;
    for token in tokens.iter().rev() {
        tx.insert_token(token).await.unwrap();
    }
    tx.commit().await.unwrap();

    // Times are stored with microsecond precision.
    tokens[0].revoked_at = DateTime::from_timestamp_micros(DateTime::<Utc>::MAX_UTC.timestamp_micros());
    for token in &tokens {
        assert!(h.store.fetch_token(&token.hash).await.unwrap().as_ref() == Some(token));
    }
    assert!(h.store.list_tokens().await.unwrap() == tokens, "oldest first");
}

async fn second_revocation_keeps_the_first_time(h: Harness) {
    let (lost, kept) = (
        token(1, Role::Member, AccountScope::All),
        token(2, Role::Member, AccountScope::All),
    );
    let mut tx = h.begin().await;
    for token in [&lost, &kept] {
        tx.insert_token(token).await.unwrap();
    }
    assert!(tx.update_token_revoked(lost.id, at(5)).await.unwrap());
    assert!(!tx.update_token_revoked(lost.id, at(6)).await.unwrap());
    let unknown = TokenId::new(Uuid::from_u128(9));
    assert!(!tx.update_token_revoked(unknown, at(6)).await.unwrap());
    tx.commit().await.unwrap();
    let found = h.store.fetch_token(&lost.hash).await.unwrap().unwrap();
    assert_eq!(found.revoked_at, Some(at(5)), "the first time counts");
    assert!(!found.is_valid(at(4)), "clocks may differ");
    let found = h.store.fetch_token(&kept.hash).await.unwrap().unwrap();
    assert!(found == kept);
}

#[test]
fn a_token_is_valid_until_it_ends() {
    let mut token = token(1, Role::Member, AccountScope::All);
    assert!(token.is_valid(DateTime::<Utc>::MAX_UTC));
    token.expires_at = Some(at(7));
    assert!(token.is_valid(at(6)));
    assert!(!token.is_valid(at(7)));
}

async fn unknown_hashes_are_not_found(h: Harness) {
    assert!(h.store.fetch_token(&TokenHash([7; 32])).await.unwrap().is_none());
}

async fn two_tokens_never_share_a_hash(h: Harness) {
    let first = token(1, Role::Viewer, AccountScope::All);
    let mut same = token(2, Role::Owner, AccountScope::All);
    same.hash = first.hash;
    let mut tx = h.begin().await;
    tx.insert_token(&first).await.unwrap();
    assert!(matches!(tx.insert_token(&same).await, Err(StoreError::Broken(_))));
}
