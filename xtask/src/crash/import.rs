//! The check that a lost database can be rebuilt from the buckets.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use appkeep_launcher::backups;
use serde_json::Value;

use super::environment::{Environment, entries};
use super::round::list;
use super::server::{Server, Started};

/// Moves the database of the stopped server away, imports the buckets twice, and compares the list of backups with the
/// `expected` one. Then the database is put back.
///
/// # Errors
/// When a backup is missing, is different, or was imported twice.
pub(super) fn check(environment: &Environment, expected: &[Value]) -> Result<()> {
    let aside = environment.path().join("database");
    fs::create_dir(&aside).context("failed to create a directory")?;
    move_files(database(environment)?, &aside)?;
    let count = expected.len() as u64;
    import(environment, [count, 0])?;
    let token = environment.installation().token("acme")?;
    let server = match Server::start(environment, &token, "")? {
        Started::Ready(server) => server,
        Started::Died(termination) => bail!("the server didn't start after the import: {termination:?}"),
    };
    let imported = list(&server, &backups())?;
    server.stop()?;
    compare(expected, &imported)?;
    import(environment, [0, count])?;
    for rebuilt in database(environment)? {
        fs::remove_file(&rebuilt).with_context(|| format!("failed to remove {}", rebuilt.display()))?;
    }
    move_files(entries(&aside)?, &environment.data())?;
    fs::remove_dir(&aside).context("failed to remove a directory")
}

/// The files of the database.
fn database(environment: &Environment) -> Result<Vec<PathBuf>> {
    let mut files = entries(&environment.data())?;
    let is_database = |name: &str| name.starts_with("appkeep.sqlite3");
    files.retain(|path| {
        path.file_name()
            .is_some_and(|name| is_database(&name.to_string_lossy()))
    });
    Ok(files)
}

fn move_files(files: Vec<PathBuf>, target: &Path) -> Result<()> {
    for from in files {
        let to = target.join(from.file_name().unwrap_or_default());
        fs::rename(&from, to).with_context(|| format!("failed to move {}", from.display()))?;
    }
    Ok(())
}

/// Imports all buckets, and checks how many backups were imported and how many were known.
fn import(environment: &Environment, expected: [u64; 2]) -> Result<()> {
    let mut import = environment.installation().command();
    import.args(["bucket", "import", "--output", "json", "--data"]);
    import.arg(environment.data());
    import.arg("--config").arg(environment.installation().config());
    let output = import.output().context("failed to start the binary")?;
    let stdout = String::from_utf8_lossy(&output.stdout);
    let results: Vec<Value> = serde_json::from_str(&stdout).unwrap_or_default();
    let total = |name: &str| {
        results
            .iter()
            .filter_map(|result| result[name].as_u64())
            .sum::<u64>()
    };
    let found = [total("imported"), total("known")];
    if output.status.success() && found == expected {
        return Ok(());
    }
    bail!(
        "the import ended with {}, imported {found:?} instead of {expected:?} (new, known): {stdout} {}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    )
}

/// Compares lists of backups. The time of the last change is not stored with a backup.
fn compare(expected: &[Value], found: &[Value]) -> Result<()> {
    let comparable = |list: &[Value]| {
        let mut list = list.to_vec();
        for backup in &mut list {
            backup["metadata"]["modificationTimestamp"].take();
        }
        list
    };
    let (expected, found) = (comparable(expected), comparable(found));
    if let Some((lost, other)) = expected.iter().zip(&found).find(|(one, other)| one != other) {
        bail!("after the import, the list has {other} instead of {lost}");
    }
    if expected.len() != found.len() {
        bail!(
            "after the import, the list has {} backups instead of {}",
            found.len(),
            expected.len()
        );
    }
    Ok(())
}
