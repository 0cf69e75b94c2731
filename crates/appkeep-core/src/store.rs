//! The port to the database. Responses depend only on the state behind it.
//!
//! Reads see committed state. Writes go through a transaction, so that a resource and its job change together or not
//! at all. A transaction is durable when [`StoreTx::commit`] returns.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use tokio::sync::watch;
use uuid::Uuid;

use crate::actor::{Token, TokenHash};
use crate::app::AppView;
use crate::app_restore::{AppRestore, RestoreSource};
use crate::app_snapshot::AppSnapshot;
use crate::app_summary::AppSummary;
use crate::catalog::{
    Account, App, Bucket, BucketFeatures, BucketMeasurement, BucketProblem, Declaration, Recorded,
};
use crate::declared_item::NodeItem;
use crate::ids::{
    AccountId, AppBackupId, AppId, AppRestoreId, AppSnapshotId, BackupKind, BucketId, JobId, ResourceId,
    ScheduleId, SnapshotKind, TokenId,
};
use crate::job::{Claim, ClaimedJob, JobResult, Lease, LeaseStatus, NewJob, PendingJob, QueuedJobs};
use crate::notification::{ClaimedNotification, NewNotification};
use crate::resource::{Kind, Resource};
use crate::retention::RetentionItem;
use crate::schedule::{Schedule, Scheduled};
use crate::server::{DeletedNode, NewServer, RegisteredServer};
use crate::state::ResourceState;
use crate::statistics::{BackupResults, Statistics};

pub use self::schedules::SchedulesTx;
pub use self::transact::{MayConflict, TRANSACTION_RUNS_MAX, transact};

mod schedules;
mod transact;

/// The reason for a failed store operation.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The name is already used within the app.
    #[error("the name is taken")]
    NameTaken,
    /// The transaction conflicts with a concurrent one, and nothing was written: [`transact`] runs it again.
    #[error("a concurrent transaction conflicts with this one")]
    Conflict,
    /// The store is too busy or can't be reached; a retry may succeed.
    #[error("the store is not available: {0}")]
    Unavailable(String),
    /// Another node declares an item differently.
    #[error("{0}")]
    Disagreement(String),
    /// Stored data is invalid, or the store had an internal failure.
    #[error("the store failed: {0}")]
    Broken(String),
}

/// The buckets of all accounts, declared or not.
///
/// # Errors
/// Those of the store.
pub async fn list_all_buckets(store: &dyn Store) -> Result<Vec<Bucket>, StoreError> {
    let mut buckets = Vec::new();
    for account in store.list_accounts().await? {
        buckets.extend(store.list_buckets(account.id).await?);
    }
    Ok(buckets)
}

/// The directories of all buckets on this machine, declared or not.
///
/// # Errors
/// Those of the store.
pub async fn list_bucket_directories(store: &dyn Store) -> Result<Vec<PathBuf>, StoreError> {
    let buckets = list_all_buckets(store).await?;
    let directories = buckets.iter().filter_map(|bucket| bucket.location.directory());
    Ok(directories.map(Path::to_path_buf).collect())
}

/// The directories of the volumes of all declared apps.
///
/// # Errors
/// Those of the store.
pub async fn list_volume_directories(store: &dyn Store) -> Result<Vec<PathBuf>, StoreError> {
    let mut directories = Vec::new();
    for account in store.list_accounts().await? {
        let apps = store.list_apps(account.id).await?;
        let declared = apps.into_iter().filter(|app| app.declared);
        directories.extend(declared.flat_map(|app| app.volumes).map(|volume| volume.path));
    }
    Ok(directories)
}

/// A position in a list. Lists are ordered newest first, by (creation time, id) descending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Position {
    /// When the resource at this position was created, in microseconds since 1970.
    pub created_micros: i64,
    /// The id of the resource.
    pub id: Uuid,
}

impl Position {
    /// The position of the resource with this creation time and id.
    #[must_use]
    pub fn new(created_at: DateTime<Utc>, id: Uuid) -> Self {
        Self {
            created_micros: created_at.timestamp_micros(),
            id,
        }
    }
}

/// The filter that selects the resources of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ListFilter {
    /// Only resources of this account.
    pub account_id: AccountId,
    /// Only resources of this app, if there is one.
    pub app_id: Option<AppId>,
}

