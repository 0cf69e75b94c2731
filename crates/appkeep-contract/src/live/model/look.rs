//! Compares the current state of a resource with the earlier ones.

use serde_json::{Value, json};

use super::rules::{self, Wrong};
use super::thing::Thing;
use super::{Tag, member};
use crate::live::progress::timestamp;

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
pub(super) fn at_birth(thing: &Thing) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    let (sent, now) = (&thing.sent, &thing.last);
    for name in ["type", "name", "bucketID", "snapshotID"] {
        let Some(wanted) = sent.get(name) else { continue };
        let got = member(now, name);
        if got != wanted {
            wrong.push(rules::ECHO.broken(format!("`{name}` is {got}, expected {wanted}")));
        }
    }
    wrong.extend(labels(thing, now));
    let state = thing.state();
    if !thing.is_in_progress() {
        wrong.push(rules::BIRTH.broken(format!("the initial state is `{state}`")));
    }
    wrong.extend(times(now));
    wrong.extend(progress(&Value::Null, now));
    wrong
}

/// Checks the current state against the last one, and remembers it.
pub(super) fn at(thing: &mut Thing, now: &Value, tag: Option<Tag>) -> Vec<Wrong> {
    let before = std::mem::replace(&mut thing.last, now.clone());
    let mut wrong = constants(thing, &before, now);
    wrong.extend(labels(thing, now));
    wrong.extend(states(&before, now));
    wrong.extend(progress(&before, now));
    wrong.extend(end(now));
    wrong.extend(times(now));
    wrong.extend(modification(&before, now));
    if let Some(tag) = tag {
        let known = thing
            .tags
            .iter()
            .position(|known| known.media_type == tag.media_type);
        let before = known.map(|at| thing.tags.swap_remove(at));
        wrong.extend(before.and_then(|before| tags(&before, &tag)));
        thing.tags.push(tag);
    }
    wrong
}

fn constants(thing: &Thing, before: &Value, now: &Value) -> Vec<Wrong> {
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
    if let Some(wanted) = thing.sent.get("snapshotID") {
        pairs.push(("snapshotID".to_owned(), wanted, member(now, "snapshotID")));
    }
    pairs
        .into_iter()
        .filter(|(_, old, new)| old != new)
        .map(|(name, old, new)| rules::CONSTANT.broken(format!("`{name}` was {old} and is {new}")))
        .collect()
}

fn labels(thing: &Thing, now: &Value) -> Option<Wrong> {
    let none = Vec::new();
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned();
    let sent = list(thing.sent.pointer("/metadata/labels")).unwrap_or_default();
    let got = now.pointer("/metadata/labels").and_then(Value::as_array);
    let got = got.unwrap_or(&none);
    let (clients, systems) = got.split_at(sent.len().min(got.len()));
    let is_systems = |label: &Value| {
        let name = label.get("name").and_then(Value::as_str);
        name.is_some_and(|name| name.starts_with(READ_ONLY))
    };
    if clients == sent && systems.iter().all(is_systems) {
        return None;
    }
    let (got, sent) = (json!(got), json!(sent));
    Some(rules::LABELS.broken(format!("the labels are {got}, expected {sent}")))
}

/// The states that may be observed after another one, with any number of steps in between.
fn may_follow(before: &str) -> &'static [&'static str] {
    match before {
        "pending" => &[
            "pending",
            "discovering",
            "running",
            "completed",
            "failed",
            "removed",
            "unknown",
        ],
        "discovering" => &[
            "discovering",
            "running",
            "completed",
            "failed",
            "removed",
            "unknown",
        ],
        "running" => &["running", "completed", "failed", "removed", "unknown"],
        "failed" => &["failed"],
        _ => &["completed", "removed", "unknown"],
    }
}

fn states(before: &Value, now: &Value) -> Option<Wrong> {
    let word = |value: &Value| member(value, "state").as_str().unwrap_or_default().to_owned();
    let (old, new) = (word(before), word(now));
    let holds = may_follow(&old).contains(&new.as_str());
    (!holds).then(|| rules::STATE.broken(format!("the state changed from `{old}` to `{new}`")))
}

