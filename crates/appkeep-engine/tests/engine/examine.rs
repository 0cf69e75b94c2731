//! Examining repositories that were damaged, or that change meanwhile.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use appkeep_core::engine::EngineError;
use appkeep_engine::{CheckProgress, RepositoryCheck};
use tokio::sync::watch;

use crate::workbench::{Workbench, backup_id, never_cancelled, noise};

async fn examine(workbench: &Workbench, read_percent: f64) -> Result<Option<RepositoryCheck>, EngineError> {
    let progress = watch::Sender::new(CheckProgress::default());
    workbench
        .engine
        .check_repository(
            &workbench.bucket,
            workbench.app_id,
            read_percent,
            &progress,
            &never_cancelled(),
        )
        .await
}

async fn examined(workbench: &Workbench, read_percent: f64) -> RepositoryCheck {
    examine(workbench, read_percent).await.unwrap().unwrap()
}

fn files_below(directory: &Path) -> BTreeSet<PathBuf> {
    let files = walkdir::WalkDir::new(directory).into_iter();
    let files = files
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file());
    files.map(walkdir::DirEntry::into_path).collect()
}

fn bytes_of(path: &Path) -> u64 {
    path.metadata().unwrap().len()
}

/// Creates two backups. Returns the pack with a file that only the second one contains.
async fn two_backups(workbench: &Workbench) -> PathBuf {
    let packs = || files_below(&workbench.repository().join("data"));
    fs::write(workbench.data().join("shared"), noise(1, 1 << 20)).unwrap();
    workbench.back_up(1).await;
    let before = packs();
    fs::write(workbench.data().join("second"), noise(2, 1 << 20)).unwrap();
    workbench.back_up(2).await;
    let new = packs();
    new.difference(&before)
        .max_by_key(|pack| bytes_of(pack))
        .unwrap()
        .clone()
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

#[tokio::test]
async fn an_undamaged_repository_has_no_findings_and_is_not_changed() {
    let workbench = Workbench::new();
    two_backups(&workbench).await;
    let state = || {
        let files = files_below(&workbench.root().join("bucket")).into_iter();
        let files = files.map(|file| {
            (
                bytes_of(&file),
                file.metadata().unwrap().modified().unwrap(),
                file,
            )
        });
        files.collect::<Vec<_>>()
    };
    let before = state();
    let found = examined(&workbench, 0.0).await;
    assert_eq!(found.damage, []);
    assert_eq!(found.backups, [backup_id(1), backup_id(2)].into());
    assert_eq!((found.read_bytes, found.unrelated), (0, 0));
    let found = examined(&workbench, 1.0).await;
    assert!(found.read_bytes > 0, "a small share contains at least one pack");
    let found = examined(&workbench, 100.0).await;
    assert_eq!(found.damage, []);
    // The library leaves out packs that contain only root directories, which it has read before.
    assert!(found.read_bytes > 2 << 20, "{found:?}");
    assert_eq!(state(), before);
}

#[tokio::test]
async fn missing_and_truncated_packs_are_found_with_their_backups() {
    let workbench = Workbench::new();
    let pack = two_backups(&workbench).await;
    let content = fs::read(&pack).unwrap();
    for (damaged, reason) in [
        (None, "it is missing".to_owned()),
        (
            Some(&content[..content.len() - 1]),
            format!("it has {} bytes, expected {}", content.len() - 1, content.len()),
        ),
    ] {
        match damaged {
            None => fs::remove_file(&pack).unwrap(),
            Some(content) => fs::write(&pack, content).unwrap(),
        }
        for read_percent in [0.0, 100.0] {
            let found = examined(&workbench, read_percent).await;
            let [damage] = &found.damage[..] else {
                panic!("{found:?}");
            };
            assert_eq!(damage.object, format!("pack {}", name(&pack)));
            assert_eq!(damage.reason, reason);
            assert_eq!(damage.backups, [backup_id(2)]);
        }
    }
    fs::write(&pack, content).unwrap();
    assert_eq!(examined(&workbench, 100.0).await.damage, []);
}

#[tokio::test]
async fn flipped_bits_are_found_by_reading_data() {
    let workbench = Workbench::new();
    let pack = two_backups(&workbench).await;
    let mut content = fs::read(&pack).unwrap();
    content[1000] ^= 1;
    fs::write(&pack, content).unwrap();
    assert_eq!(examined(&workbench, 0.0).await.damage, []);
    let found = examined(&workbench, 100.0).await;
    let [damage] = &found.damage[..] else {
        panic!("{found:?}");
    };
    assert_eq!(damage.object, format!("pack {}", name(&pack)));
    assert!(
        damage.reason.starts_with("its content is damaged: "),
        "{damage:?}"
    );
    assert_eq!(damage.backups, [backup_id(2)]);
}

#[tokio::test]
async fn damaged_snapshot_and_index_files_are_named() {
    for kind in ["snapshot", "index"] {
        let workbench = Workbench::new();
        two_backups(&workbench).await;
        let directory = if kind == "index" { "index" } else { "snapshots" };
        let files = files_below(&workbench.repository().join(directory));
        let file = files.first().unwrap();
        File::options()
            .write(true)
            .open(file)
            .unwrap()
            .set_len(40)
            .unwrap();
        let found = examined(&workbench, 0.0).await;
        let objects: Vec<_> = found.damage.iter().map(|damage| damage.object.clone()).collect();
        assert_eq!(objects, [format!("{kind} file {}", name(file))], "{found:?}");
        let backups = if kind == "index" { 2 } else { 1 };
        assert_eq!(found.backups.len(), backups);
        let lost = if kind == "index" { files.len() } else { 1 };
        for file in files.iter().take(lost) {
            fs::remove_file(file).unwrap();
        }
        let found = examined(&workbench, 0.0).await;
        assert_eq!(found.damage.is_empty(), kind == "snapshot", "{found:?}");
        assert_eq!(found.backups.len(), backups);
    }
}

#[tokio::test]
async fn a_missing_directory_pack_affects_the_backups_that_need_it() {
    let workbench = Workbench::new();
    let pack = two_backups(&workbench).await;
    let packs = files_below(&workbench.repository().join("data"));
    for pack in packs
        .iter()
        .filter(|other| **other != pack && bytes_of(other) < 1 << 20)
    {
        fs::remove_file(pack).unwrap();
    }
    let found = examined(&workbench, 0.0).await;
    let affected: BTreeSet<_> = found
        .damage
        .iter()
        .flat_map(|damage| damage.backups.clone())
        .collect();
    assert_eq!(affected, [backup_id(1), backup_id(2)].into(), "{found:?}");
}

#[tokio::test]
async fn packs_with_unreadable_directories_are_named() {
    let workbench = Workbench::new();
    fs::write(workbench.data().join("small"), "small").unwrap();
    workbench.back_up(1).await;
    let mut damaged = BTreeSet::new();
    for pack in files_below(&workbench.repository().join("data")) {
        let mut content = fs::read(&pack).unwrap();
        content[20] ^= 1;
        fs::write(&pack, content).unwrap();
        damaged.insert(format!("pack {}", name(&pack)));
    }
    let found = examined(&workbench, 0.0).await;
    assert!(!found.damage.is_empty());
    for damage in &found.damage {
        assert!(damaged.contains(&damage.object), "{damage:?}");
        assert_eq!(damage.backups, [backup_id(1)]);
    }
}

#[tokio::test]
async fn repositories_are_only_opened_with_their_own_key() {
    let workbench = Workbench::new();
    workbench.back_up(1).await;
    let key = workbench.key_file();
    let reason = async || match examine(&workbench, 0.0).await {
        Err(EngineError::Key(reason)) => reason,
        other => panic!("{other:?}"),
    };
    let password = "0".repeat(64);
    fs::write(&key, format!("{{\"version\": 1, \"password\": \"{password}\"}}")).unwrap();
    assert!(reason().await.contains("does not match"), "{}", reason().await);
    fs::remove_file(&key).unwrap();
    assert!(reason().await.contains("is missing"), "{}", reason().await);
}

#[tokio::test]
async fn examinations_end_when_cancelled() {
    let workbench = Workbench::new();
    workbench.back_up(1).await;
    let (progress, cancel) = (watch::Sender::new(CheckProgress::default()), never_cancelled());
    cancel.cancel();
    let (bucket, app_id) = (&workbench.bucket, workbench.app_id);
    let cancelled = workbench
        .engine
        .check_repository(bucket, app_id, 100.0, &progress, &cancel)
        .await;
    assert!(matches!(cancelled, Err(EngineError::Cancelled)), "{cancelled:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_backups_and_prunes_are_no_damage() {
    let workbench = Workbench::new();
    two_backups(&workbench).await;
    let change = async {
        for number in 3..9 {
            let file = workbench.data().join("changes");
            fs::write(file, noise(u64::try_from(number).unwrap(), 2 << 20)).unwrap();
            workbench.back_up(number).await;
            workbench.delete(number - 1).await.unwrap();
        }
    };
    tokio::pin!(change);
    let mut examinations = 0;
    loop {
        let examination = examined(&workbench, 100.0);
        tokio::pin!(examination);
        let (found, is_done) = tokio::select! {
            found = &mut examination => (found, false),
            () = &mut change => (examination.await, true),
        };
        assert_eq!(found.damage, []);
        assert!(found.backups.contains(&backup_id(1)), "{found:?}");
        examinations += 1;
        if is_done {
            break;
        }
    }
    assert!(examinations > 1);
    let found = examined(&workbench, 100.0).await;
    assert_eq!(found.backups, [backup_id(1), backup_id(8)].into());
}
