//! Checks that the operation, parameters and expressions of each link in the contract exist.
//!
//! A link's `requestBody` is a literal body in which a string that begins with `$` is a runtime expression,
//! at any depth.

use serde_json::Value;

use crate::spec::{self, Operation};

/// The runtime expressions other than those that start with `$request` and `$response`.
const WHOLE_EXPRESSIONS: [&str; 3] = ["$url", "$method", "$statusCode"];

/// Checks all links; returns their number and a line for each violation.
pub(super) fn check(document: &Value) -> (usize, Vec<String>) {
    let mut count = 0;
    let mut findings = Vec::new();
    for source in spec::operations(document) {
        for (status, response) in source.responses(document) {
            for (name, link) in spec::members(response.get("links")) {
                count += 1;
                let violations = match spec::resolve(document, link) {
                    Some(link) => Link {
                        document,
                        source,
                        response,
                        value: link,
                    }
                    .violations(),
                    None => vec!["unresolvable reference".to_owned()],
                };
                let place = format!("{} {status}, link {name}", source.id());
                findings.extend(
                    violations
                        .into_iter()
                        .map(|violation| format!("{place}: {violation}")),
                );
            }
        }
    }
    (count, findings)
}

/// A link at its place.
struct Link<'a> {
    document: &'a Value,
    source: Operation<'a>,
    response: &'a Value,
    value: &'a Value,
}

impl<'a> Link<'a> {
    fn violations(&self) -> Vec<String> {
        let Some(target) = self.target() else {
            return vec!["unknown operation".to_owned()];
        };
        let mut violations = self.parameter_violations(target);
        let request = target.request_body(self.document);
        match (self.value.get("requestBody"), request) {
            (None, _) => {}
            (Some(_), None) => violations.push(format!("{} accepts no body", target.id())),
            (Some(body), Some(request)) => {
                violations.extend(self.body_violations(target, body, request));
            }
        }
        violations
    }

    fn target(&self) -> Option<Operation<'a>> {
        let operations = spec::operations(self.document);
        if let Some(id) = self.value.get("operationId") {
            return operations
                .into_iter()
                .find(|operation| Some(operation.id()) == id.as_str());
        }
        let reference = self.value.get("operationRef")?.as_str()?.strip_prefix('#')?;
        let target = self.document.pointer(reference)?;
        operations
            .into_iter()
            .find(|operation| std::ptr::eq(operation.value, target))
    }

    fn parameter_violations(&self, target: Operation<'a>) -> Vec<String> {
        let mut violations = Vec::new();
        let parameters = target.parameters(self.document);
        let mut given = Vec::new();
        for (name, value) in spec::members(self.value.get("parameters")) {
            let found = parameters.iter().find(|parameter| is_named(parameter, name));
            match found {
                Some(parameter) => given.push(*parameter),
                None => violations.push(format!("{} has no parameter {name}", target.id())),
            }
            violations.extend(self.expression_violations(value));
        }
        for parameter in &parameters {
            let is_required = parameter.get("required") == Some(&Value::Bool(true));
            if is_required && !given.iter().any(|given| std::ptr::eq(*given, *parameter)) {
                let name = parameter["name"].as_str().unwrap_or_default();
                violations.push(format!("{} requires the parameter {name}", target.id()));
            }
        }
        violations
    }

    fn body_violations(&self, target: Operation<'a>, body: &Value, request: &'a Value) -> Vec<String> {
        let mut violations = self.expression_violations(body);
        let Some(members) = body.as_object() else {
            return violations;
        };
        for (_, media_type) in spec::members(request.get("content")) {
            let Some(schema) = media_type.get("schema") else {
                continue;
            };
            for name in members.keys() {
                if !is_declared(self.document, schema, &[name]) {
                    violations.push(format!("the body of {} has no member {name}", target.id()));
                }
            }
            let schema = spec::resolve(self.document, schema);
            for name in spec::items(schema.and_then(|schema| schema.get("required"))) {
                if name.as_str().is_none_or(|name| !members.contains_key(name)) {
                    violations.push(format!("the body of {} requires {name}", target.id()));
                }
            }
        }
        violations
    }

    /// Violations in all runtime expressions of a value.
    fn expression_violations(&self, value: &Value) -> Vec<String> {
        match value {
            Value::String(text) if text.starts_with('$') => {
                let resolves = self.resolves(text).unwrap_or(false);
                if resolves {
                    Vec::new()
                } else {
                    vec![format!("unresolvable expression {text}")]
                }
            }
            Value::Array(items) => items
                .iter()
                .flat_map(|item| self.expression_violations(item))
                .collect(),
            Value::Object(members) => members
                .values()
                .flat_map(|member| self.expression_violations(member))
                .collect(),
            _ => Vec::new(),
        }
    }

    /// Whether an expression refers to something that the contract declares.
    fn resolves(&self, expression: &str) -> Option<bool> {
        if WHOLE_EXPRESSIONS.contains(&expression) {
            return Some(true);
        }
        let (side, source) = expression.split_once('.')?;
        let content = match side {
            "$response" => self.response,
            "$request" if source.starts_with("body") => self.source.request_body(self.document)?,
            "$request" => {
                return Some(
                    self.source
                        .parameters(self.document)
                        .iter()
                        .any(|p| is_named(p, source)),
                );
            }
            _ => return None,
        };
        if let Some(name) = source.strip_prefix("header.") {
            return Some(content.get("headers")?.get(name).is_some());
        }
        let pointer = source.strip_prefix("body")?;
        let steps: Vec<_> = pointer
            .strip_prefix("#/")
            .map(|p| p.split('/').collect())
            .unwrap_or_default();
        if steps.is_empty() && !pointer.is_empty() {
            return None;
        }
        let mut media_types = spec::members(content.get("content")).peekable();
        media_types.peek()?;
        Some(media_types.all(|(_, media_type)| {
            media_type
                .get("schema")
                .is_some_and(|schema| is_declared(self.document, schema, &steps))
        }))
    }
}

