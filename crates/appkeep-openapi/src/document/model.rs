//! The parts of an operation that clients and servers can notice.

use std::collections::BTreeSet;
use std::fmt;

/// One operation of a document.
#[derive(Debug, Clone)]
pub struct Operation {
    /// The `operationId`, or method and path if the document has none.
    pub id: String,
    /// Whether the id comes from the document.
    pub id_given: bool,
    /// The method in capitals.
    pub method: String,
    /// The path template as written.
    pub path: String,
    /// JSON pointer of the operation.
    pub at: String,
    /// Its own parameters and those of its path, references resolved, without those that OpenAPI ignores: headers
    /// that are named `Accept`, `Content-Type` or `Authorization`.
    pub parameters: Vec<Parameter>,
    /// The request body.
    pub body: Option<Body>,
    /// The responses in the document's order.
    pub responses: Vec<Response>,
    /// The required credentials.
    pub security: Security,
}

impl Operation {
    /// The path template without parameter names, which may differ between documents.
    #[must_use]
    pub fn route(&self) -> String {
        route(&self.path)
    }

    /// The response that applies to a status: the exact one, else its range, else `default`.
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

    /// The parameters in one location of the request.
    pub fn parameters_in(&self, location: ParameterLocation) -> impl Iterator<Item = &Parameter> {
        self.parameters
            .iter()
            .filter(move |parameter| parameter.location == location)
    }
}

/// A path template without its parameter names: `/a/{x}.json` becomes `/a/{}.json`.
pub(crate) fn route(path: &str) -> String {
    let mut route = String::new();
    let mut rest = path;
    while let Some((before, _, after)) = next_template(rest) {
        route.push_str(before);
        route.push_str("{}");
        rest = after;
    }
    route + rest
}

/// The names in a path template, in order. A segment may have several.
pub(super) fn names_in(path: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = path;
    while let Some((_, name, after)) = next_template(rest) {
        names.push(name);
        rest = after;
    }
    names
}

/// Splits a path at its first template expression: the text before it, its name, and the text after it.
fn next_template(path: &str) -> Option<(&str, &str, &str)> {
    let mut begin = path.find('{')?;
    loop {
        let inner = &path[begin + 1..];
        let end = inner.find(['{', '}', '/'])?;
        if inner[end..].starts_with('}') {
            return Some((&path[..begin], &inner[..end], &inner[end + 1..]));
        }
        begin += 1 + end + inner[end..].find('{')?;
    }
}

/// The location of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ParameterLocation {
    /// In the path template.
    Path,
    /// The query.
    Query,
    /// A request header.
    Header,
    /// A cookie.
    Cookie,
}

impl ParameterLocation {
    /// The name of the location in OpenAPI.
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
    /// Its name; header names are case-insensitive.
    pub name: String,
    /// Its location.
    pub location: ParameterLocation,
    /// Whether a request without it is invalid.
    pub required: bool,
    /// Its schema; `None` if the document uses `content` instead.
    pub schema: Option<SchemaPlace>,
    /// The one media type that describes it, if it has no schema.
    pub content: Vec<MediaType>,
    /// The serialization of a value, with defaults applied: `form`, `simple`, …
    pub style: String,
    /// Whether lists become repeated parameters, with defaults applied.
    pub explode: bool,
    /// JSON pointer of the parameter.
    pub at: String,
}

impl Parameter {
    /// Whether two documents refer to the same parameter.
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
    /// Whether a request without it is invalid.
    pub required: bool,
    /// The accepted media types.
    pub content: Vec<MediaType>,
    /// JSON pointer of the body.
    pub at: String,
}

/// One entry of a `content` map.
#[derive(Debug, Clone)]
pub struct MediaType {
    /// Type and subtype as written, without parameters; case-insensitive.
    pub name: String,
    /// The parameters after the subtype, in lower case and without spaces: `charset=utf-8`; usually empty.
    pub parameters: String,
    /// The schema of the body; `None` if any body is permitted.
    pub schema: Option<SchemaPlace>,
    /// JSON pointer of the entry.
    pub at: String,
}

impl MediaType {
    /// The parameters that distinguish media types. `charset` isn't one of them: it only says how text is written.
    pub(crate) fn distinguishing(&self) -> BTreeSet<&str> {
        self.parameters
            .split(';')
            .filter(|parameter| !parameter.is_empty() && !parameter.starts_with("charset="))
            .collect()
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        self.distinguishing()
            .into_iter()
            .try_for_each(|parameter| write!(f, ";{parameter}"))
    }
}

/// The status or statuses that a response applies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StatusKey {
    /// One status.
    Exact(u16),
    /// All statuses of a hundred: `4XX`.
    Range(u8),
    /// Any status that isn't listed.
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
    /// The status it applies to.
    pub status: StatusKey,
    /// The declared headers, without `Content-Type`, which OpenAPI ignores.
    pub headers: Vec<Header>,
    /// The declared media types; empty if there is no body.
    pub content: Vec<MediaType>,
    /// JSON pointer of the response.
    pub at: String,
}

/// One declared response header.
#[derive(Debug, Clone)]
pub struct Header {
    /// Its name as written.
    pub name: String,
    /// Whether it is present in every such response.
    pub required: bool,
    /// Its schema; `None` if the document uses `content` instead.
    pub schema: Option<SchemaPlace>,
    /// The one media type that describes it, if it has no schema.
    pub content: Vec<MediaType>,
    /// Whether the members of an object are written as `name=value`; `false` by default.
    pub explode: bool,
    /// JSON pointer of the header.
    pub at: String,
}

impl Header {
    /// The place of its schema, which is in the header or in its media type.
    #[must_use]
    pub fn place(&self) -> Option<&SchemaPlace> {
        self.schema
            .as_ref()
            .or_else(|| self.content.first()?.schema.as_ref())
    }
}

/// The place of a schema in its document, as a JSON pointer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SchemaPlace(pub String);

/// The alternatives of required credentials.
///
/// An alternative is a set of schemes. Each scheme is written as its type (`http bearer`), independent of its
/// name in the document. Without alternatives, or with an empty one, no credentials are required.
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
    use super::{names_in, route};

    #[test]
    fn parameters_may_be_parts_of_segments() {
        for (path, expected, names) in [
            ("/a/{b}/{c}", "/a/{}/{}", vec!["b", "c"]),
            ("/a/{b}.json", "/a/{}.json", vec!["b"]),
            ("/a/{b}...{c}/d", "/a/{}...{}/d", vec!["b", "c"]),
            ("/a/{b/c}/{d}e", "/a/{b/c}/{}e", vec!["d"]),
            ("/a/{b{c}", "/a/{b{}", vec!["c"]),
            ("/a/{b/{c", "/a/{b/{c", vec![]),
        ] {
            assert_eq!(
                (route(path).as_str(), names_in(path)),
                (expected, names),
                "{path}"
            );
        }
    }
}
