//! OpenAPI 3.1: its schemas are rewritten into the dialect of 3.0, where that has the same meaning.
//!
//! All later steps read one dialect: that of OpenAPI 3.0, with lists of types and the keywords of JSON Schema 2020-12
//! that have no equivalent. Rewritten schemas stay at their places.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::error::DocumentError;
use super::reference::{escape, holds_free_values, holds_names, local};

/// The dialects that a document or a schema may declare.
const DIALECTS: [&str; 3] = [
    "https://spec.openapis.org/oas/3.1/dialect/base",
    "https://spec.openapis.org/oas/3.1/dialect/2024-11-10",
    "https://json-schema.org/draft/2020-12/schema",
];

/// Keywords with a schema.
const SINGLE: [&str; 11] = [
    "items",
    "additionalProperties",
    "not",
    "contains",
    "propertyNames",
    "if",
    "then",
    "else",
    "unevaluatedItems",
    "unevaluatedProperties",
    "contentSchema",
];

/// Keywords with a list of schemas.
const LISTS: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];

/// Keywords with a map of schemas.
const MAPS: [&str; 5] = [
    "properties",
    "patternProperties",
    "dependentSchemas",
    "$defs",
    "definitions",
];

/// Keywords that may evaluate properties and items, or reject `null`, by other schemas.
const APPLICATORS: [&str; 10] = [
    "$ref",
    "$dynamicRef",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "dependentSchemas",
];

/// Whether a document declares OpenAPI 3.1.
pub(crate) fn is_3_1(root: &Value) -> bool {
    let version = root.get("openapi").and_then(Value::as_str);
    version.is_some_and(|version| version == "3.1" || version.starts_with("3.1."))
}

/// Rewrites a document of OpenAPI 3.1; others stay as they are.
pub(super) fn lower(name: &str, mut root: Value) -> Result<Value, DocumentError> {
    if !is_3_1(&root) {
        return Ok(root);
    }
    let dialect = root
        .as_object_mut()
        .and_then(|members| members.shift_remove("jsonSchemaDialect"));
    if let Some(dialect) = dialect.filter(|dialect| !is_dialect(dialect)) {
        return Err(DocumentError::Shape {
            name: name.to_owned(),
            place: "#/jsonSchemaDialect".to_owned(),
            expected: format!("{}, found {dialect}", DIALECTS.join(" or ")),
        });
    }
    let mut anchors = BTreeMap::new();
    collect_anchors(&root, "", false, &mut anchors);
    let mut lowering = Lowering {
        anchors,
        open: Vec::new(),
        seen: BTreeSet::new(),
    };
    schemas(&root, "", false, &mut lowering.open);
    while let Some(at) = lowering.open.pop() {
        if let Some(place) = root.pointer_mut(&at) {
            let mut schema = place.take();
            lowering.schema(&mut schema, &at);
            if let Some(place) = root.pointer_mut(&at) {
                *place = schema;
            }
        }
    }
    Ok(root)
}

/// Whether a value names a dialect that this module reads.
fn is_dialect(value: &Value) -> bool {
    let dialect = value.as_str().unwrap_or_default();
    DIALECTS.contains(&dialect.trim_end_matches('#'))
}

/// Collects the places of the schemas that aren't parts of other schemas.
fn schemas(value: &Value, at: &str, names: bool, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                let below = format!("{at}/{}", escape(key));
                if !names && key == "schema" || at == "/components/schemas" {
                    found.push(below);
                } else if names || !holds_free_values(key, member) {
                    schemas(member, &below, !names && holds_names(key), found);
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                schemas(item, &format!("{at}/{index}"), false, found);
            }
        }
        _ => {}
    }
}

/// Collects the places of `$anchor`.
fn collect_anchors(value: &Value, at: &str, names: bool, found: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(members) => {
            if let Some(anchor) = members.get("$anchor").and_then(Value::as_str).filter(|_| !names) {
                found.insert(anchor.to_owned(), at.to_owned());
            }
            for (key, member) in members {
                if names || !holds_free_values(key, member) {
                    let below = format!("{at}/{}", escape(key));
                    collect_anchors(member, &below, !names && holds_names(key), found);
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect_anchors(item, &format!("{at}/{index}"), false, found);
            }
        }
        _ => {}
    }
}

struct Lowering {
    /// The places of anchors.
    anchors: BTreeMap<String, String>,
    /// Places of schemas.
    open: Vec<String>,
    /// Places of rewritten schemas and of their parts.
    seen: BTreeSet<String>,
}

