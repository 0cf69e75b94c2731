//! `readOnly` and `writeOnly`: the schemas of a document as they apply to requests, and to responses.
//!
//! A `readOnly` property isn't sent in requests and a `writeOnly` property isn't sent in responses, and `required`
//! doesn't apply to it there. If it is sent nevertheless, the receiver ignores it and its value.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::model::{Operation, SchemaPlace};
use super::reference::{escape, has_object, local, resolve};

/// The keyword of a view that lists the properties which aren't sent. It looks like an extension, so that it isn't
/// compared, and no document can contain it by accident.
pub(crate) const UNSENT: &str = "x-\0unsent";

/// Maximum number of nested `allOf` that are followed to find the properties of an object.
const NESTING_MAX: usize = 32;

/// The part of an exchange that a schema describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Direction {
    /// From the client to the server.
    Request,
    /// From the server to the client.
    Response,
}

impl Direction {
    /// The keyword of properties that aren't sent in this direction.
    fn unsent(self) -> &'static str {
        match self {
            Self::Request => "readOnly",
            Self::Response => "writeOnly",
        }
    }
}

/// The document as it applies to one direction; `None` if that is the document itself.
///
/// Each object lists its unsent properties under [`UNSENT`], and doesn't require them. All places stay the same.
pub(super) fn view<'o>(
    root: &Value,
    operations: impl Iterator<Item = &'o Operation>,
    direction: Direction,
) -> Option<Value> {
    let keyword = direction.unsent();
    if !has_object(root, &|members| members.get(keyword) == Some(&Value::Bool(true))) {
        return None;
    }
    let mut writer = Writer {
        root,
        view: root.clone(),
        keyword,
        open: Vec::new(),
        seen: BTreeSet::new(),
    };
    writer
        .open
        .extend(operations.flat_map(schemas).map(|place| place.0.clone()));
    let named = root.pointer("/components/schemas").and_then(Value::as_object);
    let named = named.into_iter().flat_map(Map::keys);
    writer
        .open
        .extend(named.map(|name| format!("/components/schemas/{}", escape(name))));
    while let Some(place) = writer.open.pop() {
        if writer.seen.insert(place.clone()) {
            writer.schema(&place, &BTreeSet::new(), 0);
        }
    }
    Some(writer.view)
}

/// The schemas that an operation uses, without those that they refer to.
fn schemas(operation: &Operation) -> impl Iterator<Item = &SchemaPlace> {
    let parameters = operation.parameters.iter().flat_map(|parameter| {
        let content = parameter.content.iter().filter_map(|media| media.schema.as_ref());
        parameter.schema.iter().chain(content)
    });
    let body = operation.body.iter().flat_map(|body| &body.content);
    let responses = operation.responses.iter().flat_map(|response| {
        let headers = response.headers.iter().filter_map(|header| header.place());
        response
            .content
            .iter()
            .filter_map(|media| media.schema.as_ref())
            .chain(headers)
    });
    parameters
        .chain(body.filter_map(|media| media.schema.as_ref()))
        .chain(responses)
}

struct Writer<'r> {
    root: &'r Value,
    view: Value,
    keyword: &'static str,
    /// Places of schemas that other schemas refer to.
    open: Vec<String>,
    seen: BTreeSet<String>,
}

impl Writer<'_> {
    /// Rewrites the schema at a place. `inherited` are unsent properties of the object that it is a part of.
    fn schema(&mut self, place: &str, inherited: &BTreeSet<String>, nesting: usize) {
        let Some(value) = self.view.pointer(place).filter(|_| nesting <= NESTING_MAX) else {
            return;
        };
        if let Some((target, at)) = target(self.root, value) {
            if !touches(self.root, target, inherited, nesting) {
                self.open.push(at);
                return;
            }
            // Other schemas may refer to the same target without these unsent properties.
            if let Some(own) = self.view.pointer_mut(place) {
                own.clone_from(target);
            }
        }
        let Some(schema) = self.view.pointer_mut(place).and_then(Value::as_object_mut) else {
            return;
        };
        let mut unsent = inherited.clone();
        collect(self.root, schema, self.keyword, &mut unsent, nesting);
        hide(schema, &unsent);
        let mut children = Vec::new();
        for (key, value) in schema.iter() {
            let at = format!("{place}/{key}");
            match (key.as_str(), value) {
                ("items" | "additionalProperties", Value::Object(_)) => children.push((at, false)),
                ("allOf" | "anyOf" | "oneOf" | "prefixItems", Value::Array(branches)) => {
                    let is_same_object = key != "prefixItems";
                    children
                        .extend((0..branches.len()).map(|index| (format!("{at}/{index}"), is_same_object)));
                }
                ("properties" | "patternProperties", Value::Object(properties)) => {
                    children.extend(
                        properties
                            .keys()
                            .map(|name| (format!("{at}/{}", escape(name)), false)),
                    );
                }
                _ => {}
            }
        }
        for (child, is_same_object) in children {
            let inherited = if is_same_object {
                unsent.clone()
            } else {
                BTreeSet::new()
            };
            self.schema(&child, &inherited, nesting + 1);
        }
    }
}

