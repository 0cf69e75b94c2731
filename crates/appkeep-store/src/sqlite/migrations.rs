//! The schema's history. A migration is a file in `migrations/` and a line here; neither is ever changed
//! once it was released, because what is stored remembers its checksum.

use appkeep_core::store::StoreError;
use sqlx::migrate::{AppliedMigration, Migrate, MigrateError, Migration, MigrationType};
use sqlx::{Connection, SqlStr, SqliteConnection};

use super::errors::store_error;

macro_rules! migrations {
    ($($version:literal $name:literal),* $(,)?) => {
        [$(($version, $name, include_str!(concat!("../../migrations/sqlite/", $name, ".sql")))),*]
    };
}

/// Number, name and text of each migration, the oldest first.
const MIGRATIONS: [(i64, &str, &str); 13] = migrations! {
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
};

/// The table in which the database remembers which migrations it has seen.
const TABLE: &str = "_sqlx_migrations";

/// Brings the schema up to date, in one transaction: all of it or nothing, and one process at a time.
///
/// # Errors
/// When the schema is newer than this program, when it isn't ours, or when the database fails.
pub(super) async fn run(writer: &mut SqliteConnection) -> Result<(), StoreError> {
    // SQLite's own lock on writing is what makes a second process wait here.
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await.map_err(store_error)?;
    tx.ensure_migrations_table(TABLE).await.map_err(migrate_error)?;
    let applied = tx.list_applied_migrations(TABLE).await.map_err(migrate_error)?;
    let known = MIGRATIONS.map(|(version, name, sql)| {
        Migration::new(
            version,
            name.into(),
            MigrationType::Simple,
            SqlStr::from_static(sql),
            false,
        )
    });
    for (at, applied) in applied.iter().enumerate() {
        check_history(applied, known.get(at))?;
    }
    for migration in known.iter().skip(applied.len()) {
        tx.apply(TABLE, migration).await.map_err(migrate_error)?;
        tracing::info!(migration = %migration.description, "schema migrated");
    }
    tx.commit().await.map_err(store_error)
}

/// Whether the database has seen what this program would have done to it.
fn check_history(applied: &AppliedMigration, known: Option<&Migration>) -> Result<(), StoreError> {
    let Some(known) = known else {
        return Err(StoreError::Broken(format!(
            "the database was written by a newer appkeep: this one knows its schema up to number {}, but it \
             has number {}",
            MIGRATIONS.len(),
            applied.version
        )));
    };
    if applied.version != known.version || applied.checksum != known.checksum {
        return Err(StoreError::Broken(format!(
            "the database's schema is not as expected: its number {} is not this program's {}",
            applied.version, known.description
        )));
    }
    Ok(())
}

fn migrate_error(error: MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => store_error(error),
        error => StoreError::Broken(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::MIGRATIONS;

    #[test]
    fn every_migration_file_is_run_in_the_order_of_its_number() {
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
