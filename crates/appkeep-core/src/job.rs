//! Jobs: work that continues after the request. The states of jobs are internal; the states of resources are part of
//! the API. Both change together, in one transaction, under the lease that a worker holds.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};
use uuid::Uuid;

use crate::ids::{AccountId, AppBackupId, AppId, AppRestoreId, AppSnapId, BucketId, JobId, ScheduleId};

/// The version of the payloads that this program writes. A job with an unknown version is parked.
pub const PAYLOAD_VERSION: u32 = 1;

/// The number of attempts before a job's resource fails.
pub const ATTEMPTS_MAX: u32 = 5;

/// The number of claims before a job's resource fails, if none of its runs ended: the job may be the cause of the
/// crashes.
pub const CLAIMS_MAX: u32 = 10;

/// The work that a job does, and its resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantNames)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum JobPayload {
    /// Creates a backup.
    TakeBackup {
        /// The account that owns it.
        account_id: AccountId,
        /// The app that is backed up.
        app_id: AppId,
        /// The backup.
        backup_id: AppBackupId,
    },
    /// Creates a snapshot.
    TakeSnapshot {
        /// The account that owns it.
        account_id: AccountId,
        /// The app that it is a snapshot of.
        app_id: AppId,
        /// The snapshot.
        snap_id: AppSnapId,
    },
    /// Forgets a backup in its repository and frees the space. The resource is already deleted.
    DeleteBackup {
        /// The account that owned it.
        account_id: AccountId,
        /// The app that it was a backup of.
        app_id: AppId,
        /// The deleted backup.
        backup_id: AppBackupId,
        /// The bucket that holds its data.
        bucket_id: BucketId,
        /// Its name, for the log; jobs of earlier versions don't have it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// Deletes a snapshot's data. The resource is already deleted.
    DeleteSnapshot {
        /// The account that owned it; jobs of earlier versions don't have it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        account_id: Option<AccountId>,
        /// The app that it was a snapshot of.
        app_id: AppId,
        /// The deleted snapshot.
        snap_id: AppSnapId,
        /// Its name, for the log; jobs of earlier versions don't have it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// Deletes a schedule's expired backups and snapshots.
    ApplyRetention {
        /// The account that owns it.
        account_id: AccountId,
        /// The app that it is a schedule of.
        app_id: AppId,
        /// The schedule.
        schedule_id: ScheduleId,
        /// Whether an operator confirmed a deletion that is held.
        #[serde(default, skip_serializing_if = "is_false")]
        confirmed: bool,
    },
    /// Restores an app in place.
    RestoreApp {
        /// The account that owns it.
        account_id: AccountId,
        /// The app that is restored.
        app_id: AppId,
        /// The restore.
        restore_id: AppRestoreId,
    },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_false(flag: &bool) -> bool {
    !flag
}

impl JobPayload {
    /// The names of all kinds.
    pub const KINDS: &[&str] = Self::VARIANTS;

    /// The name of the kind, as it is stored.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.into()
    }

    /// The key that no two running jobs may share. Jobs that read or write an app's repositories have the app's key,
    /// snapshot jobs that of the snapshot, and retention jobs that of the schedule.
    #[must_use]
    pub fn exclusive_key(&self) -> String {
        match self {
            Self::TakeBackup { app_id, .. }
            | Self::DeleteBackup { app_id, .. }
            | Self::RestoreApp { app_id, .. } => format!("app:{app_id}"),
            Self::TakeSnapshot { snap_id, .. } | Self::DeleteSnapshot { snap_id, .. } => {
                format!("snapshot:{snap_id}")
            }
            Self::ApplyRetention { schedule_id, .. } => format!("schedule:{schedule_id}"),
        }
    }

    /// Whether the job was requested by a client or a schedule, which may request more: the queue limits apply to
    /// these jobs. Follow-up jobs and deletions are always queued.
    #[must_use]
    pub const fn adds_work(&self) -> bool {
        match self {
            Self::TakeBackup { .. } | Self::TakeSnapshot { .. } | Self::RestoreApp { .. } => true,
            Self::DeleteBackup { .. } | Self::DeleteSnapshot { .. } | Self::ApplyRetention { .. } => false,
        }
    }

    /// The account that it works for; unknown for the deletion of a snapshot that an earlier version queued.
    #[must_use]
    pub const fn account_id(&self) -> Option<AccountId> {
        match self {
            Self::TakeBackup { account_id, .. }
            | Self::TakeSnapshot { account_id, .. }
            | Self::DeleteBackup { account_id, .. }
            | Self::ApplyRetention { account_id, .. }
            | Self::RestoreApp { account_id, .. } => Some(*account_id),
            Self::DeleteSnapshot { account_id, .. } => *account_id,
        }
    }

    /// The app that it works on.
    #[must_use]
    pub const fn app_id(&self) -> AppId {
        match self {
            Self::TakeBackup { app_id, .. }
            | Self::TakeSnapshot { app_id, .. }
            | Self::DeleteBackup { app_id, .. }
            | Self::DeleteSnapshot { app_id, .. }
            | Self::ApplyRetention { app_id, .. }
            | Self::RestoreApp { app_id, .. } => *app_id,
        }
    }

    /// The resource of the job. Clients cancel the job by deleting it, where the API permits that.
    #[must_use]
    pub fn resource(&self) -> Uuid {
        match self {
            Self::TakeBackup { backup_id, .. } | Self::DeleteBackup { backup_id, .. } => backup_id.as_uuid(),
            Self::TakeSnapshot { snap_id, .. } | Self::DeleteSnapshot { snap_id, .. } => snap_id.as_uuid(),
            Self::ApplyRetention { schedule_id, .. } => schedule_id.as_uuid(),
            Self::RestoreApp { restore_id, .. } => restore_id.as_uuid(),
        }
    }
}

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
    /// Why it waits or was parked, if there is a reason.
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
pub enum JobEnd {
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
        /// Why it stopped.
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_on_one_app_exclude_each_other_and_snapshots_do_not() {
        let (account_id, app_id) = (AccountId::new(Uuid::from_u128(1)), AppId::new(Uuid::from_u128(2)));
        let backup_id = AppBackupId::new(Uuid::from_u128(3));
        let bucket_id = BucketId::new(Uuid::from_u128(4));
        let take = JobPayload::TakeBackup {
            account_id,
            app_id,
            backup_id,
        };
        let delete = JobPayload::DeleteBackup {
            account_id,
            app_id,
            backup_id,
            bucket_id,
            name: None,
        };
        let snap = JobPayload::TakeSnapshot {
            account_id,
            app_id,
            snap_id: AppSnapId::new(Uuid::from_u128(5)),
        };
        let restore = JobPayload::RestoreApp {
            account_id,
            app_id,
            restore_id: AppRestoreId::new(Uuid::from_u128(6)),
        };
        assert_eq!(take.exclusive_key(), restore.exclusive_key());
        assert_eq!(take.exclusive_key(), delete.exclusive_key());
        assert_ne!(take.exclusive_key(), snap.exclusive_key());
        assert_eq!(take.resource(), delete.resource());
    }

    #[test]
    fn payloads_keep_their_stored_form() {
        let payload = JobPayload::DeleteSnapshot {
            account_id: None,
            app_id: AppId::new(Uuid::from_u128(1)),
            snap_id: AppSnapId::new(Uuid::from_u128(2)),
            name: None,
        };
        let stored = serde_json::to_string(&payload).unwrap();
        assert_eq!(
            stored,
            r#"{"kind":"delete_snapshot","app_id":"00000000-0000-0000-0000-000000000001","snap_id":"00000000-0000-0000-0000-000000000002"}"#
        );
        assert_eq!(serde_json::from_str::<JobPayload>(&stored).unwrap(), payload);
    }
}
