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

/// OLD and NEW in YAML: NEW has another status (major), a new optional property (minor) and another summary (patch).
fn versions(directory: &TempDir) -> (String, String) {
    let text = |status: &str, note: &str, summary: &str| {
        format!(
            "openapi: 3.0.3
info: {{title: Things, version: 1.0.0}}
paths:
  /things/{{id}}:
    parameters:
      - {{name: id, in: path, required: true, schema: {{type: string}}}}
    put:
      operationId: replace
      summary: {summary}
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties:
                name: {{type: string}}
{note}      responses:
        '200': {{description: It.}}
{status}"
        )
    };
    let write = |name: &str, text: String| {
        let path = directory.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let note = "                note: {type: string}\n";
    let status = "        '429': {description: 'Slow, please.'}\n";
    (
        write("old.yaml", text("", "", "Replace")),
        write("new.yaml", text(status, note, "Replaces")),
    )
}

const IGNORED: &str = "[[ignore]]
code = 'status-added'
place = '#/paths/~1things~1{id}/**'
reason = 'clients <retry> | wait'

[[ignore]]
code = 'link-added'
place = '**'
reason = 'planned'
";

/// The run in a SARIF file, which is checked against the schema of OASIS.
fn sarif_run(file: &str) -> Value {
    let schema = serde_json::from_str(include_str!("sarif-2.1.0.json")).unwrap();
    let report: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let schema = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap();
    let errors: Vec<String> = schema
        .iter_errors(&report)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    report["runs"][0].clone()
}

#[test]
fn changes_are_annotations_markdown_and_valid_sarif() {
    let directory = tempfile::tempdir().unwrap();
    let (old, new) = versions(&directory);
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let (sarif, markdown, ignore) = (path("a.sarif"), path("a.md"), path("ignore.toml"));
    fs::write(&ignore, IGNORED).unwrap();
    let files = [
        format!("--output=sarif={sarif}"),
        format!("--output=markdown={markdown}"),
    ];
    let names = [
        "--old-name",
        "old.yaml",
        "--new-name",
        "spec/new.yaml",
        "-o",
        "github",
    ];
    let arguments = [&["diff", &old, &new], &names[..], &[&files[0], &files[1]]].concat();
    let output = run(&arguments);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text = stdout(&output);
    let lines: Vec<&str> = text.lines().collect();
    for (line, expected) in [
        (
            0,
            "::error file=spec/new.yaml,line=20,title=major status-added::429",
        ),
        (
            1,
            "::warning file=spec/new.yaml,line=17,title=minor request-property-added::",
        ),
        (
            2,
            "::notice file=spec/new.yaml,line=9,title=patch description-changed::",
        ),
    ] {
        assert!(lines[line].starts_with(expected), "{text}");
    }
    let text = fs::read_to_string(&markdown).unwrap();
    assert!(text.starts_with("## API changes: major"), "{text}");
    assert!(text.contains("| `status-added` | `replace 429` |"), "{text}");
    let minor = "<details><summary>Minor: clients keep working (1)</summary>";
    assert!(text.contains(minor), "{text}");
    assert_eq!(
        text.matches("<details>").count(),
        text.matches("</details>").count()
    );
    let first = &sarif_run(&sarif)["results"][0];
    assert_eq!(
        (&first["ruleId"], &first["level"]),
        (&json!("status-added"), &json!("error"))
    );
    let place = json!({"artifactLocation": {"uri": "spec/new.yaml"}, "region": {"startLine": 20}});
    assert_eq!(first["locations"][0]["physicalLocation"], place);
    // With an ignored change.
    let output = run([&arguments[..], &["--ignore", &ignore]].concat());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let text = stdout(&output);
    assert!(!text.contains("::error") && text.contains("1 ignored"), "{text}");
    assert!(text.contains("no change matches link-added"), "{text}");
    let text = fs::read_to_string(&markdown).unwrap();
    assert!(text.contains("clients &lt;retry&gt; \\| wait"), "{text}");
    let run_of = sarif_run(&sarif);
    let mut results = run_of["results"].as_array().unwrap().iter();
    let suppressed = results.find(|one| one["ruleId"] == "status-added").unwrap();
    let reason = "clients <retry> | wait";
    assert_eq!(
        suppressed["suppressions"],
        json!([{"kind": "external", "status": "accepted", "justification": reason}])
    );
}

#[test]
fn levels_and_ignored_changes_decide_the_exit_code() {
    let directory = tempfile::tempdir().unwrap();
    let (old, new) = versions(&directory);
    let ignore = directory.path().join("ignore.toml").to_str().unwrap().to_owned();
    fs::write(&ignore, IGNORED).unwrap();
    let (status, note) = (
        "--level=status-added=minor",
        "--level=request-property-added=none",
    );
    for (options, expected) in [
        (&[][..], 1),
        (&["--fail-on", "never"], 0),
        (&[status], 0),
        (&[status, "--fail-on", "minor"], 1),
        (&["--ignore", &ignore], 0),
        (&["--ignore", &ignore, "--fail-on=minor"], 1),
        (&["--ignore", &ignore, "--fail-on=minor", note], 0),
        (&["--ignore", &ignore, "--fail-on=patch", note], 1),
        (&["--level=request-property-added=major", "--ignore", &ignore], 1),
    ] {
        let output = run([&["diff", &old, &new], options].concat());
        assert_eq!(output.status.code(), Some(expected), "{options:?}: {output:?}");
    }
    let text = stdout(&run(["diff", &old, &new, "--ignore", &ignore]));
    for expected in [
        "reason: clients <retry> | wait (",
        "2 changes: 0 major, 1 minor, 1 patch, 1 ignored",
        "ignore.toml:6: no change matches",
    ] {
        assert!(text.contains(expected), "{text}");
    }
}

#[test]
fn invalid_options_are_explained() {
    let directory = tempfile::tempdir().unwrap();
    let (old, new) = versions(&directory);
    let ignore = directory.path().join("ignore.toml").to_str().unwrap().to_owned();
    fs::write(&ignore, "[[ignore]]\ncode = 'status-added'\nplace = '**'\n").unwrap();
    for (options, expected) in [
        (&["--level", "status-aded=minor"][..], "did you mean status-added"),
        (&["--level", "status-added"], "expected CODE=LEVEL"),
        (
            &["--level", "status-added=low"],
            "expected major, minor, patch or none",
        ),
        (
            &["--output", "xml"],
            "expected text, json, markdown, sarif, github",
        ),
        (&["--output", "sarif="], "expected a file after ="),
        (
            &["--output", "sarif=no/such/directory"],
            "its directory does not exist",
        ),
        (
            &["--output", "json", "--output", "text"],
            "2 formats for stdout: expected one",
        ),
        (&["--ignore", &ignore], "ignore.toml:1: an entry has no reason"),
    ] {
        let output = run([&["diff", &old, &new], options].concat());
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(text.contains(expected), "{text}");
    }
}

#[test]
fn exceeded_limits_are_named_with_their_values() {
    let directory = tempfile::tempdir().unwrap();
    let (old, new) = versions(&directory);
    for (limit, expected) in [
        (
            "document-bytes=500",
            "bytes, and the limit document-bytes is 500; `--limit document-bytes=N` raises it",
        ),
        (
            "yaml-values=20",
            "it has more than 20 values, and the limit yaml-values is 20; `--limit yaml-values=N` raises it",
        ),
        (
            "proof=1",
            "unknown limit \"proof\": expected document-bytes, yaml-values, external-files, proof-steps",
        ),
        ("proof-steps=x", "invalid number \"x\""),
    ] {
        let output = run(["diff", &old, &new, "--limit", limit]);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(text.contains(expected), "{text}");
    }
    let text = stdout(&run(["diff", &old, &new, "--limit", "proof-steps=1"]));
    assert!(
        text.contains("undecided after 1 steps: the limit proof-steps; `appkeep diff --limit"),
        "{text}"
    );
}

/// Writes a document of three files, the last of which refers back to the first.
fn files(directory: &Path, minimum: u32) -> String {
    let write = |name: &str, text: String| {
        let path = directory.join(name);
        fs::create_dir_all(path.parent().expect("a directory")).expect("a directory to write to");
        fs::write(path, text).expect("a directory to write to");
    };
    write(
        "openapi.yaml",
        "openapi: 3.0.3\ninfo: {title: Shop, version: 1.0.0}\npaths:\n  /items:\n    $ref: paths/items.yaml\n\
         components:\n  schemas:\n    Name: {type: string}\n"
            .to_owned(),
    );
    write(
        "paths/items.yaml",
        "get:\n  operationId: item_list\n  responses:\n    '200':\n      description: The items.\n      content:\n        \
         application/json:\n          schema: {type: array, items: {$ref: '../schemas/item.yaml#/Item'}}\n"
            .to_owned(),
    );
    write(
        "schemas/item.yaml",
        format!(
            "Item:\n  type: object\n  properties:\n    name: {{$ref: '../openapi.yaml#/components/schemas/Name'}}\n    \
             count:\n      type: integer\n      minimum: {minimum}\n    parts: {{type: array, items: {{$ref: '#/Item'}}}}\n"
        ),
    );
    directory.join("openapi.yaml").display().to_string()
}

#[test]
fn documents_of_several_files_are_compared_on_request() {
    let directory = tempfile::tempdir().unwrap();
    let (one, other) = (directory.path().join("old"), directory.path().join("new"));
    let (old, new) = (files(&one, 1), files(&other, 0));
    let all = directory.path().to_str().expect("a path in UTF-8");
    let output = run(["diff", &old, &new]);
    assert_eq!(output.status.code(), Some(2));
    let expected = format!(
        "failed to read {old} at #/paths/~1items: the reference `paths/items.yaml` leaves the document; \
         `--external-refs DIR` permits references to files below DIR"
    );
    assert!(only_error_line(&output).contains(&expected), "{output:?}");
    let output = run(["diff", &old, &old, "--external-refs", all]);
    assert!(stdout(&output).contains("verdict: none"), "{output:?}");
    let options = ["--external-refs", all, "--output", "json"];
    let output = run([&["diff", &old, &new], &options[..]].concat());
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let change = &report["changes"][0];
    assert_eq!(report["changes"].as_array().map(Vec::len), Some(1), "{report}");
    assert_eq!(change["code"], "response-wider");
    assert_eq!(change["new_at"], "schemas/item.yaml#/Item/properties/count");
    assert_eq!(change["new_line"], 5);
    let output = run(["diff", &old, &new, "--external-refs", all, "--output", "github"]);
    let line = format!(
        "::error file={},line=5,",
        other.join("schemas/item.yaml").display()
    );
    assert!(stdout(&output).starts_with(&line), "{output:?}");
    // The other version is outside of the directory.
    let output = run(["diff", &old, &new, "--external-refs", one.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        only_error_line(&output).contains("leads out of the directory"),
        "{output:?}"
    );
}
