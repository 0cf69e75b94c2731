//! The role of a value, given its name and where it is used.

use std::sync::LazyLock;

use serde_json::{Map, Value};

use crate::document::EXTERNAL;

/// The kind of a differing value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::diff) enum Kind {
    /// A text for people.
    Words,
    /// `x-…`.
    Extension,
    /// An example.
    Example,
    /// `deprecated`.
    Deprecation,
    /// `readOnly`, `writeOnly`.
    Access,
    /// `default` of a schema.
    Default,
    /// `discriminator`, `xml`, `encoding`.
    Encoding,
    /// `callbacks`.
    Callback,
    /// Anything that clients or servers may notice.
    Other,
}

/// The way in which a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Not at all.
    Skip,
    /// As a whole.
    Leaf(Kind),
    /// As a flag that is `false` by default.
    Flag(Kind),
    /// As the choice of a schema, with its defaults applied.
    Discriminator,
    /// As a text that describes a name.
    Text,
    /// As a whole, with its descriptions compared separately.
    Promise,
    /// As a list whose order has no meaning.
    Set,
    /// As schemas whose order has no meaning.
    Branches,
    /// Member by member; the names are keywords of OpenAPI.
    Thing,
    /// Entry by entry; the names are defined by the document.
    Things(Inner),
}

/// The role of an entry whose name is defined by the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inner {
    /// An object with members of its own.
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

/// The value used for a missing map.
pub(super) static EMPTY: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);

/// The role of the value of an OpenAPI keyword.
pub(super) fn of(key: &str) -> Role {
    match key {
        "description" | "summary" | "title" | "externalDocs" | "tags" | "termsOfService" | "contact"
        | "license" | "bearerFormat" => Role::Leaf(Kind::Words),
        "example" => Role::Leaf(Kind::Example),
        "examples" => Role::Things(Inner::Example),
        "deprecated" => Role::Flag(Kind::Deprecation),
        "readOnly" | "writeOnly" => Role::Flag(Kind::Access),
        "default" => Role::Leaf(Kind::Default),
        "discriminator" => Role::Discriminator,
        "xml" | "encoding" => Role::Leaf(Kind::Encoding),
        "callbacks" => Role::Leaf(Kind::Callback),
        "required" | "enum" | "security" => Role::Set,
        "allOf" | "anyOf" | "oneOf" => Role::Branches,
        "servers" => Role::Promise,
        "links" => Role::Things(Inner::Link),
        "scopes" => Role::Things(Inner::Text),
        "paths" | "responses" | "schemas" | "parameters" | "headers" | "requestBodies"
        | "securitySchemes" | "properties" | "patternProperties" | "dependentSchemas" | "$defs"
        | "content" | "webhooks" | "pathItems" | EXTERNAL => Role::Things(Inner::Thing),
        _ if key.starts_with("x-") => Role::Leaf(Kind::Extension),
        _ => Role::Thing,
    }
}
