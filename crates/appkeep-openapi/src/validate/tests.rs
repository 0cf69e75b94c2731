use std::sync::Arc;

use serde_json::{Value, json};

use super::{Received, ResponseValidator};
use crate::document::Document;
use crate::fixture;

fn codes(operation: &str, status: u16, headers: &[(&str, &str)], body: &str) -> Vec<String> {
    let document = Arc::new(fixture::document());
    let validator = ResponseValidator::new(document).unwrap();
    let headers: Vec<(String, String)> = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let received = Received {
        status,
        headers: &headers,
        body: body.as_bytes(),
    };
    validator
        .check(operation, received)
        .into_iter()
        .map(|violation| format!("{}: {}", violation.rule.as_str(), violation.what))
        .collect()
}

fn example(name: &str) -> Value {
    let document = fixture::document();
    document
        .root()
        .pointer(&format!("/components/examples/{name}/value"))
        .unwrap()
        .clone()
}

const JSON: (&str, &str) = ("Content-Type", "application/json");
const PROBLEM: (&str, &str) = ("content-type", "application/problem+json; charset=utf-8");

#[test]
fn documented_responses_conform() {
    let body = example("PendingAppBackup").to_string();
    assert!(codes("app_backup_fetch", 200, &[JSON, ("ETag", "\"1\"")], &body).is_empty());
    assert!(codes("app_backup_delete", 204, &[], "").is_empty());
    let missing = example("MissingTokenProblem").to_string();
    assert!(
        codes(
            "app_backup_fetch",
            401,
            &[PROBLEM, ("www-authenticate", "Bearer")],
            &missing
        )
        .is_empty()
    );
}

#[test]
fn every_part_of_a_response_is_checked() {
    let body = example("PendingAppBackup").to_string();
    let cases = [
        (
            codes("app_backup_fetch", 418, &[JSON], &body),
            "status-undocumented",
        ),
        (codes("app_backup_delete", 204, &[JSON], "{}"), "body-unexpected"),
        (
            codes("app_backup_fetch", 200, &[("ETag", "\"1\"")], &body),
            "media-type-missing",
        ),
        (
            codes("app_backup_fetch", 200, &[PROBLEM, ("ETag", "\"1\"")], &body),
            "media-type-undeclared",
        ),
        (
            codes("app_backup_fetch", 200, &[JSON, ("ETag", "\"1\"")], ""),
            "body-missing",
        ),
        (
            codes("app_backup_fetch", 200, &[JSON, ("ETag", "\"1\"")], "{"),
            "body-not-json",
        ),
        (codes("app_backup_fetch", 200, &[JSON], &body), "header-missing"),
        (
            codes("app_backup_fetch", 200, &[JSON, ("ETag", "1")], &body),
            "header-malformed",
        ),
        (codes("unknown", 200, &[JSON], &body), "operation-undocumented"),
    ];
    for (found, code) in cases {
        assert_eq!(found.len(), 1, "{code}: {found:?}");
        assert!(found[0].starts_with(code), "{code}: {found:?}");
    }
}

#[test]
fn failed_choices_are_explained_by_the_nearest_branch() {
    let mut backup = example("PendingAppBackup");
    backup["state"] = json!("sleeping");
    backup["id"] = json!("54FE651D-3D3B-5FA8-B85C-5DB757885FF3");
    let list = json!({"items": [backup], "metadata": {}});
    let found = codes("app_backup_list_all", 200, &[JSON], &list.to_string());
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found.iter().any(|line| line.contains("/items/0/state")),
        "{found:?}"
    );
    assert!(found.iter().any(|line| line.contains("/items/0/id")), "{found:?}");
}

/// A validator for a document with one operation, whose response has that content.
fn validator_of_a_note(content: &Value) -> ResponseValidator {
    let root = json!({
        "openapi": "3.0.3",
        "info": {"title": "t", "version": "1.0.0"},
        "paths": {"/note": {"get": {"operationId": "note_fetch", "responses": {"200": {
            "description": "A note.",
            "content": content,
        }}}}},
    });
    let document = Arc::new(Document::from_value("with a note", root).unwrap());
    ResponseValidator::new(document).unwrap()
}

