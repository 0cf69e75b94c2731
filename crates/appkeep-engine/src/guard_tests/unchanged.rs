//! Files that are treated as unchanged, and not read again.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustic_core::FileType;

use super::faulty_source::{FaultySource, SourceFault};
use super::test_repository::{TestRepository, noise};
use crate::dir::{Dir, kind_of, size_of};
use crate::snapshot::Snapshot;
use crate::snapshot::manifest::write::Writer;
use crate::snapshot::manifest::{Entry, Kind, Original};
use crate::tree_source::TreeSource;

/// A snapshot of the repository's data; `edit` changes the metadata of each file in its manifest.
fn snapshot(repository: &TestRepository, edit: impl Fn(&str, &mut Original)) -> Snapshot {
    let path = repository.dir.path().join("source.manifest");
    let mut writer = Writer::create(&path).unwrap();
    write_directory(&mut writer, &repository.source(), &edit);
    writer.finish().unwrap();
    Snapshot {
        directory: repository.source(),
        manifest: Some(path),
    }
}

fn write_directory(writer: &mut Writer, path: &Path, edit: &impl Fn(&str, &mut Original)) {
    let dir = Dir::open(path).unwrap();
    for name in dir.names().unwrap() {
        let stat = dir.stat(&name).unwrap();
        let mut original = Original::new(&stat, Vec::new());
        // Fixed values, which the test then changes.
        (original.changed, original.inode) = ((1_700_000_000, 5), 1000);
        if kind_of(&stat) == rustix::fs::FileType::Directory {
            writer
                .entry(Entry::new(&name, Kind::Directory, original))
                .unwrap();
            write_directory(writer, &path.join(&name), edit);
            writer.leave().unwrap();
        } else {
            edit(name.to_str().unwrap(), &mut original);
            let (size, links, device) = (size_of(&stat), 1, 0);
            let kind = Kind::File { size, links, device };
            writer.entry(Entry::new(&name, kind, original)).unwrap();
        }
    }
}

/// Stores the snapshot, and returns how many files were read.
fn store(repository: &TestRepository, number: u128, snapshot: Snapshot) -> usize {
    let opened = Arc::new(AtomicUsize::new(0));
    let source = FaultySource {
        source: TreeSource::new(snapshot),
        fault: SourceFault::Counted(Arc::clone(&opened)),
    };
    repository.store_from(number, source).unwrap();
    opened.load(Ordering::SeqCst)
}

/// Changes the metadata of a file in a manifest.
type Edit = fn(&mut Original);

/// Guard 16: the library compares inodes if it is configured to ignore them.
#[test]
fn only_files_with_a_new_change_time_or_inode_are_read_again() {
    let repository = TestRepository::new();
    assert_eq!(store(&repository, 1, snapshot(&repository, |_, _| ())), 21);
    assert_eq!(store(&repository, 2, snapshot(&repository, |_, _| ())), 0);
    let cases: [(Edit, usize); 5] = [
        (|original| original.inode += 1, 1),
        (|original| original.changed.0 += 1, 1),
        (|original| original.changed.1 += 1, 1),
        (|original| original.modified.1 ^= 1, 1),
        (|original| original.mode ^= 0o4, 0),
    ];
    for ((edit, expected), number) in cases.into_iter().zip(3..) {
        let edited = snapshot(&repository, |name, original| {
            if name == "5" {
                edit(original);
            }
        });
        assert_eq!(store(&repository, number, edited), expected, "case {number}");
        // Back to the original values.
        store(&repository, number + 100, snapshot(&repository, |_, _| ()));
    }
}

#[test]
fn a_changed_file_that_was_treated_as_unchanged_is_stored_again() {
    let repository = TestRepository::new();
    store(&repository, 1, snapshot(&repository, |_, _| ()));
    let path = repository.source().join("data/5");
    let modified = fs::metadata(&path).unwrap().modified().unwrap();
    fs::write(&path, noise(77, 10_000)).unwrap();
    fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_modified(modified)
        .unwrap();
    let source = TreeSource::new(snapshot(&repository, |_, _| ()));
    let copied = repository.store_from(2, source);
    assert_eq!(copied.unwrap().stored_again, ["data/5"]);
    let counts = [1, 2].map(|number| repository.identity(number).stored_again);
    assert_eq!(counts, [0, 1]);
    let content = repository.content(2);
    let stored = |name: &str| content.iter().find(|(path, _)| path.ends_with(name)).unwrap().1;
    assert!(*stored("data/5") == noise(77, 10_000));
    assert!(*stored("data/6") == noise(6, 10_000));
    assert_eq!(repository.files(FileType::Snapshot), 2);
    repository.assert_whole();
}

#[test]
fn a_damaged_manifest_fails_the_backup() {
    let repository = TestRepository::new();
    let snapshot = snapshot(&repository, |_, _| ());
    let path: PathBuf = snapshot.manifest.clone().unwrap();
    let whole = fs::read(&path).unwrap();
    for at in [0, 25, whole.len() / 2, whole.len() - 1] {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x10;
        fs::write(&path, damaged).unwrap();
        let source = TreeSource::new(snapshot.clone());
        let outcome = repository.store_from(1, source);
        let error = outcome.unwrap_err().to_string();
        assert!(
            error.contains("the snapshot: the manifest "),
            "byte {at}: {error}"
        );
        assert_eq!(repository.files(FileType::Snapshot), 0);
    }
    for length in [0, 10, whole.len() / 2, whole.len() - 1] {
        fs::write(&path, &whole[..length]).unwrap();
        let source = TreeSource::new(snapshot.clone());
        let outcome = repository.store_from(1, source);
        let error = outcome.unwrap_err().to_string();
        assert!(
            error.contains("the manifest is damaged at byte"),
            "{length} bytes: {error}"
        );
    }
    fs::write(&path, whole).unwrap();
    store(&repository, 1, snapshot);
    repository.assert_whole();
}
