//! Checks of apps, which the suite can only read.

use serde_json::Value;

use super::context::{Context, Stop};
use super::resource_kind::ACCOUNT_LIST;

const LIST: &str = "app_list";
const FETCH: &str = "app_fetch";

/// The list of apps contains the target's app once, as a fetch returns it.
///
/// `first` is requested first, and counts as seen even if the other operation can't be requested.
pub(super) async fn listed_as_fetched(ctx: &mut Context, first: &str) -> Result<(), Stop> {
    let call = ctx.call(first);
    ctx.send_for(&call, 200).await?;
    ctx.require(LIST)?;
    ctx.require(FETCH)?;
    let id = ctx.target.app.to_string();
    let call = ctx.call(LIST);
    let list = ctx.send_for(&call, 200).await?;
    let is_own = |app: &&Value| app.get("id").and_then(Value::as_str) == Some(&id);
    let found: Vec<Value> = list.items().iter().filter(is_own).cloned().collect();
    ctx.expect(&list, found.len() == 1, || {
        format!("app {id} is in the list {} times", found.len())
    });
    let call = ctx.call(FETCH);
    let fetched = ctx.send_for(&call, 200).await?;
    let same = found.iter().all(|app| *app == fetched.body);
    ctx.expect(&fetched, same, || {
        format!("app {id} differs between list and fetch")
    });
    if ctx.is_excluded(ACCOUNT_LIST) {
        return Ok(());
    }
    let accounts = ctx.list(ACCOUNT_LIST).await?;
    let own = ctx.target.account.to_string();
    let account = accounts.items().iter().find(|account| account["id"] == own);
    let name = account.map(|account| account["name"].clone()).unwrap_or_default();
    let found = fetched.body["clusterName"].clone();
    ctx.expect(&fetched, found == name, || {
        format!("`clusterName` is {found}, and the account's name is {name}")
    });
    Ok(())
}
