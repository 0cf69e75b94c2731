//! Stories of two accounts: what one makes the other can't see, use or remove.

use serde_json::json;

use super::call::{Call, Credential};
use super::stage::{BACKUP_TYPE, Kind, Stage, Stop, id_of, needed};

/// What another account has isn't found under one's own URLs.
pub(super) async fn others_are_not_found(stage: &mut Stage) -> Result<(), Stop> {
    let foreign = foreign_call(stage, Kind::Backup.create())?;
    let body = stage.sound_body(Kind::Backup);
    let made = stage.send_for(&foreign.json(body), 201).await?;
    let id = stage.id_in(&made)?;
    for (operation, number) in [
        ("app_backup_fetch", 2),
        ("app_backup_fetch_for_app", 2),
        ("app_backup_delete", 1),
        ("app_backup_delete_for_app", 1),
    ] {
        let answer = stage
            .send_for(&stage.call_for(operation, Kind::Backup, &id), 404)
            .await?;
        stage.expect_problem(&answer, &[number]);
    }
    for operation in ["app_backup_list_all", "app_backup_list_for_app"] {
        let answer = stage.send_for(&stage.call(operation), 200).await?;
        let shown = answer.items().iter().any(|item| id_of(item) == id);
        stage.expect(&answer, !shown, || {
            format!("the list shows {id} of another account")
        });
    }
    let still = foreign_call(stage, Kind::Backup.fetch())?.path("appBackup_id", &id);
    stage.send_for(&still, 200).await?;
    Ok(())
}

/// Another account's token can't reach one's own backup, neither here nor through its own URLs.
pub(super) async fn own_are_safe(stage: &mut Stage) -> Result<(), Stop> {
    let id = id_of(needed(stage.world.backup.as_ref(), "a completed backup")?);
    for operation in [
        "app_backup_fetch",
        "app_backup_fetch_for_app",
        "app_backup_delete",
        "app_backup_delete_for_app",
    ] {
        let here = stage
            .call_for(operation, Kind::Backup, &id)
            .with(Credential::Foreign);
        foreign_call(stage, operation)?;
        let answer = stage.send_for(&here, 403).await?;
        stage.expect_problem(&answer, &[11]);
        let there = foreign_call(stage, operation)?.path("appBackup_id", &id);
        let answer = stage.send_for(&there, 404).await?;
        let number = if operation.contains("delete") { 1 } else { 2 };
        stage.expect_problem(&answer, &[number]);
    }
    let list = foreign_call(stage, "app_backup_list_all")?;
    let answer = stage.send_for(&list, 200).await?;
    let shown = answer.items().iter().any(|item| id_of(item) == id);
    stage.expect(&answer, !shown, || format!("another account's list shows {id}"));
    stage
        .send_for(&stage.call_for("app_backup_fetch", Kind::Backup, &id), 200)
        .await?;
    Ok(())
}

/// A backup can't be made from another account's snapshot.
pub(super) async fn snapshot_of_own_app_only(stage: &mut Stage) -> Result<(), Stop> {
    let snap = id_of(needed(stage.world.snap.as_ref(), "a completed snapshot")?);
    let body = json!({"type": BACKUP_TYPE, "version": "1.1", "snapshotID": snap});
    let call = foreign_call(stage, Kind::Backup.create())?.json(body);
    let answer = stage.send(&call).await?;
    // Of another account it is as good as not there; that it belongs to another app may also be said.
    if answer.status == 403 {
        stage.expect_problem(&answer, &[47]);
    } else {
        stage.expect_status(&answer, 400)?;
        stage.expect_problem(&answer, &[46]);
    }
    Ok(())
}

/// What may be read may be read by a read-only token.
pub(super) async fn viewer_reads(stage: &mut Stage) -> Result<(), Stop> {
    if stage.target.viewer_token.is_none() {
        return Err(Stop::LeftOut("needs a read-only token".to_owned()));
    }
    let id = id_of(needed(stage.world.backup.as_ref(), "a completed backup")?);
    for operation in [
        "app_backup_list_all",
        "app_backup_list_for_app",
        "app_backup_fetch",
        "app_backup_fetch_for_app",
    ] {
        let call = stage
            .call_for(operation, Kind::Backup, &id)
            .with(Credential::Viewer);
        stage.send_for(&call, 200).await?;
    }
    Ok(())
}

/// A token of all accounts works in each.
pub(super) async fn operator_reads(stage: &mut Stage) -> Result<(), Stop> {
    if stage.target.operator_token.is_none() {
        return Err(Stop::LeftOut("needs a token of all accounts".to_owned()));
    }
    let call = stage.call("app_backup_list_all").with(Credential::Operator);
    stage.send_for(&call, 200).await?;
    Ok(())
}

/// A sound request of the other account to its own app.
fn foreign_call(stage: &Stage, operation: &str) -> Result<Call, Stop> {
    let foreign = stage.target.foreign.as_ref();
    let foreign =
        foreign.ok_or_else(|| Stop::LeftOut("needs a second account with a token of its own".to_owned()))?;
    Ok(stage
        .call(operation)
        .with(Credential::Foreign)
        .path("account_id", &foreign.account.to_string())
        .path("app_id", &foreign.app.to_string()))
}
