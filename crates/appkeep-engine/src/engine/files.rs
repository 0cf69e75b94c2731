//! Reads single files of backups.
//!
//! Reads hold no lock of the repository. A prune deletes packs, but never changes one: a pack's name is the hash of its
//! content. So a concurrent read fails, or returns the stored data.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use appkeep_core::backup_file::{
    BackupData, BackupFiles, FileEntry, FileKind, FilePage, FilePath, FileStream, ListFiles,
};
use appkeep_core::engine::EngineError;
use async_trait::async_trait;
use bytes::Bytes;
use rustic_core::repofile::Node;
use rustic_core::{BlobId, Id, TreeId};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::file_walk::{entry_of, list};
use super::{RusticEngine, cancelled_with, opener};
use crate::backend::RepositoryBackend;
use crate::bucket::{OpenBucket, Presence, Use};
use crate::keys::KeyStore;
use crate::repository::snapshots_of;
use crate::restore::entry::{Part, RestoreError};
use crate::restore::from_backup::Blobs;
use crate::thread::{self, Priority};
use crate::write_gate::{ShutWhenDropped, WriteGate};

/// The number of pieces that are read before the receiver has taken the previous ones.
const PIECES_AHEAD: usize = 1;

#[async_trait]
impl BackupFiles for RusticEngine {
    async fn list_files(
        &self,
        backup: &BackupData,
        request: &ListFiles,
        cancel: &CancellationToken,
    ) -> Result<Option<FilePage>, EngineError> {
        let request = request.clone();
        let reads = if request.is_recursive {
            Reads::WholePacks
        } else {
            Reads::Parts
        };
        let (cancel, _when_dropped) = cancelled_with(cancel);
        self.on_backup("list-files", backup, reads, cancel.clone(), move |open| {
            list(open, &request, &cancel)
        })
        .await
    }

    async fn find_file(
        &self,
        backup: &BackupData,
        path: &FilePath,
        cancel: &CancellationToken,
    ) -> Result<Option<FileEntry>, EngineError> {
        let path = path.clone();
        let (cancel, _when_dropped) = cancelled_with(cancel);
        self.on_backup("find-file", backup, Reads::Parts, cancel, move |open| {
            let node = open.find(&path)?;
            node.map(|node| node.entry(path)).transpose()
        })
        .await
    }

    async fn read_file(
        &self,
        backup: &BackupData,
        path: &FilePath,
        range: Range<u64>,
        cancel: &CancellationToken,
    ) -> Result<FileStream, EngineError> {
        let path = path.clone();
        let (cancel, when_dropped) = cancelled_with(cancel);
        let (sender, receiver) = mpsc::channel(PIECES_AHEAD);
        let begun = self
            .on_backup_owned("open-file", backup, Reads::WholePacks, cancel, move |open| {
                FileRead::begin(open, &path, range)
            })
            .await?;
        let priority = self.reading_priority();
        tokio::spawn(async move {
            let failed = sender.clone();
            let sent = thread::run("read-file", priority, move || begun.send(&sender, when_dropped));
            if let Err(error) = sent.await {
                // Fails if nothing receives any more.
                let _ = failed.send(Err(error)).await;
            }
        });
        Ok(receiver)
    }
}

/// How packs are read from a remote bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reads {
    /// Only the required parts of packs.
    Parts,
    /// Whole packs, whose other parts are needed soon.
    WholePacks,
}

impl RusticEngine {
    /// Readers wait for the result, so the work must not depend on idle CPU time.
    fn reading_priority(&self) -> Priority {
        self.priority.max(Priority::Low)
    }

    async fn on_backup<T: Send + 'static>(
        &self,
        thread: &str,
        backup: &BackupData,
        reads: Reads,
        cancel: CancellationToken,
        work: impl FnOnce(&OpenBackup) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<T, EngineError> {
        self.on_backup_owned(thread, backup, reads, cancel, move |open| work(&open))
            .await
    }

    async fn on_backup_owned<T: Send + 'static>(
        &self,
        thread: &str,
        backup: &BackupData,
        reads: Reads,
        cancel: CancellationToken,
        work: impl FnOnce(OpenBackup) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<T, EngineError> {
        let bucket = OpenBucket::open(&backup.bucket, &self.storages, &cancel)?;
        let (backup, keys) = (backup.clone(), self.keys.clone());
        thread::run(thread, self.reading_priority(), move || {
            work(OpenBackup::open(&bucket, &backup, reads, &keys, &cancel)?)
        })
        .await
    }
}

/// A backup whose repository is open.
pub(super) struct OpenBackup {
    pub(super) blobs: Blobs,
    root: TreeId,
    _shut: ShutWhenDropped,
}

