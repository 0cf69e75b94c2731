//! Every mishap at every act of a bucket, in the middle of every kind of work.
//!
//! Whatever happens: what was asked for isn't there unless it is whole, what was there before reads back to the
//! byte, and asking again works. A further kind of work is one more call of [`sweep`].

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

/// What a backup holds: its files, and their content.
pub(super) type Content = BTreeMap<PathBuf, Vec<u8>>;

/// After how many runs that came to their end untouched a sweep is over.
const UNTOUCHED_RUNS: usize = 3;

/// How many more there may be while something is left that a sweep should strike.
const MORE_RUNS: usize = 30;

/// Does `work` on the same repository again and again, with the mishap at its first act, then at its second,
/// until it comes to its end untouched. Says what was struck. The repository is left as the last mishap that
/// ended the work left it.
///
/// The library's threads don't always need the same number of acts, so the last one may get away. Then the end is
/// swept again, until `expected` was struck, all of it.
///
/// `earlier` are backups that have to read back as they do now after each mishap.
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
    bench.drop_empty_directories();
    if root.exists() {
        copy_by_name(&root, &kept);
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
            Ok(()) => assert_eq!(mishap, Mishap::Late, "act {number} failed, and nobody noticed"),
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
            copy_by_name(&root, &left);
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

/// A backup that makes the repository.
fn first_backup(mishap: Mishap) {
    let bench = Bench::new();
    // What is large comes in the second turn.
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

/// A backup of changed data, beside another.
fn next_backup(mishap: Mishap) {
    let bench = Bench::new();
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

/// The delete of a backup that shares packs with another.
fn delete(mishap: Mishap) {
    let bench = Bench::new();
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

/// What is struck in each kind of work: everything that it does with files of each type.
const FIRST_BACKUP: &str = "List config, List index, List keys, List snapshots, \
    Read config, Read data, Read index, Write config, Write data, Write index, Write keys, Write snapshots";
const NEXT_BACKUP: &str = "List config, List index, List keys, List snapshots, \
    Read config, Read data, Read index, Read snapshots, Write data, Write index, Write snapshots";
const DELETE: &str = "List config, List data, List index, List keys, List snapshots, \
    Read config, Read data, Read index, Read snapshots, Write data, Write index, \
    Remove data, Remove index, Remove snapshots";

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
