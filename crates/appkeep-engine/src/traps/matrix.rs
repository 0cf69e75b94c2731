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

use super::bench::{Bench, noise};
use super::copy_by_name;
use super::faulty::{Faults, Mishap, Struck};

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
    bench: &Bench,
    mishap: Mishap,
    earlier: &[u128],
    expected: &str,
    work: impl Fn(Faults) -> Result<(), EngineError>,
) -> Vec<String> {
    let before: Vec<Content> = earlier.iter().map(|number| bench.content(*number)).collect();
    let (root, kept) = (bench.root(), bench.dir.path().join("kept"));
    let left = bench.dir.path().join("left");
    if root.exists() {
        bench.drop_empty_directories();
        fs::rename(&root, &kept).unwrap();
    }
    let struck = Arc::new(Struck::default());
    let (mut untouched_runs, mut number, mut last_struck) = (0, 0, 0);
    loop {
        let struck_before = struck.count();
        let _ = fs::remove_dir_all(&root);
        if kept.exists() {
            copy_by_name(&kept, &root);
        }
        match work(Faults::nth(number, mishap, &struck)) {
            Ok(()) if struck.count() == struck_before => {
                untouched_runs += 1;
                let is_all = struck.list().join(", ") == expected;
                if untouched_runs >= UNTOUCHED_RUNS + if is_all { 0 } else { MORE_RUNS } {
                    break;
                }
                number = if untouched_runs < UNTOUCHED_RUNS {
                    number + 1
                } else {
                    last_struck - untouched_runs % last_struck.clamp(1, 4)
                };
                continue;
            }
            Ok(()) => assert_eq!(
                mishap,
                Mishap::Late,
                "the fault in operation {number} went unnoticed"
            ),
            Err(EngineError::Storage(reason)) => assert!(reason.ends_with("made to fail"), "{reason}"),
            Err(other) => panic!("act {number}: {other:?}"),
        }
        if root.join("config").exists() {
            bench.assert_whole();
        }
        for (number, before) in earlier.iter().zip(&before) {
            assert!(bench.content(*number) == *before, "backup {number} changed");
        }
        let _ = fs::remove_dir_all(&left);
        if root.exists() {
            fs::rename(&root, &left).unwrap();
        }
        last_struck = number.max(last_struck);
        number += 1;
    }
    let _ = fs::remove_dir_all(&root);
    if left.exists() {
        fs::rename(&left, &root).unwrap();
    }
    struck.list()
}

/// The creation of a repository.
fn create(mishap: Mishap) {
    let bench = Bench::in_memory();
    let struck = sweep(&bench, mishap, &[], CREATE, |faults| bench.open_or_create(faults));
    assert_eq!(struck.join(", "), CREATE);
    bench.store_whole(1);
    assert_eq!(bench.files(FileType::Snapshot), 1);
    bench.assert_whole();
}

/// The first backup in a repository.
fn first_backup(mishap: Mishap) {
    let bench = Bench::in_memory().with_repository();
    // A large file is stored in the second pass.
    fs::write(bench.source().join("data/large"), noise(99, 600_000)).unwrap();
    let struck = sweep(&bench, mishap, &[], FIRST_BACKUP, |faults| {
        let source = bench.tree();
        bench
            .store(1, source, faults, &CancellationToken::new())
            .map(drop)
    });
    assert_eq!(struck.join(", "), FIRST_BACKUP);
    bench.store_whole(1);
    assert_eq!(bench.files(FileType::Snapshot), 1);
    bench.assert_whole();
}

