//! Checks of pending resources: they can't be cancelled.

use serde_json::json;

use super::completion::{ABSENT, until_completed, until_not_pending};
use super::context::{Context, IDLE_SERVER, ResourceKind, Stop, id_of};

/// Number of backups created to catch one that is still pending, on a server that runs jobs.
const ATTEMPTS: u32 = 3;

/// Deleting a pending backup is rejected.
///
/// On the idle server the backup is always pending. On other servers, even an immediate delete may come too
/// late; then the check proves nothing.
pub(super) async fn cannot_be_deleted(ctx: &mut Context, operation: &str) -> Result<(), Stop> {
    ctx.require(operation)?;
    ctx.require_create(ResourceKind::Backup)?;
    if ctx.target.idle.is_some() {
        return on_the_idle_server(ctx, operation).await;
    }
    for _ in 0..ATTEMPTS {
        let (id, _) = ctx.create(ctx.call(ResourceKind::Backup.create())).await?;
        let call = ctx.call_for(operation, &id);
        let response = ctx.send(&call).await?;
        if response.status == 204 {
            continue;
        }
        ctx.expect_status(&response, 409)?;
        ctx.expect_problem(&response, &[128]);
        until_not_pending(ctx, ResourceKind::Backup, &id).await?;
        ctx.send_for(&call, 204).await?;
        return Ok(());
    }
    Err(Stop::Skipped(format!(
        "requires {IDLE_SERVER}: no backup stayed pending for long enough"
    )))
}

async fn on_the_idle_server(ctx: &mut Context, operation: &str) -> Result<(), Stop> {
    let call = ctx.idle_call(ResourceKind::Backup.create())?;
    let (id, created) = ctx.create(call).await?;
    let now = created.text("/state").unwrap_or(ABSENT).to_owned();
    ctx.expect(&created, now == "pending", || {
        format!("without workers its first state is `{now}`")
    });
    let call = ctx.idle_call(operation)?.path("appBackup_id", &id);
    let response = ctx.send_for(&call, 409).await?;
    ctx.expect_problem(&response, &[128]);
    let call = ctx.idle_call("app_backup_fetch")?.path("appBackup_id", &id);
    let still = ctx.send_for(&call, 200).await?;
    let now = still.text("/state").unwrap_or(ABSENT).to_owned();
    ctx.expect(&still, now == "pending", || {
        format!("after the rejection it is `{now}`")
    });
    Ok(())
}

/// Deleting a snapshot that a backup in progress reads is rejected.
///
/// A backup that is finished before the delete proves nothing.
pub(super) async fn snapshot_in_use(ctx: &mut Context) -> Result<(), Stop> {
    ctx.require_create(ResourceKind::Snapshot)?;
    ctx.require_create(ResourceKind::Backup)?;
    for _ in 0..ATTEMPTS {
        let (snapshot, _) = ctx.create(ctx.call(ResourceKind::Snapshot.create())).await?;
        until_completed(ctx, ResourceKind::Snapshot, &snapshot).await?;
        let mut body = ctx.valid_body(ResourceKind::Backup);
        body["snapshotID"] = json!(snapshot);
        let call = ctx.call(ResourceKind::Backup.create()).json(body);
        let created = ctx.send_for(&call, 201).await?;
        let call = ctx.call_for(ResourceKind::Snapshot.delete(), &snapshot);
        let response = ctx.send(&call).await?;
        let backup = until_completed(ctx, ResourceKind::Backup, &id_of(&created.body)).await?;
        if response.status == 204 {
            continue;
        }
        ctx.expect_status(&response, 409)?;
        ctx.expect_problem(&response, &[144]);
        super::races::delete_all(ctx, ResourceKind::Backup, &[id_of(&backup)]).await?;
        return super::races::delete_all(ctx, ResourceKind::Snapshot, &[snapshot]).await;
    }
    Err(Stop::Skipped(
        "no backup read its snapshot for long enough".to_owned(),
    ))
}

/// A backup isn't created from a snapshot that isn't completed.
///
/// The state before the request isn't known. States only move forward, so a snapshot that is still in progress after the
/// backup was accepted was in progress before, too.
pub(super) async fn incomplete_source(ctx: &mut Context) -> Result<(), Stop> {
    ctx.require_create(ResourceKind::Snapshot)?;
    ctx.require_create(ResourceKind::Backup)?;
    let (snapshot, _) = ctx.create(ctx.call(ResourceKind::Snapshot.create())).await?;
    let mut body = ctx.valid_body(ResourceKind::Backup);
    body["snapshotID"] = json!(snapshot);
    let call = ctx.call(ResourceKind::Backup.create()).json(body);
    let response = ctx.send(&call).await?;
    if response.status != 201 {
        ctx.expect_status(&response, 409)?;
        ctx.expect_problem(&response, &[111]);
        return super::races::delete_all(ctx, ResourceKind::Snapshot, &[snapshot]).await;
    }
    let after = ctx.fetch(ResourceKind::Snapshot.fetch(), &snapshot).await?;
    let state = after.text("/state").unwrap_or(ABSENT).to_owned();
    let is_in_progress = matches!(state.as_str(), "pending" | "discovering" | "running");
    ctx.expect(&response, !is_in_progress, || {
        format!("the backup is created, and afterwards its snapshot is still `{state}`")
    });
    let backup = until_completed(ctx, ResourceKind::Backup, &id_of(&response.body)).await?;
    super::races::delete_all(ctx, ResourceKind::Backup, &[id_of(&backup)]).await?;
    super::races::delete_all(ctx, ResourceKind::Snapshot, &[snapshot]).await
}

/// A backup that has begun can be deleted: it is cancelled first.
pub(super) async fn running_is_cancelled(ctx: &mut Context) -> Result<(), Stop> {
    ctx.require_create(ResourceKind::Backup)?;
    let operation = *ctx
        .permitted(ResourceKind::Backup.deletes())?
        .first()
        .ok_or(Stop::Recorded)?;
    let (id, _) = ctx.create(ctx.call(ResourceKind::Backup.create())).await?;
    if !until_not_pending(ctx, ResourceKind::Backup, &id).await? {
        return Err(Stop::Skipped("the backup stayed pending".to_owned()));
    }
    // It may be completed by now, which makes no difference.
    ctx.send_for(&ctx.call_for(operation, &id), 204).await?;
    super::deletes::expect_deleted(ctx, ResourceKind::Backup, &id).await
}
