//! Buckets that return data that differs from the stored data.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use appkeep_core::engine::{BackupReport, EngineError};
use bytes::Bytes;
use rustic_core::FileType;
use tokio_util::sync::CancellationToken;

use super::faulty_backend::{Corrupt, Faults, Operation};
use super::test_repository::{TestRepository, noise};

fn store(repository: &TestRepository, number: u128, faults: Faults) -> Result<BackupReport, EngineError> {
    let source = repository.tree();
    repository.store(number, source, faults, &CancellationToken::new())
}

/// Corrupts reads after a first backup was written: its second pass reads one index, the verification reads
/// both.
fn looking_back(corrupt: impl Fn(FileType, Bytes) -> Bytes + Send + Sync + 'static) -> Corrupt {
    let indexes = AtomicUsize::new(0);
    Arc::new(move |kind, bytes| {
        let seen = indexes.fetch_add(usize::from(kind == FileType::Index), Ordering::SeqCst);
        if seen < 2 { bytes } else { corrupt(kind, bytes) }
    })
}

fn flipped(bytes: &Bytes, at: usize) -> Bytes {
    let mut changed = bytes.to_vec();
    changed[at] ^= 0x10;
    changed.into()
}

#[track_caller]
fn assert_noticed(outcome: Result<BackupReport, EngineError>) -> String {
    match outcome {
        Err(EngineError::Unreadable(reasons)) => {
            assert_eq!(reasons.len(), 1, "{reasons:?}");
            let (_, said) = reasons[0].split_once(": ").unwrap();
            assert!(
                said.starts_with("the bucket returned data that differs from the stored data: "),
                "{said}"
            );
            reasons[0].clone()
        }
        other => panic!("{other:?}"),
    }
}

/// Flips one bit of one piece between the backup and its verification.
#[test]
fn backup_fails_on_a_flipped_bit_and_the_next_reuses_nothing() {
    for which in [0, 5, 20] {
        let mut repository = TestRepository::new();
        let reads = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&reads);
        repository.corrupt = looking_back(move |kind, bytes| {
            if kind == FileType::Pack && seen.fetch_add(1, Ordering::SeqCst) == which {
                return flipped(&bytes, bytes.len() / 2);
            }
            bytes
        });
        assert_noticed(store(&repository, 1, Faults::none()));
        assert_eq!(repository.files(FileType::Snapshot), 0);
        assert_eq!(
            repository.files(FileType::Index),
            0,
            "nothing names what was stored"
        );
        repository.corrupt = Arc::new(|_, bytes| bytes);
        let packs = repository.files(FileType::Pack);
        store(&repository, 1, Faults::none()).unwrap();
        assert!(repository.files(FileType::Pack) > packs, "all was stored anew");
        repository.assert_whole();
    }
}

/// Flips a bit of a pack on disk.
#[test]
fn backup_that_reuses_a_damaged_pack_fails() {
    let repository = TestRepository::new();
    repository.store_whole(1);
    let data = repository.root().join("data");
    let packs = walkdir::WalkDir::new(data)
        .into_iter()
        .map(|entry| entry.unwrap().into_path());
    let largest = packs
        .filter(|path| path.is_file())
        .max_by_key(|path| fs::metadata(path).unwrap().len());
    let largest = largest.unwrap();
    let content = Bytes::from(fs::read(&largest).unwrap());
    fs::write(&largest, flipped(&content, 700)).unwrap();
    let reason = assert_noticed(store(&repository, 2, Faults::none()));
    assert!(reason.starts_with("data/"), "it names a file: {reason}");
    assert_eq!(repository.files(FileType::Snapshot), 1);
    fs::write(&largest, content).unwrap();
    store(&repository, 2, Faults::none()).unwrap();
}

/// Changes a file of the snapshot after it was read, in the first `times` verifications.
fn changing(repository: &mut TestRepository, times: usize) {
    let file = repository.source().join("data/7");
    let changes = AtomicUsize::new(0);
    repository.corrupt = looking_back(move |kind, bytes| {
        // The first read of a pack is that of the root.
        if kind == FileType::Pack {
            let change = changes.fetch_add(1, Ordering::SeqCst);
            if change < times {
                fs::write(&file, noise(100 + change as u64, 10_000)).unwrap();
            }
        }
        bytes
    });
}

/// The bucket is not at fault: it returns the data as it was stored.
#[test]
fn a_file_that_changed_after_it_was_read_is_stored_again() {
    let mut repository = TestRepository::new();
    changing(&mut repository, 1);
    let copied = store(&repository, 1, Faults::none()).unwrap();
    assert_eq!(copied.stored_again, ["data/7"]);
    assert_eq!(repository.files(FileType::Snapshot), 1);
    let content = repository.content(1);
    let stored = content.iter().find(|(path, _)| path.ends_with("data/7")).unwrap();
    assert!(*stored.1 == fs::read(repository.source().join("data/7")).unwrap());
    repository.assert_whole();
}

#[test]
fn a_snapshot_that_keeps_changing_fails_the_backup() {
    let mut repository = TestRepository::new();
    changing(&mut repository, usize::MAX);
    match store(&repository, 1, Faults::none()) {
        Err(EngineError::Unreadable(reasons)) => {
            assert_eq!(reasons, ["data/7: the snapshot changed while it was stored"]);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(repository.files(FileType::Snapshot), 0);
}

#[test]
fn backup_fails_if_verification_cannot_read_and_can_be_retried() {
    let repository = TestRepository::new();
    match store(&repository, 1, Faults::at(Operation::Read, FileType::Pack)) {
        Err(EngineError::Storage(reason)) => assert_eq!(reason, "Read Pack: made to fail"),
        other => panic!("{other:?}"),
    }
    assert_eq!(repository.files(FileType::Snapshot), 0);
    store(&repository, 1, Faults::none()).unwrap();
    repository.assert_whole();
}

/// Counts how many of twenty pieces are read back for each share.
#[test]
fn verification_reads_the_configured_share() {
    let mut reads = Vec::new();
    for percent in [0, 1, 50, 100] {
        let mut repository = TestRepository::new();
        repository.verify_percent = percent;
        let (seen, heard) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (count, bytes_read) = (Arc::clone(&seen), Arc::clone(&heard));
        repository.corrupt = looking_back(move |kind, bytes| {
            // Trees are smaller.
            if kind == FileType::Pack && bytes.len() > 9_000 {
                count.fetch_add(1, Ordering::SeqCst);
            }
            bytes_read.fetch_add(bytes.len(), Ordering::SeqCst);
            bytes
        });
        store(&repository, 4, Faults::none()).unwrap();
        reads.push(seen.load(Ordering::SeqCst));
        assert_eq!(percent == 0, heard.load(Ordering::SeqCst) == 0, "{percent} %");
    }
    let [none, little, half, all] = reads[..] else {
        unreachable!()
    };
    assert_eq!((none, all), (0, 20));
    assert!((1..=4).contains(&little), "{little}");
    assert!((4..=16).contains(&half), "{half}");
}

/// An examination waits for these threads before it reads packs.
#[test]
fn threads_of_the_library_that_read_directories_own_the_gate() {
    let mut repository = TestRepository::new();
    repository.store_whole(1);
    let (before, most) = repository.references_during_check();
    assert!(most > before, "{before} references before, then at most {most}");
}
