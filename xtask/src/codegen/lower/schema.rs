//! Traversal of the lowered document: its operations and its schemas.
//!
//! This module knows the places in which OpenAPI 3.0 allows a schema, and doesn't depend on the rewrites.

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

/// A JSON object's members.
pub(super) type Object = Map<String, Value>;

/// The prefix of a reference to a schema component.
const SCHEMAS: &str = "#/components/schemas/";

/// The members of a path item that are operations.
const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// The schema components, by name.
pub(super) fn components(document: &mut Value) -> Result<&mut Object> {
    let schemas = document
        .pointer_mut("/components/schemas")
        .and_then(Value::as_object_mut);
    schemas.context("the document has no components.schemas")
}

/// A schema that refers to a component.
pub(super) fn reference_to(component: &str) -> Value {
    json!({ "$ref": format!("{SCHEMAS}{component}") })
}

/// Makes a schema another's alias and keeps its description.
pub(super) fn refer(schema: &mut Object, component: &str) {
    let description = schema.remove("description");
    schema.clear();
    schema.extend(description.map(|text| ("description".to_owned(), text)));
    schema.insert("allOf".to_owned(), json!([reference_to(component)]));
}

/// The component that a schema refers to: by a reference, or by an `allOf` with a single item.
pub(super) fn referred(schema: &Object) -> Option<&str> {
    let reference = schema
        .get("$ref")
        .or_else(|| match schema.get("allOf")?.as_array()?.as_slice() {
            [only] => only.get("$ref"),
            _ => None,
        });
    reference?.as_str()?.strip_prefix(SCHEMAS)
}

/// The names of the members that a schema requires.
pub(super) fn required(schema: &Object) -> Vec<Value> {
    schema
        .get("required")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default()
}

/// Calls `visit` for every operation of the document.
pub(super) fn each_operation(
    document: &mut Value,
    visit: &mut dyn FnMut(&mut Object) -> Result<()>,
) -> Result<()> {
    for item in path_items(document)? {
        for method in METHODS {
            if let Some(operation) = item.get_mut(method).and_then(Value::as_object_mut) {
                visit(operation)?;
            }
        }
    }
    Ok(())
}

/// Calls `visit` for every list of parameters: those of path items and those of operations.
pub(super) fn each_parameter(
    document: &mut Value,
    visit: &mut dyn FnMut(&mut Value) -> Result<()>,
) -> Result<()> {
    for item in path_items(document)? {
        let shared = item.get_mut("parameters").into_iter();
        for parameter in shared.filter_map(Value::as_array_mut).flatten() {
            visit(parameter)?;
        }
        for method in METHODS {
            let own = item
                .get_mut(method)
                .and_then(|operation| operation.get_mut("parameters"));
            for parameter in own.into_iter().filter_map(Value::as_array_mut).flatten() {
                visit(parameter)?;
            }
        }
    }
    Ok(())
}

/// Calls `visit` for every body, of requests and responses.
pub(super) fn each_body(
    document: &mut Value,
    visit: &mut dyn FnMut(&mut Object) -> Result<()>,
) -> Result<()> {
    each_operation(document, &mut |operation| {
        if let Some(body) = operation.get_mut("requestBody").and_then(Value::as_object_mut) {
            visit(body)?;
        }
        let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
        for response in responses.into_iter().flat_map(|responses| responses.values_mut()) {
            visit(response.as_object_mut().context("a response isn't an object")?)?;
        }
        Ok(())
    })
}

/// Calls `visit` for every schema, outer ones first: those of components, parameters and bodies.
pub(super) fn each_schema(document: &mut Value, visit: &mut dyn FnMut(&mut Object)) -> Result<()> {
    for schema in components(document)?.values_mut() {
        walk(schema, visit);
    }
    each_parameter(document, &mut |parameter| {
        parameter
            .get_mut("schema")
            .into_iter()
            .for_each(|schema| walk(schema, visit));
        Ok(())
    })?;
    each_body(document, &mut |body| {
        let content = body.get_mut("content").and_then(Value::as_object_mut);
        for media in content.into_iter().flat_map(|content| content.values_mut()) {
            media
                .get_mut("schema")
                .into_iter()
                .for_each(|schema| walk(schema, visit));
        }
        Ok(())
    })
}

/// Calls `visit` for a schema and everything that it contains after that call, outer ones first.
pub(super) fn walk(schema: &mut Value, visit: &mut dyn FnMut(&mut Object)) {
    let Some(schema) = schema.as_object_mut() else {
        return;
    };
    visit(schema);
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    properties
        .into_iter()
        .flat_map(|members| members.values_mut())
        .for_each(|member| walk(member, visit));
    for keyword in ["items", "additionalProperties", "not"] {
        schema
            .get_mut(keyword)
            .into_iter()
            .for_each(|nested| walk(nested, visit));
    }
    for keyword in ["allOf", "anyOf", "oneOf"] {
        let nested = schema.get_mut(keyword).and_then(Value::as_array_mut);
        nested
            .into_iter()
            .flatten()
            .for_each(|nested| walk(nested, visit));
    }
}

/// Looks a local reference up.
pub(super) fn resolve<'d>(document: &'d Value, reference: &str) -> Result<&'d Value> {
    let Some(pointer) = reference.strip_prefix('#') else {
        bail!("only local references can be followed, not {reference}");
    };
    document
        .pointer(pointer)
        .with_context(|| format!("the reference {reference} has no target"))
}

/// Removes all members but the named ones.
pub(super) fn keep(object: &mut Object, names: &[&str]) {
    object.retain(|name, _| names.contains(&name.as_str()));
}

fn path_items(document: &mut Value) -> Result<impl Iterator<Item = &mut Object>> {
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    let paths = paths.context("the document has no paths")?;
    Ok(paths.values_mut().filter_map(Value::as_object_mut))
}
