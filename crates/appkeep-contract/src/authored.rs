//! The authored document of this repository, which is embedded.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;

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

/// The title and the detail of the problems that the references document, by URI. They are fixed word for word.
pub(crate) fn fixed_problems() -> &'static BTreeMap<String, [String; 2]> {
    static FIXED: LazyLock<BTreeMap<String, [String; 2]>> = LazyLock::new(|| {
        let examples = shared().and_then(|document| document.root().pointer("/components/examples"));
        let examples = examples.and_then(Value::as_object).into_iter().flatten();
        let documented = examples.filter(|(_, example)| example["x-origin"] != "companion");
        let problems = documented.filter_map(|(_, example)| {
            let text = |name: &str| example["value"][name].as_str().map(str::to_owned);
            let uri = text("type")?;
            let is_numbered = uri.starts_with(PROBLEMS);
            is_numbered.then_some((uri, [text("title")?, text("detail")?]))
        });
        problems.collect()
    });
    &FIXED
}

/// The beginning of the URI of a problem with a number.
pub(crate) const PROBLEMS: &str = "https://astra.netapp.io/problems/";
