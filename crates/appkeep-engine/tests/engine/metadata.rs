//! Metadata of original files is restored, independent of the data directory's file system and the server's
//! rights.

use std::fs::{self, Permissions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use appkeep_core::catalog::Consistency;
use appkeep_core::engine::{EngineError, RestoreData, RestoreTarget, TargetPolicy};
use rustix::fs::XattrFlags;

use crate::mounted::Mounted;
use crate::restic::restic;
use crate::snapshots::{UNDEFINED_ID, access_control_list, restricted_access_list};
use crate::tree;
use crate::workbench::{Workbench, noise, snapshot_id};

fn set(path: &Path, name: &[u8], value: &[u8]) {
    let name = std::ffi::OsStr::from_bytes(name);
    rustix::fs::setxattr(path, name, value, XattrFlags::empty()).unwrap();
}

/// A file is replaced with one of the same size and time: `cp -p`, `rsync -t`, archives with fixed times.
#[tokio::test]
async fn a_replaced_file_of_the_same_size_and_time_is_stored() {
    let workbench = Workbench::new();
    let path = workbench.data().join("version");
    for (number, text) in [(1, "1.2.3"), (2, "9.9.9")] {
        fs::remove_file(&path).unwrap_or_default();
        fs::write(&path, text).unwrap();
        tree::set_time(&path, 1, 0);
        workbench.back_up(number).await;
    }
    // The file is overwritten in place, too.
    fs::write(&path, "4.5.6").unwrap();
    tree::set_time(&path, 1, 0);
    workbench.back_up(3).await;
    for (number, text) in [(1, "1.2.3"), (2, "9.9.9"), (3, "4.5.6")] {
        let target = workbench.root().join(number.to_string());
        let into = RestoreTarget::Directory {
            path: target.clone(),
            policy: TargetPolicy::Refuse,
        };
        workbench
            .restore(number, workbench.backup_data(number), into)
            .await
            .unwrap();
        assert_eq!(fs::read_to_string(target.join("data/version")).unwrap(), text);
    }
}

#[tokio::test]
async fn attribute_names_are_bytes() {
    let workbench = Workbench::new();
    let path = workbench.data().join("file");
    fs::write(&path, "precious").unwrap();
    for (name, value) in [
        (&b"user.\xff"[..], "one"),
        (b"user.\xfe", "two"),
        (b"user.appkeep-hex.ff", "three"),
        ("user.ä".as_bytes(), "four"),
    ] {
        set(&path, name, value.as_bytes());
    }
    workbench.back_up(1).await;
    let kept = workbench.kept();
    for (id, source) in workbench.both_sources() {
        fs::remove_file(&path).unwrap();
        let report = workbench.restore(id, source, workbench.in_place()).await.unwrap();
        assert_eq!(report.notes, [""; 0]);
        tree::assert_same(&kept, workbench.data());
    }
    // Plain restic restores the file, and the values under names that are valid text.
    let target = workbench.root().join("by restic");
    let target_text = target.to_str().unwrap();
    restic(&workbench, &["restore", "latest", "--target", target_text]);
    let restored = target.join("data/file");
    assert_eq!(fs::read(&restored).unwrap(), b"precious");
    let mut value = [0; 16];
    let length = rustix::fs::getxattr(&restored, "user.appkeep-hex.fe", value.as_mut_slice());
    assert_eq!(&value[..length.unwrap()], b"two");
}

/// Otherwise copies, and files restored from them, would inherit it.
#[tokio::test]
async fn a_default_access_list_above_the_data_directory_is_not_inherited() {
    let workbench = Workbench::without_repository();
    let list = access_control_list(&[
        (0x01, 7, UNDEFINED_ID),
        (0x02, 5, 2222),
        (0x04, 5, UNDEFINED_ID),
        (0x10, 5, UNDEFINED_ID),
        (0x20, 5, UNDEFINED_ID),
    ]);
    fs::create_dir(workbench.root().join("data")).unwrap();
    set(&workbench.root().join("data"), b"system.posix_acl_default", &list);
    fs::create_dir(workbench.data().join("below")).unwrap();
    for path in ["secret", "below/secret"] {
        let path = workbench.data().join(path);
        fs::write(&path, "secret").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
    }
    workbench.back_up(1).await;
    tree::assert_only_content(&workbench.snapshot_dir(1).join("data"));
    let kept = workbench.kept();
    for (id, source) in workbench.both_sources() {
        workbench.restore(id, source, workbench.in_place()).await.unwrap();
        tree::assert_same(&kept, workbench.data());
    }
}

/// `ramfs` supports neither attributes nor access control lists.
#[tokio::test]
async fn as_root_a_data_directory_without_attributes_keeps_them_all() {
    let workbench = Workbench::without_repository();
    let data = workbench.root().join("data");
    let _mounted = Mounted::at(&data, &["-t", "ramfs", "-o", "mode=700", "appkeep-test"]);
    assert_eq!(
        rustix::fs::setxattr(&data, "user.any", b"", XattrFlags::empty()),
        Err(rustix::io::Errno::NOTSUP)
    );
    tree::make_volume(workbench.data());
    let path = workbench.data().join("small");
    let list = restricted_access_list();
    set(&path, b"system.posix_acl_access", &list);
    set(
        &workbench.data().join("nothing"),
        b"trusted.any",
        b"of a read-only file",
    );
    let report = workbench.create_snapshot(1).await.unwrap();
    assert_eq!((report.metadata_lost, report.notes), (0, Vec::new()));
    workbench.copy(1, 1).await.unwrap();
    let kept = workbench.kept();
    for (id, source) in workbench.both_sources() {
        fs::remove_dir_all(workbench.data()).unwrap();
        let report = workbench.restore(id, source, workbench.in_place()).await.unwrap();
        assert_eq!(report.notes, [""; 0]);
        tree::assert_same(&kept, workbench.data());
    }
}

/// The reverse: metadata that the target can't store is noted, and everything else is restored.
#[tokio::test]
async fn as_root_a_target_without_attributes_receives_the_rest() {
    let workbench = Workbench::new();
    tree::make_volume(workbench.data());
    // The group has fewer rights than the list's mask.
    let list = restricted_access_list();
    let listed = workbench.data().join("big");
    set(&listed, b"system.posix_acl_access", &list);
    workbench.back_up(1).await;
    let target = workbench.root().join("target");
    let _mounted = Mounted::at(&target, &["-t", "ramfs", "appkeep-test"]);
    for (id, source) in workbench.both_sources() {
        let into = RestoreTarget::Directory {
            path: target.clone(),
            policy: TargetPolicy::Replace,
        };
        let report = workbench.restore(id, source, into).await.unwrap();
        let lists = "access control lists of 2 entries not restored (Operation not supported (os error 95)): \
                     data/big (system.posix_acl_access), data/deep/same as big (system.posix_acl_access)";
        let attributes = "extended attributes of 3 entries not restored (Operation not supported (os error 95)): \
                          data/deep/er/same as small (user.colour), data/deep (user.raw), data/small (user.colour)";
        assert_eq!(report.notes, [lists, attributes]);
        tree::assert_same_content(workbench.data(), &target.join("data"));
        let mode = |path: &str| {
            fs::metadata(target.join("data").join(path))
                .unwrap()
                .permissions()
                .mode()
                & 0o7777
        };
        assert_eq!((mode("big"), mode("small")), (0o600, 0o4755));
    }
}

/// ext4 has a single block for the attributes of a file, unless it was created with `ea_inode`.
#[tokio::test]
async fn loop_mount_large_attributes_are_restored_or_noted() {
    let workbench = Workbench::new();
    let (source, target) = (
        workbench.root().join("source fs"),
        workbench.root().join("target fs"),
    );
    let image = |name: &str, options: &[&str]| {
        let image = workbench.root().join(name);
        fs::File::create(&image).unwrap().set_len(32 << 20).unwrap();
        let made = Command::new("mkfs.ext4")
            .arg("-q")
            .args(options)
            .arg(&image)
            .status();
        assert!(made.unwrap().success());
        image
    };
    let with = image("with", &["-O", "ea_inode"]);
    let without = image("without", &[]);
    let _source = Mounted::at(&source, &["-o", "loop", with.to_str().unwrap()]);
    let _target = Mounted::at(&target, &["-o", "loop", without.to_str().unwrap()]);
    let mut workbench = workbench;
    workbench.volumes[0].path = source.join("data");
    fs::create_dir(workbench.data()).unwrap();
    fs::write(workbench.data().join("file"), "content").unwrap();
    set(&workbench.data().join("file"), b"user.large", &noise(1, 50_000));
    workbench.back_up(1).await;
    for (id, data) in [
        (1, workbench.backup_data(1)),
        (2, RestoreData::Snapshot(snapshot_id(1))),
    ] {
        let report = workbench.restore(id, data, workbench.in_place()).await.unwrap();
        assert_eq!(report.notes, [""; 0]);
        let value = &mut vec![0; 60_000][..];
        let length = rustix::fs::getxattr(workbench.data().join("file"), "user.large", &mut *value).unwrap();
        assert!(value[..length] == noise(1, 50_000));
    }
    for (id, data) in [
        (3, workbench.backup_data(1)),
        (4, RestoreData::Snapshot(snapshot_id(1))),
    ] {
        let into = RestoreTarget::Directory {
            path: target.join(id.to_string()),
            policy: TargetPolicy::Refuse,
        };
        let report = workbench.restore(id, data, into).await.unwrap();
        assert_eq!(
            report.notes,
            [
                "extended attributes of 1 entry not restored (No space left on device (os error 28)): data/file \
              (user.large)"
            ]
        );
        let restored = target.join(id.to_string()).join("data/file");
        assert_eq!(fs::read(restored).unwrap(), b"content");
    }
}

/// `ext4` timestamps end in 2446.
#[tokio::test]
async fn as_root_times_that_cannot_be_stored_are_noted() {
    let mut workbench = Workbench::new();
    let volume = workbench.data().to_owned();
    let _mounted = Mounted::at(&volume, &["-t", "tmpfs", "-o", "size=8m", "appkeep-test"]);
    let (far, farther) = (volume.join("far"), volume.join("farther"));
    for (path, seconds) in [(&far, 20_000_000_000), (&farther, 1_000_000_000_000)] {
        fs::write(path, "content").unwrap();
        tree::set_time(path, seconds, 0);
    }
    let report = workbench.create_snapshot(1).await.unwrap();
    assert_eq!(report.metadata_lost, 1);
    assert_eq!(
        report.notes,
        ["data/farther: its time is before the year 0 or after 9999; it is not kept"]
    );
    workbench.copy(1, 1).await.unwrap();
    for (id, data) in [
        (1, workbench.backup_data(1)),
        (2, RestoreData::Snapshot(snapshot_id(1))),
    ] {
        let path = workbench.root().join(format!("target {id}"));
        let into = RestoreTarget::Directory {
            path: path.clone(),
            policy: TargetPolicy::Refuse,
        };
        let report = workbench.restore(id, data, into).await.unwrap();
        assert_eq!(
            report.notes,
            ["times of 2 entries not restored: data/far, data/farther"]
        );
        assert_eq!(fs::read(path.join("data/far")).unwrap(), b"content");
    }
    workbench.consistency = Consistency::Strict;
    match workbench.create_snapshot(2).await {
        Err(EngineError::Unreadable(reasons)) => {
            assert_eq!(
                reasons,
                ["data/farther: its time is before the year 0 or after 9999"]
            );
        }
        other => panic!("{other:?}"),
    }
    assert!(!workbench.snapshot_dir(2).exists());
}

/// More than 64 KiB of names can't be listed.
#[tokio::test]
async fn as_root_attributes_that_cannot_be_read_are_noted() {
    let mut workbench = Workbench::new();
    let volume = workbench.data().to_owned();
    let _mounted = Mounted::at(&volume, &["-t", "tmpfs", "-o", "size=8m", "appkeep-test"]);
    let path = volume.join("file");
    fs::write(&path, "content").unwrap();
    for number in 0..300 {
        set(&path, format!("user.{number:0>240}").as_bytes(), b"");
    }
    let lost = "data/file: its attributes: Argument list too long (os error 7)";
    let report = workbench.create_snapshot(1).await.unwrap();
    assert_eq!(report.metadata_lost, 1);
    assert_eq!(report.notes, [format!("{lost}; it is not kept")]);
    assert_eq!(workbench.copy(1, 1).await.unwrap(), 7);
    workbench.consistency = Consistency::Strict;
    match workbench.create_snapshot(2).await {
        Err(EngineError::Unreadable(reasons)) => assert_eq!(reasons, [lost]),
        other => panic!("{other:?}"),
    }
}

/// Snapshots from before manifests existed: their copies have the originals' metadata.
#[tokio::test]
async fn a_snapshot_of_an_earlier_version_is_stored_and_restored() {
    let workbench = Workbench::new();
    tree::make_volume(workbench.data());
    let kept = workbench.kept();
    // Another backup comes first, so that this one is not the first in the repository.
    workbench.back_up(1).await;
    let snapshot = workbench.snapshot_dir(2);
    fs::create_dir_all(&snapshot).unwrap();
    let copied = Command::new("cp")
        .arg("-a")
        .arg(workbench.data())
        .arg(&snapshot)
        .status();
    assert!(copied.unwrap().success());
    let record = r#"{"taken_at":"2023-11-14T22:13:20Z","level":"copy","skipped":0,"notes":[]}"#;
    fs::write(snapshot.with_extension("taken"), record).unwrap();
    assert_eq!(workbench.create_snapshot(2).await.unwrap().metadata_lost, 0);
    workbench.copy(2, 2).await.unwrap();
    for (id, data) in [
        (1, workbench.backup_data(2)),
        (2, RestoreData::Snapshot(snapshot_id(2))),
    ] {
        fs::remove_dir_all(workbench.data()).unwrap();
        let report = workbench.restore(id, data, workbench.in_place()).await.unwrap();
        assert_eq!(report.notes, [""; 0]);
        tree::assert_same(&kept, workbench.data());
    }
}

/// Its copies don't contain the originals' metadata.
#[tokio::test]
async fn a_snapshot_without_its_manifest_is_not_used() {
    let workbench = Workbench::new();
    fs::write(workbench.data().join("file"), "old").unwrap();
    workbench.create_snapshot(1).await.unwrap();
    fs::remove_file(workbench.snapshot_dir(1).with_extension("manifest")).unwrap();
    fs::write(workbench.data().join("file"), "new").unwrap();
    let stored = workbench.copy(1, 1).await.map(drop);
    let restored = workbench
        .restore(1, RestoreData::Snapshot(snapshot_id(1)), workbench.in_place())
        .await
        .map(drop);
    for outcome in [stored, restored] {
        match outcome {
            Err(EngineError::Unreadable(reasons)) => {
                assert!(
                    reasons[0].ends_with("No such file or directory (os error 2)"),
                    "{reasons:?}"
                );
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(fs::read(workbench.data().join("file")).unwrap(), b"new");
}

/// The directory with the source data for the process of another user.
const AS_ANOTHER_USER: &str = "APPKEEP_TEST_AS_ANOTHER_USER";

#[tokio::test]
async fn as_root_a_server_of_another_user_keeps_owners() {
    if let Some(path) = std::env::var_os(AS_ANOTHER_USER) {
        // This is that process.
        assert!(!rustix::process::geteuid().is_root());
        let mut workbench = Workbench::at(Path::new(&path));
        workbench.add_volume("data");
        workbench.back_up(1).await;
        return;
    }
    let workbench = Workbench::without_repository();
    fs::set_permissions(workbench.root(), Permissions::from_mode(0o755)).unwrap();
    let data = workbench.data().to_owned();
    fs::create_dir(data.join("below")).unwrap();
    for path in ["below/file", "read-only"] {
        let path = data.join(path);
        fs::write(&path, "content").unwrap();
        set(&path, b"user.colour", b"green");
    }
    std::os::unix::fs::symlink("below", data.join("link")).unwrap();
    std::os::unix::fs::chown(data.join("below"), Some(999), Some(998)).unwrap();
    std::os::unix::fs::chown(data.join("below/file"), Some(997), Some(996)).unwrap();
    std::os::unix::fs::lchown(data.join("link"), Some(995), Some(994)).unwrap();
    fs::set_permissions(data.join("read-only"), Permissions::from_mode(0o444)).unwrap();
    fs::create_dir(workbench.root().join("data")).unwrap();
    for path in ["bucket", "data"] {
        std::os::unix::fs::chown(workbench.root().join(path), Some(2222), Some(2222)).unwrap();
    }
    let child = Command::new("setpriv")
        .args(["--reuid", "2222", "--regid", "2222", "--clear-groups"])
        .arg(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "metadata::as_root_a_server_of_another_user_keeps_owners",
        ])
        .env(AS_ANOTHER_USER, workbench.root())
        .output()
        .unwrap();
    assert!(
        child.status.success(),
        "{}",
        String::from_utf8_lossy(&child.stdout)
    );
    assert!(workbench.snapshot_dir(1).exists());
    let kept = workbench.kept();
    for (id, source) in workbench.both_sources() {
        fs::remove_dir_all(&data).unwrap();
        let report = workbench.restore(id, source, workbench.in_place()).await.unwrap();
        assert_eq!(report.notes, [""; 0]);
        tree::assert_same(&kept, &data);
    }
}
