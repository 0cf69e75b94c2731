//! Checks of summaries of apps, and of the users of an account.

use serde_json::{Value, json};

use super::context::{Context, Stop, id_of};
use super::lists::read_pages;
use super::recording_client::RecordedResponse;
use super::resource_kind::{RESTORE_LIST, SUMMARY_LIST};

const APPS: &str = "app_list";
const BACKUPS: &str = "app_backup_list_for_app";
const SCHEDULES: &str = "app_schedule_list_for_app";
const USERS: &str = "user_list";

/// The name of the server as a user.
const SERVER: &str = "appkeep";

/// The number of attempts to read a summary while the app's backups and restores don't change.
const ATTEMPTS_MAX: usize = 5;

/// The maximum number of backups or restores in progress in a summary.
const IN_PROGRESS_MAX: usize = 10;

/// The states of backups and restores that have not been started, and of those that have and are not finished.
const PENDING: &[&str] = &["pending"];
const STARTED: &[&str] = &["discovering", "running"];

/// The list of summaries has the account's apps in their order, also in pages and columns.
pub(super) async fn of_every_app(ctx: &mut Context) -> Result<(), Stop> {
    ctx.require(APPS)?;
    let call = ctx.call(SUMMARY_LIST);
    let whole = ctx.send_for(&call, 200).await?;
    let apps = ctx.send_for(&ctx.call(APPS), 200).await?;
    let named = |list: &RecordedResponse| -> Vec<Value> {
        let items = list.items().iter();
        items.map(|item| json!([item["id"], item["name"]])).collect()
    };
    let expected = named(&apps);
    let found = named(&whole);
    ctx.expect(&whole, found == expected, || {
        let (expected, found) = (Value::from(expected.clone()), Value::from(found.clone()));
        format!("the ids and names are {found}: expected those of the list of apps, {expected}")
    });
    let columns = ctx
        .send_for(&call.clone().query("include", "id,name"), 200)
        .await?;
    ctx.expect(&columns, columns.items() == expected, || {
        format!("`include=id,name`: expected {}", Value::from(expected.clone()))
    });
    let limit = (expected.len() / 10).max(1);
    let pages = read_pages(ctx, &call, &whole, limit).await?;
    let ids = |items: &[Value]| -> Vec<String> { items.iter().map(id_of).collect() };
    ctx.expect(&pages.last, ids(&pages.items) == ids(whole.items()), || {
        let (of_pages, all) = (pages.items.len(), whole.items().len());
        format!("pages of {limit} contain {of_pages} of {all} items")
    });
    Ok(())
}

/// The summary of the target's app agrees with the lists of its backups, restores and schedules.
pub(super) async fn agrees_with_lists(ctx: &mut Context) -> Result<(), Stop> {
    for operation in [BACKUPS, RESTORE_LIST, SCHEDULES] {
        ctx.require(operation)?;
    }
    for _ in 0..ATTEMPTS_MAX {
        let before = resources(ctx).await?;
        let list = ctx.send_for(&ctx.call(SUMMARY_LIST), 200).await?;
        // The resources may have changed in between.
        if resources(ctx).await? == before {
            let id = ctx.target.app.to_string();
            let summary = list.items().iter().find(|item| item["id"] == id).cloned();
            let summary = summary.ok_or_else(|| ctx.fail(&list, format!("the list lacks app {id}")))?;
            compare(ctx, &list, &summary, &before);
            return Ok(());
        }
    }
    let why = format!("the app's resources changed during each of {ATTEMPTS_MAX} attempts");
    Err(Stop::Skipped(why))
}

/// The backups, restores and ids of schedules of the target's app.
#[derive(PartialEq)]
struct Resources {
    backups: Vec<Value>,
    restores: Vec<Value>,
    schedules: Vec<String>,
}

