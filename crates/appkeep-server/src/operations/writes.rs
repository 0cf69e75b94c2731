//! Tracks whether writes to the store succeed, and since when they have failed.
//!
//! The state is determined only by trial writes. It doesn't change between them.

use std::time::{Duration, Instant};

use appkeep_core::clock::Clock;
use appkeep_core::store::Store;
use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Mutex;

/// The timeout of a trial write.
const TRIAL_TIMEOUT: Duration = Duration::from_secs(2);
/// The maximum time that writes may fail before the process counts as broken, in seconds.
const FAILING_SECS_MAX: i64 = 60;

/// The result of the last trial write.
#[derive(Default)]
pub(super) struct Writes {
    last: Mutex<Option<Trial>>,
}

struct Trial {
    begun: Instant,
    failing: Option<Failing>,
}

/// The reason why trial writes fail, and since when all of them have failed.
#[derive(Debug, Clone)]
pub(super) struct Failing {
    pub(super) reason: String,
    since: DateTime<Utc>,
}

impl Failing {
    /// Returns the duration of the failure once the process counts as broken.
    pub(super) fn too_long(&self, now: DateTime<Utc>) -> Option<TimeDelta> {
        let failing = now - self.since;
        (failing >= TimeDelta::seconds(FAILING_SECS_MAX)).then_some(failing)
    }
}

impl Writes {
    /// Performs a trial write, and returns the failure if there is one. A caller that waits for another
    /// caller's trial shares the result if that trial began after its own call. So only one trial runs at a
    /// time, for any number of callers.
    pub(super) async fn check(&self, store: &dyn Store, clock: &dyn Clock) -> Option<Failing> {
        let called = Instant::now();
        let mut last = self.last.lock().await;
        if let Some(trial) = last.as_ref().filter(|trial| trial.begun >= called) {
            return trial.failing.clone();
        }
        let before = last.as_ref().and_then(|trial| trial.failing.clone());
        let begun = Instant::now();
        let failing = match tokio::time::timeout(TRIAL_TIMEOUT, store.probe_write()).await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some(format!(
                "a trial write timed out after {} s",
                TRIAL_TIMEOUT.as_secs()
            )),
        };
        let failing = failing.map(|reason| Failing {
            reason,
            since: before.map_or_else(|| clock.now(), |before| before.since),
        });
        *last = Some(Trial {
            begun,
            failing: failing.clone(),
        });
        failing
    }
}
