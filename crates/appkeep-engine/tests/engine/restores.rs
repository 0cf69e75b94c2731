//! Restoring backups and snapshots.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use appkeep_core::catalog::Volume;
use appkeep_core::engine::{
    Engine, EngineError, Progress, Restore, RestoreData, RestoreReport, RestoreTarget, TargetPolicy,
};
use appkeep_core::ids::AppRestoreId;
use tokio::sync::watch;
use uuid::Uuid;

use crate::mounted::Mounted;
use crate::tree;
use crate::workbench::{
    Workbench, backup_id, cancel_after, never_cancelled, no_progress, odd_volumes, snapshot_id,
};

impl Workbench {
    pub(crate) fn backup_data(&self, number: u128) -> RestoreData {
        RestoreData::Backup {
            bucket: self.bucket.clone(),
            backup_id: backup_id(number),
        }
    }

    /// The first backup and its snapshot, each with the id of a restore.
    pub(crate) fn both_sources(&self) -> [(u128, RestoreData); 2] {
        let snapshot = RestoreData::Snapshot(snapshot_id(1));
        [(1, self.backup_data(1)), (2, snapshot)]
    }

    pub(crate) fn restore_request(&self, id: u128, source: RestoreData, target: RestoreTarget) -> Restore {
        Restore {
            id: AppRestoreId::new(Uuid::from_u128(id)),
            app_id: self.app_id,
            source_app_id: self.app_id,
            source,
            target,
            include: Vec::new(),
            within: Vec::new(),
            protected: Vec::new(),
        }
    }

    pub(crate) fn in_place(&self) -> RestoreTarget {
        RestoreTarget::InPlace(self.volumes.clone())
    }

    pub(crate) async fn restore(
        &self,
        id: u128,
        source: RestoreData,
        target: RestoreTarget,
    ) -> Result<RestoreReport, EngineError> {
        let request = self.restore_request(id, source, target);
        self.engine
            .restore(&request, &no_progress(), &never_cancelled())
            .await
    }

    /// Restores a backup in place; `id` is that of the restore.
    pub(crate) async fn restore_in_place(
        &self,
        id: u128,
        number: u128,
    ) -> Result<RestoreReport, EngineError> {
        self.restore(id, self.backup_data(number), self.in_place()).await
    }

    /// Restores a snapshot to a new directory and returns its path. All metadata must be restored.
    pub(crate) async fn snapshot_restored(&self, number: u128) -> PathBuf {
        let path = self.root().join(format!("restored snapshot {number}"));
        let target = into(path.clone(), TargetPolicy::Replace);
        // No test uses this id.
        let id = u128::MAX - number;
        let report = self
            .restore(id, RestoreData::Snapshot(snapshot_id(number)), target)
            .await;
        assert_eq!(report.unwrap().notes, [""; 0]);
        path
    }

    /// Copies the first volume.
    pub(crate) fn kept(&self) -> PathBuf {
        let kept = self.root().join("kept");
        let copied = std::process::Command::new("cp")
            .args(["-a".as_ref(), self.data(), &kept])
            .status();
        assert!(copied.unwrap().success());
        kept
    }
}

pub(crate) fn into(path: PathBuf, policy: TargetPolicy) -> RestoreTarget {
    RestoreTarget::Directory { path, policy }
}

/// Checks that a restore left nothing next to or in these directories.
fn assert_no_remains(directories: &[&Path]) {
    for directory in directories {
        for entry in fs::read_dir(directory).unwrap() {
            let name = entry.unwrap().file_name();
            let name = name.to_string_lossy();
            assert!(!name.starts_with(".appkeep"), "{name} in {}", directory.display());
        }
    }
}

