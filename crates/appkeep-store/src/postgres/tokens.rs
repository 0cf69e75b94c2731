//! Tokens, without their secrets.

use appkeep_core::actor::{Token, TokenHash};
use appkeep_core::ids::TokenId;
use appkeep_core::store::StoreError;
use chrono::{DateTime, Utc};
use sqlx_postgres::PgConnection;

use super::db::{self, params};
use crate::items::tokens::token;
use crate::rows::{json, micros};
use crate::statements::statements;

macro_rules! select {
    ($which:literal) => {
        concat!(
            "SELECT id, name, hash, subject, role, scope, created_micros, expires_micros, revoked_micros FROM tokens ",
            $which
        )
    };
}

statements! {
    INSERT("tokens") = "INSERT INTO tokens (id, name, hash, subject, role, scope, created_micros, revoked_micros, \
         expires_micros) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    REVOKE("tokens") = "UPDATE tokens SET revoked_micros = $2 WHERE id = $1 AND revoked_micros IS NULL";
    FETCH("tokens") = select!("WHERE hash = $1");
    LIST("tokens") = select!("ORDER BY created_micros, id");
}

pub(super) async fn insert(db: &mut PgConnection, token: &Token) -> Result<(), StoreError> {
    let params = params![
        token.id.as_uuid(),
        &token.name,
        token.hash.0.as_slice(),
        token.actor.subject.as_uuid(),
        token.actor.role.as_str(),
        json("a token's scope", &token.actor.scope)?,
        micros(token.created_at),
        token.revoked_at.map(micros),
        token.expires_at.map(micros)
    ];
    db::execute(db, INSERT, params).await?;
    Ok(())
}

pub(super) async fn update_revoked(
    db: &mut PgConnection,
    id: TokenId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let revoked = db::execute(db, REVOKE, params![id.as_uuid(), micros(now)]).await?;
    Ok(revoked == 1)
}

pub(super) async fn fetch(db: &mut PgConnection, hash: &TokenHash) -> Result<Option<Token>, StoreError> {
    db::fetch(db, FETCH, params![hash.0.as_slice()], |row| token(row)).await
}

pub(super) async fn list(db: &mut PgConnection) -> Result<Vec<Token>, StoreError> {
    db::list(db, LIST, params![], |row| token(row)).await
}
