//! Test writes, which are rolled back.

use appkeep_core::store::StoreError;
use sqlx_postgres::PgConnection;

use super::db::{self, params};
use crate::statements::statements;

statements! {
    /// Each connection writes its own row, so that servers don't wait for each other.
    INSERT("trial_writes") = "INSERT INTO trial_writes (id, content) VALUES (pg_backend_pid(), 'trial')";
}

/// Writes a row, within a transaction that the caller rolls back. This fails if the database is read-only, for example
/// because the server is a standby.
pub(super) async fn write(db: &mut PgConnection) -> Result<(), StoreError> {
    db::execute(db, INSERT, params![]).await?;
    Ok(())
}
