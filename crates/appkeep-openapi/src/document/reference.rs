//! JSON pointers and local references.

use serde_json::Value;

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
            .ok_or_else(|| format!("has no target at `#{at}`"))?;
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
        return Err("leaves the document; only `#/…` is supported".to_owned());
    };
    percent_decoded(fragment).ok_or_else(|| "has invalid percent-encoding".to_owned())
}

fn percent_decoded(text: &str) -> Option<String> {
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
