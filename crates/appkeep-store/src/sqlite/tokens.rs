//! Tokens, without their secrets.

use appkeep_core::actor::{Token, TokenHash};
use appkeep_core::ids::TokenId;
use appkeep_core::store::StoreError;
use chrono::{DateTime, Utc};
use rusqlite::params;

use super::db::Db;
use crate::items::tokens::token;
use crate::rows::{json, micros};
use crate::statements::statements;

statements! {
    INSERT("tokens") = "INSERT INTO tokens (id, name, hash, subject, role, scope, created_micros, revoked_micros, \
         expires_micros) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    REVOKE("tokens") = "UPDATE tokens SET revoked_micros = ?2 WHERE id = ?1 AND revoked_micros IS NULL";
    FETCH("tokens") = "SELECT * FROM tokens WHERE hash = ?1";
    LIST("tokens") = "SELECT * FROM tokens ORDER BY created_micros, id";
}

pub(super) fn insert(db: &Db, token: &Token) -> Result<(), StoreError> {
    db.execute(
        INSERT,
        params![
            token.id.to_string(),
            &token.name,
            token.hash.0.as_slice(),
            token.actor.subject.to_string(),
            token.actor.role.as_str(),
            json("a token's scope", &token.actor.scope)?,
            micros(token.created_at),
            token.revoked_at.map(micros),
            token.expires_at.map(micros)
        ],
    )?;
    Ok(())
}

pub(super) fn update_revoked(db: &Db, id: TokenId, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let revoked = db.execute(REVOKE, params![id.to_string(), micros(now)])?;
    Ok(revoked == 1)
}

pub(super) fn fetch(db: &Db, hash: &TokenHash) -> Result<Option<Token>, StoreError> {
    db.fetch(FETCH, params![hash.0.as_slice()], |row| token(row))
}

pub(super) fn list(db: &Db) -> Result<Vec<Token>, StoreError> {
    db.list(LIST, [], |row| token(row))
}
