//! Parsing of OpenAPI documents, and comparison of each with itself.

use std::sync::Arc;

use appkeep_openapi::{Document, Limits, ResponseValidator, diff, statics};

/// The name of the documents in messages.
const NAME: &str = "fuzzed";

/// The size of a document, in bytes, and its number of YAML values that are permitted.
const LIMITS: (u64, u64) = (64 << 10, 20_000);

/// Reads the bytes as a document in YAML or JSON. It must equal itself, in 3.0 also when it is written as JSON.
///
/// # Panics
/// When an error doesn't name the document on one line, or a document differs from itself.
pub fn document(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    let mut limits = Limits::default();
    (limits.document_bytes, limits.yaml_values) = LIMITS;
    let read = || Document::from_text_within(&limits, NAME, text);
    let document = match read() {
        Ok(document) => document,
        Err(error) => {
            let message = error.to_string();
            assert!(message.starts_with("failed to read fuzzed"), "{message:?}");
            assert!(!message.contains(['\n', '\r']), "{message:?}");
            return;
        }
    };
    assert_equal(&document, &read().expect("the same text"));
    // The schemas of 3.1 were rewritten. JSON has a limit of nesting that is a little lower.
    let is_as_written = document.root()["openapi"]
        .as_str()
        .is_some_and(|version| version.starts_with("3.0"));
    if is_as_written && let Ok(written) = Document::from_text(NAME, &document.root().to_string()) {
        assert_equal(&document, &written);
    }
    let found = statics::verify(&document, &document, &[]).findings;
    assert!(
        found.is_empty(),
        "a document doesn't conform to itself: {found:#?}"
    );
    // Schemas that can't be compiled are errors.
    let _ = ResponseValidator::new(Arc::new(document));
}

fn assert_equal(old: &Document, new: &Document) {
    let report = diff::compare(old, new);
    assert!(
        report.changes.is_empty(),
        "a document differs from itself: {}",
        report.text()
    );
}
