//! Opens backups to read them.
//!
//! A prune deletes packs that the index of an open repository may name. A read that fails is therefore repeated with a
//! repository that is opened again. All content is compared with its hash, so a stale index never leads to wrong data.

use std::path::Path;
use std::sync::Arc;

use appkeep_core::backup_file::{BackupData, FileEntry, FileKind, FilePath};
use appkeep_core::engine::EngineError;
use bytes::Bytes;
use rustic_core::repofile::Node;
use rustic_core::{BlobId, Id, TreeId};
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use super::file_walk::entry_of;
use super::open_repository::{Key, OpenRepositories, OpenRepository, Reads};
use crate::bucket::OpenBucket;
use crate::keys::KeyStore;
use crate::restore::entry::{Part, RestoreError};
use crate::storage::Storages;

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
