//! Deletion of backups: they are invisible at once, and their space is freed.

use std::fs;

use appkeep_server::testing::ResourceState;
use appkeep_tests::{Api, Builder, TestServer, bytes_below, text, until, write_noise};
use serde_json::{Value, json};
use uuid::Uuid;

use super::no_snapshot_is_left;

/// Large enough that copying can be interrupted.
const LARGE_BYTES: u64 = 96 << 20;

/// Returns the ids in a list.
async fn listed(api: &Api, path: &str) -> Vec<String> {
    let list = api.get(path).await.json();
    let items = list["items"].as_array().expect("items").clone();
    items.iter().map(|item| text(item, "id")).collect()
}

async fn is_not_found_anywhere(api: &Api, app: Uuid, backup: &Value) {
    let id = text(backup, "id");
    for tree in [api.backups(), api.app_backups(app)] {
        assert!(!listed(api, &tree).await.contains(&id), "{tree}");
        let path = format!("{tree}/{id}");
        assert_eq!(api.get(&path).await.problem(), "404/2");
        assert_eq!(api.delete(&path).await.problem(), "404/1");
    }
}

/// Waits until the app's repository has no content.
async fn repository_is_empty(server: &TestServer, app: Uuid) {
    let path = server.repository("local", app).path;
    until("the bytes to be deleted", async || {
        let content = ["data", "snapshots", "index"].map(|kind| bytes_below(&path.join(kind)));
        content == [0, 0, 0]
    })
    .await;
}

#[tokio::test]
async fn deleted_backups_disappear_and_free_their_space() {
    for by_app in [false, true] {
        let builder = Builder::new();
        write_noise(&builder.path().join("volumes/blog/noise"), 8 << 20);
        let server = builder.start().await;
        let (api, app) = (server.api().await, server.app("acme", "blog"));
        let backup = api.back_up(app, &json!({})).await;
        let bucket = server.path().join("buckets/local");
        assert!(bytes_below(&bucket) > 8 << 20);
        let tree = if by_app {
            api.app_backups(app)
        } else {
            api.backups()
        };
        let deleted = api.delete(&format!("{tree}/{}", text(&backup, "id"))).await;
        assert_eq!(deleted.status, 204);
        assert!(deleted.bytes.is_empty());
        is_not_found_anywhere(&api, app, &backup).await;
        repository_is_empty(&server, app).await;
        assert!(bytes_below(&bucket) < 10_000);
    }
}

#[tokio::test]
async fn restic_restores_other_backups_after_a_delete() {
    let server = TestServer::start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let own = server.path().join("volumes/blog/own");
    let mut backups = Vec::new();
    for _ in 0..3 {
        write_noise(&own, 1 << 20);
        backups.push((fs::read(&own).unwrap(), api.back_up(app, &json!({})).await));
    }
    let bytes = bytes_below(&server.repository("local", app).path);
    assert_eq!(api.delete(&api.backup_path(&backups[1].1)).await.status, 204);
    let repository = server.repository("local", app);
    until("a third of the bytes to be deleted", async || {
        bytes_below(&repository.path) < bytes - (900 << 10)
    })
    .await;
    // The prune is complete once the app's next job has run.
    api.back_up(app, &json!({})).await;
    assert_eq!(repository.snapshots().len(), 3);
    repository.assert_sound();
    for (content, backup) in [&backups[0], &backups[2]] {
        let target = server.path().join(text(backup, "name"));
        repository.restore(&text(backup, "id"), &target);
        assert_eq!(&fs::read(target.join("data/own")).unwrap(), content);
    }
}

#[tokio::test]
async fn restic_finds_no_data_of_a_backup_deleted_while_running() {
    let builder = Builder::new();
    write_noise(&builder.path().join("volumes/blog/large"), LARGE_BYTES);
    let server = builder.start().await;
    server.jobs().hold(ResourceState::Running);
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let created = api.create_backup(app, &json!({})).await;
    let path = api.backup_path(&created);
    let data = server.repository("local", app).path.join("data");
    until("bytes to be in the bucket", async || bytes_below(&data) > 0).await;
    assert_eq!(api.get(&path).await.json()["state"], "running");
    assert_eq!(api.delete(&path).await.status, 204);
    is_not_found_anywhere(&api, app, &created).await;

    repository_is_empty(&server, app).await;
    no_snapshot_is_left(&server, &api, app).await;
    let repository = server.repository("local", app);
    assert_eq!(repository.snapshots(), Vec::<Value>::new());
    repository.assert_sound();
    // The app accepts the next backup.
    server.jobs().release().await;
    fs::remove_file(server.path().join("volumes/blog/large")).unwrap();
    api.back_up(app, &json!({})).await;
    assert_eq!(repository.snapshots().len(), 1);
}

#[tokio::test]
async fn backups_can_be_deleted_while_discovering() {
    let server = TestServer::start().await;
    server.jobs().hold(ResourceState::Discovering);
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let created = api.create_backup(app, &json!({})).await;
    let path = api.backup_path(&created);
    api.wait_for(&path, &["discovering"]).await;
    assert_eq!(api.delete(&path).await.status, 204);
    is_not_found_anywhere(&api, app, &created).await;
    no_snapshot_is_left(&server, &api, app).await;
    repository_is_empty(&server, app).await;
}
