//! Checks of deletes: a deleted resource is gone from all operations.

use super::context::{CheckContext, ResourceKind, Stop, id_of, require_fixture};
use super::resource_kind::not_found;

/// A backup deleted below its app is gone from both path trees.
pub(super) async fn backup_below_app(ctx: &mut CheckContext) -> Result<(), Stop> {
    ctx.require("app_backup_delete_for_app")?;
    let id = id_of(require_fixture(
        ctx.fixtures.backup.take().as_ref(),
        "a completed backup",
    )?);
    let call = ctx.call_for("app_backup_delete_for_app", ResourceKind::Backup, &id);
    ctx.send_for(&call, 204).await?;
    backup_is_gone(ctx, &id).await
}

/// A backup deleted across the account is gone from both path trees; existing clients send a body with the
/// request.
pub(super) async fn backup_across_account(ctx: &mut CheckContext) -> Result<(), Stop> {
    ctx.require("app_backup_delete")?;
    let id = id_of(require_fixture(
        ctx.fixtures.unnamed_backup.take().as_ref(),
        "a second completed backup",
    )?);
    let call = ctx.call_for("app_backup_delete", ResourceKind::Backup, &id);
    let body = serde_json::json!({"type": super::context::BACKUP_TYPE, "version": "1.1"});
    ctx.send_for(&call.json(body), 204).await?;
    backup_is_gone(ctx, &id).await
}

async fn backup_is_gone(ctx: &mut CheckContext, id: &str) -> Result<(), Stop> {
    is_gone(ctx, ResourceKind::Backup, id).await
}

/// No operation that could show the resource finds it.
pub(super) async fn is_gone(ctx: &mut CheckContext, kind: ResourceKind, id: &str) -> Result<(), Stop> {
    for operation in kind.fetches().iter().chain(kind.deletes()) {
        if ctx.is_excluded(operation) {
            continue;
        }
        let response = ctx.send_for(&ctx.call_for(operation, kind, id), 404).await?;
        ctx.expect_problem(&response, &[not_found(operation)]);
    }
    for operation in kind.lists() {
        if ctx.is_excluded(operation) {
            continue;
        }
        is_not_listed(ctx, operation, id).await?;
    }
    Ok(())
}

/// A deleted snapshot is gone from list and fetch.
pub(super) async fn snapshot(ctx: &mut CheckContext) -> Result<(), Stop> {
    ctx.require(ResourceKind::Snapshot.delete())?;
    let id = id_of(require_fixture(
        ctx.fixtures.unnamed_snapshot.take().as_ref(),
        "a second completed snapshot",
    )?);
    let call = ctx.call_for(ResourceKind::Snapshot.delete(), ResourceKind::Snapshot, &id);
    ctx.send_for(&call, 204).await?;
    is_gone(ctx, ResourceKind::Snapshot, &id).await
}

/// A snapshot can be deleted although a backup was created from it, and the backup isn't affected.
pub(super) async fn snapshot_of_backup(ctx: &mut CheckContext) -> Result<(), Stop> {
    ctx.require(ResourceKind::Snapshot.delete())?;
    ctx.require("app_backup_fetch")?;
    let backup = require_fixture(
        ctx.fixtures.backup_of_snapshot.as_ref(),
        "a completed backup of a snapshot",
    )?;
    let backup = id_of(backup);
    let id = id_of(require_fixture(
        ctx.fixtures.snapshot.take().as_ref(),
        "a completed snapshot",
    )?);
    let call = ctx.call_for(ResourceKind::Snapshot.delete(), ResourceKind::Snapshot, &id);
    ctx.send_for(&call, 204).await?;
    let response = ctx
        .send_for(
            &ctx.call_for("app_backup_fetch", ResourceKind::Backup, &backup),
            200,
        )
        .await?;
    let now = response.text("/state").unwrap_or_default().to_owned();
    ctx.expect(&response, now == "completed", || {
        format!("its backup became `{now}`")
    });
    Ok(())
}

async fn is_not_listed(ctx: &mut CheckContext, operation: &str, id: &str) -> Result<(), Stop> {
    let response = ctx.send_for(&ctx.call(operation), 200).await?;
    let shown = response.items().iter().any(|item| id_of(item) == id);
    ctx.expect(&response, !shown, || format!("{id} is still in the list"));
    let rows = ctx.call(operation).query("include", "name,id");
    let response = ctx.send_for(&rows, 200).await?;
    let shown = response
        .items()
        .iter()
        .any(|row| row.get(1).and_then(serde_json::Value::as_str) == Some(id));
    ctx.expect(&response, !shown, || format!("{id} is still in the rows"));
    Ok(())
}
