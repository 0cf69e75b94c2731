//! Rules of the contract's dialect that the linters don't have. `spec/README.md` explains them.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::spec::{self, Operation};

/// The media type of every error.
const PROBLEM: &str = "application/problem+json";

/// Checks the dialect; returns a line for each violation.
pub(super) fn check(document: &Value) -> Vec<String> {
    let mut findings = Vec::new();
    references(document, document, "#", &mut findings);
    let tags: BTreeSet<_> = spec::items(document.get("tags"))
        .filter_map(|tag| tag.get("name")?.as_str())
        .collect();
    let mut ids = BTreeSet::new();
    for operation in spec::operations(document) {
        let place = format!("{} {}", operation.method, operation.path);
        let mut violations = operation_violations(operation, &tags);
        if !ids.insert(operation.id()) {
            violations.push(format!("duplicate operationId {}", operation.id()));
        }
        violations.extend(body_violations(document, operation));
        violations.extend(include_violations(document, operation));
        findings.extend(
            violations
                .into_iter()
                .map(|violation| format!("{place}: {violation}")),
        );
    }
    for (name, schema) in spec::members(document.pointer("/components/schemas")) {
        if schema.get("properties").is_some() && schema.get("additionalProperties").is_none() {
            findings.push(format!("schema {name}: missing additionalProperties"));
        }
    }
    findings
}

/// Finds dangling references and invalid origins.
fn references(document: &Value, value: &Value, place: &str, findings: &mut Vec<String>) {
    if value.get("$ref").is_some_and(Value::is_string) && spec::resolve(document, value).is_none() {
        findings.push(format!("{place}: unresolvable reference"));
    }
    if let Some(origin) = value.get("x-origin")
        && !matches!(origin.as_str(), Some("documented" | "companion"))
    {
        findings.push(format!(
            "{place}: invalid x-origin {origin}: expected documented or companion"
        ));
    }
    for (name, member) in spec::members(Some(value)) {
        references(document, member, &format!("{place}/{name}"), findings);
    }
    for (index, item) in spec::items(Some(value)).enumerate() {
        references(document, item, &format!("{place}/{index}"), findings);
    }
}

/// Checks the required members of an operation.
fn operation_violations(operation: Operation<'_>, tags: &BTreeSet<&str>) -> Vec<String> {
    let mut violations = Vec::new();
    for member in ["operationId", "summary", "description", "x-origin"] {
        if operation.value[member].as_str().is_none_or(str::is_empty) {
            violations.push(format!("missing {member}"));
        }
    }
    let own: Vec<_> = spec::items(operation.value.get("tags"))
        .filter_map(Value::as_str)
        .collect();
    match own[..] {
        [tag] if tags.contains(tag) => {}
        [tag] => violations.push(format!("undeclared tag {tag}")),
        _ => violations.push("expected exactly one tag".to_owned()),
    }
    violations
}

/// Checks media types and their examples.
fn body_violations(document: &Value, operation: Operation<'_>) -> Vec<String> {
    let mut violations = Vec::new();
    let request = operation.request_body(document).map(|body| ("request", body));
    for (place, body) in request.into_iter().chain(operation.responses(document)) {
        let is_error = place.starts_with(['4', '5']);
        for (name, media_type) in spec::members(body.get("content")) {
            if is_error != (name == PROBLEM) {
                violations.push(format!("{place}: unexpected media type {name}"));
            }
            if spec::members(media_type.get("examples")).next().is_none() {
                violations.push(format!("{place}: {name} has no example"));
            }
            for (key, example) in spec::members(media_type.get("examples")) {
                let value = spec::resolve(document, example).and_then(|example| example.get("value"));
                match value {
                    None => violations.push(format!("{place}: {name}: example {key} has no value")),
                    Some(value) if is_error && value["status"].as_str() != Some(place) => {
                        violations.push(format!(
                            "{place}: {name}: example {key}: the status isn't {place}"
                        ));
                    }
                    Some(_) => {}
                }
            }
        }
        if is_error && spec::members(body.get("content")).next().is_none() {
            violations.push(format!("{place}: missing problem body"));
        }
    }
    violations
}

