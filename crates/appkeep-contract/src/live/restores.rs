//! Checks of restores in place: restored apps, rejected requests, and protection of other accounts.
//!
//! A restore replaces data, so nothing is restored unless [`Target::may_restore`](super::Target::may_restore)
//! permits it. All other checks in this module name sources that can't be restored.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::call::Call;
use super::completion::ABSENT;
use super::context::{Context, Fixture, Fixtures, OTHER_APP, ResourceKind, Stop, id_of};
use super::poll_timer::PollTimer;
use super::resource_kind::{
    APP_TYPE, RESTORE, RESTORE_CREATE, RESTORE_DELETE, RESTORE_FETCH, RESTORE_LIST, RESTORE_TYPE,
};
use super::storage;

const FETCH: &str = "app_fetch";

/// An app can be restored from a backup and from a snapshot, and its state shows it.
pub(super) async fn in_place(ctx: &mut Context) -> Result<(), Stop> {
    ctx.require_restorable()?;
    ctx.require(FETCH)?;
    let backup = ctx.fixtures.backups.named.id("a completed backup")?;
    let snapshot = ctx.fixtures.snapshots.named.id("a completed snapshot")?;
    for (member, id) in [("backupID", backup), ("snapshotID", snapshot)] {
        let call = restore(ctx.call(RESTORE), member, &id);
        ctx.send_for(&call, 204).await?;
        ready(ctx).await?;
        ctx.fixtures.restored.push((member, id));
    }
    Ok(())
}

