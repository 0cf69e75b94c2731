//! The errors of operations. Their texts for users are written elsewhere.

use crate::admission::NotAdmitted;
use crate::schedule::FieldError;
use crate::store::{MayConflict, StoreError};

/// The reason for a refused or failed operation.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The actor has no permission for this in the account, which may or may not exist.
    #[error("not permitted")]
    Forbidden,
    /// There is no such account.
    #[error("the account was not found")]
    AccountNotFound,
    /// There is no such app in the account.
    #[error("the app was not found")]
    AppNotFound,
    /// There is no such backup or snapshot in the account or app.
    #[error("the resource was not found")]
    ResourceNotFound,
    /// The snapshot that the input names does not exist.
    #[error("the snapshot was not found")]
    SnapshotNotFound,
    /// The snapshot that the input names belongs to another app.
    #[error("the snapshot belongs to another app")]
    SnapshotOfOtherApp,
    /// The bucket that the input names does not exist, or is no longer declared.
    #[error("the bucket was not found")]
    BucketNotFound,
    /// No node that can run the backup declares the bucket.
    #[error("no node of the app declares the bucket")]
    BucketOfOtherNodes,
    /// The input names no bucket and the account has none.
    #[error("the account has no bucket")]
    NoBucket,
    /// Another resource of the app already has the name.
    #[error("the name is taken")]
    NameTaken,
    /// The backup is pending, and pending backups can't be cancelled.
    #[error("the backup is pending")]
    BackupPending,
    /// The snapshot that the input names is not completed.
    #[error("the snapshot is not completed")]
    SnapshotNotReady,
    /// The app is no longer declared.
    #[error("the app is not ready")]
    AppNotReady,
    /// The app has no such backup.
    #[error("the backup was not found")]
    BackupNotFound,
    /// The backup that the input names is not completed.
    #[error("the backup is not completed")]
    BackupNotReady,
    /// The backup whose files are requested is not completed.
    #[error("the backup is not completed")]
    BackupNotCompleted,
    /// The app has no backup with which another one is to be compared.
    #[error("the base was not found")]
    BaseNotFound,
    /// The backup with which another one is to be compared is not completed.
    #[error("the base is not completed")]
    BaseNotCompleted,
    /// The backup doesn't contain the path.
    #[error("the backup does not contain the path")]
    FileNotFound,
    /// The bucket of a backup can't be read at the moment.
    #[error("the bucket is not available: {0}")]
    BucketUnavailable(String),
    /// Volumes of other apps are inside the app's, and a restore in place would replace them.
    #[error("volumes of other apps are inside the app's volumes: {}", .0.join(", "))]
    VolumesInside(Vec<String>),
    /// A restore of the app was interrupted, so its volumes hold old and new data.
    #[error("a restore of the app is unfinished")]
    AppRestoreUnfinished,
    /// A restore of the app is in progress.
    #[error("the app is being restored")]
    AppRestoring,
    /// The app doesn't have the volumes of the source, which belongs to another app.
    #[error("the apps have different volumes")]
    VolumesDiffer,
    /// The server has no directories for restores, or the target isn't below one of them.
    #[error("the target isn't below a directory for restores: {}", .directories.join(", "))]
    TargetNotPermitted {
        /// The server's directories for restores.
        directories: Vec<String>,
    },
    /// Another machine has the source of a restore to a directory of this one.
    #[error("the source is on another node")]
    SourceOfOtherNodes,
    /// The restore has begun to replace the app's data.
    #[error("the restore can't be cancelled")]
    RestoreStarted,
    /// The restore has ended.
    #[error("the restore has ended")]
    RestoreEnded,
    /// A restore in progress reads the backup or snapshot.
    #[error("in use by a restore")]
    InUseByRestore,
    /// A backup reads from the snapshot.
    #[error("the snapshot is in use by a backup")]
    SnapshotInUse,
    /// Fields of the input are invalid, or can't be combined.
    #[error("invalid fields")]
    InvalidFields(Vec<FieldError>),
    /// The schedule is part of the configuration, so only an operator can change it.
    #[error("the schedule is part of the configuration")]
    ScheduleConfigured,
    /// The app has [`API_SCHEDULES_MAX`](crate::schedule::API_SCHEDULES_MAX) schedules that clients created.
    #[error("the app has too many schedules")]
    TooManySchedules,
    /// More work is not accepted at the moment.
    #[error(transparent)]
    NotAdmitted(#[from] NotAdmitted),
    /// A concurrent transaction conflicts. Operations run theirs again, so they don't return this.
    #[error("a concurrent transaction conflicts with this one")]
    Conflict,
    /// The store is too busy or can't be reached.
    #[error("not available: {0}")]
    Unavailable(String),
    /// An internal failure that the caller didn't cause.
    #[error("internal: {0}")]
    Internal(String),
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NameTaken => Self::NameTaken,
            StoreError::Conflict => Self::Conflict,
            StoreError::Unavailable(reason) => Self::Unavailable(reason),
            StoreError::Broken(reason) | StoreError::Disagreement(reason) => Self::Internal(reason),
        }
    }
}

impl MayConflict for Error {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict)
    }
}