/// Removes unsent properties from `required`, and lists those that the schema describes.
fn hide(schema: &mut Map<String, Value>, unsent: &BTreeSet<String>) {
    if let Some(Value::Array(required)) = schema.get_mut("required") {
        required.retain(|name| name.as_str().is_none_or(|name| !unsent.contains(name)));
        if required.is_empty() {
            schema.shift_remove("required");
        }
    }
    if let Some(Value::Object(dependent)) = schema.get_mut("dependentRequired") {
        for names in dependent.values_mut().filter_map(Value::as_array_mut) {
            names.retain(|name| name.as_str().is_none_or(|name| !unsent.contains(name)));
        }
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    let hidden = properties
        .into_iter()
        .flat_map(Map::keys)
        .filter(|name| unsent.contains(*name));
    let hidden: Vec<Value> = hidden.cloned().map(Value::from).collect();
    if !hidden.is_empty() {
        schema.insert(UNSENT.to_owned(), hidden.into());
    }
}

/// Collects the unsent properties of an object, also those of the schemas in its `allOf`.
fn collect(
    root: &Value,
    schema: &Map<String, Value>,
    keyword: &str,
    unsent: &mut BTreeSet<String>,
    nesting: usize,
) {
    let properties = schema.get("properties").and_then(Value::as_object);
    for (name, property) in properties.into_iter().flatten() {
        if is_unsent(root, property, keyword, nesting) {
            unsent.insert(name.clone());
        }
    }
    for branch in branches(schema, &["allOf"]).filter(|_| nesting < NESTING_MAX) {
        if let Some(branch) = follow(root, branch).as_object() {
            collect(root, branch, keyword, unsent, nesting + 1);
        }
    }
}

/// Whether a property has the keyword, itself or in a schema of its `allOf`.
fn is_unsent(root: &Value, property: &Value, keyword: &str, nesting: usize) -> bool {
    let Some(schema) = follow(root, property).as_object() else {
        return false;
    };
    schema.get(keyword) == Some(&Value::Bool(true))
        || nesting < NESTING_MAX
            && branches(schema, &["allOf"]).any(|branch| is_unsent(root, branch, keyword, nesting + 1))
}

/// Whether a schema describes or requires one of these properties of the same object.
fn touches(root: &Value, schema: &Value, names: &BTreeSet<String>, nesting: usize) -> bool {
    let Some(schema) = follow(root, schema).as_object().filter(|_| !names.is_empty()) else {
        return false;
    };
    let required = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let properties = schema.get("properties").and_then(Value::as_object);
    let mut own = required
        .filter_map(Value::as_str)
        .chain(properties.into_iter().flat_map(Map::keys).map(String::as_str));
    own.any(|name| names.contains(name))
        || nesting < NESTING_MAX
            && branches(schema, &["allOf", "anyOf", "oneOf"])
                .any(|branch| touches(root, branch, names, nesting + 1))
}

fn branches<'v>(schema: &'v Map<String, Value>, keys: &[&str]) -> impl Iterator<Item = &'v Value> {
    let lists = keys.iter().filter_map(|key| schema.get(*key)?.as_array());
    lists.flatten().collect::<Vec<_>>().into_iter()
}

fn follow<'v>(root: &'v Value, schema: &'v Value) -> &'v Value {
    target(root, schema).map_or(schema, |(target, _)| target)
}

/// The schema that a reference leads to, with its place; `None` for other schemas.
fn target<'v>(root: &'v Value, schema: &Value) -> Option<(&'v Value, String)> {
    let reference = schema.get("$ref").and_then(Value::as_str)?;
    resolve(root, &local(reference).ok()?).ok()
}
