//! The methods of the port: locking, and the thread that does the work.

mod archive;
mod catalogue;
mod copy;
mod delete;
mod examine;
mod file_walk;
mod files;
mod open_backup;
mod open_repository;
mod restore;

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use appkeep_core::catalog::{Bucket, BucketFeatures, SnapshotMode, Volume};
use appkeep_core::engine::{
    AbandonedRestore, BackUpVolumes, BackupReport, BucketSpace, CopyBackup, CreateSnapshot, DeleteBackup,
    Engine, EngineError, ProgressSender, Restore, RestoreData, RestoreReport, RestoreTarget, SnapshotReport,
    UnfinishedRestore,
};
use appkeep_core::hook::{HookRun, RunHook};
use appkeep_core::ids::{AppBackupId, AppId, AppRestoreId, AppSnapshotId};
use async_trait::async_trait;
use tokio_util::sync::{CancellationToken, DropGuard};

use self::delete::BackupDeletion;
use self::files::Reading;
use self::restore::restore_backup;
use crate::backend::RepositoryLocation;
use crate::backup::ProgressReporter;
use crate::bucket::{OpenBucket, Use};
use crate::claims::Claims;
use crate::failure::{storage, unreadable};
use crate::fence::Fence;
use crate::identity::Identity;
use crate::keys::KeyStore;
use crate::locks::{LockKey, Locks};
use crate::repository::{OpenRepository, RepositoryOpener, backup_ids};
use crate::restic_lock::RepositoryLocks;
use crate::restore::finish::{self, Finisher};
use crate::restore::from_snapshot::FromSnapshot;
use crate::restore::swap::NoFaults;
use crate::restore::{Restorer, journals_dir};
use crate::snapshot::SnapshotStore;
use crate::space::Reserve;
use crate::storage::{BucketCredentials, Probes, Storages};
use crate::thread::Priority;
use crate::write_gate::WriteGate;
use crate::{command, measure, restic_lock, thread};

/// The default share of a finished backup's data that is read back, in percent.
const VERIFY_PERCENT_DEFAULT: u8 = 5;

/// The engine's location on disk.
#[derive(Debug, Clone)]
pub struct EngineConfig {
    /// The directory for `snapshots` and `keys`. Only one process may use it at a time.
    pub data_dir: PathBuf,
}

/// Stores snapshots in a data directory, and backups in restic repositories in buckets.
///
/// # Cancel safety
/// Dropping a future cancels its work. The work ends soon after, in the background; a later call on the same
/// data waits for it.
#[derive(Debug)]
pub struct RusticEngine {
    data_dir: PathBuf,
    snapshots: SnapshotStore,
    keys: KeyStore,
    locks: Locks,
    claims: Arc<Claims>,
    storages: Storages,
    probes: Probes,
    verify_percent: u8,
    priority: Priority,
    reading: Reading,
}

impl RusticEngine {
    /// Creates an engine. Directories are created on first use.
    #[must_use]
    pub fn new(config: &EngineConfig) -> Self {
        Self {
            data_dir: config.data_dir.clone(),
            snapshots: SnapshotStore::new(&config.data_dir, Reserve::default()),
            keys: KeyStore::new(&config.data_dir),
            locks: Locks::default(),
            claims: Arc::new(Claims::new(&config.data_dir)),
            storages: Storages::default(),
            probes: Probes::default(),
            verify_percent: VERIFY_PERCENT_DEFAULT,
            priority: Priority::default(),
            reading: Reading::default(),
        }
    }

    /// Sets the CPU priority of the engine's threads.
    #[must_use]
    pub fn with_priority(mut self, priority: Priority) -> Self {
        self.priority = priority;
        self
    }

    /// Sets how much of the data directory's file system stays free when snapshots are created.
    #[must_use]
    pub fn with_reserve(mut self, reserve: Reserve) -> Self {
        self.snapshots = SnapshotStore::new(&self.data_dir, reserve);
        self
    }

