//! Waits until a resource is completed, or failed. The model checks whether each step was valid.

use serde_json::Value;

use super::patience::Patience;
use super::stage::{Kind, Stage, Stop, id_of};
use super::wire::Answer;

/// States on the way to `completed`.
const ON_THE_WAY: [&str; 3] = ["pending", "discovering", "running"];

/// Polls a resource, by each operation that shows it in turn, until it is completed.
///
/// Ends the check if the resource fails or takes too long.
pub(super) async fn until_completed(stage: &mut Stage, kind: Kind, id: &str) -> Result<Value, Stop> {
    let app = stage.target.app.to_string();
    until(stage, kind, id, &app, "completed").await
}

/// Polls a resource of that app until it is failed; it must not become completed.
pub(super) async fn until_failed(stage: &mut Stage, kind: Kind, id: &str, app: &str) -> Result<Value, Stop> {
    until(stage, kind, id, app, "failed").await
}

async fn until(stage: &mut Stage, kind: Kind, id: &str, app: &str, wanted: &str) -> Result<Value, Stop> {
    let patience = Patience::of(&stage.options);
    let mut ways = stage.admitted(kind.fetches()).unwrap_or_default();
    ways.extend(stage.admitted(kind.lists()).unwrap_or_default());
    for way in ways.iter().cycle() {
        let (answer, resource) = look(stage, way, id, app).await?;
        let now = resource.get("state").and_then(Value::as_str).unwrap_or_default();
        match now {
            ended if ended == wanted => return Ok(resource),
            "failed" => {
                let why = resource.get("stateUnready").unwrap_or(&Value::Null).to_string();
                stage.fault(&answer, format!("it failed: {why}"));
                return Err(Stop::Noted);
            }
            known if ON_THE_WAY.contains(&known) => {}
            other => {
                stage.fault(&answer, format!("`{other}` can't precede `{wanted}`"));
                return Err(Stop::Noted);
            }
        }
        if !patience.lasts().await {
            let secs = stage.options.completion_max.as_secs();
            stage.fault(&answer, format!("still `{now}` after {secs} s"));
            return Err(Stop::Noted);
        }
    }
    Err(Stop::LeftOut(format!(
        "no permitted operation returns a {}",
        kind.word()
    )))
}

/// Polls a resource until it is no longer pending, which includes being gone; `false` if the time is up.
pub(super) async fn until_not_pending(stage: &mut Stage, kind: Kind, id: &str) -> Result<bool, Stop> {
    let patience = Patience::of(&stage.options);
    let fetches = stage.admitted(kind.fetches())?;
    let call = stage.call_for(fetches.first().ok_or(Stop::Noted)?, kind, id);
    loop {
        let answer = stage.send(&call).await?;
        if answer.text("/state") != Some("pending") {
            return Ok(true);
        }
        if !patience.lasts().await {
            return Ok(false);
        }
    }
}

async fn look(stage: &mut Stage, way: &str, id: &str, app: &str) -> Result<(Answer, Value), Stop> {
    let kind = Kind::of(way);
    if kind.fetches().contains(&way) {
        let call = stage.call_for(way, kind, id).path("app_id", app);
        let answer = stage.send_for(&call, 200).await?;
        let resource = answer.body.clone();
        return Ok((answer, resource));
    }
    let answer = stage.send_for(&stage.call(way).path("app_id", app), 200).await?;
    let found = answer.items().iter().find(|item| id_of(item) == id).cloned();
    if let Some(resource) = found {
        return Ok((answer, resource));
    }
    stage.fault(&answer, format!("{id} isn't in the list"));
    Err(Stop::Noted)
}

/// A timestamp of a resource's metadata.
pub(super) fn timestamp(resource: &Value, name: &str) -> Option<chrono::DateTime<chrono::FixedOffset>> {
    let text = resource.get("metadata")?.get(name)?.as_str()?;
    chrono::DateTime::parse_from_rfc3339(text).ok()
}
