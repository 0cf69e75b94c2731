//! An engine that keeps volumes, snapshots and backups in memory.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use appkeep_core::backup_file::BackupData;
use appkeep_core::catalog::{Bucket, SnapshotMode, Volume};
use appkeep_core::engine::{
    AbandonedRestore, BackUpVolumes, BackupReport, BucketSpace, CopyBackup, CreateSnapshot, DeleteBackup,
    Engine, EngineError, Progress, ProgressSender, Restore, RestoreData, RestoreReport, RestoreTarget,
    SnapshotLevel, SnapshotReport, UnfinishedRestore,
};
use appkeep_core::hook::{HookEnd, HookRun, RunHook};
use appkeep_core::ids::{AppBackupId, AppId, AppRestoreId, AppSnapshotId, BucketId};
use async_trait::async_trait;
use bytes::Bytes;
use tokio_util::sync::CancellationToken;

/// The files of a volume: their relative paths and contents.
pub(super) type Files = BTreeMap<PathBuf, Bytes>;

/// The files of an app's volumes, by the names of the volumes.
pub(super) type Data = BTreeMap<String, Files>;

/// Snapshots and backups in memory. Each call takes effect at once.
#[derive(Default)]
pub(super) struct MemoryEngine {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// By the path of the volume.
    volumes: HashMap<PathBuf, Files>,
    /// The initial content of the volumes.
    initial_volumes: HashMap<PathBuf, Files>,
    snapshots: HashMap<(AppId, AppSnapshotId), (Data, SnapshotReport)>,
    backups: HashMap<(BucketId, AppId, AppBackupId), Data>,
    restores: HashMap<AppRestoreId, RestoreReport>,
}

impl MemoryEngine {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a volume at `path`.
    pub(super) fn add_volume(&self, path: PathBuf, files: Files) {
        let mut state = self.state();
        state.initial_volumes.insert(path.clone(), files.clone());
        state.volumes.insert(path, files);
    }

    /// Reads or changes the files of the volume at `path`; `None` if there is no such volume.
    pub(super) fn with_volume<T>(&self, path: &Path, change: impl FnOnce(&mut Files) -> T) -> Option<T> {
        self.state().volumes.get_mut(path).map(change)
    }

    /// Stores the current content of the volumes as a backup.
    pub(super) fn store_backup(
        &self,
        bucket_id: BucketId,
        app_id: AppId,
        backup_id: AppBackupId,
        volumes: &[Volume],
    ) -> Result<u64, EngineError> {
        let mut state = self.state();
        let data = state.read(volumes)?;
        let bytes = size_of(&data);
        state.backups.insert((bucket_id, app_id, backup_id), data);
        Ok(bytes)
    }

    /// The files of a backup.
    pub(super) fn backup(&self, backup: &BackupData) -> Result<Data, EngineError> {
        let source = RestoreData::Backup {
            bucket: backup.bucket.clone(),
            backup_id: backup.backup_id,
        };
        self.state().source(backup.app_id, &source)
    }

    /// Deletes all snapshots, backups and restores. Volumes get their initial content.
    pub(super) fn reset(&self) {
        let mut state = self.state();
        let initial_volumes = std::mem::take(&mut state.initial_volumes);
        *state = State {
            volumes: initial_volumes.clone(),
            initial_volumes,
            ..State::default()
        };
    }
}

impl State {
    fn read(&self, volumes: &[Volume]) -> Result<Data, EngineError> {
        let found = volumes.iter().map(|volume| {
            let files = self.volumes.get(&volume.path).cloned();
            let missing = || format!("{}: no such directory", volume.path.display());
            files
                .map(|files| (volume.name.clone(), files))
                .ok_or_else(missing)
        });
        let found: Result<Data, String> = found.collect();
        found.map_err(|missing| EngineError::Unreadable(vec![missing]))
    }

    fn source(&self, app_id: AppId, source: &RestoreData) -> Result<Data, EngineError> {
        let found = match source {
            RestoreData::Backup { bucket, backup_id } => self.backups.get(&(bucket.id, app_id, *backup_id)),
            RestoreData::Snapshot(id) => self.snapshots.get(&(app_id, *id)).map(|(data, _)| data),
        };
        found
            .cloned()
            .ok_or_else(|| EngineError::Unreadable(vec!["the data no longer exists".to_owned()]))
    }
}

fn size_of(data: &Data) -> u64 {
    let files = data.values().flat_map(Files::values);
    files.map(|content| content.len() as u64).sum()
}

#[async_trait]
impl Engine for MemoryEngine {
    async fn measure_volumes(
        &self,
        volumes: &[Volume],
        _: SnapshotMode,
        _: &CancellationToken,
    ) -> Result<u64, EngineError> {
        self.state().read(volumes).map(|data| size_of(&data))
    }

    async fn create_snapshot(
        &self,
        request: &CreateSnapshot,
        _: &CancellationToken,
    ) -> Result<SnapshotReport, EngineError> {
        let mut state = self.state();
        let key = (request.app_id, request.snapshot_id);
        if let Some((_, report)) = state.snapshots.get(&key) {
            return Ok(report.clone());
        }
        let data = state.read(&request.volumes)?;
        let report = SnapshotReport {
            snapshot_time: request.snapshot_time,
            level: SnapshotLevel::Subvolume,
            skipped: 0,
            metadata_lost: 0,
            changed: 0,
            notes: Vec::new(),
        };
        state.snapshots.insert(key, (data, report.clone()));
        Ok(report)
    }

