//! Plain restic reads the engine's backups. The binary is in Debian's package `restic`.

use std::fmt::Debug;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;

use appkeep_core::engine::{Engine, EngineError, RestoreTarget, TargetPolicy};
use proptest::prelude::*;
use secrecy::ExposeSecret;
use serde_json::Value;

use crate::random_tree::{self, Entry};
use crate::tree;
use crate::workbench::{
    Workbench, add_odd_volumes, backup_id, never_cancelled, no_progress, noise, odd_volumes, run,
};

/// Runs restic on the app's repository, with its password.
pub(crate) fn restic(workbench: &Workbench, arguments: &[&str]) -> String {
    let repository = &workbench.bucket.location;
    let output = Command::new("restic")
        .args(["--no-cache", "--repo"])
        .arg(repository.restic_repository(&workbench.app_id.to_string()))
        .args(arguments)
        .env("RESTIC_PASSWORD", workbench.password().expose_secret())
        .envs(workbench.s3_environment())
        .output()
        .expect("this test needs restic: apt-get install restic");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "restic {arguments:?} failed:\n{said}\n{complained}"
    );
    said
}

pub(crate) fn assert_clean(workbench: &Workbench) {
    let said = restic(workbench, &["check", "--read-data"]);
    assert!(said.contains("no errors were found"), "{said}");
}

/// Restores a backup and returns the target.
pub(crate) fn restore(workbench: &Workbench, number: u128) -> PathBuf {
    let target = workbench.root().join(format!("restored-{number}"));
    let tag = format!("backup={}", backup_id(number));
    restic(
        workbench,
        &[
            "restore",
            "latest",
            "--tag",
            &tag,
            "--target",
            target.to_str().unwrap(),
        ],
    );
    target
}

/// In a repository that the engine created. Includes guard 7: mode and owner of the volume's own directory.
#[tokio::test]
async fn restic_restores_all_content_and_metadata() {
    let (workbench, config) = add_odd_volumes(Workbench::without_repository());
    workbench.back_up(1).await;

    assert_clean(&workbench);
    let restored = restore(&workbench, 1);
    tree::assert_same(workbench.data(), &restored.join("data"));
    tree::assert_same(&config, &restored.join("config"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, failure_persistence: None, ..ProptestConfig::default() })]

    /// Except for links whose targets aren't UTF-8: restic supports them since 0.16, Debian 12 has 0.14.
    #[test]
    fn restic_restores_any_tree(mut entries in random_tree::entries()) {
        for (_, _, entry) in &mut entries {
            if let Entry::Link { to } = entry {
                *to = to.to_string_lossy().into_owned().into();
            }
        }
        let workbench = Workbench::with_tree(&entries);
        run(workbench.back_up(1));
        tree::assert_same(workbench.data(), &restore(&workbench, 1).join("data"));
    }
}

#[tokio::test]
async fn restic_and_the_engine_restore_the_same() {
    let (workbench, _) = odd_volumes();
    workbench.back_up(1).await;
    let target = RestoreTarget::Directory {
        path: workbench.root().join("by us"),
        policy: TargetPolicy::Refuse,
    };
    workbench
        .restore(1, workbench.backup_data(1), target)
        .await
        .unwrap();
    let by_restic = restore(&workbench, 1);
    for volume in ["data", "config"] {
        tree::assert_same(
            &by_restic.join(volume),
            &workbench.root().join("by us").join(volume),
        );
    }
}

#[tokio::test]
async fn restic_restores_each_of_several_backups() {
    let workbench = Workbench::new();
    tree::make(workbench.data());
    let mut originals = Vec::new();
    for number in 1..=4 {
        fs::write(workbench.data().join("changes"), noise(number, 300_000)).unwrap();
        fs::write(
            workbench.data().join(format!("came with {number}")),
            noise(100 + number, 50_000),
        )
        .unwrap();
        workbench.back_up(u128::from(number)).await;
        originals.push((
            u128::from(number),
            workbench.snapshot_restored(u128::from(number)).await,
        ));
    }
    assert_clean(&workbench);
    workbench.delete(2).await.unwrap();
    workbench.delete(4).await.unwrap();
    assert_clean(&workbench);
    for (number, original) in originals {
        if number % 2 == 1 {
            tree::assert_same(&original.join("data"), &restore(&workbench, number).join("data"));
        }
    }
}

