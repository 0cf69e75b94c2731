//! Jobs: work that continues after the request. The states of jobs are internal; the states of resources are part of
//! the API. Both change together, in one transaction, under the lease that a worker holds.

mod payload;

use chrono::{DateTime, Utc};
use uuid::Uuid;

pub use self::payload::{
    ApplyRetention, CreateBackup, CreateSnapshot, DeleteBackup, DeleteSnapshot, JobPayload, RestoreApp,
    RestoreToDirectory, repository_key,
};
use crate::ids::JobId;

/// The number of attempts before a job's resource fails.
pub const ATTEMPTS_MAX: u32 = 5;

/// The number of claims before a job's resource fails, if none of its runs finished: the job may be the cause of the
/// crashes.
pub const CLAIMS_MAX: u32 = 10;

/// The number of queued jobs that add work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct QueuedJobs {
    /// Of the app.
    pub of_app: u64,
    /// Of the account, the app's included.
    pub of_account: u64,
}

/// A job that is queued, running or parked, as operators see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingJob {
    /// Its id.
    pub id: JobId,
    /// Its kind, which may be unknown to this program.
    pub kind: String,
    /// Its payload; `None` if this program can't read it.
    pub payload: Option<JobPayload>,
    /// `queued`, `running` or `parked`.
    pub state: String,
    /// Counts claims; 0 if the job has never run.
    pub fence: i64,
    /// The number of attempts that were counted.
    pub attempt: u32,
    /// The earliest time at which it may run.
    pub run_after: DateTime<Utc>,
    /// Whether it was requested to stop.
    pub cancel_requested: bool,
    /// The reason why it waits or was parked, if there is one.
    pub reason: Option<String>,
}

/// A job to be queued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// Its id.
    pub id: JobId,
    /// The work to do.
    pub payload: JobPayload,
    /// The earliest time at which it may run.
    pub run_after: DateTime<Utc>,
    /// Identifies the request that queued it; `None` if it wasn't queued by a request.
    pub correlation: Option<Uuid>,
    /// The only node that can run it, because its disk holds the data; `None` if
    /// [`JobPayload::required_item`] decides.
    pub node: Option<String>,
}

/// The right to run a job and to write its results, until the lease expires or the job is claimed again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The job.
    pub job_id: JobId,
    /// Counts claims of the job; writes under an older value are refused.
    pub fence: i64,
    /// The process incarnation that holds it.
    pub owner: Uuid,
}

/// A claimed job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedJob {
    /// The right to run it.
    pub lease: Lease,
    /// The work to do.
    pub payload: JobPayload,
    /// The number of this attempt, from 1.
    pub attempt: u32,
    /// Whether cancellation was requested before the job was claimed.
    pub cancel_requested: bool,
    /// Identifies the request that queued it; otherwise the job's id.
    pub correlation: Uuid,
}

/// The parameters of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The claiming process incarnation.
    pub owner: Uuid,
    /// Its node.
    pub node: String,
    /// The current time.
    pub now: DateTime<Utc>,
    /// When the lease expires unless it is renewed.
    pub lease_until: DateTime<Utc>,
    /// The largest number of backups that the process may run at once; `None` means one for each worker.
    pub backups_max: Option<u32>,
}

/// The result of renewing a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaseStatus {
    /// The lease holds.
    Held,
    /// The lease holds, but the job was requested to stop.
    CancelRequested,
    /// Another worker holds the lease: nothing more may be written.
    Lost,
}

/// The result of a job's run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobResult {
    /// Its work is done.
    Done,
    /// Its resource was deleted while it ran.
    Cancelled,
    /// It failed permanently.
    Failed {
        /// Why.
        reason: String,
    },
    /// It goes back into the queue.
    Requeue {
        /// The earliest time at which it may run again.
        run_after: DateTime<Utc>,
        /// Whether this attempt counts towards [`ATTEMPTS_MAX`]; one that a drain interrupted doesn't.
        counts: bool,
        /// The reason why it stopped.
        reason: String,
    },
}