impl OpenBackup {
    fn open(
        bucket: &OpenBucket,
        backup: &BackupData,
        reads: Reads,
        keys: &KeyStore,
        cancel: &CancellationToken,
    ) -> Result<Self, EngineError> {
        let BackupData {
            app_id, backup_id, ..
        } = *backup;
        let name = &bucket.bucket.name;
        let missing = || EngineError::Unreadable(vec![format!("backup {backup_id} is not in bucket {name}")]);
        if bucket.presence(app_id, keys, Use::Read)? == Presence::Nothing {
            return Err(missing());
        }
        let mut backend = RepositoryBackend::new(bucket.repository(app_id));
        if reads == Reads::WholePacks {
            backend = backend.reading_whole_packs();
        }
        let is_remote = backend.is_remote();
        let gate = Arc::new(WriteGate::new(Arc::new(backend), cancel));
        let shut = ShutWhenDropped(Arc::clone(&gate));
        let repository = opener(&bucket.bucket, app_id, keys, &gate).open()?;
        let found = snapshots_of(&repository, backup_id)
            .map_err(|error| gate.explain("reading the snapshots", &error))?;
        let root = found.first().ok_or_else(missing)?.tree;
        let repository = repository
            .to_indexed()
            .map_err(|error| gate.explain("reading the index", &error))?;
        Ok(Self {
            blobs: Blobs::new(repository, gate, is_remote),
            root,
            _shut: shut,
        })
    }

    /// The entry at `path`; `None` if there is none.
    pub(super) fn find(&self, path: &FilePath) -> Result<Option<Found>, EngineError> {
        let mut found = Found::Root(self.root);
        for name in path.names() {
            let Some(tree) = found.tree() else {
                return Ok(None);
            };
            let nodes = self.blobs.nodes(tree).map_err(|error| at(path, error))?;
            let node = nodes
                .into_iter()
                .find(|node| node.name().as_encoded_bytes() == name);
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
            Self::Node(node) => node.subtree.filter(|_| node.is_dir()),
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

/// Converts an error to the port's error for `path`.
pub(super) fn at(path: &FilePath, error: RestoreError) -> EngineError {
    match error {
        RestoreError::Engine(error) => error,
        error => error.at(Path::new(&path.to_string())),
    }
}

/// A file that is being read.
struct FileRead {
    open: OpenBackup,
    path: FilePath,
    range: Range<u64>,
    /// The pieces that contain the range.
    parts: Vec<Part>,
    /// The content of the first of them, if any.
    first: Option<Bytes>,
}

impl FileRead {
    /// Finds the file, and reads its first piece.
    fn begin(open: OpenBackup, path: &FilePath, range: Range<u64>) -> Result<Self, EngineError> {
        let refused = |reason: &str| EngineError::Refused(format!("{path}: {reason}"));
        let node = match open.find(path)? {
            Some(Found::Node(node)) if node.is_file() => node,
            Some(_) => return Err(refused("it is not a regular file")),
            None => return Err(refused("the backup does not contain it")),
        };
        let size = node.meta.size;
        if range.start > range.end || range.end > size {
            return Err(refused(&format!(
                "invalid range {} to {}: expected at most {size} bytes",
                range.start, range.end
            )));
        }
        let ids = node.content.as_deref().unwrap_or_default();
        let mut parts = open.blobs.parts(ids, size).map_err(|error| at(path, error))?;
        parts.retain(|part| part.at < range.end && part.at + part.bytes > range.start);
        let mut read = Self {
            open,
            path: path.clone(),
            range,
            parts,
            first: None,
        };
        read.first = read.parts.first().map(|part| read.piece(part)).transpose()?;
        Ok(read)
    }

    /// Reads the part of a piece that is in the range.
    fn piece(&self, part: &Part) -> Result<Bytes, EngineError> {
        let bytes = self
            .open
            .blobs
            .read(part)
            .map_err(|error| at(&self.path, error))?;
        if Id::new(Sha256::digest(&bytes).into()) != *BlobId::from(part.id) {
            let damaged = format!(
                "{}: the piece {} is damaged: its hash differs",
                self.path, part.id
            );
            return Err(EngineError::Unreadable(vec![damaged]));
        }
        let within = |at: u64| {
            let at = at.saturating_sub(part.at).min(part.bytes);
            usize::try_from(at).map_err(|error| EngineError::Broken(error.to_string()))
        };
        Ok(bytes.slice(within(self.range.start)?..within(self.range.end)?))
    }

    /// Sends all pieces, until nothing receives them any more. `_cancelled` ends reads in progress afterwards.
    fn send(
        mut self,
        sender: &mpsc::Sender<Result<Bytes, EngineError>>,
        _cancelled: DropGuard,
    ) -> Result<(), EngineError> {
        let first = self.first.take();
        if first.is_some_and(|first| sender.blocking_send(Ok(first)).is_err()) {
            return Ok(());
        }
        for part in self.parts.iter().skip(1) {
            if sender.blocking_send(Ok(self.piece(part)?)).is_err() {
                return Ok(());
            }
        }
        Ok(())
    }
}
