//! Checks of restores in place: restored apps, rejected requests, and protection of other accounts.
//!
//! A restore replaces data, so nothing is restored unless [`Target::may_restore`](super::Target::may_restore)
//! permits it. All other checks in this module name sources that can't be restored.

use serde_json::json;

use super::call::Call;
use super::context::{Context, Fixture, Fixtures, NOT_RESTORABLE, ResourceKind, Stop};
use super::poll_timer::PollTimer;
use super::resource_kind::{APP_TYPE, RESTORE};
use super::storage;

const FETCH: &str = "app_fetch";

/// An app can be restored from a backup and from a snapshot, and its state shows it.
pub(super) async fn in_place(ctx: &mut Context) -> Result<(), Stop> {
    if !ctx.target.may_restore {
        return Err(Stop::Skipped(NOT_RESTORABLE.to_owned()));
    }
    ctx.require(FETCH)?;
    let backup = ctx.fixtures.backups.named.id("a completed backup")?;
    let snapshot = ctx.fixtures.snapshots.named.id("a completed snapshot")?;
    for (member, id) in [("backupID", backup), ("snapshotID", snapshot)] {
        let call = restore(ctx.call(RESTORE), member, &id);
        ctx.send_for(&call, 204).await?;
        ready(ctx).await?;
    }
    Ok(())
}

/// Waits until the app is ready again; until then its state must be `restoring`.
async fn ready(ctx: &mut Context) -> Result<(), Stop> {
    let timer = PollTimer::of(&ctx.options);
    let call = ctx.call(FETCH);
    loop {
        let app = ctx.send_for(&call, 200).await?;
        let state = app.text("/state").unwrap_or_default().to_owned();
        if state == "ready" {
            let reasons = app.body["stateUnready"].clone();
            ctx.expect(&app, reasons == json!([]), || {
                format!("the app is `ready`, and `stateUnready` is {reasons}")
            });
            return Ok(());
        }
        if state != "restoring" {
            return Err(ctx.fail(&app, format!("the app is `{state}` during a restore")));
        }
        if !timer.wait().await {
            let secs = ctx.options.completion_max.as_secs();
            return Err(ctx.fail(&app, format!("the app is still `restoring` after {secs} s")));
        }
    }
}

/// A resource that isn't completed can't be restored; on the idle server no resource is ever completed.
pub(super) async fn not_ready(ctx: &mut Context) -> Result<(), Stop> {
    ctx.idle_call(RESTORE)?;
    for (kind, member) in [
        (ResourceKind::Backup, "backupID"),
        (ResourceKind::Snapshot, "snapshotID"),
    ] {
        let id = storage::existing(ctx, kind).await?;
        let call = restore(ctx.idle_call(RESTORE)?, member, &id);
        let response = ctx.send_for(&call, 409).await?;
        ctx.expect_problem(&response, &[111]);
    }
    Ok(())
}

/// Resources of another app or account can't be restored into this app.
pub(super) async fn of_others(ctx: &mut Context) -> Result<(), Stop> {
    if !ctx.target.may_restore {
        return Err(Stop::Skipped(NOT_RESTORABLE.to_owned()));
    }
    let lacks_app = || Stop::Skipped("requires a second app in the account".to_owned());
    let other = ctx.target.other_app.ok_or_else(lacks_app)?.to_string();
    ctx.foreign()?;
    let of = |resource: &Fixture| resource.id("a resource to restore");
    let Fixtures {
        backups, snapshots, ..
    } = &ctx.fixtures;
    let (backup, snapshot) = (of(&backups.named)?, of(&snapshots.named)?);
    let (foreign_snapshot, foreign_backup) = (of(&snapshots.foreign)?, of(&backups.foreign)?);
    let own = ctx.call(RESTORE);
    let elsewhere = own.clone().path("app_id", &other);
    for (call, member, id, status, problem) in [
        (&elsewhere, "snapshotID", snapshot, 403, 47),
        (&elsewhere, "backupID", backup, 400, 9),
        (&own, "snapshotID", foreign_snapshot, 400, 46),
        (&own, "backupID", foreign_backup, 400, 9),
    ] {
        let response = ctx.send_for(&restore(call.clone(), member, &id), status).await?;
        ctx.expect_problem(&response, &[problem]);
    }
    Ok(())
}

fn restore(call: Call, member: &str, id: &str) -> Call {
    call.json(json!({"type": APP_TYPE, "version": "2.2", member: id}))
}
