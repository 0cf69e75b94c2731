//! The port to what is remembered. Everything that an answer depends on is behind it.
//!
//! Reads see committed state. Writes go through a transaction, so that a resource and its job change
//! together or not at all; it is durable when [`StoreTx::commit`] returns.

use std::collections::HashMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::actor::{Token, TokenHash};
use crate::app::AppView;
use crate::app_backup::AppBackup;
use crate::app_restore::{AppRestore, RestoreSource};
use crate::app_snap::AppSnap;
use crate::catalog::{Account, App, Bucket, Declaration, Recorded};
use crate::ids::{
    AccountId, AppBackupId, AppId, AppRestoreId, AppSnapId, BucketId, JobId, ScheduleId, TokenId,
};
use crate::job::{Claim, ClaimedJob, JobEnd, JobPayload, Lease, LeaseStatus, NewJob, PendingJob, QueuedJobs};
use crate::retention::Made;
use crate::schedule::{NextRun, Schedule, Scheduled};
use crate::state::ResourceState;
use crate::statistics::Statistics;

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The name is taken within the app.
    #[error("the name is taken")]
    NameTaken,
    /// The store is too busy or out of reach; the same call may go through later.
    #[error("the store is not available: {0}")]
    Unavailable(String),
    /// What is stored can't be understood, or the store broke.
    #[error("the store failed: {0}")]
    Broken(String),
}

/// A place in a list: lists are ordered newest first, by (creation time, id) descending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Position {
    /// When the resource at this place was made, in microseconds since 1970.
    pub created_micros: i64,
    /// Its id.
    pub id: Uuid,
}

impl Position {
    /// The place of the resource with this id that was created then.
    #[must_use]
    pub fn new(created_at: DateTime<Utc>, id: Uuid) -> Self {
        Self {
            created_micros: created_at.timestamp_micros(),
            id,
        }
    }
}

/// Which resources a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ListFilter {
    /// Those of this account,
    pub account_id: AccountId,
    /// and, if given, of this app.
    pub app_id: Option<AppId>,
}

/// Which part of a list is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Page {
    /// What comes after this place, or from the beginning.
    pub after: Option<Position>,
    /// At most this many rows.
    pub rows_max: u32,
    /// The page ends with the row that makes it larger than this; so it has at least one row.
    pub bytes_max: usize,
}

/// Part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListPage<T> {
    /// The rows, newest first.
    pub rows: Vec<T>,
    /// Whether the list continues after them.
    pub has_more: bool,
}

/// What a reconcile pass reads of a finished backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FinishedBackup {
    /// Its id.
    pub id: AppBackupId,
    /// Where its data should be.
    pub bucket_id: BucketId,
    /// Its state: completed, removed or unknown.
    pub state: ResourceState,
    /// How often it had been changed.
    pub generation: i64,
}

/// What a reconcile pass reads of a finished snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FinishedSnap {
    /// Its id.
    pub id: AppSnapId,
    /// Its state: completed, removed or unknown.
    pub state: ResourceState,
    /// How often it had been changed.
    pub generation: i64,
}

/// Remembers everything.
#[async_trait]
pub trait Store: Send + Sync {
    /// Begins a transaction that may write. It is rolled back unless it is committed.
    async fn begin(&self) -> Result<Box<dyn StoreTx>, StoreError>;

