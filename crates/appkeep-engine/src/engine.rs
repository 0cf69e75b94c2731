//! The port's methods: who waits for whom, and which thread does it.

use std::path::PathBuf;
use std::sync::Arc;

use appkeep_core::catalog::Volume;
use appkeep_core::engine::{CopyBackup, DeleteBackup, Engine, EngineError, ProgressSender, TakeSnapshot};
use appkeep_core::ids::{AppId, AppSnapId};
use async_trait::async_trait;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::backend::DirectoryBackend;
use crate::backup::{self, Bars};
use crate::bucket::{self, Presence};
use crate::failure::storage;
use crate::gate::{Gate, ShutWhenDropped};
use crate::keys::KeyStore;
use crate::locks::{Locks, Place};
use crate::repository::Site;
use crate::snapshot::SnapshotStore;
use crate::tree_source::TreeSource;
use crate::{measure, prune, thread};

/// Where the engine keeps things.
#[derive(Debug, Clone)]
pub struct EngineConfig {
    /// The directory that `snapshots` and `keys` are made in. One process at a time may use it.
    pub data_dir: PathBuf,
}

/// Keeps snapshots in a data directory, and backups in restic repositories in buckets.
///
/// # Cancel safety
/// A future that is dropped cancels what it began. That ends soon after, in the background; whoever asks for
/// the same thing again waits for it.
#[derive(Debug)]
pub struct RusticEngine {
    snapshots: SnapshotStore,
    keys: KeyStore,
    locks: Locks,
}

impl RusticEngine {
    /// An engine. Directories are made when they are needed.
    #[must_use]
    pub fn new(config: &EngineConfig) -> Self {
        Self {
            snapshots: SnapshotStore::new(&config.data_dir),
            keys: KeyStore::new(&config.data_dir),
            locks: Locks::default(),
        }
    }

    /// Takes the keys of repositories from `keys` instead of wrapping them with a master key of its own.
    #[must_use]
    pub fn with_keys(mut self, keys: KeyStore) -> Self {
        self.keys = keys;
        self
    }

    fn place_of(&self, app_id: AppId, snap_id: AppSnapId) -> Place {
        Place::Snapshot(self.snapshots.path_of(app_id, snap_id))
    }
}

/// Removes what a process left that died while it wrote. Only for one who alone writes there.
fn clear_unfinished(backend: &DirectoryBackend) -> Result<(), EngineError> {
    let cleared = backend.clear_unfinished();
    cleared.map_err(|error| storage("removing what earlier writes left", &error))
}

/// A token that is cancelled when the caller's is, or when the caller stops waiting.
fn cancelled_with(cancel: &CancellationToken) -> (CancellationToken, DropGuard) {
    let cancel = cancel.child_token();
    let when_dropped = cancel.clone().drop_guard();
    (cancel, when_dropped)
}

#[async_trait]
impl Engine for RusticEngine {
    async fn measure_volumes(
        &self,
        volumes: &[Volume],
        cancel: &CancellationToken,
    ) -> Result<u64, EngineError> {
        let (cancel, _when_dropped) = cancelled_with(cancel);
        let volumes = volumes.to_owned();
        thread::run("measure", move || measure::volumes(&volumes, &cancel)).await
    }

    async fn take_snapshot(
        &self,
        request: &TakeSnapshot,
        progress: &ProgressSender,
        cancel: &CancellationToken,
    ) -> Result<(), EngineError> {
        let (cancel, _when_dropped) = cancelled_with(cancel);
        let place = self.place_of(request.app_id, request.snap_id);
        let alone = self.locks.exclusive(place, &cancel).await?;
        let (snapshots, request, progress) = (self.snapshots.clone(), request.clone(), progress.clone());
        thread::run("snapshot", move || {
            let _alone = alone;
            snapshots.take(&request, &progress, &cancel)
        })
        .await
    }