    /// Fails: there are no directories that a command could access.
    async fn run_hook(&self, _: &RunHook, _: &CancellationToken) -> HookRun {
        HookRun {
            end: HookEnd::NotStarted("hooks require a test server with data on disk".to_owned()),
            duration: Duration::ZERO,
            stdout: String::new(),
            stderr: String::new(),
        }
    }

    async fn measure_snapshot(
        &self,
        app_id: AppId,
        snapshot_id: AppSnapshotId,
        _: &CancellationToken,
    ) -> Result<u64, EngineError> {
        let data = self.state().source(app_id, &RestoreData::Snapshot(snapshot_id))?;
        Ok(size_of(&data))
    }

    async fn delete_snapshot(&self, app_id: AppId, snapshot_id: AppSnapshotId) -> Result<(), EngineError> {
        self.state().snapshots.remove(&(app_id, snapshot_id));
        Ok(())
    }

    async fn copy_backup(
        &self,
        request: &CopyBackup,
        progress: &ProgressSender,
        _: &CancellationToken,
    ) -> Result<BackupReport, EngineError> {
        let mut state = self.state();
        let data = state.source(request.app_id, &RestoreData::Snapshot(request.snapshot_id))?;
        let bytes = size_of(&data);
        progress.send_replace(Progress {
            bytes_done: bytes,
            bytes_total: Some(bytes),
        });
        let key = (request.bucket.id, request.app_id, request.backup_id);
        state.backups.insert(key, data);
        Ok(BackupReport {
            bytes,
            added_bytes: bytes,
            stored_again: Vec::new(),
        })
    }

    async fn back_up_volumes(
        &self,
        request: &BackUpVolumes,
        progress: &ProgressSender,
        _: &CancellationToken,
    ) -> Result<(SnapshotReport, BackupReport), EngineError> {
        let mut state = self.state();
        let backup = &request.backup;
        let key = (backup.bucket.id, backup.app_id, backup.backup_id);
        let data = match state.backups.get(&key) {
            Some(stored) => stored.clone(),
            None => state.read(&request.volumes)?,
        };
        let bytes = size_of(&data);
        progress.send_replace(Progress {
            bytes_done: bytes,
            bytes_total: Some(bytes),
        });
        state.backups.insert(key, data);
        let snapshot = SnapshotReport::of_live_backup(backup.identity.snapshot_time, &[]);
        let report = BackupReport {
            bytes,
            added_bytes: bytes,
            stored_again: Vec::new(),
        };
        Ok((snapshot, report))
    }

    async fn claim_bucket(&self, _: &Bucket) -> Result<(), EngineError> {
        Ok(())
    }

    async fn measure_bucket(
        &self,
        bucket: &Bucket,
        _: &CancellationToken,
    ) -> Result<BucketSpace, EngineError> {
        let state = self.state();
        let stored = state.backups.iter().filter(|((id, ..), _)| *id == bucket.id);
        Ok(BucketSpace {
            stored_bytes: stored.map(|(_, data)| size_of(data)).sum(),
            free_bytes: None,
        })
    }

    async fn release_buckets(&self) {}

    async fn delete_backup(&self, request: &DeleteBackup, _: &CancellationToken) -> Result<(), EngineError> {
        let key = (request.bucket.id, request.app_id, request.backup_id);
        self.state().backups.remove(&key);
        Ok(())
    }

    async fn list_backups(
        &self,
        bucket: &Bucket,
        app_id: AppId,
        _: &CancellationToken,
    ) -> Result<HashSet<AppBackupId>, EngineError> {
        let state = self.state();
        let keys = state.backups.keys();
        let keys = keys.filter(|(of_bucket, of_app, _)| (*of_bucket, *of_app) == (bucket.id, app_id));
        Ok(keys.map(|(_, _, id)| *id).collect())
    }

    async fn list_snapshots(&self, app_id: AppId) -> Result<HashSet<AppSnapshotId>, EngineError> {
        let state = self.state();
        let keys = state.snapshots.keys().filter(|(of_app, _)| *of_app == app_id);
        Ok(keys.map(|(_, id)| *id).collect())
    }

    async fn restore(
        &self,
        request: &Restore,
        _: &ProgressSender,
        _: &CancellationToken,
    ) -> Result<RestoreReport, EngineError> {
        let RestoreTarget::InPlace(volumes) = &request.target else {
            return Err(EngineError::Refused(
                "a restore in memory has no directories".to_owned(),
            ));
        };
        let mut state = self.state();
        let mut data = state.source(request.source_app_id, &request.source)?;
        let mut report = RestoreReport {
            bytes: size_of(&data),
            files: data.values().map(|files| files.len() as u64).sum(),
            ..RestoreReport::default()
        };
        for volume in volumes {
            match data.remove(&volume.name) {
                Some(files) => {
                    state.volumes.insert(volume.path.clone(), files);
                    report.restored.push(volume.path.clone());
                }
                None => report.untouched.push(volume.name.clone()),
            }
        }
        state.restores.insert(request.id, report.clone());
        Ok(report)
    }

    async fn unfinished_restores(&self, _: Option<AppId>) -> Result<Vec<UnfinishedRestore>, EngineError> {
        Ok(Vec::new())
    }

    async fn finish_restore(&self, _: AppId, id: AppRestoreId) -> Result<Option<RestoreReport>, EngineError> {
        Ok(self.state().restores.get(&id).cloned())
    }

    async fn discard_restore(&self, _: AppId, _: AppRestoreId) -> Result<(), EngineError> {
        Ok(())
    }

    async fn abandon_restores(&self, _: AppId) -> Result<Vec<AbandonedRestore>, EngineError> {
        Ok(Vec::new())
    }
}
