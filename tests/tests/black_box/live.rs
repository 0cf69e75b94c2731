//! Backups of apps with `snapshot = "live"`.

use std::fs;

use appkeep_tests::{Builder, assert_same_tree, id, until, write_varied_files};
use serde_json::json;

use crate::hooks::{WAITING_HOOK, back_up, labels, log, reports, succeeded, take, with_options};

const LIVE: &str = "snapshot = \"live\"\n";

#[tokio::test]
async fn hooks_surround_the_read_of_a_live_backup() {
    let hooks = [
        (
            "quiesce",
            "pre",
            "echo pre >> $LOG; echo quiet > $DIR/volumes/blog/mode",
            60,
        ),
        WAITING_HOOK,
        (
            "release",
            "post",
            "echo post >> $LOG; echo busy > $DIR/volumes/blog/mode",
            60,
        ),
    ];
    let builder = with_options(Builder::new(), LIVE, &hooks);
    write_varied_files(&builder.path().join("volumes/blog/varied"));
    let server = builder.start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let created = api.create_backup(app, &json!({})).await;
    let path = api.backup_path(&created);
    until("the first hook to run", async || log(&server) == "pre\n").await;
    let running = api.wait_for(&path, &["running"]).await;
    let snapshots = api.items(&api.app_snaps(app)).await;
    assert_eq!(snapshots.len(), 1);
    assert_eq!(
        (&snapshots[0]["state"], &running["snapshotID"]),
        (&json!("running"), &snapshots[0]["id"])
    );
    fs::write(server.path().join("go"), "").unwrap();
    let backup = api.completed(&path).await;
    assert_eq!(log(&server), "pre\npost\n");
    assert_eq!(backup["metadata"]["labels"], labels("live", "0"));
    assert_eq!(backup["hookState"], "success");
    let (pre, post) = (["quiesce", "wait"], ["release"]);
    let all = [
        pre.map(|name| succeeded("pre", name)).to_vec(),
        post.map(|name| succeeded("post", name)).to_vec(),
    ];
    assert_eq!(reports(&backup), all.concat());
    assert_eq!(api.items(&api.app_snaps(app)).await, [] as [serde_json::Value; 0]);
    assert!(!server.snapshot_dir(app, "").exists(), "nothing was copied");
    let restored = server.path().join("restored");
    let repository = server.repository("local", app);
    repository.assert_sound();
    repository.restore(&id(&backup), &restored);
    assert_eq!(fs::read_to_string(restored.join("data/mode")).unwrap(), "quiet\n");
    assert_same_tree(
        &server.path().join("volumes/blog/varied"),
        &restored.join("data/varied"),
    );
}

#[tokio::test]
async fn post_hooks_run_after_a_failed_live_backup() {
    let hooks = [
        ("spoil", "pre", "mv $DIR/volumes/blog $DIR/volumes/elsewhere", 60),
        ("mend", "post", "mv $DIR/volumes/elsewhere $DIR/volumes/blog", 60),
    ];
    let server = with_options(Builder::new(), LIVE, &hooks).start().await;
    let backup = back_up(&server).await;
    assert_eq!(backup["state"], "failed", "{backup}");
    assert_eq!(
        backup["stateUnready"],
        json!(["data: No such file or directory (os error 2)"])
    );
    assert_eq!(backup["hookState"], "success");
    assert_eq!(
        reports(&backup),
        [succeeded("pre", "spoil"), succeeded("post", "mend")]
    );
    assert!(server.path().join("volumes/blog/greeting.txt").exists());
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    assert_eq!(api.items(&api.app_snaps(app)).await, [] as [serde_json::Value; 0]);
}

#[tokio::test]
async fn post_hooks_run_when_a_live_backup_is_deleted() {
    let hooks = [
        ("wait", "pre", "echo began >> $LOG; sleep 600", 600),
        ("release", "post", "echo released >> $LOG", 60),
    ];
    let server = with_options(Builder::new(), LIVE, &hooks).start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let backup = api.create_backup(app, &json!({})).await;
    until("the first hook to run", async || log(&server) == "began\n").await;
    assert_eq!(api.delete(&api.backup_path(&backup)).await.status, 204);
    until("the last hook to run", async || {
        log(&server) == "began\nreleased\n"
    })
    .await;
}

/// The server is stopped in order here; after a kill, the next server finds the same state.
#[tokio::test]
async fn a_restart_repeats_a_live_backup_with_all_hooks() {
    // Waits only the first time.
    let hooks = [
        (
            "wait",
            "pre",
            "echo began >> $LOG; test $(wc -l < $LOG) -gt 1 || sleep 600",
            600,
        ),
        ("release", "post", "echo released >> $LOG", 60),
    ];
    let mut server = with_options(Builder::new(), LIVE, &hooks).start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let backup = api.create_backup(app, &json!({})).await;
    until("the first hook to run", async || log(&server) == "began\n").await;
    server.stop().await;
    assert_eq!(log(&server), "began\nreleased\n");
    server.restart(1, None).await;
    let api = server.api().await;
    let backup = api.completed(&api.backup_path(&backup)).await;
    assert_eq!(backup["hookState"], "success", "{backup}");
    assert_eq!(log(&server), "began\nreleased\nbegan\nreleased\n");
    server.repository("local", app).assert_sound();
}

#[tokio::test]
async fn requested_snapshots_of_a_live_app_are_copies() {
    let server = with_options(Builder::new(), LIVE, &[]).start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let snapshot = take(&server).await;
    assert_eq!(snapshot["metadata"]["labels"], labels("copy", "0"));
    let directory = server.snapshot_dir(app, &id(&snapshot));
    assert!(directory.join("data/greeting.txt").exists());
    let backup = api.back_up(app, &json!({"snapshotID": snapshot["id"]})).await;
    assert_eq!(backup["metadata"]["labels"], labels("copy", "0"));
    assert!(directory.exists());
    let live = back_up(&server).await;
    assert_eq!(live["metadata"]["labels"], labels("live", "0"));
    assert_ne!(live["snapshotID"], snapshot["id"]);
}
