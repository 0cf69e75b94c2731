//! Repositories that are open to be read. They are kept open for a while: opening one reads its whole index.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use appkeep_core::backup_file::BackupData;
use appkeep_core::engine::EngineError;
use appkeep_core::ids::AppBackupId;
use hashlink::LruCache;
use rustic_core::{FileType, Id, ReadBackend, TreeId};
use tokio_util::sync::CancellationToken;

use super::opener;
use crate::backend::RepositoryBackend;
use crate::bucket::{OpenBucket, Presence, Use};
use crate::failure::lock;
use crate::keys::KeyStore;
use crate::repository::snapshots_of;
use crate::restore::from_backup::Blobs;
use crate::write_gate::{ShutWhenDropped, WriteGate};

/// The maximum number of repositories that are kept open. Each holds its index in memory.
const OPEN_MAX: usize = 4;

/// The time after which a repository that isn't read is closed.
const KEEP_OPEN_FOR: Duration = Duration::from_mins(1);

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
pub(super) type Key = (String, Reads);

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
    pub(super) fn get(
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
    pub(super) fn forget(&self, key: &Key, repository: &Arc<OpenRepository>) {
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
pub(super) struct OpenRepository {
    pub(super) blobs: Blobs,
    gate: Arc<WriteGate>,
    /// The snapshot and the root directory of backups that were read.
    roots: Mutex<HashMap<AppBackupId, (Id, TreeId)>>,
    _shut: ShutWhenDropped,
}

impl OpenRepository {
    /// Opens the repository of a backup.
    pub(super) fn open(
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
    pub(super) fn root_of(&self, backup: &BackupData) -> Result<TreeId, EngineError> {
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
