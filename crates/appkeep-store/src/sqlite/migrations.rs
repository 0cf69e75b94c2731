//! The migrations of the schema. A migration is a file in `migrations/` and a line here. Neither may change after its
//! release, because databases store its checksum.

use appkeep_core::store::StoreError;
use rusqlite::{Connection, TransactionBehavior, params};
use sha2::{Digest, Sha384};

use super::errors::store_error;

macro_rules! migrations {
    ($($version:literal $name:literal),* $(,)?) => {
        [$(($version, $name, include_str!(concat!("../../migrations/sqlite/", $name, ".sql")))),*]
    };
}

/// Number, name and text of each migration, the oldest first.
const MIGRATIONS: [(i64, &str, &str); 19] = migrations! {
    1 "0001_create_catalog",
    2 "0002_create_tokens",
    3 "0003_create_app_backups",
    4 "0004_create_app_snaps",
    5 "0005_create_jobs",
    6 "0006_limit_backups",
    7 "0007_create_schedules",
    8 "0008_add_app_options",
    9 "0009_create_app_restores",
    10 "0010_add_app_times",
    11 "0011_add_token_end",
    12 "0012_add_job_correlation",
    13 "0013_add_declared_times",
    14 "0014_bound_queue",
    15 "0015_bound_reads",
    16 "0016_order_restores_by_insertion",
    17 "0017_add_interrupted_restores",
    18 "0018_add_bucket_troubles",
    19 "0019_add_job_step_key",
};

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
    for (at, (version, checksum)) in applied.iter().enumerate() {
        check_history(*version, checksum, MIGRATIONS.get(at))?;
    }
    for (version, name, sql) in MIGRATIONS.into_iter().skip(applied.len()) {
        tx.execute_batch(sql).map_err(store_error)?;
        tx.execute(INSERT_APPLIED, params![version, name, checksum(sql)])
            .map_err(store_error)?;
        tracing::info!(migration = name, "schema migrated");
    }
    tx.commit().map_err(store_error)
}

fn list_applied(connection: &Connection) -> rusqlite::Result<Vec<(i64, Vec<u8>)>> {
    let mut statement = connection.prepare(LIST_APPLIED)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

fn checksum(sql: &str) -> Vec<u8> {
    Sha384::digest(sql).to_vec()
}

/// Checks that the applied migration is the one that this program has at the same position.
fn check_history(
    version: i64,
    applied_checksum: &[u8],
    known: Option<&(i64, &str, &str)>,
) -> Result<(), StoreError> {
    let Some((known_version, name, sql)) = known else {
        return Err(StoreError::Broken(format!(
            "the database was written by a newer version of appkeep: its schema \
             version is {version}, and this version supports up to {}",
            MIGRATIONS.len()
        )));
    };
    if version != *known_version || applied_checksum != checksum(sql) {
        return Err(StoreError::Broken(format!(
            "the database's schema was changed: migration {version} is not {name} of this version of appkeep"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::MIGRATIONS;

    #[test]
    fn migrations_run_in_the_order_of_their_numbers() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let listed: Vec<String> = MIGRATIONS
            .iter()
            .map(|(_, name, _)| format!("{name}.sql"))
            .collect();
        assert_eq!(files, listed);
        for (at, (version, name, _)) in (1..).zip(MIGRATIONS) {
            assert_eq!(version, at);
            assert!(name.starts_with(&format!("{version:04}_")), "{name}");
        }
    }
}
