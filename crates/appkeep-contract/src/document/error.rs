//! What can be wrong with a document before it is compared with anything.

/// A document that can't be judged, with the place of the fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// The text is neither JSON nor YAML.
    #[error("read {name}: {why}")]
    Text {
        /// The document's name.
        name: String,
        /// What the parser said, with line and column.
        why: String,
    },
    /// Something isn't what OpenAPI 3.0 puts there.
    #[error("read {name} at {place}: expected {expected}")]
    Shape {
        /// The document's name.
        name: String,
        /// JSON pointer of the fault.
        place: String,
        /// What should be there.
        expected: String,
    },
    /// A `$ref` that leads nowhere.
    #[error("read {name} at {place}: the reference `{reference}` {why}")]
    Reference {
        /// The document's name.
        name: String,
        /// JSON pointer of the object that holds the reference.
        place: String,
        /// The reference as written.
        reference: String,
        /// Why it can't be followed.
        why: String,
    },
}
