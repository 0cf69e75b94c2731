//! Copies a snapshot into the app's repository.

use std::sync::Arc;

use appkeep_core::engine::{BackupReport, CopyBackup, EngineError, ProgressSender};
use appkeep_core::fail_point;

use super::{clear_unfinished, repository_locks};
use crate::backend::RepositoryBackend;
use crate::backup::{self, Parent, ProgressReporter};
use crate::bucket::{OpenBucket, Use};
use crate::claims::Claims;
use crate::fence::Fence;
use crate::keys::KeyStore;
use crate::repository::RepositoryOpener;
use crate::restic_lock::Mode;
use crate::snapshot::SnapshotStore;
use crate::tree_source::TreeSource;
use crate::verify::Verification;
use crate::write_gate::{ShutWhenDropped, WriteGate};

/// A copy of a snapshot; the caller is the only one that writes a backup to the repository.
pub(super) struct BackupCopy<'a> {
    pub(super) request: &'a CopyBackup,
    pub(super) bucket: &'a OpenBucket,
    /// The bucket for the claim and for locks.
    pub(super) claimed: OpenBucket,
    pub(super) snapshots: &'a SnapshotStore,
    pub(super) keys: &'a KeyStore,
    pub(super) claims: &'a Arc<Claims>,
    /// The share of the data that is read back.
    pub(super) verify_percent: u8,
    pub(super) progress: &'a ProgressSender,
    pub(super) fence: Fence,
}

impl BackupCopy<'_> {
    pub(super) fn run(self) -> Result<BackupReport, EngineError> {
        let Self {
            request,
            keys,
            bucket,
            ..
        } = self;
        let app_id = request.app_id;
        let snapshot = self.snapshots.open(app_id, request.snapshot_id)?;
        let presence = bucket.presence(app_id, keys, Use::Write)?;
        self.claims.acquire(&self.claimed)?;
        let location = bucket.repository(app_id);
        // There is no other writer now: a delete would hold the repository exclusively.
        clear_unfinished(&location)?;
        let backend = Arc::new(RepositoryBackend::new(location));
        let locks = self.claimed.repository(app_id);
        let (claims, claimed) = (Arc::clone(self.claims), self.claimed);
        let gate = WriteGate::new(Arc::clone(&backend) as _, self.fence);
        let gate = gate
            .checking(move || claims.acquire(&claimed))
            .looking_up(Arc::clone(&backend));
        let gate = Arc::new(gate);
        let _shut = ShutWhenDropped(Arc::clone(&gate));
        let opener = RepositoryOpener {
            bucket: &bucket.bucket,
            app_id,
            keys,
            gate: &gate,
            reporter: ProgressReporter::new(self.progress),
        };
        let repository = opener.open_or_create(presence)?;
        let _lock = repository_locks(&repository, locks, self.claims)?.lock(Mode::Shared, &gate)?;
        fail_point::pass("backup.locked");
        let directory = snapshot.directory.clone();
        // Without a manifest the change times are unknown, so no file is treated as unchanged.
        let parent = match snapshot.manifest {
            Some(_) => Parent::Latest,
            None => Parent::None,
        };
        let source = (directory.as_path(), TreeSource::new(snapshot), parent);
        let verification = Verification {
            percent: self.verify_percent,
            backend: Some(&backend),
        };
        backup::copy(repository, &gate, request, source, self.progress, verification)
    }
}
