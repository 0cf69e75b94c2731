//! Rules for every resource in a response: its members agree with each other.

use serde_json::{Value, json};

use super::member;
use super::rules::{self, Rule, RuleViolation};
use crate::live::call::Call;
use crate::live::completion::shown;
use crate::live::recording_client::RecordedResponse;

/// The rules that the resource of a response, or the items of a list, violate.
pub(super) fn check(call: &Call, response: &RecordedResponse) -> Vec<RuleViolation> {
    let mut violations = Vec::new();
    for resource in std::iter::once(&response.body).chain(response.items()) {
        let kind = resource.get("type").and_then(Value::as_str).unwrap_or_default();
        let mut add = |rule: Rule, wrong: Vec<String>| violations.extend(rule.violations(wrong));
        add(rules::REASONS, reasons(kind, resource));
        match kind {
            "application/astra-app" => add(rules::APP, app(call, resource)),
            "application/astra-bucket" => add(rules::BUCKET, bucket(resource)),
            "application/astra-appRestore" => add(rules::RESTORE, restore(resource)),
            "application/astra-schedule" => add(rules::SCHEDULE_FIELDS, schedule(resource)),
            _ => {}
        }
    }
    violations
}

/// Resources in some states have reasons, and those that can be used have none.
fn reasons(kind: &str, resource: &Value) -> Vec<String> {
    let state = member(resource, "state").as_str().unwrap_or_default();
    let Some(reasons) = resource.get("stateUnready").and_then(Value::as_array) else {
        return Vec::new();
    };
    let is_required = match state {
        "failed" | "interrupted" => true,
        "removed" | "unavailable" => kind != "application/astra-appSnap",
        "unknown" => kind == "application/astra-bucket",
        _ => false,
    };
    let is_forbidden = matches!(state, "completed" | "ready" | "available");
    if is_required && reasons.is_empty() {
        return vec![format!("it is `{state}`, and `stateUnready` is empty")];
    }
    if is_forbidden && !reasons.is_empty() {
        let reasons = member(resource, "stateUnready");
        return vec![format!("it is `{state}`, and `stateUnready` is {reasons}")];
    }
    Vec::new()
}

/// A list of members with their expected values: those that differ.
fn differing(resource: &Value, expected: &[(&str, Value)]) -> Vec<String> {
    let differing = expected
        .iter()
        .filter(|(name, value)| member(resource, name) != value);
    let text = |(name, value): &(&str, Value)| {
        format!("`{name}` is {}, expected {value}", shown(member(resource, name)))
    };
    differing.map(text).collect()
}

fn app(call: &Call, resource: &Value) -> Vec<String> {
    let name = member(resource, "name");
    let account = call.path.get("account_id");
    differing(
        resource,
        &[
            ("clusterID", json!(account)),
            ("namespaces", json!([name])),
            (
                "namespaceScopedResources",
                json!([{"namespace": name, "labelSelectors": []}]),
            ),
        ],
    )
}

fn bucket(resource: &Value) -> Vec<String> {
    let has = |name: &str| resource.get(name).is_some();
    let mut wrong = Vec::new();
    if has("storedBytes") != has("measurementTimestamp") {
        wrong.push("it has only one of `storedBytes` and `measurementTimestamp`".to_owned());
    }
    if has("freeBytes") && !has("measurementTimestamp") {
        wrong.push("it has `freeBytes` and no `measurementTimestamp`".to_owned());
    }
    wrong
}

fn restore(resource: &Value) -> Vec<String> {
    let has = |name: &str| resource.get(name).is_some();
    let number = |name: &str| resource.get(name).and_then(Value::as_f64);
    let is_completed = member(resource, "state") == "completed";
    let mut wrong = Vec::new();
    if has("backupID") && has("snapshotID") {
        wrong.push("it has two sources".to_owned());
    }
    if has("include") && !has("target") {
        wrong.push("it is in place, and has `include`".to_owned());
    }
    if let Some(percent) = number("percentDone")
        && (percent >= 100.0) != is_completed
    {
        let state = shown(member(resource, "state"));
        wrong.push(format!("it is {state} with {percent} percent"));
    }
    if let (Some(done), Some(total)) = (number("bytesDone"), number("totalBytes"))
        && done > total
    {
        wrong.push(format!("`bytesDone` is {done} of {total}"));
    }
    let has_notes = resource
        .get("notes")
        .and_then(Value::as_array)
        .is_some_and(|notes| !notes.is_empty());
    if has_notes && !is_completed {
        wrong.push("it isn't completed, and has notes".to_owned());
    }
    wrong
}

/// The time fields of the granularities, in the order of minute, hour, day of the month and day of the week.
const GRANULARITIES: [(&str, [bool; 4]); 4] = [
    ("hourly", [true, false, false, false]),
    ("daily", [true, true, false, false]),
    ("weekly", [true, true, false, true]),
    ("monthly", [true, true, true, false]),
];

fn schedule(resource: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let granularity = GRANULARITIES
        .iter()
        .find(|(name, _)| member(resource, "granularity") == *name);
    if let Some((name, has)) = granularity {
        let fields = ["minute", "hour", "dayOfMonth", "dayOfWeek"];
        let value = |name: &str| resource.get(name).and_then(Value::as_str);
        for (field, has) in fields.iter().zip(has) {
            let is_right = value(field).is_some_and(|value| *has == (value != "*"));
            if !is_right {
                let found = shown(member(resource, field));
                wrong.push(format!("`{field}` of granularity `{name}` is {found}"));
            }
        }
        let [minute, hour, day, weekday] = fields.map(|field| value(field).unwrap_or("*"));
        let cron = json!(format!("{minute} {hour} {day} * {weekday}"));
        wrong.extend(differing(resource, &[("cron", cron), ("timeZone", json!("UTC"))]));
    }
    if member(resource, "enabled") == "false" && resource.get("nextRunTimestamp").is_some() {
        wrong.push("it is disabled, and has `nextRunTimestamp`".to_owned());
    }
    let makes = member(resource, "makes").as_array();
    for (count, kind) in [("backupRetention", "backup"), ("snapshotRetention", "snapshot")] {
        let is_made = makes.is_some_and(|makes| makes.iter().any(|made| made == kind));
        if let Some(count_of) = resource.get(count).and_then(Value::as_str)
            && (count_of != "0") != is_made
        {
            let makes = shown(member(resource, "makes"));
            wrong.push(format!("`{count}` is \"{count_of}\", and `makes` is {makes}"));
        }
    }
    wrong
}
