//! Checks of pending resources: they can't be cancelled.

use serde_json::json;

use super::progress::{until_completed, until_not_pending};
use super::stage::{Kind, Stage, Stop, id_of};

/// Number of backups created to catch one that is still pending, on a server that runs jobs.
const ATTEMPTS: u32 = 3;

/// Deleting a pending backup is rejected.
///
/// On the idle server the backup is always pending. On other servers, even an immediate delete may come too
/// late; then the check proves nothing.
pub(super) async fn cannot_be_deleted(stage: &mut Stage, operation: &str) -> Result<(), Stop> {
    stage.admits(operation)?;
    stage.admits_making(Kind::Backup)?;
    if stage.target.idle.is_some() {
        return on_the_idle_server(stage, operation).await;
    }
    for _ in 0..ATTEMPTS {
        let body = stage.sound_body(Kind::Backup);
        let made = stage
            .send_for(&stage.call(Kind::Backup.create()).json(body), 201)
            .await?;
        let id = stage.id_in(&made)?;
        let answer = stage.send(&stage.call_for(operation, Kind::Backup, &id)).await?;
        if answer.status == 204 {
            continue;
        }
        stage.expect_status(&answer, 409)?;
        stage.expect_problem(&answer, &[128]);
        until_not_pending(stage, Kind::Backup, &id).await?;
        stage
            .send_for(&stage.call_for(operation, Kind::Backup, &id), 204)
            .await?;
        return Ok(());
    }
    Err(Stop::LeftOut(
        "requires a server that runs no jobs: no backup stayed pending for long enough".to_owned(),
    ))
}

async fn on_the_idle_server(stage: &mut Stage, operation: &str) -> Result<(), Stop> {
    let body = stage.sound_body(Kind::Backup);
    let call = stage.idle_call(Kind::Backup.create())?.json(body);
    let made = stage.send_for(&call, 201).await?;
    let id = stage.id_in(&made)?;
    let now = made.text("/state").unwrap_or_default().to_owned();
    stage.expect(&made, now == "pending", || {
        format!("without workers its first state is `{now}`")
    });
    let call = stage.idle_call(operation)?.path("appBackup_id", &id);
    let answer = stage.send_for(&call, 409).await?;
    stage.expect_problem(&answer, &[128]);
    let call = stage.idle_call("app_backup_fetch")?.path("appBackup_id", &id);
    let still = stage.send_for(&call, 200).await?;
    let now = still.text("/state").unwrap_or_default().to_owned();
    stage.expect(&still, now == "pending", || {
        format!("after the rejection it is `{now}`")
    });
    Ok(())
}

/// Deleting a snapshot that a backup in progress reads is rejected.
///
/// A backup that is finished before the delete proves nothing.
pub(super) async fn snapshot_in_use(stage: &mut Stage) -> Result<(), Stop> {
    stage.admits_making(Kind::Snap)?;
    stage.admits_making(Kind::Backup)?;
    for _ in 0..ATTEMPTS {
        let body = stage.sound_body(Kind::Snap);
        let made = stage
            .send_for(&stage.call(Kind::Snap.create()).json(body), 201)
            .await?;
        let snap = stage.id_in(&made)?;
        until_completed(stage, Kind::Snap, &snap).await?;
        let mut body = stage.sound_body(Kind::Backup);
        body["snapshotID"] = json!(snap);
        let made = stage
            .send_for(&stage.call(Kind::Backup.create()).json(body), 201)
            .await?;
        let answer = stage
            .send(&stage.call_for(Kind::Snap.delete(), Kind::Snap, &snap))
            .await?;
        let backup = until_completed(stage, Kind::Backup, &id_of(&made.body)).await?;
        if answer.status == 204 {
            continue;
        }
        stage.expect_status(&answer, 409)?;
        stage.expect_problem(&answer, &[144]);
        super::races::remove(stage, Kind::Backup, &[id_of(&backup)]).await?;
        return super::races::remove(stage, Kind::Snap, &[snap]).await;
    }
    Err(Stop::LeftOut(
        "no backup read its snapshot for long enough".to_owned(),
    ))
}
