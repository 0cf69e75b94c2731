//! The port to what is done to bytes: snapshots on disk, backups in buckets.
//!
//! Every method may be called again with the same arguments after it was interrupted anywhere, and then
//! ends as if it had been called once. Cancelling takes effect soon and leaves nothing that looks whole.

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::admission::LowSpace;
use crate::catalog::{Bucket, Consistency, Volume};
use crate::hook::{HookRun, RunHook};
use crate::ids::{AppBackupId, AppId, AppRestoreId, AppSnapId};

pub use crate::app_backup::BackupCopied;
pub use crate::app_restore::UnfinishedRestore;
pub use crate::app_snap::{SnapshotLevel, SnapshotTaken};

/// How often a claim to a bucket is refreshed.
pub const HOLD_EVERY: Duration = Duration::from_secs(30);

/// Why the engine did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The caller cancelled.
    #[error("cancelled")]
    Cancelled,
    /// Data can't be read; each reason names a path. Trying again without a person's help won't help.
    #[error("unreadable: {}", .0.join("; "))]
    Unreadable(Vec<String>),
    /// The bucket or the disk didn't take or give bytes; the same call may go through later.
    #[error("storage failed: {0}")]
    Storage(String),
    /// There is too little free space for a copy; the same call goes through when there is more.
    #[error("the snapshot {0}")]
    LowSpace(LowSpace),
    /// The system is short of file descriptors, processes or memory. Other work gives them back, so the same call
    /// goes through later: it never fails for good because of this.
    #[error("the system is short of resources: {0}")]
    Exhausted(String),
    /// Somebody else uses the bucket or the repository. The same call goes through when they have ended.
    #[error("{0}")]
    Busy(String),
    /// The repository can't be opened with the key that we have. No new one is made in its place.
    #[error("key: {0}")]
    Key(String),
    /// It would do harm, or can't be right; nothing was touched. A person has to ask for something else.
    #[error("refused: {0}")]
    Refused(String),
    /// The engine broke.
    #[error("engine failed: {0}")]
    Broken(String),
}

/// How far a copy is, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes dealt with.
    pub bytes_done: u64,
}

/// Through which progress is told while a copy runs.
pub type ProgressSender = watch::Sender<Progress>;

/// What a snapshot is taken of.
#[derive(Debug, Clone)]
pub struct TakeSnapshot {
    /// The app.
    pub app_id: AppId,
    /// The snapshot to be made.
    pub snap_id: AppSnapId,
    /// The app's data.
    pub volumes: Vec<Volume>,
    /// What to do about files that don't hold still.
    pub consistency: Consistency,
    /// The moment that it shows, unless it is there already.
    pub taken_at: DateTime<Utc>,
}

/// What a backup is made of, and where it goes.
#[derive(Debug, Clone)]
pub struct CopyBackup {
    /// The bucket.
    pub bucket: Bucket,
    /// The app.
    pub app_id: AppId,
    /// The app's name, for people who look at the repository.
    pub app_name: String,
    /// The backup to be made.
    pub backup_id: AppBackupId,
    /// The snapshot to read from.
    pub snap_id: AppSnapId,
    /// The moment that the snapshot shows.
    pub taken_at: DateTime<Utc>,
}

/// Which backup's data is to go.
#[derive(Debug, Clone)]
pub struct DeleteBackup {
    /// The bucket.
    pub bucket: Bucket,
    /// The app.
    pub app_id: AppId,
    /// The backup.
    pub backup_id: AppBackupId,
}

/// What is restored, and to where.
#[derive(Debug, Clone)]
pub struct Restore {
    /// Names the restore: the same one asked for again goes on where it was interrupted.
    pub id: AppRestoreId,
    /// The app that the data is of.
    pub app_id: AppId,
    /// Where the data comes from.
    pub source: RestoreData,
    /// Where it goes.
    pub target: RestoreTarget,
    /// Directories that nothing may be restored over or into, such as buckets. The engine adds its own.
    pub untouchable: Vec<PathBuf>,
}

/// Where the data of a restore comes from.
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
    Snapshot(AppSnapId),
}

/// Where a restore's data goes.
#[derive(Debug, Clone)]
pub enum RestoreTarget {
    /// Over the app's volumes, where they are now. What is in them goes when all of the new is whole.
    InPlace(Vec<Volume>),
    /// Into a directory, which gets one subdirectory for each volume.
    Directory {
        /// The directory, absolute; made when it isn't there.
        path: PathBuf,
        /// What happens to what is in it.
        policy: TargetPolicy,
    },
}

/// What a restore to a directory does when that isn't empty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TargetPolicy {
    /// It refuses.
    #[default]
    Refuse,
    /// It replaces the subdirectories that have a volume's name; everything else stays.
    Replace,
}

