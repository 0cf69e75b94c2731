//! States of finished backups and snapshots when their data goes missing, becomes unavailable, and reappears.

use std::fs;
use std::path::{Path, PathBuf};

use appkeep_tests::{Api, Builder, TestServer, changed_config, eventually, until};
use serde_json::{Value, json};
use uuid::Uuid;

/// Starts a server that reconciles every second.
async fn watchful() -> TestServer {
    let config = changed_config("workers = 3\n", "workers = 3\ncheck_every_secs = 1\n");
    Builder::new().config(&config).start().await
}

async fn back_up(api: &Api, app: Uuid) -> String {
    let ended = api.back_up(app, &json!({})).await;

    api.backup_path(&ended)
}

/// Waits for a state, and returns the reason.
async fn becomes(api: &Api, path: &str, state: &str) -> String {
    let resource = api.wait_for(path, &[state]).await;
    let reasons = resource["stateUnready"].as_array().expect("reasons").clone();
    if state == "completed" {
        assert_eq!(reasons, Vec::<Value>::new(), "{resource}");
        return String::new();
    }
    assert_eq!(reasons.len(), 1, "{resource}");
    let reason = reasons[0].as_str().expect("a text").to_owned();
    assert!((1..=127).contains(&reason.chars().count()), "{reason:?}");
    reason
}

/// Waits until the resource is unknown for the expected reason. A reconcile pass that began earlier may have found
/// another one.
async fn becomes_unknown(api: &Api, path: &str, is_expected: impl Fn(&str) -> bool) {
    until("the expected reason", async || {
        is_expected(&becomes(api, path, "unknown").await)
    })
    .await;
}

fn only_file_in(directory: &Path) -> PathBuf {
    let mut entries = fs::read_dir(directory).expect("a directory");
    let file = entries.next().expect("a file").expect("an entry").path();
    assert!(entries.next().is_none());
    file
}

#[tokio::test]
async fn backups_are_unknown_while_their_bucket_is_missing() {
    let server = watchful().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let path = back_up(&api, app).await;
    let before = api.get(&path).await.json();
    let (bucket, aside) = (server.path().join("buckets/local"), server.path().join("aside"));
    fs::rename(&bucket, &aside).unwrap();
    let missing = "No such file or directory (os error 2)";
    becomes_unknown(&api, &path, |reason| reason.ends_with(missing)).await;
    fs::rename(&aside, &bucket).unwrap();
    becomes(&api, &path, "completed").await;
    let mut after = api.get(&path).await.json();
    assert_ne!(after["metadata"], before["metadata"], "it was modified");
    after["metadata"] = before["metadata"].clone();
    assert_eq!(after, before, "nothing else is lost");
}

/// The directory of an unmounted disk looks like an empty bucket.
#[tokio::test]
async fn empty_mount_points_are_not_used_as_buckets() {
    let server = watchful().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let path = back_up(&api, app).await;
    let (bucket, aside) = (server.path().join("buckets/local"), server.path().join("aside"));
    fs::rename(&bucket, &aside).unwrap();
    fs::create_dir(&bucket).unwrap();
    let marker = format!("appkeep-bucket-{}", server.bucket("acme", "local"));
    let lacks = format!(" lacks {marker}");
    becomes_unknown(&api, &path, |reason| reason.ends_with(&lacks)).await;

    let mut waiting = Vec::new();
    // An app with a repository in the bucket, and one without.
    for name in ["blog", "shop"] {
        let created = api.create_backup(server.app("acme", name), &json!({})).await;
        let path = api.backup_path(&created);
        let hindered = eventually("the backup to say what hinders it", async || {
            let backup = api.get(&path).await.json();
            (backup["stateUnready"] != json!([])).then_some(backup)
        })
        .await;
        let reason = hindered["stateUnready"][0].as_str().unwrap();
        assert!(reason.ends_with(&lacks), "{reason}");
        waiting.push(path);
    }
    assert_eq!(fs::read_dir(&bucket).unwrap().count(), 0, "nothing is made there");
    fs::remove_dir(&bucket).unwrap();
    fs::rename(&aside, &bucket).unwrap();
    becomes(&api, &path, "completed").await;
    for path in waiting {
        let ended = eventually("the backup to be tried again", async || {
            server.hasten();
            let backup = api.get(&path).await.json();
            (backup["state"] != "running").then_some(backup)
        })
        .await;
        assert_eq!(ended["state"], "completed", "{ended}");
    }
}

