//! Checks of restores in progress: clones of another app, exclusion, and cancellation.
//!
//! Whether a restore is still in progress depends on timing, so each response is compared with the states before and
//! after it.

use super::completion::{ABSENT, until};
use super::context::{Context, OTHER_APP, ResourceKind, Stop, id_of};
use super::recording_client::RecordedResponse;
use super::resource_kind::{RESTORE_CREATE, RESTORE_DELETE, RESTORE_FETCH, RESTORE_LIST};
use super::restores::{create, ready, until_completed};

/// The number of restores that are created to cancel one that is still pending.
const ATTEMPTS: u32 = 5;

/// An app becomes a clone of another one. Until then, it can't be restored again, the source can't be deleted, and the
/// restore can't be cancelled.
pub(super) async fn of_other_app(ctx: &mut Context) -> Result<(), Stop> {
    ctx.require_restorable()?;
    let lacks_app = || Stop::Skipped(format!("requires {OTHER_APP}"));
    let other = ctx.target.other_app.ok_or_else(lacks_app)?.to_string();
    let kind = ResourceKind::Backup;
    ctx.require_create(kind)?;
    ctx.require(RESTORE_FETCH)?;
    ctx.require(RESTORE_CREATE)?;
    ctx.require(RESTORE_DELETE)?;
    ctx.require(RESTORE_LIST)?;
    let (source, _) = ctx.create(ctx.call(kind.create()).path("app_id", &other)).await?;
    until(ctx, kind, &source, &other, "completed").await?;
    let cloned = clone(ctx, &source, &other).await;
    // After failed checks, too.
    if ctx.model.existing().any(|resource| resource.id == source) {
        let delete = ctx.call_for(kind.delete(), &source).path("app_id", &other);
        ctx.send(&delete).await?;
    }
    cloned
}

async fn clone(ctx: &mut Context, source: &str, other: &str) -> Result<(), Stop> {
    let call = create(ctx.call(RESTORE_CREATE), "backupID", source);
    let created = ctx.send(&call).await?;
    if created.status == 409 && created.text("/type") == Some("about:blank") {
        let why = "requires a second app with volumes of the same names (--other-app)";
        return Err(Stop::Skipped(why.to_owned()));
    }
    ctx.expect_status(&created, 201)?;
    let app = ctx.target.app.to_string();
    for (member, expected) in [("appID", app.as_str()), ("sourceAppID", other)] {
        ctx.expect(&created, created.body[member] == expected, || {
            format!("`{member}` is {}: expected {expected}", created.body[member])
        });
    }
    let id = id_of(&created.body);
    let again = ctx.send(&call).await?;
    let now = state(ctx, &id).await?;
    if again.status == 409 {
        ctx.expect_problem(&again, &[112]);
    } else {
        ctx.expect_status(&again, 201)?;
        ctx.expect(&again, !is_in_progress(&now), || {
            format!("the app is restored again, and afterwards the first restore is still `{now}`")
        });
        until_completed(ctx, &id_of(&again.body)).await?;
    }
    // The rules for every list find a second one in progress.
    ctx.send_for(&ctx.call(RESTORE_LIST), 200).await?;
    let before = state(ctx, &id).await?;
    if before != "pending" {
        // States only move forward.
        ctx.send_for(&ctx.call(RESTORE_DELETE).path("appRestore_id", &id), 409)
            .await?;
    }
    let delete = ctx
        .call_for(ResourceKind::Backup.delete(), source)
        .path("app_id", other);
    let deleted = ctx.send(&delete).await?;
    let after = state(ctx, &id).await?;
    if deleted.status == 409 {
        ctx.expect_problem(&deleted, &[142]);
    } else {
        ctx.expect_status(&deleted, 204)?;
        ctx.expect(&deleted, before != "running" || after != "running", || {
            "the source is deleted, and the restore is running before and afterwards".to_owned()
        });
        if is_in_progress(&after) {
            // It may lack its source when it begins.
            ready(ctx).await?;
            return Err(Stop::Skipped(
                "the source was deleted before the restore began".to_owned(),
            ));
        }
    }
    until_completed(ctx, &id).await?;
    ready(ctx).await
}

fn is_in_progress(state: &str) -> bool {
    matches!(state, "pending" | "running")
}

async fn state(ctx: &mut Context, id: &str) -> Result<String, Stop> {
    let call = ctx.call(RESTORE_FETCH).path("appRestore_id", id);
    let restore = ctx.send_for(&call, 200).await?;
    Ok(restore.text("/state").unwrap_or(ABSENT).to_owned())
}

/// A pending restore can be cancelled, and a running one in place can't.
pub(super) async fn cancelled(ctx: &mut Context) -> Result<(), Stop> {
    ctx.require_restorable()?;
    for operation in [RESTORE_CREATE, RESTORE_FETCH, RESTORE_LIST, RESTORE_DELETE] {
        ctx.require(operation)?;
    }
    let backup = ctx.fixtures.backups.named.id("a completed backup")?;
    // A restore that has begun before the delete proves little.
    for _ in 0..ATTEMPTS {
        let call = create(ctx.call(RESTORE_CREATE), "backupID", &backup);
        let id = id_of(&ctx.send_for(&call, 201).await?.body);
        let call = ctx.call(RESTORE_DELETE).path("appRestore_id", &id);
        let response = ctx.send(&call).await?;
        if response.status == 204 {
            return is_gone(ctx, &id, &response).await;
        }
        ctx.expect_status(&response, 409)?;
        // States only move forward.
        let now = state(ctx, &id).await?;
        ctx.expect(&response, now != "pending", || {
            "the restore isn't cancelled, and afterwards it is still pending".to_owned()
        });
        until_completed(ctx, &id).await?;
        ready(ctx).await?;
    }
    // No restore stayed pending for long enough; the responses were right for the states before and after.
    Ok(())
}

async fn is_gone(ctx: &mut Context, id: &str, deleted: &RecordedResponse) -> Result<(), Stop> {
    let fetch = ctx.call(RESTORE_FETCH).path("appRestore_id", id);
    let response = ctx.send_for(&fetch, 404).await?;
    ctx.expect_problem(&response, &[2]);
    let list = ctx.send_for(&ctx.call(RESTORE_LIST), 200).await?;
    let is_listed = list.items().iter().any(|restore| id_of(restore) == id);
    ctx.expect(deleted, !is_listed, || {
        format!("the cancelled restore {id} is listed")
    });
    ready(ctx).await
}
