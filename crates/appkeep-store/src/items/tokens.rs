//! Tokens, without their secrets.

use appkeep_core::actor::{Actor, Token, TokenHash};
use appkeep_core::store::StoreError;

use crate::rows::Row;

pub(crate) fn token(row: &impl Row) -> Result<Token, StoreError> {
    let hash = row.bytes("hash")?;
    let hash = hash
        .try_into()
        .map_err(|_| row.unreadable("hash", "not 32 bytes"))?;
    Ok(Token {
        id: row.id("id")?,
        name: row.string("name")?,
        hash: TokenHash(hash),
        actor: Actor {
            subject: row.id("subject")?,
            role: row.word("role")?,
            scope: row.json("scope")?,
        },
        created_at: row.time("created_micros")?,
        expires_at: row.optional_time("expires_micros")?,
        revoked_at: row.optional_time("revoked_micros")?,
    })
}
