//! Checks of snapshots: creating, waiting for completion, listing.

use serde_json::json;

use super::backups::{difference, expect_location, expect_newest_version, unsorted_labels};
use super::completion::until_completed;
use super::context::{CheckContext, ResourceKind, SNAPSHOT_TYPE, Stop, id_of, require_fixture};

/// A named snapshot with a label: the response repeats the request.
pub(super) async fn create(ctx: &mut CheckContext) -> Result<(), Stop> {
    ctx.require_create(ResourceKind::Snapshot)?;
    let mut body = ctx.valid_body(ResourceKind::Snapshot);
    body["metadata"] = json!({"labels": unsorted_labels()});
    let call = ctx.call(ResourceKind::Snapshot.create()).json(body);
    let response = ctx.send_for(&call, 201).await?;
    let id = ctx.created_id(&response)?;
    expect_newest_version(ctx, &response);
    expect_location(ctx, &response, &id).await?;
    ctx.fixtures.snapshot = Some(response.body);
    Ok(())
}

/// The snapshot becomes completed, and then stays the same.
pub(super) async fn complete(ctx: &mut CheckContext) -> Result<(), Stop> {
    let id = id_of(require_fixture(
        ctx.fixtures.snapshot.take().as_ref(),
        "a snapshot",
    )?);
    let resource = until_completed(ctx, ResourceKind::Snapshot, &id).await?;
    let response = ctx
        .send_for(
            &ctx.call_for(ResourceKind::Snapshot.fetch(), ResourceKind::Snapshot, &id),
            200,
        )
        .await?;
    ctx.expect(&response, response.body == resource, || {
        difference("the completed snapshot", &resource, "this one", &response.body)
    });
    ctx.fixtures.snapshot = Some(resource);
    Ok(())
}

/// A snapshot without a name is given one; requested in the resource's own media type.
pub(super) async fn create_unnamed(ctx: &mut CheckContext) -> Result<(), Stop> {
    ctx.require_create(ResourceKind::Snapshot)?;
    let vendor = ResourceKind::Snapshot.vendor_type();
    let body = json!({"type": SNAPSHOT_TYPE, "version": "1.0"});
    let call = ctx
        .call(ResourceKind::Snapshot.create())
        .content_type(&vendor)
        .accept(&vendor)
        .json(body);
    let response = ctx.send_for(&call, 201).await?;
    let id = ctx.created_id(&response)?;
    super::negotiation::expect_media_type(ctx, &response, &vendor);
    expect_newest_version(ctx, &response);
    expect_location(ctx, &response, &id).await?;
    ctx.expect(
        &response,
        response.text("/name").is_some_and(|name| !name.is_empty()),
        || "no name was generated".to_owned(),
    );
    ctx.fixtures.unnamed_snapshot = Some(until_completed(ctx, ResourceKind::Snapshot, &id).await?);
    Ok(())
}

/// A second snapshot with a name in use is rejected.
pub(super) async fn name_taken(ctx: &mut CheckContext) -> Result<(), Stop> {
    let snapshot = require_fixture(ctx.fixtures.snapshot.as_ref(), "a snapshot with a name")?;
    let body = json!({"type": SNAPSHOT_TYPE, "version": "1.2", "name": snapshot["name"]});
    let call = ctx.call(ResourceKind::Snapshot.create()).json(body);
    let response = ctx.send_for(&call, 409).await?;
    ctx.expect_problem(&response, &[10]);
    Ok(())
}