    /// Sets how many percent of each finished backup's data are read back, from 0 (nothing) to 100
    /// (everything).
    #[must_use]
    pub fn verifying(mut self, percent: u8) -> Self {
        self.verify_percent = percent;
        self
    }

    /// Uses `keys` instead of a key store with the engine's own master key.
    #[must_use]
    pub fn with_keys(mut self, keys: KeyStore) -> Self {
        self.keys = keys;
        self
    }

    /// Sets the identity of this process. Without one, it has a random id, and its data directory identifies the
    /// installation.
    #[must_use]
    pub fn with_identity(mut self, identity: Identity) -> Self {
        self.claims = Arc::new(Claims::new(&self.data_dir).with_identity(identity));
        self
    }

    /// Uses these credentials for the buckets whose configuration contains them.
    #[must_use]
    pub fn with_credentials(mut self, credentials: BucketCredentials) -> Self {
        self.storages = Storages::new(credentials);
        self
    }

    /// Opens a bucket for a job that begins now and changes it, and once more for its claim and locks, which must be
    /// removed after the job was cancelled.
    fn open(
        &self,
        bucket: &Bucket,
        cancel: &CancellationToken,
    ) -> Result<(OpenBucket, OpenBucket, Fence), EngineError> {
        let claimed = OpenBucket::open_for_claims(bucket, &self.storages)?;
        let fence = self.claims.fence(&claimed, cancel);
        let fenced = OpenBucket::open(bucket, &self.storages, fence.clone())?;
        Ok((fenced, claimed, fence))
    }

    fn snapshot_key(&self, app_id: AppId, snapshot_id: AppSnapshotId) -> LockKey {
        LockKey::Snapshot(self.snapshots.path_of(app_id, snapshot_id))
    }

    fn volumes_key(&self, app_id: AppId) -> LockKey {
        LockKey::Volumes(journals_dir(&self.data_dir, app_id))
    }
}

/// The data to restore, with the open bucket of a backup.
enum Origin {
    Backup(OpenBucket, AppBackupId),
    Snapshot(AppSnapshotId),
}

/// Deletes the unfinished files of a process that died. The caller must be the only writer.
fn clear_unfinished(location: &RepositoryLocation) -> Result<(), EngineError> {
    let cleared = location.clear_unfinished();
    cleared.map_err(|error| storage("deleting unfinished files of earlier writes", &error))
}

/// Returns a token that is cancelled when the caller's token is cancelled, or when the caller drops the guard.
fn cancelled_with(cancel: &CancellationToken) -> (CancellationToken, DropGuard) {
    let cancel = cancel.child_token();
    let when_dropped = cancel.clone().drop_guard();
    (cancel, when_dropped)
}

/// The opener of a repository, without progress reporting.
fn opener<'a>(
    bucket: &'a Bucket,
    app_id: AppId,
    keys: &'a KeyStore,
    gate: &'a Arc<WriteGate>,
) -> RepositoryOpener<'a, ProgressReporter> {
    RepositoryOpener {
        bucket,
        app_id,
        keys,
        gate,
        reporter: ProgressReporter::hidden(),
    }
}

/// The repository's locks, which restic respects, too.
fn repository_locks(
    repository: &OpenRepository,
    location: RepositoryLocation,
    claims: &Claims,
) -> Result<RepositoryLocks, EngineError> {
    Ok(RepositoryLocks {
        location,
        key: repository.key(),
        owner: claims.server_id()?,
        shared: claims.shared().cloned(),
        check_every: restic_lock::CHECK_EVERY,
    })
}

