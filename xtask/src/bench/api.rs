//! Measures the API: fetches, lists and creates, the client, idle connections, and memory, each with its peers.
//!
//! The peers take turns, and every figure is the median of a few short rounds. The tables replace a section of
//! docs/benchmarks.md.

mod client;
mod connections;
mod creates;
mod document;
mod load;
mod memory;
mod peers;
mod reads;
mod rounds;
mod section;

use std::fs;
use std::path::Path;

use anyhow::Result;
use serde_json::Value;

use self::peers::{Backups, Peer};
use super::server::Server;

pub(crate) use self::connections::IDLE as IDLE_CONNECTIONS;

/// The executables that are measured.
#[derive(Debug, Clone, Copy)]
pub(super) struct Executables<'a> {
    /// The server.
    pub(super) appkeep: &'a Path,
    /// The example of appkeep-api with the bare servers.
    pub(super) bare_server: &'a Path,
    /// The example of appkeep-store.
    pub(super) plain_insert: &'a Path,
    /// The example of appkeep-client.
    pub(super) cost: &'a Path,
}

/// Checks that everything that the measurement requires is installed.
///
/// # Errors
/// When it isn't, or can't be installed.
pub(super) fn prepare() -> Result<()> {
    load::require_wrk()?;
    connections::raise_limit()?;
    peers::PRISM.install()
}

/// Measures, prints the tables, and writes them to the document if `publishes`. `machine` describes the machine.
///
/// # Errors
/// When a server doesn't start, a request fails, or a response is wrong.
pub(super) fn measure(
    dir: &Path,
    executables: Executables<'_>,
    machine: &str,
    publishes: bool,
) -> Result<Value> {
    fs::create_dir_all(dir)?;
    let server = Server::start_queueing(executables.appkeep, dir, None)?;
    eprintln!("creating {} backups", peers::PAGES * peers::PAGE_ITEMS);
    let backups = Backups::create(&server)?;
    let bare = |name, kind| {
        Peer::bare(
            executables.bare_server,
            (name, kind),
            &backups,
            &dir.join("peers"),
        )
    };
    let peers = [
        bare("bare hyper", "hyper")?,
        bare("bare dropshot", "dropshot")?,
        Peer::prism(&backups, dir)?,
        Peer::appkeep(&server, &backups),
    ];
    let [hyper, dropshot, _, appkeep] = &peers;
    let figures = section::Figures {
        page_bytes: backups.page_bytes(),
        names: peers.each_ref().map(|peer| peer.name),
        cases: reads::measure(&peers, dir)?,
        memory: reads::memory(&peers)?,
        client: client::measure(executables.cost, appkeep)?,
        idle: connections::measure(&[hyper, dropshot, appkeep], dir)?,
        creates: creates::measure(
            executables.appkeep,
            executables.plain_insert,
            &dir.join("creates"),
        )?,
    };
    let text = figures.section(&document::origin(machine)?);
    println!("{text}");
    if publishes {
        document::write(&text)?;
    }
    Ok(figures.to_json())
}
