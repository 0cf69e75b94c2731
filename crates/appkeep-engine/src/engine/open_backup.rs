//! Opens backups to read them, and keeps their repositories open for a while: opening one reads its whole index.
//!
//! A prune deletes packs that the index of an open repository may name. A read that fails is therefore repeated with a
//! repository that is opened again. All content is compared with its hash, so a stale index never leads to wrong data.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use appkeep_core::backup_file::{BackupData, FileEntry, FileKind, FilePath};
use appkeep_core::engine::EngineError;
use appkeep_core::ids::AppBackupId;
use bytes::Bytes;
use hashlink::LruCache;
use rustic_core::repofile::Node;
use rustic_core::{BlobId, FileType, Id, ReadBackend, TreeId};
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use super::file_walk::entry_of;
use super::opener;
use crate::backend::RepositoryBackend;
use crate::bucket::{OpenBucket, Presence, Use};
use crate::failure::lock;
use crate::keys::KeyStore;
use crate::repository::snapshots_of;
use crate::restore::entry::{Part, RestoreError};
use crate::restore::from_backup::Blobs;
use crate::storage::Storages;
use crate::write_gate::{ShutWhenDropped, WriteGate};

/// The maximum number of repositories that are kept open. Each holds its index in memory.
const OPEN_MAX: usize = 4;

/// The time after which a repository that isn't read is closed.
const KEEP_OPEN_FOR: Duration = Duration::from_secs(60);

/// The interval at which repositories that aren't read are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// The maximum number of backups of an open repository whose root directories are remembered.
const ROOTS_MAX: usize = 256;

/// How packs are read from a remote bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Reads {
    /// Only the required parts of packs.
    Parts,
    /// Whole packs, whose other parts are needed soon.
    WholePacks,
}

/// Identifies an open repository: its location, and how packs are read.
type Key = (String, Reads);

/// The repositories that are open to be read. Clones share them.
#[derive(Clone, Default)]
pub(super) struct OpenRepositories(Arc<Shared>);

struct Shared {
    slots: Mutex<LruCache<Key, Arc<Slot>>>,
    /// Whether a task closes repositories that aren't read.
    is_expiring: AtomicBool,
}

impl Default for Shared {
    fn default() -> Self {
        Self {
            slots: Mutex::new(LruCache::new(OPEN_MAX)),
            is_expiring: AtomicBool::new(false),
        }
    }
}

/// The place of a repository. Concurrent reads open it once.
struct Slot {
    repository: Mutex<Option<Arc<OpenRepository>>>,
    used: Mutex<Instant>,
}

impl fmt::Debug for OpenRepositories {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenRepositories").finish_non_exhaustive()
    }
}

impl OpenRepositories {
    /// Returns an open repository, and whether it was open before. Otherwise `open` opens it.
    fn get(
        &self,
        key: Key,
        open: impl FnOnce() -> Result<OpenRepository, EngineError>,
    ) -> Result<(Arc<OpenRepository>, bool), EngineError> {
        let slot = self.slot(key);
        let mut repository = lock(&slot.repository);
        if let Some(repository) = &*repository {
            return Ok((Arc::clone(repository), true));
        }
        let opened = Arc::new(open()?);
        *repository = Some(Arc::clone(&opened));
        *lock(&slot.used) = Instant::now();
        Ok((opened, false))
    }

    fn slot(&self, key: Key) -> Arc<Slot> {
        let mut slots = lock(&self.0.slots);
        if let Some(slot) = slots.get(&key) {
            *lock(&slot.used) = Instant::now();
            return Arc::clone(slot);
        }
        let slot = Arc::new(Slot {
            repository: Mutex::new(None),
            used: Mutex::new(Instant::now()),
        });
        slots.insert(key, Arc::clone(&slot));
        slot
    }

    /// Forgets a repository that can't be read any more. Another one may have been opened in its place.
    fn forget(&self, key: &Key, repository: &Arc<OpenRepository>) {
        let slot = lock(&self.0.slots).get(key).cloned();
        if let Some(slot) = slot {
            let mut current = lock(&slot.repository);
            if current
                .as_ref()
                .is_some_and(|current| Arc::ptr_eq(current, repository))
            {
                *current = None;
            }
        }
    }

    /// Closes repositories in the background that haven't been read for a while.
    pub(super) fn expire_later(&self) {
        if self.0.is_expiring.swap(true, Ordering::SeqCst) {
            return;
        }
        let shared = Arc::downgrade(&self.0);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(LOOK_EVERY).await;
                if !expire(&shared, Instant::now()) {
                    return;
                }
            }
        });
    }
}

/// Closes the repositories that weren't read for a while. Returns whether others are open.
fn expire(shared: &Weak<Shared>, now: Instant) -> bool {
    let Some(shared) = shared.upgrade() else {
        return false;
    };
    let mut slots = lock(&shared.slots);
    slots.retain(|_, slot| now.saturating_duration_since(*lock(&slot.used)) < KEEP_OPEN_FOR);
    let is_any_open = !slots.is_empty();
    if !is_any_open {
        shared.is_expiring.store(false, Ordering::SeqCst);
    }
    is_any_open
}

