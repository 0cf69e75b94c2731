//! Checks of deletes: a deleted resource is gone from all operations.

use super::kind::not_found;
use super::stage::{Kind, Stage, Stop, id_of, needed};

/// A backup deleted below its app is gone from both path trees.
pub(super) async fn backup_below_app(stage: &mut Stage) -> Result<(), Stop> {
    stage.admits("app_backup_delete_for_app")?;
    let id = id_of(needed(stage.world.backup.take().as_ref(), "a completed backup")?);
    let call = stage.call_for("app_backup_delete_for_app", Kind::Backup, &id);
    stage.send_for(&call, 204).await?;
    backup_is_gone(stage, &id).await
}

/// A backup deleted across the account is gone from both path trees; existing clients send a body with the
/// request.
pub(super) async fn backup_across_account(stage: &mut Stage) -> Result<(), Stop> {
    stage.admits("app_backup_delete")?;
    let id = id_of(needed(
        stage.world.unnamed_backup.take().as_ref(),
        "a second completed backup",
    )?);
    let call = stage.call_for("app_backup_delete", Kind::Backup, &id);
    let body = serde_json::json!({"type": super::stage::BACKUP_TYPE, "version": "1.1"});
    stage.send_for(&call.json(body), 204).await?;
    backup_is_gone(stage, &id).await
}

async fn backup_is_gone(stage: &mut Stage, id: &str) -> Result<(), Stop> {
    is_gone(stage, Kind::Backup, id).await
}

/// No operation that could show the resource finds it.
pub(super) async fn is_gone(stage: &mut Stage, kind: Kind, id: &str) -> Result<(), Stop> {
    for operation in kind.fetches().iter().chain(kind.deletes()) {
        if stage.is_left_out(operation) {
            continue;
        }
        let answer = stage.send_for(&stage.call_for(operation, kind, id), 404).await?;
        stage.expect_problem(&answer, &[not_found(operation)]);
    }
    for operation in kind.lists() {
        if stage.is_left_out(operation) {
            continue;
        }
        is_not_listed(stage, operation, id).await?;
    }
    Ok(())
}

/// A deleted snapshot is gone from list and fetch.
pub(super) async fn snap(stage: &mut Stage) -> Result<(), Stop> {
    stage.admits(Kind::Snap.delete())?;
    let id = id_of(needed(
        stage.world.unnamed_snap.take().as_ref(),
        "a second completed snapshot",
    )?);
    let call = stage.call_for(Kind::Snap.delete(), Kind::Snap, &id);
    stage.send_for(&call, 204).await?;
    is_gone(stage, Kind::Snap, &id).await
}

/// A snapshot can be deleted although a backup was created from it, and the backup isn't affected.
pub(super) async fn snap_of_a_backup(stage: &mut Stage) -> Result<(), Stop> {
    stage.admits(Kind::Snap.delete())?;
    stage.admits("app_backup_fetch")?;
    let backup = needed(
        stage.world.backup_of_snap.as_ref(),
        "a completed backup of a snapshot",
    )?;
    let backup = id_of(backup);
    let id = id_of(needed(stage.world.snap.take().as_ref(), "a completed snapshot")?);
    let call = stage.call_for(Kind::Snap.delete(), Kind::Snap, &id);
    stage.send_for(&call, 204).await?;
    let answer = stage
        .send_for(&stage.call_for("app_backup_fetch", Kind::Backup, &backup), 200)
        .await?;
    let now = answer.text("/state").unwrap_or_default().to_owned();
    stage.expect(&answer, now == "completed", || {
        format!("its backup became `{now}`")
    });
    Ok(())
}

async fn is_not_listed(stage: &mut Stage, operation: &str, id: &str) -> Result<(), Stop> {
    let answer = stage.send_for(&stage.call(operation), 200).await?;
    let shown = answer.items().iter().any(|item| id_of(item) == id);
    stage.expect(&answer, !shown, || format!("{id} is still in the list"));
    let rows = stage.call(operation).query("include", "name,id");
    let answer = stage.send_for(&rows, 200).await?;
    let shown = answer
        .items()
        .iter()
        .any(|row| row.get(1).and_then(serde_json::Value::as_str) == Some(id));
    stage.expect(&answer, !shown, || format!("{id} is still in the rows"));
    Ok(())
}
