//! Repeats requests that failed for a transient reason.

use std::time::Duration;

use reqwest::Method;

use crate::error::Error;

/// The settings of a client that aren't settings of its HTTP client.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// How often a request is repeated at most.
    #[cfg(feature = "retry")]
    pub(crate) retries: usize,
    /// The time to wait for each piece of a body that is received piece by piece.
    pub(crate) timeout: Duration,
}

/// Calls `attempt`, which sends a request with this method, until it succeeds or fails permanently.
#[cfg(feature = "retry")]
pub(crate) async fn repeat<T, F>(
    settings: &Settings,
    method: &Method,
    attempt: impl FnMut() -> F,
) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    use backon::{ExponentialBuilder, Retryable};

    /// The wait before the first repetition; each further one is twice as long, plus jitter.
    const FIRST_WAIT: Duration = Duration::from_millis(200);

    /// The longest wait. A server that requests a longer one with `Retry-After` gets no further request.
    const LONGEST_WAIT: Duration = Duration::from_secs(30);

    let waits = ExponentialBuilder::default()
        .with_min_delay(FIRST_WAIT)
        .with_max_delay(LONGEST_WAIT)
        .with_max_times(settings.retries)
        .with_jitter();
    attempt
        .retry(waits)
        // Repeating these requests can't have another effect than sending them once.
        .when(|error| {
            error.is_connect() || (*method != Method::POST && error.is_transient() && !error.is_timeout())
        })
        .adjust(|error, wait| match error.retry_after() {
            Some(requested) => wait
                .map(|wait| wait.max(requested))
                .filter(|wait| *wait <= LONGEST_WAIT),
            None => wait,
        })
        .await
}

/// Calls `attempt` once: repetition is not compiled in.
#[cfg(not(feature = "retry"))]
pub(crate) async fn repeat<T, F>(_: &Settings, _: &Method, mut attempt: impl FnMut() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    attempt().await
}
