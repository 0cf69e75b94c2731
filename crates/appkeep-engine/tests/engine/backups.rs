//! Storing snapshots in a bucket.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use appkeep_core::catalog::BucketLocation;
use appkeep_core::engine::{Engine, EngineError, Progress};
use secrecy::ExposeSecret;
use tokio::sync::watch;

use crate::tree;
use crate::workbench::{Workbench, never_cancelled, no_progress, noise};

#[tokio::test]
async fn a_backup_has_the_measured_size() {
    let workbench = Workbench::new();
    tree::make(workbench.data());
    let total = workbench.measure().await.unwrap();
    workbench.create_snapshot(1).await.unwrap();
    let progress = watch::Sender::new(Progress::default());
    let stored = workbench
        .engine
        .copy_backup(&workbench.copy_request(1, 1), &progress, &never_cancelled())
        .await;
    assert_eq!(stored.unwrap().bytes, total);
    assert_eq!(progress.borrow().bytes_done, total);
}

#[tokio::test]
async fn progress_only_grows_and_never_passes_the_total() {
    let workbench = Workbench::new();
    workbench.write_files(20, 200_000);
    workbench.create_snapshot(1).await.unwrap();
    let progress = no_progress();
    let mut heard = progress.subscribe();
    let listener = tokio::spawn(async move {
        let mut steps = Vec::new();
        while heard.changed().await.is_ok() {
            steps.push(heard.borrow_and_update().bytes_done);
        }
        steps
    });
    let request = workbench.copy_request(1, 1);
    let total = workbench
        .engine
        .copy_backup(&request, &progress, &never_cancelled())
        .await
        .unwrap()
        .bytes;
    drop(progress);
    let steps = listener.await.unwrap();
    assert!(steps.is_sorted(), "{steps:?}");
    assert_eq!(steps.last(), Some(&total));
    assert_eq!(total, 4_000_000);
}

#[tokio::test]
async fn a_second_backup_of_unchanged_data_stores_almost_nothing() {
    let workbench = Workbench::new();
    tree::make(workbench.data());
    workbench.back_up(1).await;
    let (packs, bytes) = workbench.stored("data");
    // A new copy, with other inodes and change times.
    workbench.back_up(2).await;
    assert_eq!(workbench.stored("data"), (packs, bytes));
    assert_eq!(workbench.stored("snapshots").0, 2);

    fs::write(workbench.data().join("small"), "other words").unwrap();
    workbench.back_up(3).await;
    let grown = workbench.stored("data").1 - bytes;
    assert!(grown < 10_000, "{grown} bytes more");
}

#[tokio::test]
async fn identical_files_are_stored_once() {
    let workbench = Workbench::new();
    fs::write(workbench.data().join("one"), noise(1, 2 << 20)).unwrap();
    fs::write(workbench.data().join("other"), noise(1, 2 << 20)).unwrap();
    assert_eq!(workbench.back_up(1).await, 4 << 20);
    assert!(workbench.stored("data").1 < 3 << 20);
}

#[tokio::test]
async fn repeating_a_backup_stores_one() {
    let workbench = Workbench::new();
    tree::make(workbench.data());
    workbench.create_snapshot(1).await.unwrap();
    let first = workbench.copy(1, 1).await.unwrap();
    let progress = no_progress();
    let request = workbench.copy_request(1, 1);
    let again = workbench
        .engine
        .copy_backup(&request, &progress, &never_cancelled())
        .await
        .unwrap()
        .bytes;
    assert_eq!(first, again);
    assert_eq!(progress.borrow().bytes_done, again);
    assert_eq!(workbench.stored("snapshots").0, 1);
}

#[tokio::test]
async fn repeating_a_backup_concurrently_stores_one() {
    let workbench = Workbench::new();
    fs::write(workbench.data().join("file"), noise(1, 2 << 20)).unwrap();
    workbench.create_snapshot(1).await.unwrap();
    let (one, other) = tokio::join!(workbench.copy(1, 1), workbench.copy(1, 1));
    assert_eq!(one.unwrap(), other.unwrap());
    assert_eq!(workbench.stored("snapshots").0, 1);
}

/// Guard 11: two concurrent backups would both store their common data.
#[tokio::test]
async fn concurrent_backups_store_common_data_once() {
    let workbench = Workbench::new();
    fs::write(workbench.data().join("file"), noise(1, 6 << 20)).unwrap();
    workbench.create_snapshot(1).await.unwrap();
    workbench.create_snapshot(2).await.unwrap();
    let (one, other) = tokio::join!(workbench.copy(1, 1), workbench.copy(2, 2));
    assert_eq!(one.unwrap(), other.unwrap());
    assert_eq!(workbench.stored("snapshots").0, 2);
    let (_, bytes) = workbench.stored("data");
    assert!(bytes < 7 << 20, "{bytes} bytes are stored");
}

#[tokio::test]
async fn an_app_without_files_can_be_backed_up() {
    let workbench = Workbench::new();
    assert_eq!(workbench.back_up(1).await, 0);
    let mut none = Workbench::new();
    none.volumes.clear();
    assert_eq!(none.back_up(1).await, 0);
}

