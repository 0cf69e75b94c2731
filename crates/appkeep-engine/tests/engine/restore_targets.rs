//! Restoring parts of backups, to directories and into other apps.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use appkeep_core::catalog::Volume;
use appkeep_core::engine::{Engine, EngineError, RestoreTarget, TargetPolicy};
use appkeep_core::ids::AppId;
use uuid::Uuid;

use crate::restores::{assert_refused, into};
use crate::tree;
use crate::workbench::{Workbench, never_cancelled, no_progress, odd_volumes};

#[tokio::test]
async fn included_paths_are_restored_with_their_parent_directories() {
    let (workbench, config) = odd_volumes();
    let data = workbench.data();
    fs::create_dir_all(data.join("photos/2026")).unwrap();
    fs::set_permissions(data.join("photos"), Permissions::from_mode(0o750)).unwrap();
    fs::write(data.join("photos/2026/one.jpg"), "included").unwrap();
    fs::write(data.join("photos/two.jpg"), "not included").unwrap();
    workbench.back_up(1).await;
    for (id, source) in workbench.both_sources() {
        let target = workbench.root().join(format!("target {id}"));
        let mut request = workbench.restore_request(id, source, into(target.clone(), TargetPolicy::Refuse));
        request.include = ["/data/photos/2026", "/config"]
            .map(|path| path.parse().unwrap())
            .to_vec();
        let progress = no_progress();
        let report = workbench
            .engine
            .restore(&request, &progress, &never_cancelled())
            .await
            .unwrap();
        tree::assert_same(&config, &target.join("config"));
        tree::assert_same(&data.join("photos/2026"), &target.join("data/photos/2026"));
        assert!(!target.join("data/photos/two.jpg").exists());
        assert_eq!(fs::read_dir(target.join("data")).unwrap().count(), 1);
        let mode = fs::metadata(target.join("data/photos")).unwrap().mode();
        assert_eq!(mode & 0o7777, 0o750, "parent directories have their metadata");
        let progress = *progress.borrow();
        assert_eq!(progress.bytes_total, Some(report.bytes));
        assert_eq!(progress.bytes_done, report.bytes);
    }
}

#[tokio::test]
async fn paths_that_the_source_does_not_contain_are_refused_before_anything_is_written() {
    let workbench = Workbench::new();
    fs::write(workbench.data().join("file"), "then").unwrap();
    workbench.back_up(1).await;
    let target = workbench.root().join("target");
    for (path, target) in [
        ("/data/missing", into(target.clone(), TargetPolicy::Refuse)),
        ("/data/file/below", into(target.clone(), TargetPolicy::Refuse)),
        ("/other", into(target.clone(), TargetPolicy::Refuse)),
        ("/data/file", workbench.in_place()),
    ] {
        let mut request = workbench.restore_request(1, workbench.backup_data(1), target);
        request.include = vec!["/data".parse().unwrap(), path.parse().unwrap()];
        let is_in_place = matches!(request.target, RestoreTarget::InPlace(_));
        let refused = workbench
            .engine
            .restore(&request, &no_progress(), &never_cancelled())
            .await;
        let expected = if is_in_place {
            "paths can only be restored to a directory".to_owned()
        } else {
            format!("the source doesn't contain {path}")
        };
        assert_refused(refused, &expected);
    }
    assert!(!target.exists());
}

#[tokio::test]
async fn targets_outside_the_permitted_directories_or_in_volumes_are_refused() {
    let workbench = Workbench::new();
    fs::write(workbench.data().join("file"), "then").unwrap();
    workbench.back_up(1).await;
    let restored = workbench.root().join("restored");
    fs::create_dir(&restored).unwrap();
    symlink(workbench.data(), restored.join("link")).unwrap();
    let volume = workbench.data().to_owned();
    for (target, within, expected) in [
        (
            restored.join("link/new"),
            vec![restored.clone()],
            "after links are resolved",
        ),
        (
            restored.join("link/new"),
            vec![],
            "which contains data of this server",
        ),
        (
            volume.join("new"),
            vec![volume.clone()],
            "which contains data of this server",
        ),
    ] {
        let target = into(target, TargetPolicy::Refuse);
        let mut request = workbench.restore_request(1, workbench.backup_data(1), target);
        (request.within, request.protected) = (within, vec![volume.clone()]);
        let refused = workbench
            .engine
            .restore(&request, &no_progress(), &never_cancelled())
            .await;
        assert_refused(refused, expected);
    }
    assert_eq!(fs::read_dir(&volume).unwrap().count(), 1);
}

#[tokio::test]
async fn a_restore_to_a_directory_does_not_wait_for_one_in_place_that_is_unfinished() {
    let workbench = Workbench::new();
    fs::write(workbench.data().join("file"), "then").unwrap();
    workbench.back_up(1).await;
    let journals = workbench
        .root()
        .join(format!("data/restores/{}", workbench.app_id));
    fs::create_dir_all(&journals).unwrap();
    fs::write(journals.join(format!("{}.json", Uuid::from_u128(9))), "damaged").unwrap();
    let refused = workbench.restore_in_place(1, 1).await;
    assert!(matches!(refused, Err(EngineError::Broken(_))), "{refused:?}");
    let target = workbench.root().join("target");
    let into = into(target.clone(), TargetPolicy::Refuse);
    workbench
        .restore(2, workbench.backup_data(1), into)
        .await
        .unwrap();
    tree::assert_same(workbench.data(), &target.join("data"));
}

#[tokio::test]
async fn a_clone_needs_the_same_volumes() {
    let mut workbench = Workbench::new();
    fs::write(workbench.data().join("file"), "of the first app").unwrap();
    workbench.back_up(1).await;
    let clone = workbench.root().join("clone");
    fs::create_dir(&clone).unwrap();
    fs::write(clone.join("file"), "of the second app").unwrap();
    let clone_volume = Volume {
        name: workbench.volumes[0].name.clone(),
        path: clone.clone(),
    };
    let added = workbench.add_volume("added");
    let added_volume = Volume {
        name: "added".to_owned(),
        path: added,
    };
    for (volumes, expected) in [
        (
            vec![clone_volume.clone(), added_volume.clone()],
            Some("doesn't contain the volumes added"),
        ),
        (vec![added_volume], Some("the app has no volume data")),
        (vec![clone_volume], None),
    ] {
        let target = RestoreTarget::InPlace(volumes);
        let mut request = workbench.restore_request(1, workbench.backup_data(1), target);
        request.app_id = AppId::new(Uuid::from_u128(77));
        let restored = workbench
            .engine
            .restore(&request, &no_progress(), &never_cancelled())
            .await;
        match expected {
            Some(expected) => assert_refused(restored, expected),
            None => assert_eq!(restored.unwrap().restored, [clone.canonicalize().unwrap()]),
        }
    }
    tree::assert_same(workbench.data(), &clone);
}
