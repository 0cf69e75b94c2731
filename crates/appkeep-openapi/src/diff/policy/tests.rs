use serde_json::{Value, json};

use super::*;
use crate::document::Document;
use crate::outcome::Outcome;

const TODAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 11, 30).unwrap();

/// A document with an operation that has these statuses and properties of its body.
fn document(statuses: &[&str], properties: &Value) -> Document {
    let responses = statuses
        .iter()
        .map(|status| ((*status).to_owned(), json!({"description": "It."})))
        .collect::<serde_json::Map<_, _>>();
    let schema = json!({"type": "object", "properties": properties});
    let post = json!({
        "operationId": "create",
        "requestBody": {"content": {"application/json": {"schema": schema}}},
        "responses": responses,
    });
    let root = json!({
        "openapi": "3.0.3",
        "info": {"title": "Things", "version": "1.0.0"},
        "paths": {"/things/{id}": {
            "post": post,
            "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
        }},
    });
    Document::from_value("a document", root).unwrap()
}

/// A report with `status-added` and `request-property-added`.
fn report() -> DiffReport {
    let (name, note) = (json!({"type": "string"}), json!({"type": "string"}));
    let old = document(&["200"], &json!({"name": name}));
    let new = document(&["200", "429"], &json!({"name": name, "note": note}));
    super::super::compare(&old, &new)
}

/// The codes of the changes that count, those that are ignored, and the warnings.
fn applied(file: &str) -> (Vec<&'static str>, Vec<&'static str>, Vec<String>) {
    let mut policy = Policy::default();
    policy.add_ignored("ignore.toml", file).unwrap();
    let mut report = report();
    report.apply(&policy, TODAY);
    let changes = report.changes.iter().map(|change| change.code.as_str());
    let ignored = report.ignored.iter().map(|ignored| ignored.change.code.as_str());
    (changes.collect(), ignored.collect(), report.warnings)
}

#[test]
fn levels_change_the_verdict() {
    let mut report = report();
    assert_eq!((report.level, report.changes.len()), (Level::Major, 2));
    assert_eq!(report.outcome(Level::Major), Outcome::Violated);
    let mut policy = Policy::default();
    policy.set_level(Code::StatusAdded, Level::Patch);
    report.apply(&policy, TODAY);
    assert_eq!(report.level, Level::Minor);
    let first = report.changes.first().map(|change| (change.code, change.level));
    assert_eq!(first, Some((Code::RequestPropertyAdded, Level::Minor)));
    assert_eq!(report.outcome(Level::Major), Outcome::Holds);
    assert_eq!(report.outcome(Level::Minor), Outcome::Violated);
    policy.set_level(Code::RequestPropertyAdded, Level::Major);
    report.apply(&policy, TODAY);
    assert_eq!(
        report.versioning,
        super::super::Versioning::TooLow("2.0.0".to_owned())
    );
}

#[test]
fn changes_are_ignored_by_their_exact_place_or_a_pattern() {
    let both = (vec!["status-added", "request-property-added"], vec![], 1);
    let rest = (vec!["request-property-added"], vec!["status-added"], 0);
    for (place, expected) in [
        ("#/paths/~1things~1{id}/post/responses/429", &rest),
        ("#/paths/~1things~1{id}/**", &rest),
        ("#/paths/*/post/responses/4??", &rest),
        ("**", &rest),
        // A star doesn't match several segments.
        ("#/paths/*", &both),
        ("#/paths/~1things~1id/**", &both),
        ("/paths/~1things~1{id}/post/responses/429", &both),
    ] {
        let entry = format!("[[ignore]]\ncode = 'status-added'\nplace = '{place}'\nreason = 'agreed'\n");
        let (changes, ignored, warnings) = applied(&entry);
        assert_eq!(&(changes, ignored, warnings.len()), expected, "{place}");
    }
}

#[test]
fn expired_and_unmatched_entries_are_reported() {
    let entry = |code: &str, more: &str| {
        format!("[[ignore]]\ncode = '{code}'\nplace = '**'\nreason = 'agreed'\n{more}\n\n")
    };
    let file = entry("status-added", "expires = 2026-11-29") + &entry("link-added", "");
    let (changes, ignored, warnings) = applied(&file);
    assert_eq!((changes.len(), ignored.len()), (2, 0));
    assert_eq!(
        warnings,
        [
            "ignore.toml:1: expired on 2026-11-29, so status-added at ** isn't ignored",
            "ignore.toml:7: no change matches link-added at **",
        ]
    );
    // The last day is included, and another entry may still apply.
    let file = file + &entry("status-added", "expires = 2026-11-30");
    let (changes, ignored, warnings) = applied(&file);
    assert_eq!((changes.len(), ignored.len(), warnings.len()), (1, 1, 2));
}

#[test]
fn invalid_entries_are_errors_with_their_line() {
    let entry = "[[ignore]]\ncode = 'status-added'\nplace = '**'\nreason = 'agreed'\n";
    let many = format!("\n{}", entry.repeat(ENTRIES_MAX + 1));
    for (file, line, expected) in [
        (
            "[[ignore]]\ncode = 'status-added'\nplace = '**'\n",
            1,
            "has no reason",
        ),
        ("\n[[ignore]]\nplace = '**'\nreason = 'a'\n", 2, "has no code"),
        (
            "[[ignore]]\ncode = 'status-added'\nreason = 'a'\n",
            1,
            "has no place",
        ),
        (&entry.replace("agreed", " "), 1, "invalid reason"),
        (
            &entry.replace("status-added", "status"),
            1,
            "unknown code \"status\"",
        ),
        (
            &format!("{entry}expires = 10:00:00\n"),
            1,
            "invalid expires 10:00:00",
        ),
        (
            &format!("{entry}until = 2026-01-01\n"),
            5,
            "unknown field `until`",
        ),
        (&format!("{entry}reason = 'again'\n"), 5, "duplicate key"),
        (
            &many,
            2 + 4 * ENTRIES_MAX,
            "too many entries: expected at most 1000",
        ),
    ] {
        let error = Policy::default().add_ignored("ignore.toml", file).unwrap_err();
        assert_eq!(error.line, line, "{error}");
        let text = error.to_string();
        assert!(text.starts_with("failed to read ignore.toml:"), "{text}");
        assert!(text.contains(expected) && !text.contains('\n'), "{text}");
    }
}