#[async_trait]
impl Engine for RusticEngine {
    async fn measure_volumes(
        &self,
        volumes: &[Volume],
        mode: SnapshotMode,
        cancel: &CancellationToken,
    ) -> Result<u64, EngineError> {
        let (cancel, _when_dropped) = cancelled_with(cancel);
        let (volumes, snapshots) = (volumes.to_owned(), self.snapshots.clone());
        thread::run("measure", self.priority, move || {
            if mode == SnapshotMode::Live {
                return measure::volumes(&volumes, None, &cancel);
            }
            let mut copy_size = snapshots.copy_size()?;
            let bytes = measure::volumes(&volumes, Some(&mut copy_size), &cancel)?;
            snapshots.check_space(&copy_size)?;
            Ok(bytes)
        })
        .await
    }

    async fn create_snapshot(
        &self,
        request: &CreateSnapshot,
        cancel: &CancellationToken,
    ) -> Result<SnapshotReport, EngineError> {
        let (cancel, _when_dropped) = cancelled_with(cancel);
        let key = self.snapshot_key(request.app_id, request.snapshot_id);
        let held = (
            self.locks.exclusive(key, &cancel).await?,
            // A concurrent restore would replace the volumes while they are read.
            self.locks
                .shared(self.volumes_key(request.app_id), &cancel)
                .await?,
        );
        let (snapshots, request) = (self.snapshots.clone(), request.clone());
        let data_dir = self.data_dir.clone();
        // The app may be quiesced during the snapshot, so it must not run at idle priority.
        let priority = self.priority.max(Priority::Low);
        thread::run("snapshot", priority, move || {
            let _held = held;
            finish::check_finished(&data_dir, request.app_id)?;
            snapshots.create(&request, &cancel)
        })
        .await
    }

    async fn run_hook(&self, request: &RunHook, cancel: &CancellationToken) -> HookRun {
        command::run(request, cancel).await
    }

    async fn measure_snapshot(
        &self,
        app_id: AppId,
        snapshot_id: AppSnapshotId,
        cancel: &CancellationToken,
    ) -> Result<u64, EngineError> {
        let (cancel, _when_dropped) = cancelled_with(cancel);
        let shared = self
            .locks
            .shared(self.snapshot_key(app_id, snapshot_id), &cancel)
            .await?;
        let snapshots = self.snapshots.clone();
        thread::run("measure", self.priority, move || {
            let _shared = shared;
            let path = snapshots.find(app_id, snapshot_id)?;
            measure::tree(&path, &format!("snapshot {snapshot_id}"), &cancel)
        })
        .await
    }

    async fn delete_snapshot(&self, app_id: AppId, snapshot_id: AppSnapshotId) -> Result<(), EngineError> {
        let never = CancellationToken::new();
        let alone = self
            .locks
            .exclusive(self.snapshot_key(app_id, snapshot_id), &never)
            .await?;
        let snapshots = self.snapshots.clone();
        thread::run("delete-snapshot", self.priority, move || {
            let _alone = alone;
            snapshots.delete(app_id, snapshot_id)
        })
        .await
    }

    async fn copy_backup(
        &self,
        request: &CopyBackup,
        progress: &ProgressSender,
        cancel: &CancellationToken,
    ) -> Result<BackupReport, EngineError> {
        let (cancel, _when_dropped) = cancelled_with(cancel);
        let snapshot = self.snapshot_key(request.app_id, request.snapshot_id);
        let snapshot = self.locks.shared(snapshot, &cancel).await?;
        let copy = self.begin_copy(request, progress, &cancel).await?;
        let snapshots = self.snapshots.clone();
        thread::run("backup", self.priority, move || {
            let _snapshot = snapshot;
            copy.of_snapshot(&snapshots)
        })
        .await
    }

