//! The behaviour and data of a server when its environment fails: disks, trees, clocks.
//!
//! Tests that mount disks need root and have `as_root` in their names.

#![allow(
    clippy::unwrap_used,
    reason = "a test ends at the first surprise, in its helpers too"
)]

mod clock;
mod disk;
mod disks;
mod full;
mod trees;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use appkeep_tests::{Api, Repository, TestServer, until};
use serde_json::{Value, json};
use uuid::Uuid;

/// The time that a backup may take: some have large data, and some are attempted five times.
const PATIENCE: Duration = Duration::from_mins(10);

/// The interval between polls.
const STEP: Duration = Duration::from_millis(10);

/// A server with the app `blog`, which these tests use.
struct Fixture {
    server: TestServer,
    api: Api,
    app: Uuid,
}

impl Fixture {
    async fn new(server: TestServer) -> Self {
        let (api, app) = (server.api().await, server.app("acme", "blog"));
        Self { server, api, app }
    }

    fn volume(&self) -> PathBuf {
        self.server.path().join("volumes/blog")
    }

    fn repository(&self) -> Repository {
        self.server.repository("local", self.app)
    }

    async fn create(&self) -> String {
        let created = self.api.create_backup(self.app, &json!({})).await;
        self.api.backup_path(&created)
    }

    /// Waits until the backup at `path` has ended. The server's clock runs five times as fast, so that pauses
    /// between attempts are short and leases still hold.
    async fn ended(&self, path: &str) -> Value {
        let begun = Instant::now();
        loop {
            let backup = self.api.get(path).await.json();
            if ["completed", "failed"].contains(&backup["state"].as_str().unwrap()) {
                return backup;
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "timed out after {PATIENCE:?}: {backup}"
            );
            tokio::time::sleep(STEP).await;
            self.server.clock().advance(STEP * 5);
        }
    }

    async fn completes(&self) -> Value {
        let backup = self.ended(&self.create().await).await;
        assert_eq!(backup["state"], "completed", "{backup}");
        backup
    }

    /// Creates a backup that fails; returns its path and its reasons.
    async fn fails(&self) -> (String, String) {
        let path = self.create().await;
        let backup = self.ended(&path).await;
        assert_eq!(backup["state"], "failed", "{backup}");
        (path, backup["stateUnready"].to_string())
    }

    /// Creates a backup that completes; returns it with a copy of its data.
    async fn earlier(&self) -> Earlier {
        let kept = self.server.path().join("kept");
        let copied = Command::new("cp")
            .arg("-a")
            .args([&self.volume(), &kept])
            .status();
        assert!(copied.unwrap().success());
        let backup = self.completes().await;
        Earlier {
            id: backup["id"].as_str().unwrap().to_owned(),
            kept,
        }
    }

    async fn nothing_but_these_snapshots(&self, wanted: usize) {
        let directory = self.server.snapshot_dir(self.app, "");
        until("snapshots to be deleted", async || {
            let on_disk = fs::read_dir(&directory).map_or(0, Iterator::count);
            on_disk == wanted
        })
        .await;
    }
}

/// A backup that was created before the failure.
struct Earlier {
    id: String,
    kept: PathBuf,
}

impl Earlier {
    /// Restores it with plain restic, which must not need to write to the bucket.
    fn assert_whole(&self, repository: &Repository, scratch: &Path) {
        let said = repository.restic(&["check", "--read-data", "--no-lock"]);
        assert!(said.contains("no errors were found"), "{said}");
        let target = scratch.join("restored");
        let (tag, text) = (format!("backup={}", self.id), target.display().to_string());
        let _ = repository.restic(&["restore", "latest", "--no-lock", "--tag", &tag, "--target", &text]);
        appkeep_tests::assert_same_tree(&self.kept, &target.join("data"));
        fs::remove_dir_all(target).unwrap();
    }
}
