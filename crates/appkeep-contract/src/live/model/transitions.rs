//! Compares the current state of a resource with the earlier ones.

use serde_json::{Value, json};

use super::rules::{self, RuleViolation};
use super::tracked_resource::TrackedResource;
use super::{EntityTag, member, own_members};
use crate::live::completion::{ABSENT, shown, timestamp};
use crate::live::lifecycle::difference;
use crate::live::resource_kind::ResourceKind;

/// Members that never change.
const CONSTANT: [&str; 6] = ["type", "version", "id", "name", "bucketID", "scheduleID"];

/// Members of the metadata that never change.
const CONSTANT_METADATA: [&str; 2] = ["creationTimestamp", "createdBy"];

/// Members that may be added later, and then never change.
const ONCE: [&str; 2] = ["snapshotAppAsset", "backupCreationTimestamp"];

/// The prefix of labels that only the system sets.
const READ_ONLY: &str = "appkeep.io/read-only/";

/// Tolerated difference between `percentDone` and the byte counts: it may be a whole number.
const PERCENT_TOLERANCE: f64 = 1.0;

/// Checks the response to a create.
pub(super) fn check_created(resource: &TrackedResource) -> Vec<RuleViolation> {
    let mut violations = Vec::new();
    let (sent, now) = (&resource.sent, &resource.last);
    for name in ["type", "name", "bucketID", "snapshotID"] {
        let Some(expected) = sent.get(name) else { continue };
        let received = member(now, name);
        if received != expected {
            violations
                .push(rules::ECHO.violation(format!("`{name}` is {}, expected {expected}", shown(received))));
        }
    }
    violations.extend(labels(resource, now));
    let state = resource.state();
    if !resource.is_in_progress() {
        violations.push(rules::INITIAL_STATE.violation(format!("the initial state is `{state}`")));
    }
    violations.extend(times(now));
    violations.extend(own_members::check(resource, now));
    violations.extend(rules::PROGRESS.violations(progress(&Value::Null, now)));
    violations
}

/// Checks the current state against the last one, and remembers it.
pub(super) fn check_update(
    resource: &mut TrackedResource,
    now: &Value,
    tag: Option<EntityTag>,
) -> Vec<RuleViolation> {
    let before = std::mem::replace(&mut resource.last, now.clone());
    let mut violations = constants(resource, &before, now);
    violations.extend(labels(resource, now));
    violations.extend(states(&before, now));
    violations.extend(rules::PROGRESS.violations(progress(&before, now)));
    violations.extend(rules::FINISHED.violations(end(now)));
    violations.extend(times(now));
    violations.extend(own_members::check(resource, now));
    violations.extend(rules::MODIFIED.violations(modification(&before, now)));
    if let Some(tag) = tag {
        let known = resource
            .tags
            .iter()
            .position(|known| known.media_type == tag.media_type);
        let before = known.map(|at| resource.tags.swap_remove(at));
        violations.extend(before.and_then(|before| tags(&before, &tag)));
        resource.tags.push(tag);
    }
    violations
}

fn constants(resource: &TrackedResource, before: &Value, now: &Value) -> Vec<RuleViolation> {
    let mut pairs: Vec<(String, &Value, &Value)> = CONSTANT
        .iter()
        .map(|name| ((*name).to_owned(), member(before, name), member(now, name)))
        .collect();
    let metadata = (member(before, "metadata"), member(now, "metadata"));
    for name in CONSTANT_METADATA {
        let (old, new) = (member(metadata.0, name), member(metadata.1, name));
        pairs.push((format!("metadata.{name}"), old, new));
    }
    for name in ONCE {
        if before.get(name).is_some() {
            pairs.push((name.to_owned(), member(before, name), member(now, name)));
        }
    }
    if let Some(expected) = resource.sent.get("snapshotID") {
        pairs.push(("snapshotID".to_owned(), expected, member(now, "snapshotID")));
    }
    pairs
        .into_iter()
        .filter(|(_, old, new)| old != new)
        .map(|(name, old, new)| {
            rules::CONSTANT.violation(format!("`{name}` was {} and is {}", shown(old), shown(new)))
        })
        .collect()
}

fn labels(resource: &TrackedResource, now: &Value) -> Option<RuleViolation> {
    let none = Vec::new();
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned();
    let sent = list(resource.sent.pointer("/metadata/labels")).unwrap_or_default();
    let received = now.pointer("/metadata/labels").and_then(Value::as_array);
    let received = received.unwrap_or(&none);
    let (clients, systems) = received.split_at(sent.len().min(received.len()));
    let is_systems = |label: &Value| {
        let name = label.get("name").and_then(Value::as_str);
        name.is_some_and(|name| name.starts_with(READ_ONLY))
    };
    if clients == sent && systems.iter().all(is_systems) {
        return None;
    }
    let (received, sent) = (json!(received), json!(sent));
    Some(rules::LABELS.violation(format!("the labels are {received}, expected {sent}")))
}

