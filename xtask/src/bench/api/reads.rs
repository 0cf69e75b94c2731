//! Fetches and lists per second, and the memory that they take.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, sleep};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::load::{Load, Responses, TURN_SECS};
use super::memory::Memory;
use super::peers::{Expected, Peer};
use super::rounds::Rounds;

/// Pause between two responses that are compared with the store, while the load runs.
const CHECK_INTERVAL: Duration = Duration::from_millis(100);

/// The requests of a measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Fetch,
    SamePage,
    DifferentPages,
}

/// The measurements, each with a name and a number of connections.
const CASES: [(Kind, &str, usize); 6] = [
    (Kind::Fetch, "fetch one", 1),
    (Kind::Fetch, "fetch one", 64),
    (Kind::SamePage, "list 100, same page", 1),
    (Kind::SamePage, "list 100, same page", 64),
    (Kind::DifferentPages, "list 100, 64 pages in turn", 1),
    (Kind::DifferentPages, "list 100, 64 pages in turn", 64),
];

/// The results of one measurement.
#[derive(Debug)]
pub(super) struct Case {
    /// The name of the requests.
    pub(super) name: &'static str,
    /// Number of connections.
    pub(super) connections: usize,
    /// Responses per second of each peer.
    pub(super) rates: Rounds,
}

/// Measures all peers.
///
/// # Errors
/// When a request fails, or a response has other backups than those in the store.
pub(super) fn measure(peers: &[Peer], dir: &Path) -> Result<Vec<Case>> {
    let case = |(kind, name, connections)| {
        eprintln!("measuring: {name}, {connections} connections");
        let rates = Rounds::measure(peers.len(), |number| {
            let peer = &peers[number];
            let expected = match kind {
                Kind::Fetch => std::slice::from_ref(&peer.one),
                Kind::SamePage => &peer.pages[..1],
                Kind::DifferentPages => &peer.pages,
            };
            Ok(turn(peer, expected, connections, dir)?.per_second())
        })?;
        Ok(Case {
            name,
            connections,
            rates,
        })
    };
    CASES.into_iter().map(case).collect()
}

/// Measures one peer for a short time. Meanwhile, expected responses are checked on another connection.
///
/// # Errors
/// Those of [`measure`].
pub(super) fn turn(peer: &Peer, expected: &[Expected], connections: usize, dir: &Path) -> Result<Responses> {
    let paths: Vec<_> = expected.iter().map(|expected| expected.path.clone()).collect();
    let load = Load {
        url: &peer.url,
        token: &peer.token,
        method: "GET",
        paths: &paths,
        body: None,
        connections,
        secs: TURN_SECS,
    };
    let is_over = AtomicBool::new(false);
    let responses = thread::scope(|scope| {
        let checker = scope.spawn(|| check(peer, expected, &is_over));
        let responses = load.run(dir);
        is_over.store(true, Ordering::SeqCst);
        checker.join().ok().context("the checker panicked")??;
        let responses = responses?;
        let least = expected
            .iter()
            .map(|expected| expected.bytes)
            .min()
            .unwrap_or_default();
        ensure!(
            responses.bytes >= u64::from(responses.requests) * least as u64,
            "responses are too short: {responses:?}, expected {least} bytes each"
        );
        Ok(responses)
    });
    responses.with_context(|| format!("{} with {connections} connections", peer.name))
}

/// Checks the expected responses in turn.
fn check(peer: &Peer, expected: &[Expected], is_over: &AtomicBool) -> Result<()> {
    let connection = peer.connection();
    for (number, expected) in expected.iter().cycle().enumerate() {
        if number > 0 && is_over.load(Ordering::SeqCst) {
            break;
        }
        expected.check(&connection)?;
        sleep(CHECK_INTERVAL);
    }
    Ok(())
}

/// The memory of all peers.
///
/// # Errors
/// When the system doesn't report it.
pub(super) fn memory(peers: &[Peer]) -> Result<Vec<Memory>> {
    peers.iter().map(|peer| Memory::of(peer.process)).collect()
}
