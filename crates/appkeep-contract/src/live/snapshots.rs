//! Checks of snapshots: creating, waiting for completion, listing.

use serde_json::json;

use super::backups::{difference, leads_to_it, newest_version, some_labels};
use super::progress::until_completed;
use super::stage::{Kind, SNAP_TYPE, Stage, Stop, id_of, needed};

/// A named snapshot with a label: the response repeats the request.
pub(super) async fn create(stage: &mut Stage) -> Result<(), Stop> {
    stage.admits_making(Kind::Snap)?;
    let mut body = stage.sound_body(Kind::Snap);
    body["metadata"] = json!({"labels": some_labels()});
    let call = stage.call(Kind::Snap.create()).json(body);
    let answer = stage.send_for(&call, 201).await?;
    let id = stage.id_in(&answer)?;
    newest_version(stage, &answer);
    leads_to_it(stage, &answer, &id).await?;
    stage.world.snap = Some(answer.body);
    Ok(())
}

/// The snapshot becomes completed, and then stays the same.
pub(super) async fn complete(stage: &mut Stage) -> Result<(), Stop> {
    let id = id_of(needed(stage.world.snap.take().as_ref(), "a snapshot")?);
    let resource = until_completed(stage, Kind::Snap, &id).await?;
    let answer = stage
        .send_for(&stage.call_for(Kind::Snap.fetch(), Kind::Snap, &id), 200)
        .await?;
    stage.expect(&answer, answer.body == resource, || {
        difference("the completed snapshot", &resource, "this one", &answer.body)
    });
    stage.world.snap = Some(resource);
    Ok(())
}

/// A snapshot without a name is given one; requested in the resource's own media type.
pub(super) async fn create_unnamed(stage: &mut Stage) -> Result<(), Stop> {
    stage.admits_making(Kind::Snap)?;
    let vendor = Kind::Snap.vendor_type();
    let body = json!({"type": SNAP_TYPE, "version": "1.0"});
    let call = stage
        .call(Kind::Snap.create())
        .content_type(&vendor)
        .accept(&vendor)
        .json(body);
    let answer = stage.send_for(&call, 201).await?;
    let id = stage.id_in(&answer)?;
    super::negotiation::expect_media_type(stage, &answer, &vendor);
    newest_version(stage, &answer);
    leads_to_it(stage, &answer, &id).await?;
    stage.expect(
        &answer,
        answer.text("/name").is_some_and(|name| !name.is_empty()),
        || "no name was generated".to_owned(),
    );
    stage.world.unnamed_snap = Some(until_completed(stage, Kind::Snap, &id).await?);
    Ok(())
}

/// A second snapshot with a name in use is rejected.
pub(super) async fn name_taken(stage: &mut Stage) -> Result<(), Stop> {
    let snap = needed(stage.world.snap.as_ref(), "a snapshot with a name")?;
    let body = json!({"type": SNAP_TYPE, "version": "1.2", "name": snap["name"]});
    let call = stage.call(Kind::Snap.create()).json(body);
    let answer = stage.send_for(&call, 409).await?;
    stage.expect_problem(&answer, &[10]);
    Ok(())
}
