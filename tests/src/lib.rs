//! The harness of the black-box tests: a real server in a temporary directory, and a client.
//!
//! A [`TestServer`] is the library's own server on a free port. Its clock is a stepping one and its ids are
//! counted up, so that responses can be compared exactly.

mod contract;
mod disk;
mod http;
mod request;
mod server;

pub use self::contract::{operation, operations};
pub use self::disk::{
    Repository, assert_same_content, assert_same_tree, bytes_below, copy_tree, files_below, write_noise,
    write_varied_files,
};
pub use self::http::{Api, TestResponse, backup_body, id, snap_body, text};
pub use self::request::{Payload, TestRequest};
pub use self::server::{Builder, TestServer, changed_config, usual_config};
pub use appkeep_server::testing::{CountedIds, TestClock};

use std::time::{Duration, Instant};

/// The time that a condition may take to become true.
pub const PATIENCE: Duration = Duration::from_mins(5);

/// The pause between two polls.
const PAUSE: Duration = Duration::from_millis(10);

/// Polls until the condition is true.
///
/// # Panics
/// When it isn't true within [`PATIENCE`]; the message names the condition.
pub async fn until(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    eventually(what, async || condition().await.then_some(())).await;
}

/// Polls until `look` returns a value.
///
/// # Panics
/// When it returns none within [`PATIENCE`]; the message names the condition.
pub async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(
            begun.elapsed() < PATIENCE,
            "timed out after {PATIENCE:?} waiting for {what}"
        );
        tokio::time::sleep(PAUSE).await;
    }
}
