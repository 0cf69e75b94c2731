//! What is known to go wrong in or around the library, made to go wrong.
//!
//! The numbers are those of the traps in this crate's README.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use appkeep_core::catalog::{Bucket, BucketLocation};
use appkeep_core::engine::{CopyBackup, EngineError, Progress};
use appkeep_core::ids::{AccountId, AppBackupId, AppId, AppSnapId, BucketId};
use bytes::Bytes;
use chrono::DateTime;
use rustic_core::{
    BytesList, CheckOptions, ErrorKind, FileType, Id, ReadBackend, ReadSource, ReadSourceEntry,
    ReadSourceOpen, RusticError, RusticResult, WriteBackend,
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::backend::DirectoryBackend;
use crate::backup::{self, Bars};
use crate::bucket;
use crate::failure::BackendFailure;
use crate::gate::Gate;
use crate::keys::KeyStore;
use crate::prune;
use crate::repository::{OpenRepository, Site};
use crate::tree_source::TreeSource;

/// A repository, reached through a backend that can be made to fail.
struct Bench {
    dir: tempfile::TempDir,
    bucket: Bucket,
    app_id: AppId,
    keys: KeyStore,
}

impl Bench {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("bucket")).unwrap();
        fs::create_dir_all(dir.path().join("source/data/below")).unwrap();
        for number in 0..20 {
            fs::write(
                dir.path().join(format!("source/data/{number}")),
                noise(number, 10_000),
            )
            .unwrap();
        }
        fs::write(dir.path().join("source/data/below/file"), "text").unwrap();
        let bucket = Bucket {
            id: BucketId::new(Uuid::from_u128(0xb)),
            account_id: AccountId::new(Uuid::from_u128(0xac)),
            name: "main".to_owned(),
            location: BucketLocation::Directory(dir.path().join("bucket")),
            is_default: true,
            declared: true,
        };
        let keys = KeyStore::new(&dir.path().join("data"));
        Self {
            dir,
            bucket,
            app_id: AppId::new(Uuid::from_u128(0xa)),
            keys,
        }
    }

    fn source(&self) -> PathBuf {
        self.dir.path().join("source")
    }

    fn root(&self) -> PathBuf {
        bucket::repository_dir(&self.bucket, self.app_id)
    }

    fn open(&self, gate: &Arc<Gate>) -> Result<OpenRepository, EngineError> {
        let presence = bucket::presence(&self.bucket, self.app_id)?;
        let bars = Bars::hidden();
        Site {
            bucket: &self.bucket,
            app_id: self.app_id,
            keys: &self.keys,
            gate,
            bars,
        }
        .open_or_create(presence)
    }

    fn gate(&self, faults: Faults, cancel: &CancellationToken) -> Arc<Gate> {
        let backend = Faulty {
            backend: DirectoryBackend::new(self.root()),
            faults,
        };
        Arc::new(Gate::new(Arc::new(backend), cancel))
    }

    /// Stores what `source` gives as the backup `number`.
    fn store<S>(
        &self,
        number: u128,
        source: S,
        faults: Faults,
        cancel: &CancellationToken,
    ) -> Result<u64, EngineError>
    where
        S: ReadSource + 'static,
        S::Open: Send,
        S::Iter: Send,
    {
        let gate = self.gate(faults, cancel);
        let request = CopyBackup {
            bucket: self.bucket.clone(),
            app_id: self.app_id,
            app_name: "shop".to_owned(),
            backup_id: AppBackupId::new(Uuid::from_u128(number)),
            snap_id: AppSnapId::new(Uuid::from_u128(1)),
            taken_at: DateTime::from_timestamp(1_700_000_000, 0).unwrap(),
        };
        let progress = watch::Sender::new(Progress::default());
        backup::copy(
            self.open(&gate)?,
            &gate,
            &request,
            &self.source(),
            source,
            &progress,
        )
    }

    fn store_whole(&self, number: u128) {
        let source = TreeSource::new(self.source());
        self.store(number, source, Faults::none(), &CancellationToken::new())
            .unwrap();
    }

    fn forget(&self, number: u128, faults: Faults) -> Result<(), EngineError> {
        let gate = self.gate(faults, &CancellationToken::new());
        prune::forget(
            &self.open(&gate)?,
            &gate,
            AppBackupId::new(Uuid::from_u128(number)),
        )
    }

    fn files(&self, kind: FileType) -> usize {
        DirectoryBackend::new(self.root()).list(kind).unwrap().len()
    }

    /// Reads all data of all backups that are there.
    fn assert_whole(&self) {
        let gate = self.gate(Faults::none(), &CancellationToken::new());
        let found = self
            .open(&gate)
            .unwrap()
            .check(CheckOptions::default().read_data(true))
            .unwrap();
        assert!(found.is_ok().is_ok(), "{found:?}");
    }
}