/// A repository that is open to be read.
struct OpenRepository {
    blobs: Blobs,
    gate: Arc<WriteGate>,
    /// The snapshot and the root directory of backups that were read.
    roots: Mutex<HashMap<AppBackupId, (Id, TreeId)>>,
    _shut: ShutWhenDropped,
}

impl OpenRepository {
    fn open(
        bucket: &OpenBucket,
        backup: &BackupData,
        reads: Reads,
        keys: &KeyStore,
    ) -> Result<Self, EngineError> {
        let app_id = backup.app_id;
        if bucket.presence(app_id, keys, Use::Read)? == Presence::Nothing {
            return Err(missing(backup));
        }
        let mut backend = RepositoryBackend::new(bucket.repository(app_id));
        if reads == Reads::WholePacks {
            backend = backend.reading_whole_packs();
        }
        let is_remote = backend.is_remote();
        // The repository outlives the request that opened it.
        let gate = Arc::new(WriteGate::new(Arc::new(backend), &CancellationToken::new()));
        let shut = ShutWhenDropped(Arc::clone(&gate));
        let repository = opener(&bucket.bucket, app_id, keys, &gate).open()?;
        let repository = repository
            .to_indexed()
            .map_err(|error| gate.explain("reading the index", &error))?;
        Ok(Self {
            blobs: Blobs::new(repository, Arc::clone(&gate), is_remote),
            gate,
            roots: Mutex::default(),
            _shut: shut,
        })
    }

    /// The root directory of a backup. Looks for the backup each time, because it may have been deleted.
    fn root_of(&self, backup: &BackupData) -> Result<TreeId, EngineError> {
        let explain = |error: &_| self.gate.explain("reading the snapshots", error);
        let known = lock(&self.roots).get(&backup.backup_id).copied();
        if let Some((snapshot, root)) = known {
            let stored = self
                .gate
                .list(FileType::Snapshot)
                .map_err(|error| explain(&error))?;
            return stored
                .contains(&snapshot)
                .then_some(root)
                .ok_or_else(|| missing(backup));
        }
        let found =
            snapshots_of(self.blobs.repository(), backup.backup_id).map_err(|error| explain(&error))?;
        let snapshot = found.first().ok_or_else(|| missing(backup))?;
        let mut roots = lock(&self.roots);
        if roots.len() == ROOTS_MAX {
            roots.clear();
        }
        roots.insert(backup.backup_id, (*snapshot.id, snapshot.tree));
        Ok(snapshot.tree)
    }
}

fn missing(backup: &BackupData) -> EngineError {
    let (id, bucket) = (backup.backup_id, &backup.bucket.name);
    EngineError::Unreadable(vec![format!("backup {id} is not in bucket {bucket}")])
}

/// A backup whose repository is open.
pub(super) struct OpenBackup {
    repository: Arc<OpenRepository>,
    root: TreeId,
}

impl OpenBackup {
    /// The entries of a directory, as the repository describes them.
    pub(super) fn nodes(&self, path: &FilePath, tree: TreeId) -> Result<Vec<Node>, EngineError> {
        self.repository.blobs.nodes(tree).map_err(|error| at(path, error))
    }

    /// The pieces of a file.
    pub(super) fn parts(&self, path: &FilePath, node: &Node) -> Result<Vec<Part>, EngineError> {
        let ids = node.content.as_deref().unwrap_or_default();
        let parts = self.repository.blobs.parts(ids, node.meta.size);
        parts.map_err(|error| at(path, error))
    }

    /// Reads a piece of a file, and compares it with its hash.
    pub(super) fn piece(&self, path: &FilePath, part: &Part) -> Result<Bytes, EngineError> {
        let bytes = self
            .repository
            .blobs
            .read(part)
            .map_err(|error| at(path, error))?;
        if Id::new(Sha256::digest(&bytes).into()) == *BlobId::from(part.id) {
            return Ok(bytes);
        }
        let damaged = format!("{path}: the piece {} is damaged: its hash differs", part.id);
        Err(EngineError::Unreadable(vec![damaged]))
    }

    /// The entry at `path`; `None` if there is none.
    pub(super) fn find(&self, path: &FilePath) -> Result<Option<Found>, EngineError> {
        let mut found = Found::Root(self.root);
        for name in path.names() {
            let Some(tree) = found.tree() else {
                return Ok(None);
            };
            let mut nodes = self.nodes(path, tree)?.into_iter();
            let node = nodes.find(|node| node.name().as_encoded_bytes() == name);
            let Some(node) = node else {
                return Ok(None);
            };
            found = Found::Node(Box::new(node));
        }
        Ok(Some(found))
    }
}

/// An entry that was found.
pub(super) enum Found {
    /// The root, whose entries are the volumes.
    Root(TreeId),
    /// An entry of a directory.
    Node(Box<Node>),
}

impl Found {
    /// The entries of a directory; `None` for other types.
    pub(super) fn tree(&self) -> Option<TreeId> {
        match self {
            Self::Root(tree) => Some(*tree),
            Self::Node(node) => tree_of(node),
        }
    }

