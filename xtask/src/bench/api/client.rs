//! The client, compared with `reqwest` alone.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use appkeep_launcher::ACCOUNT;

use super::load::TURN_SECS;
use super::peers::Peer;
use super::rounds::Rounds;

/// The numbers of the peers in the results.
pub(super) const REQWEST: usize = 0;
/// The client.
pub(super) const CLIENT: usize = 1;

/// Requests per second on one connection: of fetches, and of lists.
///
/// # Errors
/// When a request fails.
pub(super) fn measure(binary: &Path, appkeep: &Peer) -> Result<[(&'static str, Rounds); 2]> {
    let (mut fetches, mut lists) = (Rounds::default(), Rounds::default());
    let backup = appkeep.one.path.rsplit('/').next().unwrap_or_default();
    while !lists.are_complete() {
        let output = Command::new(binary)
            .args([&appkeep.url, &appkeep.token, ACCOUNT, backup])
            .arg((2 * TURN_SECS).to_string())
            .output()
            .context("failed to start the client")?;
        ensure!(
            output.status.success(),
            "the client failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let printed = String::from_utf8(output.stdout)?;
        let mut lines = printed.lines().map(rates);
        let mut next = || {
            lines
                .next()
                .flatten()
                .with_context(|| format!("the client printed {printed:?}"))
        };
        fetches.push(next()?);
        lists.push(next()?);
    }
    Ok([("fetch one", fetches), ("list 100", lists)])
}

fn rates(line: &str) -> Option<Vec<f64>> {
    let rates = line.split(' ').map(|rate| rate.parse().ok());
    rates.collect::<Option<Vec<_>>>().filter(|rates| rates.len() == 2)
}