#[track_caller]
pub(crate) fn assert_refused(outcome: Result<RestoreReport, EngineError>, expected: &str) {
    match outcome {
        Err(EngineError::Refused(reason)) => assert!(reason.contains(expected), "{reason}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn backups_and_snapshots_are_restored_in_place() {
    let (workbench, config) = odd_volumes();
    let kept = workbench.kept();
    let total = workbench.back_up(1).await;
    for (id, source) in workbench.both_sources() {
        fs::write(workbench.data().join("small"), "overwritten").unwrap();
        fs::remove_dir_all(workbench.data().join("deep")).unwrap();
        fs::write(workbench.data().join("came later"), "").unwrap();
        fs::remove_file(config.join("settings")).unwrap();
        let progress = watch::Sender::new(Progress::default());
        let request = workbench.restore_request(id, source, workbench.in_place());
        let report = workbench
            .engine
            .restore(&request, &progress, &never_cancelled())
            .await
            .unwrap();
        tree::assert_same(&kept, workbench.data());
        assert_eq!(fs::read(config.join("settings")).unwrap(), b"on");
        assert_eq!(report.bytes, total);
        assert_eq!(progress.borrow().bytes_done, total);
        assert_eq!(report.restored, [config.clone(), workbench.data().to_owned()]);
        assert!(report.notes.is_empty() && report.left.is_empty(), "{report:?}");
        let sparse = fs::metadata(workbench.data().join("sparse")).unwrap();
        let blocks = sparse.blocks();
        assert!(blocks * 512 < 1 << 20, "{blocks} blocks");
        assert_no_remains(&[config.parent().unwrap(), workbench.data()]);
    }
}

#[tokio::test]
async fn a_missing_volume_is_restored() {
    let workbench = Workbench::new();
    tree::make_volume(workbench.data());
    let kept = workbench.kept();
    workbench.back_up(1).await;
    fs::remove_dir_all(workbench.data()).unwrap();
    workbench.restore_in_place(1, 1).await.unwrap();
    tree::assert_same(&kept, workbench.data());
}

#[tokio::test]
async fn a_linked_volume_is_replaced_at_the_links_target() {
    let mut workbench = Workbench::new();
    let real = workbench.data().to_owned();
    fs::write(real.join("file"), "then").unwrap();
    let link = workbench.root().join("link");
    symlink(&real, &link).unwrap();
    workbench.volumes[0].path.clone_from(&link);
    workbench.back_up(1).await;
    fs::write(real.join("file"), "now").unwrap();
    workbench.restore_in_place(1, 1).await.unwrap();
    assert_eq!(fs::read_link(&link).unwrap(), real);
    assert_eq!(fs::read(real.join("file")).unwrap(), b"then");
}

#[tokio::test]
async fn restore_to_a_directory_creates_one_subdirectory_per_volume() {
    let (workbench, config) = odd_volumes();
    workbench.back_up(1).await;
    let target = workbench.root().join("not/there/yet");
    let report = workbench
        .restore(
            1,
            workbench.backup_data(1),
            into(target.clone(), TargetPolicy::Refuse),
        )
        .await
        .unwrap();
    assert_eq!(report.restored, [target.join("config"), target.join("data")]);
    tree::assert_same(workbench.data(), &target.join("data"));
    tree::assert_same(&config, &target.join("config"));
    assert_eq!(fs::read_dir(&target).unwrap().count(), 2);
}

#[tokio::test]
async fn a_non_empty_directory_is_refused_unless_replaceable() {
    let workbench = Workbench::new();
    fs::write(workbench.data().join("file"), "from the backup").unwrap();
    workbench.back_up(1).await;
    let target = workbench.root().join("target");
    fs::create_dir_all(target.join("data")).unwrap();
    fs::write(target.join("data/mine"), "precious").unwrap();
    fs::write(target.join("other"), "stays").unwrap();
    let source = || workbench.backup_data(1);
    let refused = workbench
        .restore(1, source(), into(target.clone(), TargetPolicy::Refuse))
        .await;
    assert_refused(refused, "is not empty: ");
    assert_eq!(fs::read(target.join("data/mine")).unwrap(), b"precious");
    workbench
        .restore(2, source(), into(target.clone(), TargetPolicy::Replace))
        .await
        .unwrap();
    assert!(!target.join("data/mine").exists());
    tree::assert_same(workbench.data(), &target.join("data"));
    assert_eq!(fs::read(target.join("other")).unwrap(), b"stays");
    assert_no_remains(&[&target]);
}

#[tokio::test]
async fn a_link_or_file_at_a_volumes_path_is_replaced() {
    let workbench = Workbench::new();
    fs::write(workbench.data().join("file"), "from the backup").unwrap();
    workbench.back_up(1).await;
    let elsewhere = workbench.root().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    fs::write(elsewhere.join("file"), "not ours").unwrap();
    let target = workbench.root().join("target");
    fs::create_dir(&target).unwrap();
    symlink(&elsewhere, target.join("data")).unwrap();
    workbench
        .restore(
            1,
            workbench.backup_data(1),
            into(target.clone(), TargetPolicy::Replace),
        )
        .await
        .unwrap();
    tree::assert_same(workbench.data(), &target.join("data"));
    assert_eq!(fs::read(elsewhere.join("file")).unwrap(), b"not ours");
    assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 1);
}

#[tokio::test]
async fn repeating_a_finished_restore_changes_nothing() {
    let workbench = Workbench::new();
    fs::write(workbench.data().join("file"), "then").unwrap();
    workbench.back_up(1).await;
    let first = workbench.restore_in_place(1, 1).await.unwrap();
    fs::write(workbench.data().join("file"), "written since").unwrap();
    let second = workbench.restore_in_place(1, 1).await.unwrap();
    assert_eq!(first, second);
    assert_eq!(fs::read(workbench.data().join("file")).unwrap(), b"written since");
}

#[tokio::test]
async fn added_and_removed_volumes_are_reported() {
    let mut workbench = Workbench::new();
    fs::write(workbench.data().join("file"), "then").unwrap();
    workbench.back_up(1).await;
    let added = workbench.add_volume("added");
    fs::write(added.join("file"), "new").unwrap();
    let report = workbench.restore_in_place(1, 1).await.unwrap();
    assert_eq!(report.untouched, ["added"]);
    assert_eq!(fs::read(added.join("file")).unwrap(), b"new");

    workbench.back_up(2).await;
    workbench.volumes.remove(0);
    let refused = workbench.restore_in_place(2, 2).await;
    assert_refused(refused, "the app has no volume data");
    assert_eq!(fs::read(added.join("file")).unwrap(), b"new");
}

#[tokio::test]
async fn restore_refuses_to_replace_protected_directories() {
    let mut workbench = Workbench::new();
    fs::write(workbench.data().join("file"), "then").unwrap();
    workbench.back_up(1).await;
    let everything = workbench.root().to_owned();
    let volume = workbench.volumes[0].clone();
    // It contains the bucket and the data directory.
    workbench.volumes[0].path.clone_from(&everything);
    let refused = workbench.restore_in_place(1, 1).await;
    assert_refused(refused, "which contains data of this server");
    for inside in ["bucket/deeper", "data/deeper"] {
        let target = into(everything.join(inside), TargetPolicy::Replace);
        let refused = workbench.restore(2, workbench.backup_data(1), target).await;
        assert_refused(refused, "which contains data of this server");
    }
    let mut request = workbench.restore_request(3, workbench.backup_data(1), workbench.in_place());
    request.target = RestoreTarget::InPlace(vec![volume.clone()]);
    request.protected = vec![volume.path.join("another bucket")];
    fs::create_dir(volume.path.join("another bucket")).unwrap();
    let refused = workbench
        .engine
        .restore(&request, &no_progress(), &never_cancelled())
        .await;
    assert_refused(refused, "another bucket, which contains data of this server");
}

#[tokio::test]
async fn nested_volumes_are_refused() {
    let mut workbench = Workbench::new();
    fs::write(workbench.data().join("file"), "then").unwrap();
    let inner = workbench.data().join("inner");
    fs::create_dir(&inner).unwrap();
    workbench.volumes.push(Volume {
        name: "inner".to_owned(),
        path: inner,
    });
    workbench.back_up(1).await;
    let refused = workbench.restore_in_place(1, 1).await;
    assert_refused(refused, "the volume inner is in the volume data");
}

#[tokio::test]
async fn restoring_a_missing_source_fails() {
    let workbench = Workbench::new();
    fs::write(workbench.data().join("file"), "mine").unwrap();
    for source in [workbench.backup_data(1), RestoreData::Snapshot(snapshot_id(1))] {
        let outcome = workbench.restore(1, source, workbench.in_place()).await;
        assert!(matches!(outcome, Err(EngineError::Unreadable(_))), "{outcome:?}");
    }
    workbench.back_up(1).await;
    let outcome = workbench.restore_in_place(1, 2).await;
    match outcome {
        Err(EngineError::Unreadable(reasons)) => {
            assert_eq!(
                reasons,
                [format!("backup {} is not in bucket main", backup_id(2))]
            );
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(fs::read(workbench.data().join("file")).unwrap(), b"mine");
}

/// Flips one bit of each pack in turn.
#[tokio::test]
async fn restoring_a_damaged_backup_fails_and_keeps_the_old_data() {
    let workbench = Workbench::new();
    workbench.write_files(10, 50_000);
    workbench.back_up(1).await;
    fs::write(workbench.data().join("0"), "old data").unwrap();
    let packs: Vec<_> = walkdir::WalkDir::new(workbench.repository().join("data"))
        .into_iter()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().is_file())
        .collect();
    assert!(packs.len() >= 2);
    for pack in packs {
        let whole = fs::read(pack.path()).unwrap();
        let mut damaged = whole.clone();
        damaged[100] ^= 4;
        fs::write(pack.path(), damaged).unwrap();
        let outcome = workbench.restore_in_place(1, 1).await;
        match outcome {
            Err(EngineError::Unreadable(reasons)) => {
                assert!(reasons[0].contains("the repository is damaged"), "{reasons:?}");
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(fs::read(workbench.data().join("0")).unwrap(), b"old data");
        assert_no_remains(&[workbench.data(), workbench.data().parent().unwrap()]);
        fs::write(pack.path(), whole).unwrap();
    }
    workbench.restore_in_place(1, 1).await.unwrap();
}

#[tokio::test]
async fn a_cancelled_restore_keeps_only_the_old_data() {
    let workbench = Workbench::new();
    workbench.write_files(40, 500_000);
    workbench.back_up(1).await;
    fs::write(workbench.data().join("0"), "old data").unwrap();
    let (cancel, progress) = (never_cancelled(), no_progress());
    let canceller = cancel_after(&progress, 500_000, &cancel);
    let request = workbench.restore_request(1, workbench.backup_data(1), workbench.in_place());
    let outcome = workbench.engine.restore(&request, &progress, &cancel).await;
    canceller.await.unwrap();
    assert!(matches!(outcome, Err(EngineError::Cancelled)), "{outcome:?}");
    assert_eq!(fs::read(workbench.data().join("0")).unwrap(), b"old data");
    assert_no_remains(&[workbench.data(), workbench.data().parent().unwrap()]);
}

/// Otherwise it would find part of the old data, or a directory that is being deleted.
#[tokio::test]
async fn a_snapshot_waits_for_a_concurrent_restore() {
    let workbench = Workbench::new();
    workbench.write_files(10, 500_000);
    workbench.back_up(1).await;
    fs::write(workbench.data().join("0"), "old data").unwrap();
    let progress = no_progress();
    let mut heard = progress.subscribe();
    let request = workbench.restore_request(1, workbench.backup_data(1), workbench.in_place());
    let cancel = never_cancelled();
    let restore = workbench.engine.restore(&request, &progress, &cancel);
    let take = async {
        heard.changed().await.unwrap();
        workbench.create_snapshot(2).await
    };
    let (restored, taken) = tokio::join!(restore, take);
    restored.unwrap();
    taken.unwrap();
    tree::assert_same(
        &workbench.snapshot_restored(1).await.join("data"),
        &workbench.snapshot_restored(2).await.join("data"),
    );
}

const TMPFS: [&str; 5] = ["-t", "tmpfs", "-o", "size=64m", "appkeep-test"];

#[tokio::test]
async fn a_volume_that_is_a_mount_point_stays_one() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let workbench = Workbench::new();
    let _mounted = Mounted::at(workbench.data(), &TMPFS);
    tree::make_volume(workbench.data());
    // tmpfs has no user attributes on older kernels; this test only needs the rest.
    let kept = workbench.kept();
    workbench.back_up(1).await;
    for (id, source) in workbench.both_sources() {
        let before = fs::metadata(workbench.data()).unwrap();
        fs::set_permissions(workbench.data(), Permissions::from_mode(0o777)).unwrap();
        fs::write(workbench.data().join("small"), "overwritten").unwrap();
        fs::remove_dir_all(workbench.data().join("deep")).unwrap();
        fs::write(workbench.data().join("came later"), "").unwrap();
        workbench.restore(id, source, workbench.in_place()).await.unwrap();
        tree::assert_same(&kept, workbench.data());
        let after = fs::metadata(workbench.data()).unwrap();
        assert_eq!((before.dev(), before.ino()), (after.dev(), after.ino()));
    }
    assert_no_remains(&[workbench.data(), workbench.data().parent().unwrap()]);
}

#[tokio::test]
async fn a_mount_point_inside_a_volume_is_refused() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let workbench = Workbench::new();
    fs::write(workbench.data().join("file"), "then").unwrap();
    workbench.back_up(1).await;
    let inner = workbench.data().join("a mount\\point");
    fs::create_dir(&inner).unwrap();
    let _mounted = Mounted::at(&inner, &TMPFS);
    fs::write(inner.join("file"), "elsewhere").unwrap();
    let refused = workbench.restore_in_place(1, 1).await;
    assert_refused(refused, "is mounted in the volume data");
    assert_eq!(fs::read(inner.join("file")).unwrap(), b"elsewhere");
}
