//! Locks that hold until the end of a transaction, on all servers.

use appkeep_core::store::StoreError;
use sqlx_postgres::PgConnection;

use super::db::{self, params};
use crate::statements::Statement;

/// The first key of all locks of this program; other programs may use the same database.
const PROGRAM: i32 = i32::from_be_bytes(*b"appk");

/// The second key of each lock.
const MIGRATE: i32 = 1;
const CLAIM: i32 = 2;
const REGISTER: i32 = 3;

/// Waits until no other server writes.
pub(crate) const WRITES: &str = "LOCK TABLE write_lock IN EXCLUSIVE MODE";

const LOCK: Statement = Statement {
    table: "pg_locks",
    sql: "SELECT pg_advisory_xact_lock($1, $2)",
};

/// Waits until no other server migrates the schema.
pub(super) async fn migrate(db: &mut PgConnection) -> Result<(), StoreError> {
    lock(db, MIGRATE).await
}

/// Waits until no other worker claims a job.
pub(super) async fn claim(db: &mut PgConnection) -> Result<(), StoreError> {
    lock(db, CLAIM).await
}

/// Waits until no other server registers itself.
pub(super) async fn register(db: &mut PgConnection) -> Result<(), StoreError> {
    lock(db, REGISTER).await
}

async fn lock(db: &mut PgConnection, key: i32) -> Result<(), StoreError> {
    db::execute(db, LOCK, params![PROGRAM, key]).await?;
    Ok(())
}