/// The requested part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Page {
    /// Only rows after this position; `None` means from the beginning.
    pub after: Option<Position>,
    /// The maximum number of rows.
    pub rows_max: u32,
    /// The size limit in bytes. The page ends with the row that exceeds it, so it has at least one row.
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

/// The fields of a finished backup or snapshot that a reconcile pass reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished<K> {
    /// Its id.
    pub id: ResourceId<K>,
    /// The bucket that should hold the data of a backup. Snapshots are in the data directory.
    pub bucket_id: Option<BucketId>,
    /// The node that holds the data of a snapshot.
    pub node: Option<String>,
    /// Its state: completed, removed or unknown.
    pub state: ResourceState,
    /// Its generation when it was read.
    pub generation: i64,
}

/// Reads the resources of one kind.
#[async_trait]
pub trait Resources<K: Kind>: Send + Sync {
    /// The resource of this account with this id.
    async fn fetch_resource(
        &self,
        account_id: AccountId,
        id: ResourceId<K>,
    ) -> Result<Option<Resource<K>>, StoreError>;
    /// The resources of an account or an app, newest first.
    async fn list_resources(
        &self,
        filter: &ListFilter,
        page: &Page,
    ) -> Result<ListPage<Resource<K>>, StoreError>;
    /// At most `rows_max` of this app's finished resources with ids after `after`, in the order of their ids.
    async fn list_finished(
        &self,
        app_id: AppId,
        after: Option<ResourceId<K>>,
        rows_max: u32,
    ) -> Result<Vec<Finished<K>>, StoreError>;
    /// The resources that this schedule created, in the order of insertion, regardless of their dates.
    async fn list_by_schedule(&self, id: ScheduleId) -> Result<Vec<RetentionItem>, StoreError>;
}

/// Reads and writes the resources of one kind in a transaction.
#[async_trait]
pub trait ResourcesTx<K: Kind>: Send {
    /// The resource of this account with this id.
    async fn fetch_resource(
        &mut self,
        account_id: AccountId,
        id: ResourceId<K>,
    ) -> Result<Option<Resource<K>>, StoreError>;
    /// Inserts a new resource; [`StoreError::NameTaken`] if its app already has one of that kind and name.
    async fn insert_resource(&mut self, resource: &Resource<K>) -> Result<(), StoreError>;
    /// Replaces the resource if its stored generation is still `resource.generation`, and increments the generation.
    async fn update_resource(&mut self, resource: &Resource<K>) -> Result<bool, StoreError>;
    /// Deletes the resource if its stored generation is still `generation`.
    async fn delete_resource(&mut self, id: ResourceId<K>, generation: i64) -> Result<bool, StoreError>;
}

/// A kind of resource that every store has, for code that is generic over kinds.
pub trait StoredKind: Kind {
    /// The part of the store for this kind.
    fn of(store: &dyn Store) -> &dyn Resources<Self>;
    /// The part of the transaction for this kind.
    fn of_tx(tx: &mut dyn StoreTx) -> &mut dyn ResourcesTx<Self>;
}

macro_rules! stored_kinds {
    ($($kind:ident),+) => {$(
        impl StoredKind for $kind {
            fn of(store: &dyn Store) -> &dyn Resources<Self> {
                store
            }

            fn of_tx(tx: &mut dyn StoreTx) -> &mut dyn ResourcesTx<Self> {
                tx
            }
        }
    )+};
}

stored_kinds!(BackupKind, SnapshotKind);

/// Events of the queue, which any process may have caused. There may be events without a change, and several changes
/// may be one event; none is lost. Earlier events of the process are the first one of a new receiver.
#[derive(Debug, Clone)]
pub struct JobEvents {
    /// Changes when jobs may have become due.
    pub queued: watch::Receiver<()>,
    /// Changes when jobs may have been requested to stop.
    pub cancelled: watch::Receiver<()>,
}

/// Stores the state of the server.
#[async_trait]
pub trait Store: Resources<BackupKind> + Resources<SnapshotKind> {
    /// Begins a transaction that may write. It is rolled back unless it is committed.
    async fn begin(&self) -> Result<Box<dyn StoreTx>, StoreError>;

