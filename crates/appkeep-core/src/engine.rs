//! The port to the data: snapshots on disk, backups in buckets.
//!
//! Every method is idempotent: it can be called again with the same arguments after an interruption at any point,
//! with the same result as a single call. Cancellation takes effect promptly and leaves no incomplete data that looks
//! complete.

use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::admission::LowSpace;
use crate::catalog::{Bucket, BucketFeatures, Consistency, SnapshotMode, Volume};
use crate::file_path::FilePath;
use crate::hook::{HookRun, RunHook};
use crate::identity::{BackupIdentity, StoredIdentity};
use crate::ids::{AppBackupId, AppId, AppRestoreId, AppSnapshotId};

pub use crate::app_backup::BackupReport;
pub use crate::app_snapshot::{SnapshotLevel, SnapshotReport};
pub use crate::restore_source::UnfinishedRestore;

/// The reason for a failed engine operation.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The caller cancelled.
    #[error("cancelled")]
    Cancelled,
    /// Data can't be read; each reason names a path. Retrying doesn't help until an operator acts.
    #[error("unreadable: {}", .0.join("; "))]
    Unreadable(Vec<String>),
    /// The bucket or the disk failed to read or write; a retry may succeed.
    #[error("storage failed: {0}")]
    Storage(String),
    /// There is too little free space for a copy; a retry succeeds once there is more.
    #[error("the snapshot {0}")]
    LowSpace(LowSpace),
    /// The system is short of file descriptors, processes or memory. Other work releases them, so a retry will
    /// succeed: a job never fails permanently because of this.
    #[error("the system lacks resources: {0}")]
    Exhausted(String),
    /// Another process uses the bucket or the repository. A retry succeeds once that process has ended.
    #[error("{0}")]
    Busy(String),
    /// The repository can't be opened with the configured key. A new key or repository is never created in its place.
    #[error("key: {0}")]
    Key(String),
    /// The request would do harm or can't be correct; nothing was changed. A different request is needed.
    #[error("refused: {0}")]
    Refused(String),
    /// An internal failure of the engine.
    #[error("engine failed: {0}")]
    Broken(String),
}

/// The progress of a copy.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// The number of bytes processed.
    pub bytes_done: u64,
    /// The number of bytes to process, if only the engine knows it.
    pub bytes_total: Option<u64>,
}

/// Sends progress while a copy runs.
pub type ProgressSender = watch::Sender<Progress>;

/// A request to create a snapshot.
#[derive(Debug, Clone)]
pub struct CreateSnapshot {
    /// The app.
    pub app_id: AppId,
    /// The snapshot to create.
    pub snapshot_id: AppSnapshotId,
    /// The app's data.
    pub volumes: Vec<Volume>,
    /// The policy for files that change while they are copied.
    pub consistency: Consistency,
    /// The point in time of the snapshot, unless it already exists.
    pub snapshot_time: DateTime<Utc>,
}

/// A request to copy a snapshot into a bucket.
#[derive(Debug, Clone)]
pub struct CopyBackup {
    /// The bucket.
    pub bucket: Bucket,
    /// The app.
    pub app_id: AppId,
    /// The backup to create.
    pub backup_id: AppBackupId,
    /// The snapshot to copy.
    pub snapshot_id: AppSnapshotId,
    /// The identity of the backup, which is stored with its data.
    pub identity: BackupIdentity,
}

/// A request to store the volumes of an app in a bucket without a snapshot of them.
#[derive(Debug, Clone)]
pub struct BackUpVolumes {
    /// The backup to create. Its identity contains the client's labels; the engine adds those of the [`SnapshotReport`].
    /// The snapshot needn't exist.
    pub backup: CopyBackup,
    /// The app's data.
    pub volumes: Vec<Volume>,
    /// The policy for files that change while they are read.
    pub consistency: Consistency,
}

/// A request to delete the data of a backup.
#[derive(Debug, Clone)]
pub struct DeleteBackup {
    /// The bucket.
    pub bucket: Bucket,
    /// The app.
    pub app_id: AppId,
    /// The backup.
    pub backup_id: AppBackupId,
    /// The app's other backups whose data may be in the bucket. Nothing is deleted while one of them isn't found: a
    /// bucket that lists objects late would otherwise lose its data.
    pub keep: HashSet<AppBackupId>,
}

