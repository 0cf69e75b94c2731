//! Time and ids that tests can foresee.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use appkeep_server::system::{Clock, IdSource};
use chrono::{DateTime, Utc};
use uuid::{Builder, Uuid};

/// A clock that moves on by a millisecond whenever it is asked, from 2026-01-01T00:00:00Z on.
#[derive(Debug, Default)]
pub struct SteppingClock {
    steps: AtomicI64,
}

impl SteppingClock {
    /// Moves on by that much at once.
    pub fn advance(&self, by: Duration) {
        let steps = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.steps.fetch_add(steps, Ordering::Relaxed);
    }
}

impl SteppingClock {
    /// Moves back by that much at once.
    pub fn set_back(&self, by: Duration) {
        let steps = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.steps.fetch_sub(steps, Ordering::Relaxed);
    }
}

impl Clock for SteppingClock {
    fn now(&self) -> DateTime<Utc> {
        let step = self.steps.fetch_add(1, Ordering::Relaxed);
        DateTime::from_timestamp_millis(1_767_225_600_000 + step).unwrap_or_default()
    }
}

/// Well-formed version 4 ids, counted from 1 at both ends: the names that the system chooses hold the
/// beginning of an id.
#[derive(Debug, Default)]
pub struct CountedIds {
    count: AtomicU64,
}

impl IdSource for CountedIds {
    fn next_id(&self) -> Uuid {
        let count = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        let count = u128::from(count);
        Builder::from_random_bytes((count << 96 | count).to_be_bytes()).into_uuid()
    }
}
