//! Counts of jobs, backups and snapshots.

use appkeep_core::statistics::{JobCount, StateCount};
use appkeep_core::store::StoreError;

use crate::rows::Row;

pub(crate) fn job_count(row: &impl Row) -> Result<JobCount, StoreError> {
    Ok(JobCount {
        kind: row.string("kind")?,
        state: row.string("state")?,
        count: row.integer("count")?,
    })
}

pub(crate) fn state_count(row: &impl Row) -> Result<StateCount, StoreError> {
    Ok(StateCount {
        state: row.word("state")?,
        count: row.integer("count")?,
        bytes: row.integer("bytes")?,
    })
}
