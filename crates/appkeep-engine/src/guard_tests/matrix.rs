//! Every injected fault at every operation on a bucket, during every kind of work.
//!
//! In every case, an incomplete backup is invisible, earlier backups can be restored byte for byte, and a
//! retry succeeds. Another kind of work requires one more call of [`sweep`].

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use appkeep_core::engine::EngineError;
use rustic_core::FileType;
use tokio_util::sync::CancellationToken;

use super::copy_by_name;
use super::faulty_backend::{Fault, Faults, HitOperations};
use super::test_repository::{TestRepository, noise};

/// The content of a backup: its files and their data.
pub(super) type Content = BTreeMap<PathBuf, Vec<u8>>;

/// The number of complete runs without a fault after which a sweep ends.
const UNTOUCHED_RUNS: usize = 3;

/// The maximum number of further runs while an expected operation was not hit.
const MORE_RUNS: usize = 30;

/// Runs `work` on the same repository repeatedly, with the fault at its first operation, then at its second,
/// until it completes without a fault. Returns the operations that were hit. The repository is left in the
/// state after the last fault that ended the work.
///
/// The library's threads don't always perform the same number of operations, so the last one may be missed.
/// Then the end is repeated until all `expected` operations were hit.
///
/// The backups `earlier` must have unchanged content after each fault.
fn sweep(
    repository: &TestRepository,
    fault: Fault,
    earlier: &[u128],
    expected: &str,
    work: impl Fn(Faults) -> Result<(), EngineError>,
) -> Vec<String> {
    let before: Vec<Content> = earlier.iter().map(|number| repository.content(*number)).collect();
    let (root, kept) = (repository.root(), repository.dir.path().join("kept"));
    let left = repository.dir.path().join("left");
    if root.exists() {
        repository.drop_empty_directories();
        fs::rename(&root, &kept).unwrap();
    }
    let hit = Arc::new(HitOperations::default());
    let (mut untouched_runs, mut number, mut last_hit) = (0, 0, 0);
    loop {
        let hit_before = hit.count();
        let _ = fs::remove_dir_all(&root);
        if kept.exists() {
            copy_by_name(&kept, &root);
        }
        match work(Faults::nth(number, fault, &hit)) {
            Ok(()) if hit.count() == hit_before => {
                untouched_runs += 1;
                let is_all = hit.list().join(", ") == expected;
                if untouched_runs >= UNTOUCHED_RUNS + if is_all { 0 } else { MORE_RUNS } {
                    break;
                }
                number = if untouched_runs < UNTOUCHED_RUNS {
                    number + 1
                } else {
                    last_hit - untouched_runs % last_hit.clamp(1, 4)
                };
                continue;
            }
            Ok(()) => assert_eq!(
                fault,
                Fault::Late,
                "the fault in operation {number} was not detected"
            ),
            Err(EngineError::Storage(reason)) => assert!(reason.ends_with("made to fail"), "{reason}"),
            Err(other) => panic!("operation {number}: {other:?}"),
        }
        if root.join("config").exists() {
            repository.assert_whole();
        }
        for (number, before) in earlier.iter().zip(&before) {
            assert!(repository.content(*number) == *before, "backup {number} changed");
        }
        let _ = fs::remove_dir_all(&left);
        if root.exists() {
            fs::rename(&root, &left).unwrap();
        }
        last_hit = number.max(last_hit);
        number += 1;
    }
    let _ = fs::remove_dir_all(&root);
    if left.exists() {
        fs::rename(&left, &root).unwrap();
    }
    hit.list()
}

/// The creation of a repository.
fn create(fault: Fault) {
    let repository = TestRepository::in_memory();
    let hit = sweep(&repository, fault, &[], CREATE, |faults| {
        repository.open_or_create(faults)
    });
    assert_eq!(hit.join(", "), CREATE);
    repository.store_whole(1);
    assert_eq!(repository.files(FileType::Snapshot), 1);
    repository.assert_whole();
}