impl Lowering {
    fn schema(&mut self, schema: &mut Value, at: &str) {
        let Value::Object(members) = schema else { return };
        if !self.seen.insert(at.to_owned()) {
            return;
        }
        if members.get("$schema").is_some_and(is_dialect) {
            members.shift_remove("$schema");
        }
        if let Some(Value::String(reference)) = members.get_mut("$ref") {
            if let Some(place) = reference
                .strip_prefix('#')
                .and_then(|anchor| self.anchors.get(anchor))
            {
                *reference = format!("#{}", place.replace('%', "%25"));
            }
            self.open.extend(local(reference));
        }
        for (key, value) in members.iter_mut() {
            let below = format!("{at}/{}", escape(key));
            match value {
                Value::Object(parts) if MAPS.contains(&key.as_str()) => {
                    for (name, part) in parts {
                        self.schema(part, &format!("{below}/{}", escape(name)));
                    }
                }
                Value::Array(parts) if LISTS.contains(&key.as_str()) => {
                    for (index, part) in parts.iter_mut().enumerate() {
                        self.schema(part, &format!("{below}/{index}"));
                    }
                }
                value if SINGLE.contains(&key.as_str()) => self.schema(value, &below),
                _ => {}
            }
        }
        rewrite(members);
    }
}

/// Rewrites the keywords of one schema.
fn rewrite(members: &mut Map<String, Value>) {
    // It has no meaning in 3.1.
    rename(members, "nullable", "x-nullable");
    unevaluated(members);
    types(members);
    content(members);
    if let Some(value) = members.shift_remove("const") {
        let only = json!([value]);
        if members.contains_key("enum") {
            require(members, json!({"enum": only}));
        } else {
            members.insert("enum".to_owned(), only);
        }
    }
    for (strict, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        if let Some(value) = members.get(strict).filter(|value| value.is_number()).cloned() {
            members.shift_remove(strict);
            if members.contains_key(bound) {
                require(members, json!({bound: value, strict: true}));
            } else {
                members.insert(bound.to_owned(), value);
                members.insert(strict.to_owned(), true.into());
            }
        }
    }
    if let Some(Value::Array(examples)) = members.get("examples")
        && let [example] = &examples[..]
        && !members.contains_key("example")
    {
        let example = example.clone();
        members.shift_remove("examples");
        members.insert("example".to_owned(), example);
    }
    let is_restricted = members.keys().any(|key| !has_no_effect_beside_a_reference(key));
    if is_restricted && let Some(reference) = members.shift_remove("$ref") {
        require(members, json!({"$ref": reference}));
    }
}

fn rename(members: &mut Map<String, Value>, from: &str, to: &str) {
    if let Some(value) = members.shift_remove(from) {
        members.insert(to.to_owned(), value);
    }
}

/// Adds a schema that has to hold, too.
fn require(members: &mut Map<String, Value>, schema: Value) {
    match members.get_mut("allOf") {
        Some(Value::Array(all)) => all.push(schema),
        _ => drop(members.insert("allOf".to_owned(), json!([schema]))),
    }
}

/// Without other schemas that evaluate properties or items, these keywords mean `additionalProperties` and `items`.
fn unevaluated(members: &mut Map<String, Value>) {
    if APPLICATORS.iter().any(|key| members.contains_key(*key)) {
        return;
    }
    if !members.contains_key("additionalProperties") {
        rename(members, "unevaluatedProperties", "additionalProperties");
    }
    if !members.contains_key("items") && !members.contains_key("contains") {
        rename(members, "unevaluatedItems", "items");
    }
}

/// Rewrites a list of types: `null` becomes `nullable` if no other keyword may reject it.
fn types(members: &mut Map<String, Value>) {
    let Some(Value::Array(list)) = members.get("type") else {
        return;
    };
    let mut types: Vec<Value> = Vec::new();
    for kind in list {
        if !types.contains(kind) {
            types.push(kind.clone());
        }
    }
    let rejects_null = APPLICATORS.iter().any(|key| members.contains_key(*key))
        || members.get("const").is_some_and(|value| !value.is_null())
        || members
            .get("enum")
            .and_then(Value::as_array)
            .is_some_and(|values| !values.contains(&Value::Null));
    if types.len() > 1 && types.contains(&json!("null")) && !rejects_null {
        types.retain(|kind| kind != "null");
        members.insert("nullable".to_owned(), true.into());
    }
    let types = match &mut types[..] {
        [one] => one.take(),
        _ => types.into(),
    };
    members.insert("type".to_owned(), types);
}

/// Rewrites the encoding of a string as the format that it has in 3.0.
fn content(members: &mut Map<String, Value>) {
    if members.get("type") != Some(&json!("string")) || members.contains_key("format") {
        return;
    }
    let format = match (members.get("contentEncoding"), members.get("contentMediaType")) {
        (Some(encoding), None) if encoding == "base64" => "byte",
        (None, Some(kind)) if kind == "application/octet-stream" => "binary",
        _ => return,
    };
    members.shift_remove("contentEncoding");
    members.shift_remove("contentMediaType");
    members.insert("format".to_owned(), format.into());
}