/// A backup of changed data in a repository with another backup.
fn next_backup(mishap: Mishap) {
    let bench = Bench::in_memory().with_repository();
    bench.store_whole(1);
    fs::write(bench.source().join("data/changes"), noise(99, 30_000)).unwrap();
    let struck = sweep(&bench, mishap, &[1], NEXT_BACKUP, |faults| {
        let source = bench.tree();
        let outcome = bench.store(2, source, faults, &CancellationToken::new());
        if outcome.is_err() && mishap != Mishap::AnswerLost {
            assert_eq!(bench.files(FileType::Snapshot), 1);
        }
        outcome.map(drop)
    });
    assert_eq!(struck.join(", "), NEXT_BACKUP);
    bench.store_whole(2);
    assert_eq!(bench.files(FileType::Snapshot), 2);
    bench.assert_whole();
}

/// A delete of a backup that shares packs with another.
fn delete(mishap: Mishap) {
    let bench = Bench::in_memory().with_repository();
    bench.store_whole(1);
    fs::write(bench.source().join("data/changes"), noise(99, 30_000)).unwrap();
    fs::remove_file(bench.source().join("data/3")).unwrap();
    bench.store_whole(2);
    let struck = sweep(&bench, mishap, &[2], DELETE, |faults| bench.forget(1, faults));
    assert_eq!(struck.join(", "), DELETE);
    bench.forget(1, Faults::none()).unwrap();
    assert_eq!(bench.files(FileType::Snapshot), 1);
    bench.assert_whole();
    bench.forget(2, Faults::none()).unwrap();
    assert_eq!(bench.files(FileType::Pack), 0);
}

/// The operations that are hit in each kind of work: all of its operations, by file type.
const CREATE: &str = "List config, List keys, Write config, Write keys";
const FIRST_BACKUP: &str = "List config, List index, List keys, List snapshots, \
    Read config, Read data, Read index, Write data, Write index, Write snapshots";
const NEXT_BACKUP: &str = "List config, List index, List keys, List snapshots, \
    Read config, Read data, Read index, Read snapshots, Write data, Write index, Write snapshots";
const DELETE: &str = "List config, List data, List index, List keys, List snapshots, \
    Read config, Read data, Read index, Read snapshots, Write data, Write index, \
    Remove data, Remove index, Remove snapshots";

#[test]
fn creating_a_repository_succeeds_after_any_refused_operation() {
    create(Mishap::Refused);
}

#[test]
fn creating_a_repository_succeeds_after_any_lost_response() {
    create(Mishap::AnswerLost);
}

#[test]
fn creating_a_repository_succeeds_after_the_process_died_at_any_operation() {
    create(Mishap::Dead);
}

#[test]
fn creating_a_repository_succeeds_with_any_late_operation() {
    create(Mishap::Late);
}

#[test]
fn a_first_backup_that_is_refused_anything_can_be_taken_again() {
    first_backup(Mishap::Refused);
}

#[test]
fn a_first_backup_that_misses_any_answer_can_be_taken_again() {
    first_backup(Mishap::AnswerLost);
}

#[test]
fn a_first_backup_that_dies_anywhere_can_be_taken_again() {
    first_backup(Mishap::Dead);
}

#[test]
fn a_first_backup_is_whole_when_any_act_is_late() {
    first_backup(Mishap::Late);
}

#[test]
fn a_backup_that_is_refused_anything_can_be_taken_again() {
    next_backup(Mishap::Refused);
}

#[test]
fn a_backup_that_misses_any_answer_can_be_taken_again() {
    next_backup(Mishap::AnswerLost);
}

#[test]
fn a_backup_that_dies_anywhere_can_be_taken_again() {
    next_backup(Mishap::Dead);
}

#[test]
fn a_backup_is_whole_when_any_act_is_late() {
    next_backup(Mishap::Late);
}

#[test]
fn a_delete_that_is_refused_anything_can_be_asked_for_again() {
    delete(Mishap::Refused);
}

#[test]
fn a_delete_that_misses_any_answer_can_be_asked_for_again() {
    delete(Mishap::AnswerLost);
}

#[test]
fn a_delete_that_dies_anywhere_can_be_asked_for_again() {
    delete(Mishap::Dead);
}

#[test]
fn a_delete_gives_the_bytes_back_when_any_act_is_late() {
    delete(Mishap::Late);
}
