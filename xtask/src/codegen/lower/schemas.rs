//! Rewrites of schemas, so that the client reads leniently and preserves everything.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::Lowering;
use super::schema::{self, Object};

/// The keywords that affect a Rust type or its documentation.
const TYPE_KEYWORDS: [&str; 14] = [
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "default",
    "description",
    "enum",
    "format",
    "items",
    "nullable",
    "oneOf",
    "properties",
    "required",
    "type",
];

/// The component and the Rust type for timestamps.
const TIMESTAMP: (&str, &str) = ("Timestamp", "crate::Timestamp");

/// The component and the Rust type for numbers.
const NUMBER: (&str, &str) = ("Number", "crate::Number");

/// The prefix for the component of an enum that accepts any string.
const OPEN: &str = "Open";

/// Removes patterns, bounds, examples and extensions from all schemas.
pub(super) fn keep_what_makes_a_type(lowering: &mut Lowering) -> Result<()> {
    schema::each_schema(&mut lowering.document, &mut |schema| {
        schema::keep(schema, &TYPE_KEYWORDS);
    })
}

/// Copies string components to the places that refer to them.
pub(super) fn inline_strings(lowering: &mut Lowering) -> Result<()> {
    let components = schema::components(&mut lowering.document)?;
    let is_plain = |schema: &Value| schema["type"] == "string" && schema.get("enum").is_none();
    let strings: BTreeMap<String, Value> = components
        .iter()
        .filter(|(_, component)| is_plain(component))
        .map(|(name, component)| (name.clone(), component.clone()))
        .collect();
    components.retain(|name, _| !strings.contains_key(name));
    schema::each_schema(&mut lowering.document, &mut |schema| {
        let string = schema::referred(schema).and_then(|name| strings.get(name));
        if let Some(string) = string.and_then(Value::as_object) {
            let description = schema.remove("description");
            *schema = string.clone();
            schema.extend(description.map(|text| ("description".to_owned(), text)));
        }
    })
}

/// Gives timestamps the client's own type.
pub(super) fn timestamps_keep_their_text(lowering: &mut Lowering) -> Result<()> {
    replace(lowering, TIMESTAMP, &|schema| {
        schema.get("format").is_some_and(|format| format == "date-time")
    })
}

/// Gives numbers a type that preserves all digits.
pub(super) fn numbers_keep_their_digits(lowering: &mut Lowering) -> Result<()> {
    replace(lowering, NUMBER, &|schema| {
        schema.get("type").is_some_and(|kind| kind == "number")
    })
}

/// Makes all matching schemas refer to one component, and records its Rust type.
fn replace(
    lowering: &mut Lowering,
    (component, rust_type): (&str, &str),
    matches: &dyn Fn(&Object) -> bool,
) -> Result<()> {
    schema::each_schema(&mut lowering.document, &mut |schema| {
        if matches(schema) {
            schema::refer(schema, component);
        }
    })?;
    add_replacement(lowering, component, rust_type, json!({ "type": "string" }))
}

/// Adds a component that is replaced by a hand-written Rust type of the client.
fn add_replacement(lowering: &mut Lowering, component: &str, rust_type: &str, schema: Value) -> Result<()> {
    schema::components(&mut lowering.document)?.insert(component.to_owned(), schema);
    lowering
        .replacements
        .insert(component.to_owned(), rust_type.to_owned());
    Ok(())
}

/// Gives the required enums of request bodies a default: their last value, which is the newest.
pub(super) fn requests_fill_themselves_in(lowering: &mut Lowering) -> Result<()> {
    let requests = referred_by_requests(&mut lowering.document)?;
    let components = schema::components(&mut lowering.document)?;
    let original = components.clone();
    let newest = |schema: &Object| {
        let named = schema::referred(schema).and_then(|name| original.get(name)?.as_object());
        named.unwrap_or(schema).get("enum")?.as_array()?.last().cloned()
    };
    for (_, request) in components
        .iter_mut()
        .filter(|(name, _)| requests.contains(name.as_str()))
    {
        let Some(request) = request.as_object_mut() else {
            continue;
        };
        let mut required = schema::required(request);
        let properties = request.get_mut("properties").and_then(Value::as_object_mut);
        for (name, property) in properties.into_iter().flatten() {
            let Some(property) = property.as_object_mut() else {
                continue;
            };
            if let Some(value) = newest(property).filter(|_| required.contains(&json!(name))) {
                if let Some(component) = schema::referred(property).map(str::to_owned) {
                    schema::refer(property, &component);
                }
                property.insert("default".to_owned(), value);
                // The generator only gives defaults to optional members, and always sends those.
                required.retain(|required| required != name);
            }
        }
        request.insert("required".to_owned(), Value::Array(required));
    }
    Ok(())
}

/// Replaces an enum of one value by any string.
pub(super) fn constants_are_strings(lowering: &mut Lowering) -> Result<()> {
    schema::each_schema(&mut lowering.document, &mut |schema| {
        if schema
            .get("enum")
            .and_then(Value::as_array)
            .is_some_and(|values| values.len() == 1)
        {
            schema.remove("enum");
        }
    })
}

