//! Reads the contract, `spec/openapi.yaml`, for every command that needs it.
//!
//! The document is returned as plain JSON with its members in the authored order; the functions below find
//! parts of it. This module neither checks nor rewrites it.

use std::fs;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::files;

/// The path of the contract, relative to the workspace's root.
pub(crate) const PATH: &str = "spec/openapi.yaml";

/// The methods of OpenAPI 3.0, as keys of a path item.
const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// Maximum length of a chain of references; a longer one counts as a cycle.
const REFERENCES_MAX: usize = 32;

/// One operation of the contract.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operation<'a> {
    /// The method in lower case.
    pub(crate) method: &'a str,
    /// The path template.
    pub(crate) path: &'a str,
    /// The path item with the operation.
    pub(crate) item: &'a Value,
    /// The operation object.
    pub(crate) value: &'a Value,
}

/// Loads the contract as JSON.
///
/// # Errors
/// When the file can't be read or isn't YAML.
pub(crate) fn load() -> Result<Value> {
    let text =
        fs::read_to_string(files::root().join(PATH)).with_context(|| format!("failed to read {PATH}"))?;
    parse(&text).with_context(|| format!("failed to parse {PATH}"))
}

/// Parses a YAML document into JSON.
///
/// # Errors
/// When the text isn't YAML or has no JSON form.
pub(crate) fn parse(text: &str) -> Result<Value> {
    Ok(serde_saphyr::from_str(text)?)
}

/// Follows `$ref` to a value that isn't a reference; `None` for a dangling or cyclic reference.
pub(crate) fn resolve<'a>(document: &'a Value, value: &'a Value) -> Option<&'a Value> {
    let mut current = value;
    for _ in 0..REFERENCES_MAX {
        let Some(reference) = current.get("$ref").and_then(Value::as_str) else {
            return Some(current);
        };
        current = document.pointer(reference.strip_prefix('#')?)?;
    }
    None
}

/// All operations, in the document's order.
pub(crate) fn operations(document: &Value) -> Vec<Operation<'_>> {
    let mut found = Vec::new();
    for (path, item) in members(document.get("paths")) {
        for (method, value) in members(Some(item)) {
            if METHODS.contains(&method) {
                found.push(Operation {
                    method,
                    path,
                    item,
                    value,
                });
            }
        }
    }
    found
}

/// Whether a (resolved) part of the document is an addition to the published reference.
pub(crate) fn is_companion(value: &Value) -> bool {
    value["x-origin"].as_str() == Some("companion")
}

/// An object's members in their order; nothing when there is no object.
pub(crate) fn members(value: Option<&Value>) -> impl Iterator<Item = (&str, &Value)> {
    value
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(|object| object.iter().map(|(key, value)| (key.as_str(), value)))
}

/// An array's items; nothing when there is no array.
pub(crate) fn items(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}

impl<'a> Operation<'a> {
    /// The operation's `operationId`, or nothing.
    pub(crate) fn id(&self) -> &'a str {
        self.value["operationId"].as_str().unwrap_or_default()
    }

    /// The operation's own parameters and those of its path, resolved.
    pub(crate) fn parameters(&self, document: &'a Value) -> Vec<&'a Value> {
        items(self.item.get("parameters"))
            .chain(items(self.value.get("parameters")))
            .filter_map(|parameter| resolve(document, parameter))
            .collect()
    }

    /// The responses by status, resolved.
    pub(crate) fn responses(&self, document: &'a Value) -> Vec<(&'a str, &'a Value)> {
        members(self.value.get("responses"))
            .filter_map(|(status, response)| Some((status, resolve(document, response)?)))
            .collect()
    }

    /// The request body, resolved.
    pub(crate) fn request_body(&self, document: &'a Value) -> Option<&'a Value> {
        resolve(document, self.value.get("requestBody")?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Value {
        parse(
            "
paths:
  /b:
    parameters: [{name: p, in: path}]
    post: {operationId: b_post, parameters: [{$ref: '#/components/parameters/Q'}]}
  /a:
    get: {operationId: a_get}
components:
  parameters: {Q: {name: q, in: query}, Loop: {$ref: '#/components/parameters/Loop'}}
",
        )
        .unwrap()
    }

    #[test]
    fn operations_come_in_the_authored_order() {
        let document = sample();
        let ids: Vec<_> = operations(&document).iter().map(Operation::id).collect();
        assert_eq!(ids, ["b_post", "a_get"]);
    }

    #[test]
    fn parameters_of_the_path_belong_to_its_operations() {
        let document = sample();
        let names: Vec<_> = operations(&document)[0]
            .parameters(&document)
            .iter()
            .map(|p| p["name"].clone())
            .collect();
        assert_eq!(names, ["p", "q"]);
    }

    #[test]
    fn circular_references_are_not_resolved() {
        let document = sample();
        assert!(resolve(&document, &document["components"]["parameters"]["Loop"]).is_none());
    }

    #[test]
    fn the_contract_can_be_read() {
        let document = load().unwrap();
        assert!(
            operations(&document)
                .iter()
                .any(|operation| operation.id() == "app_backup_create_for_app")
        );
    }
}
