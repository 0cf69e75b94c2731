//! Errors of requests to a server.

use std::fmt::{self, Write as _};

use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use crate::types::Problem;

/// The most bytes of a body that an error keeps.
const BODY_BYTES_KEPT_MAX: usize = 4096;

/// The most characters of a body that an error prints.
const BODY_CHARS_SHOWN_MAX: usize = 200;

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
#[expect(clippy::large_enum_variant, reason = "an error holds it in a box")]
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
        /// The beginning of the response's body.
        body: Excerpt,
    },
    /// The status is a success, but the body doesn't match the contract.
    #[error("can't decode the body of {status} at `{path}`: {cause}; it begins with: {body}")]
    Decode {
        /// The response's status.
        status: StatusCode,
        /// The location in the JSON, such as `items[3].state`; `.` is the whole document.
        path: String,
        /// The expected value.
        cause: serde_json::Error,
        /// The beginning of the response's body.
        body: Excerpt,
    },
    /// There is no complete response: the connection, its certificate or a timeout failed.
    #[error("{}", chain(.0))]
    Transport(reqwest::Error),
    /// The response exceeds the client's size limit.
    #[error("the response is longer than {bytes_max} bytes")]
    TooLong {
        /// The limit.
        bytes_max: usize,
    },
    /// A page of a list leads to itself.
    #[error("the server repeats the continue token `{token}`, so the list would never end")]
    RepeatedContinue {
        /// The token, which was sent and returned.
        token: String,
    },
    /// A list's items are columns, although resources were requested.
    #[error("the list's items are arrays, but no columns were requested")]
    UnexpectedColumns,
}

impl Error {
    pub(crate) fn new(operation: &'static str, kind: ErrorKind) -> Self {
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
        match self.kind() {
            ErrorKind::Problem { status, .. }
            | ErrorKind::Status { status, .. }
            | ErrorKind::Decode { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Returns whether the request timed out before the response was complete.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self.kind(), ErrorKind::Transport(cause) if cause.is_timeout())
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
            return f.write_str("(nothing)");
        }
        let shown: String = self.0.chars().take(BODY_CHARS_SHOWN_MAX).collect();
        for character in shown.chars() {
            if character.is_control() {
                write!(f, "{}", character.escape_default())?;
            } else {
                f.write_char(character)?;
            }
        }
        if shown.len() < self.0.len() {
            f.write_str("…")?;
        }
        Ok(())
    }
}

/// Describes a problem in one line: title, detail, invalid parameters and fields, type, and the request's id.
fn describe(problem: &Problem) -> String {
    let mut words = vec![problem.title.as_str()];
    if let Some(detail) = &problem.detail {
        words.extend([": ", detail]);
    }
    for param in problem.invalid_params.iter().flatten() {
        words.extend(["; ", &param.name, ": ", &param.reason]);
    }
    for field in problem.invalid_fields.iter().flatten() {
        words.extend(["; ", &field.name, ": ", &field.reason]);
    }
    words.extend([" (", &problem.type_]);
    if let Some(id) = &problem.correlation_id {
        words.extend([", request ", id]);
    }
    words.push(")");
    words.concat()
}

/// Formats an error and all its causes in one line.
pub(crate) fn chain(error: &reqwest::Error) -> String {
    let first: &dyn std::error::Error = error;
    let errors = std::iter::successors(Some(first), |error| error.source());
    errors.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