/// Accepts any string in the place of a named enum.
pub(super) fn open_enums(lowering: &mut Lowering) -> Result<()> {
    let components = schema::components(&mut lowering.document)?;
    let is_enum = |schema: &Value| schema.get("enum").is_some();
    let names: BTreeSet<String> = components
        .iter()
        .filter(|(_, schema)| is_enum(schema))
        .map(|(name, _)| name.clone())
        .collect();
    let mut enums = 0;
    schema::each_schema(&mut lowering.document, &mut |schema| {
        enums += usize::from(schema.contains_key("enum"));
        if let Some(name) = schema::referred(schema).filter(|name| names.contains(*name)) {
            let open = format!("{OPEN}{name}");
            let default = schema.remove("default");
            schema::refer(schema, &open);
            schema.extend(default.map(|value| ("default".to_owned(), value)));
        }
    })?;
    if enums != names.len() {
        bail!("an enum of several values has no name: make it a component");
    }
    for name in names {
        let rust_type = format!("crate::Open<crate::types::{name}>");
        let alias = json!({ "allOf": [schema::reference_to(&name)] });
        add_replacement(lowering, &format!("{OPEN}{name}"), &rust_type, alias)?;
    }
    Ok(())
}

/// Gives a list's items, which are resources or arrays of columns, the client's own type.
pub(super) fn list_items(lowering: &mut Lowering) -> Result<()> {
    let components = schema::components(&mut lowering.document)?.clone();
    for (name, component) in &components {
        let Some(choices) = component.get("anyOf").and_then(Value::as_array) else {
            continue;
        };
        let names = choices
            .iter()
            .filter_map(|choice| schema::referred(choice.as_object()?));
        let is_array = |name: &str| {
            components
                .get(name)
                .is_some_and(|schema| schema["type"] == "array")
        };
        let (arrays, resources): (Vec<_>, Vec<_>) = names.partition(|name| is_array(name));
        let ([_], [resource]) = (arrays.as_slice(), resources.as_slice()) else {
            bail!("{name} isn't a choice of one resource and one array");
        };
        let alias = json!({ "allOf": [schema::reference_to(resource)] });
        let rust_type = format!("crate::ListItem<crate::types::{resource}>");
        add_replacement(lowering, name, &rust_type, alias)?;
    }
    Ok(())
}

/// Makes optional arrays nullable, and those that responses require optional.
pub(super) fn absent_arrays(lowering: &mut Lowering) -> Result<()> {
    let requests = referred_by_requests(&mut lowering.document)?;
    let sent = reachable(&lowering.document, requests);
    for (name, component) in schema::components(&mut lowering.document)? {
        let is_sent = sent.contains(name);
        schema::walk(component, &mut |schema| {
            let mut required = schema::required(schema);
            let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
            for (name, property) in properties.into_iter().flatten() {
                if property["type"] != "array" || (is_sent && required.contains(&json!(name))) {
                    continue;
                }
                property["nullable"] = json!(true);
                required.retain(|required| required != name);
            }
            if schema.contains_key("required") {
                schema.insert("required".to_owned(), Value::Array(required));
            }
        });
    }
    Ok(())
}

/// Keeps an object's unknown members: `{}` makes the generator add a map, `true` doesn't.
pub(super) fn open_objects(lowering: &mut Lowering) -> Result<()> {
    schema::each_schema(&mut lowering.document, &mut |schema| {
        if schema.get("type").is_some_and(|kind| kind == "object") {
            schema.insert("additionalProperties".to_owned(), json!({}));
        }
    })
}

/// Removes the components that no operation reaches.
pub(super) fn drop_unused_schemas(lowering: &mut Lowering) -> Result<()> {
    let paths = lowering
        .document
        .get_mut("paths")
        .context("the document has no paths")?;
    let mut used = BTreeSet::new();
    collect_references(paths, &mut used);
    let used = reachable(&lowering.document, used);
    schema::components(&mut lowering.document)?.retain(|name, _| used.contains(name));
    lowering.replacements.retain(|name, _| used.contains(name));
    Ok(())
}

/// The components that request bodies refer to directly.
fn referred_by_requests(document: &mut Value) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    schema::each_operation(document, &mut |operation| {
        operation
            .get("requestBody")
            .into_iter()
            .for_each(|body| collect_references(body, &mut names));
        Ok(())
    })?;
    Ok(names)
}

/// The components that can be reached from the given ones, including those.
fn reachable(document: &Value, from: BTreeSet<String>) -> BTreeSet<String> {
    let mut open: Vec<String> = from.iter().cloned().collect();
    let mut reached = from;
    while let Some(name) = open.pop() {
        let mut next = BTreeSet::new();
        collect_references(&document["components"]["schemas"][&name], &mut next);
        for name in next {
            if reached.insert(name.clone()) {
                open.push(name);
            }
        }
    }
    reached
}

/// Collects the names of all components that a part of the document refers to.
fn collect_references(part: &Value, names: &mut BTreeSet<String>) {
    match part {
        Value::Object(members) => {
            let alone = members
                .contains_key("$ref")
                .then(|| schema::referred(members))
                .flatten();
            names.extend(alone.map(str::to_owned));
            members
                .values()
                .for_each(|member| collect_references(member, names));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_references(item, names)),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
