//! The authored document of this repository, which is embedded.

use std::sync::LazyLock;

use appkeep_openapi::{Document, DocumentError};

/// The text of the authored document, `spec/openapi.yaml`.
pub const TEXT: &str = include_str!("../openapi.yaml");

/// The name under which findings mention the authored document.
pub const NAME: &str = "spec/openapi.yaml";

/// The document, read once for all explanations of codes; `None` if it can't be read.
static SHARED: LazyLock<Option<Document>> = LazyLock::new(|| document().ok());

/// Reads the document that is embedded in this crate.
///
/// # Errors
///
/// When `spec/openapi.yaml` was not a readable OpenAPI 3.0 document at build time.
pub fn document() -> Result<Document, DocumentError> {
    Document::from_text(NAME, TEXT)
}

/// The embedded document, read once per process.
pub(crate) fn shared() -> Option<&'static Document> {
    SHARED.as_ref()
}
