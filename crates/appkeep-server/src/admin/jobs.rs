//! Jobs, for operators; works on a data directory with or without a running server.

pub use appkeep_core::ids::JobId;
pub use appkeep_core::job::{JobPayload, PendingJob};
pub use appkeep_core::worker::{CancelError, Cancelled, cancel_job};
