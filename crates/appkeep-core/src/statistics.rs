//! Statistics about jobs, backups and snapshots, for monitoring.

use chrono::{DateTime, TimeDelta, Utc};

use crate::ids::{AppId, BucketId, ScheduleId};
use crate::state::ResourceState;

/// Counts of the stored items, all as of one point in time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Jobs by kind and state. Only the most recently ended jobs are stored.
    pub jobs: Vec<JobCount>,
    /// The time since which the longest-waiting job has been due.
    pub oldest_due: Option<DateTime<Utc>>,
    /// Backups by state.
    pub app_backups: Vec<StateCount>,
    /// Snapshots by state; they have no bytes of their own.
    pub app_snapshots: Vec<StateCount>,
}

/// The number of jobs with a given kind and state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobCount {
    /// The name of the kind, as it is stored.
    pub kind: String,
    /// The name of the state, as it is stored.
    pub state: String,
    /// The number of jobs.
    pub count: i64,
}

/// The number and size of resources in a given state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateCount {
    /// The state.
    pub state: ResourceState,
    /// The number of resources.
    pub count: i64,
    /// The total number of bytes that they have read so far.
    pub bytes: i64,
}

/// The results of the backups of an app in a bucket that a schedule created, or that clients created. Counts and sums
/// never decrease: they include deleted backups. Imported backups only count as [`Self::last_success`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupResults {
    /// The app.
    pub app_id: AppId,
    /// The bucket.
    pub bucket_id: BucketId,
    /// The schedule; `None` for backups that clients created.
    pub schedule_id: Option<ScheduleId>,
    /// The number of backups that have completed.
    pub successes: u64,
    /// The number of backups that have failed.
    pub failures: u64,
    /// The number of bytes that completed backups have read.
    pub read_bytes: u64,
    /// The number of bytes that completed backups have added to the repository.
    pub added_bytes: u64,
    /// When the latest backup started.
    pub last_attempt: Option<DateTime<Utc>>,
    /// When the backup ended that completed last.
    pub last_success: Option<DateTime<Utc>>,
    /// When the backup ended that failed last.
    pub last_failure: Option<DateTime<Utc>>,
    /// The time between the start and the end of the backup that completed last.
    pub last_duration: Option<TimeDelta>,
    /// The number of bytes that the backup has read that completed last.
    pub last_read_bytes: Option<u64>,
    /// The number of bytes that the backup has added to the repository that completed last.
    pub last_added_bytes: Option<u64>,
}
