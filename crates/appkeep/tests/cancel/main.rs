//! Deletion of a backup in progress: how soon its worker is free, and that no data is left.
//!
//! A fail point makes reads slow from a given byte on. A backup that isn't cancelled keeps its worker for
//! longer than these tests wait.

#![allow(
    dead_code,
    reason = "what the tests of the command line share, and not all of it is needed here"
)]
#![allow(
    clippy::unwrap_used,
    reason = "a test ends at the first surprise, in its helpers too"
)]

#[path = "../cli/program.rs"]
mod program;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use appkeep_launcher::{
    APP, Installation, RunningServer, app_backups, app_snapshots, backup_body, backups, eventually,
};
use serde_json::Value;

use crate::program::{installation, restic, stdout};

/// The size of the app's one large file, in bytes.
const LARGE_BYTES: u64 = 128 << 20;

/// The documented time, and the limit on a machine under load. A backup that isn't cancelled takes longer.
const PROMISED: Duration = Duration::from_secs(2);
const BEARABLE: Duration = Duration::from_secs(25);

/// The app that waits for the only worker.
const OTHER_APP: &str = "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7b02";

const BLOG: &str = r#"[[accounts.apps]]
name = "blog"
id = "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7b02"
volumes = { data = "other" }
"#;

/// Starts a server with one worker that is slow from that fail point on.
fn start(slow: &str) -> (Installation, RunningServer, String) {
    let installation = installation();
    installation.configure("workers = 2", "workers = 1").unwrap();
    installation.add_apps(BLOG).unwrap();
    fs::create_dir(installation.path().join("other")).unwrap();
    installation.write_noise("large", LARGE_BYTES).unwrap();
    for number in 0..300 {
        fs::write(
            installation.path().join(format!("volume/small-{number}")),
            "small",
        )
        .unwrap();
    }
    let mut serve = installation.serve();
    serve.env("APPKEEP_FAIL_POINTS", slow);
    let server = RunningServer::start(serve).unwrap();
    let token = installation.token("acme").unwrap();
    (installation, server, token)
}

fn create(server: &RunningServer, token: &str, app: &str) -> String {
    let created = server.post(token, &app_backups().replace(APP, app), &backup_body());
    assert_eq!(created.status, 201, "{created:?}");
    format!("{}/{}", backups(), created.body["id"].as_str().unwrap())
}

/// Deletes the backup at `path`, prints how long its worker remained busy, and asserts that nothing is left.
fn cancel(installation: &Installation, server: &RunningServer, token: &str, path: &str, at: &str) {
    let waiting = create(server, token, OTHER_APP);
    assert_eq!(server.get(token, &waiting).body["state"], "pending", "{at}");
    let begun = Instant::now();
    assert_eq!(server.delete(token, path).status, 204);
    eventually("the worker to be free", || {
        (server.get(token, &waiting).body["state"] != "pending").then_some(())
    });
    let took = begun.elapsed();
    println!(
        "cancelled {at}: the worker was free after {} ms",
        took.as_millis()
    );
    assert!(took < BEARABLE, "{took:?} {at}, where {PROMISED:?} were promised");
    nothing_is_left(installation, server, token, path);
    server.wait_for(token, &waiting, &["completed"]);
}

fn nothing_is_left(installation: &Installation, server: &RunningServer, token: &str, path: &str) {
    assert_eq!(server.get(token, path).status, 404);
    let listed = server.get(token, &backups()).body;
    let ids: Vec<_> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["id"])
        .collect();
    assert!(
        ids.iter().all(|id| !path.ends_with(id.as_str().unwrap())),
        "{ids:?}"
    );
    let repository = installation.path().join("bucket").join(APP);
    eventually("all of its data to be deleted", || {
        let kinds = ["data", "index", "snapshots", "tmp"];
        let left: Vec<_> = kinds
            .iter()
            .flat_map(|kind| files_below(&repository.join(kind)))
            .collect();
        let on_disk = installation.data().join("snapshots").join(APP).exists();
        let listed = server.get(token, &app_snapshots()).body["items"] != Value::Array(Vec::new());
        (left.is_empty() && !on_disk && !listed).then_some(())
    });
}

fn files_below(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let files = entries.flat_map(|entry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => files_below(&entry.path()),
        _ => vec![entry.path()],
    });
    files.collect()
}

fn cancelled_while_running(percent: u64) {
    let from = (LARGE_BYTES * percent / 100).max(1);
    let (installation, server, token) = start(&format!("backup.bytes_read:{from}:slow=100"));
    let path = create(&server, &token, APP);
    eventually("the backup to come so far", || {
        let backup = server.get(&token, &path).body;
        let done = backup["bytesDone"].as_u64().unwrap_or_default();
        assert_ne!(backup["state"], "completed", "{backup}");
        // Bytes are counted after a whole piece of a file is stored, which has a few MiB at most.
        (backup["state"] == "running" && done + (16 << 20) >= from).then_some(())
    });
    cancel(&installation, &server, &token, &path, &format!("at {percent} %"));
}

#[test]
fn backups_are_cancelled_promptly_at_the_first_byte() {
    cancelled_while_running(0);
}

#[test]
fn backups_are_cancelled_promptly_at_10_percent() {
    cancelled_while_running(10);
}

#[test]
fn backups_are_cancelled_promptly_at_50_percent() {
    cancelled_while_running(50);
}

#[test]
fn backups_are_cancelled_promptly_at_99_percent() {
    cancelled_while_running(99);
}

#[test]
fn backups_are_cancelled_promptly_while_discovering() {
    let (installation, server, token) = start("snapshot.piece:100:slow=100");
    let path = create(&server, &token, APP);
    server.wait_for(&token, &path, &["discovering"]);
    let partial = installation.data().join("snapshots").join(APP);
    eventually("files in the snapshot", || {
        (files_below(&partial).len() > 100).then_some(())
    });
    cancel(&installation, &server, &token, &path, "while discovering");
}

#[test]
fn restic_prune_is_refused_during_a_backup() {
    let (installation, server, token) = start("backup.bytes_read:1:slow=100");
    let path = create(&server, &token, APP);
    let repository = installation.path().join("bucket").join(APP);
    eventually("the repository to be locked", || {
        (files_below(&repository.join("locks")).len() == 1).then_some(())
    });
    let restic = |arguments: &[&str]| restic(&installation, arguments);
    let listed = stdout(&restic(&["list", "locks"]));
    assert_eq!(listed.lines().count(), 1, "{listed}");
    let pruned = restic(&["prune"]);
    let message = String::from_utf8_lossy(&pruned.stderr).into_owned();
    assert!(!pruned.status.success(), "{message}");
    let holder = format!("locked by PID {} on ", server.id());
    assert!(
        message.contains(&holder) && message.contains("by appkeep"),
        "{message}"
    );
    // Read-only commands aren't blocked.
    assert!(restic(&["snapshots"]).status.success());
    assert_eq!(server.delete(&token, &path).status, 204);
    nothing_is_left(&installation, &server, &token, &path);
    let pruned = restic(&["prune"]);
    assert!(pruned.status.success(), "{pruned:?}");
    assert_eq!(stdout(&restic(&["list", "locks"])), "");
}
