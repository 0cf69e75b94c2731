//! Checks of pending resources: they can't be cancelled.

use serde_json::json;

use super::completion::{until_completed, until_not_pending};
use super::context::{Context, ResourceKind, Stop, id_of};

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
    Err(Stop::Skipped(
        "requires a server that runs no jobs: no backup stayed pending for long enough".to_owned(),
    ))
}

async fn on_the_idle_server(ctx: &mut Context, operation: &str) -> Result<(), Stop> {
    let call = ctx.idle_call(ResourceKind::Backup.create())?;
    let (id, created) = ctx.create(call).await?;
    let now = created.text("/state").unwrap_or_default().to_owned();
    ctx.expect(&created, now == "pending", || {
        format!("without workers its first state is `{now}`")
    });
    let call = ctx.idle_call(operation)?.path("appBackup_id", &id);
    let response = ctx.send_for(&call, 409).await?;
    ctx.expect_problem(&response, &[128]);
    let call = ctx.idle_call("app_backup_fetch")?.path("appBackup_id", &id);
    let still = ctx.send_for(&call, 200).await?;
    let now = still.text("/state").unwrap_or_default().to_owned();
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