    /// Describes the entry, which is at `path`.
    pub(super) fn entry(&self, path: FilePath) -> Result<FileEntry, EngineError> {
        match self {
            Self::Root(_) => Ok(FileEntry {
                path,
                kind: FileKind::Directory,
                size: 0,
                modified: None,
                mode: None,
            }),
            Self::Node(node) => entry_of(path, node),
        }
    }
}

/// The entries of a directory; `None` for other types.
pub(super) fn tree_of(node: &Node) -> Option<TreeId> {
    node.subtree.filter(|_| node.is_dir())
}

/// Converts an error to the port's error for `path`.
fn at(path: &FilePath, error: RestoreError) -> EngineError {
    match error {
        RestoreError::Engine(error) => error,
        error => error.at(Path::new(&path.to_string())),
    }
}

/// The means to open the repository of a backup.
pub(super) struct BackupOpener {
    pub(super) backup: BackupData,
    pub(super) reads: Reads,
    pub(super) keys: KeyStore,
    pub(super) storages: Storages,
    pub(super) repositories: OpenRepositories,
    pub(super) cancel: CancellationToken,
}

impl BackupOpener {
    /// Opens the backup.
    pub(super) fn open(self) -> Result<BackupReader, EngineError> {
        // The storage outlives the request.
        let bucket = OpenBucket::open(&self.backup.bucket, &self.storages, &CancellationToken::new())?;
        let location = bucket.repository(self.backup.app_id);
        let reads = if location.storage.is_remote() {
            self.reads
        } else {
            Reads::Parts
        };
        let key = (format!("{} {}", bucket.bucket.id, location.describe()), reads);
        let (open, may_be_stale) = self.open_in(&bucket, &key)?;
        Ok(BackupReader {
            opener: self,
            bucket,
            key,
            open,
            may_be_stale,
        })
    }

    /// Opens the backup in a repository that is open, or else in one that is opened now.
    fn open_in(&self, bucket: &OpenBucket, key: &Key) -> Result<(OpenBackup, bool), EngineError> {
        loop {
            let open = || OpenRepository::open(bucket, &self.backup, key.1, &self.keys);
            let (repository, was_open) = self.repositories.get(key.clone(), open)?;
            match repository.root_of(&self.backup) {
                Ok(root) => return Ok((OpenBackup { repository, root }, was_open)),
                Err(error) => {
                    self.repositories.forget(key, &repository);
                    if !was_open {
                        return Err(error);
                    }
                }
            }
        }
    }
}

/// Reads a backup. Its repository is opened again if a read fails because of a stale index.
pub(super) struct BackupReader {
    opener: BackupOpener,
    bucket: OpenBucket,
    key: Key,
    open: OpenBackup,
    /// Whether data may have been deleted since the repository was opened: it was read before.
    may_be_stale: bool,
}

impl BackupReader {
    /// Reads with the open repository. After a failure, `work` runs once more with a repository that was opened again.
    ///
    /// # Errors
    /// [`EngineError::Cancelled`], and those of `work`.
    pub(super) fn read<T>(
        &mut self,
        work: impl Fn(&OpenBackup) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        self.check_cancelled()?;
        let outcome = match self.attempt(&work) {
            Err(error) if self.may_be_stale && !is_of_request(&error) => {
                tracing::debug!(%error, "a repository is opened again");
                self.check_cancelled()?;
                (self.open, self.may_be_stale) = self.opener.open_in(&self.bucket, &self.key)?;
                self.attempt(&work)
            }
            outcome => outcome,
        };
        self.may_be_stale |= outcome.is_ok();
        outcome
    }

    /// Reads once. A repository that can't be read isn't kept open.
    fn attempt<T>(&self, work: &impl Fn(&OpenBackup) -> Result<T, EngineError>) -> Result<T, EngineError> {
        let outcome = work(&self.open);
        if outcome.as_ref().is_err_and(|error| !is_of_request(error)) {
            self.opener.repositories.forget(&self.key, &self.open.repository);
        }
        outcome
    }

    fn check_cancelled(&self) -> Result<(), EngineError> {
        if self.opener.cancel.is_cancelled() {
            return Err(EngineError::Cancelled);
        }
        Ok(())
    }
}

/// Whether the request caused the error, and not the repository.
fn is_of_request(error: &EngineError) -> bool {
    matches!(error, EngineError::Cancelled | EngineError::Refused(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repositories_that_are_not_read_are_closed() {
        let repositories = OpenRepositories::default();
        let key = |name: &str| (name.to_owned(), Reads::Parts);
        for name in ["a", "b", "c", "d", "e"] {
            repositories.slot(key(name));
        }
        let shared = Arc::downgrade(&repositories.0);
        assert_eq!(lock(&repositories.0.slots).len(), OPEN_MAX);
        assert!(expire(&shared, Instant::now()));
        let later = Instant::now() + KEEP_OPEN_FOR;
        *lock(&repositories.slot(key("e")).used) = later;
        assert!(expire(&shared, later));
        assert_eq!(lock(&repositories.0.slots).len(), 1);
        assert!(!expire(&shared, later + KEEP_OPEN_FOR));
    }
}
