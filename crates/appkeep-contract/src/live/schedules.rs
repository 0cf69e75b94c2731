//! Checks of schedules that clients create. They are deleted by the same check, and never run: they are disabled, or their
//! next run is months away.
//!
//! Schedules of the configuration are only read: a request to change one would succeed on a faulty server.

use chrono::{DateTime, Datelike, FixedOffset, Months};
use serde_json::{Value, json};

use super::completion::{ABSENT, timestamp};
use super::context::{Context, Stop, id_of};
use super::recording_client::RecordedResponse;
use super::refusals::expect_named;
use super::resource_kind::SCHEDULE_TYPE;

const CREATE: &str = "app_schedule_create_for_app";
const DELETE: &str = "app_schedule_delete_for_app";
const FETCH: &str = "app_schedule_fetch_for_app";
const LIST: &str = "app_schedule_list_for_app";
const UPDATE: &str = "app_schedule_update_for_app";

/// The number of months until the next run of an enabled schedule.
const MONTHS_AWAY: u32 = 6;

/// The body of a new schedule.
pub(super) fn create_body(name: &str) -> Value {
    with(
        base(name),
        json!({
            "granularity": "monthly", "minute": "7", "hour": "3", "dayOfWeek": "*", "dayOfMonth": "1",
            "backupRetention": "2", "snapshotRetention": "1",
        }),
    )
}

/// The body of a change.
pub(super) fn update_body() -> Value {
    json!({"type": SCHEDULE_TYPE, "version": "1.3", "granularity": "monthly", "hour": "4", "snapshotRetention": "0"})
}

/// The members that all new schedules have.
fn base(name: &str) -> Value {
    json!({"type": SCHEDULE_TYPE, "version": "1.3", "name": name, "enabled": "false"})
}

fn with(mut body: Value, members: Value) -> Value {
    if let (Value::Object(body), Value::Object(members)) = (&mut body, members) {
        body.extend(members);
    }
    body
}

fn require(ctx: &Context) -> Result<(), Stop> {
    [CREATE, DELETE, FETCH, LIST, UPDATE]
        .iter()
        .try_for_each(|operation| ctx.require(operation))
}

/// A schedule is created, shown, changed and deleted.
pub(super) async fn lifecycle(ctx: &mut Context) -> Result<(), Stop> {
    require(ctx)?;
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
    let before = existing_ids(ctx).await?;
    ctx.schedules.push(requested_name(body));
    let created = ctx.send_for(&ctx.call(CREATE).json(body.clone()), 201).await?;
    if !is_new(&before, &created, body) {
        let name = requested_name(body);
        let what = format!(
            "`name` is {}: expected a new schedule with the name `{name}`",
            created.body["name"]
        );
        return Err(ctx.fail(&created, what));
    }
    Ok(created)
}

async fn existing_ids(ctx: &mut Context) -> Result<Vec<String>, Stop> {
    let list = ctx.list(LIST).await?;
    Ok(list.items().iter().map(id_of).collect())
}

/// The name of a new schedule.
fn requested_name(body: &Value) -> String {
    body["name"].as_str().unwrap_or_default().replace(' ', "-")
}

/// Whether a create made a schedule that didn't exist.
fn is_new(before: &[String], created: &RecordedResponse, body: &Value) -> bool {
    !before.contains(&id_of(&created.body)) && created.body["name"] == requested_name(body)
}

async fn delete(ctx: &mut Context, id: &str) -> Result<(), Stop> {
    let call = ctx.call(DELETE).path("schedule_id", id);
    ctx.send_for(&call, 204).await.map(|_| ())
}

