//! Deletes a backup from a repository, also in a full bucket.

use std::sync::Arc;

use appkeep_core::engine::{DeleteBackup, EngineError};

use super::{clear_unfinished, opener, repository_locks};
use crate::backend::{RepositoryBackend, RepositoryLocation};
use crate::bucket::{OpenBucket, Presence, Use};
use crate::claims::Claims;
use crate::failure::storage;
use crate::fence::Fence;
use crate::keys::KeyStore;
use crate::prune::{self, FreeSpace};
use crate::restic_lock::Mode;
use crate::write_gate::{ShutWhenDropped, WriteGate};

/// The deletion of a backup; the caller holds the repository exclusively.
pub(super) struct BackupDeletion<'a> {
    pub(super) request: &'a DeleteBackup,
    pub(super) bucket: OpenBucket,
    /// The bucket for the claim and for locks.
    pub(super) claimed: OpenBucket,
    pub(super) keys: &'a KeyStore,
    pub(super) claims: &'a Arc<Claims>,
    pub(super) fence: Fence,
}

impl BackupDeletion<'_> {
    pub(super) fn run(&self) -> Result<(), EngineError> {
        let presence = self.bucket.presence(self.request.app_id, self.keys, Use::Read)?;
        self.claims.acquire(&self.claimed)?;
        clear_unfinished(&self.bucket.repository(self.request.app_id))?;
        if presence == Presence::Nothing {
            self.bucket.check_marker(self.keys, Use::Read)?;
            let DeleteBackup { backup_id, keep, .. } = self.request;
            let kept = keep.iter().find(|id| *id != backup_id);
            return kept.map_or(Ok(()), |kept| Err(prune::unlisted(*kept)));
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
        let location = self.bucket.repository(self.request.app_id);
        let backend = Arc::new(RepositoryBackend::new(location.clone()));
        let gate = WriteGate::new(Arc::clone(&backend) as _, self.fence.clone()).looking_up(backend);
        let gate = Arc::new(gate);
        let _shut = ShutWhenDropped(Arc::clone(&gate));
        let outcome = self.forget(&location, &gate, space);
        (outcome, gate.is_full())
    }

    fn forget(
        &self,
        location: &RepositoryLocation,
        gate: &Arc<WriteGate>,
        space: FreeSpace,
    ) -> Result<(), EngineError> {
        let repository = opener(&self.request.bucket, self.request.app_id, self.keys, gate).open()?;
        let locks = self.claimed.repository(self.request.app_id);
        let locks = repository_locks(&repository, locks, self.claims)?;
        let _lock = match space {
            FreeSpace::Enough => Some(locks.lock(Mode::Exclusive, gate)?),
            // There isn't enough space for a lock file, either.
            FreeSpace::None => {
                locks.check(Mode::Exclusive)?;
                None
            }
        };
        let in_doubt = |error| storage("recording that the index is being replaced", &error);
        if location.is_index_incomplete().map_err(in_doubt)? {
            prune::rebuild_index(&repository, gate)?;
            location.set_index_incomplete(false).map_err(in_doubt)?;
        }
        if space == FreeSpace::None {
            location.set_index_incomplete(true).map_err(in_doubt)?;
        }
        let DeleteBackup { backup_id, keep, .. } = self.request;
        prune::forget(&repository, gate, *backup_id, keep, space)?;
        if space == FreeSpace::None {
            location.set_index_incomplete(false).map_err(in_doubt)?;
        }
        Ok(())
    }
}
