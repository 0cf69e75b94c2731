//! Schedules that clients create, in the original's terms and in those of the configuration.

use std::time::Duration;

use appkeep_tests::{Api, Builder, TestResponse, TestServer, changed_config, eventually, id, usual_config};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

const HOUR: Duration = Duration::from_hours(1);

const CREATE: &str = "app_schedule_create_for_app";
const UPDATE: &str = "app_schedule_update_for_app";

fn collection(api: &Api, app: Uuid) -> String {
    api.app_snaps(app).replace("appSnaps", "schedules")
}

/// A schedule as actoolkit creates it.
fn hourly() -> Value {
    json!({
        "type": "application/astra-schedule", "version": "1.2", "name": "hourly schedule", "enabled": "true",
        "granularity": "hourly", "minute": "0", "hour": "*", "dayOfWeek": "*", "dayOfMonth": "*",
        "backupRetention": "1", "snapshotRetention": "2",
    })
}

fn with(mut body: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().expect("an object") {
        body[name] = value.clone();
    }
    body
}

/// Creates a schedule; the response conforms to the contract.
async fn create(api: &Api, app: Uuid, body: &Value) -> Value {
    let response = api.post(&collection(api, app), body).await;
    assert_eq!(response.status, StatusCode::CREATED, "{}", response.text());
    assert_eq!(response.violations(CREATE), [""; 0]);
    let created = response.json();
    let location = format!("{}/{}", collection(api, app), id(&created));
    assert_eq!(response.header("location"), location);
    let is_planned = created["nextRunTimestamp"].is_string();
    assert_eq!(is_planned, created["enabled"] == "true", "{created}");
    created
}

async fn put(api: &Api, app: Uuid, id: &str, changes: &Value) -> TestResponse {
    let body = with(
        json!({"type": "application/astra-schedule", "version": "1.3"}),
        changes,
    );
    let path = format!("{}/{id}", collection(api, app));
    let request = api.request(Method::PUT, &path).bearer_auth(api.token());
    api.send(request.json(&body)).await
}

/// Waits until the schedule's next run is planned.
async fn planned(api: &Api, app: Uuid, id: &str) -> String {
    let path = format!("{}/{id}", collection(api, app));
    eventually("the next run to be planned", async || {
        let schedule = api.fetch("app_schedule_fetch_for_app", &path).await;
        schedule["nextRunTimestamp"].as_str().map(str::to_owned)
    })
    .await
}

/// Advances the clock by an hour, and waits until this many backups and snapshots exist and are completed.
async fn run(server: &TestServer, api: &Api, app: Uuid, (backups, snaps): (usize, usize)) -> Vec<Value> {
    let before = api.items(&api.app_backups(app)).await;
    server.clock().advance(HOUR);
    eventually("the resources of the run to be completed", async || {
        let now = api.items(&api.app_backups(app)).await;
        let snapshots = api.items(&api.app_snaps(app)).await;
        let all_completed = now
            .iter()
            .chain(&snapshots)
            .all(|one| one["state"] == "completed");
        let is_new = now.first() != before.first();
        (all_completed && is_new && (now.len(), snapshots.len()) == (backups, snaps)).then_some(now)
    })
    .await
}

