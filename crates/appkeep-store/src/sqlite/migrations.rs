//! Applying migrations.

use appkeep_core::store::StoreError;
use rusqlite::{Connection, TransactionBehavior, params};

use super::errors::store_error;
use crate::migrations::{self, SQLITE, checksum};

/// The table of applied migrations. Its name, its columns and its checksums (SHA-384 of a migration's text) are those
/// of sqlx, which earlier versions used.
const CREATE_TABLE: &str = "\
    CREATE TABLE IF NOT EXISTS _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL, \
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL, \
    checksum BLOB NOT NULL, execution_time BIGINT NOT NULL)";

const LIST_APPLIED: &str = "SELECT version, checksum FROM _sqlx_migrations ORDER BY version";

const INSERT_APPLIED: &str = "\
    INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
    VALUES (?1, ?2, TRUE, ?3, 0)";

/// Migrates the schema in one transaction, so that one process at a time applies either all migrations or none.
///
/// # Errors
/// When the schema is newer than this program or unknown, or when the database fails.
pub(super) fn run(connection: &mut Connection) -> Result<(), StoreError> {
    // Other processes wait here for SQLite's write lock.
    let tx = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(store_error)?;
    tx.execute_batch(CREATE_TABLE).map_err(store_error)?;
    let applied = list_applied(&tx).map_err(store_error)?;
    for (version, name, sql) in migrations::missing(&SQLITE, &applied)? {
        tx.execute_batch(sql).map_err(store_error)?;
        tx.execute(INSERT_APPLIED, params![version, name, checksum(sql)])
            .map_err(store_error)?;
        tracing::info!(migration = name, "schema migrated");
    }
    tx.commit().map_err(store_error)
}

/// The version and the checksum of each applied migration.
pub(crate) fn list_applied(connection: &Connection) -> rusqlite::Result<Vec<(i64, Vec<u8>)>> {
    let mut statement = connection.prepare(LIST_APPLIED)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}