#[tokio::test]
async fn restic_lists_a_backups_app_time_and_id() {
    let workbench = Workbench::new();
    workbench.back_up(1).await;
    let said: Value = serde_json::from_str(&restic(&workbench, &["snapshots", "--json"])).unwrap();
    let shown = &said[0];
    assert_eq!(shown["hostname"], "shop");
    assert_eq!(shown["paths"], serde_json::json!(["/"]));
    assert_eq!(
        shown["tags"],
        serde_json::json!([format!("backup={}", backup_id(1))])
    );
    assert_eq!(shown["time"], "2023-11-14T22:13:20Z");
}

/// Guard 5: a prune during a backup deletes packs that the backup relies on.
#[tokio::test]
async fn restic_finds_a_backup_intact_after_a_concurrent_delete() {
    let workbench = Workbench::new();
    workbench.write_files(60, 500_000);
    workbench.create_snapshot(1).await.unwrap();
    let progress = no_progress();
    let mut heard = progress.subscribe();
    let request = workbench.copy_request(1, 1);
    let cancel = never_cancelled();
    let copy = workbench.engine.copy_backup(&request, &progress, &cancel);
    let delete = async {
        while workbench.stored("data").0 == 0 {
            heard.changed().await.unwrap();
        }
        workbench.delete(2).await
    };
    let (copied, deleted) = tokio::join!(copy, delete);
    assert_eq!(copied.unwrap().bytes, 30_000_000);
    deleted.unwrap();
    assert_clean(&workbench);
    tree::assert_same(workbench.data(), &restore(&workbench, 1).join("data"));
}

#[tokio::test]
async fn restic_finds_no_errors_after_a_cancelled_backup() {
    let workbench = Workbench::new();
    workbench.write_files(60, 500_000);
    workbench.create_snapshot(1).await.unwrap();
    assert!(workbench.copy_cancelled(1, 15_000_000).await.is_err());
    let said = restic(&workbench, &["snapshots", "--json"]);
    assert_eq!(said.trim(), "[]");
    assert_clean(&workbench);
    workbench.delete(1).await.unwrap();
    assert_eq!(workbench.stored("data"), (0, 0));
    workbench.copy(2, 1).await.unwrap();
    assert_clean(&workbench);
}

/// A restic process that runs until the test ends it.
struct Restic(Child);

impl Restic {
    fn start(workbench: &Workbench, arguments: &[&str]) -> Self {
        let mut child = Command::new("restic")
            .args(["--no-cache", "--repo"])
            .arg(workbench.repository())
            .args(arguments)
            .env("RESTIC_PASSWORD", workbench.password().expose_secret())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("this test needs restic: apt-get install restic");
        while !has_lock(workbench) {
            assert_eq!(child.try_wait().unwrap(), None, "restic {arguments:?} ended");
            thread::yield_now();
        }
        Self(child)
    }
}

/// Whether the repository has a lock. A file has a longer name until it is complete.
fn has_lock(workbench: &Workbench) -> bool {
    let locks = fs::read_dir(workbench.repository().join("locks"));
    let mut names = locks.into_iter().flatten().map(|lock| lock.unwrap().file_name());
    names.any(|name| name.len() == 64)
}

impl Drop for Restic {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn assert_locked<T: Debug>(outcome: Result<T, EngineError>, restic: &Restic) {
    match outcome {
        Err(EngineError::Busy(reason)) => {
            let process = format!("the repository is locked by process {} on ", restic.0.id());
            assert!(reason.starts_with(&process), "{reason}");
        }
        other => panic!("{other:?}"),
    }
}

/// Guard 6: the library ignores restic's locks.
#[tokio::test]
async fn a_lock_of_restic_blocks_changes_until_restic_ends() {
    let workbench = Workbench::new();
    fs::write(workbench.data().join("noise"), noise(1, 500_000)).unwrap();
    workbench.back_up(1).await;
    workbench.create_snapshot(2).await.unwrap();
    assert_eq!(workbench.stored("locks").0, 0);

    // It waits for its input; other backups may run meanwhile.
    let restic = Restic::start(&workbench, &["backup", "--stdin"]);
    workbench.copy(2, 2).await.unwrap();
    assert_locked(workbench.delete(2).await, &restic);
    // The lock of a process that has ended is ignored.
    drop(restic);
    workbench.delete(2).await.unwrap();
    assert_eq!(workbench.stored("locks").0, 0);

    // It holds an exclusive lock for minutes.
    let slow = ["check", "--read-data", "--limit-download", "1"];
    let restic = Restic::start(&workbench, &slow);
    assert_locked(workbench.copy(2, 2).await, &restic);
    assert_locked(workbench.delete(1).await, &restic);
    drop(restic);
    workbench.copy(2, 2).await.unwrap();
    assert_eq!(workbench.stored("locks").0, 0);
    assert_clean(&workbench);
}
