//! The contract of this workspace, as an example of a large document.

use crate::document::Document;

/// The text of the document.
pub(crate) const TEXT: &str = include_str!("../tests/openapi.yaml");

/// The document.
pub(crate) fn document() -> Document {
    Document::from_text("spec/openapi.yaml", TEXT).unwrap()
}
