//! Known failures in and around the library, reproduced as tests.
//!
//! The guard numbers are those in this crate's README.

mod faulty_backend;
mod faulty_source;
mod hostile;
mod live;
mod matrix;
mod test_repository;
mod unchanged;
mod verification;

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use appkeep_core::engine::EngineError;
use rustic_core::FileType;
use rustic_core::repofile::Chunker;
use tokio_util::sync::CancellationToken;

use self::faulty_backend::{Faults, Operation};
use self::faulty_source::{FaultySource, SourceFault};
use self::test_repository::{TestRepository, noise};
use crate::prune::FreeSpace;

fn odd(repository: &TestRepository, fault: SourceFault) -> FaultySource {
    FaultySource {
        source: repository.tree(),
        fault,
    }
}

/// Guard 1: the library's own backends turn a failed listing into an empty one.
#[test]
fn prune_deletes_nothing_if_a_listing_fails() {
    let repository = TestRepository::new();
    repository.store_whole(1);
    repository.store_whole(2);
    for kind in [FileType::Snapshot, FileType::Index, FileType::Pack] {
        let packs = repository.files(FileType::Pack);
        let outcome = repository.forget(1, Faults::at(Operation::List, kind));
        match outcome {
            Err(EngineError::Storage(reason)) => assert_eq!(reason, format!("List {kind}: made to fail")),
            other => panic!("{other:?}"),
        }
        assert_eq!(repository.files(FileType::Pack), packs);
        repository.assert_whole();
    }
}

/// Guard 2: the library skips unreadable files, and reports success.
#[test]
fn backup_fails_on_an_unreadable_file() {
    let repository = TestRepository::new();
    let cases = [
        (SourceFault::CannotBeListed, "data/5: made to fail"),
        (SourceFault::CannotBeOpened, "data/5: opening: made to fail"),
        (SourceFault::CannotBeRead, "data/5: made to fail"),
        (
            SourceFault::EndsEarly,
            "data/5: its size changed while it was read",
        ),
    ];
    for (fault, expected) in cases {
        let outcome = repository.store_from(1, odd(&repository, fault));
        match outcome {
            Err(EngineError::Unreadable(reasons)) => assert_eq!(reasons, [expected]),
            other => panic!("{expected}: {other:?}"),
        }
        assert_eq!(repository.files(FileType::Snapshot), 0, "{expected}");
    }
    repository.store_whole(1);
    repository.assert_whole();
}

/// Guard 2 without a reported error: the number of stored entries is checked.
#[test]
fn backup_fails_if_the_library_drops_a_file() {
    let repository = TestRepository::new();
    let outcome = repository.store_from(1, odd(&repository, SourceFault::Dropped));
    match outcome {
        Err(EngineError::Broken(reason)) => assert_eq!(reason, "20 of 21 files were stored"),
        other => panic!("{other:?}"),
    }
    assert_eq!(repository.files(FileType::Snapshot), 0);
}

/// Guard 3: for the library, a source that ends early is a smaller backup.
#[test]
fn cancelling_a_backup_while_it_reads_stores_no_snapshot() {
    let repository = TestRepository::new();
    let cancel = CancellationToken::new();
    let source = odd(&repository, SourceFault::Cancels(cancel.clone()));
    let outcome = repository.store(1, source, Faults::none(), &cancel);
    assert!(matches!(outcome, Err(EngineError::Cancelled)), "{outcome:?}");
    assert_eq!(repository.files(FileType::Snapshot), 0);
    repository.assert_whole();
}

/// Guard 4: the library reads the source to its end after a write has failed.
#[test]
fn backup_stops_reading_after_a_failed_write() {
    let repository = TestRepository::new();
    for number in 0..160 {
        fs::write(
            repository.source().join(format!("data/more-{number}")),
            noise(number, 200_000),
        )
        .unwrap();
    }
    let opened = Arc::new(AtomicUsize::new(0));
    let source = odd(&repository, SourceFault::Counted(Arc::clone(&opened)));
    let faults = Faults::at(Operation::Write, FileType::Pack);
    match repository.store(1, source, faults, &CancellationToken::new()) {
        Err(EngineError::Storage(reason)) => assert_eq!(reason, "Write Pack: made to fail"),
        other => panic!("{other:?}"),
    }
    let opened = opened.load(Ordering::SeqCst);
    assert!(opened < 150, "{opened} files were opened");
    assert_eq!(repository.files(FileType::Snapshot), 0);
}

