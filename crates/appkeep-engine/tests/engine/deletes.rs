//! Deleting backups.

use std::fs;

use appkeep_core::engine::{Engine, EngineError};

use crate::backups::make_unlistable;
use crate::workbench::{Workbench, backup_id, never_cancelled, noise};

#[tokio::test]
async fn delete_frees_space() {
    let workbench = Workbench::new();
    fs::write(workbench.data().join("stays"), noise(1, 3 << 20)).unwrap();
    workbench.back_up(1).await;
    fs::write(workbench.data().join("goes"), noise(2, 5 << 20)).unwrap();
    workbench.back_up(2).await;
    assert!(workbench.stored("data").1 > 8 << 20);

    workbench.delete(2).await.unwrap();
    let (_, bytes) = workbench.stored("data");
    assert!(
        bytes > 3 << 20 && bytes < (3 << 20) + 50_000,
        "{bytes} bytes are left"
    );
    assert_eq!(workbench.stored("snapshots").0, 1);

    workbench.delete(1).await.unwrap();
    assert_eq!(workbench.stored("data"), (0, 0));
    assert_eq!(workbench.stored("index"), (0, 0));
    assert_eq!(workbench.stored("snapshots"), (0, 0));
}

#[tokio::test]
async fn delete_keeps_data_that_other_backups_need() {
    let workbench = Workbench::new();
    fs::write(workbench.data().join("shared"), noise(1, 1 << 20)).unwrap();
    fs::write(workbench.data().join("only in the first"), noise(2, 1 << 20)).unwrap();
    workbench.back_up(1).await;
    fs::remove_file(workbench.data().join("only in the first")).unwrap();
    workbench.back_up(2).await;
    workbench.delete(1).await.unwrap();
    let (_, bytes) = workbench.stored("data");
    assert!(
        bytes > 1 << 20 && bytes < (1 << 20) + 50_000,
        "{bytes} bytes are left"
    );
}

#[tokio::test]
async fn deleting_a_missing_backup_succeeds() {
    let workbench = Workbench::without_repository();
    workbench.delete(1).await.unwrap();
    assert!(!workbench.repository().exists());
    workbench.back_up(1).await;
    workbench.delete(2).await.unwrap();
    assert_eq!(workbench.stored("snapshots").0, 1);
    workbench.delete(1).await.unwrap();
    workbench.delete(1).await.unwrap();
}

#[tokio::test]
async fn a_delete_fails_while_the_repository_of_other_backups_is_missing() {
    let workbench = Workbench::new();
    workbench.back_up(1).await;
    workbench.back_up(2).await;
    let mut request = workbench.delete_request(1);
    request.keep = [backup_id(1), backup_id(2)].into();
    let (repository, aside) = (workbench.repository(), workbench.root().join("aside"));
    fs::rename(&repository, &aside).unwrap();
    let missing = workbench.engine.delete_backup(&request, &never_cancelled()).await;
    match missing {
        Err(EngineError::Storage(reason)) => {
            assert!(reason.starts_with("nothing was deleted: "), "{reason}");
        }
        other => panic!("{other:?}"),
    }
    request.keep = [backup_id(1)].into();
    let missing = workbench.engine.delete_backup(&request, &never_cancelled()).await;
    missing.unwrap();
    fs::rename(&aside, &repository).unwrap();
    assert_eq!(workbench.stored("snapshots").0, 2);
}

/// Guard 12: no index names such packs, so no other job deletes them.
#[tokio::test]
async fn delete_removes_leftovers_of_interrupted_backups() {
    let workbench = Workbench::new();
    fs::write(workbench.data().join("file"), noise(1, 1 << 20)).unwrap();
    workbench.back_up(1).await;
    let stray = workbench.repository().join("data/ab").join("ab".repeat(32));
    fs::create_dir_all(stray.parent().unwrap()).unwrap();
    fs::write(&stray, "a pack that no index names").unwrap();
    let half = workbench.repository().join("tmp/half");
    fs::write(&half, "a file that was never finished").unwrap();
    workbench.delete(2).await.unwrap();
    assert!(!stray.exists());
    assert!(!half.exists());
    assert_eq!(workbench.stored("snapshots").0, 1);
}

#[tokio::test]
async fn a_backup_can_be_created_after_the_last_was_deleted() {
    let workbench = Workbench::new();
    fs::write(workbench.data().join("file"), noise(1, 1 << 20)).unwrap();
    workbench.back_up(1).await;
    workbench.delete(1).await.unwrap();
    assert_eq!(workbench.back_up(2).await, 1 << 20);
}

/// Guard 1: with the library's own backend, each of these deletes every pack and reports success.
#[tokio::test]
async fn delete_removes_nothing_if_a_listing_fails() {
    for directory in ["snapshots", "index", "data", "data/00"] {
        let workbench = Workbench::new();
        fs::write(workbench.data().join("file"), noise(1, 1 << 20)).unwrap();
        workbench.back_up(1).await;
        workbench.back_up(2).await;
        let path = workbench.repository().join(directory);
        fs::create_dir_all(&path).unwrap();
        let aside = make_unlistable(&path);
        let outcome = workbench.delete(1).await;
        assert!(
            matches!(outcome, Err(EngineError::Storage(_))),
            "{directory}: {outcome:?}"
        );
        fs::remove_file(&path).unwrap();
        fs::rename(aside, &path).unwrap();
        // At most the backup itself was forgotten.
        assert!(workbench.stored("data").1 > 1 << 20, "{directory}");
        assert!(workbench.stored("index").0 > 0, "{directory}");
        assert!(workbench.stored("snapshots").0 >= 1, "{directory}");
    }
}

#[tokio::test]
async fn delete_removes_nothing_without_index_files() {
    let workbench = Workbench::new();
    fs::write(workbench.data().join("file"), noise(1, 1 << 20)).unwrap();
    workbench.back_up(1).await;
    workbench.back_up(2).await;
    let packs = workbench.stored("data");
    for entry in fs::read_dir(workbench.repository().join("index")).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    assert!(matches!(workbench.delete(1).await, Err(EngineError::Broken(_))));
    assert_eq!(workbench.stored("data"), packs);
}

#[tokio::test]
async fn delete_removes_nothing_if_a_snapshot_is_unreadable() {
    let workbench = Workbench::new();
    workbench.back_up(1).await;
    workbench.back_up(2).await;
    let packs = workbench.stored("data");
    let snapshots = workbench.repository().join("snapshots");
    let damaged = fs::read_dir(&snapshots).unwrap().next().unwrap().unwrap().path();
    fs::write(damaged, "not what it was").unwrap();
    assert!(workbench.delete(1).await.is_err());
    assert_eq!(workbench.stored("data"), packs);
    assert_eq!(workbench.stored("snapshots").0, 2);
}

#[tokio::test]
async fn a_cancelled_delete_removes_nothing() {
    let workbench = Workbench::new();
    workbench.back_up(1).await;
    let cancel = never_cancelled();
    cancel.cancel();
    let outcome = workbench
        .engine
        .delete_backup(&workbench.delete_request(1), &cancel)
        .await;
    assert!(matches!(outcome, Err(EngineError::Cancelled)));
    assert_eq!(workbench.stored("snapshots").0, 1);
}

#[tokio::test]
async fn delete_removes_unfinished_files_of_a_first_backup() {
    let workbench = Workbench::without_repository();
    let half = workbench.repository().join("tmp/half");
    fs::create_dir_all(half.parent().unwrap()).unwrap();
    fs::write(&half, "a config that was never finished").unwrap();
    workbench.delete(1).await.unwrap();
    assert!(!half.exists());
}
