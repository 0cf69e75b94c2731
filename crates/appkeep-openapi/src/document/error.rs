//! Errors in a document that are found before any comparison.

/// A document that can't be checked, with the place of the error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// The file can't be read, or its text is neither JSON nor YAML.
    #[error("failed to read {name}: {why}")]
    Text {
        /// The document's name.
        name: String,
        /// The reason, with line and column if the text is invalid.
        why: String,
    },
    /// The document exceeds one of the limits.
    #[error("failed to read {name}: it has {what}, and the limit {limit} is {value}")]
    Limit {
        /// The document's name.
        name: String,
        /// The exceeding size.
        what: String,
        /// The name of the limit, as in `Limits::set`.
        limit: &'static str,
        /// The value of the limit.
        value: u64,
    },
    /// A value isn't what OpenAPI requires there.
    #[error("failed to read {name} at {place}: expected {expected}")]
    Shape {
        /// The document's name.
        name: String,
        /// JSON pointer of the invalid value.
        place: String,
        /// The expected value.
        expected: String,
    },
    /// A `$ref` that can't be resolved.
    #[error("failed to read {name} at {place}: the reference `{reference}` {why}")]
    Reference {
        /// The document's name.
        name: String,
        /// JSON pointer of the object with the reference.
        place: String,
        /// The reference as written.
        reference: String,
        /// The reason why it can't be resolved.
        why: String,
    },
}
