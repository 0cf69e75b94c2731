//! The committed digests of the documented payloads: a slip in one shows without the reference texts.

use std::fs;

use anyhow::{Context, Result};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{files, spec};

/// Where the digests live, relative to the workspace's root.
pub(crate) const PATH: &str = "spec/examples.sha256";

/// A documented payload: the operation, `request` or a status, and the value.
pub(super) type Payload<'a> = (&'a str, &'a str, &'a Value);

/// Compares the contract's documented payloads with the committed digests.
///
/// Returns how many agree and one line for each that doesn't.
///
/// # Errors
/// When the digests can't be read.
pub(crate) fn check(document: &Value) -> Result<(usize, Vec<String>)> {
    let text =
        fs::read_to_string(files::root().join(PATH)).with_context(|| format!("failed to read {PATH}"))?;
    Ok(compare(&payloads(document), &text))
}

/// The contract's documented payloads in the order of the digests, one per media type.
pub(super) fn payloads(document: &Value) -> Vec<Payload<'_>> {
    let mut found = Vec::new();
    for operation in spec::operations(document) {
        if spec::is_companion(operation.value) {
            continue;
        }
        let request = operation.request_body(document).map(|body| ("request", body));
        for (place, body) in request.into_iter().chain(operation.responses(document)) {
            for (_, media_type) in spec::members(body.get("content")) {
                found.extend(
                    documented_examples(document, body, media_type)
                        .map(|value| (operation.id(), place, value)),
                );
            }
        }
    }
    found
}

/// The documented example values of a media type.
fn documented_examples<'a>(
    document: &'a Value,
    body: &'a Value,
    media_type: &'a Value,
) -> impl Iterator<Item = &'a Value> {
    spec::members(media_type.get("examples"))
        .filter_map(|(_, example)| spec::resolve(document, example))
        .filter(|example| !spec::is_companion(body) && !spec::is_companion(example))
        .filter_map(|example| example.get("value"))
}

/// The digest of a value, independent of the order of members and of white space.
pub(super) fn digest(value: &Value) -> String {
    let hash = Sha256::digest(canonical(value).as_bytes());
    format!("{hash:x}")
}

/// The value as JSON without white space, members sorted by name.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by_key(|(name, _)| *name);
            let members: Vec<_> = sorted
                .into_iter()
                .map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), canonical(value)))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(","))
        }
        scalar => scalar.to_string(),
    }
}

/// Compares payloads with the text of a digest file.
fn compare(payloads: &[Payload<'_>], text: &str) -> (usize, Vec<String>) {
    let mut differences = Vec::new();
    let mut agreed = 0;
    let mut listed = Vec::new();
    for line in text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let words: Vec<_> = line.split_whitespace().collect();
        let [committed, operation, place] = words[..] else {
            differences.push(format!("{PATH}: can't read the line {line:?}"));
            continue;
        };
        listed.push((operation, place));
        let mut found = payloads
            .iter()
            .filter(|p| (p.0, p.1) == (operation, place))
            .peekable();
        if found.peek().is_none() {
            differences.push(format!("{operation} {place}: the documented payload is gone"));
            continue;
        }
        match found
            .map(|payload| digest(payload.2))
            .find(|actual| actual != committed)
        {
            Some(actual) => differences.push(format!(
                "{operation} {place}: the payload's digest is {actual}, {PATH} says {committed}"
            )),
            None => agreed += 1,
        }
    }
    for (operation, place, value) in payloads {
        if !listed.contains(&(operation, place)) {
            differences.push(format!(
                "{operation} {place}: a payload that {PATH} doesn't list; if it is documented, add its \
                 digest {}, else mark the example `x-origin: companion`",
                digest(value)
            ));
        }
    }
    (agreed, differences)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_order_of_members_makes_no_difference() {
        let one: Value = serde_json::from_str(r#"{"a": [1, "ü"], "b": null}"#).unwrap();
        let other: Value = serde_json::from_str(r#"{"b":null,"a":[1,"ü"]}"#).unwrap();
        assert_eq!(digest(&one), digest(&other));
        assert_eq!(canonical(&one), r#"{"a":[1,"ü"],"b":null}"#);
    }

    #[test]
    fn a_changed_payload_is_found() {
        let (good, bad) = (json!({"a": 1}), json!({"a": 2}));
        let text = format!("# comment\n{}  op 200\n", digest(&good));
        assert_eq!(compare(&[("op", "200", &good)], &text), (1, Vec::new()));
        let (agreed, differences) = compare(&[("op", "200", &bad)], &text);
        assert_eq!((agreed, differences.len()), (0, 1));
    }

    #[test]
    fn a_missing_and_an_unlisted_payload_are_found() {
        let value = json!({});
        let text = format!("{}  op 200\n", digest(&value));
        let (_, differences) = compare(&[("op", "404", &value)], &text);
        assert_eq!(differences.len(), 2);
    }

    #[test]
    fn the_committed_digests_match_the_contract() {
        let (agreed, differences) = check(&spec::load().unwrap()).unwrap();
        assert_eq!((agreed, differences), (51, Vec::new()));
    }
}
