//! Places in a document.

use std::fmt;

use serde::Serialize;

use crate::document::Document;

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
    /// A place in the document with that name; a pointer may start with `#`.
    #[must_use]
    pub fn new(file: &str, line: Option<usize>, pointer: &str) -> Self {
        Self {
            file: file.to_owned(),
            line,
            pointer: format!("#{}", pointer.strip_prefix('#').unwrap_or(pointer)),
        }
    }

    /// A place in a document, with its line.
    #[must_use]
    pub fn in_document(document: &Document, pointer: &str) -> Self {
        Self::new(document.name(), document.line(pointer), pointer)
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
