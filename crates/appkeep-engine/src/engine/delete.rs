//! Deletes a backup from a repository, also in a full bucket.

use std::path::PathBuf;
use std::sync::Arc;

use appkeep_core::engine::{DeleteBackup, EngineError};
use tokio_util::sync::CancellationToken;

use super::{clear_unfinished, opener, repository_locks};
use crate::backend::DirectoryBackend;
use crate::bucket::{self, Presence, Use};
use crate::claims::Claims;
use crate::failure::storage;
use crate::keys::KeyStore;
use crate::prune::{self, FreeSpace};
use crate::restic_lock::Mode;
use crate::write_gate::{ShutWhenDropped, WriteGate};

/// The deletion of a backup; the caller holds the repository exclusively.
pub(super) struct BackupDeletion<'a> {
    pub(super) request: &'a DeleteBackup,
    pub(super) root: PathBuf,
    pub(super) keys: &'a KeyStore,
    pub(super) claims: &'a Claims,
    pub(super) cancel: &'a CancellationToken,
}

impl BackupDeletion<'_> {
    pub(super) fn run(&self) -> Result<(), EngineError> {
        let (bucket, app_id) = (&self.request.bucket, self.request.app_id);
        let presence = bucket::presence(bucket, app_id, self.keys, Use::Read)?;
        self.claims.acquire(bucket)?;
        clear_unfinished(&DirectoryBackend::new(self.root.clone()))?;
        if presence == Presence::Nothing {
            return bucket::check_marker(bucket, self.keys, Use::Read);
        }
        let (outcome, is_full) = self.attempt(FreeSpace::Enough);
        if !is_full {
            return outcome;
        }
        tracing::warn!(
            backup.id = %self.request.backup_id,
            "the bucket is full: a backup is deleted without space for a new index"
        );
        self.attempt(FreeSpace::None).0?;
        // There may now be space to repack the packs that are partly needed.
        match self.attempt(FreeSpace::Enough) {
            (Err(_), true) => Ok(()),
            (outcome, _) => outcome,
        }
    }

    /// Tries once; also returns whether the bucket was full.
    fn attempt(&self, space: FreeSpace) -> (Result<(), EngineError>, bool) {
        let backend = Arc::new(DirectoryBackend::new(self.root.clone()));
        let gate = Arc::new(WriteGate::new(Arc::clone(&backend) as _, self.cancel));
        let _shut = ShutWhenDropped(Arc::clone(&gate));
        let outcome = self.forget(&backend, &gate, space);
        (outcome, gate.is_full())
    }

    fn forget(
        &self,
        backend: &DirectoryBackend,
        gate: &Arc<WriteGate>,
        space: FreeSpace,
    ) -> Result<(), EngineError> {
        let repository = opener(&self.request.bucket, self.request.app_id, self.keys, gate).open()?;
        let locks = repository_locks(&repository, &self.root, self.claims)?;
        let _lock = match space {
            FreeSpace::Enough => Some(locks.lock(Mode::Exclusive, gate)?),
            // There isn't enough space for a lock file, either.
            FreeSpace::None => {
                locks.check(Mode::Exclusive)?;
                None
            }
        };
        let in_doubt = |error| storage("recording that the index is being replaced", &error);
        if backend.is_index_incomplete().map_err(in_doubt)? {
            prune::rebuild_index(&repository, gate)?;
            backend.set_index_incomplete(false).map_err(in_doubt)?;
        }
        if space == FreeSpace::None {
            backend.set_index_incomplete(true).map_err(in_doubt)?;
        }
        prune::forget(&repository, gate, self.request.backup_id, space)?;
        if space == FreeSpace::None {
            backend.set_index_incomplete(false).map_err(in_doubt)?;
        }
        Ok(())
    }
}
