//! The contract's side of the comparison: what a schema says, in the references' words.

use serde_json::Value;

use crate::spec;

/// The schemas that stand for a named form, and the references' name for it.
const FORMS: [(&str, &str); 5] = [
    ("Identifier", "Astra Identifier"),
    ("ResourceName", "DNS 1123 Label"),
    ("Timestamp", "ISO-8601 Date Time"),
    ("Metadata", "Astra Metadata"),
    // Only decisions say that a request's metadata differs.
    ("MetadataCreate", ""),
];

/// How many references and wrappers may follow one another before it counts as a loop.
const WRAPPERS_MAX: usize = 32;

/// A schema together with the names met on the way to it.
#[derive(Debug, Clone)]
pub(super) struct Named<'a> {
    /// The schema behind references and single-member `allOf`.
    pub(super) value: &'a Value,
    /// The component's name, if a reference led here.
    pub(super) name: Option<&'a str>,
}

/// Follows references and `allOf` of a single member, remembering the last component's name.
pub(super) fn named<'a>(document: &'a Value, schema: &'a Value) -> Named<'a> {
    let mut found = Named {
        value: schema,
        name: None,
    };
    for _ in 0..WRAPPERS_MAX {
        let Some(next) = step(found.value) else { break };
        if let Some(reference) = next.get("$ref").and_then(Value::as_str) {
            let Some(target) = spec::resolve(document, next) else {
                break;
            };
            found = Named {
                value: target,
                name: reference.rsplit('/').next(),
            };
        } else {
            found.value = next;
        }
    }
    found
}

/// The schema that `schema` merely wraps: itself when it is a reference, or its only `allOf` member.
fn step(schema: &Value) -> Option<&Value> {
    if schema.get("$ref").is_some() {
        return Some(schema);
    }
    match schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
        Some([only]) => Some(only),
        _ => None,
    }
}

/// The reference's name of a form as the contract's schema, or as it stands when there is none.
pub(super) fn form_by_their_name(form: &str) -> String {
    FORMS
        .iter()
        .find(|(_, theirs)| *theirs == form)
        .map_or(form, |(ours, _)| ours)
        .to_owned()
}

/// The named form of a schema, empty when it has none.
pub(super) fn form(document: &Value, schema: &Value) -> String {
    let name = named(document, schema).name.unwrap_or_default();
    FORMS
        .iter()
        .find(|(ours, _)| *ours == name)
        .map_or("", |(ours, _)| ours)
        .to_owned()
}

/// The references' names of a component; the first one stands for all.
pub(super) fn documented_names(schema: &Value) -> Vec<&str> {
    match schema.get("x-documented-as") {
        Some(Value::String(name)) => vec![name],
        names => spec::items(names).filter_map(Value::as_str).collect(),
    }
}

/// All components with a name in the references: component, names, schema.
pub(super) fn definitions(document: &Value) -> Vec<(&str, Vec<&str>, &Value)> {
    spec::members(document.pointer("/components/schemas"))
        .map(|(component, schema)| (component, documented_names(schema), schema))
        .filter(|(_, names, _)| !names.is_empty())
        .collect()
}

/// A type as the references write it, each name in it replaced by the first of its names.
pub(super) fn canonical_kind(document: &Value, kind: &str) -> String {
    let mut canonical = kind.to_owned();
    for (_, names, _) in definitions(document) {
        let [first, others @ ..] = names.as_slice() else {
            continue;
        };
        for other in others {
            if kind == *other {
                return (*first).to_owned();
            }
            canonical = canonical.replace(&format!("[{other}]"), &format!("[{first}]"));
        }
    }
    canonical
}

/// A schema's type as the references would write it.
pub(super) fn kind(document: &Value, schema: &Value) -> String {
    let schema = named(document, schema).value;
    if let Some(name) = documented_names(schema).first() {
        return (*name).to_owned();
    }
    if let Some(choices) = schema.get("anyOf") {
        let kinds: Vec<_> = spec::items(Some(choices))
            .map(|choice| kind(document, choice))
            .collect();
        return format!("Any of: {}", kinds.join(", "));
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("array") => {
            let items = schema
                .get("items")
                .map(|items| kind(document, items))
                .unwrap_or_default();
            format!("array[{items}]")
        }
        Some(kind) => kind.to_owned(),
        None => String::new(),
    }
}

/// A schema's enumeration, joined by bars.
pub(super) fn values(document: &Value, schema: &Value) -> String {
    let values = named(document, schema).value.get("enum");
    spec::items(values)
        .filter_map(Value::as_str)
        .collect::<Vec<_>>()
        .join("|")
}

/// A schema's length, or that of each of its items.
pub(super) fn length(document: &Value, schema: &Value) -> String {
    let schema = named(document, schema).value;
    let own = range(schema.get("minLength"), schema.get("maxLength"));
    match schema.get("items").map(|items| length(document, items)) {
        Some(items) if !items.is_empty() => format!("{own}each {items}"),
        _ => own,
    }
}

/// A schema's least number of items.
pub(super) fn items_min(document: &Value, schema: &Value) -> String {
    named(document, schema)
        .value
        .get("minItems")
        .map(Value::to_string)
        .unwrap_or_default()
}

fn range(least: Option<&Value>, greatest: Option<&Value>) -> String {
    match (least, greatest) {
        (None, None) => String::new(),
        (least, greatest) => {
            let text = |bound: Option<&Value>| bound.map(Value::to_string).unwrap_or_default();
            format!("{}..{}", text(least), text(greatest))
        }
    }
}

/// An object schema's properties and which of them are required, `allOf` merged.
pub(super) fn properties<'a>(
    document: &'a Value,
    schema: &'a Value,
) -> (Vec<(&'a str, &'a Value)>, Vec<&'a str>) {
    let schema = named(document, schema).value;
    let mut properties: Vec<_> = spec::members(schema.get("properties")).collect();
    let mut required: Vec<_> = spec::items(schema.get("required"))
        .filter_map(Value::as_str)
        .collect();
    for part in spec::items(schema.get("allOf")) {
        let (more, needed) = self::properties(document, part);
        properties.extend(more);
        required.extend(needed);
    }
    (properties, required)
}
