//! Applying migrations.

use appkeep_core::store::StoreError;
use sqlx_core::connection::Connection as _;
use sqlx_core::executor::Executor as _;
use sqlx_postgres::{PgConnection, PgTransaction};

use super::db::{self, params};
use super::errors::store_error;
use super::locks;
use crate::migrations::{self, POSTGRES, checksum};
use crate::rows::Row as _;
use crate::statements::Statement;

/// Waiting for another server that migrates is limited by `statement_timeout`.
const BEGIN: &str = "BEGIN; SET LOCAL lock_timeout = 0";

/// Users that aren't permitted to create tables can use a migrated database.
const IS_CREATED: Statement = statement("SELECT to_regclass('applied_migrations') IS NOT NULL AS is_created");
const CREATE_TABLE: Statement = statement(
    "CREATE TABLE applied_migrations (version BIGINT NOT NULL PRIMARY KEY, \
     name TEXT NOT NULL, checksum BYTEA NOT NULL, applied_at TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP)",
);
const LIST_APPLIED: Statement =
    statement("SELECT version, checksum FROM applied_migrations ORDER BY version");
/// The first migrations had no such table.
const HAS_WRITE_LOCK: Statement = statement("SELECT to_regclass('write_lock') IS NOT NULL AS has_write_lock");
const LOCK_WRITES: Statement = statement(locks::WRITES);
const INSERT_APPLIED: Statement =
    statement("INSERT INTO applied_migrations (version, name, checksum) VALUES ($1, $2, $3)");

const fn statement(sql: &'static str) -> Statement {
    let table = "applied_migrations";
    Statement { table, sql }
}

/// Checks that the schema is that of this program, and changes nothing.
///
/// # Errors
/// When the schema is older, newer or unknown, or when the database fails.
pub(super) async fn check(connection: &mut PgConnection) -> Result<(), StoreError> {
    let is_created = db::fetch_one(connection, IS_CREATED, params![], |row| row.flag("is_created"));
    let applied = if is_created.await? {
        list_applied(connection).await?
    } else {
        Vec::new()
    };
    migrations::check_current(&POSTGRES, &applied)
}

/// Migrates the schema in one transaction, so that one server at a time applies either all migrations or none.
///
/// # Errors
/// When the schema is newer than this program or unknown, or when the database fails.
pub(super) async fn run(connection: &mut PgConnection) -> Result<(), StoreError> {
    let tx = begin(connection).await?;
    tx.commit().await.map_err(store_error)
}

/// Begins a transaction, and migrates the schema in it.
///
/// # Errors
/// Those of [`run`].
pub(crate) async fn begin(connection: &mut PgConnection) -> Result<PgTransaction<'_>, StoreError> {
    let mut tx = connection.begin_with(BEGIN).await.map_err(store_error)?;
    locks::migrate(&mut tx).await?;
    let is_created = db::fetch_one(&mut tx, IS_CREATED, params![], |row| row.flag("is_created"));
    if !is_created.await? {
        db::execute(&mut tx, CREATE_TABLE, params![]).await?;
    }
    let applied = list_applied(&mut tx).await?;
    let missing = migrations::missing(&POSTGRES, &applied)?;
    if !missing.is_empty() {
        lock_writes(&mut tx).await?;
    }
    for (version, name, sql) in missing {
        tx.execute(sqlx_core::raw_sql::raw_sql(*sql))
            .await
            .map_err(store_error)?;
        let params = params![version, name, checksum(sql)];
        db::execute(&mut tx, INSERT_APPLIED, params).await?;
        tracing::info!(migration = name, "schema migrated");
    }
    Ok(tx)
}

/// Waits until no server of the previous version writes, before tables are locked that its transaction may use.
async fn lock_writes(tx: &mut PgConnection) -> Result<(), StoreError> {
    let exists = db::fetch_one(tx, HAS_WRITE_LOCK, params![], |row| row.flag("has_write_lock"));
    if exists.await? {
        db::execute(tx, LOCK_WRITES, params![]).await?;
    }
    Ok(())
}

async fn list_applied(db: &mut PgConnection) -> Result<Vec<(i64, Vec<u8>)>, StoreError> {
    db::list(db, LIST_APPLIED, params![], |row| {
        Ok((row.integer("version")?, row.bytes("checksum")?.to_owned()))
    })
    .await
}