    /// The token with this hash, valid or not.
    async fn fetch_token(&self, hash: &TokenHash) -> Result<Option<Token>, StoreError>;
    /// All tokens, oldest first.
    async fn list_tokens(&self) -> Result<Vec<Token>, StoreError>;
    /// Counts of jobs and resources. The store maintains them on every write, so that reading them is cheap.
    async fn fetch_statistics(&self) -> Result<Statistics, StoreError>;
    /// The results of backups of declared apps in declared buckets, by declared schedules or clients; at most `rows_max`,
    /// in the order of the ids. The store maintains them on every write.
    async fn list_backup_results(&self, rows_max: u32) -> Result<Vec<BackupResults>, StoreError>;
    /// The account with this id.
    async fn fetch_account(&self, id: AccountId) -> Result<Option<Account>, StoreError>;
    /// All accounts, by name.
    async fn list_accounts(&self) -> Result<Vec<Account>, StoreError>;
    /// All accounts with their times, declared or not, in any order.
    async fn list_recorded_accounts(&self) -> Result<Vec<Recorded<Account>>, StoreError>;
    /// The app of this account with this id, declared or not.
    async fn fetch_app(&self, account_id: AccountId, id: AppId) -> Result<Option<App>, StoreError>;
    /// The app of this account with this id as this node declares it, with the paths of its volumes on the node. An app
    /// that no node declares is returned as it was last declared; `None` if only other nodes declare it.
    async fn fetch_app_of_node(
        &self,
        node: &str,
        account_id: AccountId,
        id: AppId,
    ) -> Result<Option<App>, StoreError>;
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
    /// Summaries of the apps of this account, declared or not, newest first. The number of statements doesn't depend on the
    /// number of apps.
    async fn list_app_summaries(
        &self,
        account_id: AccountId,
        page: &Page,
    ) -> Result<ListPage<AppSummary>, StoreError>;
    /// The version of this account's lists of apps, their summaries, backups and snapshots; every change increments it. A
    /// page that is read after the version is at least as new. While the version stays the same, nothing has changed.
    async fn fetch_account_version(&self, id: AccountId) -> Result<Option<i64>, StoreError>;
    /// The bucket of this account with this id, declared or not.
    async fn fetch_bucket(&self, account_id: AccountId, id: BucketId) -> Result<Option<Bucket>, StoreError>;
    /// The buckets of this account, in the order of their declaration, declared or not.
    async fn list_buckets(&self, account_id: AccountId) -> Result<Vec<Bucket>, StoreError>;
    /// The same buckets in the same order, with their times.
    async fn list_recorded_buckets(&self, account_id: AccountId)
    -> Result<Vec<Recorded<Bucket>>, StoreError>;

    /// The buckets that only nodes other than this one declare.
    async fn list_buckets_of_other_nodes(&self, node: &str) -> Result<HashSet<BucketId>, StoreError>;
    /// The buckets that a live node other than this one declares and can use, by its latest check.
    async fn list_buckets_usable_elsewhere(&self, node: &str) -> Result<HashSet<BucketId>, StoreError>;

    /// The buckets that backups of this app can use, in the order of their declaration: those that a node declares which
    /// declares the app, or those that `node` declares, if it is given.
    async fn list_buckets_of_app(
        &self,
        account_id: AccountId,
        app_id: AppId,
        node: Option<&str>,
    ) -> Result<Vec<Bucket>, StoreError>;

    /// The schedule of this account with this id, in use or not.
    async fn fetch_schedule(
        &self,
        account_id: AccountId,
        id: ScheduleId,
    ) -> Result<Option<Schedule>, StoreError>;
    /// The schedules in use of all accounts' declared apps, each with its next run.
    async fn list_schedules(&self) -> Result<Vec<Scheduled>, StoreError>;
    /// The schedules of this app, in use or not, each with its next run and its times, in any order.
    async fn list_app_schedules(
        &self,
        account_id: AccountId,
        app_id: AppId,
    ) -> Result<Vec<Recorded<Scheduled>>, StoreError>;
    /// The restore of this account with this id.
    async fn fetch_app_restore(
        &self,
        account_id: AccountId,
        id: AppRestoreId,
    ) -> Result<Option<AppRestore>, StoreError>;
    /// The restores of this app, in place and to directories, in any order. Their number is limited: only the latest of
    /// those that have ended are kept.
    async fn list_app_restores(
        &self,
        account_id: AccountId,
        app_id: AppId,
    ) -> Result<Vec<AppRestore>, StoreError>;
    /// The restore of this app in place that was inserted last, regardless of its date.
    async fn fetch_latest_app_restore(
        &self,
        account_id: AccountId,
        app_id: AppId,
    ) -> Result<Option<AppRestore>, StoreError>;

