//! The lifecycle of backups: their states, their data in the bucket, and what remains after their deletion.

mod deleted;
mod failing;
mod restored;

use std::fs::{self, File};
use std::thread;
use std::time::Duration;

use appkeep_server::failpoints::set_hook;
use appkeep_server::testing::ResourceState;
use appkeep_tests::{Api, Builder, TestServer, bytes_below, eventually, text, until, write_noise};
use serde_json::json;
use uuid::Uuid;

/// The size of a hole, and the time that reading it takes at least: progress is recorded every 500 ms.
const HOLE_BYTES: u64 = 64 << 20;
const HOLE_NANOS: u64 = 2_000_000_000;

/// Waits until the app has no snapshot, neither in the list nor on disk.
async fn no_snapshot_is_left(server: &TestServer, api: &Api, app: Uuid) {
    let directory = server.snapshot_dir(app, "");
    until("all snapshots to be deleted", async || {
        let listed = api.get(&api.app_snaps(app)).await.json();
        let none = listed["items"].as_array().is_some_and(Vec::is_empty);
        none && !directory.exists()
    })
    .await;
}

#[tokio::test]
async fn progress_only_grows_and_ends_at_100_percent() {
    let builder = Builder::new();
    set_hook(Box::new(|name, bytes| {
        if name == "backup.bytes_read" {
            thread::sleep(Duration::from_nanos(HOLE_NANOS * bytes / HOLE_BYTES));
        }
    }));
    let hole = File::create(builder.path().join("volumes/blog/hole")).unwrap();
    hole.set_len(HOLE_BYTES).unwrap();
    let server = builder.start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let path = api.backup_path(&api.create_backup(app, &json!({})).await);
    let (mut states, mut last, mut steps) = (vec!["pending".to_owned()], (0, 0), 0);
    let backup = eventually("the backup to end", async || {
        let backup = api.get(&path).await.json();
        let state = text(&backup, "state");
        if states.last() != Some(&state) {
            states.push(state.clone());
        }
        let number = |member: &str| backup[member].as_u64().unwrap_or_default();
        let now = (number("bytesDone"), number("percentDone"));
        assert!(now.0 >= last.0 && now.1 >= last.1, "{now:?} after {last:?}");
        assert!(state == "completed" || now.1 < 100, "{backup}");
        assert!(
            state == "pending" || state == "discovering" || backup["totalBytes"].is_u64(),
            "{backup}"
        );
        let midway = now.0 > last.0 && now.0 < HOLE_BYTES;
        steps += u32::from(midway);
        last = now;
        ["completed", "failed"]
            .contains(&state.as_str())
            .then_some(backup)
    })
    .await;
    assert_eq!(backup["state"], "completed", "{backup}");
    assert!(steps >= 1, "bytesDone was only ever seen at its ends");
    // Polling may miss a short state.
    let all = ["pending", "discovering", "running", "completed"];
    assert!(
        states
            .iter()
            .is_sorted_by_key(|state| all.iter().position(|word| word == state)),
        "{states:?}"
    );
    assert!(states.contains(&"running".to_owned()), "{states:?}");
}

#[tokio::test]
async fn temporary_snapshots_exist_only_during_their_backup() {
    let server = TestServer::start().await;
    server.jobs().hold(ResourceState::Running);
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let path = api.backup_path(&api.create_backup(app, &json!({})).await);
    let running = api.wait_for(&path, &["running"]).await;
    let snap = text(&running, "snapshotID");
    let snap_path = format!("{}/{snap}", api.app_snaps(app));
    let listed = api.get(&api.app_snaps(app)).await.json();
    assert_eq!(listed["items"][0]["id"], json!(snap));
    assert_eq!(api.get(&snap_path).await.json()["state"], "completed");
    assert!(server.snapshot_dir(app, &snap).is_dir());
    assert_eq!(api.delete(&snap_path).await.problem(), "409/144");

    server.jobs().release().await;
    let completed = api.completed(&path).await;
    assert_eq!(completed["snapshotID"], json!(snap));
    assert_eq!(api.get(&snap_path).await.problem(), "404/2", "gone at once");
    no_snapshot_is_left(&server, &api, app).await;
}

#[tokio::test]
async fn backups_use_the_given_or_the_default_bucket() {
    let server = TestServer::start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let bytes = |bucket: &str| bytes_below(&server.repository(bucket, app).path);
    let spare = server.bucket("acme", "spare");
    let named = api.back_up(app, &json!({"bucketID": spare})).await;
    assert_eq!(named["bucketID"], json!(spare));
    assert!(bytes("spare") > 0);
    assert_eq!(bytes("local"), 0);

    let before = bytes("spare");
    let unnamed = api.back_up(app, &json!({})).await;
    assert_eq!(unnamed["bucketID"], json!(server.bucket("acme", "local")));
    assert!(bytes("local") > 0);
    assert_eq!(bytes("spare"), before);
    let other = fs::read_dir(server.path().join("buckets/other")).unwrap();
    let repositories = other.filter(|entry| entry.as_ref().unwrap().path().is_dir());
    assert_eq!(repositories.count(), 0);
}

#[tokio::test]
async fn backups_of_two_apps_run_concurrently() {
    let server = TestServer::start().await;
    server.jobs().hold(ResourceState::Running);
    let api = server.api().await;
    let mut paths = Vec::new();
    for app in ["shop", "blog"] {
        let created = api.create_backup(server.app("acme", app), &json!({})).await;
        paths.push(api.backup_path(&created));
    }
    server.jobs().settle().await;
    for path in &paths {
        assert_eq!(api.get(path).await.json()["state"], "running");
    }
    server.jobs().release().await;
    for path in paths {
        api.completed(&path).await;
    }
}

#[tokio::test]
async fn unchanged_data_is_deduplicated() {
    let builder = Builder::new();
    let bytes = 8 << 20;
    write_noise(&builder.path().join("volumes/blog/noise"), bytes);
    let server = builder.start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let repository = server.repository("local", app);
    let first = api.back_up(app, &json!({})).await;
    let after_first = bytes_below(&repository.path);
    assert!(after_first > bytes);
    let second = api.back_up(app, &json!({})).await;
    assert_eq!(second["totalBytes"], first["totalBytes"]);
    let added = bytes_below(&repository.path) - after_first;
    assert!(added < 50_000, "{added} bytes were added");
}
