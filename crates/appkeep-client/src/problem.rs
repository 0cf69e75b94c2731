//! Problems of servers and proxies, read leniently (RFC 9457).

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde_json::{Map, Value};

use crate::types::Problem;

/// The beginning of the types of problems of this API.
const TYPE_PREFIX: &str = "https://astra.netapp.io/problems/";

/// The members with a structure; one that is malformed is left out.
const STRUCTURED: [&str; 4] = ["detail", "correlationID", "invalidParams", "invalidFields"];

/// Reads a problem. Any member may be missing, and `status` may be a number. Without the media type of problems the
/// body needs a `type` or a `title`.
pub(crate) fn read(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Option<Problem> {
    if !status.is_client_error() && !status.is_server_error() {
        return None;
    }
    let Ok(Value::Object(mut members)) = serde_json::from_slice(body) else {
        return None;
    };
    let is_declared = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.to_ascii_lowercase().starts_with("application/problem+json"));
    if !is_declared && !members.contains_key("type") && !members.contains_key("title") {
        return None;
    }
    complete(&mut members, status);
    parse(&members).or_else(|| {
        for name in STRUCTURED {
            members.remove(name);
        }
        parse(&members)
    })
}

/// Adds missing members, with the values that RFC 9457 defines for them.
fn complete(members: &mut Map<String, Value>, status: StatusCode) {
    let title = status.canonical_reason().unwrap_or("Unknown problem");
    for (name, value) in [
        ("type", "about:blank"),
        ("title", title),
        ("status", status.as_str()),
    ] {
        match members.get(name) {
            Some(Value::String(_)) => {}
            Some(Value::Number(number)) if name == "status" => {
                members.insert(name.to_owned(), number.to_string().into());
            }
            _ => {
                members.insert(name.to_owned(), value.into());
            }
        }
    }
}

fn parse(members: &Map<String, Value>) -> Option<Problem> {
    serde_json::from_value(Value::Object(members.clone())).ok()
}

macro_rules! kinds {
    ($($(#[doc = $about:literal])+ $numbers:pat => $kind:ident,)+) => {
        /// The kinds of problem, by their type.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ProblemKind {
            $($(#[doc = $about])+ $kind,)+
            /// A problem that this crate doesn't know, or that only its status describes.
            Other,
        }

        impl Problem {
            /// Returns the kind of the problem.
            #[must_use]
            pub fn kind(&self) -> ProblemKind {
                let number = self.type_.strip_prefix(TYPE_PREFIX).and_then(|number| number.parse::<u16>().ok());
                match number {
                    $(Some($numbers) => ProblemKind::$kind,)+
                    _ => ProblemKind::Other,
                }
            }
        }
    };
}

kinds! {
    /// The backup, snapshot, app or other resource doesn't exist.
    1 => ResourceNotFound,
    /// The account or the app of the URI doesn't exist.
    2 => CollectionNotFound,
    /// The request has no token.
    3 => MissingToken,
    /// The token is unknown or was revoked.
    4 => UnknownToken,
    /// Query parameters are invalid or unknown; `invalid_params` names them.
    5..=6 => InvalidQuery,
    /// The body isn't JSON, doesn't match its schema or breaks a rule; `invalid_fields` names the members.
    7..=9 => InvalidBody,
    /// The name is already in use, or another member conflicts with the resource.
    10 => Conflict,
    /// The token's role doesn't permit the operation.
    11 => NotPermitted,
    /// A header is missing, or its value isn't accepted.
    12 | 79 => InvalidHeader,
    /// An id in the URI is malformed.
    33 | 35 => MalformedId,
    /// The server isn't ready; try again shortly.
    41 => NotReady,
    /// The snapshot that the request names doesn't exist, or belongs to another app.
    46..=47 => SnapshotNotFound,
    /// The URI doesn't support the method.
    69 => MethodNotAllowed,
    /// The body of the request is too large.
    85 => BodyTooLarge,
    /// The server failed.
    34 | 94..=100 => ServerError,
    /// The bucket that the request names doesn't exist, or the account has none.
    108 | 127 => BucketNotFound,
    /// The backup or snapshot to use isn't completed.
    111 => SourceNotReady,
    /// The app is being restored, or isn't configured any more.
    112 => AppNotReady,
    /// A pending backup can't be deleted.
    128 => BackupPending,
    /// A restore is reading the data.
    142 => InUseByRestore,
    /// A backup is copying the snapshot.
    144 => SnapshotInUse,
}
