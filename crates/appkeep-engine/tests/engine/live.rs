//! Backups directly from the volumes. Tests with `tmpfs` in their names mount one, which requires root.

use std::fs;

use appkeep_core::catalog::{Consistency, SnapshotMode};
use appkeep_core::engine::{Engine, EngineError, RestoreTarget, SnapshotLevel, TargetPolicy};
use chrono::TimeDelta;
use rustix::fs::{CWD, FileType, Mode};

use crate::leases::Holder;
use crate::mounted::Mounted;
use crate::restic::{assert_clean, restore};
use crate::tree;
use crate::workbench::{
    Workbench, add_odd_volumes, backup_id, cancel_after, never_cancelled, no_progress, noise, odd_volumes,
    snapshot_time,
};
use crate::writer::{Writer, is_cut_exactly};

impl Workbench {
    /// Checks that nothing was copied to the data directory.
    fn assert_no_snapshots(&self) {
        let snapshots = fs::read_dir(self.root().join("data/snapshots"));
        let found: Vec<_> = snapshots.into_iter().flatten().collect();
        assert!(found.is_empty(), "{found:?}");
    }

    /// The directory into which a backup was restored.
    async fn restored(&self, number: u128) -> std::path::PathBuf {
        let path = self.root().join(format!("own-{number}"));
        let policy = TargetPolicy::Refuse;
        let target = RestoreTarget::Directory {
            path: path.clone(),
            policy,
        };
        self.restore(number, self.backup_data(number), target)
            .await
            .unwrap();
        path
    }
}

#[tokio::test]
async fn restic_restores_a_live_backup_with_all_metadata() {
    let (mut workbench, config) = add_odd_volumes(Workbench::without_repository().verifying(100));
    let pipe = workbench.add_volume("run").join("pipe");
    rustix::fs::mknodat(CWD, &pipe, FileType::Fifo, Mode::RWXU, 0).unwrap();
    let (report, backup) = workbench.back_up_live(1).await.unwrap();
    assert_eq!((report.level, report.changed), (SnapshotLevel::Live, 0));
    assert_eq!(report.notes, ["run/pipe: left out because it is a pipe"]);
    assert_eq!(backup.bytes, workbench.measure().await.unwrap());
    assert_eq!(backup.stored_again, [""; 0]);
    assert_clean(&workbench);
    for restored in [restore(&workbench, 1), workbench.restored(1).await] {
        tree::assert_same(workbench.data(), &restored.join("data"));
        tree::assert_same(&config, &restored.join("config"));
    }
}

/// The tree of a live backup is that of a backup of a snapshot, so both have the same parents.
#[tokio::test]
async fn unchanged_files_are_not_stored_again_by_either_kind_of_backup() {
    let (workbench, _) = odd_volumes();
    let workbench = workbench.verifying(100);
    workbench.back_up_live(1).await.unwrap();
    workbench.assert_no_snapshots();
    let first = workbench.stored("data");
    let (_, again) = workbench.back_up_live(2).await.unwrap();
    assert_eq!(again.stored_again, [""; 0]);
    assert_eq!(workbench.stored("data"), first);
    workbench.back_up(3).await;
    assert_eq!(workbench.stored("data"), first);
}

#[tokio::test]
async fn a_repeated_live_backup_returns_the_stored_result() {
    let (workbench, _) = odd_volumes();
    let first = workbench.back_up_live(1).await.unwrap();
    fs::write(workbench.data().join("new"), "later").unwrap();
    let mut later = workbench.live_request(1);
    later.backup.identity.snapshot_time += TimeDelta::hours(1);
    let (report, backup) = workbench
        .engine
        .back_up_volumes(&later, &no_progress(), &never_cancelled())
        .await
        .unwrap();
    assert_eq!(
        (report.snapshot_time, report.skipped),
        (snapshot_time(), first.0.skipped)
    );
    assert_eq!((report.level, backup), (SnapshotLevel::Live, first.1));
    assert_eq!(workbench.list_backups().await.unwrap(), [backup_id(1)].into());
}

