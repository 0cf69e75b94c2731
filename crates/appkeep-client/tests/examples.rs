//! Every example in the contract is unchanged after conversion from JSON to a type of this crate and back.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use appkeep_client::types;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The conversion of an example to a type and back.
type RoundTrip = fn(Value) -> serde_json::Result<Value>;

macro_rules! rows {
    ($($id:ident($($request:ty)?) $(-> $success:ty)?;)*) => {
        /// Returns the operations with the round trips for examples of requests and of successful responses.
        fn operations() -> Vec<(&'static str, Vec<RoundTrip>, Vec<RoundTrip>)> {
            vec![$((stringify!($id), vec![$(round_trip::<$request>)?], vec![$(round_trip::<$success>)?])),*]
        }
    };
}

appkeep_client::operations!(rows);

/// The number of examples in the original's reference, without this project's own.
const DOCUMENTED: usize = 51;

fn round_trip<T: DeserializeOwned + Serialize>(example: Value) -> serde_json::Result<Value> {
    serde_json::to_value(serde_json::from_value::<T>(example)?)
}

fn contract() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/openapi.yaml");
    serde_saphyr::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Resolves a reference, if the value is one.
fn resolved<'a>(contract: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(reference) => contract.pointer(&reference[1..]).expect(reference),
        None => value,
    }
}

/// Returns the examples of a request or response, of all media types, by name.
fn examples<'a>(contract: &'a Value, body: &'a Value) -> Vec<(String, &'a Value)> {
    let media = resolved(contract, body)["content"]
        .as_object()
        .into_iter()
        .flatten();
    let named = media.flat_map(|(media, content)| {
        content["examples"]
            .as_object()
            .into_iter()
            .flatten()
            .map(move |(name, example)| (media, name, example))
    });
    named
        .map(|(media, name, example)| (format!("{media} {name}"), &resolved(contract, example)["value"]))
        .collect()
}

#[test]
fn every_example_round_trips() {
    let contract = contract();
    let operations = operations();
    let mut seen = BTreeSet::new();
    let mut bodies = 0;
    let items = contract["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|item| item.as_object().unwrap().values());
    for operation in items.filter(|operation| operation.get("operationId").is_some()) {
        let id = operation["operationId"].as_str().unwrap();
        let (_, request, success) = operations.iter().find(|(known, ..)| *known == id).expect(id);
        seen.insert(id);
        let responses = operation["responses"].as_object().unwrap();
        let requests = std::iter::once(("request", &operation["requestBody"], request.first().copied()));
        let responses = responses.iter().map(|(status, response)| {
            let read = if status.starts_with('2') {
                success.first().copied()
            } else {
                Some(round_trip::<types::Problem> as RoundTrip)
            };
            (status.as_str(), response, read)
        });
        for (place, body, read) in requests.chain(responses) {
            let examples = examples(&contract, body);
            bodies += usize::from(!examples.is_empty());
            // Files and archives have no type.
            let typed = examples.into_iter().filter(|(_, example)| !example.is_string());
            for (name, example) in typed {
                let read = read.unwrap_or_else(|| panic!("{id} {place} has no type"));
                let after =
                    read(example.clone()).unwrap_or_else(|error| panic!("{id} {place} {name}: {error}"));
                assert_eq!(&after, example, "{id} {place} {name}");
            }
        }
    }
    assert_eq!(seen.len(), operations.len());
    assert!(bodies >= DOCUMENTED, "only {bodies} bodies have examples");
}
