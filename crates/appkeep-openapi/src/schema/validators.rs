//! Schemas as JSON Schema Draft 4, or Draft 6 for OpenAPI 3.1, for validators.

use std::collections::{BTreeSet, HashMap};

use jsonschema::{Draft, ValidationError, Validator};
use serde_json::{Map, Value, json};

use super::formats;
use crate::document::{UNSENT, each_reference_of, escape, is_3_1, local, percent_encoded};

/// The draft for validators of a document. They differ in this: 1.0 is an integer since Draft 6, and so it is in OpenAPI
/// 3.1, but not in 3.0.
pub(super) fn draft_of(root: &Value) -> Draft {
    if is_3_1(root) {
        Draft::Draft6
    } else {
        Draft::Draft4
    }
}

/// How a schema is written for validators.
#[derive(Clone, Copy)]
struct Form<'v> {
    parts: Option<&'v Parts<'v>>,
    draft: Draft,
}

/// Rewrites a schema. Keywords that restrict values are kept, the others are dropped.
///
/// References lead to `targets`: lower their targets, too, and add them to the schema, see [`Components`].
///
/// With the parts of a value, only properties and items that apply to it are kept. This keeps validators small, because a
/// schema often refers to a large part of its document.
fn lower(schema: &Value, to: Form<'_>) -> Value {
    let Value::Object(members) = schema else {
        // Draft 4 has no boolean schemas.
        return match schema {
            Value::Bool(false) => json!({"not": {}}),
            _ => json!({}),
        };
    };
    if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
        return json!({"$ref": local(reference).map_or_else(|_| reference.to_owned(), |at| target_at(&at))});
    }
    let mut lowered = Map::new();
    for (key, value) in members {
        if let Some(value) = keyword(key, value, to) {
            lowered.insert(key.clone(), value);
        }
    }
    for name in members
        .get(UNSENT)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        // The receiver ignores it.
        if let Some(name) = name.as_str() {
            lowered["properties"][name] = json!({});
        }
    }
    // In Draft 4, `items` may be a list, and others have the schema `additionalItems`.
    if let Some(prefix) = lowered.shift_remove("prefixItems")
        && let Some(others) = lowered.insert("items".to_owned(), prefix)
    {
        lowered.insert("additionalItems".to_owned(), others);
    }
    for (strict, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        // Without a bound it has no effect in OpenAPI, and is an error in Draft 4.
        if !lowered.contains_key(bound) {
            lowered.shift_remove(strict);
        } else if to.draft != Draft::Draft4
            && let Some(is_strict) = lowered.shift_remove(strict)
            && is_strict == Value::Bool(true)
            && let Some(limit) = lowered.shift_remove(bound)
        {
            lowered.insert(strict.to_owned(), limit);
        }
    }
    if let Some(Value::Object(names)) = members.get("dependentRequired") {
        let needed = |names: &Value| {
            keyword("required", names, to).map_or_else(|| json!({}), |all| json!({"required": all}))
        };
        let dependencies: Map<String, Value> = names
            .iter()
            .map(|(name, names)| (name.clone(), needed(names)))
            .collect();
        lowered.insert("dependencies".to_owned(), dependencies.into());
    }
    if let Some((min, max)) = members
        .get("format")
        .and_then(Value::as_str)
        .and_then(formats::integer_bounds)
    {
        let bounds = json!({"minimum": number(min), "maximum": number(max)});
        match lowered.entry("allOf").or_insert_with(|| json!([])) {
            Value::Array(all) => all.push(bounds),
            other => *other = json!([bounds]),
        }
    }
    if members.get("nullable") == Some(&Value::Bool(true)) {
        return json!({"anyOf": [{"type": "null"}, lowered]});
    }
    Value::Object(lowered)
}

fn number(bound: i128) -> Value {
    i64::try_from(bound)
        .map(Value::from)
        .or_else(|_| u64::try_from(bound).map(Value::from))
        .unwrap_or(Value::Null)
}

/// One keyword with its value lowered; `None` if it restricts nothing.
fn keyword(key: &str, value: &Value, to: Form<'_>) -> Option<Value> {
    let parts = to.parts;
    let all = |list: &Value| {
        let schemas = list.as_array()?.iter().map(|schema| lower(schema, to));
        Some(schemas.collect::<Vec<_>>().into())
    };
    match key {
        "items" | "prefixItems" if parts.is_some_and(|parts| !parts.has_items) => None,
        "properties" | "patternProperties" => {
            let is_kept =
                |name: &str| key != "properties" || parts.is_none_or(|parts| parts.names.contains(name));
            let kept = value.as_object()?.iter().filter(|(name, _)| is_kept(name));
            let lowered = kept.map(|(name, schema)| (name.clone(), lower(schema, to)));
            Some(lowered.collect::<Map<_, _>>().into())
        }
        "items" | "not" | "additionalProperties" => Some(lower(value, to)),
        "allOf" | "anyOf" | "oneOf" => all(value).filter(|all| *all != json!([])),
        "prefixItems" => all(value),
        "required" => {
            let mut names: Vec<Value> = value.as_array()?.clone();
            names.sort_by_key(ToString::to_string);
            names.dedup();
            (!names.is_empty()).then(|| names.into())
        }
        "format" => value
            .as_str()
            .filter(|format| formats::is_checked(format))
            .map(Value::from),
        "type" | "enum" | "pattern" | "minLength" | "maxLength" | "minimum" | "maximum"
        | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" | "minItems" | "maxItems"
        | "uniqueItems" | "minProperties" | "maxProperties" => Some(value.clone()),
        _ => None,
    }
}

