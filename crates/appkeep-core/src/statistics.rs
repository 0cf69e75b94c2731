//! How much of everything there is: what a person watches from afar.

use chrono::{DateTime, Utc};

use crate::state::ResourceState;

/// Counts of what is remembered, all of one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Jobs by kind and state. Of those that ended, only the last are remembered.
    pub jobs: Vec<JobCount>,
    /// Since when the job that waits longest has been due.
    pub oldest_due: Option<DateTime<Utc>>,
    /// Backups by state.
    pub app_backups: Vec<StateCount>,
    /// Snapshots by state; they have no bytes of their own.
    pub app_snaps: Vec<StateCount>,
}

/// Jobs that have a kind and a state in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobCount {
    /// The kind's word, as it is stored.
    pub kind: String,
    /// The state's word, as it is stored.
    pub state: String,
    /// How many there are.
    pub count: i64,
}

/// Resources that have a state in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateCount {
    /// The state.
    pub state: ResourceState,
    /// How many there are.
    pub count: i64,
    /// How many bytes they have read so far, all together.
    pub bytes: i64,
}
