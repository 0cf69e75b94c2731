//! Checks that backups and snapshots of unreadable data fail. The model checks that failed resources have a reason.

use super::completion::until;
use super::context::{Context, FAILING_APP, ResourceKind, Stop};

/// A backup or snapshot of an app with unreadable data becomes failed, and can be deleted.
pub(super) async fn fails(ctx: &mut Context, kind: ResourceKind) -> Result<(), Stop> {
    let app = ctx.target.failing_app;
    let app = app.ok_or_else(|| Stop::Skipped(format!("requires {FAILING_APP}")))?;
    let app = app.to_string();
    ctx.require_create(kind)?;
    let (id, _) = ctx.create(ctx.call(kind.create()).path("app_id", &app)).await?;
    until(ctx, kind, &id, &app, "failed").await?;
    for operation in ctx.permitted(kind.deletes())?.into_iter().take(1) {
        let call = ctx.call_for(operation, &id).path("app_id", &app);
        ctx.send_for(&call, 204).await?;
    }
    for operation in ctx.permitted(kind.fetches())? {
        let call = ctx.call_for(operation, &id).path("app_id", &app);
        ctx.send_for(&call, 404).await?;
    }
    Ok(())
}
