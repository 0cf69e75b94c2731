//! Cases as data: `containment.yaml` has pairs of schemas with the expected results.

use std::fmt::Write;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::schema::{Prover, Schema, Verdict, contained};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    small: Value,
    large: Value,
    /// `contained`, `not` or `unknown`.
    is: String,
    /// A part of the text of some reason.
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
    let mut report = String::new();
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
        if !verdict.is_contained() {
            writeln!(report, "{}: {said}", case.name).unwrap();
            for reason in verdict.reasons() {
                let sign = if reason.certain { '!' } else { '?' };
                writeln!(report, "  {sign} {reason}").unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    insta::assert_snapshot!("reasons", report);
}

/// An object with this number of members.
fn wide(members: usize, schema: &Value) -> Value {
    let properties: Map<String, Value> = (0..members)
        .map(|number| (format!("m{number}"), schema.clone()))
        .collect();
    json!({"type": "object", "properties": properties})
}

#[test]
fn width_does_not_count_as_depth() {
    let (small, large) = (json!({"type": "integer"}), json!({"type": "number"}));
    let verdict = decide(&json!({}), &wide(300, &small), &wide(300, &large));
    assert!(verdict.is_contained(), "{verdict:?}");
}

#[test]
fn the_depth_of_proofs_is_limited() {
    let nested = |depth: usize, leaf: Value| {
        (0..depth).fold(leaf, |items, _| json!({"type": "array", "items": items}))
    };
    let is_proven = |depth: usize, wrapped: bool| {
        let mut large = nested(depth, json!({"type": "number"}));
        if wrapped {
            large = json!({"allOf": [large]});
        }
        decide(&json!({}), &nested(depth, json!({"type": "integer"})), &large).is_contained()
    };
    let deepest = |wrapped: bool| (0..200).find(|depth| !is_proven(depth + 1, wrapped)).unwrap();
    assert_eq!((deepest(false), deepest(true)), (99, 99));
}

/// A document with 20 levels, each of which refers to the next one twice.
fn levels() -> Value {
    let mut schemas = Map::new();
    for leaf in ["integer", "number"] {
        schemas.insert(format!("{leaf}0"), json!({"type": leaf}));
        for level in 1..=20 {
            let next = json!({"$ref": format!("#/components/schemas/{leaf}{}", level - 1)});
            let both = json!({"type": "object", "properties": {"a": next, "b": next}});
            schemas.insert(format!("{leaf}{level}"), both);
        }
    }
    json!({"components": {"schemas": schemas}})
}

#[test]
fn schemas_that_are_used_often_are_compared_once() {
    let root = levels();
    let schema = |name: &str| Schema::at(&root, &format!("/components/schemas/{name}")).unwrap();
    let prover = Prover::new(&root, &root).with_steps(1_000);
    let verdict = prover.decide(&schema("integer20"), &schema("number20"));
    assert!(verdict.is_contained(), "{verdict:?}");
    let verdict = prover.decide(&schema("number20"), &schema("integer20"));
    let paths: Vec<&str> = verdict
        .reasons()
        .iter()
        .map(|reason| reason.path.as_str())
        .collect();
    // Four paths to each of the two places that refer to the different schema.
    assert_eq!(paths.len(), 8, "{verdict:?}");
    assert!(paths.iter().all(|path| path.len() == 40), "{paths:?}");
}

#[test]
fn the_steps_of_proofs_are_limited() {
    let root = levels();
    let schema = |name: &str| Schema::at(&root, &format!("/components/schemas/{name}")).unwrap();
    let prover = Prover::new(&root, &root).with_steps(20);
    let given_up = prover.decide(&schema("integer8"), &schema("number8"));
    assert!(matches!(given_up, Verdict::Unknown(_)), "{given_up:?}");
    assert_eq!(
        &*given_up.reasons()[0].what,
        "undecided after 20 steps: the limit proof-steps; `appkeep diff --limit proof-steps=N` raises it"
    );
    // An incomplete result isn't kept.
    let (small, large) = (schema("integer8"), schema("number8"));
    assert!(prover.with_steps(1_000).decide(&small, &large).is_contained());
}

/// Two schemas that refer to each other, and differ in one property of the first.
#[test]
fn results_that_rely_on_a_failed_assumption_are_not_kept() {
    let one = |leaf: &str| {
        let b = json!({"$ref": format!("#/components/schemas/b{leaf}")});
        json!({"type": "object", "properties": {"b": b, "leaf": {"type": leaf}}})
    };
    let other = |leaf: &str| {
        let a = json!({"$ref": format!("#/components/schemas/a{leaf}")});
        json!({"type": "object", "properties": {"a": a}})
    };
    let (i, n) = ("integer", "number");
    let root = json!({"components": {"schemas": {
        "ainteger": one(i), "binteger": other(i), "anumber": one(n), "bnumber": other(n),
    }}});
    let schema = |name: &str| Schema::at(&root, &format!("/components/schemas/{name}")).unwrap();
    let prover = Prover::new(&root, &root);
    // `b` is compared within `a` first, where `a` is assumed to hold.
    for (small, large, path) in [
        ("anumber", "ainteger", "/leaf"),
        ("bnumber", "binteger", "/a/leaf"),
    ] {
        let verdict = prover.decide(&schema(small), &schema(large));
        let paths: Vec<&str> = verdict
            .reasons()
            .iter()
            .map(|reason| reason.path.as_str())
            .collect();
        assert_eq!(paths, [path], "{verdict:?}");
        assert!(prover.decide(&schema(large), &schema(small)).is_contained());
    }
}

#[test]
fn the_number_of_alternatives_is_limited() {
    let small = |branches: u64, nullable: bool| {
        let branches: Vec<Value> = (0..branches).map(|length| json!({"minLength": length})).collect();
        json!({"type": "string", "nullable": nullable, "anyOf": branches})
    };
    let verdict = |small: &Value| decide(&json!({}), small, &json!({"type": "string", "nullable": true}));
    assert!(verdict(&small(512, false)).is_contained());
    assert!(verdict(&small(511, true)).is_contained());
    for beyond in [small(513, false), small(512, true)] {
        let verdict = verdict(&beyond);
        assert_eq!(
            &*verdict.reasons()[0].what,
            "the smaller schema has more than 512 alternatives, a fixed limit"
        );
    }
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
fn reasons_name_locations_in_both_documents_and_the_value() {
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
        &*reasons[0].small,
        "/components/schemas/List/properties/items/items"
    );
    assert_eq!(&*reasons[0].large, "/large/properties/items/items");
}

#[test]
fn small_integer_ranges_are_lists() {
    let verdict = |most: i64| {
        let listed: Vec<i64> = (0..=most).collect();
        let range = json!({"type": "integer", "minimum": 0, "maximum": most});
        decide(&json!({}), &range, &json!({"enum": listed}))
    };
    assert!(verdict(63).is_contained());
    assert!(matches!(verdict(64), Verdict::Unknown(_)), "{:?}", verdict(64));
}
