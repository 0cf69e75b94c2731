//! What stands under a name, by the name and where it is used.

use std::sync::LazyLock;

use serde_json::{Map, Value};

/// What kind of thing differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::diff) enum Kind {
    /// Text for people.
    Words,
    /// `x-…`.
    Extension,
    /// An example.
    Example,
    /// `deprecated`.
    Deprecation,
    /// `default` of a schema.
    Default,
    /// `discriminator`, `xml`, `encoding`.
    Encoding,
    /// `callbacks`.
    Callback,
    /// What peers may notice.
    Other,
}

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Not at all.
    Skip,
    /// As a whole.
    Leaf(Kind),
    /// As text that explains a name.
    Text,
    /// As a whole, but its own words apart.
    Promise,
    /// As a list whose order says nothing.
    Set,
    /// As schemas whose order says nothing.
    Branches,
    /// Member by member, each by its name.
    Thing,
    /// Name by name: the names are the document's own.
    Things(Inner),
}

/// What a name of the document's own stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inner {
    /// Something with members of its own.
    Thing,
    /// An example.
    Example,
    /// A link.
    Link,
    /// A text.
    Text,
}

impl Inner {
    pub(super) fn role(self) -> Role {
        match self {
            Self::Thing => Role::Thing,
            Self::Example => Role::Leaf(Kind::Example),
            Self::Link => Role::Promise,
            Self::Text => Role::Text,
        }
    }
}

/// What stands for a map that was left out.
pub(super) static EMPTY: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);

/// What stands under a keyword of OpenAPI.
pub(super) fn of(key: &str) -> Role {
    match key {
        "description" | "summary" | "title" | "externalDocs" | "tags" | "termsOfService" | "contact"
        | "license" => Role::Leaf(Kind::Words),
        "example" => Role::Leaf(Kind::Example),
        "examples" => Role::Things(Inner::Example),
        "deprecated" => Role::Leaf(Kind::Deprecation),
        "default" => Role::Leaf(Kind::Default),
        "discriminator" | "xml" | "encoding" => Role::Leaf(Kind::Encoding),
        "callbacks" => Role::Leaf(Kind::Callback),
        "required" | "enum" | "security" => Role::Set,
        "allOf" | "anyOf" | "oneOf" => Role::Branches,
        "servers" => Role::Promise,
        "links" => Role::Things(Inner::Link),
        "scopes" => Role::Things(Inner::Text),
        "paths" | "responses" | "schemas" | "parameters" | "headers" | "requestBodies"
        | "securitySchemes" | "properties" | "patternProperties" | "content" => Role::Things(Inner::Thing),
        _ if key.starts_with("x-") => Role::Leaf(Kind::Extension),
        _ => Role::Thing,
    }
}
