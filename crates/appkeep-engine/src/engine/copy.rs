//! Copies a snapshot, or volumes, into the app's repository.

use std::path::Path;
use std::sync::Arc;

use appkeep_core::engine::{
    BackUpVolumes, BackupReport, CopyBackup, EngineError, ProgressSender, SnapshotReport,
};
use appkeep_core::fail_point;
use tokio_util::sync::CancellationToken;

use super::{RusticEngine, clear_unfinished, repository_locks};
use crate::backend::RepositoryBackend;
use crate::backup::{self, Parent, ProgressReporter};
use crate::bucket::{OpenBucket, Use};
use crate::claims::Claims;
use crate::fence::Fence;
use crate::keys::KeyStore;
use crate::live::{self, LiveSource};
use crate::locks::{ExclusiveGuard, LockKey, SharedGuard};
use crate::repository::RepositoryOpener;
use crate::restic_lock::Mode;
use crate::snapshot::SnapshotStore;
use crate::tree_source::{BackupSource, TreeSource};
use crate::verify::{RecordedContent, Verification};
use crate::write_gate::{ShutWhenDropped, WriteGate};

/// The data of a backup.
pub(super) struct Input<'a, S> {
    pub(super) source: Arc<S>,
    /// The directory above all entries of the source.
    pub(super) directory: &'a Path,
    pub(super) parent: Parent,
    /// The content to compare with when it is read back; `None` for the files in the directory.
    pub(super) recorded: Option<&'a dyn RecordedContent>,
}

/// A copy of a snapshot or of volumes. No other backup is written to the repository meanwhile.
pub(super) struct BackupCopy {
    request: CopyBackup,
    bucket: OpenBucket,
    /// The bucket for the claim and for locks.
    claimed: OpenBucket,
    keys: KeyStore,
    claims: Arc<Claims>,
    /// The share of the data that is read back.
    verify_percent: u8,
    progress: ProgressSender,
    fence: Fence,
    _held: (ExclusiveGuard, SharedGuard),
}

impl RusticEngine {
    /// Opens the bucket and locks the repository for a backup.
    pub(super) async fn begin_copy(
        &self,
        request: &CopyBackup,
        progress: &ProgressSender,
        cancel: &CancellationToken,
    ) -> Result<BackupCopy, EngineError> {
        let (bucket, claimed, fence) = self.open(&request.bucket, cancel)?;
        let repository = bucket.repository(request.app_id).describe();
        let slot = LockKey::BackupSlot(repository.clone());
        let slot = self.locks.exclusive(slot, cancel).await?;
        let repository = self.locks.shared(LockKey::Repository(repository), cancel).await?;
        Ok(BackupCopy {
            request: request.clone(),
            bucket,
            claimed,
            keys: self.keys.clone(),
            claims: Arc::clone(&self.claims),
            verify_percent: self.verify_percent,
            progress: progress.clone(),
            fence,
            _held: (slot, repository),
        })
    }
}

impl BackupCopy {
    /// Copies a snapshot.
    pub(super) fn of_snapshot(&self, snapshots: &SnapshotStore) -> Result<BackupReport, EngineError> {
        let snapshot = snapshots.open(self.request.app_id, self.request.snapshot_id)?;
        let directory = snapshot.directory.clone();
        // Without a manifest the change times are unknown, so no file is treated as unchanged.
        let parent = match snapshot.manifest {
            Some(_) => Parent::Latest,
            None => Parent::None,
        };
        self.run(&Input {
            source: Arc::new(TreeSource::new(snapshot)),
            directory: &directory,
            parent,
            recorded: None,
        })
    }

    /// Copies volumes.
    pub(super) fn of_volumes(
        &self,
        request: &BackUpVolumes,
        snapshots: &SnapshotStore,
        cancel: &CancellationToken,
    ) -> Result<(SnapshotReport, BackupReport), EngineError> {
        let source = LiveSource::new(request, self.verify_percent, snapshots.directory(), cancel);
        let recorded = source.recorded();
        let source = Arc::new(source);
        let copied = self.run(&Input {
            source: Arc::clone(&source),
            directory: Path::new(live::ROOT),
            parent: Parent::Latest,
            recorded: Some(&recorded),
        })?;
        let report = source.report();
        let report = report.ok_or_else(|| EngineError::Broken("the volumes were not read".to_owned()))?;
        Ok((report, copied))
    }

    fn run<S: BackupSource>(&self, input: &Input<'_, S>) -> Result<BackupReport, EngineError> {
        let Self {
            request,
            keys,
            bucket,
            ..
        } = self;
        let app_id = request.app_id;
        let presence = bucket.presence(app_id, keys, Use::Write)?;
        self.claims.acquire(&self.claimed)?;
        let location = bucket.repository(app_id);
        // There is no other writer now: a delete would hold the repository exclusively.
        clear_unfinished(&location)?;
        let backend = Arc::new(RepositoryBackend::new(location));
        let locks = self.claimed.repository(app_id);
        let (claims, claimed) = (Arc::clone(&self.claims), self.claimed.clone());
        let gate = WriteGate::new(Arc::clone(&backend) as _, self.fence.clone());
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
            reporter: ProgressReporter::new(&self.progress),
        };
        let repository = opener.open_or_create(presence)?;
        let _lock = repository_locks(&repository, locks, &self.claims)?.lock(Mode::Shared, &gate)?;
        fail_point::pass("backup.locked");
        let source = (input.directory, &input.source, input.parent);
        let verification = Verification {
            percent: self.verify_percent,
            backend: Some(&backend),
            recorded: input.recorded,
        };
        backup::copy(repository, &gate, request, source, &self.progress, verification)
    }
}
