//! Waits until a resource is completed, or failed. The model checks whether each step was valid.

use serde_json::Value;

use super::context::{Context, ResourceKind, Stop, id_of};
use super::poll_timer::PollTimer;
use super::recording_client::RecordedResponse;

/// States on the way to `completed`.
const IN_PROGRESS: [&str; 3] = ["pending", "discovering", "running"];

/// Polls a resource until it is completed, which ends the check if it fails or takes too long.
pub(super) async fn until_completed(ctx: &mut Context, kind: ResourceKind, id: &str) -> Result<Value, Stop> {
    let app = ctx.target.app.to_string();
    until(ctx, kind, id, &app, "completed").await
}

/// Polls a resource of that app, by each operation that shows it in turn, until it has the expected final
/// state.
pub(super) async fn until(
    ctx: &mut Context,
    kind: ResourceKind,
    id: &str,
    app: &str,
    expected: &str,
) -> Result<Value, Stop> {
    // Every wait would take its whole time limit.
    if let Some(code) = ctx
        .stuck
        .get(kind.name())
        .filter(|code| **code != ctx.current.code)
    {
        let what = format!(
            "requires that a {} is completed in time (see `{code}`)",
            kind.name()
        );
        return Err(Stop::NotJudged(what));
    }
    let timer = PollTimer::of(&ctx.options);
    let mut operations = ctx.permitted(kind.fetches()).unwrap_or_default();
    operations.extend(ctx.permitted(kind.lists()).unwrap_or_default());
    for operation in operations.iter().cycle() {
        let (response, resource) = read(ctx, operation, id, app).await?;
        let now = resource.get("state").and_then(Value::as_str).unwrap_or(ABSENT);
        match now {
            state if state == expected => {
                ctx.stuck.remove(kind.name());
                return Ok(resource);
            }
            "failed" => {
                let why = shown(resource.get("stateUnready").unwrap_or(&Value::Null));
                return Err(ctx.fail(&response, format!("it is `failed`, and `stateUnready` is {why}")));
            }
            known if IN_PROGRESS.contains(&known) => {}
            other => {
                return Err(ctx.fail(&response, format!("`{other}` can't precede `{expected}`")));
            }
        }
        if !timer.wait().await {
            let secs = ctx.options.completion_max.as_secs();
            let code = ctx.current.code.clone();
            ctx.stuck.entry(kind.name()).or_insert(code);
            return Err(ctx.fail(&response, format!("still `{now}` after {secs} s")));
        }
    }
    Err(Stop::Skipped(format!(
        "no permitted operation returns a {}",
        kind.name()
    )))
}

/// Polls a resource until it is no longer pending, which includes being gone; `false` if the time is up.
pub(super) async fn until_not_pending(ctx: &mut Context, kind: ResourceKind, id: &str) -> Result<bool, Stop> {
    let timer = PollTimer::of(&ctx.options);
    let fetches = ctx.permitted(kind.fetches())?;
    let call = ctx.call_for(fetches.first().ok_or(Stop::Recorded)?, id);
    loop {
        let response = ctx.send(&call).await?;
        if response.text("/state") != Some("pending") {
            return Ok(true);
        }
        if !timer.wait().await {
            return Ok(false);
        }
    }
}

async fn read(
    ctx: &mut Context,
    operation: &str,
    id: &str,
    app: &str,
) -> Result<(RecordedResponse, Value), Stop> {
    let kind = ResourceKind::of(operation);
    if kind.fetches().contains(&operation) {
        let call = ctx.call_for(operation, id).path("app_id", app);
        let response = ctx.send_for(&call, 200).await?;
        let resource = response.body.clone();
        return Ok((response, resource));
    }
    let response = ctx
        .send_for(&ctx.call(operation).path("app_id", app), 200)
        .await?;
    let found = response.items().iter().find(|item| id_of(item) == id).cloned();
    if let Some(resource) = found {
        return Ok((response, resource));
    }
    Err(ctx.fail(&response, format!("{id} isn't in the list")))
}

/// The text of an absent value in a description.
pub(super) const ABSENT: &str = "absent";

/// A value in a description.
pub(super) fn shown(value: &Value) -> String {
    if value.is_null() {
        ABSENT.to_owned()
    } else {
        value.to_string()
    }
}

/// A timestamp of a resource's metadata.
pub(super) fn timestamp(resource: &Value, name: &str) -> Option<chrono::DateTime<chrono::FixedOffset>> {
    let text = resource.get("metadata")?.get(name)?.as_str()?;
    chrono::DateTime::parse_from_rfc3339(text).ok()
}
