//! Watching a resource until it is completed, and what must hold on the way.

use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::stage::{Kind, Stage, Stop};
use super::wire::Answer;

/// States in the order in which they come; the last two end it.
const STATES: &[(&str, u8)] = &[
    ("pending", 0),
    ("discovering", 1),
    ("running", 2),
    ("completed", 3),
    ("failed", 3),
];

/// What was seen of a resource so far.
#[derive(Debug, Default)]
struct Seen {
    state: String,
    rank: u8,
    bytes_done: f64,
    percent_done: f64,
    modified: Option<chrono::DateTime<chrono::FixedOffset>>,
}

/// Looks at a resource, by fetch and by list in turn, until it is completed.
///
/// Notes every step that it mustn't take; ends the check when it fails or takes too long.
pub(super) async fn until_completed(stage: &mut Stage, kind: Kind, id: &str) -> Result<Value, Stop> {
    let deadline = Instant::now() + stage.options.completion_max;
    let mut seen = Seen::default();
    let mut by_list = false;
    loop {
        let (answer, resource) = look(stage, kind, id, by_list).await?;
        step(stage, &answer, &resource, &mut seen);
        match seen.state.as_str() {
            "completed" => {
                at_the_end(stage, &answer, &resource);
                return Ok(resource);
            }
            "failed" => {
                let why = resource.get("stateUnready").unwrap_or(&Value::Null).to_string();
                stage.fault(&answer, format!("it failed: {why}"));
                return Err(Stop::Noted);
            }
            _ => {}
        }
        if Instant::now() >= deadline {
            let secs = stage.options.completion_max.as_secs();
            stage.fault(&answer, format!("still `{}` after {secs} s", seen.state));
            return Err(Stop::Noted);
        }
        by_list = !by_list;
        sleep(stage.options.poll_interval).await;
    }
}

/// Looks until a resource is no longer pending, gone included; `false` when the time is up.
pub(super) async fn until_not_pending(stage: &mut Stage, kind: Kind, id: &str) -> Result<bool, Stop> {
    let deadline = Instant::now() + stage.options.completion_max;
    loop {
        let call = stage.call_for(kind.fetch(), kind, id);
        let answer = stage.send(&call).await?;
        if answer.text("/state") != Some("pending") {
            return Ok(true);
        }
        if Instant::now() >= deadline {
            return Ok(false);
        }
        sleep(stage.options.poll_interval).await;
    }
}

async fn look(stage: &mut Stage, kind: Kind, id: &str, by_list: bool) -> Result<(Answer, Value), Stop> {
    if !by_list {
        let call = stage.call_for(kind.fetch(), kind, id);
        let answer = stage.send_for(&call, 200).await?;
        let resource = answer.body.clone();
        return Ok((answer, resource));
    }
    let call = stage.call(kind.list());
    let answer = stage.send_for(&call, 200).await?;
    let found = answer
        .items()
        .iter()
        .find(|item| item.get("id").and_then(Value::as_str) == Some(id))
        .cloned();
    if let Some(resource) = found {
        return Ok((answer, resource));
    }
    stage.fault(&answer, format!("{id} isn't in the list"));
    Err(Stop::Noted)
}

fn step(stage: &mut Stage, answer: &Answer, resource: &Value, seen: &mut Seen) {
    let now = resource
        .get("state")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    match STATES.iter().find(|(name, _)| *name == now) {
        None => stage.fault(answer, format!("`{now}` is no state on the way to `completed`")),
        Some((_, rank)) => {
            let before = seen.state.clone();
            let holds = *rank >= seen.rank && (seen.rank < 3 || now == before);
            stage.expect(answer, holds, || format!("from `{before}` it went to `{now}`"));
            seen.rank = *rank;
        }
    }
    seen.state = now;
    let number = |name: &str| resource.get(name).and_then(Value::as_f64);
    if let Some(done) = number("bytesDone") {
        let before = seen.bytes_done;
        stage.expect(answer, done >= before, || {
            format!("`bytesDone` fell from {before} to {done}")
        });
        if let Some(total) = number("totalBytes") {
            stage.expect(answer, done <= total, || {
                format!("`bytesDone` is {done} of {total}")
            });
        }
        seen.bytes_done = done;
    }
    if let Some(percent) = number("percentDone") {
        let before = seen.percent_done;
        stage.expect(answer, percent >= before, || {
            format!("`percentDone` fell from {before} to {percent}")
        });
        stage.expect(answer, percent <= 100.0, || format!("`percentDone` is {percent}"));
        seen.percent_done = percent;
    }
    if let Some(modified) = timestamp(resource, "modificationTimestamp") {
        let holds = seen.modified.is_none_or(|before| modified >= before);
        stage.expect(answer, holds, || "`modificationTimestamp` went back".to_owned());
        let created = timestamp(resource, "creationTimestamp");
        let holds = created.is_none_or(|created| modified >= created);
        stage.expect(answer, holds, || {
            "it was modified before it was created".to_owned()
        });
        seen.modified = Some(modified);
    }
}

fn at_the_end(stage: &mut Stage, answer: &Answer, resource: &Value) {
    let member = |name: &str| resource.get(name).unwrap_or(&Value::Null);
    let (total, done) = (member("totalBytes"), member("bytesDone"));
    let holds = total.as_f64() == done.as_f64();
    stage.expect(answer, holds, || {
        format!("completed with {done} of {total} bytes")
    });
    let percent = member("percentDone");
    let holds = percent.is_null() || percent.as_f64().is_some_and(|percent| percent >= 100.0);
    stage.expect(answer, holds, || format!("completed with {percent} percent"));
    let unready = member("stateUnready");
    let holds = unready.as_array().is_some_and(Vec::is_empty);
    stage.expect(answer, holds, || {
        format!("completed, and `stateUnready` is {unready}")
    });
}

/// A timestamp of a resource's metadata.
pub(super) fn timestamp(resource: &Value, name: &str) -> Option<chrono::DateTime<chrono::FixedOffset>> {
    let text = resource.get("metadata")?.get(name)?.as_str()?;
    chrono::DateTime::parse_from_rfc3339(text).ok()
}
