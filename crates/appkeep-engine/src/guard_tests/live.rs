//! Files of volumes that change while they are read.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use appkeep_core::catalog::{Consistency, Volume};
use appkeep_core::engine::{BackUpVolumes, BackupReport, CopyBackup, EngineError, SnapshotReport};
use rustic_core::repofile::SnapshotFile;
use rustic_core::{FileType, ReadSource, ReadSourceEntry, ReadSourceOpen, RusticResult};
use tokio_util::sync::CancellationToken;

use super::faulty_backend::Faults;
use super::test_repository::{TestRepository, noise};
use crate::failure::lock;
use crate::live::LiveSource;
use crate::tree_source::BackupSource;

type LiveFile = <LiveSource as ReadSource>::Open;

/// An action after the first bytes of a file were read, which may change these bytes.
type Action = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

/// Volumes with an action during each read of one file.
struct ChangingSource {
    source: Arc<LiveSource>,
    name: &'static str,
    action: Action,
    /// The names of the files that were read.
    read: Arc<Mutex<Vec<PathBuf>>>,
}

impl ReadSource for ChangingSource {
    type Open = ChangingFile;
    type Iter = Box<dyn Iterator<Item = RusticResult<ReadSourceEntry<ChangingFile>>> + Send>;

    fn size(&self) -> RusticResult<Option<u64>> {
        self.source.size()
    }

    fn entries(&self) -> Self::Iter {
        let (name, action, read) = (self.name, Arc::clone(&self.action), Arc::clone(&self.read));
        Box::new(self.source.entries().map(move |entry| {
            let ReadSourceEntry { path, node, open } = entry?;
            let is_changed = path.file_name() == Some(OsStr::new(name));
            let open = open.map(|file| ChangingFile {
                file,
                path: path.clone(),
                read: Arc::clone(&read),
                action: is_changed.then(|| Arc::clone(&action)),
            });
            Ok(ReadSourceEntry { path, node, open })
        }))
    }
}

impl BackupSource for ChangingSource {
    fn end_pass(&self) -> Result<bool, EngineError> {
        self.source.end_pass()
    }

    fn found(&self, stored: &SnapshotFile) {
        self.source.found(stored);
    }

    fn report(&self) -> Option<SnapshotReport> {
        self.source.report()
    }
}

struct ChangingFile {
    file: LiveFile,
    path: PathBuf,
    read: Arc<Mutex<Vec<PathBuf>>>,
    action: Option<Action>,
}

impl ReadSourceOpen for ChangingFile {
    type Reader = ChangingReader;

    fn open(self) -> RusticResult<ChangingReader> {
        lock(&self.read).push(self.path);
        Ok(ChangingReader {
            reader: self.file.open()?,
            action: self.action,
        })
    }
}

struct ChangingReader {
    reader: <LiveFile as ReadSourceOpen>::Reader,
    action: Option<Action>,
}

impl Read for ChangingReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // Small, so that the file isn't read completely before it is changed.
        let length = buffer.len().min(1000);
        let read = self.reader.read(&mut buffer[..length])?;
        if let Some(action) = self.action.take() {
            action(&mut buffer[..read]);
        }
        Ok(read)
    }
}

/// A repository, and the result of a backup of its source data.
struct Live {
    repository: TestRepository,
    consistency: Consistency,
    read: Arc<Mutex<Vec<PathBuf>>>,
}

