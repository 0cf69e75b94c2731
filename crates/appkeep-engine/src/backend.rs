//! A repository in a bucket, in restic's layout, with strict error handling.
//!
//! The library's own backends log a failed listing and continue with a partial one; a prune that sees no
//! snapshots then deletes every backup. Here every failure is an error: a listing is complete or fails, a
//! read returns all requested bytes, and a write returns only once the file is durable.

use std::fmt::Display;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use appkeep_core::fail_point;
use bytes::Bytes;
use rustic_core::{BytesList, ErrorKind, FileType, Id, ReadBackend, RusticError, RusticResult, WriteBackend};

use crate::failure::BackendFailure;
use crate::pack_cache::PackCache;
use crate::repository_key_file;
use crate::storage::{BucketStorage, Caching, Object};

/// Marker file that exists while the index is replaced without space for both indexes. restic ignores it.
const INDEX_INCOMPLETE: &str = "index-in-doubt";

/// The location of a repository: a directory in a bucket.
#[derive(Debug, Clone)]
pub(crate) struct RepositoryLocation {
    /// The bucket's storage.
    pub(crate) storage: Arc<dyn BucketStorage>,
    /// The directory, which has the app's id as its name.
    pub(crate) directory: String,
}

impl RepositoryLocation {
    /// The key of a file in the repository.
    pub(crate) fn key(&self, path: &[&str]) -> String {
        format!("{}/{}", self.directory, path.join("/"))
    }

    /// The location, for logs and locks.
    pub(crate) fn describe(&self) -> String {
        self.storage.describe(&self.directory)
    }

    /// Deletes the leftovers of earlier writes. There must be no concurrent writer.
    pub(crate) fn clear_unfinished(&self) -> io::Result<()> {
        self.storage.clear_unfinished(&self.directory)
    }

    /// Whether an index replacement was interrupted.
    pub(crate) fn is_index_incomplete(&self) -> io::Result<bool> {
        Ok(self.storage.size(&self.key(&[INDEX_INCOMPLETE]))?.is_some())
    }

    /// Records, durably, that the index is about to be replaced, or that it is complete again.
    pub(crate) fn set_index_incomplete(&self, is_incomplete: bool) -> io::Result<()> {
        let key = self.key(&[INDEX_INCOMPLETE]);
        if is_incomplete {
            self.storage.put(&key, &[])
        } else {
            self.storage.delete(&key)
        }
    }
}

/// The library's access to a repository.
#[derive(Debug)]
pub(crate) struct RepositoryBackend {
    location: RepositoryLocation,
    /// Whether pack reads bypass caches of this machine.
    from_storage: AtomicBool,
    /// The packs that were read last, if whole packs are read.
    packs: Option<PackCache>,
}

impl RepositoryBackend {
    /// Creates a backend for the repository at `location`.
    pub(crate) fn new(location: RepositoryLocation) -> Self {
        Self {
            location,
            from_storage: AtomicBool::new(false),
            packs: None,
        }
    }

    /// Reads whole packs, and keeps the last ones, if each request takes long. For reads of all or most of the data.
    pub(crate) fn reading_whole_packs(mut self) -> Self {
        self.packs = self.is_remote().then(PackCache::new);
        self
    }

    /// Whether each request takes long.
    pub(crate) fn is_remote(&self) -> bool {
        self.location.storage.is_remote()
    }

    /// Makes later pack reads bypass caches of this machine, as far as the system supports that.
    pub(crate) fn read_from_storage(&self) {
        self.from_storage.store(true, Ordering::Relaxed);
    }

    /// Waits until all writes of packs that were started have ended.
    ///
    /// # Errors
    /// If one of them failed.
    pub(crate) fn finish_writes(&self) -> RusticResult<()> {
        let finished = self.location.storage.finish_puts();
        with_context("writing", FileType::Pack, "", finished)
    }

    /// Ends all writes of packs that were started.
    pub(crate) fn abort_writes(&self) {
        self.location.storage.abort_puts();
    }

    /// Checks that a file, whose write has ended, exists with this size in bytes.
    ///
    /// # Errors
    /// If it is missing, has another size, or can't be looked up.
    pub(crate) fn check_size(&self, kind: FileType, id: &Id, expected: u64) -> RusticResult<()> {
        let found = self.location.storage.size(&self.key_of(kind, id));
        let found = with_context("looking up", kind, slash(id), found)?;
        if found == Some(expected) {
            return Ok(());
        }
        let found = found.map_or_else(
            || "it doesn't exist".to_owned(),
            |bytes| format!("it has {bytes} bytes"),
        );
        let problem = format!("the bucket confirmed a write of {expected} bytes, but {found}");
        with_context("writing", kind, slash(id), Err(io::Error::other(problem)))
    }

