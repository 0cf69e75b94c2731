//! The reasons for unfinished steps of jobs.

use crate::engine::EngineError;
use crate::store::{MayConflict, StoreError};

/// The reason for an unfinished step.
#[derive(Debug, thiserror::Error)]
pub(super) enum StepError {
    /// The run was requested to stop.
    #[error("stopped")]
    Stopped,
    /// The resource is gone.
    #[error("the resource no longer exists")]
    Gone,
    /// Another worker holds the lease.
    #[error("the lease is lost")]
    LeaseLost,
    /// A retry can't succeed.
    #[error("{}", .0.join("; "))]
    Permanent(Vec<String>),
    /// A retry may succeed.
    #[error("{0}")]
    Transient(String),
    /// A transaction conflicts with a concurrent one. [`transact`](crate::store::transact) runs it again.
    #[error("a concurrent transaction conflicts with this one")]
    Conflict,
    /// The system or the store is temporarily unable to do it. The attempt doesn't count.
    #[error("{0}")]
    Exhausted(String),
    /// Other work has to finish first, regardless of how long it takes.
    #[error("{0}")]
    Postponed(String),
}

impl From<StoreError> for StepError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict => Self::Conflict,
            StoreError::Unavailable(_) => Self::Exhausted(error.to_string()),
            _ => Self::Transient(error.to_string()),
        }
    }
}

impl MayConflict for StepError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict)
    }
}

impl From<EngineError> for StepError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Cancelled => Self::Stopped,
            EngineError::Unreadable(reasons) => Self::Permanent(reasons),
            EngineError::Key(reason) | EngineError::Refused(reason) => Self::Permanent(vec![reason]),
            EngineError::Busy(reason) => Self::Postponed(reason),
            EngineError::Storage(_) | EngineError::LowSpace(_) | EngineError::Broken(_) => {
                Self::Transient(error.to_string())
            }
            EngineError::Exhausted(_) => Self::Exhausted(error.to_string()),
        }
    }
}
