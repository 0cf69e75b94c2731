//! Work that outlives a request. A job's state is ours; the resource's state is the API's. They change
//! together, in one transaction, under the lease that a worker holds.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};
use uuid::Uuid;

use crate::ids::{AccountId, AppBackupId, AppId, AppRestoreId, AppSnapId, BucketId, JobId, ScheduleId};

/// The version of the payloads that this program writes. A job with an unknown version is parked, not
/// guessed at.
pub const PAYLOAD_VERSION: u32 = 1;

/// How often a job is tried before its resource fails.
pub const ATTEMPTS_MAX: u32 = 5;

/// How often a job is claimed at most before its resource fails, when none of its runs came to an end: it may
/// be what kills its process.
pub const CLAIMS_MAX: u32 = 10;

/// What a job does and to what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantNames)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum JobPayload {
    /// Takes a backup.
    TakeBackup {
        /// The account that owns it.
        account_id: AccountId,
        /// The app that is backed up.
        app_id: AppId,
        /// The backup.
        backup_id: AppBackupId,
    },
    /// Takes a snapshot.
    TakeSnapshot {
        /// The account that owns it.
        account_id: AccountId,
        /// The app that it shows.
        app_id: AppId,
        /// The snapshot.
        snap_id: AppSnapId,
    },
    /// Forgets a backup's data and gives its bytes back. The backup itself is already gone.
    DeleteBackup {
        /// The account that owned it.
        account_id: AccountId,
        /// The app that it was a backup of.
        app_id: AppId,
        /// The backup that was.
        backup_id: AppBackupId,
        /// Where its data is.
        bucket_id: BucketId,
        /// Its name, for the log; jobs of earlier versions don't have it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// Removes a snapshot's data. The snapshot itself is already gone.
    DeleteSnapshot {
        /// The account that owned it; jobs of earlier versions don't have it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        account_id: Option<AccountId>,
        /// The app that it showed.
        app_id: AppId,
        /// The snapshot that was.
        snap_id: AppSnapId,
        /// Its name, for the log; jobs of earlier versions don't have it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// Deletes what a schedule made and no longer keeps.
    ApplyRetention {
        /// The account that owns it.
        account_id: AccountId,
        /// The app that it is a schedule of.
        app_id: AppId,
        /// The schedule.
        schedule_id: ScheduleId,
        /// Whether a person confirmed a deletion that is held.
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
    /// The words of all kinds.
    pub const KINDS: &[&str] = Self::VARIANTS;

    /// The kind's word, as it is stored.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.into()
    }

    /// What no two running jobs may share: an app's repositories for what reads or writes them, else the
    /// snapshot.
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

    /// Whether a client or a schedule asked for it and may ask for more: the queue is bounded for these. Jobs that
    /// follow from others, and deletes, always find a place.
    #[must_use]
    pub const fn adds_work(&self) -> bool {
        match self {
            Self::TakeBackup { .. } | Self::TakeSnapshot { .. } | Self::RestoreApp { .. } => true,
            Self::DeleteBackup { .. } | Self::DeleteSnapshot { .. } | Self::ApplyRetention { .. } => false,
        }
    }

    /// The account that it works for; unknown of a deletion of a snapshot that an earlier version queued.
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

    /// The resource that a person deletes to cancel the job, where the API lets people delete it.
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

/// How many jobs that add work wait.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct QueuedJobs {
    /// Of the app.
    pub of_app: u64,
    /// Of the account, the app's included.
    pub of_account: u64,
}

/// A job that waits, runs, or was parked, as operators see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingJob {
    /// Its id.
    pub id: JobId,
    /// Its kind, which this program may not know.
    pub kind: String,
    /// What it does; nothing when this program can't read it.
    pub payload: Option<JobPayload>,
    /// `queued`, `running` or `parked`.
    pub state: String,
    /// Counts its claims: 0 when it never ran.
    pub fence: i64,
    /// How many attempts were counted.
    pub attempt: u32,
    /// The earliest time at which it may run.
    pub run_after: DateTime<Utc>,
    /// Whether it was asked to stop.
    pub cancel_requested: bool,
    /// Why it waits or was parked, if it ran before.
    pub reason: Option<String>,
}

/// A job that is to be queued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// Its id.
    pub id: JobId,
    /// What it does.
    pub payload: JobPayload,
    /// The earliest time at which it may run.
    pub run_after: DateTime<Utc>,
    /// Names the request that asked for it; without one it is a matter of its own.
    pub correlation: Option<Uuid>,
}

/// The right to run a job and to write its results, until it runs out or somebody else takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The job.
    pub job_id: JobId,
    /// Counts its claims; a write under an older one is refused.
    pub fence: i64,
    /// The process incarnation that holds it.
    pub owner: Uuid,
}

/// A job that was claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedJob {
    /// The right to run it.
    pub lease: Lease,
    /// What to do.
    pub payload: JobPayload,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// Whether its resource was deleted before it was claimed.
    pub cancel_requested: bool,
    /// Names the request that asked for it; else the job's id.
    pub correlation: Uuid,
}

/// Who claims, and until when the claim holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The claiming process incarnation.
    pub owner: Uuid,
    /// Now.
    pub now: DateTime<Utc>,
    /// When the lease runs out unless it is renewed.
    pub lease_until: DateTime<Utc>,
    /// How many backups the process may take at once; without it as many as it has workers.
    pub backups_max: Option<u32>,
}

/// What renewing a lease found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaseStatus {
    /// The lease holds.
    Held,
    /// The lease holds, but somebody asked for the job to stop.
    CancelRequested,
    /// The lease is somebody else's now: nothing more may be written.
    Lost,
}

/// How a run of a job ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobEnd {
    /// Its work is done.
    Done,
    /// Its resource was deleted while it ran.
    Cancelled,
    /// It failed for good.
    Failed {
        /// Why.
        reason: String,
    },
    /// It goes back into the queue.
    Requeue {
        /// The earliest time at which it may run again.
        run_after: DateTime<Utc>,
        /// Whether this attempt counts against [`ATTEMPTS_MAX`]; a drain doesn't.
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
