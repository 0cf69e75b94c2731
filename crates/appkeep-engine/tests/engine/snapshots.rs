//! Creating, measuring and deleting snapshots.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;

use appkeep_core::catalog::{Consistency, SnapshotMode, Volume};
use appkeep_core::engine::{Engine, EngineError, SnapshotLevel};
use chrono::TimeDelta;

use crate::tree;
use crate::workbench::{Workbench, never_cancelled, noise, odd_volumes, snapshot_id, snapshot_time};
use crate::writer::{Writer, is_cut_exactly};

#[track_caller]
fn assert_unreadable(outcome: Result<impl std::fmt::Debug, EngineError>, expected: &[&str]) {
    match outcome {
        Err(EngineError::Unreadable(reasons)) => assert_eq!(reasons, expected),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_snapshot_has_the_content_and_records_all_metadata() {
    let (workbench, config) = odd_volumes();
    let report = workbench.create_snapshot(1).await.unwrap();
    assert_eq!((report.metadata_lost, report.notes.len()), (0, 0));
    for (volume, name) in [(workbench.data(), "data"), (&config, "config")] {
        let copy = workbench.snapshot_dir(1).join(name);
        tree::assert_same_content(volume, &copy);
        tree::assert_only_content(&copy);
        let restored = workbench.snapshot_restored(1).await;
        tree::assert_same(volume, &restored.join(name));
    }
    let sparse = fs::metadata(workbench.snapshot_dir(1).join("data/sparse")).unwrap();
    assert!(sparse.blocks() * 512 < 1 << 20, "{} blocks", sparse.blocks());
}

#[tokio::test]
async fn snapshots_are_private() {
    let workbench = Workbench::new();
    workbench.create_snapshot(1).await.unwrap();
    let mut path = workbench.snapshot_dir(1);
    for _ in 0..3 {
        assert_eq!(
            fs::metadata(&path).unwrap().mode() & 0o777,
            0o700,
            "{}",
            path.display()
        );
        path.pop();
    }
}

#[tokio::test]
async fn volumes_and_their_snapshot_have_the_same_size() {
    let workbench = Workbench::new();
    tree::make(workbench.data());
    let total = workbench.measure().await.unwrap();
    workbench.create_snapshot(1).await.unwrap();
    let measured = workbench
        .engine
        .measure_snapshot(workbench.app_id, snapshot_id(1), &never_cancelled())
        .await
        .unwrap();
    assert_eq!(measured, total);
    // The two files with two names count twice.
    assert_eq!(total, 2 * (3 << 20) + 2 * 11 + 100_000 + (16 << 20) + 3 + 5 + 6);
}

#[tokio::test]
async fn sockets_and_pipes_are_left_out() {
    let workbench = Workbench::new();
    let _socket = UnixListener::bind(workbench.data().join("socket")).unwrap();
    let pipe = workbench.data().join("pipe");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        pipe,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RWXU,
        0,
    )
    .unwrap();
    fs::write(workbench.data().join("file"), "kept").unwrap();
    for _ in 0..2 {
        // The second request returns the same result.
        let report = workbench.create_snapshot(1).await.unwrap();
        assert_eq!((report.level, report.skipped), (SnapshotLevel::Copy, 2));
        assert_eq!(
            report.notes,
            [
                "data/pipe: left out because it is a pipe",
                "data/socket: left out because it is a socket"
            ]
        );
    }
    let kept: Vec<_> = fs::read_dir(workbench.snapshot_dir(1).join("data"))
        .unwrap()
        .collect();
    assert_eq!(kept.len(), 1);
    assert_eq!(workbench.copy(1, 1).await.unwrap(), 4);
}

/// The system's format: a version, then tag, permissions and id of each entry.
pub(crate) fn access_control_list(entries: &[(u16, u16, u32)]) -> Vec<u8> {
    let mut bytes = 2_u32.to_le_bytes().to_vec();
    for (tag, permissions, id) in entries {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(permissions.to_le_bytes());
        bytes.extend(id.to_le_bytes());
    }
    bytes
}

/// The id of entries that don't name a user or a group.
pub(crate) const UNDEFINED_ID: u32 = u32::MAX;

/// The owner may read and write, user 1000 may read, the group and others may do nothing; the mask is read.
pub(crate) fn restricted_access_list() -> Vec<u8> {
    access_control_list(&[
        (0x01, 6, UNDEFINED_ID),
        (0x02, 4, 1000),
        (0x04, 0, UNDEFINED_ID),
        (0x10, 4, UNDEFINED_ID),
        (0x20, 0, UNDEFINED_ID),
    ])
}

#[tokio::test]
async fn access_control_lists_are_kept() {
    let workbench = Workbench::new();
    let list = restricted_access_list();
    let directory = workbench.data().join("directory");
    fs::create_dir(&directory).unwrap();
    let set = |path: &Path, name: &str| {
        rustix::fs::setxattr(path, name, &list, rustix::fs::XattrFlags::empty()).unwrap();
    };
    set(&directory, "system.posix_acl_default");
    fs::write(directory.join("heir"), "has the directory's").unwrap();
    fs::write(workbench.data().join("file"), "has its own").unwrap();
    set(&workbench.data().join("file"), "system.posix_acl_access");
    workbench.create_snapshot(1).await.unwrap();
    tree::assert_only_content(&workbench.snapshot_dir(1).join("data"));
    let copy = workbench.snapshot_restored(1).await.join("data");
    tree::assert_same(workbench.data(), &copy);
    let mut kept = [0; 100];
    for path in ["file", "directory/heir"] {
        let length =
            rustix::fs::getxattr(copy.join(path), "system.posix_acl_access", kept.as_mut_slice()).unwrap();
        assert_eq!(length, list.len(), "{path}");
    }
}

#[tokio::test]
async fn a_file_being_written_is_copied_consistently_or_reported() {
    let workbench = Workbench::new();
    fs::write(workbench.data().join("a file before"), "still").unwrap();
    let _writer = Writer::start(workbench.data().join("file"));
    match workbench.create_snapshot(1).await {
        Ok(report) => {
            assert_eq!(report.level, SnapshotLevel::Copy);
            assert!(is_cut_exactly(&workbench.snapshot_dir(1).join("data/file")));
        }
        torn => {
            assert_unreadable(torn, &["data/file: changed while it was copied"]);
            assert!(!workbench.snapshot_dir(1).exists());
        }
    }
}

#[tokio::test]
async fn every_file_that_keeps_changing_is_reported() {
    let workbench = Workbench::new();
    let _writers = ["one", "other"].map(|name| Writer::start(workbench.data().join(name)));
    let reason = |name: &str| format!("data/{name}: changed while it was copied");
    match workbench.create_snapshot(1).await {
        Err(EngineError::Unreadable(reasons)) => {
            let torn = ["one", "other"].map(reason);
            assert!(reasons.iter().all(|reason| torn.contains(reason)), "{reasons:?}");
            // On a busy machine a writer may pause for a while.
            for name in ["one", "other"]
                .iter()
                .filter(|name| !reasons.contains(&reason(name)))
            {
                eprintln!("{name} held still");
            }
        }
        whole => assert_eq!(whole.unwrap().level, SnapshotLevel::Copy),
    }
}

#[tokio::test]
async fn relaxed_consistency_keeps_the_last_copy_and_reports_it() {
    let mut workbench = Workbench::new();
    workbench.consistency = Consistency::Relaxed;
    let _writer = Writer::start(workbench.data().join("file"));
    let report = workbench.create_snapshot(1).await.unwrap();
    let copy = workbench.snapshot_dir(1).join("data/file");
    if is_cut_exactly(&copy) && report.level == SnapshotLevel::Copy {
        assert_eq!(report.notes, [""; 0]);
    } else {
        assert_eq!(report.level, SnapshotLevel::Relaxed);
        assert_eq!(
            report.notes,
            ["data/file: changed while it was copied; the last copy is kept"]
        );
    }
    workbench.copy(1, 1).await.unwrap();
}

#[tokio::test]
async fn leftovers_of_an_earlier_attempt_are_replaced() {
    let workbench = Workbench::new();
    fs::write(workbench.data().join("file"), "new").unwrap();
    let partial = workbench.snapshot_dir(1).with_extension("partial");
    fs::create_dir_all(partial.join("data")).unwrap();
    fs::write(partial.join("data/left over"), "old").unwrap();
    workbench.create_snapshot(1).await.unwrap();
    assert!(!partial.exists());
    tree::assert_same_content(workbench.data(), &workbench.snapshot_dir(1).join("data"));
}

#[tokio::test]
async fn an_existing_snapshot_is_unchanged() {
    let workbench = Workbench::new();
    fs::write(workbench.data().join("file"), "then").unwrap();
    let report = workbench.create_snapshot(1).await.unwrap();
    fs::write(workbench.data().join("file"), "now").unwrap();
    let mut later = workbench.snapshot_request(1);
    later.snapshot_time += TimeDelta::hours(1);
    let again = workbench
        .engine
        .create_snapshot(&later, &never_cancelled())
        .await
        .unwrap();
    assert_eq!((report.snapshot_time, again), (snapshot_time(), report));
    assert_eq!(
        fs::read(workbench.snapshot_dir(1).join("data/file")).unwrap(),
        b"then"
    );
}

#[tokio::test]
async fn a_missing_volume_is_reported_and_leaves_no_snapshot() {
    let mut workbench = Workbench::new();
    fs::write(workbench.data().join("file"), "fine").unwrap();
    workbench.volumes.push(Volume {
        name: "logs".to_owned(),
        path: "/nowhere/at/all".into(),
    });
    let reason = ["logs: No such file or directory (os error 2)"];
    assert_unreadable(workbench.create_snapshot(1).await, &reason);
    assert_unreadable(workbench.measure().await, &reason);
    assert!(!workbench.snapshot_dir(1).exists());
    assert!(!workbench.snapshot_dir(1).with_extension("partial").exists());
}

#[tokio::test]
async fn a_volume_that_is_a_file_is_reported() {
    let mut workbench = Workbench::new();
    let path = workbench.root().join("a file");
    fs::write(&path, "").unwrap();
    workbench.volumes.push(Volume {
        name: "logs".to_owned(),
        path,
    });
    assert_unreadable(
        workbench.create_snapshot(1).await,
        &["logs: Not a directory (os error 20)"],
    );
}

/// The kernel has files that even root can't read.
#[tokio::test]
async fn every_unreadable_file_is_reported() {
    let mut workbench = Workbench::new();
    workbench.volumes.push(Volume {
        name: "odd".to_owned(),
        path: "/sys/bus/cpu".into(),
    });
    let report = workbench.create_snapshot(1).await.map(drop);
    let measured = workbench.measure().await.map(drop);
    for outcome in [report, measured] {
        let Err(EngineError::Unreadable(reasons)) = outcome else {
            panic!("{outcome:?}")
        };
        for file in ["drivers_probe", "uevent"] {
            let expected = format!("odd/{file}: Permission denied (os error 13)");
            assert!(reasons.contains(&expected), "{reasons:?}");
        }
    }
    assert!(!workbench.snapshot_dir(1).exists());
    assert!(!workbench.snapshot_dir(1).with_extension("partial").exists());
}

#[tokio::test]
async fn a_volume_may_be_a_link_but_links_inside_are_not_followed() {
    let mut workbench = Workbench::new();
    let real = workbench.add_volume("real");
    symlink("/etc", real.join("elsewhere")).unwrap();
    let link = workbench.root().join("link");
    symlink(&real, &link).unwrap();
    workbench.volumes = vec![Volume {
        name: "linked".to_owned(),
        path: link,
    }];
    workbench.create_snapshot(1).await.unwrap();
    tree::assert_same(&real, &workbench.snapshot_restored(1).await.join("linked"));
}

#[tokio::test]
async fn a_volume_that_contains_the_snapshots_is_refused() {
    let mut workbench = Workbench::new();
    workbench.volumes = vec![Volume {
        name: "all".to_owned(),
        path: workbench.root().to_owned(),
    }];
    assert_unreadable(
        workbench.create_snapshot(1).await,
        &["all/data/snapshots: it contains the directory of snapshots, so it can't be copied"],
    );
}

#[tokio::test]
async fn a_volume_name_that_leads_outside_is_refused() {
    for name in ["", ".", "..", "a/b", "/etc"] {
        let mut workbench = Workbench::new();
        workbench.volumes[0].name = name.to_owned();
        assert!(
            matches!(workbench.create_snapshot(1).await, Err(EngineError::Broken(_))),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_cancelled_snapshot_leaves_nothing() {
    let workbench = Workbench::new();
    fs::write(workbench.data().join("big"), noise(1, 12 << 20)).unwrap();
    let cancel = never_cancelled();
    let partial = workbench.snapshot_dir(1).with_extension("partial");
    let request = workbench.snapshot_request(1);
    let cancelling = async {
        while !partial.exists() && !workbench.snapshot_dir(1).exists() {
            tokio::task::yield_now().await;
        }
        cancel.cancel();
    };
    let taking = workbench.engine.create_snapshot(&request, &cancel);
    let (outcome, ()) = tokio::join!(taking, cancelling);
    // The snapshot may have been completed before the cancellation.
    if outcome.is_err() {
        assert!(matches!(outcome, Err(EngineError::Cancelled)));
        assert!(!workbench.snapshot_dir(1).exists());
    }
    assert!(!partial.exists());
}

#[tokio::test]
async fn work_cancelled_in_advance_does_not_start() {
    let workbench = Workbench::new();
    let cancel = never_cancelled();
    cancel.cancel();
    let request = workbench.snapshot_request(1);
    let report = workbench.engine.create_snapshot(&request, &cancel).await;
    assert!(matches!(report, Err(EngineError::Cancelled)));
    let measured = workbench
        .engine
        .measure_volumes(&workbench.volumes, SnapshotMode::Auto, &cancel)
        .await;
    assert!(matches!(measured, Err(EngineError::Cancelled)));
    assert!(!workbench.snapshot_dir(1).exists());
}

#[tokio::test]
async fn deleting_a_snapshot_deletes_all_its_files() {
    let workbench = Workbench::new();
    tree::make(workbench.data());
    workbench.create_snapshot(1).await.unwrap();
    workbench.create_snapshot(2).await.unwrap();
    for left in ["partial", "deleting"] {
        fs::create_dir_all(workbench.snapshot_dir(1).with_extension(left).join("data")).unwrap();
    }
    for _ in 0..2 {
        workbench
            .engine
            .delete_snapshot(workbench.app_id, snapshot_id(1))
            .await
            .unwrap();
    }
    let parent = workbench.snapshot_dir(1).parent().unwrap().to_owned();
    let mut left: Vec<_> = fs::read_dir(&parent)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    left.sort();
    assert_eq!(
        left,
        ["", ".manifest", ".taken"].map(|kind| OsString::from(format!("{}{kind}", snapshot_id(2))))
    );
    workbench
        .engine
        .delete_snapshot(workbench.app_id, snapshot_id(2))
        .await
        .unwrap();
    assert!(!parent.exists());
}

#[tokio::test]
async fn a_missing_snapshot_cannot_be_measured_or_stored() {
    let workbench = Workbench::new();
    let reason = format!(
        "snapshot {}: No such file or directory (os error 2)",
        snapshot_id(1)
    );
    let measured = workbench
        .engine
        .measure_snapshot(workbench.app_id, snapshot_id(1), &never_cancelled())
        .await;
    assert_unreadable(measured, &[&reason]);
    assert_unreadable(workbench.copy(1, 1).await, &[&reason]);
}
