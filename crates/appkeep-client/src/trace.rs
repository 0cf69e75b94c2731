//! Events about requests, with the feature `tracing`. They never contain the token.

use reqwest::StatusCode;

use crate::error::Error;

/// Records the result of one attempt to send a request: the response's status, or the error.
#[cfg(feature = "tracing")]
pub(crate) fn attempt(operation: &str, number: u32, result: Result<StatusCode, &Error>) {
    match result {
        Ok(status) => tracing::debug!(
            operation,
            attempt = number,
            status = status.as_u16(),
            "request succeeded"
        ),
        Err(error) => tracing::debug!(
            operation,
            attempt = number,
            status = error.status().map(|status| status.as_u16()),
            error = %error.kind(),
            "request failed"
        ),
    }
}

/// Does nothing: events are not compiled in.
#[cfg(not(feature = "tracing"))]
pub(crate) fn attempt(_: &str, _: u32, _: Result<StatusCode, &Error>) {}
