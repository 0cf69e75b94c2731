//! Checks of apps, which the suite can only read.

use serde_json::Value;

use super::stage::{Stage, Stop};

const LIST: &str = "app_list";
const FETCH: &str = "app_fetch";

/// The list of apps contains the target's app once, as a fetch returns it.
///
/// `first` is requested first, and counts as seen even if the other operation can't be requested.
pub(super) async fn listed_as_fetched(stage: &mut Stage, first: &str) -> Result<(), Stop> {
    let call = stage.call(first);
    stage.send_for(&call, 200).await?;
    stage.admits(LIST)?;
    stage.admits(FETCH)?;
    let id = stage.target.app.to_string();
    let call = stage.call(LIST);
    let list = stage.send_for(&call, 200).await?;
    let is_own = |app: &&Value| app.get("id").and_then(Value::as_str) == Some(&id);
    let found: Vec<Value> = list.items().iter().filter(is_own).cloned().collect();
    stage.expect(&list, found.len() == 1, || {
        format!("app {id} is in the list {} times", found.len())
    });
    let call = stage.call(FETCH);
    let fetched = stage.send_for(&call, 200).await?;
    let same = found.iter().all(|app| *app == fetched.body);
    stage.expect(&fetched, same, || {
        format!("app {id} differs between list and fetch")
    });
    Ok(())
}
