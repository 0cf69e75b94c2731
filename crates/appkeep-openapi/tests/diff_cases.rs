//! Changed documents as cases: each directory below `diff/` has a base, a patch (RFC 6902) and the report that
//! is expected of it.
//!
//! A report is accepted with `cargo xtask test --accept -p appkeep-openapi diff_cases`; the verdict in
//! `case.yaml` is written by hand and never accepted.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use appkeep_openapi::Document;
use appkeep_openapi::diff::{self, Code, DiffReport, Effect, Versioning};
use appkeep_openapi::statics::{self, Direction};
use serde::Deserialize;
use serde_json::Value;

/// The contract of this workspace, as an example of a large document.
const SPEC_TEXT: &str = include_str!("openapi.yaml");

/// The fewest cases that there may be.
const CASES_MIN: usize = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// A description of the case, in one sentence.
    #[expect(dead_code, reason = "for readers of the file")]
    why: String,
    base: Base,
    /// The verdict.
    is: String,
    /// RFC 6902.
    patch: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Base {
    /// The contract.
    Spec,
    /// `diff/small.yaml`.
    Small,
    /// `diff/special.yaml`.
    Special,
    /// `diff/webhooks.yaml`, of OpenAPI 3.1.
    Webhooks,
}

/// Always of one version, so that a new version of the contract changes no report.
static SPEC: LazyLock<Document> = LazyLock::new(|| {
    let mut root = Document::from_text("spec/openapi.yaml", SPEC_TEXT)
        .unwrap()
        .root()
        .clone();
    root["info"]["version"] = "0.1.0".into();
    Document::from_value("base", root).unwrap()
});
static SMALL: LazyLock<Document> = LazyLock::new(|| without_lines(include_str!("diff/small.yaml")));
static SPECIAL: LazyLock<Document> = LazyLock::new(|| without_lines(include_str!("diff/special.yaml")));
static WEBHOOKS: LazyLock<Document> = LazyLock::new(|| without_lines(include_str!("diff/webhooks.yaml")));

/// So that a new line in a base changes no report.
fn without_lines(text: &str) -> Document {
    let root = Document::from_text("base", text).unwrap().root().clone();
    Document::from_value("base", root).unwrap()
}

#[test]
fn every_case_is_reported_as_expected() {
    let count = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/diff"))
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().path().is_dir())
        .count();
    assert!(count >= CASES_MIN, "{count} cases");
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    insta::glob!("diff/*/case.yaml", |file| {
        let text = fs::read_to_string(file).unwrap();
        let case: Case = serde_saphyr::from_str(&text).unwrap();
        let (old, new) = documents(&case);
        let report = diff::compare(&old, &new);
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(file.parent().unwrap());
        settings.set_prepend_module_to_snapshot(false);
        settings.remove_snapshot_suffix();
        settings.set_omit_expression(true);
        settings.remove_input_file();
        settings.bind(|| insta::assert_snapshot!("report", report.text()));
        let name = name_of(file);
        seen.extend(report.changes.iter().map(|change| change.code));
        if report.level.as_str() != case.is {
            wrong.push(format!("{name}: {} and not {}", report.level.as_str(), case.is));
        }
        agrees_with_static_verification(&name, &old, &new, &report);
        the_way_back_swaps_clients_and_servers(&name, &old, &new, &report);
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
    let unseen: Vec<_> = Code::ALL.iter().filter(|code| !seen.contains(code)).collect();
    assert!(unseen.is_empty(), "no case shows {unseen:?}");
}

fn documents(case: &Case) -> (Document, Document) {
    let old = match case.base {
        Base::Spec => SPEC.clone(),
        Base::Small => SMALL.clone(),
        Base::Special => SPECIAL.clone(),
        Base::Webhooks => WEBHOOKS.clone(),
    };
    let mut root = old.root().clone();
    let patch: json_patch::Patch = serde_json::from_value(case.patch.clone()).unwrap();
    json_patch::patch(&mut root, &patch).unwrap();
    let new = Document::from_value("patched", root).unwrap();
    (old, new)
}

fn name_of(file: &Path) -> String {
    let directory = file.parent().unwrap().file_name().unwrap();
    directory.to_string_lossy().into_owned()
}

/// Changes that static verification reports between the two documents are never classified as safe.
fn agrees_with_static_verification(name: &str, old: &Document, new: &Document, report: &DiffReport) {
    let is_broken = |contract: &Document, server: &Document| {
        statics::verify(contract, server, &[])
            .findings
            .iter()
            .any(|finding| finding.direction != Direction::Documents)
    };
    assert!(!is_broken(old, new) || report.clients() > Effect::Safe, "{name}");
    assert!(!is_broken(new, old) || report.servers() > Effect::Safe, "{name}");
}

/// A schema that is wider on the way there is narrower on the way back.
fn the_way_back_swaps_clients_and_servers(name: &str, old: &Document, new: &Document, report: &DiffReport) {
    let back = diff::compare(new, old);
    let schemas = |report: &DiffReport, effect: fn(&diff::Change) -> Effect| {
        let about_schemas = report.changes.iter().filter(|change| {
            // A change of a webhook names the change of an operation that it corresponds to.
            let code = match change.code.as_str() {
                code if code.starts_with("webhook-") => change.what.as_str(),
                code => code,
            };
            code.contains("-narrower") || code.contains("-wider") || change.code == Code::RequestPropertyAdded
        });
        about_schemas
            .filter(|change| effect(change) > Effect::Safe)
            .count()
    };
    assert_eq!(
        schemas(report, |change| change.clients),
        schemas(&back, |change| change.servers),
        "{name}"
    );
    assert_eq!(report.changes.is_empty(), back.changes.is_empty(), "{name}");
    assert!(back.versioning != Versioning::Unreadable, "{name}");
}
