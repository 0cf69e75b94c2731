//! Places in a document.

use std::fmt;

use serde::Serialize;

use crate::document::{Document, beside, reference_to};

/// A place in a document: file, line, JSON pointer. Written as `spec/openapi.yaml:12  #/paths`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The document's name.
    pub file: String,
    /// The line, counted from 1; `None` for a document without text.
    pub line: Option<usize>,
    /// The JSON pointer as a fragment: `#/paths/…`.
    pub pointer: String,
}

impl Place {
    /// A place in the document with that name. A pointer may start with `#`, or with the path of another file relative
    /// to the document and `#`.
    #[must_use]
    pub fn new(file: &str, line: Option<usize>, pointer: &str) -> Self {
        let is_local = pointer.is_empty() || pointer.starts_with(['#', '/']);
        let (file, pointer) = match pointer.split_once('#').filter(|_| !is_local) {
            Some((other, pointer)) => (beside(file, other), pointer),
            None => (file.to_owned(), pointer.strip_prefix('#').unwrap_or(pointer)),
        };
        Self {
            file,
            line,
            pointer: format!("#{pointer}"),
        }
    }

    /// A place in a document, with its line.
    #[must_use]
    pub fn in_document(document: &Document, pointer: &str) -> Self {
        Self::new(document.name(), document.line(pointer), &reference_to(pointer))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, "  {}", self.pointer)
    }
}