fn progress(before: &Value, now: &Value) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    let number = |value: &Value, name: &str| member(value, name).as_f64();
    for name in ["bytesDone", "percentDone"] {
        if let (Some(old), Some(new)) = (number(before, name), number(now, name))
            && new < old
        {
            wrong.push(rules::PROGRESS.broken(format!("`{name}` decreased from {old} to {new}")));
        }
        if number(before, name).is_some() && number(now, name).is_none() {
            wrong.push(rules::PROGRESS.broken(format!("`{name}` was present and is now absent")));
        }
    }
    let (done, total) = (number(now, "bytesDone"), number(now, "totalBytes"));
    let (Some(done), Some(total)) = (done, total) else {
        return wrong;
    };
    if done > total {
        wrong.push(rules::PROGRESS.broken(format!("`bytesDone` is {done} of {total}")));
    } else if let Some(percent) = number(now, "percentDone")
        // Without any bytes, all percentages are accepted: 0 / 0 is NaN, and every comparison with NaN is
        // false.
        && (percent - done * 100.0 / total).abs() > PERCENT_TOLERANCE
    {
        wrong.push(rules::PROGRESS.broken(format!("`percentDone` is {percent} at {done} of {total} bytes")));
    }
    wrong
}

fn end(now: &Value) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    let reasons = member(now, "stateUnready").as_array().map_or(0, Vec::len);
    match member(now, "state").as_str() {
        Some("completed") => {
            let (total, done) = (member(now, "totalBytes"), member(now, "bytesDone"));
            if total.as_f64() != done.as_f64() {
                wrong.push(rules::ENDED.broken(format!("it is completed with {done} of {total} bytes")));
            }
            let percent = member(now, "percentDone");
            if percent.as_f64().is_some_and(|percent| percent < 100.0) {
                wrong.push(rules::ENDED.broken(format!("it is completed with {percent} percent")));
            }
            if reasons > 0 {
                let unready = member(now, "stateUnready");
                wrong.push(rules::ENDED.broken(format!("it is completed, and `stateUnready` is {unready}")));
            }
            let is_snapshot = member(now, "type") == crate::live::resource_kind::SNAPSHOT_TYPE;
            if is_snapshot && now.get("snapshotAppAsset").is_none() {
                wrong.push(
                    rules::ENDED.broken("it is completed, and `snapshotAppAsset` is absent".to_owned()),
                );
            }
        }
        Some("failed") if reasons == 0 => {
            wrong.push(rules::ENDED.broken("it is failed, and `stateUnready` is empty".to_owned()));
        }
        _ => {}
    }
    wrong
}

fn times(now: &Value) -> Option<Wrong> {
    let created = timestamp(now, "creationTimestamp")?;
    let modified = timestamp(now, "modificationTimestamp")?;
    (modified < created)
        .then(|| rules::TIMES.broken(format!("it was modified at {modified} and created at {created}")))
}

fn modification(before: &Value, now: &Value) -> Option<Wrong> {
    let (old, new) = (
        timestamp(before, "modificationTimestamp")?,
        timestamp(now, "modificationTimestamp")?,
    );
    let state = |value: &Value| member(value, "state").as_str().unwrap_or_default().to_owned();
    let (was, is) = (state(before), state(now));
    if new < old {
        return Some(
            rules::MODIFIED.broken(format!("`modificationTimestamp` decreased from {old} to {new}")),
        );
    }
    if was != is && new == old {
        let what =
            format!("the state changed from `{was}` to `{is}`, and `modificationTimestamp` is still {old}");
        return Some(rules::MODIFIED.broken(what));
    }
    if old == new && before != now {
        let what = super::super::backups::difference("the previous response", before, "this one", now);
        return Some(rules::MODIFIED.broken(format!("`modificationTimestamp` didn't change, and {what}")));
    }
    let untimed = |value: &Value| {
        let mut value = value.clone();
        if let Some(Value::Object(metadata)) = value.get_mut("metadata") {
            metadata.shift_remove("modificationTimestamp");
        }
        value
    };
    (new > old && untimed(before) == untimed(now)).then(|| {
        rules::MODIFIED.broken(format!(
            "nothing else changed, and `modificationTimestamp` changed from {old} to {new}"
        ))
    })
}

fn tags(before: &Tag, now: &Tag) -> Option<Wrong> {
    if before.text == now.text && before.body != now.body {
        let (old, new) = (&before.body, &now.body);
        let what = super::super::backups::difference("an earlier response", old, "this one", new);
        return Some(rules::TAG.broken(format!("the tag {} didn't change, and {what}", now.text)));
    }
    (before.text != now.text && before.body == now.body).then(|| {
        let what = format!(
            "the body didn't change, and the tag changed from {} to {}",
            before.text, now.text
        );
        rules::TAG.broken(what)
    })
}
