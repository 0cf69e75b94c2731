//! What the black-box tests share: a real server in a temporary directory, and ways to talk to it.
//!
//! A [`TestServer`] is the library's own server on a free port, with a clock that only moves when it is
//! asked and ids that are counted, so that answers can be compared to the letter.

mod ask;
mod contract;
mod disk;
mod http;
mod server;

pub use self::ask::{Ask, Payload};
pub use self::contract::{operation, operations};
pub use self::disk::{
    Repository, assert_same_content, assert_same_tree, bytes_below, copy_tree, files_below, write_noise,
    write_zoo,
};
pub use self::http::{Answer, Api};
pub use self::server::{Builder, TestServer, usual_config};
pub use appkeep_server::testing::{CountedIds, SteppingClock};

use std::time::{Duration, Instant};

/// How long a condition may take to come true before a test gives up.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// Looks again and again until `look` finds something.
///
/// # Panics
/// When it finds nothing within [`PATIENCE`]: says what was waited for.
pub async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(
            begun.elapsed() < PATIENCE,
            "waited {PATIENCE:?} in vain for {what}"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
