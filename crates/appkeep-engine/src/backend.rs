//! A repository in a directory, in restic's layout, with strict error handling.
//!
//! The library's own backends log a failed listing and continue with a partial one; a prune that sees no
//! snapshots then deletes every backup. Here every failure is an error: a listing is complete or fails, a
//! read returns all requested bytes, and a write returns only once the file is on disk.

use std::ffi::OsStr;
use std::fmt::Display;
use std::fs::{self, DirEntry, File};
use std::io;
use std::num::NonZeroU64;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use appkeep_core::fail_point;
use bytes::Bytes;
use rustic_core::{BytesList, ErrorKind, FileType, Id, ReadBackend, RusticError, RusticResult, WriteBackend};

use crate::dir::entries_of;
use crate::durable;
use crate::failure::BackendFailure;

/// Directory in which files are written before they are renamed. restic ignores it.
pub(crate) const TMP_DIR: &str = "tmp";

/// Marker file that exists while the index is replaced without space for both indexes. restic ignores it.
const INDEX_INCOMPLETE: &str = "index-in-doubt";

/// The directories of a repository, without the 256 directories in `data`. restic uses `locks`.
const DIRECTORIES: [&str; 6] = ["data", "index", "keys", "locks", "snapshots", TMP_DIR];

/// A repository in a directory.
#[derive(Debug)]
pub(crate) struct DirectoryBackend {
    root: PathBuf,
    written: AtomicU64,
    /// Whether pack reads bypass the page cache.
    from_disk: AtomicBool,
}

impl DirectoryBackend {
    /// Creates a backend for the repository at `root`, whose parent exists.
    pub(crate) fn new(root: PathBuf) -> Self {
        Self {
            root,
            written: AtomicU64::new(0),
            from_disk: AtomicBool::new(false),
        }
    }

    /// Makes later pack reads bypass the page cache, as far as the system supports that.
    pub(crate) fn read_from_disk(&self) {
        self.from_disk.store(true, Ordering::Relaxed);
    }

    /// Deletes the leftovers of earlier writes. There must be no concurrent writer.
    pub(crate) fn clear_unfinished(&self) -> io::Result<()> {
        for entry in entries_of(&self.root.join(TMP_DIR))? {
            fs::remove_file(entry?.path())?;
        }
        Ok(())
    }

    /// Whether an index replacement was interrupted.
    pub(crate) fn is_index_incomplete(&self) -> io::Result<bool> {
        self.root.join(INDEX_INCOMPLETE).try_exists()
    }

    /// Records, durably, that the index is about to be replaced, or that it is complete again.
    pub(crate) fn set_index_incomplete(&self, is_incomplete: bool) -> io::Result<()> {
        let path = self.root.join(INDEX_INCOMPLETE);
        if is_incomplete {
            // Empty, so that it takes no space on a full file system.
            drop(File::create(&path)?);
            durable::sync_parent(&path)
        } else {
            durable::remove_synced(&path)
        }
    }

    fn path_of(&self, kind: FileType, id: &Id) -> PathBuf {
        let hex = id.to_hex();
        match kind {
            FileType::Config => self.root.join("config"),
            FileType::Pack => self.root.join("data").join(&hex[..2]).join(hex),
            FileType::Index | FileType::Key | FileType::Snapshot => self.root.join(kind.dirname()).join(hex),
        }
    }

    fn list_files(&self, kind: FileType) -> io::Result<Vec<(Id, u32)>> {
        let directory = self.root.join(kind.dirname());
        let mut files = Vec::new();
        if kind == FileType::Config {
            if let Some(bytes) = self.config_bytes()? {
                files.push((Id::default(), bytes));
            }
            return Ok(files);
        }
        match fs::read_dir(&directory) {
            Ok(entries) if kind == FileType::Pack => {
                for entry in entries {
                    list_pack_directory(&entry?, &mut files)?;
                }
            }
            Ok(entries) => {
                for entry in entries {
                    list_entry(&entry?, &mut files)?;
                }
            }
            // A directory may be missing only if no repository was created yet.
            Err(error) if error.kind() == io::ErrorKind::NotFound && self.config_bytes()?.is_none() => {}
            Err(error) => return Err(error),
        }
        Ok(files)
    }