/// The first backup in a repository.
fn first_backup(fault: Fault) {
    let repository = TestRepository::in_memory().with_repository();
    // A large file is stored in the second pass.
    fs::write(repository.source().join("data/large"), noise(99, 600_000)).unwrap();
    let hit = sweep(&repository, fault, &[], FIRST_BACKUP, |faults| {
        let source = repository.tree();
        repository
            .store(1, source, faults, &CancellationToken::new())
            .map(drop)
    });
    assert_eq!(hit.join(", "), FIRST_BACKUP);
    repository.store_whole(1);
    assert_eq!(repository.files(FileType::Snapshot), 1);
    repository.assert_whole();
}

/// A backup of changed data in a repository with another backup.
fn next_backup(fault: Fault) {
    let repository = TestRepository::in_memory().with_repository();
    repository.store_whole(1);
    fs::write(repository.source().join("data/changes"), noise(99, 30_000)).unwrap();
    let hit = sweep(&repository, fault, &[1], NEXT_BACKUP, |faults| {
        let source = repository.tree();
        let outcome = repository.store(2, source, faults, &CancellationToken::new());
        if outcome.is_err() && fault != Fault::ResponseLost {
            assert_eq!(repository.files(FileType::Snapshot), 1);
        }
        outcome.map(drop)
    });
    assert_eq!(hit.join(", "), NEXT_BACKUP);
    repository.store_whole(2);
    assert_eq!(repository.files(FileType::Snapshot), 2);
    repository.assert_whole();
}

/// A delete of a backup that shares packs with another.
fn delete(fault: Fault) {
    let repository = TestRepository::in_memory().with_repository();
    repository.store_whole(1);
    fs::write(repository.source().join("data/changes"), noise(99, 30_000)).unwrap();
    fs::remove_file(repository.source().join("data/3")).unwrap();
    repository.store_whole(2);
    let hit = sweep(&repository, fault, &[2], DELETE, |faults| {
        repository.forget(1, faults)
    });
    assert_eq!(hit.join(", "), DELETE);
    repository.forget(1, Faults::none()).unwrap();
    assert_eq!(repository.files(FileType::Snapshot), 1);
    repository.assert_whole();
    repository.forget(2, Faults::none()).unwrap();
    assert_eq!(repository.files(FileType::Pack), 0);
}

/// The operations at which a fault is injected in each kind of work: all of its operations, by file type.
const CREATE: &str = "List config, List keys, Write config, Write keys";
const FIRST_BACKUP: &str = "List config, List index, List keys, List snapshots, \
    Read config, Read data, Read index, Write data, Write index, Write snapshots";
const NEXT_BACKUP: &str = "List config, List index, List keys, List snapshots, \
    Read config, Read data, Read index, Read snapshots, Write data, Write index, Write snapshots";
const DELETE: &str = "List config, List data, List index, List keys, List snapshots, \
    Read config, Read data, Read index, Read snapshots, Write data, Write index, \
    Remove data, Remove index, Remove snapshots";

macro_rules! tests {
    ($($name:ident: $work:ident with $fault:ident;)+) => {$(
        #[test]
        fn $name() {
            $work(Fault::$fault);
        }
    )+};
}

tests! {
    repository_creation_can_be_retried_after_any_refused_operation: create with Refused;
    repository_creation_can_be_retried_after_any_lost_response: create with ResponseLost;
    repository_creation_can_be_retried_after_dying_at_any_operation: create with Dead;
    repository_creation_succeeds_with_any_late_operation: create with Late;
    first_backup_can_be_retried_after_any_refused_operation: first_backup with Refused;
    first_backup_can_be_retried_after_any_lost_response: first_backup with ResponseLost;
    first_backup_can_be_retried_after_dying_at_any_operation: first_backup with Dead;
    first_backup_is_complete_with_any_late_operation: first_backup with Late;
    backup_can_be_retried_after_any_refused_operation: next_backup with Refused;
    backup_can_be_retried_after_any_lost_response: next_backup with ResponseLost;
    backup_can_be_retried_after_dying_at_any_operation: next_backup with Dead;
    backup_is_complete_with_any_late_operation: next_backup with Late;
    delete_can_be_retried_after_any_refused_operation: delete with Refused;
    delete_can_be_retried_after_any_lost_response: delete with ResponseLost;
    delete_can_be_retried_after_dying_at_any_operation: delete with Dead;
    delete_frees_space_with_any_late_operation: delete with Late;
}
