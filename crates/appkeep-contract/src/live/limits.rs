//! Early end of a run: time limit, interruption, or a server that no longer responds.

use std::fmt;
use std::time::Duration;

use serde::Serialize;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use super::context::Stop;
use super::target::Options;

/// Number of consecutive requests without a response after which a run ends.
const NO_RESPONSE_MAX: u32 = 10;

/// Number of consecutive requests without a response after which the clean-up gives up.
const NO_RESPONSE_IN_CLEAN_UP_MAX: u32 = 3;

/// Once the run has to end, the maximum time for the response to a request that may change something, and for
/// each request of the clean-up after that.
const LAST_RESPONSE_MAX: Duration = Duration::from_secs(10);

/// The reason why a run ended before its last check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EarlyEnd {
    /// [`Options::interrupt`] was cancelled.
    Interrupted,
    /// [`Options::run_max`] has passed.
    TimeLimit,
    /// Ten consecutive requests got no response.
    Unresponsive,
}

impl fmt::Display for EarlyEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interrupted => f.write_str("the run was interrupted"),
            Self::TimeLimit => f.write_str("the time limit of the run was reached"),
            Self::Unresponsive => write!(f, "{NO_RESPONSE_MAX} consecutive requests got no response"),
        }
    }
}

/// The conditions that end a run early.
pub(super) struct Limits {
    deadline: Instant,
    interrupt: CancellationToken,
    /// Number of consecutive requests without a response.
    without_response: u32,
    ended: Option<EarlyEnd>,
    is_clean_up: bool,
}

impl Limits {
    /// The limits of a run that starts now.
    pub(super) fn new(options: &Options) -> Self {
        let now = Instant::now();
        // A limit that an instant can't represent counts as no limit.
        let deadline = now.checked_add(options.run_max);
        Self {
            deadline: deadline.unwrap_or_else(|| now + Duration::from_hours(24 * 365)),
            interrupt: options.interrupt.clone(),
            without_response: 0,
            ended: None,
            is_clean_up: false,
        }
    }

    /// The reason why the run ended early, if it did.
    pub(super) fn ended(&self) -> Option<EarlyEnd> {
        self.ended
    }

    /// Starts the clean-up, to which the limits of the checks don't apply.
    pub(super) fn begin_clean_up(&mut self) {
        self.is_clean_up = true;
        self.without_response = 0;
    }

    /// Whether another request may be sent.
    pub(super) fn admit(&mut self) -> Result<(), Stop> {
        if self.is_clean_up {
            if self.without_response >= NO_RESPONSE_IN_CLEAN_UP_MAX {
                self.ended.get_or_insert(EarlyEnd::Unresponsive);
                return Err(Stop::Skipped("the server no longer responds".to_owned()));
            }
            return Ok(());
        }
        if self.ended.is_none() && self.interrupt.is_cancelled() {
            self.ended = Some(EarlyEnd::Interrupted);
        }
        if self.ended.is_none() && Instant::now() >= self.deadline {
            self.ended = Some(EarlyEnd::TimeLimit);
        }
        self.ended
            .map_or(Ok(()), |end| Err(Stop::Skipped(end.to_string())))
    }

    /// Records that a request got a response.
    pub(super) fn record_response(&mut self) {
        self.without_response = 0;
    }

    /// Records that a request got no response.
    pub(super) fn record_no_response(&mut self) {
        self.without_response += 1;
        if !self.is_clean_up && self.without_response >= NO_RESPONSE_MAX {
            self.ended.get_or_insert(EarlyEnd::Unresponsive);
        }
    }

    /// Waits for a request until the run ends. A request that `writes` gets some extra time, as its response
    /// contains the id of the resource to delete.
    pub(super) async fn within<T>(
        &mut self,
        writes: bool,
        request: impl Future<Output = T>,
    ) -> Result<T, Stop> {
        let silent = || Stop::Skipped("no response in time".to_owned());
        if self.is_clean_up {
            if self.ended.is_none() {
                return Ok(request.await);
            }
            let response = timeout(LAST_RESPONSE_MAX, request).await;
            if response.is_err() {
                self.record_no_response();
            }
            return response.map_err(|_| silent());
        }
        tokio::pin!(request);
        let end = tokio::select! {
            response = &mut request => return Ok(response),
            () = self.interrupt.cancelled() => EarlyEnd::Interrupted,
            () = sleep_until(self.deadline) => EarlyEnd::TimeLimit,
        };
        self.ended = Some(end);
        if writes && let Ok(response) = timeout(LAST_RESPONSE_MAX, request).await {
            return Ok(response);
        }
        Err(Stop::Skipped(end.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    fn limits(change: impl FnOnce(&mut Options)) -> Limits {
        let mut options = Options::new(uuid::Uuid::nil());
        change(&mut options);
        Limits::new(&options)
    }

    #[tokio::test]
    async fn ten_requests_in_a_row_without_a_response_end_a_run() {
        let mut limits = limits(|_| ());
        for _ in 0..9 {
            limits.record_no_response();
        }
        limits.record_response();
        for _ in 0..9 {
            limits.record_no_response();
        }
        assert!(limits.admit().is_ok());
        limits.record_no_response();
        assert!(limits.admit().is_err());
        assert_eq!(limits.ended(), Some(EarlyEnd::Unresponsive));
    }

    #[tokio::test]
    async fn cleanup_stops_after_three_requests_without_a_response() {
        let mut limits = limits(|options| options.run_max = Duration::ZERO);
        assert!(limits.admit().is_err());
        limits.begin_clean_up();
        for _ in 0..3 {
            assert!(limits.admit().is_ok());
            limits.record_no_response();
        }
        assert!(limits.admit().is_err());
        assert_eq!(limits.ended(), Some(EarlyEnd::TimeLimit));
    }

    #[tokio::test]
    async fn interrupts_drop_reads_and_wait_for_writes() {
        for (writes, has_response) in [(false, false), (true, true)] {
            let mut limits = limits(|options| options.interrupt.cancel());
            // This response isn't ready when it is polled first.
            let response = tokio::task::yield_now();
            assert_eq!(limits.within(writes, response).await.is_ok(), has_response);
            assert_eq!(limits.ended(), Some(EarlyEnd::Interrupted));
        }
    }

    #[tokio::test]
    async fn interrupts_end_waiting_requests() {
        let mut limits = limits(|options| options.interrupt.cancel());
        assert!(limits.within(false, pending::<()>()).await.is_err());
        assert_eq!(limits.ended(), Some(EarlyEnd::Interrupted));
        limits.begin_clean_up();
        assert!(limits.within(true, ready(())).await.is_ok());
    }
}