#[tokio::test]
async fn schedules_of_the_toolkit_run_and_keep_their_numbers() {
    let mut server = TestServer::start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let created = create(&api, app, &hourly()).await;
    let schedule = id(&created);
    assert_eq!(created["name"], "hourly-schedule");
    assert_eq!(created["origin"], "api");
    assert_eq!(created["cron"], "0 * * * *");
    assert_eq!(created["makes"], json!(["backup", "snapshot"]));
    assert_eq!(planned(&api, app, &schedule).await, "2026-01-01T01:00:00.000000Z");
    let first = run(&server, &api, app, (1, 1)).await;
    assert_eq!(first[0]["scheduleID"], created["id"]);
    let name = first[0]["name"].as_str().expect("a name");
    assert!(name.starts_with("hourly-schedule-20260101010"), "{name}");

    // It survives a reload of the configuration, which also has a schedule of this name now.
    let blog = "volumes = { data = \"volumes/blog\" }\n";
    let same_name = "\n[[accounts.apps.schedules]]\nname = \"hourly-schedule\"\ncron = \"0 0 1 1 *\"\n";
    let config = changed_config(blog, &format!("{blog}{same_name}"));
    server.restart(2, Some(&config)).await;
    let api = server.api().await;
    let listed = api.items(&collection(&api, app)).await;
    let mut origins: Vec<_> = listed.iter().map(|one| one["origin"].clone()).collect();
    origins.sort_by_key(Value::to_string);
    assert_eq!(origins, ["api", "configuration"]);
    run(&server, &api, app, (1, 2)).await;
    run(&server, &api, app, (1, 2)).await;

    // Without it, its backups and snapshots stay.
    let path = format!("{}/{schedule}", collection(&api, app));
    let response = api.delete(&path).await;
    assert_eq!(response.status, StatusCode::NO_CONTENT, "{}", response.text());
    assert_eq!(api.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(api.delete(&path).await.problem(), "404/1");
    assert_eq!(api.items(&api.app_backups(app)).await.len(), 1);
    assert_eq!(api.items(&api.app_snaps(app)).await.len(), 2);
}

#[tokio::test]
async fn schedules_have_the_settings_of_the_configuration() {
    let server = Builder::new().workers(0).start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let body = json!({
        "type": "application/astra-schedule", "version": "1.3", "name": "working-hours", "granularity": "custom",
        "cron": "0 8-18 * * 1-5", "timeZone": "Europe/Berlin", "jitterSecs": 300, "makes": ["backup"],
        "bucketID": server.bucket("acme", "spare"), "retention": {"keepLast": 10, "keepDaily": 7},
    });
    let created = create(&api, app, &body).await;
    for name in [
        "granularity",
        "cron",
        "timeZone",
        "jitterSecs",
        "makes",
        "bucketID",
        "retention",
    ] {
        assert_eq!(created[name], body[name], "{name}");
    }
    assert_eq!(created.get("backupRetention"), None);
    assert_eq!(created["snapshotRetention"], "0");
    let schedule = id(&created);
    // Absent fields keep their values; a disabled schedule has no next run.
    let planned = planned(&api, app, &schedule).await;
    assert!(planned.starts_with("2026-01-01T07:0"), "{planned}");
    let response = put(
        &api,
        app,
        &schedule,
        &json!({"enabled": "false", "name": "week days"}),
    )
    .await;
    assert_eq!(response.status, StatusCode::OK, "{}", response.text());
    assert_eq!(response.violations(UPDATE), [""; 0]);
    let changed = response.json();
    assert_eq!(
        (&changed["name"], &changed["enabled"]),
        (&json!("week-days"), &json!("false"))
    );
    assert_eq!(changed.get("nextRunTimestamp"), None);
    for name in ["cron", "timeZone", "jitterSecs", "makes", "bucketID", "retention"] {
        assert_eq!(changed[name], body[name], "{name}");
    }
    assert_eq!(
        changed["metadata"]["modifiedBy"],
        created["metadata"]["createdBy"]
    );
    let times = json!({"granularity": "weekly", "dayOfWeek": "0", "hour": "4", "minute": "5", "backupRetention": "3", "snapshotRetention": "0"});
    let changed = put(&api, app, &schedule, &times).await.json();
    assert_eq!(
        (&changed["cron"], &changed["timeZone"]),
        (&json!("5 4 * * 0"), &json!("UTC"))
    );
    assert_eq!(changed["retention"], json!({"keepLast": 3}));
}

#[tokio::test]
async fn invalid_settings_name_their_fields() {
    let server = Builder::new().workers(0).start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let unknown = Uuid::from_u128(7);
    for (changes, problem, fields) in [
        (json!({"hour": "3"}), "9", &["hour"][..]),
        (json!({"granularity": "daily"}), "9", &["hour"]),
        (json!({"cron": "0 0 * * *"}), "9", &["cron"]),
        (json!({"jitterSecs": 3600}), "9", &["jitterSecs"]),
        (
            json!({"backupRetention": "0", "snapshotRetention": "0"}),
            "9",
            &["backupRetention", "snapshotRetention"],
        ),
        (json!({"retention": {"keepDaily": 3}}), "9", &["retention"]),
        (json!({"backupRetention": 3}), "8", &["backupRetention"]),
        (json!({"minute": "60"}), "8", &["minute"]),
        (json!({"name": "a".repeat(36)}), "8", &["name"]),
        (
            json!({"recurrenceRule": "RRULE:FREQ=DAILY"}),
            "8",
            &["recurrenceRule"],
        ),
        (json!({"replicate": "true"}), "8", &["replicate"]),
        (json!({"bucketID": unknown}), "108", &["bucketID"]),
    ] {
        let response = api.post(&collection(&api, app), &with(hourly(), &changes)).await;
        assert_eq!(
            response.problem(),
            format!("400/{problem}"),
            "{changes}: {}",
            response.text()
        );
        assert_eq!(
            response.invalid_fields(),
            fields,
            "{changes}: {}",
            response.text()
        );
    }
    assert_eq!(api.items(&collection(&api, app)).await, [] as [Value; 0]);
}

#[tokio::test]
async fn conflicts_and_limits_leave_schedules_unchanged() {
    let blog = "volumes = { data = \"volumes/blog\" }\n";
    let configured = "\n[[accounts.apps.schedules]]\nname = \"yearly\"\ncron = \"0 0 1 1 *\"\n";
    let config = changed_config(blog, &format!("{blog}{configured}"));
    let server = Builder::new().workers(0).config(&config).start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let named = |name: &str| with(hourly(), &json!({"name": name}));
    let taken = api.post(&collection(&api, app), &named("yearly")).await;
    assert_eq!(taken.problem(), "409/10");
    let yearly = server.schedule("yearly").to_string();
    let path = format!("{}/{yearly}", collection(&api, app));
    for response in [
        put(&api, app, &yearly, &json!({"enabled": "false"})).await,
        api.delete(&path).await,
    ] {
        assert_eq!(response.status, StatusCode::CONFLICT, "{}", response.text());
        assert_eq!(response.json()["type"], "about:blank");
    }
    let elsewhere = format!("{}/{yearly}", collection(&api, server.app("acme", "shop")));
    assert_eq!(api.get(&elsewhere).await.status, StatusCode::NOT_FOUND);
    let viewer = server.api_as("viewer", &["acme"]).await;
    assert_eq!(viewer.delete(&path).await.status, StatusCode::FORBIDDEN);

    for n in 0..64 {
        create(&api, app, &named(&format!("s{n}"))).await;
    }
    let refused = api.post(&collection(&api, app), &named("one-more")).await;
    assert_eq!(
        refused.status,
        StatusCode::TOO_MANY_REQUESTS,
        "{}",
        refused.text()
    );
    assert_eq!(refused.violations(CREATE), [""; 0]);
    assert_eq!(api.items(&collection(&api, app)).await.len(), 65);
    let of_other_app = collection(&api, server.app("acme", "shop"));
    let response = api.post(&of_other_app, &named("one-more")).await;
    assert_eq!(response.status, StatusCode::CREATED);
}

#[tokio::test]
async fn schedules_rest_while_their_app_is_not_configured() {
    let mut server = TestServer::start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let schedule = id(&create(&api, app, &hourly()).await);
    planned(&api, app, &schedule).await;
    let without = changed_config(
        "[[accounts.apps]]\nname = \"blog\"\nvolumes = { data = \"volumes/blog\" }\n",
        "",
    );
    server.restart(2, Some(&without)).await;
    server.clock().advance(HOUR);
    let api = server.api().await;
    // Jobs that were queued before are completed, in order, before this one begins.
    api.snapshot(server.app("acme", "shop"), &json!({})).await;
    assert_eq!(api.items(&api.app_backups(app)).await, [] as [Value; 0]);
    let refused = api
        .post(&collection(&api, app), &with(hourly(), &json!({"name": "x"})))
        .await;
    assert_eq!(refused.problem(), "409/112");
    server.restart(2, Some(usual_config())).await;
    let api = server.api().await;
    eventually("the missed run", async || {
        let backups = api.items(&api.app_backups(app)).await;
        (backups.len() == 1).then_some(())
    })
    .await;
}
