//! `appkeep store copy`

use std::fs;
use std::process::{Command, Output};
use std::sync::OnceLock;

use appkeep_launcher::{CONFIG, Installation, eventually, postgres_url};

use crate::program::{appkeep, installation, only_error_line, started, stdout};

/// The URL of a new schema of the test database.
fn target() -> String {
    static NAME: OnceLock<String> = OnceLock::new();
    let name = NAME.get_or_init(|| format!("copy_{}", std::process::id()));
    psql(&format!(
        "DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}"
    ));
    let separator = if postgres_url().contains('?') { '&' } else { '?' };
    format!("{}{separator}options[search_path]={name}", postgres_url())
}

fn psql(statement: &str) -> String {
    let mut psql = Command::new("psql");
    psql.args([
        postgres_url(),
        "--no-psqlrc",
        "--quiet",
        "--tuples-only",
        "--no-align",
        "-v",
        "ON_ERROR_STOP=1",
    ]);
    let output = psql.args(["-c", statement]).output().expect("psql runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    stdout(&output).trim().to_owned()
}

fn source(installation: &Installation) -> String {
    format!("sqlite:{}/appkeep.sqlite3", installation.data().display())
}

fn copy(from: &str, to: &str) -> Output {
    let mut copy = appkeep();
    copy.args(["store", "copy", "--from", from])
        .env("APPKEEP_STORE_TO", to);
    copy.output().expect("it runs")
}

#[test]
fn the_database_of_a_stopped_server_is_copied_to_postgres() {
    let (installation, server, token) = started();
    let path = server.create_backup(&token).expect("a backup");
    server.wait_for(&token, &path, &["completed"]);
    let (from, to) = (source(&installation), target());
    let running = only_error_line(&copy(&from, &to));
    assert!(running.contains("is in use by another server"), "{running}");
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));

    let copied = copy(&from, &to);
    let (lines, next) = (stdout(&copied), String::from_utf8(copied.stderr.clone()).unwrap());
    assert_eq!(copied.status.code(), Some(0), "{next}");
    for line in [
        " 2  accounts",
        " 1  app_backups",
        " 1  tokens",
        "tables, copied and compared",
    ] {
        assert!(lines.contains(line), "no {line:?} in\n{lines}");
    }
    assert!(next.starts_with("next: set `url` in `[store]`"), "{next}");
    let schema = to.rsplit('=').next().unwrap();
    let id = psql(&format!(
        "SELECT id FROM {schema}.app_backups WHERE state = 'completed'"
    ));
    assert!(path.ends_with(&id), "{path}: {id}");

    let again = only_error_line(&copy(&from, &to));
    assert!(
        again.contains("the target is not empty: table accounts has rows"),
        "{again}"
    );

    // The server continues on PostgreSQL, with the same master key and the same buckets.
    let data = installation.data();
    fs::rename(data.join("appkeep.sqlite3"), data.join("migrated.sqlite3")).unwrap();
    let tables = format!("[store]\nurl = \"{to}\"\n[keys]\nfile = \"data/keys/master.key\"\n");
    installation
        .write_config(&[tables.as_str(), CONFIG].concat())
        .unwrap();
    let server = installation.start().unwrap();
    assert_eq!(server.get(&token, &path).body["state"], "completed");
    server.back_up(&token).expect("another backup");
    assert_eq!(server.delete(&token, &path).status, 204);
    eventually("the backup to be deleted", || {
        (server.get(&token, &path).status == 404).then_some(())
    });
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));
    psql(&format!("DROP SCHEMA {schema} CASCADE"));
}

#[test]
fn errors_of_store_copy_contain_no_password() {
    let installation = installation();
    let server = installation.start().unwrap();
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));
    let from = source(&installation);
    let data = installation.data().display().to_string();
    for (from, to, reason) in [
        (
            from.as_str(),
            "postgres://appkeep:s3cret@127.0.0.1:1/db",
            "the store is not available",
        ),
        (
            &from,
            "mysql://appkeep:s3cret@127.0.0.1/db",
            "expected postgres://",
        ),
        (
            "postgres://appkeep:s3cret@127.0.0.1/db",
            "postgres:///db",
            "expected sqlite:PATH",
        ),
        (
            "sqlite:/nonexistent/appkeep.sqlite3",
            "postgres:///db",
            "is not the data directory",
        ),
        (
            &format!("sqlite:{data}/other"),
            "postgres:///db",
            "is not the database of a data directory",
        ),
    ] {
        let refused = only_error_line(&copy(from, to));
        assert!(refused.contains(reason), "{refused}");
        assert!(!refused.contains("s3cret"), "{refused}");
    }
    let help = appkeep()
        .args(["store", "copy", "--help"])
        .env("APPKEEP_STORE_TO", "s3cret")
        .output();
    assert!(!stdout(&help.unwrap()).contains("s3cret"));
}
