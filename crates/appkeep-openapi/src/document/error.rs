//! Errors in a document that are found before any comparison.

use std::error::Error;
use std::fmt::{self, Write as _};

/// A document that can't be checked, with the place of the error.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DocumentError {
    /// The file can't be read, or its text is neither JSON nor YAML.
    Text {
        /// The document's name.
        name: String,
        /// The reason, with line and column if the text is invalid.
        why: String,
    },
    /// The document exceeds one of the limits.
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
    Shape {
        /// The document's name.
        name: String,
        /// JSON pointer of the invalid value.
        place: String,
        /// The expected value.
        expected: String,
    },
    /// A `$ref` that can't be resolved.
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

impl Error for DocumentError {}

impl fmt::Display for DocumentError {
    /// Escapes control characters, so that an error is on one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for char in self.message().chars() {
            if char.is_control() {
                write!(f, "{}", char.escape_default())?;
            } else {
                f.write_char(char)?;
            }
        }
        Ok(())
    }
}

impl DocumentError {
    fn message(&self) -> String {
        match self {
            Self::Text { name, why } => format!("failed to read {name}: {why}"),
            Self::Limit {
                name,
                what,
                limit,
                value,
            } => format!("failed to read {name}: it has {what}, and the limit {limit} is {value}"),
            Self::Shape {
                name,
                place,
                expected,
            } => format!("failed to read {name} at {place}: expected {expected}"),
            Self::Reference {
                name,
                place,
                reference,
                why,
            } => format!("failed to read {name} at {place}: the reference `{reference}` {why}"),
        }
    }
}
