//! The lifecycle of snapshots: a real copy that stays unchanged until it is deleted.

use std::fs;

use appkeep_tests::{
    Api, Builder, TestServer, assert_same_content, eventually, usual_config, write_noise, write_zoo,
};
use serde_json::{Value, json};
use uuid::Uuid;

fn path_of(api: &Api, app: Uuid, snap: &Value) -> String {
    format!("{}/{}", api.app_snaps(app), snap["id"].as_str().expect("an id"))
}

fn id_of(resource: &Value) -> &str {
    resource["id"].as_str().expect("an id")
}

/// Creates a snapshot and waits for it.
async fn take(api: &Api, app: Uuid, more: &Value) -> Value {
    let created = api.create_snap(app, more).await;
    let ended = api
        .wait_for(&path_of(api, app, &created), &["completed", "failed"])
        .await;
    assert_eq!(ended["state"], "completed", "{ended}");
    ended
}

async fn is_gone_from_disk(server: &TestServer, app: Uuid) {
    let directory = server.snapshot_dir(app, "");
    eventually("the app's snapshots to leave the disk", async || {
        (!directory.exists()).then_some(())
    })
    .await;
}

#[tokio::test]
async fn snapshots_are_unchanged_copies() {
    let builder = Builder::new();
    write_zoo(&builder.path().join("volumes/shop-data"));
    let server = builder.start().await;
    let (api, app) = (server.api().await, server.app("acme", "shop"));
    let snap = take(&api, app, &json!({})).await;
    let copy = server.snapshot_dir(app, id_of(&snap));
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
async fn completed_snapshots_have_an_asset_and_a_hook_state() {
    let mut server = Builder::new().workers(0).start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let created = api.create_snap(app, &json!({"name": "first"})).await;
    let path = path_of(&api, app, &created);
    assert_eq!(api.get(&path).await.json(), created);
    assert_eq!(created["state"], "pending");
    for absent in ["snapshotAppAsset", "hookState", "hookStateDetails", "scheduleID"] {
        assert_eq!(created.get(absent), None, "{created}");
    }

    server.restart(2, None).await;
    let api = server.api().await;
    let snap = api.wait_for(&path, &["completed", "failed"]).await;
    assert_eq!(snap["state"], "completed", "{snap}");
    let asset: Uuid = snap["snapshotAppAsset"].as_str().unwrap().parse().unwrap();
    assert_eq!(asset.get_version_num(), 5);
    assert_eq!(snap["hookState"], "success");
    assert_eq!(snap["hookStateDetails"], json!([]));
    assert_eq!(snap["stateUnready"], json!([]));
    assert_eq!(snap["name"], "first");
    assert_eq!(
        api.get(&path).await.json(),
        snap,
        "the asset's id is always the same"
    );
}

#[tokio::test]
async fn listed_and_fetched_snapshots_are_equal() {
    let server = TestServer::start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let mut taken = Vec::new();
    for name in ["one", "two", "three"] {
        taken.push(take(&api, app, &json!({"name": name})).await);
    }
    taken.reverse();
    let listed = api.get(&api.app_snaps(app)).await.json();
    assert_eq!(listed["items"], json!(taken));
    for snap in &taken {
        assert_eq!(&api.get(&path_of(&api, app, snap)).await.json(), snap);
    }
    let elsewhere = api.app_snaps(server.app("acme", "shop"));
    assert_eq!(api.get(&elsewhere).await.json()["items"], json!([]));
    let astray = format!("{elsewhere}/{}", id_of(&taken[0]));
    assert_eq!(api.get(&astray).await.problem(), "404/2");
    assert_eq!(api.delete(&astray).await.problem(), "404/1");
}

#[tokio::test]
async fn deleted_snapshots_disappear_at_once() {
    let server = TestServer::start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let (deleted, kept) = (
        take(&api, app, &json!({})).await,
        take(&api, app, &json!({})).await,
    );
    let path = path_of(&api, app, &deleted);
    assert_eq!(api.delete(&path).await.status, 204);
    assert_eq!(api.get(&path).await.problem(), "404/2");
    assert_eq!(api.delete(&path).await.problem(), "404/1");
    let listed = api.get(&api.app_snaps(app)).await.json();
    assert_eq!(listed["items"], json!([kept]));
    let directory = server.snapshot_dir(app, id_of(&deleted));
    eventually("its directory to be gone", async || {
        (!directory.exists()).then_some(())
    })
    .await;
    assert!(
        server
            .snapshot_dir(app, id_of(&kept))
            .join("data/greeting.txt")
            .is_file()
    );
    assert_eq!(api.delete(&path_of(&api, app, &kept)).await.status, 204);
    is_gone_from_disk(&server, app).await;
}

#[tokio::test]
async fn snapshots_cannot_be_deleted_while_a_backup_needs_them() {
    let mut server = TestServer::start().await;
    let app = server.app("acme", "blog");
    let snap = take(&server.api().await, app, &json!({})).await;
    // Without workers the backup can't end in the meantime.
    server.restart(0, None).await;
    let api = server.api().await;
    let backup = api.create_backup(app, &json!({"snapshotID": snap["id"]})).await;
    let path = path_of(&api, app, &snap);
    assert_eq!(api.delete(&path).await.problem(), "409/144");
    assert_eq!(api.get(&path).await.json(), snap);

    server.restart(1, None).await;
    let api = server.api().await;
    let backup_path = format!("{}/{}", api.backups(), id_of(&backup));
    api.wait_for(&backup_path, &["completed"]).await;
    assert_eq!(api.delete(&path).await.status, 204);
    is_gone_from_disk(&server, app).await;
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
    eventually("the copy to begin", async || directory.exists().then_some(())).await;
    let path = path_of(&api, app, &snap);
    assert_eq!(api.delete(&path).await.status, 204);
    assert_eq!(api.get(&path).await.problem(), "404/2");
    is_gone_from_disk(&server, app).await;
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
    let failed = api
        .wait_for(&path_of(&api, app, &created), &["failed", "completed"])
        .await;
    assert_eq!(failed["state"], "failed", "{failed}");
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
    assert_eq!(api.delete(&path_of(&api, app, &created)).await.status, 204);
    is_gone_from_disk(&server, app).await;
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
    eventually("a snapshot to be seen discovering", async || {
        let path = path_of(&api, app, &api.create_snap(app, &json!({})).await);
        let seen = api
            .wait_for(&path, &["discovering", "running", "completed"])
            .await;
        assert_eq!(api.delete(&path).await.status, 204);
        (seen["state"] == "discovering").then_some(())
    })
    .await;
}
