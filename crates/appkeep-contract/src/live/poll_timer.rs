//! Time limits for repeated requests.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::target::Options;

/// A period in which a resource is polled.
#[derive(Debug, Clone, Copy)]
pub(super) struct PollTimer {
    begun: Instant,
    max: Duration,
    pause: Duration,
}

impl PollTimer {
    /// Starts the period that the options allow for one job.
    pub(super) fn of(options: &Options) -> Self {
        Self {
            begun: Instant::now(),
            max: options.completion_max,
            pause: options.poll_interval,
        }
    }

    /// Waits until the next poll; `false` if the time is up.
    pub(super) async fn wait(&self) -> bool {
        let left = self.max.saturating_sub(self.begun.elapsed());
        sleep(self.pause.min(left)).await;
        !left.is_zero()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn wait(max: Duration) -> bool {
        let mut options = Options::new(uuid::Uuid::nil());
        (options.completion_max, options.poll_interval) = (max, Duration::from_millis(1));
        PollTimer::of(&options).wait().await
    }

    #[tokio::test]
    async fn polling_ends_at_the_time_limit() {
        assert!(wait(Duration::from_hours(1)).await);
        assert!(!wait(Duration::ZERO).await);
    }
}
