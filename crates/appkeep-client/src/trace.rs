//! Events about requests, with the feature `tracing`. They never contain the token.

#[cfg(feature = "tracing")]
use std::time::Instant;

use reqwest::{Request, StatusCode};

use crate::error::Error;

/// An attempt to send a request.
pub(crate) struct Attempt {
    #[cfg(feature = "tracing")]
    operation: &'static str,
    #[cfg(feature = "tracing")]
    number: u32,
    #[cfg(feature = "tracing")]
    method: reqwest::Method,
    #[cfg(feature = "tracing")]
    url: reqwest::Url,
    #[cfg(feature = "tracing")]
    begun: Instant,
}

#[cfg(feature = "tracing")]
impl Attempt {
    /// Begins an attempt. The first has number 1.
    pub(crate) fn begin(operation: &'static str, number: u32, request: &Request) -> Self {
        Self {
            operation,
            number,
            method: request.method().clone(),
            url: request.url().clone(),
            begun: Instant::now(),
        }
    }

    /// Records the result: the response's status, or the error, with the id of the request in the server's log if the
    /// response contains it.
    pub(crate) fn end(self, result: Result<StatusCode, &Error>) {
        let elapsed_ms = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        match result {
            Ok(status) => tracing::debug!(
                operation = self.operation,
                attempt = self.number,
                method = %self.method,
                url = %self.url,
                status = status.as_u16(),
                elapsed_ms,
                "request succeeded"
            ),
            Err(error) => tracing::debug!(
                operation = self.operation,
                attempt = self.number,
                method = %self.method,
                url = %self.url,
                status = error.status().map(|status| status.as_u16()),
                elapsed_ms,
                request_id = error.problem().and_then(|problem| problem.correlation_id.as_deref()),
                error = %error.kind(),
                "request failed"
            ),
        }
    }
}

/// Does nothing: events are not compiled in.
#[cfg(not(feature = "tracing"))]
impl Attempt {
    pub(crate) fn begin(_: &'static str, _: u32, _: &Request) -> Self {
        Self {}
    }

    #[expect(clippy::unused_self, reason = "the same signature as with the feature")]
    pub(crate) fn end(self, _: Result<StatusCode, &Error>) {}
}
