//! `appkeep diff`

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::{only_error_line, run, stdout};

/// Writes a document with one operation, which responds with `status`.
fn document(directory: &TempDir, version: &str, status: &str) -> String {
    let document = json!({
        "openapi": "3.0.3",
        "info": {"title": "One operation", "version": version},
        "paths": {"/a": {"get": {"operationId": "fetch", "responses": {status: {"description": "It."}}}}},
    });
    let path = directory.path().join(format!("{version}-{status}.json"));
    fs::write(&path, document.to_string()).expect("a directory to write to");
    path.to_str().expect("a path in UTF-8").to_owned()
}

#[test]
fn the_exit_code_shows_breaking_changes() {
    let directory = tempfile::tempdir().unwrap();
    let old = document(&directory, "1.0.0", "200");
    let broken = document(&directory, "1.0.0", "202");
    let announced = document(&directory, "2.0.0", "202");
    let code = |arguments: &[&str]| {
        let output = run([&["diff"], arguments].concat());
        assert!(output.stderr.is_empty(), "{output:?}");
        (output.status.code(), stdout(&output))
    };
    let (same, text) = code(&[&old, &old]);
    assert_eq!(same, Some(0), "{text}");
    assert!(text.contains("verdict: none"), "{text}");
    let (breaks, text) = code(&[&old, &broken]);
    assert_eq!(breaks, Some(1), "{text}");
    assert!(
        text.contains("status-added") && text.contains("success-removed"),
        "{text}"
    );
    assert!(text.contains("require at least 2.0.0"), "{text}");
    assert_eq!(code(&[&old, &broken, "--by-version"]).0, Some(1));
    assert_eq!(code(&[&old, &announced]).0, Some(1));
    let (allowed, text) = code(&[&old, &announced, "--by-version"]);
    assert_eq!(allowed, Some(0), "{text}");
    assert!(text.contains("permits breaking changes"), "{text}");
}

#[test]
fn reports_can_be_json_with_given_names() {
    let directory = tempfile::tempdir().unwrap();
    let (old, new) = (
        document(&directory, "1.0.0", "200"),
        document(&directory, "1.1.0", "404"),
    );
    let names = ["--old-name", "before", "--new-name", "after"];
    let output = run([&["diff", &old, &new, "--format", "json"], &names[..]].concat());
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&report["old"], &report["new"]),
        (&json!("before"), &json!("after"))
    );
    assert_eq!(report["level"], "major");
    assert_eq!(report["versioning"], json!({"too-low": "2.0.0"}));
    let changes = report["changes"].as_array().unwrap();
    let removed = changes.iter().find(|change| change["code"] == "success-removed");
    assert_eq!(removed.unwrap()["uses"][0]["operation"], "fetch");
}

#[test]
fn unreadable_documents_are_named_in_one_line() {
    let directory = tempfile::tempdir().unwrap();
    let good = document(&directory, "1.0.0", "200");
    let write = |name: &str, text: &str| {
        let path = directory.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let error_line = |file: &str| {
        let text = only_error_line(&run(["diff", &good, file]));
        let name = Path::new(file).file_name().unwrap().to_str().unwrap();
        assert!(
            text.starts_with("failed to read") && text.contains(name),
            "{text}"
        );
        text
    };
    assert!(error_line("no-such-file.yaml").contains("No such file"));
    assert!(error_line(&write("swagger.yaml", "swagger: '2.0'\npaths: {}\n")).contains("#/openapi"));
    assert!(error_line(&write("other.json", "{\"a\": }")).contains("line 1"));
    error_line(&write("tabs.yaml", "a:\n\t- b\n"));
}
