//! The requests generated from the authored document.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::node::{Node, Source};
use super::{ExpectedResult, Input, InputCase, cases};
use crate::authored;
use appkeep_openapi::{Components, Document};

fn authored() -> (Document, Vec<InputCase>) {
    let document = authored::document().unwrap();
    let cases = cases(&document);
    (document, cases)
}

fn is_valid(document: &Document, case: &InputCase) -> bool {
    let operation = document.operation(&case.operation).unwrap();
    let (place, value) = match &case.input {
        Input::Body(body) => {
            let media = &operation.body.as_ref().unwrap().content[0];
            (media.schema.as_ref().unwrap(), body.clone())
        }
        Input::Path(name, text) | Input::Query(name, text) => {
            let mut parameters = operation.parameters.iter();
            let parameter = parameters.find(|parameter| parameter.name == *name).unwrap();
            (parameter.schema.as_ref().unwrap(), text.clone().into())
        }
    };
    let (schema, _) = document.resolve(&place.0).unwrap();
    let validator = Components::of(document.root()).compile(schema).unwrap();
    validator.is_valid(&value)
}

#[test]
fn rejected_values_violate_their_schema_and_accepted_ones_match() {
    let (document, cases) = authored();
    for case in &cases {
        let is_accepted = case.expected == ExpectedResult::Accepted;
        assert_eq!(
            is_valid(&document, case),
            is_accepted,
            "{} {}",
            case.operation,
            case.what
        );
    }
}

#[test]
fn every_constraint_of_every_request_is_violated() {
    let (document, cases) = authored();
    let annotations = ["description", "example", "title", "deprecated", "nullable"];
    let known: BTreeSet<&str> = [
        "type",
        "enum",
        "required",
        "properties",
        "additionalProperties",
        "items",
        "maxItems",
        "minimum",
        "maximum",
    ]
    .into_iter()
    .chain(super::CONSTRAINTS.iter().map(|(keyword, _, _)| *keyword))
    .chain(annotations)
    .collect();
    let source = Source::new(&document);
    for operation in document.operations() {
        let bodies = operation.body.iter().flat_map(|body| &body.content);
        let places = bodies.filter_map(|media| media.schema.as_ref());
        let parameters = operation.parameters.iter();
        let places = places.chain(parameters.filter_map(|parameter| parameter.schema.as_ref()));
        for place in places {
            let mut nodes = vec![Node::at(&source, &place.0)];
            while let Some(node) = nodes.pop() {
                for keyword in node.keywords() {
                    let is_known = known.contains(keyword) || keyword.starts_with("x-");
                    assert!(is_known, "no input violates `{keyword}` of {}", operation.id);
                }
                nodes.extend(node.items());
                nodes.extend(node.properties().into_iter().map(|(_, property)| property));
            }
        }
    }
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for case in &cases {
        *counts.entry((&case.operation, case.code)).or_default() += 1;
    }
    let lines = counts
        .iter()
        .map(|((operation, code), count)| format!("{operation} {code} × {count}"));
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn every_case_is_unchanged() {
    insta::assert_snapshot!(described(&authored::document().unwrap()));
}

/// Covers what our document doesn't have: objects with additional members, `null`, booleans, patterns that
/// list words.
#[test]
fn cases_of_another_document() {
    let document = json!({
        "openapi": "3.0.3",
        "info": {"title": "t", "version": "1"},
        "paths": {"/notes/{size}": {"put": {
            "operationId": "note_put",
            "parameters": [
                {"name": "size", "in": "path", "required": true, "schema": {"type": "string", "pattern": "^(big|small)$"}},
                {"name": "page", "in": "query", "schema": {"type": "string", "pattern": "^([0-9])$"}},
            ],
            "requestBody": {"content": {"application/json": {"schema": {
                "type": "object",
                "required": ["done"],
                "properties": {
                    "done": {"type": "boolean"},
                    "text": {"type": "string", "nullable": true, "maxLength": 2},
                    "tags": {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}},
                    "place": {"type": "object", "additionalProperties": false, "properties": {}},
                },
            }}}},
            "responses": {"204": {"description": "d"}},
        }}},
    });
    insta::assert_snapshot!(described(&Document::from_value("notes", document).unwrap()));
}

/// All cases of a document, with their numbers.
fn described(document: &Document) -> String {
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for case in cases(document) {
        let expected = match &case.expected {
            ExpectedResult::Accepted => "accepted".to_owned(),
            ExpectedResult::Rejected {
                problem,
                invalid_name,
            } => format!("{problem}, {invalid_name:?}"),
        };
        let input = match &case.input {
            Input::Body(body) => body.to_string().chars().take(120).collect(),
            Input::Path(name, value) => format!("{{{name}}} {value:?}"),
            Input::Query(name, value) => format!("?{name} {value:?}"),
        };
        *times
            .entry(format!("{}: {}: {expected}: {input}", case.code, case.what))
            .or_default() += 1;
    }
    let lines: Vec<String> = times
        .iter()
        .map(|(line, times)| format!("{line} × {times}"))
        .collect();
    lines.join("\n")
}