/// Whether a link refers to a parameter by `name` or, with its location, by `path.name`.
fn is_named(parameter: &Value, name: &str) -> bool {
    let text = |key| parameter.get(key).and_then(Value::as_str).unwrap_or_default();
    name == text("name") || name.split_once('.') == Some((text("in"), text("name")))
}

/// Whether the steps of a JSON pointer lead to a part that the schema declares.
///
/// For alternatives, one match is sufficient.
fn is_declared<T: AsRef<str>>(document: &Value, schema: &Value, steps: &[T]) -> bool {
    let Some(schema) = spec::resolve(document, schema) else {
        return false;
    };
    let Some((step, rest)) = steps.split_first() else {
        return true;
    };
    let step = step.as_ref().replace("~1", "/").replace("~0", "~");
    if let Some(property) = schema
        .get("properties")
        .and_then(|properties| properties.get(&step))
    {
        return is_declared(document, property, rest);
    }
    if let Some(items) = schema.get("items").filter(|_| step.parse::<usize>().is_ok()) {
        return is_declared(document, items, rest);
    }
    ["allOf", "anyOf", "oneOf"]
        .iter()
        .flat_map(|key| spec::items(schema.get(*key)))
        .any(|part| is_declared(document, part, steps))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const CONTRACT: &str = "
paths:
  /rooms/{room_id}/shelves:
    parameters: [{name: room_id, in: path, required: true}]
    post:
      operationId: shelf_create
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/ShelfCreate'}}}}
      responses:
        '201':
          headers: {Location: {}}
          content: {application/json: {schema: {$ref: '#/components/schemas/Shelf'}}}
          links:
            fetch:
              operationId: shelf_fetch
              parameters: {room_id: $request.path.room_id, path.shelf_id: '$response.body#/parts/0/id'}
            again:
              operationRef: '#/paths/~1rooms~1{room_id}~1shelves/post'
              parameters: {room_id: $request.path.room_id}
              requestBody: {wood: oak, model: '$response.body#/id'}
  /rooms/{room_id}/shelves/{shelf_id}:
    get:
      operationId: shelf_fetch
      parameters: [{name: room_id, in: path, required: true}, {name: shelf_id, in: path, required: true}]
components:
  schemas:
    ShelfCreate: {required: [wood], properties: {wood: {}, model: {}}}
    Shelf:
      properties:
        id: {type: string}
        parts: {type: array, items: {anyOf: [{type: array, items: {}}, {$ref: '#/components/schemas/Shelf'}]}}
";

    /// The findings after one member of a link is replaced.
    fn findings(link: &str, member: &str, value: Value) -> Vec<String> {
        let mut document = spec::parse(CONTRACT).unwrap();
        let links = "/paths/~1rooms~1{room_id}~1shelves/post/responses/201/links";
        document.pointer_mut(links).unwrap()[link][member] = value;
        check(&document).1
    }

    #[test]
    fn valid_links_have_no_findings() {
        assert_eq!(check(&spec::parse(CONTRACT).unwrap()), (2, Vec::new()));
    }

    #[test]
    fn a_link_to_no_operation_is_found() {
        let found = findings("fetch", "operationId", json!("shelf_read"));
        assert_eq!(found, ["shelf_create 201, link fetch: unknown operation"]);
        assert_eq!(
            findings("again", "operationRef", json!("#/paths/nowhere")).len(),
            1
        );
    }

    #[test]
    fn an_unknown_and_a_missing_parameter_are_found() {
        let found = findings("fetch", "parameters", json!({"room_id": "x", "shelfId": "y"}));
        assert_eq!(
            found,
            [
                "shelf_create 201, link fetch: shelf_fetch has no parameter shelfId",
                "shelf_create 201, link fetch: shelf_fetch requires the parameter shelf_id",
            ]
        );
    }

    #[test]
    fn unresolvable_expressions_are_found() {
        let with = |expression: &str| {
            findings(
                "fetch",
                "parameters",
                json!({"room_id": "x", "shelf_id": expression}),
            )
            .len()
        };
        assert_eq!(with("$response.header.Location"), 0);
        assert_eq!(with("$request.body#/model"), 0);
        assert_eq!(with("$response.body"), 0);
        assert_eq!(with("$url"), 0);
        for bad in [
            "$response.body#/uid",
            "$response.body#/parts/x/id",
            "$response.body/id",
            "$response.header.ETag",
            "$request.path.shelf_id",
            "$request.body#/id",
            "$nothing",
        ] {
            assert_eq!(with(bad), 1, "{bad}");
        }
    }

    #[test]
    fn bodies_not_accepted_by_the_target_are_found() {
        let found = findings(
            "again",
            "requestBody",
            json!({"model": "$response.body#/uid", "colour": 1}),
        );
        assert_eq!(found.len(), 3, "{found:?}");
        assert_eq!(
            findings("fetch", "requestBody", json!({})),
            ["shelf_create 201, link fetch: shelf_fetch accepts no body"]
        );
    }
}