/// A request to restore a backup or a snapshot.
#[derive(Debug, Clone)]
pub struct Restore {
    /// Identifies the restore: a request with the same id continues an interrupted one.
    pub id: AppRestoreId,
    /// The app that is restored.
    pub app_id: AppId,
    /// The app that the data belongs to; another one if the app becomes a clone of it.
    pub source_app_id: AppId,
    /// The source of the data.
    pub source: RestoreData,
    /// The destination of the data.
    pub target: RestoreTarget,
    /// The files and directories to restore, with their parent directories; all if empty. A restore in place with paths
    /// is refused: it would remove everything else.
    pub include: Vec<FilePath>,
    /// Directories of which one must contain the target directory, without `..` and after links are resolved; any target
    /// is accepted if empty.
    pub within: Vec<PathBuf>,
    /// Directories that must not be replaced or written into, such as buckets. The engine adds its own.
    pub protected: Vec<PathBuf>,
}

/// The source of the data of a restore.
#[derive(Debug, Clone)]
pub enum RestoreData {
    /// A backup.
    Backup {
        /// The bucket.
        bucket: Bucket,
        /// The backup.
        backup_id: AppBackupId,
    },
    /// A snapshot.
    Snapshot(AppSnapshotId),
}

/// The destination of a restore.
#[derive(Debug, Clone)]
pub enum RestoreTarget {
    /// The app's volumes, at their current paths. Their content is replaced once all of the new data is complete.
    InPlace(Vec<Volume>),
    /// A directory, with one subdirectory for each volume.
    Directory {
        /// The absolute path of the directory; created if it doesn't exist.
        path: PathBuf,
        /// The policy for existing content.
        policy: TargetPolicy,
    },
}

/// The policy of a restore to a directory that isn't empty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TargetPolicy {
    /// Refuse the restore.
    #[default]
    Refuse,
    /// Replace the subdirectories that have the name of a volume; keep everything else.
    Replace,
}

/// The result of a restore.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoreReport {
    /// The total size of the restored files in bytes.
    pub bytes: u64,
    /// The number of restored files; a file with several names (hard links) counts once for each.
    pub files: u64,
    /// The directories that hold the restored volumes.
    pub restored: Vec<PathBuf>,
    /// The names of the app's volumes that the source doesn't contain and that were left unchanged.
    pub untouched: Vec<String>,
    /// Notes about properties that could not be restored exactly, such as owners without the right to set them.
    pub notes: Vec<String>,
    /// Directories with previous data that could not be deleted.
    pub left: Vec<PathBuf>,
}

/// An abandoned restore, with the locations of both versions of the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbandonedRestore {
    /// The restore.
    pub id: AppRestoreId,
    /// The current directories of the volumes.
    pub volumes: Vec<PathBuf>,
    /// Directories with the rest of the old and the new data; empty if there are none.
    pub kept: Vec<PathBuf>,
}

/// The space of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BucketSpace {
    /// The total size of the packs of all repositories in bytes; packs contain the data of backups, deduplicated.
    pub stored_bytes: u64,
    /// The free space of its file system in bytes, if it has one.
    pub free_bytes: Option<u64>,
}

/// Reads and writes the data of snapshots, backups and restores.
#[async_trait]
pub trait Engine: Send + Sync {
    /// The total size of the volumes' files in bytes. Fails if any of them can't be read. With [`SnapshotMode::Auto`], it
    /// also fails with [`EngineError::LowSpace`] if there is too little free space for a snapshot of them.
    async fn measure_volumes(
        &self,
        volumes: &[Volume],
        mode: SnapshotMode,
        cancel: &CancellationToken,
    ) -> Result<u64, EngineError>;

    /// Copies the current content of all volumes. Data of an earlier attempt is replaced; for a snapshot that is
    /// already complete, its result is returned.
    async fn create_snapshot(
        &self,
        request: &CreateSnapshot,
        cancel: &CancellationToken,
    ) -> Result<SnapshotReport, EngineError>;

    /// Runs the command of a hook until it exits or times out. On cancellation, the command and all processes that it
    /// started are killed promptly.
    async fn run_hook(&self, request: &RunHook, cancel: &CancellationToken) -> HookRun;

    /// The total size of the files of a completed snapshot in bytes.
    async fn measure_snapshot(
        &self,
        app_id: AppId,
        snapshot_id: AppSnapshotId,
        cancel: &CancellationToken,
    ) -> Result<u64, EngineError>;

    /// Deletes the data of a snapshot; succeeds if there is no such snapshot.
    async fn delete_snapshot(&self, app_id: AppId, snapshot_id: AppSnapshotId) -> Result<(), EngineError>;

    /// Stores a snapshot in the bucket and reads a share of it back. If a backup with this id is already stored, its
    /// result is returned.
    async fn copy_backup(
        &self,
        request: &CopyBackup,
        progress: &ProgressSender,
        cancel: &CancellationToken,
    ) -> Result<BackupReport, EngineError>;