impl Live {
    fn new(consistency: Consistency) -> Self {
        Self {
            repository: TestRepository::new(),
            consistency,
            read: Arc::default(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.repository.source().join("data").join(name)
    }

    /// Stores the volume, with an action during each read of the file `name`.
    fn store(
        &self,
        number: u128,
        name: &'static str,
        action: impl Fn(&mut [u8]) + Send + Sync + 'static,
    ) -> (Result<BackupReport, EngineError>, Option<SnapshotReport>) {
        let request = BackUpVolumes {
            backup: self.request(number),
            volumes: vec![Volume {
                name: "data".to_owned(),
                path: self.path(""),
            }],
            consistency: self.consistency,
        };
        let cancel = CancellationToken::new();
        let nowhere = self.repository.source().join("no snapshots");
        let source = LiveSource::new(&request, self.repository.verify_percent, &nowhere, &cancel);
        let recorded = source.recorded();
        let source = Arc::new(source);
        let changing = ChangingSource {
            source: Arc::clone(&source),
            name,
            action: Arc::new(action),
            read: Arc::clone(&self.read),
        };
        let outcome =
            self.repository
                .store_recorded(number, changing, Some(&recorded), Faults::none(), &cancel);
        (outcome, source.report())
    }

    fn request(&self, number: u128) -> CopyBackup {
        self.repository.copy_request(number)
    }

    /// How often the file was read.
    fn reads_of(&self, name: &str) -> usize {
        let read = lock(&self.read);
        read.iter().filter(|path| path.ends_with(name)).count()
    }

    fn content_of(&self, number: u128, name: &str) -> Vec<u8> {
        let content = self.repository.content(number);
        let mut found = content.iter().filter(|(path, _)| path.ends_with(name));
        found.next().unwrap().1.clone()
    }
}

/// An action that happens the first `times`.
fn limited(times: u32, act: impl Fn(u32) + Send + Sync + 'static) -> impl Fn(&mut [u8]) + Send + Sync {
    let count = AtomicU32::new(0);
    move |_| {
        let number = count.fetch_add(1, Ordering::SeqCst);
        if number < times {
            act(number);
        }
    }
}

#[test]
fn a_file_that_changes_once_is_read_again_alone() {
    for is_first in [true, false] {
        let live = Live::new(Consistency::Strict);
        if !is_first {
            live.repository.store_whole(1);
            fs::write(live.path("5"), noise(50, 10_000)).unwrap();
        }
        let path = live.path("5");
        let change = limited(1, move |_| fs::write(&path, noise(55, 9_000)).unwrap());
        let (outcome, report) = live.store(2, "5", change);
        assert_eq!(outcome.unwrap().stored_again, [""; 0]);
        assert_eq!(report.unwrap().changed, 0);
        assert_eq!(live.content_of(2, "5"), noise(55, 9_000));
        assert_eq!(live.reads_of("5"), 2);
        assert_eq!(live.reads_of("6"), usize::from(is_first));
        assert_eq!(
            live.repository.files(FileType::Snapshot),
            2 - usize::from(is_first)
        );
        live.repository.assert_whole();
    }
}

/// One byte in place: size and inode stay the same.
fn touch(path: &PathBuf, number: u32) {
    let mut content = fs::read(path).unwrap();
    content[9_999] = u8::try_from(number).unwrap();
    let file = fs::File::options().write(true).open(path).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&file, &content, 0).unwrap();
}

#[test]
fn a_file_that_changes_in_each_pass_fails_unless_relaxed() {
    for &consistency in Consistency::ALL {
        let live = Live::new(consistency);
        let path = live.path("5");
        let (outcome, report) = live.store(1, "5", limited(u32::MAX, move |number| touch(&path, number)));
        // The first pass of a first backup consists of two.
        assert_eq!(live.reads_of("5"), 4);
        if consistency == Consistency::Relaxed {
            let report = report.unwrap();
            assert_eq!(outcome.unwrap().stored_again, [""; 0]);
            let note = "data/5: changed while it was read; the last content is kept";
            assert_eq!((report.changed, report.notes), (1, vec![note.to_owned()]));
            let labels = live.repository.identity(1).labels;
            let changed = labels
                .iter()
                .find(|label| label.name.ends_with("/snapshot-changed"));
            assert_eq!(changed.unwrap().value, "1");
            // The next backup reads it again.
            live.store(2, "5", |_| ()).0.unwrap();
            assert_eq!(live.reads_of("5"), 5);
            assert_eq!(live.content_of(2, "5"), fs::read(live.path("5")).unwrap());
            live.repository.assert_whole();
        } else {
            match outcome {
                Err(EngineError::Unreadable(reasons)) => {
                    assert_eq!(reasons, ["data/5: changed while it was read"]);
                }
                other => panic!("{consistency:?}: {other:?}"),
            }
            assert_eq!(live.repository.files(FileType::Snapshot), 0);
        }
    }
}

/// Otherwise `restic restore` would give both names the content of one of them.
#[test]
fn changing_files_with_several_names_become_separate_files() {
    let live = Live::new(Consistency::Relaxed);
    fs::hard_link(live.path("5"), live.path("other")).unwrap();
    let path = live.path("5");
    let (outcome, report) = live.store(1, "5", limited(u32::MAX, move |number| touch(&path, number)));
    outcome.unwrap();
    assert!(report.unwrap().changed > 0);
    let target = live.repository.dir.path().join("restored");
    live.repository
        .restore(1, target.clone(), Faults::none())
        .unwrap();
    let restored = fs::metadata(target.join("data/5")).unwrap();
    assert_eq!(std::os::unix::fs::MetadataExt::nlink(&restored), 1);
}

#[test]
fn a_file_that_shrinks_is_padded_in_a_relaxed_backup() {
    let live = Live::new(Consistency::Relaxed);
    let path = live.path("5");
    let action = limited(u32::MAX, move |number| {
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_len(if number % 2 == 0 { 2_000 } else { 1_999 }).unwrap();
    });
    let (outcome, report) = live.store(1, "5", action);
    outcome.unwrap();
    assert_eq!(report.unwrap().changed, 1);
    let content = live.content_of(1, "5");
    assert_eq!(content[1_999..], vec![0; content.len() - 1_999]);
    live.repository.assert_whole();
}

#[test]
fn deleted_and_replaced_files_are_left_out_or_read_again() {
    let live = Live::new(Consistency::Strict);
    let (gone, new) = (live.path("9"), live.path("8"));
    let action = limited(1, move |_| {
        fs::remove_file(&gone).unwrap();
        fs::remove_file(&new).unwrap();
        fs::write(&new, "new").unwrap();
    });
    let (outcome, _) = live.store(1, "9", action);
    outcome.unwrap();
    let content = live.repository.content(1);
    assert!(content.iter().all(|(path, _)| !path.ends_with("data/9")));
    assert_eq!(live.content_of(1, "8"), b"new");
}

#[test]
fn files_that_are_always_replaced_are_stored_as_they_were_when_listed() {
    let live = Live::new(Consistency::Strict);
    let (path, new) = (live.path("5"), live.path("5.new"));
    let replace = limited(u32::MAX, move |number| {
        fs::write(&new, noise(u64::from(number), 9_000)).unwrap();
        fs::rename(&new, &path).unwrap();
    });
    let (outcome, report) = live.store(1, "5", replace);
    outcome.unwrap();
    assert_eq!(report.unwrap().changed, 0);
    // The fourth read is the last pass's: it replaced the content that the third one wrote.
    assert_eq!(live.reads_of("5"), 4);
    assert_eq!(live.content_of(1, "5"), noise(2, 9_000));
}

/// With a share that selects no region, the one with the least number is verified. An empty file has no region, although
/// its number may be less.
#[test]
fn a_changed_file_is_verified_with_its_last_content_if_it_is_the_only_one() {
    let mut live = Live::new(Consistency::Strict);
    live.repository.verify_percent = 1;
    let data = live.path("");
    fs::remove_dir_all(&data).unwrap();
    fs::create_dir(&data).unwrap();
    fs::write(live.path("5"), noise(5, 9_000)).unwrap();
    for number in 0..8 {
        fs::write(live.path(&format!("empty-{number}")), "").unwrap();
    }
    let path = live.path("5");
    let change = limited(1, move |_| fs::write(&path, noise(55, 9_000)).unwrap());
    let (outcome, _) = live.store(1, "5", change);
    assert_eq!(outcome.unwrap().stored_again, [""; 0]);
    assert_eq!(live.content_of(1, "5"), noise(55, 9_000));
}

/// The recorded digests are independent of the library: here it receives other bytes than were read.
#[test]
fn content_that_differs_from_the_recorded_digests_is_stored_again() {
    let live = Live::new(Consistency::Strict);
    let flips = AtomicU32::new(0);
    let flip = move |times: u32| {
        move |bytes: &mut [u8]| {
            if flips.fetch_add(1, Ordering::SeqCst) < times {
                bytes[0] ^= 1;
            }
        }
    };
    let (outcome, _) = live.store(1, "5", flip(1));
    assert_eq!(outcome.unwrap().stored_again, ["data/5"]);
    assert_eq!(live.content_of(1, "5"), fs::read(live.path("5")).unwrap());
    let live = Live::new(Consistency::Strict);
    let (outcome, _) = live.store(1, "5", |bytes| bytes[0] ^= 1);
    match outcome {
        Err(EngineError::Unreadable(reasons)) => {
            assert_eq!(reasons, ["data/5: it was not stored as it was read"]);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(live.repository.files(FileType::Snapshot), 0);
}

/// Its content isn't read, so no digest is recorded: it is compared with the file.
#[test]
fn an_unchanged_file_that_was_stored_incorrectly_is_stored_again() {
    let mut live = Live::new(Consistency::Strict);
    live.repository.verify_percent = 0;
    live.store(1, "5", |bytes| bytes[0] ^= 1).0.unwrap();
    assert_ne!(live.content_of(1, "5"), fs::read(live.path("5")).unwrap());
    lock(&live.read).clear();
    live.repository.verify_percent = 100;
    let (outcome, _) = live.store(2, "5", |_| ());
    assert_eq!(outcome.unwrap().stored_again, ["data/5"]);
    assert_eq!(live.content_of(2, "5"), fs::read(live.path("5")).unwrap());
    assert_eq!(live.reads_of("5"), 1);
    assert_eq!(live.repository.identity(2).stored_again, 1);
}
