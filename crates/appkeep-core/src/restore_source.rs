//! The source of a restore, and the journal's view of a restore that was interrupted.

use serde::{Deserialize, Serialize};

use crate::ids::{AppBackupId, AppId, AppRestoreId, AppSnapshotId};

/// The source of the data of a restore.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum RestoreSource {
    /// A backup.
    Backup(AppBackupId),
    /// A snapshot.
    Snapshot(AppSnapshotId),
}

/// A restore in place that was interrupted while it replaced the data of volumes: they may hold a mixture of old and
/// new data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnfinishedRestore {
    /// The restore.
    pub id: AppRestoreId,
    /// The app whose volumes are replaced.
    pub app_id: AppId,
    /// The source of its data, if the journal names it.
    pub source: Option<RestoreSource>,
}
