//! Random values derived from a schema: most of them are valid, and many are close to its bounds.

use fastrand::Rng;
use serde_json::{Map, Value, json};

/// Maximum depth of a value.
const DEPTH_MAX: u32 = 4;

/// Maximum number of generated items or additional members.
const MORE_MAX: u64 = 2;

/// A value that `schema` may admit; `root` is the document of its references.
pub(super) fn instance(root: &Value, schema: &Value, rng: &mut Rng) -> Value {
    grow(root, schema, DEPTH_MAX, rng)
}

fn grow(root: &Value, schema: &Value, depth: u32, rng: &mut Rng) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = root.pointer(reference.trim_start_matches('#')).unwrap();
        return grow(root, target, depth, rng);
    }
    if schema["nullable"] == json!(true) && rng.u8(0..6) == 0 {
        return Value::Null;
    }
    if let Some(value) = schema.get("const") {
        return value.clone();
    }
    if let Some(values) = schema["enum"].as_array() {
        return rng.choice(values).cloned().unwrap_or_default();
    }
    for choice in ["anyOf", "oneOf"] {
        if let Some(branches) = schema[choice].as_array() {
            return grow(root, rng.choice(branches).unwrap(), depth, rng);
        }
    }
    if let Some(branches) = schema["allOf"].as_array() {
        let values: Vec<Value> = branches
            .iter()
            .map(|branch| grow(root, branch, depth, rng))
            .collect();
        return together(&values, rng);
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => rng.choice(kinds).and_then(Value::as_str),
        kind => kind.as_str(),
    };
    match kind {
        Some("null") => Value::Null,
        Some("boolean") => json!(rng.bool()),
        Some("string") => string(schema, rng),
        Some("integer") => integer(number(schema, rng).floor()),
        Some("number") => json!(number(schema, rng)),
        Some("array") => array(root, schema, depth, rng),
        Some("object") => object(root, schema, depth, rng),
        _ => scalar(rng),
    }
}

/// Merges objects; of other values one is chosen.
fn together(values: &[Value], rng: &mut Rng) -> Value {
    let mut members = Map::new();
    for value in values {
        match value {
            Value::Object(more) => members.extend(more.clone()),
            _ => return rng.choice(values).cloned().unwrap_or_default(),
        }
    }
    members.into()
}

fn scalar(rng: &mut Rng) -> Value {
    match rng.u8(0..5) {
        0 => Value::Null,
        1 => json!(rng.bool()),
        2 => json!(rng.i64(-2..4)),
        3 => json!(["", "a", "b", "ab"][rng.usize(0..4)]),
        _ => json!({}),
    }
}

fn string(schema: &Value, rng: &mut Rng) -> Value {
    match schema["format"].as_str() {
        Some("uuid") => return json!("54fe651d-3d3b-5fa8-b85c-5db757885ff3"),
        Some("date-time") => return json!("2022-10-06T20:58:16Z"),
        _ => {}
    }
    let min = schema["minLength"].as_u64().unwrap_or(0);
    let max = schema["maxLength"].as_u64().unwrap_or(min + MORE_MAX).max(min);
    let pattern = schema["pattern"].as_str().unwrap_or_default();
    let mut text: String = (0..rng.u64(min..=max))
        .map(|_| if pattern == "^a+$" || rng.bool() { 'a' } else { 'b' })
        .collect();
    if pattern == "b$" && text.pop().is_some() {
        text.push('b');
    }
    json!(text)
}

/// A number at, or close to, one of the bounds.
fn number(schema: &Value, rng: &mut Rng) -> f64 {
    let step = schema["multipleOf"].as_f64().unwrap_or(0.5);
    let bound = |bound: &str, strict: &str| schema[bound].as_f64().or_else(|| schema[strict].as_f64());
    let ends = (
        bound("minimum", "exclusiveMinimum"),
        bound("maximum", "exclusiveMaximum"),
    );
    let end = match ends {
        (Some(min), Some(max)) => {
            if rng.bool() {
                min
            } else {
                max
            }
        }
        (min, max) => min.or(max).unwrap_or(0.0),
    };
    end + f64::from(rng.i8(-3..4)) * step
}

fn integer(number: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "it is small and whole")]
    let whole = number as i64;
    json!(whole)
}

fn array(root: &Value, schema: &Value, depth: u32, rng: &mut Rng) -> Value {
    let min = schema["minItems"].as_u64().unwrap_or(0);
    let more = if depth == 0 { 0 } else { MORE_MAX };
    let max = schema["maxItems"].as_u64().unwrap_or(min + more).max(min);
    let any = json!({});
    let items = schema.get("items").unwrap_or(&any);
    let item = |index: u64| {
        let own = usize::try_from(index)
            .ok()
            .and_then(|index| schema["prefixItems"].get(index));
        own.unwrap_or(items)
    };
    (0..rng.u64(min..=max))
        .map(|index| grow(root, item(index), depth.saturating_sub(1), rng))
        .collect()
}

fn object(root: &Value, schema: &Value, depth: u32, rng: &mut Rng) -> Value {
    let any = json!({});
    let others = match &schema["additionalProperties"] {
        Value::Bool(false) => None,
        Value::Object(_) => Some(&schema["additionalProperties"]),
        _ => Some(&any),
    };
    let is_required = |name: &str| {
        let required = schema["required"].as_array();
        required.is_some_and(|names| names.contains(&json!(name)))
    };
    let mut members = Map::new();
    for name in ["a", "b", "c"] {
        let own = schema["properties"].get(name).or(others);
        if let Some(own) = own
            && (is_required(name) || depth > 0 && rng.bool())
        {
            members.insert(name.to_owned(), grow(root, own, depth.saturating_sub(1), rng));
        }
    }
    members.into()
}
