//! Cases as data: `containment.yaml` holds pairs of schemas and what must be said about them.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::schema::{Schema, Verdict, contained};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    small: Value,
    large: Value,
    /// `contained`, `not` or `unknown`.
    is: String,
    /// A part of some reason.
    because: Option<String>,
}

#[derive(Deserialize)]
struct Table {
    /// Shared by both sides of every case.
    schemas: Value,
    cases: Vec<Case>,
}

fn table() -> Table {
    serde_saphyr::from_str(include_str!("containment.yaml")).unwrap()
}

fn decide(schemas: &Value, small: &Value, large: &Value) -> Verdict {
    let root = json!({"components": {"schemas": schemas}, "small": small, "large": large});
    contained(
        &Schema::at(&root, "/small").unwrap(),
        &Schema::at(&root, "/large").unwrap(),
    )
}

#[test]
fn every_case_is_decided_as_written() {
    let table = table();
    let mut wrong = Vec::new();
    for case in &table.cases {
        let verdict = decide(&table.schemas, &case.small, &case.large);
        let said = match verdict {
            Verdict::Contained => "contained",
            Verdict::Not(_) => "not",
            Verdict::Unknown(_) => "unknown",
        };
        let reasons: Vec<String> = verdict.reasons().iter().map(ToString::to_string).collect();
        let explained = case
            .because
            .as_ref()
            .is_none_or(|because| reasons.iter().any(|one| one.contains(because)));
        if said != case.is || !explained {
            wrong.push(format!("{}: {said} {reasons:?}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_schema_is_contained_in_itself() {
    let table = table();
    for case in &table.cases {
        for schema in [&case.small, &case.large] {
            let verdict = decide(&table.schemas, schema, schema);
            assert!(verdict.is_contained(), "{}: {verdict:?}", case.name);
        }
    }
}

#[test]
fn a_reason_names_the_places_in_both_documents_and_in_the_value() {
    let root = json!({
        "components": {"schemas": {
            "Word": {"type": "string"},
            "List": {"type": "object", "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Word"}}}},
        }},
        "large": {"type": "object", "properties": {"items": {"type": "array", "items": {"type": "string", "maxLength": 3}}}},
    });
    let small = Schema::at(&root, "/components/schemas/List").unwrap();
    let Verdict::Not(reasons) = contained(&small, &Schema::at(&root, "/large").unwrap()) else {
        panic!()
    };
    assert_eq!(reasons.len(), 1);
    assert_eq!(reasons[0].path, "/items/*");
    assert_eq!(
        reasons[0].small,
        "/components/schemas/List/properties/items/items"
    );
    assert_eq!(reasons[0].large, "/large/properties/items/items");
}