#[tokio::test]
async fn backups_are_removed_while_their_data_is_missing() {
    let server = watchful().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let path = back_up(&api, app).await;
    let file = only_file_in(&server.repository("local", app).path.join("snapshots"));
    let aside = server.path().join("aside");
    let other = back_up(&api, server.app("acme", "shop")).await;
    let untouched = api.get(&other).await.json();
    fs::rename(&file, &aside).unwrap();
    assert_eq!(
        becomes(&api, &path, "removed").await,
        "the data is missing from bucket local"
    );
    fs::rename(&aside, &file).unwrap();
    becomes(&api, &path, "completed").await;
    // The whole repository, in a bucket that is available.
    let repository = server.repository("local", app).path;
    fs::rename(&repository, &aside).unwrap();
    becomes(&api, &path, "removed").await;
    assert_eq!(
        api.delete(&path).await.status,
        204,
        "what is removed can be deleted"
    );
    assert_eq!(api.get(&path).await.status, 404);
    assert_eq!(api.get(&other).await.json(), untouched);
}

/// After an outage, a bucket may list its content incompletely at first.
#[tokio::test]
async fn deletes_wait_for_unlisted_backups_after_an_outage() {
    let mut server = watchful().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let (deleted, unlisted) = (back_up(&api, app).await, back_up(&api, app).await);
    let other = back_up(&api, app).await;
    let (bucket, aside) = (server.path().join("buckets/local"), server.path().join("aside"));
    let repository = server.repository("local", app);
    let tag = format!("backup={}", unlisted.rsplit('/').next().unwrap());
    let snapshots = repository.snapshots();
    let snapshot = snapshots.iter().find(|snapshot| snapshot["tags"] == json!([tag]));
    let file = snapshot.expect("its snapshot")["id"].as_str().unwrap().to_owned();
    fs::rename(&bucket, &aside).unwrap();
    for path in [&deleted, &unlisted, &other] {
        becomes(&api, path, "unknown").await;
    }
    assert_eq!(api.delete(&deleted).await.status, 204);

    // Only one more reconcile pass, which doesn't find the snapshot.
    server.stop().await;
    let hidden = server.path().join("hidden");
    fs::rename(aside.join(app.to_string()).join("snapshots").join(&file), &hidden).unwrap();
    fs::rename(&aside, &bucket).unwrap();
    let config = changed_config("workers = 3\n", "workers = 3\ncheck_every_secs = 3600\n");
    server.restart(3, Some(&config)).await;
    let api = server.api().await;
    becomes(&api, &other, "completed").await;
    let reason = eventually("the delete to be refused", async || {
        server.hasten();
        let jobs = server.dump().await["jobs"].clone();
        let reason = jobs[0]["reason"].as_str().map(str::to_owned);
        assert_ne!(jobs, json!([]), "the delete has ended");
        reason.filter(|reason| reason.contains("nothing was deleted"))
    })
    .await;
    assert!(reason.contains("the bucket doesn't list the backup"), "{reason}");
    fs::rename(&hidden, repository.path.join("snapshots").join(&file)).unwrap();
    until("the delete to end", async || {
        server.hasten();
        server.dump().await["jobs"] == json!([])
    })
    .await;
    assert_eq!(repository.snapshots().len(), 2);
    repository.assert_sound();
}

