//! Backups that fail: they state the reason, and leave no data behind.

use std::fs;
use std::os::unix::fs::symlink;
use std::time::Duration;

use appkeep_tests::{Builder, TestServer, bytes_below, eventually, usual_config};
use serde_json::{Value, json};

use super::no_snapshot_is_left;

/// Returns the reasons of a failed resource.
fn reasons(resource: &Value) -> Vec<String> {
    let reasons = resource["stateUnready"].as_array().expect("reasons");
    let reasons: Vec<_> = reasons
        .iter()
        .map(|reason| reason.as_str().expect("a text").to_owned())
        .collect();
    assert!(!reasons.is_empty(), "{resource}");
    for reason in &reasons {
        assert!((1..=127).contains(&reason.chars().count()), "{reason:?}");
    }
    reasons
}

/// Starts a server whose app `blog` has its volume at `path`.
async fn server_with_blog_at(builder: Builder, path: &str) -> TestServer {
    let config = usual_config().replace("volumes/blog", path);
    builder.config(&config).start().await
}

/// Returns the size of the repositories in all buckets, in bytes. The server's own files in a bucket don't
/// count.
fn repository_bytes(server: &TestServer) -> u64 {
    let buckets = fs::read_dir(server.path().join("buckets")).expect("there are buckets");
    let entries =
        buckets.flat_map(|bucket| fs::read_dir(bucket.expect("a bucket").path()).expect("its entries"));
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .filter(|path| path.is_dir())
        .map(|path| bytes_below(&path))
        .sum()
}

#[tokio::test]
async fn unreadable_volumes_fail_the_backup() {
    for (path, complaint) in [
        ("volumes/gone", "No such file or directory"),
        ("volumes/file", "Not a directory"),
        ("volumes/circle", "Too many levels of symbolic links"),
    ] {
        let builder = Builder::new();
        fs::write(builder.path().join("volumes/file"), "no directory").unwrap();
        symlink("circle", builder.path().join("volumes/circle")).unwrap();
        let server = server_with_blog_at(builder, path).await;
        let (api, app) = (server.api().await, server.app("acme", "blog"));
        let created = api.create_backup(app, &json!({})).await;
        let failed = api.failed(&api.backup_path(&created)).await;
        let reason = &reasons(&failed)[0];
        let said = format!("data: {complaint}");
        assert!(reason.starts_with(&said), "{reason:?} is not {said:?}");
        for absent in ["percentDone", "totalBytes", "backupCreationTimestamp"] {
            assert_eq!(failed.get(absent), None, "{failed}");
        }
        no_snapshot_is_left(&server, &api, app).await;
        assert_eq!(repository_bytes(&server), 0);
    }
}

/// The kernel has files that not even root can read.
#[tokio::test]
async fn unreadable_files_fail_the_backup() {
    let server = server_with_blog_at(Builder::new(), "/sys/bus/cpu").await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let created = api.create_backup(app, &json!({})).await;
    let failed = api.failed(&api.backup_path(&created)).await;
    let reasons = reasons(&failed);
    let expected = "data/uevent: Permission denied (os error 13)";
    assert!(reasons.iter().any(|reason| reason == expected), "{reasons:?}");
    no_snapshot_is_left(&server, &api, app).await;
    assert_eq!(repository_bytes(&server), 0);
}

#[tokio::test]
async fn one_unreadable_volume_of_several_fails_the_backup() {
    let builder = Builder::new();
    let config = usual_config().replace("volumes/shop-media", "volumes/gone");
    let server = builder.config(&config).start().await;
    let (api, app) = (server.api().await, server.app("acme", "shop"));
    let created = api.create_backup(app, &json!({})).await;
    let failed = api.failed(&api.backup_path(&created)).await;
    let reasons = reasons(&failed);
    assert_eq!(reasons.len(), 1, "{reasons:?}");
    assert!(reasons[0].starts_with("media: "), "{reasons:?}");
    no_snapshot_is_left(&server, &api, app).await;
}

#[tokio::test]
async fn failed_backups_can_be_deleted_and_recreated() {
    let server = server_with_blog_at(Builder::new(), "volumes/later").await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let named = json!({"name": "nightly"});
    let path = api.backup_path(&api.create_backup(app, &named).await);
    api.wait_for(&path, &["failed"]).await;
    assert_eq!(api.delete(&path).await.status, 204);
    fs::create_dir(server.path().join("volumes/later")).unwrap();
    let again = api.backup_path(&api.create_backup(app, &named).await);
    let ended = api.completed(&again).await;
    assert_eq!(ended["totalBytes"], 0);
    assert_eq!(ended["percentDone"], 100);
}

/// A bucket may be a disk that isn't mounted yet.
#[tokio::test]
async fn backups_retry_until_the_bucket_exists() {
    let server = TestServer::start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let bucket = server.path().join("buckets/local");
    // Renamed and not removed, because the server may be writing its own file there.
    fs::rename(&bucket, server.path().join("gone")).unwrap();
    let path = api.backup_path(&api.create_backup(app, &json!({})).await);
    let hindered = eventually("the backup to say what hinders it", async || {
        let backup = api.get(&path).await.json();
        (backup["stateUnready"] != json!([])).then_some(backup)
    })
    .await;
    assert_eq!(hindered["state"], "running", "{hindered}");
    assert!(
        reasons(&hindered)[0].contains("No such file or directory"),
        "{hindered}"
    );
    fs::create_dir(&bucket).unwrap();
    let completed = eventually("the backup to be tried again", async || {
        server.hasten();
        let backup = api.get(&path).await.json();
        (backup["state"] != "running").then_some(backup)
    })
    .await;
    assert_eq!(completed["state"], "completed", "{completed}");
    assert_eq!(completed["stateUnready"], json!([]), "{completed}");
    no_snapshot_is_left(&server, &api, app).await;
}

#[tokio::test]
async fn backups_fail_if_the_bucket_stays_missing() {
    let server = TestServer::start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let bucket = server.path().join("buckets/local");
    // Renamed and not removed, because the server may be writing its own file there.
    fs::rename(&bucket, server.path().join("gone")).unwrap();
    let path = api.backup_path(&api.create_backup(app, &json!({})).await);
    api.wait_for(&path, &["running", "failed"]).await;
    let failed = eventually("the backup to fail", async || {
        server.clock().advance(Duration::from_secs(5));
        let backup = api.get(&path).await.json();
        (backup["state"] != "running").then_some(backup)
    })
    .await;
    assert_eq!(failed["state"], "failed", "{failed}");
    let reason = &reasons(&failed)[0];
    assert!(reason.starts_with("gave up after 5 attempts: "), "{reason:?}");
    assert!(
        reason.ends_with("No such file or directory (os error 2)"),
        "{reason:?}"
    );
    assert!(!bucket.exists(), "only the operator creates buckets");
    no_snapshot_is_left(&server, &api, app).await;
}

#[tokio::test]
async fn repositories_without_their_key_are_not_recreated() {
    let server = TestServer::start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    api.back_up(app, &json!({})).await;
    let repository = server.repository("local", app);
    let bytes = bytes_below(&repository.path);
    fs::remove_file(&repository.key_file).unwrap();
    let created = api.create_backup(app, &json!({})).await;
    let failed = api.failed(&api.backup_path(&created)).await;
    let reason = &reasons(&failed)[0];
    assert!(reason.ends_with(&format!("{app}.json is missing")), "{reason}");
    assert!(!repository.key_file.exists());
    assert_eq!(bytes_below(&repository.path), bytes);
}