/// What a restore did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoreReport {
    /// How many bytes the restored files have.
    pub bytes: u64,
    /// How many files were restored; one with several names counts once for each.
    pub files: u64,
    /// The directories that hold the restored volumes now.
    pub restored: Vec<PathBuf>,
    /// The names of the app's volumes that the data doesn't have, and that were left as they were.
    pub untouched: Vec<String>,
    /// What could not be given back as it was, such as owners without the right to set them.
    pub notes: Vec<String>,
    /// Directories with the data from before that could not be removed.
    pub left: Vec<PathBuf>,
}

/// A restore that was abandoned, and where both versions of the data are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbandonedRestore {
    /// The restore.
    pub id: AppRestoreId,
    /// The volumes as they are now.
    pub volumes: Vec<PathBuf>,
    /// Directories with the rest of the old and the new data; empty when there are none left.
    pub kept: Vec<PathBuf>,
}

/// Does things to bytes.
#[async_trait]
pub trait Engine: Send + Sync {
    /// How many bytes the volumes' files have. Fails when any of them can't be read, and with
    /// [`EngineError::LowSpace`] when there is too little free space for a snapshot of them.
    async fn measure_volumes(
        &self,
        volumes: &[Volume],
        cancel: &CancellationToken,
    ) -> Result<u64, EngineError>;

    /// Copies all volumes as they are now. What is there of an earlier try is replaced; a snapshot that is
    /// complete is answered, not made again.
    async fn take_snapshot(
        &self,
        request: &TakeSnapshot,
        cancel: &CancellationToken,
    ) -> Result<SnapshotTaken, EngineError>;

    /// Runs a hook's command to its end, which may be its time-out. When the caller cancels, the command and
    /// all that it started are killed soon.
    async fn run_hook(&self, request: &RunHook, cancel: &CancellationToken) -> HookRun;

    /// How many bytes the files of a completed snapshot have.
    async fn measure_snapshot(
        &self,
        app_id: AppId,
        snap_id: AppSnapId,
        cancel: &CancellationToken,
    ) -> Result<u64, EngineError>;

    /// Removes a snapshot's data; one that isn't there is fine.
    async fn delete_snapshot(&self, app_id: AppId, snap_id: AppSnapId) -> Result<(), EngineError>;

    /// Stores a snapshot in the bucket and reads a share of it back. A backup that is there already under this id
    /// is answered, not made again.
    async fn copy_backup(
        &self,
        request: &CopyBackup,
        progress: &ProgressSender,
        cancel: &CancellationToken,
    ) -> Result<BackupCopied, EngineError>;

    /// Claims the bucket for this process, or keeps its claim fresh; to be called every [`HOLD_EVERY`].
    /// [`EngineError::Busy`] when another process has it: nothing is changed in it then.
    async fn hold_bucket(&self, bucket: &Bucket) -> Result<(), EngineError>;

    /// Gives back all buckets that this process claimed.
    async fn release_buckets(&self);

    /// Forgets a backup's data and gives its bytes back; one that isn't there is fine.
    async fn delete_backup(
        &self,
        request: &DeleteBackup,
        cancel: &CancellationToken,
    ) -> Result<(), EngineError>;

    /// Which backups of an app a bucket holds now. Only looks; an answer is whole or it is an error.
    async fn list_backups(
        &self,
        bucket: &Bucket,
        app_id: AppId,
        cancel: &CancellationToken,
    ) -> Result<HashSet<AppBackupId>, EngineError>;

    /// Which completed snapshots of an app there are now. Only looks.
    async fn list_snapshots(&self, app_id: AppId) -> Result<HashSet<AppSnapId>, EngineError>;

    /// Restores a backup or a snapshot. The new data is written beside its place, compared with its source,
    /// and then swapped in; until all of it is whole nothing of the old is touched. One that was done
    /// already under this id is answered, not done again.
    async fn restore(
        &self,
        request: &Restore,
        progress: &ProgressSender,
        cancel: &CancellationToken,
    ) -> Result<RestoreReport, EngineError>;

    /// The unfinished restores in place of one app, or of all apps.
    async fn unfinished_restores(&self, app_id: Option<AppId>)
    -> Result<Vec<UnfinishedRestore>, EngineError>;

    /// Finishes the restore if it is unfinished or done, and returns its report; nothing if it has not begun
    /// to exchange data.
    async fn finish_restore(
        &self,
        app_id: AppId,
        id: AppRestoreId,
    ) -> Result<Option<RestoreReport>, EngineError>;

    /// Sets the app's unfinished restores aside: they are no longer finished or cleared away, and all of their
    /// data stays where it is.
    async fn abandon_restores(&self, app_id: AppId) -> Result<Vec<AbandonedRestore>, EngineError>;
}