/// Whether a keyword beside `$ref` has no effect on values.
fn has_no_effect_beside_a_reference(key: &str) -> bool {
    key.starts_with("x-")
        || matches!(
            key,
            "$ref"
                | "$comment"
                | "$defs"
                | "$id"
                | "$anchor"
                | "title"
                | "summary"
                | "description"
                | "default"
                | "example"
                | "examples"
                | "deprecated"
                | "externalDocs"
                | "xml"
        )
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::lower;

    /// A schema of a document of 3.1, as it is read.
    fn lowered(schema: &Value) -> Value {
        let schemas = json!({"A": schema, "B": {"$anchor": "b", "type": "integer"}});
        let root = json!({"openapi": "3.1.1", "components": {"schemas": schemas}});
        lower("d", root).unwrap()["components"]["schemas"]["A"].take()
    }

    #[test]
    fn keywords_with_an_equivalent_are_rewritten() {
        let b = || json!({"$ref": "#/components/schemas/B"});
        for (schema, expected) in [
            (json!({"type": ["string"]}), json!({"type": "string"})),
            (
                json!({"type": ["string", "null"], "maxLength": 3}),
                json!({"type": "string", "maxLength": 3, "nullable": true}),
            ),
            (
                json!({"type": ["null", "string", "integer"]}),
                json!({"type": ["string", "integer"], "nullable": true}),
            ),
            (
                json!({"type": ["string", "null"], "enum": ["a"]}),
                json!({"type": ["string", "null"], "enum": ["a"]}),
            ),
            (
                json!({"type": ["string", "null"], "enum": ["a", null]}),
                json!({"type": "string", "nullable": true, "enum": ["a", null]}),
            ),
            (
                json!({"type": ["string", "null"], "not": {}}),
                json!({"type": ["string", "null"], "not": {}}),
            ),
            (json!({"const": 1}), json!({"enum": [1]})),
            (
                json!({"const": 1, "enum": [1, 2]}),
                json!({"enum": [1, 2], "allOf": [{"enum": [1]}]}),
            ),
            (
                json!({"exclusiveMinimum": 1}),
                json!({"minimum": 1, "exclusiveMinimum": true}),
            ),
            (
                json!({"maximum": 3, "exclusiveMaximum": 1}),
                json!({"maximum": 3, "allOf": [{"maximum": 1, "exclusiveMaximum": true}]}),
            ),
            (json!({"examples": ["a"]}), json!({"example": "a"})),
            (json!({"examples": ["a", "b"]}), json!({"examples": ["a", "b"]})),
            (json!({"nullable": true}), json!({"x-nullable": true})),
            (
                json!({"type": "string", "contentEncoding": "base64"}),
                json!({"type": "string", "format": "byte"}),
            ),
            (
                json!({"unevaluatedProperties": false}),
                json!({"additionalProperties": false}),
            ),
            (
                json!({"unevaluatedProperties": false, "allOf": [{}]}),
                json!({"unevaluatedProperties": false, "allOf": [{}]}),
            ),
            (
                json!({"$ref": "#b", "description": "A number."}),
                json!({"$ref": "#/components/schemas/B", "description": "A number."}),
            ),
            (
                json!({"$ref": "#/components/schemas/B", "minimum": 1}),
                json!({"minimum": 1, "allOf": [b()]}),
            ),
            (
                json!({"properties": {"const": {"const": 1}}, "allOf": [{"const": 2}]}),
                json!({"properties": {"const": {"enum": [1]}}, "allOf": [{"enum": [2]}]}),
            ),
            (json!({"default": {"const": 1}}), json!({"default": {"const": 1}})),
        ] {
            assert_eq!(lowered(&schema), expected, "{schema}");
        }
    }

    #[test]
    fn schemas_are_rewritten_once_wherever_they_are() {
        let nullable = || json!({"type": ["string", "null"]});
        let content = json!({"application/json": {"schema": {"$ref": "#/components/x-schemas/A"}}});
        let root = json!({
            "openapi": "3.1.0",
            "webhooks": {"schema": {"post": {"requestBody": {"content": content}}}},
            "components": {
                "x-schemas": {"A": {"items": nullable()}},
                "schemas": {"schema": {"$ref": "#/components/x-schemas/A/items"}},
                "parameters": {"schema": {"schema": nullable(), "example": {"schema": nullable()}}},
            },
        });
        let lowered = lower("d", root).unwrap();
        let expected = json!({"type": "string", "nullable": true});
        assert_eq!(lowered["components"]["x-schemas"]["A"]["items"], expected);
        assert_eq!(lowered["components"]["parameters"]["schema"]["schema"], expected);
        assert_eq!(
            lowered["components"]["parameters"]["schema"]["example"]["schema"],
            nullable()
        );
    }

    #[test]
    fn other_dialects_are_refused() {
        let root = |dialect: &str| json!({"openapi": "3.1.0", "jsonSchemaDialect": dialect});
        assert!(lower("d", root("https://json-schema.org/draft/2020-12/schema")).is_ok());
        let error = lower("d", root("http://json-schema.org/draft-04/schema")).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("failed to read d at #/jsonSchemaDialect: expected https"),
            "{error}"
        );
    }
}