    /// The problems of the account's buckets; available buckets are omitted.
    async fn list_bucket_problems(
        &self,
        account_id: AccountId,
    ) -> Result<HashMap<BucketId, BucketProblem>, StoreError>;

    /// What the storages of the account's buckets support; buckets that were never probed are omitted.
    async fn list_bucket_features(
        &self,
        account_id: AccountId,
    ) -> Result<HashMap<BucketId, BucketFeatures>, StoreError>;
    /// Records what the storage of a bucket supports. Returns whether this is a change.
    async fn update_bucket_features(
        &self,
        id: BucketId,
        features: BucketFeatures,
    ) -> Result<bool, StoreError>;

    /// The latest measurements of the account's buckets, by any node; buckets that were never measured since their
    /// location changed are omitted.
    async fn list_bucket_measurements(
        &self,
        account_id: AccountId,
    ) -> Result<HashMap<BucketId, BucketMeasurement>, StoreError>;
    /// Records a measurement of a bucket. It doesn't change the version of the account, because lists of buckets aren't
    /// cached.
    async fn update_bucket_measurement(
        &self,
        id: BucketId,
        measurement: &BucketMeasurement,
    ) -> Result<(), StoreError>;

    /// Claims the oldest job that may run: it is queued and due, or its lease has ended because it expired or because
    /// the process that held it is known to be dead. A job is skipped while another job with its exclusive key runs.
    ///
    /// A job that belongs to a node ([`NewJob::node`]) is skipped by all others. Other jobs are skipped by nodes that
    /// don't declare their [`JobPayload::required_item`](crate::job::JobPayload::required_item), but any node may
    /// claim a job whose item no node declares. Any node may claim a cancelled job that has never run, or whose
    /// app is away and which doesn't belong to a node. A store that is used by one server only ignores all of these
    /// rules.
    ///
    /// A server claims nothing while another live server is registered for its node.
    ///
    /// A job that uses a bucket is skipped by a node that isn't known to be able to use it, while another live node that
    /// may run the job is ([`StoreTx::update_bucket_problem`]).
    ///
    /// A backup is also skipped by nodes that don't declare its bucket, unless no node declares it.
    ///
    /// Backups are claimed if no other job may run, and skipped while as many run as their bucket
    /// ([`Bucket::backups_max`]) or the claiming process ([`Claim::backups_max`]) permits.
    ///
    /// A queued job that is due later than the longest pause ([`BACKOFF_SECS_MAX`](crate::worker::BACKOFF_SECS_MAX))
    /// was queued before the clock was set back, and is due now.
    ///
    /// Jobs with an unknown payload version or kind are parked by this call. A parked job that this program can run is
    /// claimed again; a job with an invalid payload stays parked.
    async fn claim_job(&self, claim: &Claim) -> Result<Option<ClaimedJob>, StoreError>;
    /// The queued, running and parked jobs, in the order in which they were queued.
    async fn list_pending_jobs(&self) -> Result<Vec<PendingJob>, StoreError>;
    /// Tests that the database is writable: writes in a transaction that is then rolled back.
    async fn probe_write(&self) -> Result<(), StoreError>;
    /// Renews a lease until `until`.
    async fn renew_lease(&self, lease: &Lease, until: DateTime<Utc>) -> Result<LeaseStatus, StoreError>;
    /// Events of the queue from all processes. `None` if the store doesn't report any: then other processes' changes are
    /// only found by polling.
    fn watch_jobs(&self) -> Option<JobEvents>;
    /// The database's time, if several servers may share the database: their clocks may differ.
    async fn database_time(&self) -> Result<Option<DateTime<Utc>>, StoreError>;
    /// Registers a server, or refreshes its registration, unless another live server has the same node: then that server
    /// is returned, and nothing is changed. Deletes registrations of servers that were not seen for
    /// [`SERVER_FORGOTTEN_AFTER`](crate::server::SERVER_FORGOTTEN_AFTER), or that are known to be dead.
    ///
    /// The time is the database's own if several servers share it, because their clocks may differ; otherwise `now`.
    async fn register_server(
        &self,
        server: &NewServer,
        now: DateTime<Utc>,
    ) -> Result<Option<RegisteredServer>, StoreError>;
    /// The registered servers, in the order of their ids. The time is the same as in [`Self::register_server`].
    async fn list_servers(&self, now: DateTime<Utc>) -> Result<Vec<RegisteredServer>, StoreError>;
    /// The items that all nodes declare.
    async fn list_declared_items(&self) -> Result<Vec<NodeItem>, StoreError>;
    /// Deletes a server's registration.
    async fn unregister_server(&self, id: Uuid) -> Result<(), StoreError>;
    /// The keys of all alarms that are raised.
    async fn list_alarms(&self) -> Result<Vec<String>, StoreError>;
    /// Claims a receiver's oldest due notification until `until`. The number of attempts identifies the claim.
    async fn claim_notification(
        &self,
        receiver: &str,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Option<ClaimedNotification>, StoreError>;
    /// Deletes a notification, unless it was claimed again.
    async fn delete_notification(&self, id: Uuid, attempts: u32) -> Result<(), StoreError>;
    /// Sets the time of the next attempt, unless the notification was claimed again.
    async fn update_notification_due(
        &self,
        id: Uuid,
        attempts: u32,
        due_at: DateTime<Utc>,
    ) -> Result<(), StoreError>;
    /// Deletes the notifications stored before `before`, and all but the newest `rows_max`. Returns their number.
    async fn delete_old_notifications(
        &self,
        before: DateTime<Utc>,
        rows_max: u32,
        now: DateTime<Utc>,
    ) -> Result<usize, StoreError>;
    /// Waits for calls in progress, then closes the database. All later calls fail with [`StoreError::Unavailable`].
    async fn close(&self);
}

/// An open transaction.
///
/// Transactions are serializable: they run one after the other. Only claims of jobs and renewals of leases may run in
/// between, but not of a job that the transaction has read.
///
/// Transactions that wait for each other share a durable commit. A transaction may see changes of an earlier one whose
/// commit is not finished yet. If that commit fails, this transaction fails, too, with [`StoreError::Conflict`] or with
/// the same error.
///
/// Methods that return `bool` report whether the compare-and-set succeeded. If it did not, nothing was written, and
/// the caller rolls back by dropping the transaction.
#[async_trait]
pub trait StoreTx: ResourcesTx<BackupKind> + ResourcesTx<SnapshotKind> + SchedulesTx {
    /// Commits the transaction and makes it durable. If the caller stops waiting, it is committed nevertheless. A task
    /// that waits for a commit must not hold another transaction.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;