/// All states; those of a resource in progress in their order.
const STATES: [&str; 7] = [
    "pending",
    "discovering",
    "running",
    "completed",
    "failed",
    "removed",
    "unknown",
];

/// The states that may be observed after another one, with any number of steps in between.
fn may_follow(before: &str) -> &'static [&'static str] {
    match before {
        "pending" => &STATES,
        "discovering" => &STATES[1..],
        "running" => &STATES[2..],
        "failed" => &["failed"],
        _ => &["completed", "removed", "unknown"],
    }
}

fn states(before: &Value, now: &Value) -> Option<RuleViolation> {
    let state = |value: &Value| member(value, "state").as_str().unwrap_or(ABSENT).to_owned();
    let (old, new) = (state(before), state(now));
    let holds = may_follow(&old).contains(&new.as_str());
    (!holds).then(|| rules::STATE.violation(format!("the state changed from `{old}` to `{new}`")))
}

fn progress(before: &Value, now: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let number = |value: &Value, name: &str| member(value, name).as_f64();
    for name in ["bytesDone", "percentDone"] {
        if let (Some(old), Some(new)) = (number(before, name), number(now, name))
            && new < old
        {
            wrong.push(format!("`{name}` decreased from {old} to {new}"));
        }
        if number(before, name).is_some() && number(now, name).is_none() {
            wrong.push(format!("`{name}` was present and is now absent"));
        }
    }
    let (done, total) = (number(now, "bytesDone"), number(now, "totalBytes"));
    let (Some(done), Some(total)) = (done, total) else {
        return wrong;
    };
    if done > total {
        wrong.push(format!("`bytesDone` is {done} of {total}"));
    } else if let Some(percent) = number(now, "percentDone")
        // Without any bytes, all percentages are accepted: 0 / 0 is NaN, and every comparison with NaN is
        // false.
        && (percent - done * 100.0 / total).abs() > PERCENT_TOLERANCE
    {
        wrong.push(format!("`percentDone` is {percent} at {done} of {total} bytes"));
    }
    wrong
}

fn end(now: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    if member(now, "state") == "completed" {
        let (total, done) = (member(now, "totalBytes"), member(now, "bytesDone"));
        if total.as_f64() != done.as_f64() {
            wrong.push(format!(
                "it is completed with {} of {} bytes",
                shown(done),
                shown(total)
            ));
        }
        let percent = member(now, "percentDone");
        if percent.as_f64().is_some_and(|percent| percent < 100.0) {
            wrong.push(format!("it is completed with {percent} percent"));
        }
        let is_snapshot = member(now, "type") == ResourceKind::Snapshot.body_type();
        if is_snapshot && now.get("snapshotAppAsset").is_none() {
            wrong.push("it is completed, and `snapshotAppAsset` is absent".to_owned());
        }
    }
    wrong
}

fn times(now: &Value) -> Option<RuleViolation> {
    let created = timestamp(now, "creationTimestamp")?;
    let modified = timestamp(now, "modificationTimestamp")?;
    (modified < created)
        .then(|| rules::TIMES.violation(format!("it was modified at {modified} and created at {created}")))
}

fn modification(before: &Value, now: &Value) -> Option<String> {
    let (old, new) = (
        timestamp(before, "modificationTimestamp")?,
        timestamp(now, "modificationTimestamp")?,
    );
    let state = |value: &Value| member(value, "state").as_str().unwrap_or(ABSENT).to_owned();
    let (was, is) = (state(before), state(now));
    if new < old {
        return Some(format!("`modificationTimestamp` decreased from {old} to {new}"));
    }
    if was != is && new == old {
        return Some(format!(
            "the state changed from `{was}` to `{is}`, and `modificationTimestamp` is still {old}"
        ));
    }
    if old == new && before != now {
        let what = difference("the previous response", before, "this one", now);
        return Some(format!("`modificationTimestamp` didn't change, and {what}"));
    }
    let untimed = |value: &Value| {
        let mut value = value.clone();
        if let Some(Value::Object(metadata)) = value.get_mut("metadata") {
            metadata.shift_remove("modificationTimestamp");
        }
        value
    };
    (new > old && untimed(before) == untimed(now))
        .then(|| format!("nothing else changed, and `modificationTimestamp` changed from {old} to {new}"))
}

fn tags(before: &EntityTag, now: &EntityTag) -> Option<RuleViolation> {
    if before.text == now.text && before.body != now.body {
        let (old, new) = (&before.body, &now.body);
        let what = difference("an earlier response", old, "this one", new);
        return Some(rules::TAG.violation(format!("the tag {} didn't change, and {what}", now.text)));
    }
    (before.text != now.text && before.body == now.body).then(|| {
        let what = format!(
            "the body didn't change, and the tag changed from {} to {}",
            before.text, now.text
        );
        rules::TAG.violation(what)
    })
}
