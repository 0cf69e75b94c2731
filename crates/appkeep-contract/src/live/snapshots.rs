//! Checks of snapshots: creating, waiting for completion, listing.

use serde_json::json;

use super::backups::{difference, leads_to_it, newest_version, some_labels};
use super::context::{CheckContext, Kind, SNAP_TYPE, Stop, id_of, require_fixture};
use super::progress::until_completed;

/// A named snapshot with a label: the response repeats the request.
pub(super) async fn create(ctx: &mut CheckContext) -> Result<(), Stop> {
    ctx.require_create(Kind::Snap)?;
    let mut body = ctx.valid_body(Kind::Snap);
    body["metadata"] = json!({"labels": some_labels()});
    let call = ctx.call(Kind::Snap.create()).json(body);
    let answer = ctx.send_for(&call, 201).await?;
    let id = ctx.created_id(&answer)?;
    newest_version(ctx, &answer);
    leads_to_it(ctx, &answer, &id).await?;
    ctx.fixtures.snap = Some(answer.body);
    Ok(())
}

/// The snapshot becomes completed, and then stays the same.
pub(super) async fn complete(ctx: &mut CheckContext) -> Result<(), Stop> {
    let id = id_of(require_fixture(ctx.fixtures.snap.take().as_ref(), "a snapshot")?);
    let resource = until_completed(ctx, Kind::Snap, &id).await?;
    let answer = ctx
        .send_for(&ctx.call_for(Kind::Snap.fetch(), Kind::Snap, &id), 200)
        .await?;
    ctx.expect(&answer, answer.body == resource, || {
        difference("the completed snapshot", &resource, "this one", &answer.body)
    });
    ctx.fixtures.snap = Some(resource);
    Ok(())
}

/// A snapshot without a name is given one; requested in the resource's own media type.
pub(super) async fn create_unnamed(ctx: &mut CheckContext) -> Result<(), Stop> {
    ctx.require_create(Kind::Snap)?;
    let vendor = Kind::Snap.vendor_type();
    let body = json!({"type": SNAP_TYPE, "version": "1.0"});
    let call = ctx
        .call(Kind::Snap.create())
        .content_type(&vendor)
        .accept(&vendor)
        .json(body);
    let answer = ctx.send_for(&call, 201).await?;
    let id = ctx.created_id(&answer)?;
    super::negotiation::expect_media_type(ctx, &answer, &vendor);
    newest_version(ctx, &answer);
    leads_to_it(ctx, &answer, &id).await?;
    ctx.expect(
        &answer,
        answer.text("/name").is_some_and(|name| !name.is_empty()),
        || "no name was generated".to_owned(),
    );
    ctx.fixtures.unnamed_snap = Some(until_completed(ctx, Kind::Snap, &id).await?);
    Ok(())
}

/// A second snapshot with a name in use is rejected.
pub(super) async fn name_taken(ctx: &mut CheckContext) -> Result<(), Stop> {
    let snap = require_fixture(ctx.fixtures.snap.as_ref(), "a snapshot with a name")?;
    let body = json!({"type": SNAP_TYPE, "version": "1.2", "name": snap["name"]});
    let call = ctx.call(Kind::Snap.create()).json(body);
    let answer = ctx.send_for(&call, 409).await?;
    ctx.expect_problem(&answer, &[10]);
    Ok(())
}
