//! The migrations of the schema. A migration is a file in `migrations/` for each database, and a line here. Released
//! ones never change, because databases store their checksums.

use appkeep_core::store::StoreError;
use sha2::{Digest, Sha384};

/// A migration: its number, its name, and its text for one database.
pub(crate) type Migration = (i64, &'static str, &'static str);

/// The number of migrations.
pub(crate) const MIGRATIONS: usize = 32;

macro_rules! files {
    ($database:literal: $($version:literal $name:literal),* $(,)?) => {
        [$(($version, $name, include_str!(concat!("../migrations/", $database, "/", $name, ".sql")))),*]
    };
}

macro_rules! migrations {
    ($database:literal) => {
        files! {
            $database:
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
            20 "0020_create_servers",
            21 "0021_create_repository_keys",
            22 "0022_create_node_declarations",
            23 "0023_create_bucket_checks",
            24 "0024_bound_writes",
            25 "0025_add_bucket_features",
            26 "0026_add_restore_node",
            27 "0027_create_backup_results",
            28 "0028_add_restore_targets",
            29 "0029_add_api_schedules",
            30 "0030_create_notifications",
            31 "0031_add_bucket_measurement",
            32 "0032_bound_summaries",
        }
    };
}

/// The migrations for SQLite, the oldest first.
pub(crate) const SQLITE: [Migration; MIGRATIONS] = migrations!("sqlite");

/// The migrations for PostgreSQL, the oldest first.
pub(crate) const POSTGRES: [Migration; MIGRATIONS] = migrations!("postgres");

/// Checks that `applied`, the version and the checksum of each applied migration, are the first of `migrations`.
/// Returns the missing ones.
///
/// # Errors
/// When the schema is newer than this program, or was changed.
pub(crate) fn missing<'m>(
    migrations: &'m [Migration],
    applied: &[(i64, Vec<u8>)],
) -> Result<&'m [Migration], StoreError> {
    for (at, (version, checksum)) in applied.iter().enumerate() {
        check_history(*version, checksum, migrations.get(at))?;
    }
    Ok(&migrations[applied.len()..])
}

/// Checks that all `migrations` are `applied`.
///
/// # Errors
/// Those of [`missing`]; also when migrations are missing.
pub(crate) fn check_current(migrations: &[Migration], applied: &[(i64, Vec<u8>)]) -> Result<(), StoreError> {
    if missing(migrations, applied)?.is_empty() {
        return Ok(());
    }
    let version = applied.last().map_or(0, |(version, _)| *version);
    Err(StoreError::Broken(format!(
        "the schema of the database is older than this version of appkeep: its version is {version}, expected {}. \
         Start a server of this version first, which migrates it",
        newest(migrations)
    )))
}

/// The newest version of the schema.
fn newest(migrations: &[Migration]) -> i64 {
    migrations.last().map_or(0, |(version, ..)| *version)
}

/// Checks that the applied migration is the one that this program has at the same position.
fn check_history(version: i64, applied_checksum: &[u8], known: Option<&Migration>) -> Result<(), StoreError> {
    let Some((known_version, name, sql)) = known else {
        return Err(StoreError::Broken(format!(
            "the database was written by a newer version of appkeep: its schema \
             version is {version}, and this version supports up to {}",
            newest(&SQLITE)
        )));
    };
    if version != *known_version || applied_checksum != checksum(sql) {
        return Err(StoreError::Broken(format!(
            "the database's schema was changed: migration {version} is not {name} of this version of appkeep"
        )));
    }
    Ok(())
}

/// The checksum that is stored with an applied migration.
pub(crate) fn checksum(sql: &str) -> Vec<u8> {
    Sha384::digest(sql).to_vec()
}

#[cfg(test)]
mod tests {
    use super::{POSTGRES, SQLITE};

    #[test]
    fn migrations_run_in_the_order_of_their_numbers() {
        for (database, migrations) in [("sqlite", SQLITE), ("postgres", POSTGRES)] {
            let folder = format!("{}/migrations/{database}", env!("CARGO_MANIFEST_DIR"));
            let mut files: Vec<String> = std::fs::read_dir(folder)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            files.sort();
            let listed: Vec<String> = migrations
                .iter()
                .map(|(_, name, _)| format!("{name}.sql"))
                .collect();
            assert_eq!(files, listed);
            assert!(migrations.is_sorted_by(|(one, ..), (next, ..)| one < next));
            for (version, name, _) in migrations {
                assert!(name.starts_with(&format!("{version:04}_")), "{name}");
            }
        }
    }
}