/// Without free space, a prune can't even write a new index next to the old one.
#[test]
fn delete_in_a_full_bucket_removes_the_index_first() {
    let repository = TestRepository::new();
    repository.store_whole(1);
    fs::write(repository.source().join("data/changes"), noise(99, 30_000)).unwrap();
    repository.store_whole(2);
    let packs = repository.files(FileType::Pack);
    match repository.forget_in(FreeSpace::Enough, 2, Faults::full()) {
        Err(EngineError::Storage(reason)) => assert_eq!(reason, "Write Index: made to fail"),
        other => panic!("{other:?}"),
    }
    assert_eq!(repository.files(FileType::Pack), packs);
    repository.assert_whole();
    repository.forget_in(FreeSpace::None, 2, Faults::full()).unwrap();
    assert!(repository.files(FileType::Pack) < packs);
    assert_eq!(repository.files(FileType::Snapshot), 1);
    repository.assert_whole();
}

/// Guard 9: the library prepares to split each file, even if it is too small to be split. Therefore all small
/// files are stored first, regardless of the order of names.
#[test]
fn first_backup_stores_small_files_before_large_ones() {
    let repository = TestRepository::new();
    fs::write(repository.source().join("data/0 large"), noise(99, 4_000_000)).unwrap();
    let opened = Arc::new(Mutex::default());
    let source = odd(&repository, SourceFault::Noted(Arc::clone(&opened)));
    repository.store_from(1, source).unwrap();
    let opened = opened.lock().unwrap();
    assert_eq!(opened.len(), 22);
    assert_eq!(opened.last().unwrap(), "0 large");
}

/// The result is the same as with a single pass.
#[test]
fn first_backup_in_two_passes_equals_one_in_a_single_pass() {
    let repository = TestRepository::new();
    let large = noise(99, 4_000_000);
    fs::write(repository.source().join("data/large"), &large).unwrap();
    let opened = Arc::new(AtomicUsize::new(0));
    let source = odd(&repository, SourceFault::Counted(Arc::clone(&opened)));
    repository.store_from(1, source).unwrap();
    assert_eq!(opened.load(Ordering::SeqCst), 22);
    let opened = repository.opened();
    assert_eq!(opened.config().chunker(), Chunker::Rabin);
    let snapshots = opened.get_all_snapshots().unwrap();
    let [first] = snapshots.as_slice() else {
        panic!("{snapshots:?}")
    };
    assert!(first.parent.is_none() && first.parents.is_empty());
    let summary = first.summary.as_ref().unwrap();
    assert_eq!((summary.files_new, summary.files_unmodified), (22, 0));
    assert_eq!(summary.data_added_files, 20 * 10_000 + 4 + 4_000_000);
    repository.assert_whole();

    // A large file is split by its content: most chunks are found again at other offsets.
    fs::write(
        repository.source().join("data/shifted"),
        [noise(7, 1000), large].concat(),
    )
    .unwrap();
    repository.store_whole(2);
    let mut snapshots = repository.opened().get_all_snapshots().unwrap();
    snapshots.retain(|snapshot| snapshot.id != first.id);
    let added = snapshots[0].summary.as_ref().unwrap().data_added_files;
    assert!(added < 3_900_000, "{added} bytes of 4,001,000 were new");
}

/// Guards 10 and 14: packs so small that a restore can hold twenty of them, in restic's format.
#[test]
fn a_repository_has_small_packs_and_format_2() {
    // The fixture must be as the engine creates repositories.
    for repository in [TestRepository::without_repository(), TestRepository::new()] {
        repository.store_whole(1);
        let (version, pack_bytes) = repository.format();
        assert_eq!(version, 2);
        assert_eq!(pack_bytes, Some(8 << 20));
    }
}

/// Copies like a backup program: with the same times and links, but other inodes.
fn copy_by_name(from: &Path, to: &Path) {
    let copied = std::process::Command::new("cp")
        .arg("-a")
        .args([from, to])
        .status()
        .unwrap();
    assert!(copied.success());
}
