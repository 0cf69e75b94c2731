//! Generated documents: each of them conforms to itself, regardless of its content.

use appkeep_openapi::{Document, diff, statics};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};

/// Documents per run; `PROPTEST_CASES` overrides it.
const CASES: u32 = 100;

/// Names that are also keywords of OpenAPI, or differ only in case.
const NAMES: [&str; 10] = [
    "a",
    "A",
    "default",
    "example",
    "properties",
    "x-a",
    "$ref",
    "type",
    "Accept",
    "b~/c",
];

/// Path templates; some have parameters in parts of segments.
const PATHS: [&str; 8] = [
    "/",
    "/a",
    "/a/{a}",
    "/a/{a}.json",
    "/a/{a}...{b}/{type}",
    "/{a}{b}",
    "/a/{b~/c}",
    "/a/{}/{a",
];

fn map(entries: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    Value::Object(
        entries
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}

fn named(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    prop::collection::btree_map(select(&NAMES[..]), value, 0..4).prop_map(map)
}

/// An object with some of these members.
fn some(members: &[(&'static str, Value)]) -> impl Strategy<Value = Value> + use<> {
    subsequence(members.to_vec(), 0..=members.len().min(4)).prop_map(map)
}

fn schema() -> BoxedStrategy<Value> {
    let keywords = vec![
        ("type", json!("object")),
        ("type", json!("string")),
        ("nullable", json!(true)),
        ("readOnly", json!(true)),
        ("writeOnly", json!(true)),
        ("format", json!("colour")),
        ("pattern", json!("^(?!a)")),
        ("maxLength", json!(3)),
        ("multipleOf", json!(0.3)),
        ("uniqueItems", json!(true)),
        ("minProperties", json!(1)),
        ("required", json!(["a", "type"])),
        ("enum", json!(["a", 1, null, {"$ref": "no reference"}])),
        ("default", json!({"$ref": "no reference"})),
        (
            "discriminator",
            json!({"propertyName": "type", "mapping": {"a": "A", "b": "Gone"}}),
        ),
        ("additionalProperties", json!(false)),
        ("unevaluatedItems", json!([1])),
        ("deprecated", json!(true)),
        ("x-a", json!({"$ref": "no reference"})),
        ("type", json!(["object", "null"])),
        ("type", json!(["string", "integer"])),
        ("const", json!({"$ref": "no reference"})),
        ("examples", json!([{"$ref": "no reference"}])),
        ("exclusiveMaximum", json!(3)),
        ("contains", json!({"const": 1})),
        ("maxContains", json!(2)),
        ("dependentRequired", json!({"a": ["type"]})),
        ("unevaluatedProperties", json!(false)),
        ("$anchor", json!("a")),
        ("contentEncoding", json!("base64")),
    ];
    let leaf = prop_oneof![
        4 => some(&keywords),
        1 => Just(json!({"$ref": "#/components/schemas/A"})),
        1 => Just(json!({"$ref": "#/components/schemas/default"})),
    ];
    leaf.prop_recursive(3, 16, 3, move |inner| {
        let branches = || prop::collection::vec(inner.clone(), 1..3);
        let parts = prop_oneof![
            4 => named(inner.clone()).prop_map(|all| json!({"properties": all})),
            1 => inner.clone().prop_map(|one| json!({"items": one})),
            1 => inner.clone().prop_map(|one| json!({"additionalProperties": one})),
            1 => inner.clone().prop_map(|one| json!({"not": one})),
            1 => (inner.clone(), inner.clone()).prop_map(|(one, other)| json!({"if": one, "then": other})),
            1 => named(inner.clone()).prop_map(|all| json!({"patternProperties": all})),
            1 => named(inner.clone()).prop_map(|all| json!({"dependentSchemas": all, "$defs": all})),
            1 => branches().prop_map(|all| json!({"prefixItems": all, "items": true})),
            1 => inner.clone().prop_map(|one| json!({"propertyNames": one, "unevaluatedItems": one})),
            1 => some(&keywords).prop_map(|mut keywords| {
                keywords["$ref"] = json!("#/components/schemas/A");
                keywords
            }),
            2 => branches().prop_map(|all| json!({"allOf": all})),
            1 => branches().prop_map(|all| json!({"anyOf": all})),
            2 => branches().prop_map(|all| json!({"oneOf": all})),
        ];
        (parts, some(&keywords)).prop_map(|(mut parts, keywords)| {
            if let (Some(parts), Value::Object(keywords)) = (parts.as_object_mut(), keywords) {
                parts.extend(keywords);
            }
            parts
        })
    })
    .boxed()
}

fn content() -> impl Strategy<Value = Value> {
    let types = [
        "application/json",
        "Application/JSON",
        "application/json; version=1",
        "application/json;version=2",
        "application/json; charset=utf-8",
        "application/*",
        "*/*",
        "text",
    ];
    prop::collection::btree_map(
        select(types.to_vec()),
        prop::option::weighted(0.8, schema()),
        1..4,
    )
    .prop_map(|entries| {
        map(entries.into_iter().map(|(name, schema)| {
            (
                name,
                schema.map_or_else(|| json!({}), |schema| json!({"schema": schema})),
            )
        }))
    })
}

/// A parameter without a name, or a header.
fn value_of_text() -> impl Strategy<Value = Value> {
    let flags = vec![
        ("required", json!(true)),
        ("explode", json!(true)),
        ("explode", json!(false)),
        ("allowReserved", json!(true)),
        ("allowEmptyValue", json!(true)),
        ("style", json!("form")),
        ("example", json!({"$ref": "no reference"})),
    ];
    let described = prop_oneof![
        3 => schema().prop_map(|schema| json!({"schema": schema})),
        1 => content().prop_map(|content| json!({"content": content})),
    ];
    (described, some(&flags)).prop_map(|(mut described, flags)| {
        if let (Some(described), Value::Object(flags)) = (described.as_object_mut(), flags) {
            described.extend(flags);
        }
        described
    })
}

fn parameters() -> impl Strategy<Value = Value> {
    let location = select(vec!["path", "query", "header", "cookie"]);
    let parameter = (select(&NAMES[..]), location, value_of_text());
    prop::collection::vec(parameter, 0..5).prop_map(|all| {
        let parameter = |(name, location, mut parameter): (&str, &str, Value)| {
            parameter["name"] = json!(name);
            parameter["in"] = json!(location);
            parameter
        };
        all.into_iter().map(parameter).collect::<Value>()
    })
}

fn operation() -> impl Strategy<Value = Value> {
    let response = (named(value_of_text()), prop::option::of(content())).prop_map(|(headers, content)| {
        let mut response = json!({"description": "", "headers": headers});
        if let Some(content) = content {
            response["content"] = content;
        }
        response
    });
    let statuses = select(vec!["200", "2XX", "2xx", "404", "default"]);
    let responses = prop::collection::btree_map(statuses, response, 1..4);
    let security = some(&[("A", json!(["x"])), ("default", json!([])), ("x-a", json!([]))]);
    (
        parameters(),
        prop::option::of(content()),
        responses,
        prop::collection::vec(security, 0..3),
    )
        .prop_map(|(parameters, body, responses, security)| {
            let mut operation =
                json!({"parameters": parameters, "responses": map(responses), "security": security});
            if let Some(content) = body {
                operation["requestBody"] = json!({"content": content});
            }
            operation["consumes"] = json!(["text/plain"]);
            operation
        })
}

fn document() -> impl Strategy<Value = Value> {
    let methods = select(vec!["get", "put", "trace"]);
    let item = (
        prop::collection::btree_map(methods, operation(), 1..3),
        parameters(),
    )
        .prop_map(|(operations, parameters)| {
            let mut item = map(operations);
            item["parameters"] = parameters;
            item
        });
    let paths = prop::collection::btree_map(select(&PATHS[..]), item, 1..4);
    let webhooks = prop::collection::btree_map(select(&NAMES[..]), operation(), 0..3);
    (paths, webhooks, schema(), schema()).prop_map(|(paths, webhooks, one, other)| {
        let webhooks = webhooks
            .into_iter()
            .map(|(name, operation)| (name, json!({"post": operation})));
        let flows = json!({"implicit": {"authorizationUrl": "/", "scopes": {"x": "X"}}});
        json!({
            "openapi": "3.0.3",
            "info": {"title": "t", "version": "1.0.0"},
            "paths": map(paths),
            "webhooks": map(webhooks),
            "components": {
                "schemas": {"A": one, "default": other},
                "securitySchemes": {
                    "A": {"type": "oauth2", "flows": flows},
                    "default": {"type": "http", "scheme": "basic"},
                    "x-a": {"type": "apiKey", "in": "header", "name": "a"},
                },
            },
        })
    })
}

#[test]
fn generated_documents_conform_to_themselves_without_changes() {
    conform_to_themselves("3.0.3");
}

#[test]
fn generated_documents_of_3_1_conform_to_themselves_without_changes() {
    conform_to_themselves("3.1.1");
}

fn conform_to_themselves(version: &str) {
    let asked = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|text| text.parse().ok());
    let count: u32 = asked.unwrap_or(CASES);
    let mut runner = TestRunner::deterministic();
    let mut compared = 0;
    for _ in 0..count {
        let mut root = document().new_tree(&mut runner).unwrap().current();
        root["openapi"] = json!(version);
        let text = root.to_string();
        // Some have references in circles, or the same parameter twice.
        let Ok(old) = Document::from_value("generated", root.clone()) else {
            continue;
        };
        compared += 1;
        let report = diff::compare(&old, &Document::from_text("generated", &text).unwrap());
        assert!(report.changes.is_empty(), "{}\n{text}", report.text());
        let found = statics::verify(&old, &old, &[]).findings;
        assert!(found.is_empty(), "{found:#?}\n{text}");
        // A change elsewhere doesn't make the rest differ.
        let report = diff::compare(&old, &described(root));
        let codes: Vec<&str> = report.changes.iter().map(|change| change.code.as_str()).collect();
        assert_eq!(codes, ["description-changed"], "{}\n{text}", report.text());
    }
    assert!(compared > count / 2, "{compared} of {count}");
}

/// The document with another title, and with its members in the opposite order.
fn described(root: Value) -> Document {
    let Value::Object(members) = root else {
        panic!("{root}")
    };
    let mut turned: Map<String, Value> = members.into_iter().rev().collect();
    turned["info"]["title"] = json!("u");
    Document::from_value("generated", Value::Object(turned)).unwrap()
}