/// What a backend is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    List,
    Read,
    Write,
    Remove,
}

/// Decides which acts fail: the one with this number among those of its kind.
#[derive(Clone)]
struct Faults {
    fails: Arc<dyn Fn(Act, FileType) -> bool + Send + Sync>,
}

impl Faults {
    fn none() -> Self {
        Self {
            fails: Arc::new(|_, _| false),
        }
    }

    fn at(act: Act, kind: FileType) -> Self {
        Self {
            fails: Arc::new(move |this, file| (this, file) == (act, kind)),
        }
    }

    /// The act with this number fails, whatever it is. Later ones work.
    fn nth(number: usize) -> Self {
        let seen = AtomicUsize::new(0);
        Self {
            fails: Arc::new(move |_, _| seen.fetch_add(1, Ordering::SeqCst) == number),
        }
    }
}

struct Faulty {
    backend: DirectoryBackend,
    faults: Faults,
}

impl Faulty {
    fn act<T>(&self, act: Act, kind: FileType, work: impl FnOnce() -> RusticResult<T>) -> RusticResult<T> {
        if (self.faults.fails)(act, kind) {
            let error = io::Error::other("made to fail");
            let failure = BackendFailure {
                what: format!("{act:?} {kind}"),
                error,
            };
            return Err(RusticError::with_source(ErrorKind::Backend, "bucket", failure));
        }
        work()
    }
}

impl ReadBackend for Faulty {
    fn location(&self) -> String {
        self.backend.location()
    }

    fn list_with_size(&self, kind: FileType) -> RusticResult<Vec<(Id, u32)>> {
        self.act(Act::List, kind, || self.backend.list_with_size(kind))
    }

    fn read_full(&self, kind: FileType, id: &Id) -> RusticResult<Bytes> {
        self.act(Act::Read, kind, || self.backend.read_full(kind, id))
    }

    fn read_partial(&self, kind: FileType, id: &Id, hot: bool, at: u32, length: u32) -> RusticResult<Bytes> {
        self.act(Act::Read, kind, || {
            self.backend.read_partial(kind, id, hot, at, length)
        })
    }

    fn warmup_path(&self, kind: FileType, id: &Id) -> String {
        self.backend.warmup_path(kind, id)
    }
}

impl WriteBackend for Faulty {
    fn create(&self) -> RusticResult<()> {
        self.backend.create()
    }

    fn write_bytes(&self, kind: FileType, id: &Id, hot: bool, content: BytesList) -> RusticResult<()> {
        self.act(Act::Write, kind, || {
            self.backend.write_bytes(kind, id, hot, content)
        })
    }

    fn remove(&self, kind: FileType, id: &Id, hot: bool) -> RusticResult<()> {
        self.act(Act::Remove, kind, || self.backend.remove(kind, id, hot))
    }
}

type TreeFile = <TreeSource as ReadSource>::Open;

/// A source with something wrong at one file, or something to be done there.
struct OddSource {
    source: TreeSource,
    oddity: Oddity,
}

/// Happens at the file `data/5`.
#[derive(Clone)]
enum Oddity {
    None,
    CannotBeListed,
    CannotBeOpened,
    CannotBeRead,
    EndsEarly,
    /// The library drops such a file, and nobody hears of it.
    Dropped,
    Cancels(CancellationToken),
    /// Counts the files that are opened.
    Counted(Arc<AtomicUsize>),
}

impl ReadSource for OddSource {
    type Open = OddFile;
    type Iter = Box<dyn Iterator<Item = RusticResult<ReadSourceEntry<OddFile>>> + Send>;

    fn size(&self) -> RusticResult<Option<u64>> {
        self.source.size()
    }

    fn entries(&self) -> Self::Iter {
        let oddity = self.oddity.clone();
        Box::new(
            self.source
                .entries()
                .map(move |entry| entry.and_then(|entry| odd_entry(entry, &oddity))),
        )
    }
}

