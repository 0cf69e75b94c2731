//! Lists the content of buckets and of the data directory, without changes.

use std::fs;

use appkeep_core::engine::{Engine, EngineError};

use crate::backups::make_unlistable;
use crate::workbench::{Workbench, backup_id, snapshot_id};

#[tokio::test]
async fn the_backups_in_a_bucket_are_listed() {
    let workbench = Workbench::without_repository();
    assert_eq!(workbench.list_backups().await.unwrap(), [].into());
    assert_eq!(
        fs::read_dir(workbench.root().join("bucket")).unwrap().count(),
        0,
        "listing creates nothing"
    );
    workbench.back_up(1).await;
    workbench.back_up(2).await;
    assert_eq!(
        workbench.list_backups().await.unwrap(),
        [backup_id(1), backup_id(2)].into()
    );
    workbench.delete(1).await.unwrap();
    assert_eq!(workbench.list_backups().await.unwrap(), [backup_id(2)].into());
    fs::remove_dir_all(workbench.repository()).unwrap();
    assert_eq!(workbench.list_backups().await.unwrap(), [].into());
}

#[tokio::test]
async fn an_unreadable_bucket_is_an_error_and_not_empty() {
    let workbench = Workbench::new();
    workbench.back_up(1).await;
    let (bucket, aside) = (workbench.root().join("bucket"), workbench.root().join("aside"));
    fs::rename(&bucket, &aside).unwrap();
    assert!(matches!(
        workbench.list_backups().await,
        Err(EngineError::Storage(_))
    ));
    // The mount point of an unmounted disk.
    fs::create_dir(&bucket).unwrap();
    let marker = format!("appkeep-bucket-{}", workbench.bucket.id);
    workbench.create_snapshot(2).await.unwrap();
    for outcome in [
        workbench.list_backups().await.map(drop),
        workbench.copy(2, 2).await.map(drop),
        workbench.delete(1).await,
    ] {
        match outcome {
            Err(EngineError::Storage(reason)) => {
                assert!(reason.ends_with(&format!(" lacks {marker}")), "{reason}");
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(fs::read_dir(&bucket).unwrap().count(), 0, "nothing is made there");
    fs::remove_dir(&bucket).unwrap();
    fs::rename(&aside, &bucket).unwrap();
    assert_eq!(workbench.list_backups().await.unwrap(), [backup_id(1)].into());

    let snapshots = workbench.repository().join("snapshots");
    let aside = make_unlistable(&snapshots);
    assert!(matches!(
        workbench.list_backups().await,
        Err(EngineError::Storage(_))
    ));
    fs::remove_file(&snapshots).unwrap();
    fs::rename(aside, &snapshots).unwrap();
    let file = fs::read_dir(&snapshots).unwrap().next().unwrap().unwrap().path();
    let content = fs::read(&file).unwrap();
    fs::write(&file, "not what it was").unwrap();
    assert!(
        workbench.list_backups().await.is_err(),
        "the damaged record has no known backup"
    );
    fs::write(&file, content).unwrap();
    fs::rename(workbench.key_file(), workbench.root().join("key")).unwrap();
    assert!(matches!(workbench.list_backups().await, Err(EngineError::Key(_))));
}

#[tokio::test]
async fn completed_snapshots_are_listed() {
    let workbench = Workbench::new();
    let listed = async || workbench.engine.list_snapshots(workbench.app_id).await.unwrap();
    assert_eq!(listed().await, [].into());
    workbench.create_snapshot(1).await.unwrap();
    workbench.create_snapshot(2).await.unwrap();
    fs::create_dir(workbench.snapshot_dir(3).with_extension("partial")).unwrap();
    assert_eq!(listed().await, [snapshot_id(1), snapshot_id(2)].into());
    fs::remove_dir_all(workbench.snapshot_dir(1)).unwrap();
    assert_eq!(listed().await, [snapshot_id(2)].into());
}
