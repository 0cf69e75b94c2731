//! Checks with unreadable data: backups and snapshots of it fail, and are never completed.
//!
//! The model has the rule that failed resources state a reason.

use super::progress::until_failed;
use super::stage::{Kind, Stage, Stop};

/// A backup or snapshot of an app with unreadable data becomes failed, and can be deleted.
pub(super) async fn fails(stage: &mut Stage, kind: Kind) -> Result<(), Stop> {
    let app = stage.target.failing_app;
    let app = app.ok_or_else(|| Stop::LeftOut("requires an app with unreadable data".to_owned()))?;
    let app = app.to_string();
    stage.admits_making(kind)?;
    let body = stage.sound_body(kind);
    let call = stage.call(kind.create()).path("app_id", &app).json(body);
    let made = stage.send_for(&call, 201).await?;
    let id = stage.id_in(&made)?;
    until_failed(stage, kind, &id, &app).await?;
    for operation in stage.admitted(kind.deletes())?.into_iter().take(1) {
        let call = stage.call_for(operation, kind, &id).path("app_id", &app);
        stage.send_for(&call, 204).await?;
    }
    for operation in stage.admitted(kind.fetches())? {
        let call = stage.call_for(operation, kind, &id).path("app_id", &app);
        stage.send_for(&call, 404).await?;
    }
    Ok(())
}