    /// The token with this hash, valid or not.
    async fn fetch_token(&self, hash: &TokenHash) -> Result<Option<Token>, StoreError>;
    /// All tokens, oldest first.
    async fn list_tokens(&self) -> Result<Vec<Token>, StoreError>;
    /// How much of everything there is. The store counts on every write, so that this costs little.
    async fn fetch_statistics(&self) -> Result<Statistics, StoreError>;
    /// The account with this id.
    async fn fetch_account(&self, id: AccountId) -> Result<Option<Account>, StoreError>;
    /// All accounts, by name.
    async fn list_accounts(&self) -> Result<Vec<Account>, StoreError>;
    /// All accounts with their times, declared or not, in any order.
    async fn list_recorded_accounts(&self) -> Result<Vec<Recorded<Account>>, StoreError>;
    /// The app of this account with this id, declared or not.
    async fn fetch_app(&self, account_id: AccountId, id: AppId) -> Result<Option<App>, StoreError>;
    /// The apps of this account, by name, declared or not.
    async fn list_apps(&self, account_id: AccountId) -> Result<Vec<App>, StoreError>;
    /// The app of this account with this id as the API shows it, declared or not.
    async fn fetch_app_view(&self, account_id: AccountId, id: AppId) -> Result<Option<AppView>, StoreError>;
    /// The apps of this account as the API shows them, declared or not, newest first.
    async fn list_app_views(
        &self,
        account_id: AccountId,
        page: &Page,
    ) -> Result<ListPage<AppView>, StoreError>;
    /// How often anything in this account's lists of apps, backups and snapshots has changed. A page that is read
    /// after the version is at least as new; as long as the version is the same, nothing has changed.
    async fn fetch_account_version(&self, id: AccountId) -> Result<Option<i64>, StoreError>;
    /// The bucket of this account with this id, declared or not.
    async fn fetch_bucket(&self, account_id: AccountId, id: BucketId) -> Result<Option<Bucket>, StoreError>;
    /// The buckets of this account, in the order of their declaration, declared or not.
    async fn list_buckets(&self, account_id: AccountId) -> Result<Vec<Bucket>, StoreError>;
    /// The same, in the same order, with their times.
    async fn list_recorded_buckets(&self, account_id: AccountId)
    -> Result<Vec<Recorded<Bucket>>, StoreError>;

    /// The schedule of this account with this id, declared or not.
    async fn fetch_schedule(
        &self,
        account_id: AccountId,
        id: ScheduleId,
    ) -> Result<Option<Schedule>, StoreError>;
    /// The declared schedules of all accounts, each with its next run.
    async fn list_schedules(&self) -> Result<Vec<Scheduled>, StoreError>;
    /// The schedules of this app, declared or not, each with its next run and its times, in any order.
    async fn list_app_schedules(
        &self,
        account_id: AccountId,
        app_id: AppId,
    ) -> Result<Vec<Recorded<Scheduled>>, StoreError>;
    /// The backups that this schedule made, in the order in which they were inserted, whatever their dates.
    async fn list_app_backups_made_by(&self, id: ScheduleId) -> Result<Vec<Made>, StoreError>;
    /// The snapshots that this schedule made, in the order in which they were inserted, whatever their dates.
    async fn list_app_snaps_made_by(&self, id: ScheduleId) -> Result<Vec<Made>, StoreError>;

    /// The backup of this account with this id.
    async fn fetch_app_backup(
        &self,
        account_id: AccountId,
        id: AppBackupId,
    ) -> Result<Option<AppBackup>, StoreError>;
    /// The backups of an account or an app, newest first.
    async fn list_app_backups(
        &self,
        filter: &ListFilter,
        page: &Page,
    ) -> Result<ListPage<AppBackup>, StoreError>;
    /// At most `rows_max` of this app's finished backups, in the order of their ids, from the one after `after`.
    async fn list_finished_app_backups(
        &self,
        app_id: AppId,
        after: Option<AppBackupId>,
        rows_max: u32,
    ) -> Result<Vec<FinishedBackup>, StoreError>;
    /// The snapshot of this account with this id.
    async fn fetch_app_snap(
        &self,
        account_id: AccountId,
        id: AppSnapId,
    ) -> Result<Option<AppSnap>, StoreError>;
    /// The snapshots of an account or an app, newest first.
    async fn list_app_snaps(&self, filter: &ListFilter, page: &Page)
    -> Result<ListPage<AppSnap>, StoreError>;
    /// At most `rows_max` of this app's finished snapshots, in the order of their ids, from the one after `after`.
    async fn list_finished_app_snaps(
        &self,
        app_id: AppId,
        after: Option<AppSnapId>,
        rows_max: u32,
    ) -> Result<Vec<FinishedSnap>, StoreError>;
    /// The restore of this account with this id.
    async fn fetch_app_restore(
        &self,
        account_id: AccountId,
        id: AppRestoreId,
    ) -> Result<Option<AppRestore>, StoreError>;
    /// The restore of this app that was inserted last, whatever its date.
    async fn fetch_latest_app_restore(
        &self,
        account_id: AccountId,
        app_id: AppId,
    ) -> Result<Option<AppRestore>, StoreError>;