    /// The size of the config file in bytes, if it exists.
    fn config_bytes(&self) -> io::Result<Option<u32>> {
        match fs::metadata(self.root.join("config")) {
            Ok(config) => file_bytes(&config).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn create_directories(&self) -> io::Result<()> {
        durable::create_dir(&self.root)?;
        durable::create_dirs_in(&self.root, DIRECTORIES.map(str::to_owned))?;
        durable::create_dirs_in(
            &self.root.join("data"),
            (0..=u8::MAX).map(|first| format!("{first:02x}")),
        )
    }

    fn write_file(&self, kind: FileType, id: &Id, content: &BytesList) -> io::Result<()> {
        fail_point::pass(match kind {
            FileType::Config => "backend.write_config",
            FileType::Index => "backend.write_index",
            FileType::Key => "backend.write_key",
            FileType::Snapshot => "backend.write_snapshot",
            FileType::Pack => "backend.write_pack",
        });
        let path = self.path_of(kind, id);
        if kind == FileType::Config && self.config_bytes()?.is_some() {
            return Err(io::Error::new(
                io::ErrorKind::AlreadyExists,
                "the repository has a config",
            ));
        }
        let number = self.written.fetch_add(1, Ordering::Relaxed);
        let beside =
            self.root
                .join(TMP_DIR)
                .join(format!("{}-{}-{number}", id.to_hex().as_str(), process::id()));
        match durable::write(&path, &beside, content.slice()) {
            // A tool that copies trees may have omitted empty directories.
            Err(error) if error.kind() == io::ErrorKind::NotFound && self.config_bytes()?.is_some() => {
                for directory in [path.parent(), beside.parent()].into_iter().flatten() {
                    durable::create_dirs(directory)?;
                }
                durable::write(&path, &beside, content.slice())
            }
            outcome => outcome,
        }
    }

    fn remove_file(&self, kind: FileType, id: &Id) -> io::Result<()> {
        fail_point::pass(match kind {
            FileType::Index => "backend.remove_index",
            FileType::Snapshot => "backend.remove_snapshot",
            _ => "backend.remove_pack",
        });
        let path = self.path_of(kind, id);
        match fs::remove_file(&path) {
            Ok(()) if kind == FileType::Pack => Ok(()),
            // The deletion of an index or a snapshot must be durable before the packs that it names are
            // deleted.
            Ok(()) => durable::sync_parent(&path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn list_pack_directory(entry: &DirEntry, files: &mut Vec<(Id, u32)>) -> io::Result<()> {
    let name = entry.file_name();
    let is_ours = name
        .to_str()
        .is_some_and(|name| name.len() == 2 && u8::from_str_radix(name, 16).is_ok());
    if !is_ours {
        warn_unknown_file(&entry.path());
        return Ok(());
    }
    for entry in fs::read_dir(entry.path())? {
        list_entry(&entry?, files)?;
    }
    Ok(())
}

fn list_entry(entry: &DirEntry, files: &mut Vec<(Id, u32)>) -> io::Result<()> {
    match id_of(&entry.file_name()) {
        Some(id) => files.push((id, file_bytes(&entry.metadata()?)?)),
        None => warn_unknown_file(&entry.path()),
    }
    Ok(())
}

/// Parses a file name; only names of 64 lower-case hexadecimal digits belong to the repository.
fn id_of(name: &OsStr) -> Option<Id> {
    let name = name.to_str()?;
    let is_id = name.len() == 64 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if is_id { name.parse().ok() } else { None }
}

fn warn_unknown_file(path: &Path) {
    tracing::warn!(path = %path.display(), "not a file of the repository");
}

fn file_bytes(metadata: &fs::Metadata) -> io::Result<u32> {
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "not a file"));
    }
    u32::try_from(metadata.len()).map_err(|_| io::Error::new(io::ErrorKind::FileTooLarge, "over 4 GiB"))
}

/// Adds the operation and the file to an error.
fn with_context<T>(
    doing: &str,
    kind: FileType,
    file: impl Display,
    outcome: io::Result<T>,
) -> RusticResult<T> {
    outcome.map_err(|error| {
        let what = format!("{doing} {}{file}", kind.dirname());
        RusticError::with_source(ErrorKind::Backend, what.clone(), BackendFailure { what, error })
    })
}

fn slash(id: &Id) -> String {
    format!("/{id}")
}

impl ReadBackend for DirectoryBackend {
    fn location(&self) -> String {
        self.root.display().to_string()
    }

    fn list_with_size(&self, kind: FileType) -> RusticResult<Vec<(Id, u32)>> {
        with_context("listing", kind, "", self.list_files(kind))
    }

    fn read_full(&self, kind: FileType, id: &Id) -> RusticResult<Bytes> {
        with_context(
            "reading",
            kind,
            slash(id),
            fs::read(self.path_of(kind, id)).map(Bytes::from),
        )
    }

    fn read_partial(
        &self,
        kind: FileType,
        id: &Id,
        _: bool,
        offset: u32,
        length: u32,
    ) -> RusticResult<Bytes> {
        let read = || {
            let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
            let file = File::open(self.path_of(kind, id))?;
            if kind == FileType::Pack && self.from_disk.load(Ordering::Relaxed) {
                let (at, length) = (u64::from(offset), NonZeroU64::new(length.into()));
                // This is only advice: a file system may keep cached data.
                let _ = rustix::fs::fadvise(&file, at, length, rustix::fs::Advice::DontNeed);
            }
            file.read_exact_at(&mut bytes, u64::from(offset))?;
            Ok(Bytes::from(bytes))
        };
        with_context("reading", kind, slash(id), read())
    }

    fn warmup_path(&self, kind: FileType, id: &Id) -> String {
        self.path_of(kind, id).display().to_string()
    }
}

impl WriteBackend for DirectoryBackend {
    fn create(&self) -> RusticResult<()> {
        self.create_directories().map_err(|error| {
            let what = "creating the repository's directories".to_owned();
            RusticError::with_source(ErrorKind::Backend, what.clone(), BackendFailure { what, error })
        })
    }

    fn write_bytes(&self, kind: FileType, id: &Id, _: bool, content: BytesList) -> RusticResult<()> {
        with_context("writing", kind, slash(id), self.write_file(kind, id, &content))
    }

    fn remove(&self, kind: FileType, id: &Id, _: bool) -> RusticResult<()> {
        with_context("removing", kind, slash(id), self.remove_file(kind, id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made() -> (tempfile::TempDir, DirectoryBackend) {
        let dir = tempfile::tempdir().unwrap();
        let backend = DirectoryBackend::new(dir.path().join("app"));
        backend.create().unwrap();
        backend
            .write_bytes(FileType::Config, &Id::default(), false, b"sealed".to_vec().into())
            .unwrap();
        (dir, backend)
    }

    fn id(first: u8) -> Id {
        Id::new([first; 32])
    }

    #[test]
    fn written_files_are_listed_and_can_be_read() {
        let (_dir, backend) = made();
        for kind in [FileType::Pack, FileType::Index, FileType::Snapshot, FileType::Key] {
            let mut content = BytesList::default();
            content.add(Bytes::from_static(b"hello "));
            content.add(Bytes::from_static(b"world"));
            backend.write_bytes(kind, &id(7), false, content).unwrap();
            assert_eq!(backend.list_with_size(kind).unwrap(), [(id(7), 11)]);
            assert_eq!(backend.read_full(kind, &id(7)).unwrap(), "hello world");
            assert_eq!(backend.read_partial(kind, &id(7), false, 6, 5).unwrap(), "world");
            backend.remove(kind, &id(7), false).unwrap();
            backend.remove(kind, &id(7), false).unwrap();
            assert_eq!(backend.list_with_size(kind).unwrap(), []);
        }
        assert_eq!(fs::read_dir(backend.root.join(TMP_DIR)).unwrap().count(), 0);
    }

    #[test]
    fn a_read_beyond_the_end_is_an_error() {
        let (_dir, backend) = made();
        backend
            .write_bytes(FileType::Pack, &id(7), false, b"short".to_vec().into())
            .unwrap();
        assert!(backend.read_partial(FileType::Pack, &id(7), false, 2, 9).is_err());
    }

    /// Guard 1: a failed listing is an error, never an empty listing.
    #[test]
    fn a_directory_that_cannot_be_listed_is_an_error() {
        let (_dir, backend) = made();
        for kind in [FileType::Pack, FileType::Index, FileType::Snapshot, FileType::Key] {
            fs::remove_dir_all(backend.root.join(kind.dirname())).unwrap();
            assert!(backend.list(kind).is_err(), "{kind} is missing");
            fs::write(backend.root.join(kind.dirname()), "a file").unwrap();
            assert!(backend.list(kind).is_err(), "{kind} is a file");
        }
    }

    #[test]
    fn a_pack_directory_that_cannot_be_listed_is_an_error() {
        let (_dir, backend) = made();
        fs::remove_dir(backend.root.join("data/ab")).unwrap();
        fs::write(backend.root.join("data/ab"), "a file").unwrap();
        assert!(backend.list(FileType::Pack).is_err());
    }

    #[test]
    fn a_directory_with_the_name_of_a_file_is_an_error() {
        let (_dir, backend) = made();
        fs::create_dir(backend.path_of(FileType::Snapshot, &id(1))).unwrap();
        assert!(backend.list(FileType::Snapshot).is_err());
    }

    #[test]
    fn unknown_files_are_ignored() {
        let (_dir, backend) = made();
        fs::write(backend.root.join("snapshots/notes.txt"), "mine").unwrap();
        fs::write(backend.root.join("data/00/half-tmp-1"), "half").unwrap();
        assert_eq!(backend.list(FileType::Snapshot).unwrap(), []);
        assert_eq!(backend.list(FileType::Pack).unwrap(), []);
    }

    #[test]
    fn lists_are_empty_before_the_repository_is_created() {
        let dir = tempfile::tempdir().unwrap();
        let backend = DirectoryBackend::new(dir.path().join("app"));
        for kind in rustic_core::ALL_FILE_TYPES {
            assert_eq!(backend.list(kind).unwrap(), []);
        }
        assert_eq!(backend.list(FileType::Config).unwrap(), []);
    }

    #[test]
    fn a_config_is_never_replaced() {
        let (_dir, backend) = made();
        let again = backend.write_bytes(FileType::Config, &Id::default(), false, b"other".to_vec().into());
        assert!(again.is_err());
        assert_eq!(
            backend.read_full(FileType::Config, &Id::default()).unwrap(),
            "sealed"
        );
    }

    #[test]
    fn a_write_recreates_missing_directories() {
        let (_dir, backend) = made();
        fs::remove_dir_all(backend.root.join("data")).unwrap();
        fs::remove_dir_all(backend.root.join(TMP_DIR)).unwrap();
        backend
            .write_bytes(FileType::Pack, &id(7), false, b"bytes".to_vec().into())
            .unwrap();
        assert_eq!(backend.list(FileType::Pack).unwrap(), [id(7)]);
    }

    #[test]
    fn unfinished_files_are_deleted() {
        let (_dir, backend) = made();
        fs::write(backend.root.join(TMP_DIR).join("half"), "half").unwrap();
        backend.clear_unfinished().unwrap();
        assert_eq!(fs::read_dir(backend.root.join(TMP_DIR)).unwrap().count(), 0);
    }
}
