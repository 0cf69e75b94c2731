//! The cost of many open connections that are idle.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::load::Responses;
use super::memory::Memory;
use super::peers::Peer;
use super::reads;
use super::rounds::{ROUNDS, median};

/// Number of idle connections.
pub(crate) const IDLE: u64 = 10_000;

/// Number of file descriptors for other purposes.
const OTHER_DESCRIPTORS: u64 = 1000;

/// Maximum time for a response.
const PATIENCE: Duration = Duration::from_mins(1);

/// The latency of fetches on one connection, in microseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Latency {
    /// The median.
    pub(super) p50: f64,
    /// The 99th percentile.
    pub(super) p99: f64,
}

/// The cost of idle connections to one peer.
#[derive(Debug)]
pub(super) struct Cost {
    /// Memory of the server for each connection, in bytes.
    pub(super) connection_bytes: u64,
    /// Latency without idle connections.
    pub(super) without: Latency,
    /// Latency with idle connections.
    pub(super) with: Latency,
}

/// Raises the limit of open files of this process and its children.
///
/// # Errors
/// When the system doesn't permit enough open files.
pub(super) fn raise_limit() -> Result<()> {
    let most = getrlimit(Resource::Nofile).maximum;
    let needed = IDLE + OTHER_DESCRIPTORS;
    if most.is_some_and(|most| most < needed) {
        bail!(
            "the hard limit of open files is {}: expected at least {needed} (ulimit -Hn)",
            most.unwrap_or_default()
        );
    }
    let limit = Rlimit {
        current: most.or(Some(needed)),
        maximum: most,
    };
    setrlimit(Resource::Nofile, limit).context("failed to raise the limit of open files")
}

/// Measures one peer after the other.
///
/// # Errors
/// When a connection or a request fails.
pub(super) fn measure(peers: &[&Peer], dir: &Path) -> Result<Vec<Cost>> {
    let cost = |peer: &&Peer| {
        eprintln!("measuring: {IDLE} open connections to {}", peer.name);
        let without = latency(peer, dir)?;
        let before = Memory::of(peer.process)?.current;
        let mut idle = Vec::new();
        for _ in 0..IDLE {
            idle.push(Idle::open(peer)?);
        }
        let after = Memory::of(peer.process)?.current;
        let with = latency(peer, dir)?;
        for connection in &mut idle {
            connection.fetch(peer).context("an idle connection was closed")?;
        }
        Ok(Cost {
            connection_bytes: after.saturating_sub(before) / IDLE,
            without,
            with,
        })
    };
    peers.iter().map(cost).collect()
}

fn latency(peer: &Peer, dir: &Path) -> Result<Latency> {
    let turns: Vec<Responses> = (0..ROUNDS)
        .map(|_| reads::turn(peer, std::slice::from_ref(&peer.one), 1, dir))
        .collect::<Result<_>>()?;
    Ok(Latency {
        p50: median(turns.iter().map(|turn| turn.p50.into())),
        p99: median(turns.iter().map(|turn| turn.p99.into())),
    })
}

/// A connection that is open between two requests.
struct Idle(BufReader<TcpStream>);

impl Idle {
    /// Opens a connection and fetches a backup.
    fn open(peer: &Peer) -> Result<Self> {
        let authority = peer.url.trim_start_matches("http://");
        let stream = TcpStream::connect(authority).context("failed to connect")?;
        stream.set_read_timeout(Some(PATIENCE))?;
        // Large enough for the headers; one of the standard size for each connection would be 80 MB.
        let mut connection = Self(BufReader::with_capacity(512, stream));
        connection.fetch(peer)?;
        Ok(connection)
    }

    /// Fetches a backup and discards it.
    fn fetch(&mut self, peer: &Peer) -> Result<()> {
        let (path, token) = (&peer.one.path, &peer.token);
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n");
        self.0.get_mut().write_all(request.as_bytes())?;
        let mut status = String::new();
        self.0.read_line(&mut status)?;
        ensure!(
            status.starts_with("HTTP/1.1 200 "),
            "{} responded {status:?}",
            peer.name
        );
        let mut body_bytes = 0;
        loop {
            let mut header = String::new();
            self.0.read_line(&mut header)?;
            let Some((name, value)) = header.split_once(':') else {
                break;
            };
            if name.eq_ignore_ascii_case("content-length") {
                body_bytes = value.trim().parse()?;
            }
        }
        let mut body = vec![0; body_bytes];
        self.0.read_exact(&mut body)?;
        Ok(())
    }
}
