//! Differences between the server and its document are the message of the failed test.

use std::fs;
use std::panic::catch_unwind;

use appkeep_openapi::{DROPSHOT_ERRORS, assert_serves};

/// Replaces a part of the document, and returns the message of the failed assertion.
fn message(from: &str, to: &str) -> String {
    let document = fs::read_to_string("openapi.yaml").expect("the document");
    assert_eq!(document.matches(from).count(), 1, "{from}");
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("openapi.yaml");
    fs::write(&file, document.replace(from, to)).expect("a file");
    let panic = catch_unwind(|| {
        let api = dropshot_example::api().expect("an API");
        assert_serves(&api, &file, &[DROPSHOT_ERRORS]);
    });
    let message = panic
        .expect_err("a finding")
        .downcast::<String>()
        .expect("a message");
    message.replace(&format!("{}/", dir.path().display()), "")
}

#[track_caller]
fn assert_contains(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "no {part:?} in\n{message}");
    }
}

#[test]
fn a_field_that_the_server_does_not_send_is_reported() {
    let message = message("required: [isbn, title]", "required: [isbn, title, author]");
    let parts = [
        "\nresponse-schema\n  book_list 200\n",
        "  found:    /*: the property `author` is required, but may be absent\n",
        "  contract: openapi.yaml:41  #/components/schemas/Book\n",
    ];
    assert_contains(&message, &parts);
}

#[test]
fn another_status_is_reported() {
    let message = message("'201':", "'200':");
    let parts = [
        "\nstatus-extra\n  book_create 201\n",
        "\nstatus-missing\n  book_create 200\n",
    ];
    assert_contains(&message, &parts);
}

#[test]
fn the_document_requires_a_semantic_version() {
    assert_eq!(
        message("version: 1.0.0", "version: draft"),
        "invalid version \"draft\" of openapi.yaml: expected a semantic version"
    );
}
