//! Deletes the resources that the suite created, even after failed checks.

use serde_json::Value;

use super::call::{Call, Server};
use super::context::{Context, ResourceKind, Stop};
use super::inventory;
use super::model::{Collection, TrackedResource};
use super::poll_timer::PollTimer;
use super::schedules;

/// Deletes everything that still exists, newest first; returns the resources left behind, with the reason.
pub(super) async fn delete_everything(ctx: &mut Context) -> Vec<String> {
    ctx.limits.begin_clean_up();
    let timer = PollTimer::of(&ctx.options);
    let mut resources: Vec<TrackedResource> = ctx.model.existing().cloned().collect();
    resources.reverse();
    let mut left = delete_all(ctx, &resources, timer).await;
    left.extend(schedules::delete_everything(ctx).await);
    let mut searched = Vec::new();
    for collection in inventory::collections(ctx) {
        // On the idle server backups stay pending, so they remain.
        if collection.server == Server::Idle || ctx.require(collection.kind.create()).is_err() {
            continue;
        }
        if let Ok(found) = find_leftovers(ctx, &collection).await {
            searched.push(collection);
            left.extend(delete_all(ctx, &found, timer).await);
        }
    }
    left.extend(unclaimed(ctx));
    left.extend(lost(ctx, &searched));
    left
}

/// Deletes resources; returns those left behind, with the reason.
async fn delete_all(ctx: &mut Context, resources: &[TrackedResource], timer: PollTimer) -> Vec<String> {
    let mut left = Vec::new();
    for resource in resources {
        if let Err(why) = delete(ctx, resource, timer).await {
            left.push(format!("{} {}: {why}", resource.kind.name(), resource.id));
        }
    }
    left
}

/// Resources that were returned by creates but may not belong to this run.
fn unclaimed(ctx: &Context) -> Vec<String> {
    let unclaimed = ctx.model.ownership.unclaimed.iter();
    let unclaimed =
        unclaimed.filter(|(_, id, _)| ctx.model.resources.iter().all(|resource| resource.id != *id));
    unclaimed
        .map(|(kind, id, why)| format!("possibly {} {id}: {why}", kind.name()))
        .collect()
}

/// Resources that may have been created by requests whose response was lost. Resources whose name was searched for in
/// their collection are left out: if they existed, they would have been found.
fn lost(ctx: &Context, searched: &[Collection]) -> Vec<String> {
    let collections = inventory::collections(ctx);
    let mut lines = Vec::new();
    for requested in &ctx.model.ownership.lost {
        let collection = &requested.collection;
        let is_found = requested.name.is_some() && searched.contains(collection);
        if is_found || !collections.contains(collection) {
            continue;
        }
        let name = match &requested.name {
            Some(name) => format!("`{name}`"),
            None => "without a requested name".to_owned(),
        };
        let line = format!(
            "possibly a {} {name} of app {}: its create got no response",
            collection.kind.name(),
            collection.app
        );
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

/// Deletes one resource; waits if it can't be deleted yet.
pub(super) async fn delete(
    ctx: &mut Context,
    resource: &TrackedResource,
    timer: PollTimer,
) -> Result<(), String> {
    if resource.server == Server::Idle && resource.kind == ResourceKind::Backup {
        return Err("it stays pending on the server that runs no jobs".to_owned());
    }
    let call =
        delete_call(ctx, resource).map_err(|_| "the permitted operations can't delete it".to_owned())?;
    loop {
        match ctx.send(&call).await {
            Ok(response) if matches!(response.status, 204 | 404) => {
                ctx.model.remove(resource.server, &resource.id);
                return Ok(());
            }
            Ok(response) if response.status == 409 && timer.wait().await => {}
            Ok(response) => return Err(format!("the delete returned {}", response.status)),
            Err(Stop::Skipped(why) | Stop::NotJudged(why)) => return Err(why),
            Err(Stop::Recorded) => return Err("the delete got no response".to_owned()),
        }
    }
}

/// The request that deletes a resource.
pub(super) fn delete_call(ctx: &Context, resource: &TrackedResource) -> Result<Call, Stop> {
    let operation = ctx.permitted(resource.kind.deletes())?;
    let operation = operation.first().ok_or(Stop::Recorded)?;
    Ok(ctx
        .call_for(operation, &resource.id)
        .on(resource.server)
        .with(resource.owner)
        .path("account_id", &resource.account)
        .path("app_id", &resource.app))
}

/// Finds resources with a name of this run. A resource with such a name was created although the response to
/// its create didn't show it.
async fn find_leftovers(ctx: &mut Context, collection: &Collection) -> Result<Vec<TrackedResource>, Stop> {
    let prefix = ctx.name_prefix();
    let response = ctx.send_for(&inventory::list(ctx, collection)?, 200).await?;
    let has_prefix = |item: &&Value| {
        let name = item.get("name").and_then(Value::as_str);
        name.is_some_and(|name| name.starts_with(&prefix))
    };
    let left: Vec<Value> = response.items().iter().filter(has_prefix).cloned().collect();
    let adopted = left.iter().filter_map(|item| ctx.model.adopt(collection, item));
    let adopted = adopted.collect();
    if ctx.limits.ended().is_none() {
        ctx.expect(&response, left.is_empty(), || {
            let names: Vec<&str> = left.iter().filter_map(|item| item["name"].as_str()).collect();
            format!("still on the server: {}", names.join(", "))
        });
    }
    Ok(adopted)
}
