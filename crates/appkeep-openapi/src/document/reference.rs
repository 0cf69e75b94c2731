//! JSON pointers and local references.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::external::{EXTERNAL, reference_to};

/// Number of references followed in a row before a chain counts as a cycle.
const HOPS_MAX: usize = 64;

/// Escapes a member name as a JSON pointer token.
#[must_use]
pub fn escape(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}

/// Follows `$ref` from the object at `pointer` to the first value that isn't a reference.
///
/// Returns the value with its own pointer. Siblings of a `$ref` are ignored, as OpenAPI 3.0 requires.
pub(crate) fn resolve<'a>(root: &'a Value, pointer: &str) -> Result<(&'a Value, String), String> {
    let mut at = pointer.to_owned();
    for _ in 0..HOPS_MAX {
        let value = root
            .pointer(&at)
            .ok_or_else(|| format!("has no target at `{}`", reference_to(&at)))?;
        match value.get("$ref").and_then(Value::as_str) {
            None => return Ok((value, at)),
            Some(reference) => at = local(reference)?,
        }
    }
    Err("is circular".to_owned())
}

/// The pointer of a local reference: `#/a/b` becomes `/a/b`.
pub(crate) fn local(reference: &str) -> Result<String, String> {
    let Some(fragment) = reference.strip_prefix('#') else {
        return Err(if is_url(reference) {
            "is a URL, and documents are never fetched".to_owned()
        } else {
            "leaves the document; `--external-refs DIR` permits references to files below DIR".to_owned()
        });
    };
    percent_decoded(fragment).ok_or_else(|| "has invalid percent-encoding".to_owned())
}

/// Whether a reference begins with a scheme or a host.
pub(super) fn is_url(reference: &str) -> bool {
    let is_scheme = |scheme: &str| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|char| char.is_ascii_alphanumeric() || matches!(char, '+' | '.' | '-'))
    };
    reference.starts_with("//")
        || reference
            .split_once(':')
            .is_some_and(|(scheme, _)| is_scheme(scheme))
}

/// As [`each_reference`] for a whole document, and for what its references lead to: an extension may contain parts of
/// the document.
pub(crate) fn each_reference_of<E>(
    root: &Value,
    found: &mut dyn FnMut(&str, &str) -> Result<(), E>,
) -> Result<(), E> {
    let mut seen = BTreeSet::new();
    let mut open = vec![String::new()];
    while let Some(at) = open.pop() {
        let Some(value) = root.pointer(&at) else { continue };
        each_reference(value, &at, false, &mut |place, reference| {
            let target = local(reference)
                .ok()
                .filter(|target| is_below_free_values(target));
            if let Some(target) = target
                && seen.insert(target.clone())
            {
                open.push(target);
            }
            found(place, reference)
        })?;
    }
    Ok(())
}

/// Whether a value contains such an object, at any depth.
pub(crate) fn has_object(value: &Value, is_such: &dyn Fn(&Map<String, Value>) -> bool) -> bool {
    match value {
        Value::Object(members) => {
            is_such(members) || members.values().any(|member| has_object(member, is_such))
        }
        Value::Array(items) => items.iter().any(|item| has_object(item, is_such)),
        _ => false,
    }
}

/// Whether a place may be below a keyword whose value is arbitrary.
fn is_below_free_values(at: &str) -> bool {
    at.split('/')
        .any(|token| token == "examples" || holds_free_values(token, &Value::Null))
}

/// Calls `found` with the place of each object that is a reference below a value, and with the reference.
///
/// `names` says that the document defines the names of the members: they aren't keywords.
pub(crate) fn each_reference<E>(
    value: &Value,
    at: &str,
    names: bool,
    found: &mut dyn FnMut(&str, &str) -> Result<(), E>,
) -> Result<(), E> {
    match value {
        Value::Object(members) => {
            if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                found(at, reference)?;
            }
            for (key, member) in members {
                if names || !holds_free_values(key, member) {
                    let at = format!("{at}/{}", escape(key));
                    each_reference(member, &at, !names && holds_names(key), found)?;
                }
            }
            Ok(())
        }
        Value::Array(items) => items
            .iter()
            .enumerate()
            .try_for_each(|(index, item)| each_reference(item, &format!("{at}/{index}"), false, found)),
        _ => Ok(()),
    }
}

/// Whether a keyword's value is arbitrary and may look like a part of a document: examples, defaults, extensions.
pub(crate) fn holds_free_values(key: &str, value: &Value) -> bool {
    key.starts_with("x-")
        || matches!(key, "example" | "default" | "enum" | "const" | "value")
        || key == "examples" && value.is_array()
}

/// Whether a keyword's value is a map whose names are defined by the document: a property may be called `example`,
/// and the response for other statuses is called `default`.
pub(crate) fn holds_names(key: &str) -> bool {
    matches!(
        key,
        "properties"
            | "patternProperties"
            | "dependentSchemas"
            | "$defs"
            | "responses"
            | "headers"
            | "content"
            | "encoding"
            | "links"
            | "callbacks"
            | "examples"
            | "schemas"
            | "parameters"
            | "requestBodies"
            | "securitySchemes"
            | "pathItems"
            | "webhooks"
            | EXTERNAL
    )
}

/// A text in which only unreserved characters of URIs aren't encoded.
pub(crate) fn percent_encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

pub(super) fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}
