//! Tokens, without their secrets.

use appkeep_core::actor::{Actor, Role, Token, TokenHash};
use appkeep_core::ids::TokenId;
use appkeep_core::store::{ListAsk, ListFound, StoreError};
use chrono::{DateTime, Utc};
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;

use super::errors::store_error;
use super::rows::{Row, json, micros};
use super::versions::{self, Statements};

pub(super) async fn insert(conn: &mut SqliteConnection, token: &Token) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO tokens (id, name, hash, subject, role, scope, created_micros, revoked_micros, \
         expires_micros) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(token.id.to_string())
    .bind(&token.name)
    .bind(token.hash.0.as_slice())
    .bind(token.actor.subject.to_string())
    .bind(token.actor.role.as_str())
    .bind(json("a token's scope", &token.actor.scope)?)
    .bind(micros(token.created_at))
    .bind(token.revoked_at.map(micros))
    .bind(token.expires_at.map(micros))
    .execute(conn)
    .await
    .map_err(store_error)?;
    Ok(())
}

pub(super) async fn update_revoked(
    conn: &mut SqliteConnection,
    id: TokenId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let revoked =
        sqlx::query("UPDATE tokens SET revoked_micros = $2 WHERE id = $1 AND revoked_micros IS NULL")
            .bind(id.to_string())
            .bind(micros(now))
            .execute(conn)
            .await
            .map_err(store_error)?;
    Ok(revoked.rows_affected() == 1)
}

pub(super) async fn fetch(
    conn: &mut SqliteConnection,
    hash: &TokenHash,
) -> Result<Option<Token>, StoreError> {
    let row = sqlx::query("SELECT * FROM tokens WHERE hash = $1")
        .bind(hash.0.as_slice())
        .fetch_optional(conn)
        .await
        .map_err(store_error)?;
    row.as_ref().map(token).transpose()
}

pub(super) async fn fetch_with_list(
    conn: &mut SqliteConnection,
    hash: &TokenHash,
    statements: &Statements,
    ask: &ListAsk,
) -> Result<Option<(Token, ListFound)>, StoreError> {
    let Some(row) = versions::list_with_token(conn, statements, ask, hash).await? else {
        return Ok(None);
    };
    let found = ListFound {
        ask: *ask,
        has_app: Row::new("tokens", &row).value("has_app")?,
        versions: versions::read(&row)?,
    };
    Ok(Some((token(&row)?, found)))
}

pub(super) async fn list(conn: &mut SqliteConnection) -> Result<Vec<Token>, StoreError> {
    let rows = sqlx::query("SELECT * FROM tokens ORDER BY created_micros, id")
        .fetch_all(conn)
        .await
        .map_err(store_error)?;
    rows.iter().map(token).collect()
}

fn token(row: &SqliteRow) -> Result<Token, StoreError> {
    let row = Row::new("tokens", row);
    let hash: Vec<u8> = row.value("hash")?;
    let hash = hash
        .try_into()
        .map_err(|_| StoreError::Broken("tokens.hash can't be read: not 32 bytes".to_owned()))?;
    Ok(Token {
        id: row.id("id")?,
        name: row.value("name")?,
        hash: TokenHash(hash),
        actor: Actor {
            subject: row.id("subject")?,
            role: row.word("role", Role::from_word)?,
            scope: row.json("scope")?,
        },
        created_at: row.time("created_micros")?,
        expires_at: row.optional_time("expires_micros")?,
        revoked_at: row.optional_time("revoked_micros")?,
    })
}