/// Waits until the app is ready again; until then its state must be `restoring`.
pub(super) async fn ready(ctx: &mut Context) -> Result<(), Stop> {
    let timer = PollTimer::of(&ctx.options);
    let call = ctx.call(FETCH);
    loop {
        let app = ctx.send_for(&call, 200).await?;
        let state = app.text("/state").unwrap_or(ABSENT).to_owned();
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
    ctx.require_restorable()?;
    let lacks_app = || Stop::Skipped(format!("requires {OTHER_APP}"));
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

/// A restore isn't created from a resource that isn't completed; on the idle server no resource is ever completed.
pub(super) async fn source_not_ready(ctx: &mut Context) -> Result<(), Stop> {
    ctx.require(RESTORE_CREATE)?;
    for (kind, member) in [
        (ResourceKind::Backup, "backupID"),
        (ResourceKind::Snapshot, "snapshotID"),
    ] {
        ctx.idle_call(RESTORE_CREATE)?;
        let id = storage::existing(ctx, kind).await?;
        let call = create(ctx.idle_call(RESTORE_CREATE)?, member, &id);
        let response = ctx.send_for(&call, 409).await?;
        ctx.expect_problem(&response, &[111]);
    }
    Ok(())
}

/// A new restore in place is shown with its source until it is completed.
pub(super) async fn shown(ctx: &mut Context, first: &str) -> Result<(), Stop> {
    ctx.require_restorable()?;
    ctx.require(RESTORE_FETCH)?;
    let backup = ctx.fixtures.backups.named.id("a completed backup")?;
    let call = create(ctx.call(first), "backupID", &backup);
    let created = ctx.send_for(&call, 201).await?;
    let id = created.text("/id").unwrap_or(ABSENT).to_owned();
    let location = created.header("location").unwrap_or(ABSENT).to_owned();
    ctx.expect(
        &created,
        location.ends_with(&format!("/appRestores/{id}")),
        || format!("`Location` is `{location}`: expected the path of {id}"),
    );
    let app = ctx.target.app.to_string();
    let expected = [
        ("backupID", backup.as_str()),
        ("appID", &app),
        ("sourceAppID", &app),
    ];
    for (member, value) in expected {
        ctx.expect(&created, created.body[member] == value, || {
            format!("`{member}` is {}: expected {value}", created.body[member])
        });
    }
    let state = created.text("/state").unwrap_or(ABSENT).to_owned();
    ctx.expect(&created, state == "pending", || {
        format!("a new restore is `{state}`")
    });
    for member in ["target", "include"] {
        let found = created.body[member].clone();
        ctx.expect(&created, found.is_null(), || {
            format!("the restore is in place, and `{member}` is {found}")
        });
    }
    until_completed(ctx, &id).await?;
    ready(ctx).await
}

/// Waits until a restore is completed; until then, its state and its progress only move forward.
pub(super) async fn until_completed(ctx: &mut Context, id: &str) -> Result<(), Stop> {
    let timer = PollTimer::of(&ctx.options);
    let (mut done, mut has_begun) = (0, false);
    loop {
        let call = ctx.call(RESTORE_FETCH).path("appRestore_id", id);
        let restore = ctx.send_for(&call, 200).await?;
        let now = restore.body["bytesDone"].as_u64().unwrap_or(0);
        ctx.expect(&restore, now >= done, || {
            format!("`bytesDone` decreases from {done} to {now}")
        });
        done = now;
        match restore.text("/state").unwrap_or(ABSENT) {
            "completed" => {
                let percent = restore.body["percentDone"].clone();
                ctx.expect(&restore, percent == 100, || {
                    format!("the restore is `completed`, and `percentDone` is {percent}")
                });
                return Ok(());
            }
            "running" => has_begun = true,
            "pending" if !has_begun => {}
            state => {
                let state = state.to_owned();
                return Err(ctx.fail(
                    &restore,
                    format!("the restore is `{state}`: expected `completed`"),
                ));
            }
        }
        if !timer.wait().await {
            let secs = ctx.options.completion_max.as_secs();
            return Err(ctx.fail(&restore, format!("the restore isn't completed after {secs} s")));
        }
    }
}

/// The list of restores contains each of them once, as a fetch returns it, also those of `app_update`.
pub(super) async fn listed(ctx: &mut Context) -> Result<(), Stop> {
    ctx.require(RESTORE_FETCH)?;
    let list = ctx.send_for(&ctx.call(RESTORE_LIST), 200).await?;
    let app = ctx.target.app.to_string();
    let mut ids = BTreeSet::new();
    for item in list.items() {
        let id = id_of(item);
        ctx.expect(&list, item["appID"] == app, || {
            format!("the list of app {app} has restore {id} of another app")
        });
        ctx.expect(&list, ids.insert(id.clone()), || {
            format!("restore {id} is repeated")
        });
    }
    for (member, id) in ctx.fixtures.restored.clone() {
        let is_listed = list.items().iter().any(|restore| restore[member] == id);
        ctx.expect(&list, is_listed, || {
            format!("the list lacks the restore in place from {member} {id}")
        });
    }
    let Some(first) = list.items().first().cloned() else {
        return Ok(());
    };
    let call = ctx.call(RESTORE_FETCH).path("appRestore_id", &id_of(&first));
    let fetched = ctx.send_for(&call, 200).await?;
    ctx.expect(&fetched, fetched.body == first, || {
        format!("restore {} differs between list and fetch", id_of(&first))
    });
    Ok(())
}

/// A completed restore can't be cancelled.
pub(super) async fn ended(ctx: &mut Context) -> Result<(), Stop> {
    ctx.require_restorable()?;
    ctx.require(RESTORE_LIST)?;
    ctx.require(RESTORE_DELETE)?;
    let list = ctx.send_for(&ctx.call(RESTORE_LIST), 200).await?;
    let is_completed = |restore: &&Value| restore["state"] == "completed";
    let completed = list.items().iter().find(is_completed).map(id_of);
    let lacks =
        || Stop::NotJudged("requires a completed restore, which no earlier check provided".to_owned());
    let call = ctx
        .call(RESTORE_DELETE)
        .path("appRestore_id", &completed.ok_or_else(lacks)?);
    ctx.send_for(&call, 409).await?;
    Ok(())
}

pub(super) fn create(call: Call, member: &str, id: &str) -> Call {
    call.json(json!({"type": RESTORE_TYPE, "version": "1.0", "inPlace": true, member: id}))
}

fn restore(call: Call, member: &str, id: &str) -> Call {
    call.json(json!({"type": APP_TYPE, "version": "2.2", member: id}))
}