/// The descriptions of the violations in an invalid body.
fn explained(schema: &Value, body: &Value) -> Vec<String> {
    let validator = validator_of_a_note(&json!({"application/json": {"schema": schema}}));
    let headers = [(JSON.0.to_owned(), JSON.1.to_owned())];
    let body = body.to_string();
    let received = Received {
        status: 200,
        headers: &headers,
        body: body.as_bytes(),
    };
    let found = validator.check("note_fetch", received);
    found.into_iter().map(|violation| violation.what).collect()
}

/// An object schema that requires those properties.
fn having(properties: &Value) -> Value {
    let names: Vec<_> = properties.as_object().unwrap().keys().collect();
    json!({"type": "object", "required": names, "properties": properties})
}

#[test]
fn the_nearest_branch_has_the_fewest_violations() {
    let one_of = |word: &str| json!({"type": "string", "enum": [word]});
    let choice = json!({"anyOf": [
        having(&json!({"kind": one_of("letter"), "to": one_of("all")})),
        having(&json!({"kind": one_of("note"), "text": {"type": "string"}})),
    ]});
    let list = json!({"type": "array", "items": choice});
    let letter_or_note = |item: Value| explained(&list, &json!([item])).join("\n");
    insta::assert_snapshot!(letter_or_note(json!({"kind": "note", "to": "me"})), @r#"/0: "text" is a required property (found {"kind":"note","to":"me"})"#);
    insta::assert_snapshot!(letter_or_note(json!({"kind": "note", "to": "me", "text": 1})), @r#"/0/text: the value is not of type "string" (found 1)"#);
    insta::assert_snapshot!(letter_or_note(json!({"kind": "letter", "to": "me"})), @r#"/0/to: the value is not one of "all" (found "me")"#);
}

#[test]
fn branches_of_the_same_type_are_nearest() {
    let number = json!({"type": "integer"});
    let choice =
        json!({"anyOf": [{"type": "string"}, having(&json!({"x": number, "y": number})), {"type": "array"}]});
    let place = having(&json!({"place": choice}));
    let body = json!({"place": {"x": "1", "y": "2"}});
    insta::assert_snapshot!(explained(&place, &body).join("\n"), @r#"
    /place/x: the value is not of type "integer" (found "1")
    /place/y: the value is not of type "integer" (found "2")
    "#);
}

#[test]
fn explanations_show_received_values_and_cut_long_ones() {
    let shown = |text: &str| explained(&json!({"type": "integer"}), &json!(text)).join("\n");
    insta::assert_snapshot!(shown("seven"), @r#"the body: the value is not of type "integer" (found "seven")"#);
    // With its quotes, the first one has exactly the maximum length that is shown completely.
    let (whole, long) = ("ä".repeat(78), "ä".repeat(79));
    let ending = |told: String| told.split_once(" (found ").unwrap().1.to_owned();
    assert_eq!(ending(shown(&whole)), format!("\"{whole}\")"));
    assert_eq!(ending(shown(&long)), format!("\"{long}…)"));
}

#[test]
fn formats_and_nulls_are_validated() {
    let mut backup = example("PendingAppBackup");
    backup["metadata"]["creationTimestamp"] = json!("yesterday");
    backup["scheduleID"] = Value::Null;
    let found = codes(
        "app_backup_fetch",
        200,
        &[JSON, ("ETag", "\"1\"")],
        &backup.to_string(),
    );
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn bodies_of_other_media_types_are_not_parsed_as_json() {
    let validator = validator_of_a_note(&json!({"text/plain": {"schema": {"type": "string"}}}));
    let violations = |content_type: &str| {
        let headers = [("content-type".to_owned(), content_type.to_owned())];
        let received = Received {
            status: 200,
            headers: &headers,
            body: b"no JSON",
        };
        let found = validator.check("note_fetch", received);
        found
            .iter()
            .map(|violation| violation.rule.as_str())
            .collect::<Vec<_>>()
    };
    assert!(!violations("text/plain; charset=utf-8").contains(&"body-not-json"));
    assert!(violations("application/json").contains(&"media-type-undeclared"));
}