    fn key_of(&self, kind: FileType, id: &Id) -> String {
        let hex = id.to_hex();
        match kind {
            FileType::Config => self.location.key(&["config"]),
            FileType::Pack => self.location.key(&["data", &hex[..2], &hex]),
            FileType::Index | FileType::Key | FileType::Snapshot => {
                self.location.key(&[kind.dirname(), &hex])
            }
        }
    }

    fn list_files(&self, kind: FileType) -> io::Result<Vec<(Id, u32)>> {
        let RepositoryLocation { storage, .. } = &self.location;
        storage.finish_puts()?;
        let directory = self.location.key(&[kind.dirname()]);
        let objects = match kind {
            FileType::Config => {
                let size = storage.size(&self.location.key(&["config"]))?;
                return size
                    .into_iter()
                    .map(|size| Ok((Id::default(), file_bytes(size)?)))
                    .collect();
            }
            FileType::Pack => storage.list_packs(&directory)?,
            FileType::Index | FileType::Key | FileType::Snapshot => storage.list(&directory)?,
        };
        let mut files = Vec::new();
        for object in objects {
            if let Some(id) = id_of(kind, &object.name) {
                files.push((id, bytes_of(&object)?));
            } else {
                let path = storage.describe(&format!("{directory}/{}", object.name));
                tracing::warn!(path, "not a file of the repository");
            }
        }
        Ok(files)
    }

    fn write_file(&self, kind: FileType, id: &Id, content: &BytesList) -> io::Result<()> {
        fail_point::pass(match kind {
            FileType::Config => "backend.write_config",
            FileType::Index => "backend.write_index",
            FileType::Key => "backend.write_key",
            FileType::Snapshot => "backend.write_snapshot",
            FileType::Pack => "backend.write_pack",
        });
        let key = self.key_of(kind, id);
        let storage = &self.location.storage;
        if kind == FileType::Pack {
            return storage.start_put(&key, content.slice());
        }
        // Other files may name packs.
        storage.finish_puts()?;
        // This server holds the bucket, and the job excludes others of the app, so no other writer exists.
        if kind == FileType::Config && storage.size(&key)?.is_some() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        storage.put(&key, content.slice())
    }

    fn remove_file(&self, kind: FileType, id: &Id) -> io::Result<()> {
        fail_point::pass(match kind {
            FileType::Index => "backend.remove_index",
            FileType::Snapshot => "backend.remove_snapshot",
            _ => "backend.remove_pack",
        });
        self.location.storage.finish_puts()?;
        self.location.storage.delete(&self.key_of(kind, id))
    }
}

/// The part of a pack at `offset`.
fn part_of(pack: &Bytes, offset: u32, length: usize) -> io::Result<Bytes> {
    let start = usize::try_from(offset).map_err(io::Error::other)?;
    match start.checked_add(length) {
        Some(end) if end <= pack.len() => Ok(pack.slice(start..end)),
        _ => Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            "the pack is too short",
        )),
    }
}

/// Parses the name of a file; only names of 64 lower-case hexadecimal digits belong to the repository. That of a pack
/// follows the name of a directory.
fn id_of(kind: FileType, name: &str) -> Option<Id> {
    let name = match kind {
        FileType::Pack => name.split_once('/')?.1,
        _ => name,
    };
    let is_id = name.len() == 64 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if is_id { name.parse().ok() } else { None }
}

fn bytes_of(object: &Object) -> io::Result<u32> {
    if !object.is_file {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "not a file"));
    }
    file_bytes(object.size)
}

fn file_bytes(size: u64) -> io::Result<u32> {
    u32::try_from(size).map_err(|_| io::Error::new(io::ErrorKind::FileTooLarge, "over 4 GiB"))
}

/// Adds the operation and the file to an error.
fn with_context<T>(
    doing: &str,
    kind: FileType,
    file: impl Display,
    outcome: io::Result<T>,
) -> RusticResult<T> {
    outcome.map_err(|error| failed(format!("{doing} {}{file}", kind.dirname()), error))
}

fn failed(what: String, error: io::Error) -> Box<RusticError> {
    RusticError::with_source(ErrorKind::Backend, what.clone(), BackendFailure { what, error })
}

fn slash(id: &Id) -> String {
    format!("/{id}")
}

impl ReadBackend for RepositoryBackend {
    fn location(&self) -> String {
        self.location.describe()
    }

    fn list_with_size(&self, kind: FileType) -> RusticResult<Vec<(Id, u32)>> {
        with_context("listing", kind, "", self.list_files(kind))
    }

