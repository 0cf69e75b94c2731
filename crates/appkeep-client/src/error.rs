//! Errors of requests to a server.

use std::fmt::{self, Write as _};
use std::time::Duration;

use chrono::DateTime;
use reqwest::StatusCode;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

use crate::types::Problem;

/// The most bytes of a body that an error keeps.
const BODY_BYTES_KEPT_MAX: usize = 4096;

/// The most characters of each text of a server that an error prints.
const CHARS_SHOWN_MAX: usize = 200;

/// The most invalid parameters and fields that an error prints.
const INVALID_SHOWN_MAX: usize = 10;

/// The error of an operation: the operation's id, and the cause.
///
/// It prints as one line that includes the cause, so it has no `source`.
#[derive(Debug, thiserror::Error)]
#[error("{operation}: {kind}")]
pub struct Error {
    operation: &'static str,
    kind: Box<ErrorKind>,
}

/// The cause of an error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request can't be built: an argument isn't valid in a header.
    #[error("invalid request: {reason}")]
    InvalidRequest {
        /// The argument, and its problem.
        reason: String,
    },
    /// The server refused or failed, and responded with a problem. Includes statuses that the contract
    /// doesn't list.
    #[error("{status}: {}", describe(problem))]
    Problem {
        /// The response's status; `problem.status` only repeats it.
        status: StatusCode,
        /// The response's headers, such as `WWW-Authenticate`.
        headers: HeaderMap,
        /// The problem in the response.
        problem: Problem,
    },
    /// The status isn't a success, and the body isn't a problem.
    #[error("{status}, and the body isn't a problem: {body}")]
    Status {
        /// The response's status.
        status: StatusCode,
        /// The response's headers, such as `Location` and `Retry-After`.
        headers: HeaderMap,
        /// The beginning of the response's body.
        body: Excerpt,
    },
    /// The status is a success with a body, but the operation has none: probably not a response of this API.
    #[error("{status} with an unexpected body: {body}")]
    UnexpectedBody {
        /// The response's status.
        status: StatusCode,
        /// The response's headers.
        headers: HeaderMap,
        /// The beginning of the response's body.
        body: Excerpt,
    },
    /// The status is a success, but the body doesn't match the contract.
    #[error("can't decode the body of {status} at `{}`: {}; it begins with: {body}", OneLine(path), OneLine(&cause.to_string()))]
    Decode {
        /// The response's status.
        status: StatusCode,
        /// The response's headers.
        headers: HeaderMap,
        /// The location in the JSON, such as `items[3].state`; `.` is the whole document.
        path: String,
        /// The expected value.
        cause: serde_json::Error,
        /// The beginning of the response's body.
        body: Excerpt,
    },
    /// There is no response: the connection, its certificate or a timeout failed.
    #[error("{0}")]
    Transport(TransportError),
    /// Nothing was received for so long.
    #[error("nothing was received for {} s", timeout.as_secs())]
    Stalled {
        /// The time limit.
        timeout: Duration,
    },
    /// The connection failed, or the timeout passed, before the response's body was complete.
    #[error("{status}, but its body ended early, after {bytes} bytes: {cause}")]
    Incomplete {
        /// The response's status.
        status: StatusCode,
        /// The response's headers.
        headers: HeaderMap,
        /// The number of bytes received.
        bytes: usize,
        /// The cause.
        cause: TransportError,
    },
    /// The response of a success exceeds the client's size limit.
    #[error("{status}, but its body is longer than {bytes_max} bytes")]
    TooLong {
        /// The response's status.
        status: StatusCode,
        /// The response's headers.
        headers: HeaderMap,
        /// The limit.
        bytes_max: usize,
    },
    /// A page of a list leads to an earlier one.
    #[error(
        "the server repeats the continue token `{}`, so the list would never end",
        OneLine(token)
    )]
    RepeatedContinue {
        /// The token, which was sent and returned.
        token: String,
    },
    /// Too many consecutive pages of a list are empty.
    #[error("{pages} pages in a row are empty, so the list may never end")]
    EmptyPages {
        /// Their number.
        pages: usize,
    },
    /// The items of a list are arrays of columns, although complete resources were requested.
    #[error("the list's items are arrays, but no columns were requested")]
    UnexpectedColumns,
}

impl Error {
    /// Creates an error, for tests of code that handles it.
    #[must_use]
    pub fn new(operation: &'static str, kind: ErrorKind) -> Self {
        Self {
            operation,
            kind: Box::new(kind),
        }
    }

    pub(crate) fn invalid_request(operation: &'static str, reason: String) -> Self {
        Self::new(operation, ErrorKind::InvalidRequest { reason })
    }