#[tokio::test]
async fn a_cancelled_live_backup_stores_nothing_and_can_be_repeated() {
    let workbench = Workbench::new();
    // The first backup of an app lists all files before it reads large ones.
    workbench.back_up_live(2).await.unwrap();
    workbench.write_files(10, 4 << 20);
    let (cancel, progress) = (never_cancelled(), no_progress());
    let cancelled = cancel_after(&progress, 4 << 20, &cancel);
    // The last file has a lease, so it can't be read before the backup was cancelled.
    let lease = Holder::stopped(&workbench.data().join("9"));
    let request = workbench.live_request(1);
    let outcome = workbench
        .engine
        .back_up_volumes(&request, &progress, &cancel)
        .await;
    assert!(matches!(outcome, Err(EngineError::Cancelled)), "{outcome:?}");
    cancelled.await.unwrap();
    drop(lease);
    assert_eq!(workbench.list_backups().await.unwrap(), [backup_id(2)].into());
    workbench.back_up_live(1).await.unwrap();
    let restored = workbench.restored(1).await;
    tree::assert_same(workbench.data(), &restored.join("data"));
}

#[tokio::test]
async fn a_file_that_keeps_changing_fails_a_strict_live_backup() {
    let mut workbench = Workbench::new();
    workbench.consistency = Consistency::Strict;
    let _writer = Writer::start(workbench.data().join("file"));
    match workbench.back_up_live(1).await {
        Err(EngineError::Unreadable(reasons)) => {
            assert_eq!(reasons, ["data/file: changed while it was read"]);
            assert_eq!(workbench.list_backups().await.unwrap(), [].into());
        }
        // On a busy machine the writer may pause for a while.
        whole => {
            assert_eq!(whole.unwrap().0.changed, 0);
            assert!(is_cut_exactly(&workbench.restored(1).await.join("data/file")));
        }
    }
}

#[tokio::test]
async fn a_file_that_keeps_changing_is_noted_by_a_relaxed_live_backup() {
    let mut workbench = Workbench::new().verifying(100);
    workbench.consistency = Consistency::Relaxed;
    let _writer = Writer::start(workbench.data().join("file"));
    let (report, backup) = workbench.back_up_live(1).await.unwrap();
    assert_eq!((report.level, backup.stored_again), (SnapshotLevel::Live, vec![]));
    let restored = workbench.restored(1).await.join("data/file");
    if report.changed == 0 {
        assert!(is_cut_exactly(&restored));
    } else {
        let note = "data/file: changed while it was read; the last content is kept";
        assert_eq!((report.changed, report.notes), (1, vec![note.to_owned()]));
    }
    assert_clean(&workbench);
}

#[tokio::test]
async fn a_volume_larger_than_the_tmpfs_of_the_data_directory_is_backed_up_live() {
    let workbench = Workbench::without_repository();
    let data_dir = workbench.root().join("data");
    let _mounted = Mounted::at(&data_dir, &["-t", "tmpfs", "-o", "size=16m", "tmpfs"]);
    workbench.write_files(6, 8 << 20);
    let measured = workbench.measure().await;
    assert!(matches!(measured, Err(EngineError::LowSpace(_))), "{measured:?}");
    let live = SnapshotMode::Live;
    let bytes = workbench
        .engine
        .measure_volumes(&workbench.volumes, live, &never_cancelled())
        .await;
    assert_eq!(bytes.unwrap(), 48 << 20);
    workbench.back_up_live(1).await.unwrap();
    workbench.assert_no_snapshots();
    let restored = restore(&workbench, 1);
    tree::assert_same(workbench.data(), &restored.join("data"));
}

#[tokio::test]
async fn unreadable_volumes_fail_a_live_backup() {
    let mut workbench = Workbench::new();
    fs::write(workbench.data().join("file"), noise(1, 100)).unwrap();
    workbench.volumes[0].path = "/nowhere/at/all".into();
    match workbench.back_up_live(1).await {
        Err(EngineError::Unreadable(reasons)) => {
            assert_eq!(reasons, ["data: No such file or directory (os error 2)"]);
        }
        other => panic!("{other:?}"),
    }
    // A restore of a backup of the data directory would replace it.
    fs::create_dir_all(workbench.root().join("data/snapshots")).unwrap();
    workbench.volumes[0].path = workbench.root().join("data");
    match workbench.back_up_live(1).await {
        Err(EngineError::Unreadable(reasons)) => assert_eq!(
            reasons,
            ["data/snapshots: it contains the directory of snapshots, so it can't be read"]
        ),
        other => panic!("{other:?}"),
    }
    assert_eq!(workbench.list_backups().await.unwrap(), [].into());
}
