//! Checks of deletes: no operation returns a deleted resource.

use serde_json::{Value, json};

use super::completion::ABSENT;
use super::context::{Context, ResourceKind, Stop, id_of};
use super::resource_kind::not_found;

/// A backup that is deleted below its app is in neither path tree.
pub(super) async fn backup_below_app(ctx: &mut Context) -> Result<(), Stop> {
    let operation = ResourceKind::Backup.delete();
    ctx.require(operation)?;
    let id = ctx.fixtures.backups.named.take().id("a completed backup")?;
    ctx.send_for(&ctx.call_for(operation, &id), 204).await?;
    expect_deleted(ctx, ResourceKind::Backup, &id).await
}

/// A backup that is deleted across the account is in neither path tree. Existing clients send a body with the
/// request.
pub(super) async fn backup_across_account(ctx: &mut Context) -> Result<(), Stop> {
    ctx.require("app_backup_delete")?;
    let unnamed = ctx.fixtures.backups.unnamed.take();
    let id = unnamed.id("a second completed backup")?;
    let body = json!({"type": ResourceKind::Backup.body_type(), "version": "1.1"});
    let call = ctx.call_for("app_backup_delete", &id).json(body);
    ctx.send_for(&call, 204).await?;
    expect_deleted(ctx, ResourceKind::Backup, &id).await
}

/// A deleted snapshot is not listed, and its fetch returns 404.
pub(super) async fn snapshot(ctx: &mut Context) -> Result<(), Stop> {
    let operation = ResourceKind::Snapshot.delete();
    ctx.require(operation)?;
    let unnamed = ctx.fixtures.snapshots.unnamed.take();
    let id = unnamed.id("a second completed snapshot")?;
    ctx.send_for(&ctx.call_for(operation, &id), 204).await?;
    expect_deleted(ctx, ResourceKind::Snapshot, &id).await
}

/// A snapshot can be deleted although a backup was created from it, and the backup isn't affected.
pub(super) async fn snapshot_of_backup(ctx: &mut Context) -> Result<(), Stop> {
    let operation = ResourceKind::Snapshot.delete();
    ctx.require(operation)?;
    ctx.require("app_backup_fetch")?;
    let backup = &ctx.fixtures.backup_of_snapshot;
    let backup = backup.id("a completed backup of a snapshot")?;
    let id = ctx.fixtures.snapshots.named.take().id("a completed snapshot")?;
    ctx.send_for(&ctx.call_for(operation, &id), 204).await?;
    let response = ctx.fetch("app_backup_fetch", &backup).await?;
    let now = response.text("/state").unwrap_or(ABSENT).to_owned();
    ctx.expect(&response, now == "completed", || {
        format!("its backup became `{now}`")
    });
    Ok(())
}

/// Checks that fetches and deletes of the resource return 404, and that lists don't contain it.
pub(super) async fn expect_deleted(ctx: &mut Context, kind: ResourceKind, id: &str) -> Result<(), Stop> {
    for operation in kind.fetches().iter().chain(kind.deletes()) {
        if !ctx.is_excluded(operation) {
            let response = ctx.send_for(&ctx.call_for(operation, id), 404).await?;
            ctx.expect_problem(&response, &[not_found(operation)]);
        }
    }
    for operation in kind.lists() {
        if !ctx.is_excluded(operation) {
            is_not_listed(ctx, operation, id).await?;
        }
    }
    Ok(())
}

async fn is_not_listed(ctx: &mut Context, operation: &str, id: &str) -> Result<(), Stop> {
    let response = ctx.list(operation).await?;
    let shown = response.items().iter().any(|item| id_of(item) == id);
    ctx.expect(&response, !shown, || format!("{id} is still in the list"));
    let rows = ctx.call(operation).query("include", "name,id");
    let response = ctx.send_for(&rows, 200).await?;
    let has_id = |row: &Value| row.get(1).and_then(Value::as_str) == Some(id);
    let shown = response.items().iter().any(has_id);
    ctx.expect(&response, !shown, || {
        format!("{id} is still in the list with `include`")
    });
    Ok(())
}
