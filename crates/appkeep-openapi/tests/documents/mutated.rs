//! Random faults in the contract: nothing panics, and nothing that peers notice goes unreported.

use std::panic::catch_unwind;

use appkeep_openapi::Document;
use appkeep_openapi::diff::{self, Level};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

/// The contract of this workspace, as an example of a large document.
const SPEC_TEXT: &str = include_str!("../openapi.yaml");

/// Documents per run; `PROPTEST_CASES` asks for more.
const CASES: u32 = 200;

/// Members that peers always notice where they stand in a schema, a parameter or a header.
const WIRE: [&str; 8] = [
    "pattern",
    "format",
    "additionalProperties",
    "maxLength",
    "in",
    "name",
    "operationId",
    "$ref",
];

/// Places of whose members peers notice nothing.
const WORDS: [&str; 5] = ["/info", "/tags", "/components/examples", "/example", "/x-"];

#[test]
fn random_mutations_are_rejected_with_a_location_or_reported() {
    let contract = Document::from_text("spec/openapi.yaml", SPEC_TEXT).unwrap();
    let mut places = Vec::new();
    walk(contract.root(), String::new(), &mut places);
    let wire: Vec<String> = places
        .iter()
        .filter(|place| is_on_the_wire(place))
        .cloned()
        .collect();
    let asked = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|text| text.parse().ok());
    let mut runner = TestRunner::deterministic();
    let strategy = (any::<prop::sample::Index>(), any::<bool>(), any::<bool>());
    let (mut refused, mut reported, mut on_the_wire) = (0, 0, 0);
    for _ in 0..asked.unwrap_or(CASES) {
        let (index, delete, anywhere) = strategy.new_tree(&mut runner).unwrap().current();
        let place = index.get(if anywhere { &places } else { &wire });
        let mut root = contract.root().clone();
        let fault = if delete {
            remove(&mut root, place)
        } else {
            change(&mut root, place)
        };
        let outcome = catch_unwind(|| {
            let mutant = Document::from_value("mutant", root)?;
            assert!(
                diff::compare(&mutant, &mutant).changes.is_empty(),
                "it differs from itself"
            );
            Ok::<_, appkeep_openapi::DocumentError>(diff::compare(&contract, &mutant))
        });
        let outcome = outcome.unwrap_or_else(|_| panic!("{fault} at {place}: panicked"));
        let report = match outcome {
            Ok(report) => report,
            Err(error) => {
                assert!(error.to_string().contains('#'), "{fault} at {place}: {error}");
                refused += 1;
                continue;
            }
        };
        reported += 1;
        if !["/info/version", "/info", "/openapi"].contains(&place.as_str()) {
            assert!(report.level > Level::None, "{fault} at {place}");
        }
        if is_on_the_wire(place) {
            on_the_wire += 1;
            assert!(
                report.level > Level::Patch,
                "{fault} at {place}: {}",
                report.text()
            );
        }
    }
    assert!(
        refused > 0 && reported > refused,
        "{refused} refused, {reported} reported"
    );
    assert!(on_the_wire > 30, "{on_the_wire} on the wire");
}

/// Every place below a value.
fn walk(value: &Value, at: String, places: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                let key = key.replace('~', "~0").replace('/', "~1");
                walk(member, format!("{at}/{key}"), places);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, format!("{at}/{index}"), places);
            }
        }
        _ => {}
    }
    if !at.is_empty() {
        places.push(at);
    }
}

fn remove(root: &mut Value, place: &str) -> &'static str {
    let (owner, key) = place.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/").replace("~0", "~");
    match root.pointer_mut(owner).unwrap() {
        Value::Object(members) => {
            members.shift_remove(&key).unwrap();
        }
        Value::Array(items) => {
            items.remove(key.parse().unwrap());
        }
        other => panic!("{other} has no members"),
    }
    "removed"
}

fn change(root: &mut Value, place: &str) -> &'static str {
    let value = root.pointer_mut(place).unwrap();
    *value = match value {
        Value::String(text) => json!(format!("{text}x")),
        Value::Number(number) => json!(number.as_f64().unwrap() + 1.0),
        Value::Bool(flag) => json!(!*flag),
        _ => Value::Null,
    };
    "changed"
}

fn is_on_the_wire(place: &str) -> bool {
    let key = place.rsplit('/').next().unwrap_or_default();
    let is_words = WORDS.iter().any(|words| place.contains(words));
    // The name of a property is no keyword.
    WIRE.contains(&key) && !is_words && !place.ends_with(&format!("/properties/{key}"))
}