/// Checks that `include` permits exactly the fields of an item in the list.
fn include_violations(document: &Value, operation: Operation<'_>) -> Vec<String> {
    let parameters = operation.parameters(document);
    let Some(include) = parameters
        .iter()
        .find(|p| p.get("name").is_some_and(|name| name == "include"))
    else {
        return Vec::new();
    };
    let pattern = include["schema"]["pattern"].as_str().unwrap_or_default();
    let responses = operation.responses(document);
    let fields = responses
        .iter()
        .find(|response| response.0 == "200")
        .and_then(|(_, response)| {
            let schema = spec::resolve(document, response.pointer("/content/application~1json/schema")?)?;
            let item = spec::resolve(document, schema.pointer("/properties/items/items")?)?;
            let resource = spec::resolve(document, item.pointer("/anyOf/0")?)?;
            Some(
                spec::members(resource.get("properties"))
                    .map(|(name, _)| name)
                    .collect::<Vec<_>>()
                    .join("|"),
            )
        });
    match fields {
        Some(fields) if pattern == format!("^({fields})(,({fields}))*$") => Vec::new(),
        Some(fields) => vec![format!("the pattern of include must list exactly {fields}")],
        None => vec!["include requires a list of resources".to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const CONTRACT: &str = "
tags: [{name: Shelves}]
paths:
  /shelves:
    get:
      operationId: shelf_list
      x-origin: documented
      tags: [Shelves]
      summary: List
      description: Lists.
      parameters: [{name: include, in: query, schema: {pattern: '^(id|wood)(,(id|wood))*$'}}]
      responses:
        '200':
          content:
            application/json:
              schema: {$ref: '#/components/schemas/ShelfList'}
              examples: {none: {value: {items: []}}}
        '404':
          content:
            application/problem+json:
              examples: {missing: {value: {status: '404'}}}
components:
  schemas:
    Shelf: {additionalProperties: false, properties: {id: {}, wood: {}}}
    ShelfList:
      additionalProperties: false
      properties: {items: {items: {anyOf: [{$ref: '#/components/schemas/Shelf'}, {type: array, items: {}}]}}}
";

    /// The findings after the value at a pointer is replaced.
    fn findings(pointer: &str, value: Value) -> Vec<String> {
        let mut document = spec::parse(CONTRACT).unwrap();
        *document.pointer_mut(pointer).unwrap() = value;
        check(&document)
    }

    #[test]
    fn valid_documents_have_no_findings() {
        assert_eq!(check(&spec::parse(CONTRACT).unwrap()), Vec::<String>::new());
    }

    #[test]
    fn each_violation_is_found_once() {
        let get = "/paths/~1shelves/get";
        let cases = [
            (format!("{get}/operationId"), json!(""), "missing operationId"),
            (format!("{get}/summary"), json!(null), "missing summary"),
            (
                format!("{get}/x-origin"),
                json!("guessed"),
                "invalid x-origin \"guessed\": expected documented or companion",
            ),
            (
                format!("{get}/tags"),
                json!(["Shelves", "Rooms"]),
                "expected exactly one tag",
            ),
            (format!("{get}/tags/0"), json!("Rooms"), "undeclared tag Rooms"),
            (
                format!("{get}/parameters/0/schema/pattern"),
                json!("^id$"),
                "the pattern of include must list exactly id|wood",
            ),
            (
                format!("{get}/responses/200/content/application~1json/examples"),
                json!({}),
                "200: application/json has no example",
            ),
            (
                format!(
                    "{get}/responses/404/content/application~1problem+json/examples/missing/value/status"
                ),
                json!("403"),
                "404: application/problem+json: example missing: the status isn't 404",
            ),
            (
                format!("{get}/responses/404/content"),
                json!({}),
                "404: missing problem body",
            ),
            (
                format!("{get}/responses/404/content"),
                json!({"application/json": {"examples": {"a": {"value": {"status": "404"}}}}}),
                "404: unexpected media type application/json",
            ),
            (
                "/components/schemas/Shelf".to_owned(),
                json!({"properties": {"id": {}, "wood": {}}}),
                "schema Shelf: missing additionalProperties",
            ),
        ];
        for (pointer, value, expected) in cases {
            let found = findings(&pointer, value);
            assert_eq!(found.len(), 1, "{pointer}: {found:?}");
            assert!(found[0].ends_with(expected), "{found:?}");
        }
    }

    #[test]
    fn broken_references_are_found_with_their_location() {
        let place = "/components/schemas/ShelfList/properties/items/items/anyOf/1";
        assert_eq!(
            findings(place, json!({"$ref": "#/components/schemas/Sh"})),
            [format!("#{place}: unresolvable reference")]
        );
    }
}
