//! Limits the rate of transfers.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::failure;

/// The size of the largest object that isn't delayed, in bytes. Claims and locks are smaller.
const UNDELAYED_BYTES_MAX: usize = 64 << 10;

/// Spaces transfers so that their average rate stays below a limit.
#[derive(Debug)]
pub(super) struct Pace {
    bytes_per_second: Option<u64>,
    /// When all permitted transfers will have ended at this rate.
    free_at: Mutex<Option<Instant>>,
}

impl Pace {
    /// `None` is no limit.
    pub(super) fn new(bytes_per_second: Option<u64>) -> Self {
        Self {
            bytes_per_second: bytes_per_second.filter(|rate| *rate > 0),
            free_at: Mutex::new(None),
        }
    }

    /// Waits until an object of this size in bytes may be transferred. Small objects neither wait nor count: claims and
    /// locks expire.
    pub(super) async fn wait_for_object(&self, bytes: usize) {
        if bytes > UNDELAYED_BYTES_MAX {
            self.wait(bytes).await;
        }
    }

    /// Waits until `bytes` may be transferred.
    pub(super) async fn wait(&self, bytes: usize) {
        if let Some(until) = self.reserve(bytes, Instant::now()) {
            tokio::time::sleep_until(until.into()).await;
        }
    }

    /// Reserves the time for a transfer. Returns when it may start.
    fn reserve(&self, bytes: usize, now: Instant) -> Option<Instant> {
        let rate = self.bytes_per_second?;
        let nanos = (bytes as u128).saturating_mul(1_000_000_000) / u128::from(rate);
        let takes = Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
        let mut free_at = failure::lock(&self.free_at);
        let starts = free_at.map_or(now, |free_at| free_at.max(now));
        *free_at = starts.checked_add(takes);
        (starts > now).then_some(starts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transfers_start_when_the_earlier_ones_would_have_ended() {
        let (pace, now) = (Pace::new(Some(1000)), Instant::now());
        assert_eq!(pace.reserve(500, now), None);
        assert_eq!(pace.reserve(2000, now), Some(now + Duration::from_millis(500)));
        assert_eq!(pace.reserve(1, now), Some(now + Duration::from_millis(2500)));
        // Unused time is not saved up.
        assert_eq!(pace.reserve(1, now + Duration::from_mins(1)), None);
        assert_eq!(Pace::new(None).reserve(usize::MAX, now), None);
    }
}
