//! The report as SARIF 2.1.0 (OASIS), for code scanning.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Change, Code, DiffReport, Level};
use crate::place::Place;

/// Maximum number of results; GitHub rejects files with more. The most severe changes come first.
const RESULTS_MAX: usize = 25_000;

/// One run with a result for each change. Ignored changes are suppressed results.
pub(super) fn of(report: &DiffReport) -> Value {
    let changes = report.changes.iter().map(|change| (change, None));
    let ignored = report
        .ignored
        .iter()
        .map(|ignored| (&ignored.change, Some(ignored.reason.as_str())));
    let all: Vec<(&Change, Option<&str>)> = changes.chain(ignored).collect();
    let mut codes: Vec<Code> = all.iter().map(|(change, _)| change.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let results: Vec<Value> = all
        .iter()
        .take(RESULTS_MAX)
        .map(|(change, reason)| result(report, &codes, change, *reason))
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "appkeep diff",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": codes.iter().map(|code| rule(*code)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
            "properties": {
                "old": report.old,
                "new": report.new,
                "level": report.level,
                "omitted": all.len().saturating_sub(RESULTS_MAX),
                "warnings": report.warnings,
            },
        }],
    })
}

fn rule(code: Code) -> Value {
    json!({
        "id": code.as_str(),
        "shortDescription": {"text": code.rule()},
        "fullDescription": {"text": format!("{} {}", code.rule(), code.affected())},
        "help": {"text": format!("Example: {}. Advice: {}.", code.example(), code.advice())},
        "defaultConfiguration": {"level": severity(code.level())},
    })
}

fn result(report: &DiffReport, codes: &[Code], change: &Change, ignored: Option<&str>) -> Value {
    let pointer = change.new_at.as_ref().or(change.old_at.as_ref());
    let mut result = json!({
        "ruleId": change.code.as_str(),
        "ruleIndex": codes.binary_search(&change.code).unwrap_or_default(),
        "level": severity(change.level),
        "message": {"text": change.what},
        "locations": [location(&report.new, change.new_line, pointer)],
        // Independent of lines, so that an unrelated edit doesn't create a new alert.
        "partialFingerprints": {"change/v1": fingerprint(change)},
        "properties": {
            "level": change.level,
            "clients": change.clients,
            "servers": change.servers,
            "uses": change.uses,
        },
    });
    if change.old_at.is_some() {
        let mut old = location(&report.old, change.old_line, change.old_at.as_ref());
        old["message"] = json!({"text": "the place in OLD"});
        result["relatedLocations"] = json!([old]);
    }
    if let Some(reason) = ignored {
        result["suppressions"] = json!([{"kind": "external", "status": "accepted", "justification": reason}]);
    }
    result
}

fn location(file: &str, line: Option<usize>, pointer: Option<&String>) -> Value {
    let file = Place::new(file, None, pointer.map_or("", String::as_str)).file;
    let mut place = json!({"artifactLocation": {"uri": uri(&file)}});
    // A place without a line is the whole file.
    if let Some(line) = line {
        place["region"] = json!({"startLine": line});
    }
    let mut location = json!({"physicalLocation": place});
    if let Some(pointer) = pointer {
        location["logicalLocations"] = json!([{"fullyQualifiedName": pointer}]);
    }
    location
}

fn severity(level: Level) -> &'static str {
    match level {
        Level::Major => "error",
        Level::Minor => "warning",
        Level::Patch => "note",
        Level::None => "none",
    }
}

fn fingerprint(change: &Change) -> String {
    let place = |at: &Option<String>| at.clone().unwrap_or_default();
    format!(
        "{} {} {} {}",
        change.code.as_str(),
        place(&change.old_at),
        place(&change.new_at),
        change.what
    )
}

/// The relative URI reference of a file, or the URI of one with an absolute path.
fn uri(file: &str) -> String {
    let mut uri = if file.starts_with('/') { "file://" } else { "" }.to_owned();
    for byte in file.trim_start_matches("./").bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/') {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn names_become_uri_references() {
        for (name, expected) in [
            ("spec/openapi.yaml", "spec/openapi.yaml"),
            ("./a b.json", "a%20b.json"),
            ("v1.0:openapi.yaml", "v1.0%3Aopenapi.yaml"),
            ("/tmp/é", "file:///tmp/%C3%A9"),
        ] {
            assert_eq!(uri(name), expected);
        }
    }
}
