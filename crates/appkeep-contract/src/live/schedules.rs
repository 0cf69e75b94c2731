//! Checks of schedules that clients create. They are disabled, so that they never run, and are deleted by the same check.
//!
//! Schedules of the configuration are only read: a request to change one would succeed on a faulty server.

use serde_json::{Value, json};

use super::completion::ABSENT;
use super::context::{Context, Stop, id_of};
use super::recording_client::RecordedResponse;
use super::resource_kind::SCHEDULE_TYPE;

const CREATE: &str = "app_schedule_create_for_app";
const DELETE: &str = "app_schedule_delete_for_app";
const FETCH: &str = "app_schedule_fetch_for_app";
const LIST: &str = "app_schedule_list_for_app";
const UPDATE: &str = "app_schedule_update_for_app";

/// The body of a new schedule.
pub(super) fn create_body(name: &str) -> Value {
    json!({
        "type": SCHEDULE_TYPE, "version": "1.3", "name": name, "enabled": "false", "granularity": "monthly",
        "minute": "7", "hour": "3", "dayOfWeek": "*", "dayOfMonth": "1",
        "backupRetention": "2", "snapshotRetention": "1",
    })
}

/// The body of a change.
pub(super) fn update_body() -> Value {
    json!({"type": SCHEDULE_TYPE, "version": "1.3", "granularity": "monthly", "hour": "4", "snapshotRetention": "0"})
}

/// A schedule is created, shown, changed and deleted.
pub(super) async fn lifecycle(ctx: &mut Context) -> Result<(), Stop> {
    for operation in [CREATE, DELETE, FETCH, LIST, UPDATE] {
        ctx.require(operation)?;
    }
    let body = create_body(&ctx.new_name());
    let created = create(ctx, &body).await?;
    let id = id_of(&created.body);
    let result = existing(ctx, &created, &body).await;
    // It is deleted after failed checks, too.
    delete(ctx, &id).await?;
    result?;
    for (call, problem) in [
        (ctx.call(FETCH), 2),
        (ctx.call(UPDATE).json(update_body()), 2),
        (ctx.call(DELETE), 1),
    ] {
        let response = ctx.send_for(&call.path("schedule_id", &id), 404).await?;
        ctx.expect_problem(&response, &[problem]);
    }
    let list = ctx.list(LIST).await?;
    let is_gone = list.items().iter().all(|item| id_of(item) != id);
    ctx.expect(&list, is_gone, || "the deleted schedule is listed".to_owned());
    Ok(())
}

/// Creates a schedule. It must be a new one, because it is deleted later.
async fn create(ctx: &mut Context, body: &Value) -> Result<RecordedResponse, Stop> {
    let before: Vec<String> = ctx.list(LIST).await?.items().iter().map(id_of).collect();
    let created = ctx.send_for(&ctx.call(CREATE).json(body.clone()), 201).await?;
    if before.contains(&id_of(&created.body)) || created.body["name"] != body["name"] {
        return Err(ctx.fail(&created, "the response is not the new schedule".to_owned()));
    }
    Ok(created)
}

async fn delete(ctx: &mut Context, id: &str) -> Result<(), Stop> {
    let call = ctx.call(DELETE).path("schedule_id", id);
    ctx.send_for(&call, 204).await.map(|_| ())
}

/// Checks of a schedule that exists.
async fn existing(ctx: &mut Context, created: &RecordedResponse, body: &Value) -> Result<(), Stop> {
    let id = id_of(&created.body);
    for (name, expected) in [
        ("origin", json!("api")),
        ("cron", json!("7 3 1 * *")),
        ("timeZone", json!("UTC")),
        ("makes", json!(["backup", "snapshot"])),
    ] {
        expect_member(ctx, created, name, &expected);
    }
    for name in [
        "enabled",
        "granularity",
        "minute",
        "hour",
        "dayOfMonth",
        "backupRetention",
        "snapshotRetention",
    ] {
        expect_member(ctx, created, name, &body[name]);
    }
    let location = created.header("location").unwrap_or(ABSENT).to_owned();
    ctx.expect(created, location.ends_with(&format!("/schedules/{id}")), || {
        format!("`Location` is {location}")
    });
    let fetch = ctx.call(FETCH).path("schedule_id", &id);
    let fetched = ctx.send_for(&fetch, 200).await?;
    ctx.expect(&fetched, fetched.body == created.body, || {
        "the fetched schedule differs from the created one".to_owned()
    });
    let list = ctx.list(LIST).await?;
    let is_listed = list.items().iter().filter(|item| **item == created.body).count() == 1;
    ctx.expect(&list, is_listed, || "the schedule isn't listed once".to_owned());
    let again = ctx.send_for(&ctx.call(CREATE).json(body.clone()), 409).await?;
    ctx.expect_problem(&again, &[10]);
    if let Some(other) = ctx.target.other_app {
        let elsewhere = fetch.clone().path("app_id", &other.to_string());
        let response = ctx.send_for(&elsewhere, 404).await?;
        ctx.expect_problem(&response, &[2]);
    }
    let update = ctx.call(UPDATE).path("schedule_id", &id).json(update_body());
    let updated = ctx.send_for(&update, 200).await?;
    for (name, expected) in [
        ("cron", json!("7 4 1 * *")),
        ("makes", json!(["backup"])),
        ("backupRetention", json!("2")),
        ("name", body["name"].clone()),
    ] {
        expect_member(ctx, &updated, name, &expected);
    }
    let fetched = ctx.send_for(&fetch, 200).await?;
    ctx.expect(&fetched, fetched.body == updated.body, || {
        "the fetched schedule differs from the changed one".to_owned()
    });
    let other = create_body(&ctx.new_name());
    let other = id_of(&create(ctx, &other).await?.body);
    let mut renamed = update_body();
    renamed["name"] = body["name"].clone();
    let call = ctx.call(UPDATE).path("schedule_id", &other).json(renamed);
    let refused = ctx.send_for(&call, 409).await;
    delete(ctx, &other).await?;
    ctx.expect_problem(&refused?, &[10]);
    Ok(())
}

fn expect_member(ctx: &mut Context, response: &RecordedResponse, name: &str, expected: &Value) {
    let found = response.body[name].clone();
    ctx.expect(response, found == *expected, || {
        format!("`{name}` is {found}, expected {expected}")
    });
}
