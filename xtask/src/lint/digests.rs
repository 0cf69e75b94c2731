//! The committed digests of the documented payloads, which reveal accidental changes.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{files, spec};

/// The path of the digests, relative to the workspace's root.
const PATH: &str = "spec/examples.sha256";

/// Compares the contract's documented payloads with the committed digests.
///
/// Returns the number of payloads that agree and one line for each that doesn't.
///
/// # Errors
/// When the digests can't be read.
pub(super) fn check(document: &Value) -> Result<(usize, Vec<String>)> {
    let text =
        fs::read_to_string(files::root().join(PATH)).with_context(|| format!("failed to read {PATH}"))?;
    Ok(compare(&payloads(document), &text))
}

/// A line for each documented payload: its digest, the operation, and `request` or the status.
fn payloads(document: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for operation in spec::operations(document) {
        let request = operation.request_body(document).map(|body| ("request", body));
        for (place, body) in request.into_iter().chain(operation.responses(document)) {
            if spec::is_companion(operation.value) || spec::is_companion(body) {
                continue;
            }
            let examples = spec::members(body.get("content"))
                .flat_map(|(_, media_type)| spec::members(media_type.get("examples")))
                .filter_map(|(_, example)| spec::resolve(document, example))
                .filter(|example| !spec::is_companion(example));
            for value in examples.filter_map(|example| example.get("value")) {
                found.insert(format!("{}  {} {place}", digest(value), operation.id()));
            }
        }
    }
    found
}

/// The digest of a value, independent of the order of members and of white space.
fn digest(value: &Value) -> String {
    let mut sorted = value.clone();
    sorted.sort_all_objects();
    hex::encode(Sha256::digest(sorted.to_string()))
}

/// Compares the payloads' lines with the text of a digest file.
fn compare(payloads: &BTreeSet<String>, text: &str) -> (usize, Vec<String>) {
    let committed: BTreeSet<String> = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect();
    let missing = committed
        .difference(payloads)
        .map(|line| format!("{PATH}: no documented payload of the contract has the digest {line}"));
    let unlisted = payloads.difference(&committed).map(|line| {
        format!("{PATH}: not listed: {line}; add it if it is documented, else mark the example `x-origin: companion`")
    });
    let agreed = committed.intersection(payloads).count();
    (agreed, missing.chain(unlisted).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn digests_ignore_the_order_of_members() {
        let one: Value = serde_json::from_str(r#"{"a": [1, {"c": "ü", "d": 2}], "b": null}"#).unwrap();
        let other: Value = serde_json::from_str(r#"{"b":null,"a":[1,{"d":2,"c":"ü"}]}"#).unwrap();
        assert_eq!(digest(&one), digest(&other));
        assert_ne!(digest(&one), digest(&json!({"a": [1], "b": null})));
    }

    #[test]
    fn changed_missing_and_unlisted_payloads_are_findings() {
        let payloads = |value| BTreeSet::from([format!("{}  op 200", digest(&value))]);
        let text = format!("# comment\n{}  op 200\n", digest(&json!({"a": 1})));
        assert_eq!(compare(&payloads(json!({"a": 1})), &text), (1, Vec::new()));
        let (agreed, findings) = compare(&payloads(json!({"a": 2})), &text);
        assert_eq!((agreed, findings.len()), (0, 2));
        assert_eq!(compare(&BTreeSet::new(), &text).1.len(), 1);
    }

    #[test]
    fn the_contract_has_all_documented_payloads() {
        let (agreed, findings) = check(&spec::load().unwrap()).unwrap();
        assert_eq!((agreed, findings), (51, Vec::new()));
    }
}
