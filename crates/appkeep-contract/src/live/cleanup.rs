//! Removing what the suite made, whatever became of the checks.

use super::call::{Call, Server};
use super::model::Thing;
use super::patience::Patience;
use super::stage::{Kind, Stage, Stop};

/// Deletes everything that is still there, newest first; returns what couldn't be deleted.
pub(super) async fn remove_everything(stage: &mut Stage) -> Vec<String> {
    let patience = Patience::of(&stage.options);
    let mut things: Vec<Thing> = stage.model.alive().cloned().collect();
    things.reverse();
    let mut left = Vec::new();
    for thing in &things {
        if let Err(why) = remove(stage, thing, patience).await {
            left.push(format!("{} {}: {why}", thing.kind.word(), thing.id));
        }
    }
    for kind in [Kind::Backup, Kind::Snap] {
        // Whoever finds something here has found a create that didn't say that it made something.
        let _ = nothing_is_left(stage, kind).await;
    }
    left
}

/// Deletes one thing; waits for its turn when it can't be deleted yet.
pub(super) async fn remove(stage: &mut Stage, thing: &Thing, patience: Patience) -> Result<(), String> {
    if thing.server == Server::Idle && thing.kind == Kind::Backup {
        return Err("it stays pending on the server that runs no jobs".to_owned());
    }
    let call = removal(stage, thing).map_err(|_| "it can't be deleted with what may be asked".to_owned())?;
    loop {
        match stage.send(&call).await {
            Ok(answer) if matches!(answer.status, 204 | 404) => {
                stage.model.remove(thing.server, &thing.id);
                return Ok(());
            }
            Ok(answer) if answer.status == 409 && patience.lasts().await => {}
            Ok(answer) => return Err(format!("the delete was answered with {}", answer.status)),
            Err(_) => return Err("the delete got no answer".to_owned()),
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

/// No resource has a name of this run any more.
async fn nothing_is_left(stage: &mut Stage, kind: Kind) -> Result<(), Stop> {
    let prefix = stage.name_prefix();
    let lists = stage.admitted(kind.lists())?;
    let Some(list) = lists.first() else { return Ok(()) };
    let answer = stage.send_for(&stage.call(list), 200).await?;
    let left = answer
        .items()
        .iter()
        .filter_map(|item| item.get("name")?.as_str());
    let left: Vec<&str> = left.filter(|name| name.starts_with(&prefix)).collect();
    stage.expect(&answer, left.is_empty(), || {
        format!("there still is {}", left.join(", "))
    });
    Ok(())
}
