//! Jobs that outlive the server which began them.

use std::time::Duration;

use appkeep_server::testing::ResourceState;
use appkeep_tests::{
    Builder, TestServer, backup_body, bytes_below, changed_config, snap_body, until, usual_config,
    write_noise,
};
use serde_json::{Value, json};
use uuid::Uuid;

/// Large enough that copying can be interrupted.
const LARGE_BYTES: u64 = 96 << 20;

/// Starts a server with a backup of `blog` in progress, some of whose data is already in the bucket; also
/// returns the app and the path of the backup. The backup isn't completed before jobs are released.
async fn in_the_middle_of_a_backup() -> (TestServer, Uuid, String) {
    let builder = Builder::new();
    write_noise(&builder.path().join("volumes/blog/large"), LARGE_BYTES);
    let server = builder.start().await;
    server.jobs().hold(ResourceState::Running);
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let backup = api.create_backup(app, &json!({})).await;
    let path = api.backup_path(&backup);
    backup_continues(&server, app).await;
    assert_eq!(api.get(&path).await.json()["state"], "running");
    (server, app, path)
}

/// Waits until there is more data in the bucket than now, or all of it.
async fn backup_continues(server: &TestServer, app: Uuid) {
    let data = server.repository("local", app).path.join("data");
    let before = bytes_below(&data);
    until("more bytes in the bucket", async || {
        bytes_below(&data) > before || !server.jobs().held().is_empty()
    })
    .await;
}

async fn is_completed(server: &TestServer, path: &str) -> Value {
    let ended = server.api().await.wait_for(path, &["completed", "failed"]).await;
    assert_eq!(ended["state"], "completed", "{ended}");
    ended
}

#[tokio::test]
async fn restic_restores_backups_completed_after_a_restart() {
    let (mut server, app, path) = in_the_middle_of_a_backup().await;
    server.restart(0, None).await;
    let between = server.api().await.get(&path).await.json();
    assert_eq!(between["state"], "running");
    assert!(between["percentDone"].as_u64().unwrap() < 100, "{between}");
    server.restart(2, None).await;
    server.jobs().release().await;
    let backup = is_completed(&server, &path).await;
    assert_eq!(backup["snapshotID"], between["snapshotID"]);

    let repository = server.repository("local", app);
    repository.assert_sound();
    let restored = server.path().join("restored");
    repository.restore(backup["id"].as_str().unwrap(), &restored);
    appkeep_tests::assert_same_tree(&server.path().join("volumes/blog"), &restored.join("data"));
}

/// A backup has five attempts, and stopping the server uses up none of them.
#[tokio::test]
async fn restarts_use_up_no_attempts() {
    let (mut server, app, path) = in_the_middle_of_a_backup().await;
    for _ in 0..6 {
        server.restart(2, None).await;
        backup_continues(&server, app).await;
    }
    server.jobs().release().await;
    is_completed(&server, &path).await;
}

#[tokio::test]
async fn jobs_stay_pending_without_workers() {
    let mut server = Builder::new().workers(0).start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let backup = api.create_backup(app, &json!({})).await;
    let snap = api.create_snap(app, &json!({})).await;
    let backup_path = api.backup_path(&backup);
    let snap_path = api.snap_path(app, &snap);
    server.restart(0, None).await;
    let api = server.api().await;
    assert_eq!(api.get(&backup_path).await.json(), backup);
    assert_eq!(api.get(&snap_path).await.json(), snap);
    server.restart(1, None).await;
    is_completed(&server, &backup_path).await;
    is_completed(&server, &snap_path).await;
}

#[tokio::test]
async fn restic_finds_no_data_of_a_backup_deleted_during_a_restart() {
    let (mut server, app, path) = in_the_middle_of_a_backup().await;
    server.restart(0, None).await;
    let api = server.api().await;
    assert_eq!(api.delete(&path).await.status, 204);
    assert_eq!(api.get(&path).await.problem(), "404/2");
    server.restart(2, None).await;
    let (snapshots, repository) = (server.snapshot_dir(app, ""), server.repository("local", app));
    until("all data to be deleted", async || {
        let left = ["data", "index"].map(|kind| bytes_below(&repository.path.join(kind)));
        left == [0, 0] && !snapshots.exists()
    })
    .await;
    assert_eq!(repository.snapshots(), Vec::<Value>::new());
    repository.assert_sound();
}

#[tokio::test]
async fn space_of_deleted_backups_is_freed_after_a_restart() {
    let mut server = TestServer::start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let backup = api.create_backup(app, &json!({})).await;
    let path = api.backup_path(&backup);
    is_completed(&server, &path).await;
    server.restart(0, None).await;
    assert_eq!(server.api().await.delete(&path).await.status, 204);
    server.restart(1, None).await;
    let data = server.repository("local", app).path.join("data");
    until("the bytes to be deleted", async || bytes_below(&data) == 0).await;
}

#[tokio::test]
async fn restic_finds_one_sound_backup_after_a_clock_jump() {
    let (server, app, path) = in_the_middle_of_a_backup().await;
    // The lease appears to have expired: the other worker may take the job over.
    server.clock().advance(Duration::from_mins(2));
    server.jobs().release().await;
    is_completed(&server, &path).await;
    let left = server.snapshot_dir(app, "");
    until("its snapshot to be deleted", async || !left.exists()).await;
    let repository = server.repository("local", app);
    assert_eq!(repository.snapshots().len(), 1);
    repository.assert_sound();
}

#[tokio::test]
async fn undeclared_apps_keep_their_resources_but_get_no_new_ones() {
    let mut server = TestServer::start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let backup = api.create_backup(app, &json!({"name": "last"})).await;
    let snap = api.create_snap(app, &json!({})).await;
    let backup_path = format!("{}/{}", api.app_backups(app), backup["id"].as_str().unwrap());
    let snap_path = api.snap_path(app, &snap);
    let (backup, snap) = (
        is_completed(&server, &backup_path).await,
        is_completed(&server, &snap_path).await,
    );

    let without = changed_config(
        "[[accounts.apps]]\nname = \"blog\"\nvolumes = { data = \"volumes/blog\" }\n",
        "",
    );
    server.restart(2, Some(&without)).await;
    let api = server.api().await;
    assert_eq!(api.get(&backup_path).await.json(), backup);
    assert_eq!(api.get(&snap_path).await.json(), snap);
    for list in [api.app_backups(app), api.backups()] {
        let list = api.get(&list).await.json();
        assert_eq!(list["items"], json!([backup]));
        assert_eq!(list["metadata"]["count"], 1);
    }
    let new_backup = backup_body();
    assert_eq!(
        api.post(&api.app_backups(app), &new_backup).await.problem(),
        "409/112"
    );
    let new_snap = snap_body();
    assert_eq!(
        api.post(&api.app_snaps(app), &new_snap).await.problem(),
        "409/112"
    );

    for path in [&backup_path, &snap_path] {
        assert_eq!(api.delete(path).await.status, 204);
        assert_eq!(api.get(path).await.problem(), "404/2");
    }
    let (data, copy) = (
        server.repository("local", app).path.join("data"),
        server.snapshot_dir(app, ""),
    );
    until("its bytes to be deleted", async || {
        bytes_below(&data) == 0 && !copy.exists()
    })
    .await;

    server.restart(2, Some(usual_config())).await;
    let again = server
        .api()
        .await
        .create_backup(app, &json!({"name": "last"}))
        .await;
    let path = format!("{}/{}", api.app_backups(app), again["id"].as_str().unwrap());
    is_completed(&server, &path).await;
}
