//! Problems on the wire (RFC 7807).

use std::fmt;

use dropshot::{ErrorStatusCode, HttpError, HttpResponseError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The media type of problems.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// An invalid query parameter or body field. Mirrors `InvalidParam` and `InvalidField`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InvalidItem {
    /// Its name.
    pub name: String,
    /// The reason why it is invalid.
    pub reason: String,
}

/// An error. Mirrors `Problem`. `detail` is always sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    /// A URI for the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// A short name of the kind of problem.
    pub title: String,
    /// A sentence about this occurrence of the problem.
    pub detail: String,
    /// The HTTP status, as a string.
    pub status: Status,
    /// The id of this request in the server's log.
    #[serde(rename = "correlationID", default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub correlation_id: Option<String>,
    /// The invalid query parameters.
    #[serde(rename = "invalidParams", default, skip_serializing_if = "Vec::is_empty")]
    pub invalid_params: Vec<InvalidItem>,
    /// The invalid fields of the body.
    #[serde(rename = "invalidFields", default, skip_serializing_if = "Vec::is_empty")]
    pub invalid_fields: Vec<InvalidItem>,
}

/// An HTTP status, written as a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Status(pub ErrorStatusCode);

impl From<Status> for String {
    fn from(status: Status) -> Self {
        status.0.as_u16().to_string()
    }
}

impl TryFrom<String> for Status {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse::<u16>()
            .ok()
            .and_then(|code| ErrorStatusCode::from_u16(code).ok())
            .map(Self)
            .ok_or_else(|| format!("{text:?} is not the status of an error"))
    }
}

impl JsonSchema for Status {
    fn is_referenceable() -> bool {
        false
    }

    fn schema_name() -> String {
        "Status".to_owned()
    }

    fn json_schema(_: &mut schemars::r#gen::SchemaGenerator) -> schemars::schema::Schema {
        schemars::schema::SchemaObject {
            instance_type: Some(schemars::schema::InstanceType::String.into()),
            string: Some(Box::new(schemars::schema::StringValidation {
                pattern: Some("^[1-5][0-9][0-9]$".to_owned()),
                ..Default::default()
            })),
            ..Default::default()
        }
        .into()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.title, self.detail)
    }
}

/// Errors that dropshot returns before a handler is called. The extractors of this crate never fail, and requests
/// without a declared path are answered earlier: see `docs/api-quirks.md`.
impl From<HttpError> for Problem {
    fn from(error: HttpError) -> Self {
        Self {
            kind: "about:blank".to_owned(),
            title: "Request not understood".to_owned(),
            detail: error.external_message,
            status: Status(error.status_code),
            correlation_id: None,
            invalid_params: Vec::new(),
            invalid_fields: Vec::new(),
        }
    }
}

impl HttpResponseError for Problem {
    fn status_code(&self) -> ErrorStatusCode {
        self.status.0
    }
}
