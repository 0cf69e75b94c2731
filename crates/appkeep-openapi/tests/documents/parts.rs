//! Parts of documents that are easily read wrongly.

use appkeep_openapi::{Document, ParameterLocation};
use serde_json::{Value, json};

/// A document with one operation, whose answer has that schema.
fn with_schema(schema: &Value) -> Value {
    json!({
        "openapi": "3.0.3",
        "info": {"title": "t", "version": "1.0.0"},
        "paths": {"/things": {"get": {
            "operationId": "thing_list",
            "responses": {"200": {
                "description": "Things.",
                "content": {"application/json": {"schema": schema}},
            }},
        }}},
        "components": {"schemas": {"A thing/part": {"type": "string"}}},
    })
}

#[test]
fn dangling_references_are_rejected_everywhere() {
    for schema in [
        json!({"$ref": "#/components/schemas/Gone"}),
        json!({"anyOf": [{"type": "string"}, {"$ref": "#/components/schemas/Gone"}]}),
        json!({"type": "array", "items": {"allOf": [{"$ref": "#/components/schemas/Gone"}]}}),
    ] {
        let refused = Document::from_value("t", with_schema(&schema))
            .unwrap_err()
            .to_string();
        assert!(
            refused.contains("#/paths/~1things/get/responses/200/content"),
            "{refused}"
        );
        assert!(refused.contains("Gone"), "{refused}");
    }
}

#[test]
fn references_may_be_percent_encoded() {
    let reads = |reference: &str| Document::from_value("t", with_schema(&json!({"$ref": reference})));
    assert!(reads("#/components/schemas/A%20thing~1part").is_ok());
    assert!(reads("#/components/schemas/%41%20thing~1part").is_ok());
    for broken in ["#/components/schemas/A%2", "#/components/schemas/A%zzthing~1part"] {
        let refused = reads(broken).unwrap_err().to_string();
        assert!(refused.contains("percent"), "{refused}");
    }
}

#[test]
fn header_names_ignore_case_and_query_parameters_do_not() {
    let mut root = with_schema(&json!({"type": "string"}));
    let parameter =
        |name: &str, place: &str| json!({"name": name, "in": place, "schema": {"type": "string"}});
    root["paths"]["/things"]["get"]["parameters"] = json!([
        parameter("X-Trace", "header"),
        parameter("x-trace", "header"),
        parameter("sort", "query"),
        parameter("Sort", "query"),
        parameter("sort", "cookie"),
    ]);
    let document = Document::from_value("t", root).unwrap();
    let operation = document
        .operations()
        .iter()
        .find(|operation| operation.id == "thing_list")
        .unwrap();
    let [trace, same, sort, other, cookie] = &operation.parameters[..] else {
        panic!("{:?}", operation.parameters);
    };
    assert!(trace.is_same_as(same));
    assert!(!sort.is_same_as(other) && !sort.is_same_as(cookie));
    let queries: Vec<&str> = operation
        .parameters_in(ParameterLocation::Query)
        .map(|parameter| parameter.name.as_str())
        .collect();
    assert_eq!(queries, ["sort", "Sort"]);
}