fn odd_entry(entry: ReadSourceEntry<TreeFile>, oddity: &Oddity) -> RusticResult<ReadSourceEntry<OddFile>> {
    let is_odd = entry.path.ends_with("data/5");
    let oddity = match oddity {
        Oddity::Counted(_) => oddity.clone(),
        _ if is_odd => oddity.clone(),
        _ => Oddity::None,
    };
    let is_dropped = matches!(oddity, Oddity::Dropped);
    if matches!(oddity, Oddity::CannotBeListed) {
        return Err(made_to_fail("data/5"));
    }
    let open = entry
        .open
        .map(|file| OddFile { file, oddity })
        .filter(|_| !is_dropped);
    Ok(ReadSourceEntry {
        path: entry.path,
        node: entry.node,
        open,
    })
}

fn made_to_fail(what: &str) -> Box<RusticError> {
    let failure = BackendFailure {
        what: what.to_owned(),
        error: io::Error::other("made to fail"),
    };
    RusticError::with_source(ErrorKind::InputOutput, "source", failure)
}

struct OddFile {
    file: TreeFile,
    oddity: Oddity,
}

impl ReadSourceOpen for OddFile {
    type Reader = Box<dyn Read + Send>;

    fn open(self) -> RusticResult<Self::Reader> {
        let file = self.file.open()?;
        Ok(match self.oddity {
            Oddity::CannotBeOpened => return Err(made_to_fail("opening")),
            Oddity::CannotBeRead => Box::new(file.take(1000).chain(Failing)),
            Oddity::EndsEarly => Box::new(file.take(1000)),
            Oddity::Cancels(cancel) => {
                cancel.cancel();
                Box::new(file)
            }
            Oddity::Counted(opened) => {
                opened.fetch_add(1, Ordering::SeqCst);
                Box::new(file)
            }
            Oddity::None | Oddity::CannotBeListed | Oddity::Dropped => Box::new(file),
        })
    }
}

struct Failing;

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("made to fail"))
    }
}

fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    std::iter::repeat_with(next).flatten().take(length).collect()
}

fn odd(bench: &Bench, oddity: Oddity) -> OddSource {
    OddSource {
        source: TreeSource::new(bench.source()),
        oddity,
    }
}

/// Trap 1: the library's own backends turn a failed listing into an empty one.
#[test]
fn a_prune_that_cannot_list_deletes_nothing() {
    let bench = Bench::new();
    bench.store_whole(1);
    bench.store_whole(2);
    for kind in [FileType::Snapshot, FileType::Index, FileType::Pack] {
        let packs = bench.files(FileType::Pack);
        let outcome = bench.forget(1, Faults::at(Act::List, kind));
        match outcome {
            Err(EngineError::Storage(reason)) => assert_eq!(reason, format!("List {kind}: made to fail")),
            other => panic!("{other:?}"),
        }
        assert_eq!(bench.files(FileType::Pack), packs);
        bench.assert_whole();
    }
}

/// Trap 2: the library leaves out what it can't read, and says that all is well.
#[test]
fn a_backup_with_a_file_that_cannot_be_read_is_none() {
    let bench = Bench::new();
    let cases = [
        (Oddity::CannotBeListed, "data/5: made to fail"),
        (Oddity::CannotBeOpened, "data/5: opening: made to fail"),
        (Oddity::CannotBeRead, "data/5: made to fail"),
        (Oddity::EndsEarly, "data/5: its size changed while it was read"),
    ];
    for (oddity, expected) in cases {
        let outcome = bench.store(1, odd(&bench, oddity), Faults::none(), &CancellationToken::new());
        match outcome {
            Err(EngineError::Unreadable(reasons)) => assert_eq!(reasons, [expected]),
            other => panic!("{expected}: {other:?}"),
        }
        assert_eq!(bench.files(FileType::Snapshot), 0, "{expected}");
    }
    bench.store_whole(1);
    bench.assert_whole();
}

/// Trap 2, where nobody hears of it: what was stored is counted.
#[test]
fn a_backup_that_the_library_dropped_a_file_from_is_none() {
    let bench = Bench::new();
    let outcome = bench.store(
        1,
        odd(&bench, Oddity::Dropped),
        Faults::none(),
        &CancellationToken::new(),
    );
    match outcome {
        Err(EngineError::Broken(reason)) => assert_eq!(reason, "20 of 21 files were stored"),
        other => panic!("{other:?}"),
    }
    assert_eq!(bench.files(FileType::Snapshot), 0);
}

