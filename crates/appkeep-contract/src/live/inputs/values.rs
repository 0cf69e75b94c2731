//! Values that satisfy all constraints of a schema, and values that violate exactly one.

use serde_json::{Map, Value, json};

use super::node::Node;

/// Strings of many kinds. None of them is an empty path segment or a segment with a special meaning in a URL.
const TEXTS: &[&str] = &[
    "a",
    "0",
    "A",
    "a-b",
    "-a",
    "a-",
    "a_b",
    "a b",
    "1",
    "01",
    "1.5",
    "not-this",
    "00000000-0000-0000-0000-000000000000",
    "1b4e28ba-2fa1-11d2-883f-0016d3cca427",
    "54fe651d-3d3b-5fa8-b85c-5db757885ff3",
    "01890a5d-ac96-774b-bcce-b302099a8057",
    "54FE651D-3D3B-4FA8-B85C-5DB757885FF3",
    "54fe651d3d3b4fa8b85c5db757885ff3",
    "{54fe651d-3d3b-4fa8-b85c-5db757885ff3}",
    "54fe651d-3d3b-4fa8-b85c-5db757885ff3\n",
    "2022-10-06T20:58:16.305662Z",
    "2022-10-06T20:58:16+02:00",
    "2022-10-06",
    "2022-13-06T20:58:16Z",
    "000000000000000000000000000000000000000000000000",
    "0005ea64b7f0de3ef8faa6907e0948a4b33c7965712acd0c",
    "0005EA64B7F0DE3EF8FAA6907E0948A4B33C7965712ACD0C",
    "id,name",
    "id,,name",
    "id, name",
];

/// Maximum length of a generated string.
const LENGTH_MAX: u64 = 10_000;

/// The strings that are tried for a schema.
pub(super) struct Texts {
    /// The strings that satisfy all constraints.
    pub(super) valid: Vec<String>,
    /// A string for each constraint that violates it, and other constraints only if there is no other way.
    violating: Vec<(&'static str, String)>,
}

impl Texts {
    pub(super) fn of(node: &Node<'_>) -> Self {
        let texts = candidates(node);
        let whole = node.validator(|_| true);
        let is_valid_text = |text: &&String| whole.as_ref().is_some_and(|whole| whole.is_valid(&json!(text)));
        let valid = texts.iter().filter(is_valid_text).cloned().collect();
        let keywords = super::CONSTRAINTS.iter().map(|(keyword, _, _)| *keyword);
        let keywords = keywords.filter(|keyword| node.keyword(keyword).is_some());
        let violating = keywords.filter_map(|keyword| Some((keyword, violating(node, keyword, &texts)?)));
        Self {
            valid,
            violating: violating.collect(),
        }
    }

    /// The string that violates a keyword, if one was found.
    pub(super) fn violating(&self, keyword: &str) -> Option<&str> {
        let mut all = self.violating.iter();
        all.find(|(known, _)| *known == keyword)
            .map(|(_, text)| text.as_str())
    }
}

fn violating(node: &Node<'_>, keyword: &str, texts: &[String]) -> Option<String> {
    let own = node.validator(|name| name == keyword)?;
    let others = node.validator(|name| name != keyword)?;
    let violates = |text: &&String| !own.is_valid(&json!(text));
    let only = texts
        .iter()
        .filter(violates)
        .find(|text| others.is_valid(&json!(text)));
    only.or_else(|| texts.iter().find(violates)).cloned()
}

/// All strings that may be tried.
fn candidates(node: &Node<'_>) -> Vec<String> {
    let mut texts: Vec<String> = node.text("example").map(str::to_owned).into_iter().collect();
    texts.extend(TEXTS.iter().map(|text| (*text).to_owned()));
    for bound in ["minLength", "maxLength"]
        .into_iter()
        .filter_map(|name| node.number(name))
    {
        for length in [bound.saturating_sub(1), bound, bound + 1] {
            if let Ok(length) = usize::try_from(length.min(LENGTH_MAX)) {
                texts.push("a".repeat(length));
            }
        }
    }
    texts
}

/// A value that satisfies all constraints, with all optional members.
pub(super) fn valid(node: &Node<'_>) -> Option<Value> {
    if let Some(values) = node.keyword("enum").and_then(Value::as_array) {
        return values.first().cloned();
    }
    match node.schema_type() {
        "object" => {
            let mut members = Map::new();
            for (name, property) in node.properties() {
                members.insert(name.to_owned(), valid(&property)?);
            }
            Some(Value::Object(members))
        }
        "array" => Some(json!([valid(&node.items()?)?])),
        "string" => node.texts().valid.first().map(|text| json!(text)),
        "boolean" => Some(json!(true)),
        "integer" => Some(json!(node.number("minimum").unwrap_or_default())),
        _ => None,
    }
}

/// A value of another type.
pub(super) fn of_another_type(node: &Node<'_>) -> Value {
    match node.schema_type() {
        "string" => json!(7),
        "object" => json!([]),
        "array" => json!({}),
        _ => json!("text"),
    }
}