/// The beginning of references in lowered schemas; the pointer of the target follows as one token.
const TARGETS: &str = "#/targets/";

/// The reference to a target in lowered schemas.
fn target_at(pointer: &str) -> String {
    format!("{TARGETS}{}", percent_encoded(&escape(pointer)))
}

/// The schemas of a document that references lead to, lowered once for all validators.
pub struct Components {
    targets: HashMap<String, Value>,
    form: Form<'static>,
}

impl Components {
    /// Lowers the targets of all references in an OpenAPI document, or in any other value.
    #[must_use]
    pub fn of(root: &Value) -> Self {
        let mut targets = HashMap::new();
        let form = Form {
            parts: None,
            draft: draft_of(root),
        };
        let _: Result<(), ()> = each_reference_of(root, &mut |_, reference| {
            if let Ok(at) = local(reference)
                && let Some(target) = root.pointer(&at)
                && !targets.contains_key(&at)
            {
                let lowered = lower(target, form);
                targets.insert(at, lowered);
            }
            Ok(())
        });
        Self { targets, form }
    }

    /// Lowers a schema of that document, and adds all schemas that it refers to.
    pub(crate) fn lowered(&self, schema: &Value) -> Value {
        with_targets(&lower(schema, self.form), &|at| self.targets.get(at).cloned())
    }

    /// Compiles a schema of that document.
    ///
    /// # Errors
    ///
    /// When the schema is invalid.
    pub fn compile(&self, schema: &Value) -> Result<Validator, ValidationError<'static>> {
        build(&self.lowered(schema), self.form.draft)
    }
}

/// The parts of a value that decide which parts of a schema apply to it.
pub(super) struct Parts<'v> {
    /// The names of all members, at any depth.
    pub(super) names: BTreeSet<&'v str>,
    /// Whether some array has items.
    pub(super) has_items: bool,
}

impl<'v> Parts<'v> {
    pub(super) fn of(value: &'v Value) -> Self {
        let mut parts = Self {
            names: BTreeSet::new(),
            has_items: false,
        };
        parts.collect(value);
        parts
    }

    fn collect(&mut self, value: &'v Value) {
        match value {
            Value::Object(members) => {
                self.names.extend(members.keys().map(String::as_str));
                members.values().for_each(|member| self.collect(member));
            }
            Value::Array(items) => {
                self.has_items |= !items.is_empty();
                for item in items {
                    self.collect(item);
                }
            }
            _ => {}
        }
    }
}

/// Compiles a schema of a document for values with these parts only.
pub(super) fn compile_for(
    parts: &Parts<'_>,
    root: &Value,
    schema: &Value,
    draft: Draft,
) -> Result<Validator, ValidationError<'static>> {
    let form = Form {
        parts: Some(parts),
        draft,
    };
    let target = |at: &str| Some(lower(root.pointer(at)?, form));
    build(&with_targets(&lower(schema, form), &target), draft)
}

fn build(lowered: &Value, draft: Draft) -> Result<Validator, ValidationError<'static>> {
    jsonschema::options()
        .with_draft(draft)
        .should_validate_formats(true)
        .with_format("uuid", formats::is_uuid)
        .with_format("date", formats::is_date)
        .offline()
        .build(lowered)
}

/// Adds the lowered schemas that a lowered schema refers to, and only these: small documents compile faster.
fn with_targets(lowered: &Value, target: &dyn Fn(&str) -> Option<Value>) -> Value {
    let mut needed = Map::new();
    collect(lowered, target, &mut needed);
    json!({"targets": needed, "allOf": [lowered]})
}

fn collect(lowered: &Value, target: &dyn Fn(&str) -> Option<Value>, needed: &mut Map<String, Value>) {
    match lowered {
        Value::Object(members) => {
            let reference = members.get("$ref").and_then(Value::as_str);
            let at = reference.filter(|reference| reference.starts_with(TARGETS));
            let at = at.and_then(|reference| local(reference).ok());
            let at = at.as_deref().and_then(|at| at.strip_prefix("/targets/"));
            if let Some(at) = at.map(|token| token.replace("~1", "/").replace("~0", "~"))
                && !needed.contains_key(&at)
                && let Some(schema) = target(&at)
            {
                needed.insert(at, schema.clone());
                collect(&schema, target, needed);
            }
            for member in members.values() {
                collect(member, target, needed);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, target, needed)),
        _ => {}
    }
}
