//! Durable creates per second, compared with plain `INSERT` statements.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use appkeep_launcher::{app_backups, backup_body, backups};
use serde_json::Value;

use super::super::server::Server;
use super::load::{Load, TURN_SECS};
use super::rounds::Rounds;

/// Numbers of connections.
pub(super) const CONNECTIONS: [usize; 2] = [1, 64];

/// The number of a peer in the results: the statements, then creates with each number of connections.
pub(super) const STATEMENTS: usize = 0;

/// Measures a new server in `dir`. The statements are committed by `plain_insert` to a copy of its database.
///
/// # Errors
/// When a create fails, or a created backup isn't in the store.
pub(super) fn measure(appkeep: &Path, plain_insert: &Path, dir: &Path) -> Result<Rounds> {
    fs::create_dir_all(dir)?;
    let server = Server::start_queueing(appkeep, dir)?;
    // The row that is copied.
    server.create_backup()?;
    Rounds::measure(1 + CONNECTIONS.len(), |peer| match peer.checked_sub(1) {
        None => inserts(plain_insert, &server.database(), &dir.join("copy.db")),
        Some(number) => creates(&server, CONNECTIONS[number], dir),
    })
}

/// Statements per second.
fn inserts(binary: &Path, database: &Path, copy: &Path) -> Result<f64> {
    let mut command = Command::new(binary);
    let output = command.args([database, copy]).arg(TURN_SECS.to_string()).output();
    let output = output.context("failed to start plain_insert")?;
    ensure!(
        output.status.success(),
        "plain_insert failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let rate = String::from_utf8(output.stdout)?;
    rate.trim()
        .parse()
        .with_context(|| format!("plain_insert printed {rate:?}"))
}

/// Creates per second. All of them must be in the store afterwards.
fn creates(server: &Server, connections: usize, dir: &Path) -> Result<f64> {
    let before = count(server)?;
    let load = Load {
        url: server.url(),
        token: &server.token,
        method: "POST",
        paths: &[app_backups()],
        body: Some(backup_body().to_string()),
        connections,
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
