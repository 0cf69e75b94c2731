//! Predictable time and ids.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::{Builder, Uuid};

use crate::system::{Clock, IdSource};

/// The time by which a test server advances its clock at each request that may change something, and whenever a
/// resource leaves a state: different versions of a resource have different modification times.
pub(super) const STEP: Duration = Duration::from_millis(1);

/// A clock that starts at 2026-01-01T00:00:00Z and is advanced by tests.
#[derive(Debug, Default)]
pub struct TestClock {
    steps: AtomicI64,
    steps_per_reading: i64,
}

impl TestClock {
    /// A clock that also advances by a millisecond at each reading.
    #[must_use]
    pub fn stepping() -> Self {
        Self {
            steps: AtomicI64::new(0),
            steps_per_reading: 1,
        }
    }

    /// Advances the clock at once.
    pub fn advance(&self, by: Duration) {
        let steps = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.steps.fetch_add(steps, Ordering::Relaxed);
    }

    /// Sets the clock back at once.
    pub fn set_back(&self, by: Duration) {
        let steps = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.steps.fetch_sub(steps, Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        let step = self.steps.fetch_add(self.steps_per_reading, Ordering::Relaxed);
        DateTime::from_timestamp_millis(1_767_225_600_000 + step).unwrap_or_default()
    }
}

/// Well-formed version 4 ids that contain a count, which starts at a seed.
///
/// Both ends of an id contain the count, because default names contain only the beginning of an id.
#[derive(Debug, Default)]
pub struct CountedIds {
    count: AtomicU64,
}

impl CountedIds {
    /// Ids that begin after `seed`. Two sources whose seeds are far apart have no id in common.
    #[must_use]
    pub fn from_seed(seed: u64) -> Self {
        Self {
            count: AtomicU64::new(seed),
        }
    }
}

impl IdSource for CountedIds {
    fn next_id(&self) -> Uuid {
        let count = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        let count = u128::from(count);
        Builder::from_random_bytes((count << 96 | count).to_be_bytes()).into_uuid()
    }
}
