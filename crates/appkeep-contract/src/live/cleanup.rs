//! Deletes the resources that the suite created, even after failed checks.

use serde_json::Value;

use super::call::{Call, Server};
use super::inventory;
use super::model::{Collection, Thing};
use super::patience::Patience;
use super::stage::{Kind, Stage, Stop};

/// Deletes everything that still exists, newest first; returns the resources left behind, with the reason.
pub(super) async fn remove_everything(stage: &mut Stage) -> Vec<String> {
    stage.limits.begin_clean_up();
    let patience = Patience::of(&stage.options);
    let mut things: Vec<Thing> = stage.model.alive().cloned().collect();
    things.reverse();
    let mut left = Vec::new();
    for thing in &things {
        if let Err(why) = remove(stage, thing, patience).await {
            left.push(format!("{} {}: {why}", thing.kind.word(), thing.id));
        }
    }
    let mut searched = Vec::new();
    for collection in inventory::collections(stage) {
        // On the idle server backups stay pending, so they remain.
        if collection.server == Server::Idle || stage.admits(collection.kind.create()).is_err() {
            continue;
        }
        if let Ok(found) = find_left(stage, &collection).await {
            searched.push(collection);
            for thing in found {
                if let Err(why) = remove(stage, &thing, patience).await {
                    left.push(format!("{} {}: {why}", thing.kind.word(), thing.id));
                }
            }
        }
    }
    left.extend(unclaimed(stage));
    left.extend(lost(stage, &searched));
    left
}

/// Resources in responses to creates that may not belong to this run.
fn unclaimed(stage: &Stage) -> Vec<String> {
    let unclaimed = stage.model.ownership.unclaimed.iter();
    let unclaimed = unclaimed.filter(|(_, id, _)| stage.model.things.iter().all(|thing| thing.id != *id));
    unclaimed
        .map(|(kind, id, why)| format!("possibly {} {id}: {why}", kind.word()))
        .collect()
}

/// Resources that creates with a lost response may have created; a name that was searched for doesn't exist.
fn lost(stage: &Stage, searched: &[Collection]) -> Vec<String> {
    let collections = inventory::collections(stage);
    let mut lines = Vec::new();
    for requested in &stage.model.ownership.lost {
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
            collection.kind.word(),
            collection.app
        );
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

/// Deletes one resource; waits if it can't be deleted yet.
pub(super) async fn remove(stage: &mut Stage, thing: &Thing, patience: Patience) -> Result<(), String> {
    if thing.server == Server::Idle && thing.kind == Kind::Backup {
        return Err("it stays pending on the server that runs no jobs".to_owned());
    }
    let call = removal(stage, thing).map_err(|_| "the permitted operations can't delete it".to_owned())?;
    loop {
        match stage.send(&call).await {
            Ok(answer) if matches!(answer.status, 204 | 404) => {
                stage.model.remove(thing.server, &thing.id);
                return Ok(());
            }
            Ok(answer) if answer.status == 409 && patience.lasts().await => {}
            Ok(answer) => return Err(format!("the delete returned {}", answer.status)),
            Err(Stop::LeftOut(why)) => return Err(why),
            Err(Stop::Noted) => return Err("the delete got no response".to_owned()),
        }
    }
}

fn removal(stage: &Stage, thing: &Thing) -> Result<Call, Stop> {
    let operation = stage.admitted(thing.kind.deletes())?;
    let operation = operation.first().ok_or(Stop::Noted)?;
    Ok(stage
        .call_for(operation, thing.kind, &thing.id)
        .on(thing.server)
        .with(thing.owner)
        .path("account_id", &thing.account)
        .path("app_id", &thing.app))
}

/// Finds resources with a name of this run. A resource with such a name was created although the response to
/// its create didn't show it.
async fn find_left(stage: &mut Stage, collection: &Collection) -> Result<Vec<Thing>, Stop> {
    let prefix = stage.name_prefix();
    let answer = stage.send_for(&inventory::list(stage, collection)?, 200).await?;
    let has_prefix = |item: &&Value| {
        let name = item.get("name").and_then(Value::as_str);
        name.is_some_and(|name| name.starts_with(&prefix))
    };
    let left: Vec<Value> = answer.items().iter().filter(has_prefix).cloned().collect();
    let adopted = left.iter().filter_map(|item| stage.model.adopt(collection, item));
    let adopted = adopted.collect();
    if stage.limits.ended().is_none() {
        stage.expect(&answer, left.is_empty(), || {
            let names: Vec<&str> = left.iter().filter_map(|item| item["name"].as_str()).collect();
            format!("there still is {}", names.join(", "))
        });
    }
    Ok(adopted)
}
