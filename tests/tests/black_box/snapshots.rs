//! The lifecycle of snapshots: a real copy that stays unchanged until it is deleted.

use std::fs;

use appkeep_tests::{
    Builder, TestServer, assert_same_content, id, until, usual_config, write_noise, write_varied_files,
};
use serde_json::json;
use uuid::Uuid;

async fn no_snapshot_is_on_disk(server: &TestServer, app: Uuid) {
    let directory = server.snapshot_dir(app, "");
    until("the app's snapshots to be deleted from disk", async || {
        !directory.exists()
    })
    .await;
}

#[tokio::test]
async fn snapshots_are_unchanged_copies() {
    let builder = Builder::new();
    write_varied_files(&builder.path().join("volumes/shop-data"));
    let server = builder.start().await;
    let (api, app) = (server.api().await, server.app("acme", "shop"));
    let snap = api.snapshot(app, &json!({})).await;
    let copy = server.snapshot_dir(app, &id(&snap));
    let volumes = server.path().join("volumes");
    assert_same_content(&volumes.join("shop-data"), &copy.join("data"));
    assert_same_content(&volumes.join("shop-media"), &copy.join("media"));
    assert_eq!(fs::read_dir(&copy).unwrap().count(), 2);

    let media = volumes.join("shop-media");
    fs::write(media.join("greeting.txt"), "changed in place").unwrap();
    fs::remove_dir_all(media.join("below")).unwrap();
    fs::write(media.join("new"), "added").unwrap();
    let kept = copy.join("media");
    assert_eq!(
        fs::read_to_string(kept.join("greeting.txt")).unwrap(),
        "hello from shop-media\n"
    );
    assert!(kept.join("below/zeros").is_file());
    assert!(!kept.join("new").exists());
}

#[tokio::test]
async fn listed_and_fetched_snapshots_are_equal() {
    let server = TestServer::start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let mut taken = Vec::new();
    for name in ["one", "two", "three"] {
        taken.push(api.snapshot(app, &json!({"name": name})).await);
    }
    taken.reverse();
    let listed = api.get(&api.app_snaps(app)).await.json();
    assert_eq!(listed["items"], json!(taken));
    for snap in &taken {
        assert_eq!(&api.get(&api.snap_path(app, snap)).await.json(), snap);
    }
    let elsewhere = api.app_snaps(server.app("acme", "shop"));
    assert_eq!(api.get(&elsewhere).await.json()["items"], json!([]));
    let path_in_other_app = format!("{elsewhere}/{}", id(&taken[0]));
    assert_eq!(api.get(&path_in_other_app).await.problem(), "404/2");
    assert_eq!(api.delete(&path_in_other_app).await.problem(), "404/1");
}

#[tokio::test]
async fn deleted_snapshots_disappear_at_once() {
    let server = TestServer::start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let (deleted, kept) = (
        api.snapshot(app, &json!({})).await,
        api.snapshot(app, &json!({})).await,
    );
    let path = api.snap_path(app, &deleted);
    assert_eq!(api.delete(&path).await.status, 204);
    assert_eq!(api.get(&path).await.problem(), "404/2");
    assert_eq!(api.delete(&path).await.problem(), "404/1");
    let listed = api.get(&api.app_snaps(app)).await.json();
    assert_eq!(listed["items"], json!([kept]));
    let directory = server.snapshot_dir(app, &id(&deleted));
    until("the snapshot's directory to be deleted", async || {
        !directory.exists()
    })
    .await;
    assert!(
        server
            .snapshot_dir(app, &id(&kept))
            .join("data/greeting.txt")
            .is_file()
    );
    assert_eq!(api.delete(&api.snap_path(app, &kept)).await.status, 204);
    no_snapshot_is_on_disk(&server, app).await;
}

#[tokio::test]
async fn snapshots_cannot_be_deleted_while_a_backup_needs_them() {
    let mut server = TestServer::start().await;
    let app = server.app("acme", "blog");
    let snap = server.api().await.snapshot(app, &json!({})).await;
    // Without workers the backup can't end in the meantime.
    server.restart(0, None).await;
    let api = server.api().await;
    let backup = api.create_backup(app, &json!({"snapshotID": snap["id"]})).await;
    let path = api.snap_path(app, &snap);
    assert_eq!(api.delete(&path).await.problem(), "409/144");
    assert_eq!(api.get(&path).await.json(), snap);

    server.restart(1, None).await;
    let api = server.api().await;
    let backup_path = format!("{}/{}", api.backups(), id(&backup));
    api.completed(&backup_path).await;
    assert_eq!(api.delete(&path).await.status, 204);
    no_snapshot_is_on_disk(&server, app).await;
    // The backup no longer needs it.
    assert_eq!(api.get(&backup_path).await.json()["state"], "completed");
}

#[tokio::test]
async fn snapshots_can_be_deleted_while_running() {
    let builder = Builder::new();
    write_noise(&builder.path().join("volumes/blog/large"), 100 << 20);
    let server = builder.start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let snap = api.create_snap(app, &json!({})).await;
    let directory = server.snapshot_dir(app, "");
    until("the copy to begin", async || directory.exists()).await;
    let path = api.snap_path(app, &snap);
    assert_eq!(api.delete(&path).await.status, 204);
    assert_eq!(api.get(&path).await.problem(), "404/2");
    no_snapshot_is_on_disk(&server, app).await;
}

#[tokio::test]
async fn unreadable_volumes_fail_the_snapshot() {
    let builder = Builder::new();
    fs::write(builder.path().join("volumes/file"), "no directory").unwrap();
    let config = usual_config()
        .replace("volumes/shop-data", "volumes/gone")
        .replace("volumes/shop-media", "volumes/file");
    let server = builder.config(&config).start().await;
    let (api, app) = (server.api().await, server.app("acme", "shop"));
    let created = api.create_snap(app, &json!({})).await;
    let failed = api.failed(&api.snap_path(app, &created)).await;
    assert_eq!(
        failed["stateUnready"],
        json!([
            "data: No such file or directory (os error 2)",
            "media: Not a directory (os error 20)",
        ])
    );
    for absent in ["snapshotAppAsset", "hookState"] {
        assert_eq!(failed.get(absent), None, "{failed}");
    }
    let refused = json!({
        "type": "application/astra-appBackup", "version": "1.1", "snapshotID": failed["id"],
    });
    assert_eq!(
        api.post(&api.app_backups(app), &refused).await.problem(),
        "409/111"
    );
    assert_eq!(api.delete(&api.snap_path(app, &created)).await.status, 204);
    no_snapshot_is_on_disk(&server, app).await;
}

/// Before it copies data, a snapshot checks that everything can be read. That is quick, so the test retries
/// until it observes the state.
#[tokio::test]
async fn snapshots_are_discovering_before_running() {
    let builder = Builder::new();
    let many = builder.path().join("volumes/blog/many");
    fs::create_dir(&many).unwrap();
    for number in 0..10_000 {
        fs::write(many.join(number.to_string()), "").unwrap();
    }
    let server = builder.start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    until("a snapshot to be seen discovering", async || {
        let path = api.snap_path(app, &api.create_snap(app, &json!({})).await);
        let seen = api
            .wait_for(&path, &["discovering", "running", "completed"])
            .await;
        assert_eq!(api.delete(&path).await.status, 204);
        seen["state"] == "discovering"
    })
    .await;
}