/// Trap 3: a source that ends early is a smaller backup to the library.
#[test]
fn a_backup_that_is_cancelled_while_it_reads_is_none() {
    let bench = Bench::new();
    let cancel = CancellationToken::new();
    let source = odd(&bench, Oddity::Cancels(cancel.clone()));
    let outcome = bench.store(1, source, Faults::none(), &cancel);
    assert!(matches!(outcome, Err(EngineError::Cancelled)), "{outcome:?}");
    assert_eq!(bench.files(FileType::Snapshot), 0);
    bench.assert_whole();
}

/// Trap 4: the library reads the source to its end after a write has failed.
#[test]
fn a_backup_that_cannot_write_stops_reading() {
    let bench = Bench::new();
    for number in 0..300 {
        fs::write(
            bench.source().join(format!("data/more-{number}")),
            noise(number, 200_000),
        )
        .unwrap();
    }
    let opened = Arc::new(AtomicUsize::new(0));
    let source = odd(&bench, Oddity::Counted(Arc::clone(&opened)));
    let faults = Faults::at(Act::Write, FileType::Pack);
    match bench.store(1, source, faults, &CancellationToken::new()) {
        Err(EngineError::Storage(reason)) => assert_eq!(reason, "Write pack: made to fail"),
        other => panic!("{other:?}"),
    }
    let opened = opened.load(Ordering::SeqCst);
    assert!(opened < 250, "{opened} files were opened");
    assert_eq!(bench.files(FileType::Snapshot), 0);
}

/// Whatever a backup's bucket refuses, the backup is none, the others stay whole, and trying again works.
#[test]
fn a_backup_that_fails_anywhere_can_be_tried_again() {
    let bench = Bench::new();
    bench.store_whole(1);
    let mut number = 0;
    loop {
        fs::write(bench.source().join("data/changes"), noise(number as u64, 30_000)).unwrap();
        let source = TreeSource::new(bench.source());
        match bench.store(2, source, Faults::nth(number), &CancellationToken::new()) {
            Ok(_) => break,
            Err(EngineError::Storage(reason)) => assert!(reason.ends_with("made to fail"), "{reason}"),
            other => panic!("{other:?}"),
        }
        assert_eq!(
            bench.files(FileType::Snapshot),
            1,
            "after the failure of act {number}"
        );
        number += 1;
    }
    assert!(number > 8, "only {number} acts were made to fail");
    assert_eq!(bench.files(FileType::Snapshot), 2);
    bench.assert_whole();
}

/// Whatever a delete's bucket refuses, the other backups stay whole, and trying again works.
#[test]
fn a_delete_that_fails_anywhere_can_be_tried_again() {
    let bench = Bench::new();
    bench.store_whole(1);
    fs::write(bench.source().join("data/changes"), noise(99, 30_000)).unwrap();
    fs::remove_file(bench.source().join("data/3")).unwrap();
    bench.store_whole(2);
    let mut number = 0;
    loop {
        match bench.forget(1, Faults::nth(number)) {
            Ok(()) => break,
            Err(EngineError::Storage(reason)) => assert!(reason.ends_with("made to fail"), "{reason}"),
            other => panic!("{other:?}"),
        }
        bench.assert_whole();
        assert!(
            bench.files(FileType::Snapshot) >= 1,
            "after the failure of act {number}"
        );
        number += 1;
    }
    assert!(number > 10, "only {number} acts were made to fail");
    assert_eq!(bench.files(FileType::Snapshot), 1);
    bench.assert_whole();
    bench.forget(2, Faults::none()).unwrap();
    assert_eq!(bench.files(FileType::Pack), 0);
}

/// Two copies of the same data look the same to the library, down to hard links.
#[test]
fn unchanged_data_is_not_read_again() {
    let bench = Bench::new();
    let path = |name: &str| bench.source().join("data").join(name);
    fs::hard_link(path("7"), path("7 too")).unwrap();
    bench.store_whole(1);
    copy_by_name(&bench.source(), &bench.dir.path().join("again"));
    fs::remove_dir_all(bench.source()).unwrap();
    fs::rename(bench.dir.path().join("again"), bench.source()).unwrap();
    let opened = Arc::new(AtomicUsize::new(0));
    let source = odd(&bench, Oddity::Counted(Arc::clone(&opened)));
    bench
        .store(2, source, Faults::none(), &CancellationToken::new())
        .unwrap();
    assert_eq!(opened.load(Ordering::SeqCst), 0);
}

/// Copies as a snapshot does: the same times and links, other inodes.
fn copy_by_name(from: &Path, to: &Path) {
    let copied = std::process::Command::new("cp")
        .arg("-a")
        .args([from, to])
        .status()
        .unwrap();
    assert!(copied.success());
}
