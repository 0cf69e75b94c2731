//! Assertions for tests of a server that generates its document.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::document::{Document, DocumentError};
use crate::statics::{self, Allowance, Code};

/// The errors of documents that dropshot writes: it documents one error type as the ranges 4XX and 5XX.
///
/// With this allowance, the statuses and bodies of errors aren't compared.
pub const DROPSHOT_ERRORS: Allowance = Allowance {
    code: Code::StatusRange,
    subjects: &["4XX", "5XX"],
    what: "errors as the ranges 4XX and 5XX",
    reason: "dropshot documents one error type for all statuses",
};

/// Asserts that a dropshot server conforms to the authored document in a file.
///
/// The server's document is that of the authored document's version. A relative path is relative to the package's
/// directory in tests that cargo runs.
///
/// # Panics
/// When there is a finding or a stale allowance; the message is the report with at most 20 groups of findings. Also when
/// the file can't be read, or isn't an OpenAPI 3.0 or 3.1 document with a semantic version.
#[cfg(feature = "dropshot")]
#[track_caller]
pub fn assert_serves<C: dropshot::ServerContext>(
    api: &dropshot::ApiDescription<C>,
    file: impl AsRef<Path>,
    allowances: &[Allowance],
) {
    let authored = read(file.as_ref());
    let info = |member: &str| authored.root()["info"][member].as_str().unwrap_or_default();
    let version = info("version");
    let Ok(version) = version.parse() else {
        panic!(
            "invalid version {version:?} of {}: expected a semantic version",
            authored.name()
        );
    };
    match api.openapi(info("title"), version).json() {
        Ok(server) => compare(&authored, server, allowances),
        Err(error) => panic!("failed to write the server's document: {error}"),
    }
}

/// Asserts that a server's own OpenAPI document conforms to the authored document in a file.
///
/// A relative path is relative to the package's directory in tests that cargo runs.
///
/// # Panics
/// When there is a finding or a stale allowance; the message is the report with at most 20 groups of findings. Also when
/// the file can't be read, or one of the documents isn't an OpenAPI 3.0 or 3.1 document.
#[track_caller]
pub fn assert_conforms(server: Value, file: impl AsRef<Path>, allowances: &[Allowance]) {
    compare(&read(file.as_ref()), server, allowances);
}

#[track_caller]
fn read(file: &Path) -> Document {
    let name = file.display().to_string();
    match fs::read_to_string(file) {
        Ok(text) => readable(Document::from_text(&name, &text)),
        Err(error) => panic!("failed to read {name}: {error}"),
    }
}

#[track_caller]
fn compare(authored: &Document, server: Value, allowances: &[Allowance]) {
    let server = readable(Document::from_value("the server", server));
    statics::verify(authored, &server, allowances).assert_holds();
}

#[track_caller]
fn readable(document: Result<Document, DocumentError>) -> Document {
    match document {
        Ok(document) => document,
        Err(error) => panic!("{error}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::assert_conforms;
    use crate::fixture;

    /// The file of [`fixture::document`].
    const FILE: &str = "tests/openapi.yaml";

    #[test]
    fn equal_documents_conform() {
        assert_conforms(fixture::document().root().clone(), FILE, &[]);
    }

    #[test]
    #[should_panic(expected = "\noperation-missing\n  app_list")]
    fn the_message_has_the_findings() {
        let mut server = fixture::document().root().clone();
        server["paths"] = json!({});
        assert_conforms(server, FILE, &[]);
    }

    #[test]
    #[should_panic(expected = "failed to read no-such-file.yaml: No such file")]
    fn unreadable_files_are_named() {
        assert_conforms(json!({}), "no-such-file.yaml", &[]);
    }

    #[test]
    #[should_panic(expected = "failed to read the server at #/openapi: expected")]
    fn other_documents_than_openapi_are_refused() {
        assert_conforms(json!({"swagger": "2.0"}), FILE, &[]);
    }
}
