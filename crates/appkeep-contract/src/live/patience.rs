//! How long something is waited for.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::target::Options;

/// Some time in which one looks again and again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    begun: Instant,
    max: Duration,
    pause: Duration,
}

impl Patience {
    /// As much as the options have for one job, from now on.
    pub(super) fn of(options: &Options) -> Self {
        Self {
            begun: Instant::now(),
            max: options.completion_max,
            pause: options.poll_interval,
        }
    }

    /// Waits until it is time to look again; `false` when no time is left.
    pub(super) async fn lasts(&self) -> bool {
        let left = self.max.saturating_sub(self.begun.elapsed());
        sleep(self.pause.min(left)).await;
        !left.is_zero()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn lasts(max: Duration) -> bool {
        let mut options = Options::new(uuid::Uuid::nil());
        (options.completion_max, options.poll_interval) = (max, Duration::from_millis(1));
        Patience::of(&options).lasts().await
    }

    #[tokio::test]
    async fn it_lasts_as_long_as_there_is_time() {
        assert!(lasts(Duration::from_hours(1)).await);
        assert!(!lasts(Duration::ZERO).await);
    }
}