/// Guards 2 and 3: if it is interrupted, the library stores a partial backup as if it were complete.
#[tokio::test]
async fn a_cancelled_backup_leaves_no_snapshot_in_the_repository() {
    let workbench = Workbench::new();
    workbench.write_files(60, 500_000);
    let total = 30_000_000;
    workbench.create_snapshot(1).await.unwrap();
    for (number, percent) in [0, 1, 10, 50, 90].into_iter().enumerate() {
        let outcome = workbench
            .copy_cancelled(number as u128, total * percent / 100)
            .await;
        assert!(
            matches!(outcome, Err(EngineError::Cancelled)),
            "at {percent} %: {outcome:?}"
        );
        assert_eq!(workbench.stored("snapshots").0, 0, "at {percent} %");
    }
    assert_eq!(workbench.copy(100, 1).await.unwrap(), total);
}

#[tokio::test]
async fn dropping_the_future_cancels_the_backup() {
    let workbench = Workbench::new();
    workbench.write_files(60, 500_000);
    workbench.create_snapshot(1).await.unwrap();
    let progress = no_progress();
    let mut heard = progress.subscribe();
    let request = workbench.copy_request(1, 1);
    let cancel = never_cancelled();
    let mut blocked = workbench.block_last_file(1);
    tokio::select! {
        outcome = workbench.engine.copy_backup(&request, &progress, &cancel) => panic!("{outcome:?}"),
        _ = heard.changed() => {}
    }
    blocked.release();
    // The next job waits until the backup has ended.
    workbench.delete(1).await.unwrap();
    assert_eq!(workbench.stored("snapshots").0, 0);
    assert_eq!(workbench.stored("data").0, 0);
}

/// Guard 15: nothing is created in place of a missing bucket.
#[tokio::test]
async fn a_missing_bucket_is_not_created() {
    let mut workbench = Workbench::without_repository();
    workbench.create_snapshot(1).await.unwrap();
    let elsewhere = workbench.root().join("not mounted");
    workbench.bucket.location = BucketLocation::Directory(elsewhere.clone());
    for outcome in [workbench.copy(1, 1).await.map(drop), workbench.delete(1).await] {
        match outcome {
            Err(EngineError::Storage(reason)) => {
                assert!(reason.starts_with("bucket main is unavailable: "), "{reason}");
                assert!(
                    reason.ends_with("No such file or directory (os error 2)"),
                    "{reason}"
                );
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(!elsewhere.exists());
    assert!(!workbench.key_file().exists());
}

#[tokio::test]
async fn a_bucket_that_is_a_file_is_refused() {
    let mut workbench = Workbench::new();
    workbench.create_snapshot(1).await.unwrap();
    let file = workbench.root().join("a file");
    fs::write(&file, "").unwrap();
    workbench.bucket.location = BucketLocation::Directory(file);
    assert!(matches!(workbench.copy(1, 1).await, Err(EngineError::Storage(_))));
}

/// Guard 1, for a backup: it must be known whether the backup already exists.
#[tokio::test]
async fn backup_fails_if_the_repository_cannot_be_listed() {
    for directory in ["snapshots", "index", "keys"] {
        let workbench = Workbench::new();
        workbench.back_up(1).await;
        workbench.create_snapshot(2).await.unwrap();
        make_unlistable(&workbench.repository().join(directory));
        let outcome = workbench.copy(2, 2).await;
        assert!(
            matches!(outcome, Err(EngineError::Storage(_))),
            "{directory}: {outcome:?}"
        );
        assert_eq!(workbench.stored("snapshots").0, 1, "{directory}");
    }
}

/// Replaces a directory with a file. Permissions would not affect root.
pub(crate) fn make_unlistable(directory: &Path) -> PathBuf {
    let aside = directory.with_extension("aside");
    fs::rename(directory, &aside).unwrap();
    fs::write(directory, "").unwrap();
    aside
}

#[tokio::test]
async fn a_snapshot_of_another_app_is_not_used() {
    let workbench = Workbench::new();
    let mut other = workbench.copy_request(1, 1);
    other.app_id = appkeep_core::ids::AppId::new(uuid::Uuid::from_u128(0xaa));
    workbench.create_snapshot(1).await.unwrap();
    let outcome = workbench
        .engine
        .copy_backup(&other, &no_progress(), &never_cancelled())
        .await;
    assert!(matches!(outcome, Err(EngineError::Unreadable(_))));
}

#[tokio::test]
async fn each_app_has_its_own_repository() {
    let mut workbench = Workbench::new();
    fs::write(workbench.data().join("file"), "text").unwrap();
    let mut passwords = BTreeSet::new();
    for app in 1..=3 {
        workbench.app_id = appkeep_core::ids::AppId::new(uuid::Uuid::from_u128(app));
        workbench.back_up(1).await;
        assert!(workbench.repository().join("config").is_file());
        passwords.insert(workbench.password().expose_secret().to_owned());
    }
    assert_eq!(passwords.len(), 3);
}

/// Found by `cargo xtask crash`: such files were kept until the next delete.
#[tokio::test]
async fn backup_deletes_unfinished_files_of_a_killed_server() {
    let workbench = Workbench::without_repository();
    fs::write(workbench.data().join("file"), "content").unwrap();
    let half = workbench.repository().join("tmp/half");
    for number in 1..=2 {
        fs::create_dir_all(half.parent().unwrap()).unwrap();
        fs::write(&half, "a file that was never finished").unwrap();
        workbench.back_up(number).await;
        assert!(!half.exists(), "after backup {number}");
    }
}
