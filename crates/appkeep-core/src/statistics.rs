//! Statistics about jobs, backups and snapshots, for monitoring.

use chrono::{DateTime, Utc};

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