/// Deletes the schedules that their checks didn't delete, by their names; returns those left behind.
pub(super) async fn delete_everything(ctx: &mut Context) -> Vec<String> {
    if ctx.schedules.is_empty() {
        return Vec::new();
    }
    let Ok(list) = ctx.list(LIST).await else {
        return vec!["possibly a schedule: the schedules can't be listed".to_owned()];
    };
    let is_own = |item: &&Value| ctx.schedules.iter().any(|name| item["name"] == *name);
    let own: Vec<String> = list.items().iter().filter(is_own).map(id_of).collect();
    let mut left = Vec::new();
    for id in own {
        if delete(ctx, &id).await.is_err() {
            left.push(format!("schedule {id}: it can't be deleted"));
        }
    }
    left
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
    changed(ctx, created).await?;
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

/// A change keeps absent members, and is shown with the user that made it.
async fn changed(ctx: &mut Context, created: &RecordedResponse) -> Result<(), Stop> {
    let id = id_of(&created.body);
    let update = ctx.call(UPDATE).path("schedule_id", &id).json(update_body());
    let updated = ctx.send_for(&update, 200).await?;
    for (name, expected) in [
        ("cron", json!("7 4 1 * *")),
        ("makes", json!(["backup"])),
        ("backupRetention", json!("2")),
        ("name", created.body["name"].clone()),
    ] {
        expect_member(ctx, &updated, name, &expected);
    }
    let metadata = |response: &RecordedResponse, name: &str| response.body["metadata"][name].clone();
    let by = metadata(&updated, "modifiedBy");
    ctx.expect(&updated, by == metadata(created, "createdBy"), || {
        format!("`modifiedBy` is {by}, and the same user created it")
    });
    let before = metadata(created, "modifiedBy");
    ctx.expect(created, before.is_null(), || {
        format!("`modifiedBy` of a new schedule is {before}")
    });
    let fetch = ctx.call(FETCH).path("schedule_id", &id);
    let fetched = ctx.send_for(&fetch, 200).await?;
    ctx.expect(&fetched, fetched.body == updated.body, || {
        "the fetched schedule differs from the changed one".to_owned()
    });
    Ok(())
}

fn expect_member(ctx: &mut Context, response: &RecordedResponse, name: &str, expected: &Value) {
    let found = response.body[name].clone();
    ctx.expect(response, found == *expected, || {
        format!("`{name}` is {found}, expected {expected}")
    });
}

/// The times of a granularity, and members with defaults. Absent, empty and `*` are the same in requests.
pub(super) async fn granularities(ctx: &mut Context) -> Result<(), Stop> {
    require(ctx)?;
    let backup = ctx.fixtures.backups.named.0.as_ref();
    let bucket = backup.map(|backup| backup["bucketID"].clone());
    let count = json!({"backupRetention": "1"});
    for (sent, expected) in [
        (
            with(
                count.clone(),
                json!({"granularity": "hourly", "minute": "5", "hour": "", "dayOfWeek": "*"}),
            ),
            json!({"cron": "5 * * * *", "hour": "*", "dayOfWeek": "*", "dayOfMonth": "*", "jitterSecs": 0, "bucketID": null}),
        ),
        (
            with(
                count.clone(),
                json!({"granularity": "daily", "minute": "5", "hour": "23"}),
            ),
            json!({"cron": "5 23 * * *", "hour": "23", "dayOfWeek": "*", "dayOfMonth": "*", "makes": ["backup"]}),
        ),
        (
            with(
                count,
                json!({"granularity": "weekly", "minute": "5", "hour": "23", "dayOfWeek": "6", "bucketID": bucket}),
            ),
            json!({"cron": "5 23 * * 6", "dayOfWeek": "6", "dayOfMonth": "*", "bucketID": bucket}),
        ),
        (
            json!({"granularity": "custom", "cron": "5 2 * 6 *"}),
            json!({"cron": "5 2 * 6 *", "timeZone": "UTC", "makes": ["backup"], "retention": {}}),
        ),
        (
            json!({
                "granularity": "custom", "cron": "5 2 1,15 * *", "timeZone": "Europe/Berlin", "jitterSecs": 60,
                "makes": ["snapshot"], "retention": {"keepDaily": 7, "keepDays": 30},
            }),
            json!({
                "cron": "5 2 1,15 * *", "timeZone": "Europe/Berlin", "jitterSecs": 60, "makes": ["snapshot"],
                "retention": {"keepDaily": 7, "keepDays": 30}, "nextRunTimestamp": null,
            }),
        ),
    ] {
        let name = ctx.new_name();
        let sent = with(base(&name.replacen('-', " ", 1)), sent);
        // Without a backup, no bucket is requested.
        let sent = without_nulls(sent);
        let created = create(ctx, &sent).await?;
        delete(ctx, &id_of(&created.body)).await?;
        for (member, expected) in expected.as_object().into_iter().flatten() {
            expect_member(ctx, &created, member, expected);
        }
    }
    Ok(())
}

fn without_nulls(mut body: Value) -> Value {
    if let Value::Object(members) = &mut body {
        members.retain(|_, value| !value.is_null());
    }
    body
}

/// The next run of an enabled schedule is the next time of its cron expression.
pub(super) async fn next_run(ctx: &mut Context) -> Result<(), Stop> {
    require(ctx)?;
    let list = ctx.list(LIST).await?;
    // The clock of the schedules; `Date` may be that of a proxy.
    let now = timestamp(&list.body, "creationTimestamp");
    let lacks_time = || Stop::Skipped("requires lists with the time of the request".to_owned());
    let day = now.and_then(|now| now.checked_add_months(Months::new(MONTHS_AWAY)));
    let day = day.ok_or_else(lacks_time)?;
    let cron = format!("30 4 {} {} *", day.day(), day.month());
    let body = json!({"granularity": "custom", "cron": cron, "enabled": "true", "makes": ["backup"]});
    let body = with(base(&ctx.new_name()), body);
    let created = create(ctx, &body).await?;
    let id = id_of(&created.body);
    let disable = json!({"type": SCHEDULE_TYPE, "version": "1.3", "enabled": "false"});
    let disable = ctx.call(UPDATE).path("schedule_id", &id).json(disable);
    let disabled = ctx.send_for(&disable, 200).await;
    delete(ctx, &id).await?;
    let expected = format!(
        "{}-{:02}-{:02}T04:30:00+00:00",
        day.year(),
        day.month(),
        day.day()
    );
    let next = next_of(&created).map(|next| next.to_rfc3339());
    ctx.expect(&created, next.as_ref() == Some(&expected), || {
        let next = next.as_deref().unwrap_or(ABSENT);
        format!("`nextRunTimestamp` of `{cron}` is {next}, expected {expected}")
    });
    let disabled = disabled?;
    let next = next_of(&disabled);
    ctx.expect(&disabled, next.is_none(), || {
        "a disabled schedule has `nextRunTimestamp`".to_owned()
    });
    Ok(())
}

fn next_of(schedule: &RecordedResponse) -> Option<DateTime<FixedOffset>> {
    let next = schedule.text("/nextRunTimestamp")?;
    let next = DateTime::parse_from_rfc3339(next).ok()?;
    Some(next.with_timezone(&FixedOffset::east_opt(0)?))
}

/// Settings that contradict each other are rejected, and the response names a field.
pub(super) async fn contradictions(ctx: &mut Context) -> Result<(), Stop> {
    require(ctx)?;
    let before = existing_ids(ctx).await?;
    let counts = json!({"backupRetention": "1"});
    for (settings, field) in [
        (
            with(
                counts.clone(),
                json!({"granularity": "daily", "minute": "5", "hour": "2", "retention": {"keepLast": 1}}),
            ),
            "retention",
        ),
        (
            json!({"granularity": "custom", "cron": "*/5 * * * *", "jitterSecs": 300}),
            "jitterSecs",
        ),
        (json!({"granularity": "custom", "cron": "5 25 * * *"}), "cron"),
        (
            json!({"granularity": "custom", "cron": "5 2 * * *", "timeZone": "Mars/Olympus"}),
            "timeZone",
        ),
        (
            with(counts.clone(), json!({"granularity": "daily", "minute": "5"})),
            "hour",
        ),
        (
            with(
                counts,
                json!({"granularity": "hourly", "minute": "5", "dayOfMonth": "1"}),
            ),
            "dayOfMonth",
        ),
    ] {
        let body = with(base(&ctx.new_name()), settings);
        ctx.schedules.push(requested_name(&body));
        let response = ctx.send(&ctx.call(CREATE).json(body.clone())).await?;
        if response.status == 201 && is_new(&before, &response, &body) {
            delete(ctx, &id_of(&response.body)).await?;
        }
        ctx.expect_status(&response, 400)?;
        ctx.expect_problem(&response, &[9]);
        expect_named(ctx, &response, "invalidFields", field, |found| {
            found.iter().any(|name| name == field)
        });
    }
    Ok(())
}
