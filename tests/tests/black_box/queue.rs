//! Limits of the queue, for each app and each account.

use std::time::Duration;

use appkeep_tests::{Api, Builder, TestResponse, TestServer, backup_body, snap_body, until, usual_config};
use serde_json::Value;
use uuid::Uuid;

const HOUR: Duration = Duration::from_hours(1);

/// Returns the usual configuration with these limits, and an hourly schedule of `blog`.
fn config(app_jobs_max: u32, account_jobs_max: u32) -> String {
    let limits = format!("app_jobs_max = {app_jobs_max}\naccount_jobs_max = {account_jobs_max}\n");
    let blog = "volumes = { data = \"volumes/blog\" }\n";
    let schedule = "\n[[accounts.apps.schedules]]\nname = \"hourly\"\ncron = \"0 * * * *\"\n";
    usual_config()
        .replacen("workers = 3\n", &format!("workers = 3\n{limits}"), 1)
        .replace(blog, &format!("{blog}{schedule}"))
}

async fn create_backup(api: &Api, app: Uuid) -> TestResponse {
    let body = backup_body();
    api.post(&api.app_backups(app), &body).await
}

async fn create_snap(api: &Api, app: Uuid) -> TestResponse {
    let body = snap_body();
    api.post(&api.app_snaps(app), &body).await
}

fn assert_full(response: &TestResponse) {
    assert_eq!(response.status, 429, "{response:?}");
    assert_eq!(response.header("retry-after"), "30");
    assert_eq!(response.header("content-type"), "application/problem+json");
    let problem = response.json();
    assert_eq!(problem["type"], "about:blank");
    assert_eq!(problem["title"], "Too Many Requests");
    assert_eq!(problem["status"], "429");
}

#[tokio::test]
async fn creates_beyond_the_limits_get_429_and_leave_nothing() {
    let builder = Builder::new().workers(0).config(&config(3, 5));
    let mut server = builder.start().await;
    let (api, shop, blog) = (
        server.api().await,
        server.app("acme", "shop"),
        server.app("acme", "blog"),
    );
    let snap = create_snap(&api, shop).await;
    assert_eq!(snap.status, 201);
    for _ in 0..2 {
        assert_eq!(create_backup(&api, shop).await.status, 201);
    }
    assert_full(&create_backup(&api, shop).await);
    assert_full(&create_snap(&api, shop).await);
    for _ in 0..2 {
        assert_eq!(
            create_backup(&api, blog).await.status,
            201,
            "another app has its own limit"
        );
    }
    assert_full(&create_backup(&api, blog).await);
    assert_eq!(
        api.items(&api.backups()).await.len(),
        4,
        "a refused create leaves no backup"
    );
    // Other accounts have their own limits, and deletes are accepted.
    let body = backup_body();
    let other = server.api_as("member", &["other"]).await;
    let path = format!(
        "/accounts/{}/k8s/v1/apps/{}/appBackups",
        server.account("other"),
        server.app("other", "shop")
    );
    assert_eq!(other.post(&path, &body).await.status, 201);
    let snap_path = format!("{}/{}", api.app_snaps(shop), snap.json()["id"].as_str().unwrap());
    assert_eq!(api.delete(&snap_path).await.status, 204);

    // Finished jobs make room.
    server.restart(3, None).await;
    let api = server.api().await;
    until("the queue to have room", async || {
        create_backup(&api, shop).await.status == 201
    })
    .await;
}

async fn next_run(server: &TestServer) -> Option<String> {
    let schedules = server
        .server()
        .store()
        .list_schedules()
        .await
        .expect("schedules are listed");
    schedules[0].next.as_ref().map(|next| format!("{next:?}"))
}

#[tokio::test]
async fn scheduled_runs_are_skipped_while_the_queue_is_full() {
    let config = config(1, 5);
    let mut server = Builder::new().workers(0).config(&config).start().await;
    // The schedule is planned once the previous server has processed it.
    server.restart(0, None).await;
    let (api, blog) = (server.api().await, server.app("acme", "blog"));
    assert_eq!(create_backup(&api, blog).await.status, 201);
    let planned = next_run(&server).await.expect("a planned run");
    server.clock().advance(HOUR);
    until("the run to be skipped", async || {
        let next = next_run(&server).await;
        next.as_ref() != Some(&planned)
    })
    .await;
    assert_eq!(api.items(&api.app_backups(blog)).await.len(), 1);

    server.restart(3, None).await;
    let api = server.api().await;
    until("the backup to be completed", async || {
        let list: Value = api.get(&api.app_backups(blog)).await.json();
        list["items"][0]["state"] == "completed"
    })
    .await;
    server.clock().advance(HOUR);
    until("the next run to make a backup", async || {
        api.items(&api.app_backups(blog)).await.len() == 2
    })
    .await;
}
