//! Taking, measuring and deleting snapshots.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::net::UnixListener;

use appkeep_core::catalog::Volume;
use appkeep_core::engine::{Engine, EngineError, Progress};
use tokio::sync::watch;

use crate::tree;
use crate::workbench::{Workbench, calm, noise, snap, unheard};

#[track_caller]
fn assert_unreadable(outcome: Result<impl std::fmt::Debug, EngineError>, expected: &[&str]) {
    match outcome {
        Err(EngineError::Unreadable(reasons)) => assert_eq!(reasons, expected),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_snapshot_is_the_same_in_every_respect() {
    let mut workbench = Workbench::new();
    let config = workbench.add_volume("config");
    fs::write(config.join("settings"), "on").unwrap();
    tree::make(workbench.data());
    fs::set_permissions(workbench.data(), fs::Permissions::from_mode(0o700)).unwrap();
    workbench.take(1).await.unwrap();
    tree::assert_same(workbench.data(), &workbench.snapshot_dir(1).join("data"));
    tree::assert_same(&config, &workbench.snapshot_dir(1).join("config"));
    let sparse = fs::metadata(workbench.snapshot_dir(1).join("data/sparse")).unwrap();
    assert!(sparse.blocks() * 512 < 1 << 20, "{} blocks", sparse.blocks());
}

#[tokio::test]
async fn snapshots_are_private() {
    let workbench = Workbench::new();
    workbench.take(1).await.unwrap();
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
async fn measure_and_progress_agree() {
    let workbench = Workbench::new();
    tree::make(workbench.data());
    let total = workbench
        .engine
        .measure_volumes(&workbench.volumes, &calm())
        .await
        .unwrap();
    let progress = watch::Sender::new(Progress::default());
    workbench
        .engine
        .take_snapshot(&workbench.take_request(1), &progress, &calm())
        .await
        .unwrap();
    assert_eq!(progress.borrow().bytes_done, total);
    let measured = workbench
        .engine
        .measure_snapshot(workbench.app_id, snap(1), &calm())
        .await
        .unwrap();
    assert_eq!(measured, total);
    // Twice each for the two files that have two names.
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
    workbench.take(1).await.unwrap();
    let kept: Vec<_> = fs::read_dir(workbench.snapshot_dir(1).join("data"))
        .unwrap()
        .collect();
    assert_eq!(kept.len(), 1);
    assert_eq!(workbench.copy(1, 1).await.unwrap(), 4);
}

#[tokio::test]
async fn what_an_earlier_try_left_is_replaced() {
    let workbench = Workbench::new();
    fs::write(workbench.data().join("file"), "new").unwrap();
    let partial = workbench.snapshot_dir(1).with_extension("partial");
    fs::create_dir_all(partial.join("data")).unwrap();
    fs::write(partial.join("data/left over"), "old").unwrap();
    workbench.take(1).await.unwrap();
    assert!(!partial.exists());
    tree::assert_same(workbench.data(), &workbench.snapshot_dir(1).join("data"));
}

#[tokio::test]
async fn a_snapshot_that_is_there_stays_as_it_is() {
    let workbench = Workbench::new();
    fs::write(workbench.data().join("file"), "then").unwrap();
    workbench.take(1).await.unwrap();
    fs::write(workbench.data().join("file"), "now").unwrap();
    workbench.take(1).await.unwrap();
    assert_eq!(
        fs::read(workbench.snapshot_dir(1).join("data/file")).unwrap(),
        b"then"
    );
}

#[tokio::test]
async fn a_missing_volume_is_named_and_leaves_no_snapshot() {
    let mut workbench = Workbench::new();
    fs::write(workbench.data().join("file"), "fine").unwrap();
    workbench.volumes.push(Volume {
        name: "logs".to_owned(),
        path: "/nowhere/at/all".into(),
    });
    let reason = ["logs: /nowhere/at/all: No such file or directory (os error 2)"];
    assert_unreadable(workbench.take(1).await, &reason);
    assert_unreadable(
        workbench
            .engine
            .measure_volumes(&workbench.volumes, &calm())
            .await,
        &reason,
    );
    assert!(!workbench.snapshot_dir(1).exists());
    assert!(!workbench.snapshot_dir(1).with_extension("partial").exists());
}

#[tokio::test]
async fn a_volume_that_is_a_file_is_named() {
    let mut workbench = Workbench::new();
    let path = workbench.root().join("a file");
    fs::write(&path, "").unwrap();
    let reason = format!("logs: {}: Not a directory (os error 20)", path.display());
    workbench.volumes.push(Volume {
        name: "logs".to_owned(),
        path,
    });
    assert_unreadable(workbench.take(1).await, &[&reason]);
}

/// The kernel has files that not even root can read.
#[tokio::test]
async fn each_file_that_cannot_be_read_is_named() {
    let mut workbench = Workbench::new();
    workbench.volumes.push(Volume {
        name: "odd".to_owned(),
        path: "/sys/bus/cpu".into(),
    });
    let taken = workbench.take(1).await;
    let measured = workbench
        .engine
        .measure_volumes(&workbench.volumes, &calm())
        .await
        .map(drop);
    for outcome in [taken, measured] {
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
    workbench.take(1).await.unwrap();
    tree::assert_same(&real, &workbench.snapshot_dir(1).join("linked"));
}

#[tokio::test]
async fn a_volume_that_holds_the_snapshots_is_refused() {
    let mut workbench = Workbench::new();
    workbench.volumes = vec![Volume {
        name: "all".to_owned(),
        path: workbench.root().to_owned(),
    }];
    assert_unreadable(
        workbench.take(1).await,
        &["all/data/snapshots: snapshots are kept in here, so it can't be copied"],
    );
}

#[tokio::test]
async fn a_volume_name_that_leads_elsewhere_is_refused() {
    for name in ["", ".", "..", "a/b", "/etc"] {
        let mut workbench = Workbench::new();
        workbench.volumes[0].name = name.to_owned();
        assert!(
            matches!(workbench.take(1).await, Err(EngineError::Broken(_))),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_cancelled_snapshot_leaves_nothing() {
    let workbench = Workbench::new();
    fs::write(workbench.data().join("big"), noise(1, 12 << 20)).unwrap();
    let cancel = calm();
    let progress = unheard();
    let mut heard = progress.subscribe();
    let canceller = tokio::spawn({
        let cancel = cancel.clone();
        async move {
            heard.changed().await.unwrap();
            cancel.cancel();
        }
    });
    let request = workbench.take_request(1);
    let outcome = workbench.engine.take_snapshot(&request, &progress, &cancel).await;
    canceller.await.unwrap();
    // It may have been quicker.
    if outcome.is_err() {
        assert!(matches!(outcome, Err(EngineError::Cancelled)));
        assert!(!workbench.snapshot_dir(1).exists());
    }
    assert!(!workbench.snapshot_dir(1).with_extension("partial").exists());
}

#[tokio::test]
async fn what_was_cancelled_before_does_not_begin() {
    let workbench = Workbench::new();
    let cancel = calm();
    cancel.cancel();
    let request = workbench.take_request(1);
    let taken = workbench
        .engine
        .take_snapshot(&request, &unheard(), &cancel)
        .await;
    assert!(matches!(taken, Err(EngineError::Cancelled)));
    let measured = workbench
        .engine
        .measure_volumes(&workbench.volumes, &cancel)
        .await;
    assert!(matches!(measured, Err(EngineError::Cancelled)));
    assert!(!workbench.snapshot_dir(1).exists());
}

#[tokio::test]
async fn a_deleted_snapshot_is_gone_with_all_its_remains() {
    let workbench = Workbench::new();
    tree::make(workbench.data());
    workbench.take(1).await.unwrap();
    workbench.take(2).await.unwrap();
    for left in ["partial", "deleting"] {
        fs::create_dir_all(workbench.snapshot_dir(1).with_extension(left).join("data")).unwrap();
    }
    for _ in 0..2 {
        workbench
            .engine
            .delete_snapshot(workbench.app_id, snap(1))
            .await
            .unwrap();
    }
    let parent = workbench.snapshot_dir(1).parent().unwrap().to_owned();
    let left: Vec<_> = fs::read_dir(&parent)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, [snap(2).to_string().as_str()]);
    workbench
        .engine
        .delete_snapshot(workbench.app_id, snap(2))
        .await
        .unwrap();
    assert!(!parent.exists());
}

#[tokio::test]
async fn a_snapshot_that_is_not_there_cannot_be_measured_or_stored() {
    let workbench = Workbench::new();
    let reason = format!("snapshot {}: No such file or directory (os error 2)", snap(1));
    let measured = workbench
        .engine
        .measure_snapshot(workbench.app_id, snap(1), &calm())
        .await;
    assert_unreadable(measured, &[&reason]);
    assert_unreadable(workbench.copy(1, 1).await, &[&reason]);
}