    async fn back_up_volumes(
        &self,
        request: &BackUpVolumes,
        progress: &ProgressSender,
        cancel: &CancellationToken,
    ) -> Result<(SnapshotReport, BackupReport), EngineError> {
        let (cancel, _when_dropped) = cancelled_with(cancel);
        // In the order of a restore, which locks a repository and then the volumes. It would replace them while they are
        // read.
        let copy = self.begin_copy(&request.backup, progress, &cancel).await?;
        let volumes = self.volumes_key(request.backup.app_id);
        let volumes = self.locks.shared(volumes, &cancel).await?;
        let (snapshots, request) = (self.snapshots.clone(), request.clone());
        let data_dir = self.data_dir.clone();
        // As for a snapshot: the app may be quiesced meanwhile.
        let priority = self.priority.max(Priority::Low);
        thread::run("backup", priority, move || {
            let _volumes = volumes;
            finish::check_finished(&data_dir, request.backup.app_id)?;
            copy.of_volumes(&request, &snapshots, &cancel)
        })
        .await
    }

    async fn claim_bucket(&self, bucket: &Bucket) -> Result<(), EngineError> {
        let bucket = OpenBucket::open_for_claims(bucket, &self.storages)?;
        let (keys, claims) = (self.keys.clone(), Arc::clone(&self.claims));
        let probes = self.probes.clone();
        thread::run("hold-bucket", Priority::Normal, move || {
            let claimed = bucket
                .check_marker(&keys, Use::Read)
                .and_then(|()| claims.acquire(&bucket));
            let (objects, name) = (bucket.storage.as_ref(), &bucket.bucket.name);
            probes.after_claim(objects, name, claims.data_directory_id()?, claimed)
        })
        .await
    }

    fn bucket_features(&self, bucket: &Bucket) -> Option<BucketFeatures> {
        let bucket = OpenBucket::open(bucket, &self.storages, &CancellationToken::new()).ok()?;
        self.probes.features(bucket.storage.as_ref())
    }

    async fn measure_bucket(
        &self,
        bucket: &Bucket,
        cancel: &CancellationToken,
    ) -> Result<BucketSpace, EngineError> {
        let (cancel, _when_dropped) = cancelled_with(cancel);
        let bucket = OpenBucket::open(bucket, &self.storages, &cancel)?;
        thread::run("measure-bucket", self.priority, move || bucket.measure(&cancel)).await
    }

    async fn release_buckets(&self) {
        let claims = Arc::clone(&self.claims);
        let released = thread::run("release-buckets", Priority::Normal, move || {
            claims.release();
            Ok(())
        });
        if let Err(error) = released.await {
            tracing::warn!(%error, "the claims of buckets could not be released");
        }
    }

    async fn delete_backup(
        &self,
        request: &DeleteBackup,
        cancel: &CancellationToken,
    ) -> Result<(), EngineError> {
        let (cancel, _when_dropped) = cancelled_with(cancel);
        let (bucket, claimed, fence) = self.open(&request.bucket, &cancel)?;
        let repository = bucket.repository(request.app_id).describe();
        let alone = self
            .locks
            .exclusive(LockKey::Repository(repository), &cancel)
            .await?;
        let (keys, request) = (self.keys.clone(), request.clone());
        let claims = Arc::clone(&self.claims);
        thread::run("delete-backup", self.priority, move || {
            let _alone = alone;
            BackupDeletion {
                request: &request,
                bucket,
                claimed,
                keys: &keys,
                claims: &claims,
                fence,
            }
            .run()
        })
        .await
    }

    async fn list_backups(
        &self,
        bucket: &Bucket,
        app_id: AppId,
        cancel: &CancellationToken,
    ) -> Result<HashSet<AppBackupId>, EngineError> {
        let snapshots = self.read_snapshots(bucket, app_id, cancel).await?;
        Ok(snapshots.iter().flatten().flat_map(backup_ids).collect())
    }

    async fn list_snapshots(&self, app_id: AppId) -> Result<HashSet<AppSnapshotId>, EngineError> {
        let snapshots = self.snapshots.clone();
        thread::run("list-snapshots", self.priority, move || snapshots.list(app_id)).await
    }

