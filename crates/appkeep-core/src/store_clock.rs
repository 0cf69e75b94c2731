//! A clock that follows the database's, so that all servers of a database use one time.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, SubsecRound, Utc};

use crate::boot_instant::BootInstant;
use crate::clock::Clock;
use crate::store::{Store, StoreError};

/// The difference between the clocks of this node and of the database from which on a warning is logged.
const DIFFERENCE_MAX: Duration = Duration::from_secs(5);

/// The clock of a store: the database's time if several servers share the database, otherwise the node's.
///
/// The database's time is read by [`StoreClock::synchronize`]. In between, it advances with a monotonic clock of the node,
/// also while the node is suspended, so changes of the node's time have no effect.
pub struct StoreClock {
    node: Arc<dyn Clock>,
    /// `None` before the first synchronization, and if the store has no time of its own.
    reference: RwLock<Option<Reference>>,
    differs: AtomicBool,
}

/// The time at an instant.
#[derive(Debug, Clone, Copy)]
struct Reference {
    time: DateTime<Utc>,
    at: BootInstant,
}

impl Reference {
    fn time_at(&self, instant: BootInstant) -> DateTime<Utc> {
        self.time + (instant - self.at)
    }

    /// The reference after the database returned `read`, between `sent` and `received`. The time at `received` is then
    /// at least `read` and at most later by the duration of the call. An estimate within these limits isn't changed, so
    /// a slow call has no effect, and corrections are as small as possible.
    fn corrected(
        before: Option<Self>,
        read: DateTime<Utc>,
        sent: BootInstant,
        received: BootInstant,
    ) -> Self {
        let round_trip = received - sent;
        let time = match before {
            Some(before) => before.time_at(received).clamp(read, read + round_trip),
            None => read + round_trip / 2,
        };
        Self { time, at: received }
    }
}

impl StoreClock {
    /// A clock that shows the time of `node`, the node's clock, until it is synchronized.
    #[must_use]
    pub fn new(node: Arc<dyn Clock>) -> Self {
        Self {
            node,
            reference: RwLock::new(None),
            differs: AtomicBool::new(false),
        }
    }

    /// The clock of `store`.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn of(store: &dyn Store, node: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let clock = Self::new(node);
        clock.synchronize(store).await?;
        Ok(clock)
    }

    /// Reads the database's time, if it is shared. Logs a warning if the node's clock differs by more than 5 s, once
    /// until it is corrected.
    ///
    /// # Errors
    /// Those of the store. The clock continues from the last synchronization.
    pub async fn synchronize(&self, store: &dyn Store) -> Result<(), StoreError> {
        let sent = BootInstant::now();
        let Some(read) = store.database_time().await? else {
            return Ok(());
        };
        let received = BootInstant::now();
        let node_time = self.node.now();
        let mut reference = self.reference.write().unwrap_or_else(PoisonError::into_inner);
        let corrected = Reference::corrected(*reference, read, sent, received);
        *reference = Some(corrected);
        drop(reference);
        self.warn_of_difference(node_time, corrected.time);
        Ok(())
    }

    fn warn_of_difference(&self, node_time: DateTime<Utc>, database_time: DateTime<Utc>) {
        let difference = (node_time - database_time).abs().to_std().unwrap_or_default();
        let differs = difference > DIFFERENCE_MAX;
        if differs && !self.differs.swap(differs, Ordering::Relaxed) {
            tracing::warn!(
                node_time = %node_time,
                database_time = %database_time,
                difference_secs = difference.as_secs(),
                "the clocks of this node and of the database differ: synchronize both with NTP. The database's time \
                 is used, except for S3 and TLS"
            );
        } else {
            self.differs.store(differs, Ordering::Relaxed);
        }
    }
}

impl Clock for StoreClock {
    fn now(&self) -> DateTime<Utc> {
        match *self.reference.read().unwrap_or_else(PoisonError::into_inner) {
            Some(reference) => reference.time_at(BootInstant::now()).trunc_subsecs(6),
            None => self.node.now(),
        }
    }
}

impl fmt::Debug for StoreClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreClock")
            .field("reference", &self.reference)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_800_000_000_000 + millis).unwrap()
    }

    /// The corrected time at the end of a call that lasts from 10 s to `received`, all in ms. Before, the time at 0 is 0.
    fn corrected(read: i64, received: u64) -> DateTime<Utc> {
        let begun = BootInstant::now();
        let after = |millis| begun + Duration::from_millis(millis);
        let before = Reference {
            time: at(0),
            at: begun,
        };
        let corrected = Reference::corrected(Some(before), at(read), after(10_000), after(received));
        assert_eq!(corrected.at, after(received));
        corrected.time
    }

    #[test]
    fn the_first_time_is_that_of_the_middle_of_the_call() {
        let sent = BootInstant::now();
        let received = sent + Duration::from_millis(40);
        let first = Reference::corrected(None, at(0), sent, received);
        assert_eq!(first.time_at(received), at(20));
        assert_eq!(first.time_at(received + Duration::from_mins(1)), at(60_020));
    }

    #[test]
    fn estimates_are_corrected_only_as_far_as_a_call_proves() {
        // It returned between 10.000 and 10.008 s, when the database's time was 10.004.
        assert_eq!(corrected(10_004, 10_008), at(10_008));
        // The database is ahead, or behind.
        assert_eq!(corrected(10_100, 10_008), at(10_100));
        assert_eq!(corrected(9_900, 10_008), at(9_908));
        assert_eq!(corrected(-3_600_000, 10_008), at(-3_599_992));
        // A slow call proves little.
        assert_eq!(corrected(9_900, 14_000), at(13_900));
        assert_eq!(corrected(10_100, 14_000), at(14_000));
    }
}