    /// Returns the id of the failed operation in the contract.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// Returns the cause.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Returns the problem, if the server responded with one.
    #[must_use]
    pub fn problem(&self) -> Option<&Problem> {
        match self.kind() {
            ErrorKind::Problem { problem, .. } => Some(problem),
            _ => None,
        }
    }

    /// Returns the response's status, if there is a response.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.response().map(|(status, _)| status)
    }

    /// Returns the response's headers, if there is a response.
    #[must_use]
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.response().map(|(_, headers)| headers)
    }

    fn response(&self) -> Option<(StatusCode, &HeaderMap)> {
        match self.kind() {
            ErrorKind::Problem { status, headers, .. }
            | ErrorKind::Status { status, headers, .. }
            | ErrorKind::UnexpectedBody { status, headers, .. }
            | ErrorKind::Decode { status, headers, .. }
            | ErrorKind::Incomplete { status, headers, .. }
            | ErrorKind::TooLong { status, headers, .. } => Some((*status, headers)),
            _ => None,
        }
    }

    /// Returns the time to wait before the next attempt that the server requests with `Retry-After`.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        let value = self.headers()?.get(RETRY_AFTER)?.to_str().ok()?;
        if let Ok(seconds) = value.trim().parse() {
            return Some(Duration::from_secs(seconds));
        }
        // A time is relative to the server's clock.
        let time = |text: &str| DateTime::parse_from_rfc2822(text.trim()).ok();
        let now = time(self.headers()?.get(DATE)?.to_str().ok()?)?;
        Some((time(value)? - now).to_std().unwrap_or_default())
    }

    /// Returns whether the request timed out before the response was complete.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        match self.kind() {
            ErrorKind::Transport(cause) | ErrorKind::Incomplete { cause, .. } => cause.0.is_timeout(),
            _ => false,
        }
    }

    /// Returns whether no connection was established, so the server didn't receive the request.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        matches!(self.kind(), ErrorKind::Transport(cause) if cause.0.is_connect())
    }

    /// Returns whether the same request may succeed later: there is no complete response, or the status is 429,
    /// 502, 503 or 504.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self.kind() {
            ErrorKind::Transport(cause) => !cause.0.is_builder(),
            ErrorKind::Incomplete { .. } => true,
            _ => self
                .status()
                .is_some_and(|status| matches!(status.as_u16(), 429 | 502 | 503 | 504)),
        }
    }
}

/// The beginning of a body, on one line when printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt(String);

impl Excerpt {
    pub(crate) fn new(body: &[u8]) -> Self {
        let kept = &body[..body.len().min(BODY_BYTES_KEPT_MAX)];
        Self(String::from_utf8_lossy(kept).into_owned())
    }

    /// Returns the text: at most 4096 bytes of the body, with invalid UTF-8 replaced.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            f.write_str("(nothing)")
        } else {
            OneLine(&self.0).fmt(f)
        }
    }
}

/// Prints the beginning of a text from a server on one line, without control characters. `…` replaces the rest.
struct OneLine<'a>(&'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0.chars();
        for character in rest.by_ref().take(CHARS_SHOWN_MAX) {
            if character.is_control() {
                write!(f, "{}", character.escape_default())?;
            } else {
                f.write_char(character)?;
            }
        }
        if rest.next().is_some() {
            f.write_str("…")?;
        }
        Ok(())
    }
}

/// Describes a problem in one line: title, detail, invalid parameters and fields, type, and the request's id.
fn describe(problem: &Problem) -> String {
    let mut line = OneLine(&problem.title).to_string();
    let mut add = |before: &str, text: &str| line.extend([before, &OneLine(text).to_string()]);
    if let Some(detail) = &problem.detail {
        add(": ", detail);
    }
    let params = problem
        .invalid_params
        .iter()
        .flatten()
        .map(|param| (&param.name, &param.reason));
    let fields = problem
        .invalid_fields
        .iter()
        .flatten()
        .map(|field| (&field.name, &field.reason));
    let mut invalid = params.chain(fields);
    for (name, reason) in invalid.by_ref().take(INVALID_SHOWN_MAX) {
        add("; ", name);
        add(": ", reason);
    }
    let more = invalid.count();
    if more > 0 {
        add("; ", &format!("and {more} more"));
    }
    add(" (", &problem.type_);
    if let Some(id) = &problem.correlation_id {
        add(", request ", id);
    }
    line + ")"
}

/// A failure of a connection. It prints as one line with all its causes.
#[derive(Debug)]
pub struct TransportError(pub(crate) reqwest::Error);

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let causes = std::iter::successors(Some(&self.0 as &dyn std::error::Error), |error| error.source());
        let causes: Vec<_> = causes.map(ToString::to_string).collect();
        f.write_str(&causes.join(": "))
    }
}

impl std::error::Error for TransportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}