#[tokio::test]
async fn backups_forgotten_by_restic_are_removed() {
    let server = watchful().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let (forgotten, kept) = (back_up(&api, app).await, back_up(&api, app).await);
    let tag = format!("backup={}", forgotten.rsplit('/').next().unwrap());
    let repository = server.repository("local", app);
    let snapshots = repository.snapshots();
    let has_tag = |snapshot: &&Value| snapshot["tags"] == json!([tag]);
    let id = snapshots.iter().find(has_tag).expect("its snapshot")["id"]
        .as_str()
        .unwrap();
    let _ = repository.restic(&["forget", id]);
    becomes(&api, &forgotten, "removed").await;
    assert_eq!(api.get(&kept).await.json()["state"], "completed");
}

#[tokio::test]
async fn backups_are_unknown_while_a_key_is_missing() {
    let server = watchful().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let path = back_up(&api, app).await;
    let (master, aside) = (server.data().join("keys/master.key"), server.path().join("aside"));
    fs::rename(&master, &aside).unwrap();
    becomes_unknown(&api, &path, |reason| reason.contains("…/master.key is missing")).await;
    assert!(!master.exists(), "no new one is made");
    fs::rename(&aside, &master).unwrap();
    becomes(&api, &path, "completed").await;
    let key_file = server.repository("local", app).key_file;
    fs::rename(&key_file, &aside).unwrap();
    let missing = format!("{app}.json is missing");
    becomes_unknown(&api, &path, |reason| reason.ends_with(&missing)).await;
    fs::rename(&aside, &key_file).unwrap();
    becomes(&api, &path, "completed").await;
}

#[tokio::test]
async fn snapshots_are_removed_while_their_directory_is_missing() {
    let server = watchful().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let created = api.create_snap(app, &json!({})).await;
    let id = created["id"].as_str().unwrap();
    let path = format!("{}/{id}", api.app_snaps(app));
    api.completed(&path).await;
    let (directory, aside) = (server.snapshot_dir(app, id), server.path().join("aside"));
    fs::rename(&directory, &aside).unwrap();
    assert_eq!(
        becomes(&api, &path, "removed").await,
        "the data is missing from the data directory"
    );
    let body = json!({"type": "application/astra-appBackup", "version": "1.1", "snapshotID": id});
    assert_eq!(api.post(&api.app_backups(app), &body).await.status, 409);
    fs::rename(&aside, &directory).unwrap();
    becomes(&api, &path, "completed").await;
}

#[tokio::test]
async fn snapshots_are_unknown_while_their_disk_is_unreadable() {
    let server = watchful().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let created = api.snapshot(app, &json!({})).await;
    let path = api.snap_path(app, &created);
    let (directory, aside) = (server.snapshot_dir(app, ""), server.path().join("aside"));
    fs::rename(&directory, &aside).unwrap();
    fs::write(directory.parent().unwrap().join(app.to_string()), "no directory").unwrap();
    becomes_unknown(&api, &path, |reason| reason.contains("Not a directory")).await;
    fs::remove_file(directory.parent().unwrap().join(app.to_string())).unwrap();
    fs::rename(&aside, &directory).unwrap();
    becomes(&api, &path, "completed").await;
}

/// Deletes and prunes run while the reconciler works.
#[tokio::test]
async fn deleted_backups_stay_deleted_during_reconciliation() {
    let server = watchful().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let kept = back_up(&api, app).await;
    let before = api.get(&kept).await.json();
    let mut deleted = Vec::new();
    for _ in 0..6 {
        let path = back_up(&api, app).await;
        assert_eq!(api.delete(&path).await.status, 204);
        deleted.push(path);
    }
    let snapshots = server.repository("local", app).path.join("snapshots");
    until("their data to go", async || {
        fs::read_dir(&snapshots).unwrap().count() == 1
    })
    .await;
    assert_eq!(api.get(&kept).await.json(), before, "it is unchanged");
    for path in deleted {
        assert_eq!(api.get(&path).await.status, 404);
    }
}