    async fn restore(
        &self,
        request: &Restore,
        progress: &ProgressSender,
        cancel: &CancellationToken,
    ) -> Result<RestoreReport, EngineError> {
        let (cancel, _when_dropped) = cancelled_with(cancel);
        let origin = match &request.source {
            RestoreData::Backup { bucket, backup_id } => {
                Origin::Backup(OpenBucket::open(bucket, &self.storages, &cancel)?, *backup_id)
            }
            RestoreData::Snapshot(snapshot_id) => Origin::Snapshot(*snapshot_id),
        };
        let owner = request.source_app_id;
        let source = match &origin {
            Origin::Backup(bucket, _) => LockKey::Repository(bucket.repository(owner).describe()),
            Origin::Snapshot(snapshot_id) => self.snapshot_key(owner, *snapshot_id),
        };
        let target = match request.target {
            RestoreTarget::InPlace(_) => self.volumes_key(request.app_id),
            RestoreTarget::Directory { .. } => LockKey::Targets(journals_dir(&self.data_dir, request.app_id)),
        };
        let held = (
            self.locks.shared(source, &cancel).await?,
            self.locks.exclusive(target, &cancel).await?,
        );
        let (data_dir, snapshots, keys) = (self.data_dir.clone(), self.snapshots.clone(), self.keys.clone());
        let (request, progress) = (request.clone(), progress.clone());
        thread::run("restore", self.priority, move || {
            let _held = held;
            let mut restorer = Restorer::new(&data_dir, &request, &progress, &cancel, &NoFaults);
            if let Some(report) = restorer.finish_earlier()? {
                return Ok(report);
            }
            match origin {
                Origin::Snapshot(snapshot_id) => {
                    let snapshot = snapshots.open(owner, snapshot_id)?;
                    let mut origin = FromSnapshot::open(&snapshot)
                        .map_err(|error| unreadable(format!("snapshot {snapshot_id}"), &error))?;
                    restorer.run(&mut origin, None)
                }
                Origin::Backup(bucket, backup_id) => {
                    if let Some(directory) = bucket.bucket.location.directory() {
                        restorer.protect(directory.to_owned());
                    }
                    restore_backup(&restorer, &bucket, backup_id, &keys)
                }
            }
        })
        .await
    }

    async fn unfinished_restores(
        &self,
        app_id: Option<AppId>,
    ) -> Result<Vec<UnfinishedRestore>, EngineError> {
        let data_dir = self.data_dir.clone();
        thread::run("unfinished-restores", Priority::Normal, move || {
            finish::unfinished(&data_dir, app_id)
        })
        .await
    }

    async fn finish_restore(
        &self,
        app_id: AppId,
        id: AppRestoreId,
    ) -> Result<Option<RestoreReport>, EngineError> {
        let never = CancellationToken::new();
        let alone = self.locks.exclusive(self.volumes_key(app_id), &never).await?;
        let data_dir = self.data_dir.clone();
        thread::run("finish-restore", self.priority, move || {
            let _alone = alone;
            Finisher::new(&data_dir, app_id, &NoFaults).finish_one(id)
        })
        .await
    }

    async fn discard_restore(&self, app_id: AppId, id: AppRestoreId) -> Result<(), EngineError> {
        let never = CancellationToken::new();
        let key = LockKey::Targets(journals_dir(&self.data_dir, app_id));
        let alone = self.locks.exclusive(key, &never).await?;
        let data_dir = self.data_dir.clone();
        thread::run("discard-restore", self.priority, move || {
            let _alone = alone;
            Finisher::new(&data_dir, app_id, &NoFaults).discard_one(id)
        })
        .await
    }

    async fn abandon_restores(&self, app_id: AppId) -> Result<Vec<AbandonedRestore>, EngineError> {
        let never = CancellationToken::new();
        let alone = self.locks.exclusive(self.volumes_key(app_id), &never).await?;
        let data_dir = self.data_dir.clone();
        thread::run("abandon-restores", self.priority, move || {
            let _alone = alone;
            finish::abandon(&data_dir, app_id)
        })
        .await
    }
}
