//! Whether the store can be written to, and since when it can't.
//!
//! What is known comes from trial writes alone: time that passes without one proves nothing.

use std::time::{Duration, Instant};

use appkeep_core::clock::Clock;
use appkeep_core::store::Store;
use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Mutex;

/// How long a trial write may take.
const TRIAL_TIMEOUT: Duration = Duration::from_secs(2);
/// How long writes may fail before the process counts as broken, in seconds.
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

/// Why and since when trial writes have failed without one in between that didn't.
#[derive(Debug, Clone)]
pub(super) struct Failing {
    pub(super) reason: String,
    since: DateTime<Utc>,
}

impl Failing {
    /// For how long, once it is long enough for the process to count as broken.
    pub(super) fn too_long(&self, now: DateTime<Utc>) -> Option<TimeDelta> {
        let failing = now - self.since;
        (failing >= TimeDelta::seconds(FAILING_SECS_MAX)).then_some(failing)
    }
}

impl Writes {
    /// Makes a trial write, and answers why it failed if it did. Callers that wait for a trial which began after
    /// they asked share its result, so there is one at a time however many ask.
    pub(super) async fn check(&self, store: &dyn Store, clock: &dyn Clock) -> Option<Failing> {
        let asked = Instant::now();
        let mut last = self.last.lock().await;
        if let Some(trial) = last.as_ref().filter(|trial| trial.begun >= asked) {
            return trial.failing.clone();
        }
        let before = last.as_ref().and_then(|trial| trial.failing.clone());
        let begun = Instant::now();
        let failing = match tokio::time::timeout(TRIAL_TIMEOUT, store.probe_write()).await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some(format!(
                "a trial write did not end within {} s",
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
