//! One request before it is sent.

use std::collections::BTreeMap;
use std::convert::Infallible;

use futures::{StreamExt, stream};
use serde_json::Value;

use super::resource_kind::{OperationKind, ResourceKind};

/// The token that a request uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Credential {
    /// The target's own token.
    Own,
    /// The read-only token.
    Viewer,
    /// The token of another account.
    Foreign,
    /// The token of all accounts.
    Operator,
    /// A token that no longer gives access.
    Revoked,
    /// A bearer token that was never issued.
    Unknown,
    /// Credentials of another scheme than bearer.
    Basic,
    /// No `Authorization` header.
    None,
}

/// The target's server that receives a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Server {
    Main,
    Idle,
}

/// The body of a request.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Payload {
    None,
    Json(Value),
    Text(String),
    /// A JSON body after this number of spaces.
    Padded(usize, Value),
    /// The beginning of a body that never ends.
    Incomplete(&'static str),
}

impl Payload {
    pub(super) fn body(&self) -> Option<reqwest::Body> {
        match self {
            Self::None => None,
            Self::Json(value) => Some(value.to_string().into()),
            Self::Text(text) => Some(text.clone().into()),
            Self::Padded(count, value) => {
                let mut bytes = vec![b' '; *count];
                bytes.extend(value.to_string().into_bytes());
                Some(bytes.into())
            }
            Self::Incomplete(text) => {
                let text = *text;
                let begin = stream::once(async move { Ok::<_, Infallible>(text) });
                Some(reqwest::Body::wrap_stream(begin.chain(stream::pending())))
            }
        }
    }
}

/// A request to an operation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Call {
    pub(super) operation: String,
    pub(super) server: Server,
    pub(super) credential: Credential,
    /// A method that replaces the operation's own.
    pub(super) method: Option<String>,
    /// A path that replaces the operation's own, as the server returned it.
    pub(super) location: Option<String>,
    pub(super) path: BTreeMap<String, String>,
    pub(super) query: Vec<(String, String)>,
    pub(super) accept: Option<String>,
    /// The value of `Range`.
    pub(super) range: Option<String>,
    /// The value of `If-Range`.
    pub(super) if_range: Option<String>,
    pub(super) content_type: Option<String>,
    /// The value of `ForceUpdate`.
    pub(super) force_update: Option<String>,
    pub(super) payload: Payload,
}

impl Call {
    /// The id of the backup or snapshot in the path.
    pub(super) fn resource_id(&self) -> Option<&str> {
        let parameter = ResourceKind::of(&self.operation).parameter();
        self.path.get(parameter).map(String::as_str)
    }

    /// Whether a server may change something when it receives the request.
    pub(super) fn writes(&self) -> bool {
        match self.method.as_deref() {
            None => matches!(
                OperationKind::of(&self.operation),
                OperationKind::Create
                    | OperationKind::Delete
                    | OperationKind::Restore
                    | OperationKind::ChangeSchedule
                    | OperationKind::Cancel
            ),
            Some(method) => !matches!(method, "GET" | "HEAD" | "OPTIONS" | "TRACE"),
        }
    }

    pub(super) fn with(mut self, credential: Credential) -> Self {
        self.credential = credential;
        self
    }

    pub(super) fn on(mut self, server: Server) -> Self {
        self.server = server;
        self
    }

    pub(super) fn path(mut self, name: &str, value: &str) -> Self {
        self.path.insert(name.to_owned(), value.to_owned());
        self
    }

    pub(super) fn query(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn accept(mut self, media_type: &str) -> Self {
        self.accept = Some(media_type.to_owned());
        self
    }

    pub(super) fn range(mut self, range: &str) -> Self {
        self.range = Some(range.to_owned());
        self
    }

    pub(super) fn if_range(mut self, tag: &str) -> Self {
        self.if_range = Some(tag.to_owned());
        self
    }

    pub(super) fn content_type(mut self, media_type: &str) -> Self {
        self.content_type = Some(media_type.to_owned());
        self
    }

    pub(super) fn force_update(mut self, value: Option<&str>) -> Self {
        self.force_update = value.map(str::to_owned);
        self
    }

    pub(super) fn json(mut self, body: Value) -> Self {
        self.payload = Payload::Json(body);
        self.content_type
            .get_or_insert_with(|| "application/json".to_owned());
        self
    }
}
