//! The parts of an operation that a peer can notice.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

/// Where a thing comes from: the published reference or our own additions to it (`x-origin`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The published reference documents it.
    Documented,
    /// The software needs it, the reference is silent.
    Companion,
}

/// One operation of a document.
#[derive(Debug, Clone)]
pub struct Operation {
    /// The `operationId`; where a document has none, method and path.
    pub id: String,
    /// Whether the document itself gave the id.
    pub id_given: bool,
    /// The method in capitals.
    pub method: String,
    /// The path template as written.
    pub path: String,
    /// JSON pointer of the operation.
    pub at: String,
    /// Documented or companion.
    pub origin: Origin,
    /// Its own parameters and those of its path, references resolved.
    pub parameters: Vec<Parameter>,
    /// The request body.
    pub body: Option<Body>,
    /// The responses in the document's order.
    pub responses: Vec<Response>,
    /// What a caller has to present.
    pub security: Security,
}

impl Operation {
    /// The path template with every parameter name left out: two documents may name them differently.
    #[must_use]
    pub fn route(&self) -> String {
        route(&self.path)
    }

    /// The response that stands for a status: the exact one, else its range, else `default`.
    #[must_use]
    pub fn response(&self, status: u16) -> Option<&Response> {
        let keys = [
            StatusKey::Exact(status),
            StatusKey::Range(u8::try_from(status / 100).unwrap_or(0)),
            StatusKey::Default,
        ];
        keys.iter()
            .find_map(|key| self.responses.iter().find(|response| response.status == *key))
    }

    /// The parameters that stand in one place of the request.
    pub fn parameters_in(&self, location: ParameterLocation) -> impl Iterator<Item = &Parameter> {
        self.parameters
            .iter()
            .filter(move |parameter| parameter.location == location)
    }
}

/// A path template with its parameter names left out.
pub(crate) fn route(path: &str) -> String {
    path.split('/')
        .map(|segment| {
            if segment.starts_with('{') && segment.ends_with('}') {
                "{}"
            } else {
                segment
            }
        })
        .collect::<Vec<_>>()
        .join("/")
}

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ParameterLocation {
    /// In the path template.
    Path,
    /// After the question mark.
    Query,
    /// A request header.
    Header,
    /// A cookie.
    Cookie,
}

impl ParameterLocation {
    /// The word that OpenAPI uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Cookie => "cookie",
        }
    }
}

/// One parameter.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name; header names compare without case.
    pub name: String,
    /// Where it stands.
    pub location: ParameterLocation,
    /// Whether a request without it is wrong.
    pub required: bool,
    /// Its schema; `None` where the document describes it by `content` instead.
    pub schema: Option<SchemaPlace>,
    /// The one media type that describes it, where no schema does.
    pub content: Vec<MediaType>,
    /// How a value is written, defaults filled in: `form`, `simple`, …
    pub style: String,
    /// Whether lists become repeated parameters, defaults filled in.
    pub explode: bool,
    /// JSON pointer of the parameter.
    pub at: String,
}

impl Parameter {
    /// Whether two documents mean the same parameter.
    #[must_use]
    pub fn is_same_as(&self, other: &Self) -> bool {
        let same_name = match self.location {
            ParameterLocation::Header => self.name.eq_ignore_ascii_case(&other.name),
            _ => self.name == other.name,
        };
        self.location == other.location && same_name
    }
}

/// A request body.
#[derive(Debug, Clone)]
pub struct Body {
    /// Whether a request without it is wrong.
    pub required: bool,
    /// What it may be written in.
    pub content: Vec<MediaType>,
    /// JSON pointer of the body.
    pub at: String,
}

/// One entry of a `content` map.
#[derive(Debug, Clone)]
pub struct MediaType {
    /// Type and subtype as written, without parameters; they compare without case.
    pub name: String,
    /// What stands behind the subtype, in lower case and without blanks: `charset=utf-8`; mostly empty.
    pub parameters: String,
    /// The schema of the body; `None` where any body goes.
    pub schema: Option<SchemaPlace>,
    /// JSON pointer of the entry.
    pub at: String,
}

/// The status a response stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StatusKey {
    /// One status.
    Exact(u16),
    /// A hundred of them: `4XX`.
    Range(u8),
    /// Whatever isn't listed.
    Default,
}

impl fmt::Display for StatusKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(status) => write!(f, "{status}"),
            Self::Range(hundred) => write!(f, "{hundred}XX"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// One response.
#[derive(Debug, Clone)]
pub struct Response {
    /// The status it stands for.
    pub status: StatusKey,
    /// Documented or companion; inherits from its operation.
    pub origin: Origin,
    /// The declared headers, without `Content-Type`, which OpenAPI ignores.
    pub headers: Vec<Header>,
    /// The declared media types; empty means that there is no body.
    pub content: Vec<MediaType>,
    /// JSON pointer of the response.
    pub at: String,
}

/// One declared response header.
#[derive(Debug, Clone)]
pub struct Header {
    /// Its name as written.
    pub name: String,
    /// Whether every such response carries it.
    pub required: bool,
    /// Its schema; `None` where the document describes it by `content` instead.
    pub schema: Option<SchemaPlace>,
    /// The one media type that describes it, where no schema does.
    pub content: Vec<MediaType>,
    /// JSON pointer of the header.
    pub at: String,
}

impl Header {
    /// Where its schema stands, beside it or in its media type.
    #[must_use]
    pub fn place(&self) -> Option<&SchemaPlace> {
        self.schema
            .as_ref()
            .or_else(|| self.content.first()?.schema.as_ref())
    }
}

/// Where a schema stands in its document, as a JSON pointer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SchemaPlace(pub String);

/// The alternatives of what a caller has to present.
///
/// An alternative is a set of schemes, each written as what it is (`http bearer`) and not as what the
/// document calls it. No alternative, or an empty one, means that anybody may call.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Security(pub BTreeSet<BTreeSet<String>>);

impl Security {
    /// Whether a caller without credentials may call.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.0.is_empty() || self.0.iter().any(BTreeSet::is_empty)
    }
}

impl fmt::Display for Security {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_open() {
            return f.write_str("nothing");
        }
        let alternatives: Vec<String> = self
            .0
            .iter()
            .map(|set| set.iter().cloned().collect::<Vec<_>>().join(" and "))
            .collect();
        f.write_str(&alternatives.join(", or "))
    }
}

#[cfg(test)]
mod tests {
    use super::route;

    #[test]
    fn only_whole_segments_are_parameters() {
        assert_eq!(route("/a/{b}/{c}"), "/a/{}/{}");
        assert_eq!(route("/a/{b/c}/{d}e"), "/a/{b/c}/{d}e");
    }
}