async fn resources(ctx: &mut Context) -> Result<Resources, Stop> {
    let mut items = async |operation| -> Result<Vec<Value>, Stop> {
        let call = ctx.call(operation);
        let list = ctx.send_for(&call, 200).await?;
        Ok(list.items().to_vec())
    };
    let (backups, restores) = (items(BACKUPS).await?, items(RESTORE_LIST).await?);
    let schedules = items(SCHEDULES).await?;
    let mut schedules: Vec<String> = schedules.iter().map(id_of).collect();
    schedules.sort_unstable();
    Ok(Resources {
        backups,
        restores,
        schedules,
    })
}

fn compare(ctx: &mut Context, list: &RecordedResponse, summary: &Value, resources: &Resources) {
    let in_state = |item: &Value, states: &[&str]| {
        item["state"]
            .as_str()
            .is_some_and(|state| states.contains(&state))
    };
    let of = |items: &[Value], states: &[&str]| -> Vec<Value> {
        items
            .iter()
            .filter(|item| in_state(item, states))
            .cloned()
            .collect()
    };
    let has_ended = |item: &&Value| !in_state(item, PENDING) && !in_state(item, STARTED);
    let mut expected = Vec::new();
    for (members, items) in [
        (
            ["backupsInProgress", "startedBackups", "pendingBackups"],
            &resources.backups,
        ),
        (
            ["restoresInProgress", "startedRestores", "pendingRestores"],
            &resources.restores,
        ),
    ] {
        let (started, pending) = (of(items, STARTED), of(items, PENDING));
        let [in_progress, started_count, pending_count] = members;
        expected.push((started_count, json!(started.len())));
        expected.push((pending_count, json!(pending.len())));
        let shown: Vec<Value> = started.into_iter().chain(pending).take(IN_PROGRESS_MAX).collect();
        expected.push((in_progress, Value::from(shown)));
    }
    let mut backups = resources.backups.iter();
    let completed = backups.find(|backup| backup["state"] == "completed");
    let latest = resources.backups.iter().find(has_ended);
    expected.push(("lastCompletedBackup", completed.cloned().unwrap_or_default()));
    expected.push(("latestBackup", latest.cloned().unwrap_or_default()));
    for (member, value) in expected {
        ctx.expect(list, summary[member] == value, || {
            format!(
                "`{member}` is {}: expected {value}, as in its list",
                summary[member]
            )
        });
    }
    let restore = &summary["lastRestore"];
    let ended: Vec<&Value> = resources.restores.iter().filter(has_ended).collect();
    let is_known = if ended.is_empty() {
        restore.is_null()
    } else {
        ended.contains(&restore)
    };
    ctx.expect(list, is_known, || {
        format!(
            "`lastRestore` is {restore}: expected one of the {} restores that have ended",
            ended.len()
        )
    });
    let mut schedules: Vec<String> = summary["schedules"]
        .as_array()
        .into_iter()
        .flatten()
        .map(id_of)
        .collect();
    schedules.sort_unstable();
    let is_complete = schedules == resources.schedules || resources.schedules.len() > schedules.len().max(99);
    ctx.expect(list, is_complete, || {
        format!(
            "`schedules` has {}: expected {}",
            schedules.join(", "),
            resources.schedules.join(", ")
        )
    });
}

/// The users include the creator of a backup, as an active user.
pub(super) async fn users(ctx: &mut Context) -> Result<(), Stop> {
    let backup = ctx.fixtures.backups.named.require("a completed backup")?;
    let creator = backup["metadata"]["createdBy"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let list = ctx.send_for(&ctx.call(USERS), 200).await?;
    let found: Vec<&Value> = list.items().iter().filter(|user| user["id"] == creator).collect();
    let states: Vec<String> = found.iter().map(|user| user["state"].to_string()).collect();
    ctx.expect(&list, states == ["\"active\""], || {
        format!(
            "the states of the user {creator}, who created a backup, are [{}]: expected one active user",
            states.join(", ")
        )
    });
    let has_server = list.items().iter().any(|user| user["firstName"] == SERVER);
    ctx.expect(&list, has_server, || {
        format!("the list lacks the server, `{SERVER}`")
    });
    Ok(())
}