    async fn measure_snapshot(
        &self,
        app_id: AppId,
        snap_id: AppSnapId,
        cancel: &CancellationToken,
    ) -> Result<u64, EngineError> {
        let (cancel, _when_dropped) = cancelled_with(cancel);
        let shared = self.locks.shared(self.place_of(app_id, snap_id), &cancel).await?;
        let snapshots = self.snapshots.clone();
        thread::run("measure", move || {
            let _shared = shared;
            let path = snapshots.find(app_id, snap_id)?;
            measure::tree(&path, &format!("snapshot {snap_id}"), &cancel)
        })
        .await
    }

    async fn delete_snapshot(&self, app_id: AppId, snap_id: AppSnapId) -> Result<(), EngineError> {
        let never = CancellationToken::new();
        let alone = self
            .locks
            .exclusive(self.place_of(app_id, snap_id), &never)
            .await?;
        let snapshots = self.snapshots.clone();
        thread::run("delete-snapshot", move || {
            let _alone = alone;
            snapshots.delete(app_id, snap_id)
        })
        .await
    }

    async fn copy_backup(
        &self,
        request: &CopyBackup,
        progress: &ProgressSender,
        cancel: &CancellationToken,
    ) -> Result<u64, EngineError> {
        let (cancel, _when_dropped) = cancelled_with(cancel);
        let root = bucket::repository_dir(&request.bucket, request.app_id);
        let held = (
            self.locks
                .shared(self.place_of(request.app_id, request.snap_id), &cancel)
                .await?,
            self.locks
                .exclusive(Place::BackupTurn(root.clone()), &cancel)
                .await?,
            self.locks
                .shared(Place::Repository(root.clone()), &cancel)
                .await?,
        );
        let (snapshots, keys) = (self.snapshots.clone(), self.keys.clone());
        let (request, progress) = (request.clone(), progress.clone());
        thread::run("backup", move || {
            let _held = held;
            let directory = snapshots.find(request.app_id, request.snap_id)?;
            let presence = bucket::presence(&request.bucket, request.app_id)?;
            let backend = DirectoryBackend::new(root);
            // Nobody else writes here now: the turn is ours, and a delete would have the repository alone.
            clear_unfinished(&backend)?;
            let gate = Arc::new(Gate::new(Arc::new(backend), &cancel));
            let _shut = ShutWhenDropped(Arc::clone(&gate));
            let bars = Bars::telling(&progress);
            let site = Site {
                bucket: &request.bucket,
                app_id: request.app_id,
                keys: &keys,
                gate: &gate,
                bars,
            };
            let repository = site.open_or_create(presence)?;
            let source = TreeSource::new(directory.clone());
            backup::copy(repository, &gate, &request, &directory, source, &progress)
        })
        .await
    }

    async fn delete_backup(
        &self,
        request: &DeleteBackup,
        cancel: &CancellationToken,
    ) -> Result<(), EngineError> {
        let (cancel, _when_dropped) = cancelled_with(cancel);
        let root = bucket::repository_dir(&request.bucket, request.app_id);
        let alone = self
            .locks
            .exclusive(Place::Repository(root.clone()), &cancel)
            .await?;
        let (keys, request) = (self.keys.clone(), request.clone());
        thread::run("delete-backup", move || {
            let _alone = alone;
            let presence = bucket::presence(&request.bucket, request.app_id)?;
            let backend = DirectoryBackend::new(root);
            clear_unfinished(&backend)?;
            if presence == Presence::Nothing {
                return Ok(());
            }
            let gate = Arc::new(Gate::new(Arc::new(backend), &cancel));
            let _shut = ShutWhenDropped(Arc::clone(&gate));
            let bars = Bars::hidden();
            let site = Site {
                bucket: &request.bucket,
                app_id: request.app_id,
                keys: &keys,
                gate: &gate,
                bars,
            };
            let repository = site.open()?;
            prune::forget(&repository, &gate, request.backup_id)
        })
        .await
    }
}