    /// Why buckets of the account can't be used; those that can are left out.
    async fn list_bucket_troubles(
        &self,
        account_id: AccountId,
    ) -> Result<HashMap<BucketId, String>, StoreError>;

    /// Takes the oldest job that may run: it is queued and due, or its lease is over because it ran out or
    /// because the process that held it is known to be dead. A job is passed over while another one with
    /// its exclusive key runs.
    ///
    /// Backups are taken when nothing else may run, and passed over while as many run as their bucket
    /// ([`Bucket::backups_max`]) or the claiming process ([`Claim::backups_max`]) permits.
    ///
    /// A queued job that is due later than any pause lasts ([`BACKOFF_SECS_MAX`](crate::worker::BACKOFF_SECS_MAX))
    /// was queued before the clock was set back, and is due now.
    ///
    /// A job with an unknown payload version or kind is parked on the way. One that was parked and is known to
    /// this program is taken again; one whose payload is broken stays parked.
    async fn claim_job(&self, claim: &Claim) -> Result<Option<ClaimedJob>, StoreError>;
    /// The jobs that wait, run or are parked, in the order in which they were queued.
    async fn list_pending_jobs(&self) -> Result<Vec<PendingJob>, StoreError>;
    /// Writes something, as far towards the disk as a transaction goes that is then rolled back.
    async fn probe_write(&self) -> Result<(), StoreError>;
    /// Renews a lease until `until`.
    async fn renew_lease(&self, lease: &Lease, until: DateTime<Utc>) -> Result<LeaseStatus, StoreError>;
}

/// An open transaction.
///
/// Transactions are serializable: the result is always as if each had run alone, one after the other. What a
/// transaction has read stays true until it is committed.
///
/// A method that answers `bool` says whether the compare-and-set held; when it did
/// not, nothing was written and the caller rolls back by dropping the transaction.
#[async_trait]
pub trait StoreTx: Send {
    /// Makes the whole transaction durable.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;

