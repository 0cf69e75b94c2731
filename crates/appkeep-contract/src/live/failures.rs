//! Checks with unreadable data: backups and snapshots of it fail, and are never completed.
//!
//! The model has the rule that failed resources state a reason.

use super::completion::until_failed;
use super::context::{CheckContext, ResourceKind, Stop};

/// A backup or snapshot of an app with unreadable data becomes failed, and can be deleted.
pub(super) async fn fails(ctx: &mut CheckContext, kind: ResourceKind) -> Result<(), Stop> {
    let app = ctx.target.failing_app;
    let app = app.ok_or_else(|| Stop::Skipped("requires an app with unreadable data".to_owned()))?;
    let app = app.to_string();
    ctx.require_create(kind)?;
    let body = ctx.valid_body(kind);
    let call = ctx.call(kind.create()).path("app_id", &app).json(body);
    let created = ctx.send_for(&call, 201).await?;
    let id = ctx.created_id(&created)?;
    until_failed(ctx, kind, &id, &app).await?;
    for operation in ctx.permitted(kind.deletes())?.into_iter().take(1) {
        let call = ctx.call_for(operation, kind, &id).path("app_id", &app);
        ctx.send_for(&call, 204).await?;
    }
    for operation in ctx.permitted(kind.fetches())? {
        let call = ctx.call_for(operation, kind, &id).path("app_id", &app);
        ctx.send_for(&call, 404).await?;
    }
    Ok(())
}