    fn read_full(&self, kind: FileType, id: &Id) -> RusticResult<Bytes> {
        let read = self.location.storage.get(&self.key_of(kind, id));
        let read = read.and_then(|content| {
            if kind == FileType::Key {
                repository_key_file::check_cost(&content)?;
            }
            Ok(content)
        });
        with_context("reading", kind, slash(id), read)
    }

    fn read_partial(
        &self,
        kind: FileType,
        id: &Id,
        _: bool,
        offset: u32,
        length: u32,
    ) -> RusticResult<Bytes> {
        let caching = if kind == FileType::Pack && self.from_storage.load(Ordering::Relaxed) {
            Caching::Bypassed
        } else {
            Caching::Allowed
        };
        let read = || {
            let length = usize::try_from(length).map_err(io::Error::other)?;
            let key = self.key_of(kind, id);
            match &self.packs {
                Some(packs) if kind == FileType::Pack => {
                    let pack = packs.get(id, || self.location.storage.get(&key))?;
                    part_of(&pack, offset, length)
                }
                _ => self.location.storage.range(&key, offset.into(), length, caching),
            }
        };
        with_context("reading", kind, slash(id), read())
    }

    fn warmup_path(&self, kind: FileType, id: &Id) -> String {
        self.location.storage.describe(&self.key_of(kind, id))
    }
}

impl WriteBackend for RepositoryBackend {
    fn create(&self) -> RusticResult<()> {
        let created = self.location.storage.create_repository(&self.location.directory);
        created.map_err(|error| failed("creating the repository's directories".to_owned(), error))
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
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::storage::{DirectoryStorage, TMP_DIR};

    fn backend_in(bucket: &Path) -> RepositoryBackend {
        RepositoryBackend::new(RepositoryLocation {
            storage: Arc::new(DirectoryStorage::new(bucket.to_owned())),
            directory: "app".to_owned(),
        })
    }

    fn root_of(backend: &RepositoryBackend) -> PathBuf {
        backend.location().into()
    }

    fn made() -> (tempfile::TempDir, RepositoryBackend) {
        let dir = tempfile::tempdir().unwrap();
        let backend = backend_in(dir.path());
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
        assert_eq!(fs::read_dir(root_of(&backend).join(TMP_DIR)).unwrap().count(), 0);
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
            fs::remove_dir_all(root_of(&backend).join(kind.dirname())).unwrap();
            assert!(backend.list(kind).is_err(), "{kind} is missing");
            fs::write(root_of(&backend).join(kind.dirname()), "a file").unwrap();
            assert!(backend.list(kind).is_err(), "{kind} is a file");
        }
    }

    #[test]
    fn a_pack_directory_that_cannot_be_listed_is_an_error() {
        let (_dir, backend) = made();
        fs::remove_dir(root_of(&backend).join("data/ab")).unwrap();
        fs::write(root_of(&backend).join("data/ab"), "a file").unwrap();
        assert!(backend.list(FileType::Pack).is_err());
    }

    #[test]
    fn a_directory_with_the_name_of_a_file_is_an_error() {
        let (_dir, backend) = made();
        fs::create_dir(backend.warmup_path(FileType::Snapshot, &id(1))).unwrap();
        assert!(backend.list(FileType::Snapshot).is_err());
    }

    #[test]
    fn unknown_files_are_ignored() {
        let (_dir, backend) = made();
        fs::write(root_of(&backend).join("snapshots/notes.txt"), "mine").unwrap();
        fs::write(root_of(&backend).join("data/00/half-tmp-1"), "half").unwrap();
        assert_eq!(backend.list(FileType::Snapshot).unwrap(), []);
        assert_eq!(backend.list(FileType::Pack).unwrap(), []);
    }

    #[test]
    fn lists_are_empty_before_the_repository_is_created() {
        let dir = tempfile::tempdir().unwrap();
        let backend = backend_in(dir.path());
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
        fs::remove_dir_all(root_of(&backend).join("data")).unwrap();
        fs::remove_dir_all(root_of(&backend).join(TMP_DIR)).unwrap();
        backend
            .write_bytes(FileType::Pack, &id(7), false, b"bytes".to_vec().into())
            .unwrap();
        assert_eq!(backend.list(FileType::Pack).unwrap(), [id(7)]);
    }

    #[test]
    fn unfinished_files_are_deleted() {
        let (_dir, backend) = made();
        fs::write(root_of(&backend).join(TMP_DIR).join("half"), "half").unwrap();
        backend.location.clear_unfinished().unwrap();
        assert_eq!(fs::read_dir(root_of(&backend).join(TMP_DIR)).unwrap().count(), 0);
    }
}