    /// Makes accounts, apps, buckets and schedules what `declaration` says; what it doesn't name stays,
    /// undeclared. A schedule that was not declared before, or had another timing, has no next run. What
    /// differs from before was changed at `now`.
    async fn update_declaration(
        &mut self,
        declaration: &Declaration,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError>;
    /// Notes why a bucket can't be used, or that it can. Says whether that is new.
    async fn update_bucket_trouble(&mut self, id: BucketId, reason: Option<&str>)
    -> Result<bool, StoreError>;
    /// Replaces a declared schedule's next run, if it still is `from`.
    async fn update_schedule_next(
        &mut self,
        id: ScheduleId,
        from: Option<NextRun>,
        to: Option<NextRun>,
    ) -> Result<bool, StoreError>;
    /// How many backups and snapshots that this schedule made are pending, discovering or running.
    async fn count_in_progress_made_by(&mut self, id: ScheduleId) -> Result<u64, StoreError>;
    /// Remembers a new token.
    async fn insert_token(&mut self, token: &Token) -> Result<(), StoreError>;
    /// Revokes the token if it isn't yet.
    async fn update_token_revoked(&mut self, id: TokenId, now: DateTime<Utc>) -> Result<bool, StoreError>;

    /// The backup of this account with this id.
    async fn fetch_app_backup(
        &mut self,
        account_id: AccountId,
        id: AppBackupId,
    ) -> Result<Option<AppBackup>, StoreError>;
    /// Remembers a new backup; [`StoreError::NameTaken`] when its app has one of that name.
    async fn insert_app_backup(&mut self, backup: &AppBackup) -> Result<(), StoreError>;
    /// Replaces the backup if its stored generation is still `backup.generation`, and counts it up.
    async fn update_app_backup(&mut self, backup: &AppBackup) -> Result<bool, StoreError>;
    /// Forgets the backup if its stored generation is still `generation`.
    async fn delete_app_backup(&mut self, id: AppBackupId, generation: i64) -> Result<bool, StoreError>;
    /// How many backups that are pending, discovering or running read from this snapshot.
    async fn count_app_backups_reading(&mut self, snap_id: AppSnapId) -> Result<u64, StoreError>;

    /// The snapshot of this account with this id.
    async fn fetch_app_snap(
        &mut self,
        account_id: AccountId,
        id: AppSnapId,
    ) -> Result<Option<AppSnap>, StoreError>;
    /// The snapshots that were made for this backup.
    async fn list_app_snaps_made_for(&mut self, backup_id: AppBackupId) -> Result<Vec<AppSnap>, StoreError>;
    /// Remembers a new snapshot; [`StoreError::NameTaken`] when its app has one of that name.
    async fn insert_app_snap(&mut self, snap: &AppSnap) -> Result<(), StoreError>;
    /// Replaces the snapshot if its stored generation is still `snap.generation`, and counts it up.
    async fn update_app_snap(&mut self, snap: &AppSnap) -> Result<bool, StoreError>;
    /// Forgets the snapshot if its stored generation is still `generation`.
    async fn delete_app_snap(&mut self, id: AppSnapId, generation: i64) -> Result<bool, StoreError>;

    /// The restore of this account with this id.
    async fn fetch_app_restore(
        &mut self,
        account_id: AccountId,
        id: AppRestoreId,
    ) -> Result<Option<AppRestore>, StoreError>;
    /// The restore of this app that was asked for last.
    async fn fetch_latest_app_restore(
        &mut self,
        account_id: AccountId,
        app_id: AppId,
    ) -> Result<Option<AppRestore>, StoreError>;
    /// Remembers a new restore, and forgets the oldest of the app's that ended when there are many.
    async fn insert_app_restore(&mut self, restore: &AppRestore) -> Result<(), StoreError>;
    /// Replaces the restore if its stored generation is still `restore.generation`, and counts it up.
    async fn update_app_restore(&mut self, restore: &AppRestore) -> Result<bool, StoreError>;
    /// How many restores in progress read this.
    async fn count_app_restores_reading(&mut self, source: RestoreSource) -> Result<u64, StoreError>;

    /// The job with this id, if it waits, runs or is parked.
    async fn fetch_pending_job(&mut self, id: JobId) -> Result<Option<PendingJob>, StoreError>;
    /// How many jobs that add work ([`JobPayload::adds_work`]) wait for the app and the account of this one.
    async fn count_queued_jobs(&mut self, payload: &JobPayload) -> Result<QueuedJobs, StoreError>;
    /// Ends a job as cancelled at `now` if it is queued and never ran.
    async fn update_job_cancelled(&mut self, id: JobId, now: DateTime<Utc>) -> Result<bool, StoreError>;
    /// Queues a job.
    async fn insert_job(&mut self, job: &NewJob) -> Result<(), StoreError>;
    /// Asks every job on this resource to stop, or, if it waits, to end as soon as it is claimed: it is due
    /// now.
    async fn update_jobs_cancel_requested(&mut self, resource: Uuid) -> Result<(), StoreError>;
    /// Whether the lease still holds: checked first in every transaction that writes a job's results.
    async fn holds_lease(&mut self, lease: &Lease) -> Result<bool, StoreError>;
    /// Ends a run of a job at `now` if the lease still holds.
    async fn update_job_ended(
        &mut self,
        lease: &Lease,
        end: &JobEnd,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError>;
}