    /// Stores the current content of all volumes in the bucket, and reads a share of it back. The content isn't copied
    /// before, and files that changed while they were read are read again. If a backup with this id is already stored, its
    /// result is returned.
    async fn back_up_volumes(
        &self,
        request: &BackUpVolumes,
        progress: &ProgressSender,
        cancel: &CancellationToken,
    ) -> Result<(SnapshotReport, BackupReport), EngineError>;

    /// Claims the bucket for this process, or refreshes its claim; must be called once in each
    /// [lease](crate::lease). Fails with [`EngineError::Busy`] if another process has claimed it; nothing in the bucket is
    /// changed then.
    async fn claim_bucket(&self, bucket: &Bucket) -> Result<(), EngineError>;

    /// What the storage of the bucket supports; `None` if it wasn't probed yet. Reads only memory.
    fn bucket_features(&self, _bucket: &Bucket) -> Option<BucketFeatures> {
        None
    }

    /// Measures the space of a bucket by listing its packs. Read-only.
    async fn measure_bucket(
        &self,
        bucket: &Bucket,
        cancel: &CancellationToken,
    ) -> Result<BucketSpace, EngineError>;

    /// Releases all buckets that this process has claimed.
    async fn release_buckets(&self);

    /// Forgets a backup in its repository and frees the space; succeeds if there is no such backup.
    async fn delete_backup(
        &self,
        request: &DeleteBackup,
        cancel: &CancellationToken,
    ) -> Result<(), EngineError>;

    /// The ids of the app's backups that are in the bucket. Read-only; the result is complete or an error.
    async fn list_backups(
        &self,
        bucket: &Bucket,
        app_id: AppId,
        cancel: &CancellationToken,
    ) -> Result<HashSet<AppBackupId>, EngineError>;

    /// The ids of the app's completed snapshots. Read-only.
    async fn list_snapshots(&self, app_id: AppId) -> Result<HashSet<AppSnapshotId>, EngineError>;

    /// Restores a backup or a snapshot. The new data is written next to its destination, compared with its source,
    /// and then swapped in; the old data isn't changed until all of the new data is complete. If a restore with this
    /// id is already done, its report is returned.
    async fn restore(
        &self,
        request: &Restore,
        progress: &ProgressSender,
        cancel: &CancellationToken,
    ) -> Result<RestoreReport, EngineError>;

    /// The unfinished restores in place of one app, or of all apps.
    async fn unfinished_restores(&self, app_id: Option<AppId>)
    -> Result<Vec<UnfinishedRestore>, EngineError>;

    /// Finishes the restore if it is unfinished or done, and returns its report; `None` if it has not started to
    /// replace data.
    async fn finish_restore(
        &self,
        app_id: AppId,
        id: AppRestoreId,
    ) -> Result<Option<RestoreReport>, EngineError>;

    /// Cleans up after an interrupted restore to a directory: removes its data, or completes the restore if all of its data is
    /// being moved to the target. Does nothing if the restore has ended.
    async fn discard_restore(&self, app_id: AppId, id: AppRestoreId) -> Result<(), EngineError>;

    /// Sets the app's unfinished restores aside: they are no longer finished or cleaned up, and all of their data
    /// stays in place.
    async fn abandon_restores(&self, app_id: AppId) -> Result<Vec<AbandonedRestore>, EngineError>;
}

/// A backup in a bucket, as its repository describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredBackup {
    /// Its id.
    pub id: AppBackupId,
    /// The name of its app.
    pub app_name: String,
    /// The point in time of its data.
    pub snapshot_time: DateTime<Utc>,
    /// When its data was completely stored, if known.
    pub stored_at: Option<DateTime<Utc>>,
    /// The total size of its files in bytes, if known.
    pub bytes: Option<u64>,
    /// Its identity.
    pub identity: StoredIdentity,
}

/// The content of an app's repository.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoredBackups {
    /// The backups, in any order, each once.
    pub backups: Vec<StoredBackup>,
    /// The number of snapshots that are not backups of this program.
    pub unrelated: usize,
}

/// Reads the identities of the backups in buckets. Read-only; every result is complete or an error.
#[async_trait]
pub trait BackupCatalogue: Send + Sync {
    /// The apps that may have backups in the bucket: those with a key for the bucket, and those with a directory in it.
    async fn list_stored_apps(
        &self,
        bucket: &Bucket,
        cancel: &CancellationToken,
    ) -> Result<BTreeSet<AppId>, EngineError>;

    /// The app's backups in the bucket; `None` if it has no repository there.
    async fn list_stored_backups(
        &self,
        bucket: &Bucket,
        app_id: AppId,
        cancel: &CancellationToken,
    ) -> Result<Option<StoredBackups>, EngineError>;
}
