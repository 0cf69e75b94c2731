#![doc = include_str!("../README.md")]

mod http;
mod installation;
mod postgres;
mod postgres_cluster;
mod server;

use std::thread;
use std::time::{Duration, Instant};

pub use ureq::http::Method;

pub use self::http::{Client, Response};
pub use self::installation::{
    ACCOUNT, APP, BUCKET, CONFIG, Installation, OTHER_ACCOUNT, app_backups, app_snapshots, backup_body,
    backups, command, describe, snapshot_body,
};
pub use self::postgres::postgres_url;
pub use self::postgres_cluster::PostgresCluster;
pub use self::server::{Ended, NotReady, RunningServer, signal};

/// The maximum time that a server may print nothing, or that a condition may stay false.
pub const PATIENCE: Duration = Duration::from_mins(5);

/// The first and the longest pause of [`eventually`]: each look is often a request to a debug build.
const PAUSE_FIRST: Duration = Duration::from_millis(5);
const PAUSE_MAX: Duration = Duration::from_millis(50);

/// Calls `look` until it returns something.
///
/// # Panics
/// When it returns nothing within [`PATIENCE`].
pub fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    let mut pause = PAUSE_FIRST;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(
            begun.elapsed() < PATIENCE,
            "timed out after {PATIENCE:?} waiting for {what}"
        );
        thread::sleep(pause);
        pause = (pause * 3 / 2).min(PAUSE_MAX);
    }
}