    /// Replaces this node's declaration of accounts, apps, buckets and schedules. Items that no node declares any more
    /// are kept as undeclared. A schedule that was not declared before, or had another timing, has no next run, unless
    /// it is due at once. Schedules of clients stay unchanged. Items that differ from before are recorded as changed at
    /// `now`. Snapshots that don't belong to a node belong to this one from now on.
    ///
    /// Fails with [`StoreError::Disagreement`] if another node with a live server declares an item differently. Items of
    /// nodes without one are deleted then: their next server declares them again. A store that is used by one
    /// server only has one node: this declaration replaces that of any other.
    async fn update_declaration(
        &mut self,
        node: &str,
        declaration: &Declaration,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError>;
    /// Records which apps are away: none of the nodes that declare them has a live server. Returns the number of apps for
    /// which this has changed. The time is the same as in [`Store::register_server`].
    async fn update_away_apps(&mut self, now: DateTime<Utc>) -> Result<usize, StoreError>;
    /// Deletes a node without a live server: its declaration and its registrations. Restores, unfinished jobs and
    /// snapshots that belonged to it don't belong to a node any more. The time is the same as in [`Store::register_server`].
    async fn delete_node(&mut self, node: &str, now: DateTime<Utc>) -> Result<DeletedNode, StoreError>;
    /// Inserts an app that is not declared, unless there is one with its id, which stays unchanged. Returns whether the
    /// app with this id belongs to this account.
    async fn insert_undeclared_app(&mut self, app: &App, now: DateTime<Utc>) -> Result<bool, StoreError>;
    /// Records the result of a node's check of a bucket: the reason why it can't be used, or that it is available. The
    /// bucket has a problem ([`Store::list_bucket_problems`]) if none of the live nodes that declare it can use it.
    /// Returns whether anything has changed. The time is the same as in [`Store::register_server`].
    async fn update_bucket_problem(
        &mut self,
        node: &str,
        id: BucketId,
        reason: Option<&str>,
    ) -> Result<bool, StoreError>;
    /// Inserts a new token.
    async fn insert_token(&mut self, token: &Token) -> Result<(), StoreError>;
    /// Revokes the token unless it is already revoked.
    async fn update_token_revoked(&mut self, id: TokenId, now: DateTime<Utc>) -> Result<bool, StoreError>;

    /// The number of pending, discovering or running backups that read from this snapshot.
    async fn count_backups_reading(&mut self, snapshot_id: AppSnapshotId) -> Result<u64, StoreError>;
    /// The snapshots that were created for this backup.
    async fn list_temporary_snapshots(
        &mut self,
        backup_id: AppBackupId,
    ) -> Result<Vec<AppSnapshot>, StoreError>;

    /// The restore of this account with this id.
    async fn fetch_app_restore(
        &mut self,
        account_id: AccountId,
        id: AppRestoreId,
    ) -> Result<Option<AppRestore>, StoreError>;
    /// The restore of this app in place that was inserted last.
    async fn fetch_latest_app_restore(
        &mut self,
        account_id: AccountId,
        app_id: AppId,
    ) -> Result<Option<AppRestore>, StoreError>;
    /// Inserts a new restore, and deletes the app's oldest ended restores if there are too many in place or to directories.
    async fn insert_app_restore(&mut self, restore: &AppRestore) -> Result<(), StoreError>;
    /// Replaces the restore if its stored generation is still `restore.generation`, and increments the generation.
    async fn update_app_restore(&mut self, restore: &AppRestore) -> Result<bool, StoreError>;
    /// Records the progress of a restore if its stored generation is still `restore.generation`, and increments the
    /// generation. The app doesn't change.
    async fn update_app_restore_progress(&mut self, restore: &AppRestore) -> Result<bool, StoreError>;
    /// Deletes a restore if its stored generation is still `restore.generation`.
    async fn delete_app_restore(&mut self, restore: &AppRestore) -> Result<bool, StoreError>;
    /// The number of restores in progress that read this source.
    async fn count_restores_reading(&mut self, source: RestoreSource) -> Result<u64, StoreError>;

    /// The job with this id, if it is queued, running or parked. It isn't claimed until the transaction ends.
    async fn fetch_pending_job(&mut self, id: JobId) -> Result<Option<PendingJob>, StoreError>;
    /// Finishes a job as cancelled at `now` if it is queued and has never run.
    async fn update_job_cancelled(&mut self, id: JobId, now: DateTime<Utc>) -> Result<bool, StoreError>;
    /// Queues a job. Returns the number of jobs that were queued before, for its app and its account, and that add work
    /// ([`JobPayload::adds_work`](crate::job::JobPayload::adds_work)).
    async fn insert_job(&mut self, job: &NewJob) -> Result<QueuedJobs, StoreError>;
    /// Requests all jobs on this resource to stop, except deletions of its data. Queued jobs become due now and are
    /// finished as soon as they are claimed.
    async fn update_jobs_cancel_requested(&mut self, resource: Uuid) -> Result<(), StoreError>;
    /// Whether the lease still holds. Checked first in every transaction that writes a job's results. If it holds, the
    /// job isn't claimed until the transaction ends.
    async fn holds_lease(&mut self, lease: &Lease) -> Result<bool, StoreError>;
    /// Makes the job belong to this node: no other one can claim it. Returns false if the lease no longer holds.
    async fn update_job_node(&mut self, lease: &Lease, node: &str) -> Result<bool, StoreError>;
    /// Sets a second exclusive key, which the job holds during a part of its run, or removes it. Returns false if the
    /// lease no longer holds, or if another job has the key and its own lease still holds at `now`. The key is also
    /// removed when the run finishes, or when the job is claimed again.
    async fn update_job_step_key(
        &mut self,
        lease: &Lease,
        key: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError>;
    /// Raises an alarm. Returns false if it was raised before.
    async fn insert_alarm(&mut self, key: &str, now: DateTime<Utc>) -> Result<bool, StoreError>;
    /// Clears an alarm. Returns when it was raised, if it was.
    async fn delete_alarm(&mut self, key: &str) -> Result<Option<DateTime<Utc>>, StoreError>;
    /// Stores a notification, which is due when its event happened.
    async fn insert_notification(&mut self, notification: &NewNotification) -> Result<(), StoreError>;
    /// Finishes a run of a job at `now` if the lease still holds.
    async fn update_job_finished(
        &mut self,
        lease: &Lease,
        result: &JobResult,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError>;
}
