//! Durable creates per second on each database, compared with plain `INSERT` statements.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use appkeep_launcher::{PostgresCluster, app_backups, backup_body, backups};
use serde_json::Value;

use super::super::server::Server;
use super::load::{Load, TURN_SECS};
use super::rounds::Rounds;
use crate::process::{command, output};

/// Numbers of connections.
pub(super) const CONNECTIONS: [usize; 2] = [1, 64];

/// The number of a peer in the results: the statements, then creates with each number of connections.
pub(super) const STATEMENTS: usize = 0;

/// Duration of the last measurement, in seconds.
const LONG_SECS: u32 = 60;

/// A statement that inserts copies of a backup, with other ids and names.
const INSERT: &str = "SELECT format('INSERT INTO app_backups (%s) SELECT %s FROM app_backups WHERE id = ''%s'';', \
    string_agg(quote_ident(name), ', '), \
    string_agg(CASE WHEN name IN ('id', 'name') THEN 'gen_random_uuid()' ELSE quote_ident(name) END, ', '), \
    (SELECT id FROM app_backups LIMIT 1)) \
    FROM (SELECT attname AS name FROM pg_attribute WHERE attrelid = 'app_backups'::regclass AND attnum > 0 \
    AND NOT attisdropped AND attgenerated = '' AND attidentity = '') AS columns";

/// The results for a database.
#[derive(Debug)]
pub(super) struct Creates {
    /// Its name.
    pub(super) database: &'static str,
    /// Statements or creates per second.
    pub(super) rounds: Rounds,
    /// Creates per second during a minute, with the largest number of connections.
    pub(super) minute: f64,
}

/// Measures new servers in `dir`. On SQLite, the statements are committed by `plain_insert` to a copy of the database,
/// and on PostgreSQL by `pgbench` to the database itself.
///
/// # Errors
/// When a create fails, or a created backup isn't in the store.
pub(super) fn measure(appkeep: &Path, plain_insert: &Path, dir: &Path) -> Result<[Creates; 2]> {
    fs::create_dir_all(dir)?;
    let server = Server::start_queueing(appkeep, dir, None)?;
    let copy = dir.join("copy.db");
    let sqlite = of_server("SQLite", &server, dir, || {
        let mut command = Command::new(plain_insert);
        command
            .args([&server.database(), &copy])
            .arg(TURN_SECS.to_string());
        number(&output(&mut command)?)
    })?;
    drop(server);
    // Tests need no durability.
    let cluster = PostgresCluster::start_new(&[], &["fsync=on"]);
    let server = Server::start_queueing(appkeep, dir, Some(&cluster.url()))?;
    let script = dir.join("insert.sql");
    let postgres = of_server("PostgreSQL", &server, dir, || pgbench(&cluster, &script))?;
    Ok([sqlite, postgres])
}

fn of_server(
    database: &'static str,
    server: &Server,
    dir: &Path,
    inserts: impl Fn() -> Result<f64>,
) -> Result<Creates> {
    eprintln!("measuring: creates on {database}");
    // The row that is copied.
    server.create_backup()?;
    let rounds = Rounds::measure(1 + CONNECTIONS.len(), |peer| match peer.checked_sub(1) {
        None => inserts(),
        Some(number) => creates(server, CONNECTIONS[number], TURN_SECS, dir),
    })?;
    Ok(Creates {
        database,
        rounds,
        minute: creates(server, CONNECTIONS[1], LONG_SECS, dir)?,
    })
}

/// Statements per second of one connection of `pgbench`. Each is a transaction.
fn pgbench(cluster: &PostgresCluster, script: &Path) -> Result<f64> {
    let run = |program, arguments: &[&str]| output(command(program, arguments).envs(cluster.environment()));
    if !script.exists() {
        let psql = ["--no-psqlrc", "--tuples-only", "--no-align", "--command", INSERT];
        fs::write(script, run("psql", &psql)?)?;
    }
    let printed = run(
        "pgbench",
        &[
            "--no-vacuum",
            "--protocol=prepared",
            &format!("--time={TURN_SECS}"),
            &format!("--file={}", script.display()),
        ],
    )?;
    let rate = printed.lines().find_map(|line| line.strip_prefix("tps = "));
    number(rate.and_then(|rate| rate.split(' ').next()).unwrap_or(&printed))
}

fn number(text: &str) -> Result<f64> {
    let text = text.trim();
    text.parse()
        .with_context(|| format!("expected a rate, not {text:?}"))
}

/// Creates per second. All of them must be in the store afterwards.
fn creates(server: &Server, connections: usize, secs: u32, dir: &Path) -> Result<f64> {
    let before = count(server)?;
    let load = Load {
        url: server.url(),
        token: &server.token,
        method: "POST",
        paths: &[app_backups()],
        body: Some(backup_body().to_string()),
        connections,
        secs,
    };
    let responses = load.run(dir)?;
    let stored = count(server)? - before;
    let responded = responses.requests as usize;
    // wrk doesn't wait for the last response on each connection.
    ensure!(
        (responded..=responded + connections).contains(&stored),
        "{responded} creates succeeded, but {stored} backups were stored"
    );
    Ok(responses.per_second())
}

/// Number of backups in the store.
fn count(server: &Server) -> Result<usize> {
    let list = server.connection().get(&format!("{}?include=id", backups()))?;
    let list: Value = serde_json::from_slice(&list)?;
    list["items"]
        .as_array()
        .map(Vec::len)
        .context("a list without items")
}
