//! The store on SQLite: one file, one writing connection, and a few reading ones.

mod app_backups;
mod app_restores;
mod app_snapshots;
mod app_summaries;
mod apps;
mod bucket_features;
mod bucket_measurements;
mod bucket_problems;
mod catalog;
mod changes;
mod connections;
mod db;
mod declarations;
mod errors;
mod faults;
mod jobs;
mod migrations;
mod notifications;
mod open;
mod pending_jobs;
#[cfg(test)]
mod plans;
mod resources;
mod rows;
#[cfg(test)]
mod scaling;
mod schedules;
mod servers;
mod statistics;
mod tokens;
mod transaction;
mod tx;
mod write_probe;

use std::collections::{HashMap, HashSet};
use std::path::Path;

use appkeep_core::actor::{Token, TokenHash};
use appkeep_core::app::AppView;
use appkeep_core::app_restore::AppRestore;
use appkeep_core::app_summary::AppSummary;
use appkeep_core::catalog::{
    Account, App, Bucket, BucketFeatures, BucketMeasurement, BucketProblem, Recorded,
};
use appkeep_core::declared_item::NodeItem;
use appkeep_core::fail_point;
use appkeep_core::ids::{AccountId, AppId, AppRestoreId, BucketId, ResourceId, ScheduleId};
use appkeep_core::job::{Claim, ClaimedJob, Lease, LeaseStatus, PendingJob};
use appkeep_core::notification::ClaimedNotification;
use appkeep_core::resource::Resource;
use appkeep_core::retention::RetentionItem;
use appkeep_core::schedule::{Schedule, Scheduled};
use appkeep_core::server::{NewServer, RegisteredServer};
use appkeep_core::statistics::{BackupResults, Statistics};
use appkeep_core::store::{
    Finished, JobEvents, ListFilter, ListPage, Page, Resources, Store, StoreError, StoreTx,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

#[cfg(feature = "failpoints")]
pub use faults::{FAULT_REASON, StorageFault, StorageFaults};

pub(crate) use connections::blocking;
pub(crate) use errors::store_error;
pub(crate) use migrations::list_applied;

use connections::Connections;
use db::Db;
use faults::Faults;
use open::{Durability, Timeouts};
use resources::Table;
use tx::SqliteTx;

/// The store in one SQLite file with a write-ahead log.
///
/// A committed transaction is on disk when its commit returns. A call waits at most a few seconds for a connection or
/// for another process, then it fails with [`StoreError::Unavailable`]. Clones share their connections, which
/// [`Store::close`] closes for all of them.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    connections: Connections,
    sole_server: bool,
    faults: Faults,
}

impl SqliteStore {
    /// Opens the database at `path`; other processes may have it open, too.
    ///
    /// A missing database is created, readable only by its owner, and the schema is migrated. Any number of processes
    /// may do this concurrently.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] while another process keeps it busy; [`StoreError::Broken`] if it can't be opened,
    /// or was written by a newer program.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let connections = open::open(path.as_ref(), Durability::Full, Timeouts::default()).await?;
        Ok(Self::over(connections, false))
    }

    /// Opens the database like [`Self::open`], for the only process that runs its jobs.
    ///
    /// The caller must ensure this by holding the lock of the data directory; the store can't check it. Running jobs
    /// of other process incarnations are then known to be dead: [`Store::claim_job`] claims them immediately instead
    /// of waiting until their leases expire. If the caller doesn't hold the lock, jobs run twice, and only fences
    /// prevent the slower run from writing its results.
    ///
    /// # Errors
    /// Those of [`Self::open`].
    pub async fn open_sole_server(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let connections = open::open(path.as_ref(), Durability::Full, Timeouts::default()).await?;
        Ok(Self::over(connections, true))
    }

    /// Opens the database like [`Self::open_sole_server`], but never waits for the disk. A crash of the system may
    /// destroy the database; a crash of the process doesn't.
    ///
    /// # Errors
    /// Those of [`Self::open`].
    pub async fn open_volatile(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let connections = open::open(path.as_ref(), Durability::Volatile, Timeouts::default()).await?;
        Ok(Self::over(connections, true))
    }

    /// Deletes all backups, snapshots, restores, jobs, and schedules of clients. Accounts, apps, buckets, configured
    /// schedules and tokens stay.
    ///
    /// # Errors
    /// Those of every transaction.
    pub async fn delete_resources(&self) -> Result<(), StoreError> {
        self.write(resources::delete_all).await
    }

    /// Whether [`Store::claim_job`] would return a job. Nothing is changed.
    ///
    /// # Errors
    /// Those of every transaction.
    pub async fn has_claimable_job(&self, claim: &Claim) -> Result<bool, StoreError> {
        let (claim, sole_server) = (claim.clone(), self.sole_server);
        let mut tx = self.connections.begin().await?;
        // The transaction is dropped on the same thread, which rolls it back.
        let claimed = blocking(move || tx.run(|db| jobs::claim(db, &claim, sole_server))).await?;
        // Other jobs may have been claimed or finished by transactions that share a commit. The caller reads them next.
        self.connections.begin().await?.commit().await?;
        Ok(claimed.is_some())
    }

    fn over(connections: Connections, sole_server: bool) -> Self {
        Self {
            connections,
            sole_server,
            faults: Faults::default(),
        }
    }

    /// Injects faults into this store.
    #[cfg(feature = "failpoints")]
    #[must_use]
    pub fn faults(&self) -> StorageFaults {
        self.faults.switch.clone()
    }

    /// Reads a few rows by key.
    async fn lookup<T>(&self, read: impl FnOnce(&Db) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.faults.access()?;
        self.connections.lookup(read).await
    }

    /// Reads any number of rows.
    async fn scan<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Db) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.faults.access()?;
        self.connections.scan(read).await
    }

    /// Runs a transaction, whose statements run on the blocking pool.
    async fn write<T: Send + 'static>(
        &self,
        write: impl FnOnce(&Db) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.faults.access()?;
        let mut tx = self.connections.begin().await?;
        let (tx, result) = blocking(move || {
            let result = tx.run(write)?;
            Ok((tx, result))
        })
        .await?;
        tx.commit().await?;
        Ok(result)
    }
}

#[async_trait]
impl<K: Table> Resources<K> for SqliteStore {
    async fn fetch_resource(
        &self,
        account_id: AccountId,
        id: ResourceId<K>,
    ) -> Result<Option<Resource<K>>, StoreError> {
        self.lookup(|db| resources::fetch(db, account_id, id)).await
    }

    async fn list_resources(
        &self,
        filter: &ListFilter,
        page: &Page,
    ) -> Result<ListPage<Resource<K>>, StoreError> {
        let (filter, page) = (*filter, *page);
        self.scan(move |db| resources::list(db, &filter, &page)).await
    }

    async fn list_finished(
        &self,
        app_id: AppId,
        after: Option<ResourceId<K>>,
        rows_max: u32,
    ) -> Result<Vec<Finished<K>>, StoreError> {
        self.scan(move |db| resources::list_finished(db, app_id, after, rows_max))
            .await
    }

    async fn list_by_schedule(&self, id: ScheduleId) -> Result<Vec<RetentionItem>, StoreError> {
        self.scan(move |db| resources::list_by_schedule::<K>(db, id))
            .await
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn begin(&self) -> Result<Box<dyn StoreTx>, StoreError> {
        self.faults.access()?;
        let tx = self.connections.begin().await?;
        Ok(Box::new(SqliteTx::new(tx, self.sole_server, self.faults.clone())))
    }

    async fn fetch_token(&self, hash: &TokenHash) -> Result<Option<Token>, StoreError> {
        self.lookup(|db| tokens::fetch(db, hash)).await
    }

    async fn list_tokens(&self) -> Result<Vec<Token>, StoreError> {
        self.scan(tokens::list).await
    }

    async fn fetch_statistics(&self) -> Result<Statistics, StoreError> {
        self.scan(statistics::fetch).await
    }

    async fn list_backup_results(&self, rows_max: u32) -> Result<Vec<BackupResults>, StoreError> {
        self.scan(move |db| statistics::list_backup_results(db, rows_max))
            .await
    }

    async fn fetch_account(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        self.lookup(|db| catalog::fetch_account(db, id)).await
    }

    async fn list_accounts(&self) -> Result<Vec<Account>, StoreError> {
        self.scan(catalog::list_accounts).await
    }

    async fn list_recorded_accounts(&self) -> Result<Vec<Recorded<Account>>, StoreError> {
        self.scan(catalog::list_recorded_accounts).await
    }

    async fn fetch_app(&self, account_id: AccountId, id: AppId) -> Result<Option<App>, StoreError> {
        self.lookup(|db| catalog::fetch_app(db, account_id, id)).await
    }

    async fn fetch_app_of_node(
        &self,
        node: &str,
        account_id: AccountId,
        id: AppId,
    ) -> Result<Option<App>, StoreError> {
        self.lookup(|db| declarations::fetch_app(db, node, account_id, id))
            .await
    }

    async fn list_apps(&self, account_id: AccountId) -> Result<Vec<App>, StoreError> {
        self.scan(move |db| catalog::list_apps(db, account_id)).await
    }

    async fn fetch_app_view(&self, account_id: AccountId, id: AppId) -> Result<Option<AppView>, StoreError> {
        self.lookup(|db| apps::fetch_view(db, account_id, id)).await
    }

    async fn list_app_views(
        &self,
        account_id: AccountId,
        page: &Page,
    ) -> Result<ListPage<AppView>, StoreError> {
        let page = *page;
        self.scan(move |db| apps::list(db, account_id, &page)).await
    }

    async fn list_app_summaries(
        &self,
        account_id: AccountId,
        page: &Page,
    ) -> Result<ListPage<AppSummary>, StoreError> {
        let page = *page;
        self.scan(move |db| app_summaries::list(db, account_id, &page))
            .await
    }

    async fn fetch_account_version(&self, id: AccountId) -> Result<Option<i64>, StoreError> {
        self.lookup(|db| catalog::fetch_account_version(db, id)).await
    }

    async fn fetch_bucket(&self, account_id: AccountId, id: BucketId) -> Result<Option<Bucket>, StoreError> {
        self.lookup(|db| catalog::fetch_bucket(db, account_id, id)).await
    }

    async fn list_buckets(&self, account_id: AccountId) -> Result<Vec<Bucket>, StoreError> {
        self.scan(move |db| catalog::list_buckets(db, account_id)).await
    }

    async fn list_recorded_buckets(
        &self,
        account_id: AccountId,
    ) -> Result<Vec<Recorded<Bucket>>, StoreError> {
        self.scan(move |db| catalog::list_recorded_buckets(db, account_id))
            .await
    }

    async fn list_buckets_of_app(
        &self,
        account_id: AccountId,
        app_id: AppId,
        node: Option<&str>,
    ) -> Result<Vec<Bucket>, StoreError> {
        let node = node.map(str::to_owned);
        self.scan(move |db| catalog::list_buckets_of_app(db, account_id, app_id, node.as_deref()))
            .await
    }

    async fn list_buckets_of_other_nodes(&self, node: &str) -> Result<HashSet<BucketId>, StoreError> {
        let node = node.to_owned();
        self.scan(move |db| declarations::list_buckets_of_others(db, &node))
            .await
    }

    async fn list_buckets_usable_elsewhere(&self, _node: &str) -> Result<HashSet<BucketId>, StoreError> {
        Ok(HashSet::new())
    }

    async fn fetch_schedule(
        &self,
        account_id: AccountId,
        id: ScheduleId,
    ) -> Result<Option<Schedule>, StoreError> {
        self.lookup(|db| schedules::fetch(db, account_id, id)).await
    }

    async fn list_schedules(&self) -> Result<Vec<Scheduled>, StoreError> {
        self.scan(schedules::list_in_use).await
    }

    async fn list_app_schedules(
        &self,
        account_id: AccountId,
        app_id: AppId,
    ) -> Result<Vec<Recorded<Scheduled>>, StoreError> {
        self.scan(move |db| schedules::list_of_app(db, account_id, app_id))
            .await
    }

    async fn fetch_app_restore(
        &self,
        account_id: AccountId,
        id: AppRestoreId,
    ) -> Result<Option<AppRestore>, StoreError> {
        self.lookup(|db| app_restores::fetch(db, account_id, id)).await
    }

    async fn list_app_restores(
        &self,
        account_id: AccountId,
        app_id: AppId,
    ) -> Result<Vec<AppRestore>, StoreError> {
        self.scan(move |db| app_restores::list_of_app(db, account_id, app_id))
            .await
    }

    async fn fetch_latest_app_restore(
        &self,
        account_id: AccountId,
        app_id: AppId,
    ) -> Result<Option<AppRestore>, StoreError> {
        self.lookup(|db| app_restores::fetch_latest(db, account_id, app_id))
            .await
    }

    async fn list_bucket_problems(
        &self,
        account_id: AccountId,
    ) -> Result<HashMap<BucketId, BucketProblem>, StoreError> {
        self.scan(move |db| bucket_problems::list(db, account_id)).await
    }

    async fn list_bucket_features(
        &self,
        account_id: AccountId,
    ) -> Result<HashMap<BucketId, BucketFeatures>, StoreError> {
        self.scan(move |db| bucket_features::list(db, account_id)).await
    }

    async fn update_bucket_features(
        &self,
        id: BucketId,
        features: BucketFeatures,
    ) -> Result<bool, StoreError> {
        self.write(move |db| bucket_features::update(db, id, features))
            .await
    }

    async fn list_bucket_measurements(
        &self,
        account_id: AccountId,
    ) -> Result<HashMap<BucketId, BucketMeasurement>, StoreError> {
        self.scan(move |db| bucket_measurements::list(db, account_id))
            .await
    }

    async fn update_bucket_measurement(
        &self,
        id: BucketId,
        measurement: &BucketMeasurement,
    ) -> Result<(), StoreError> {
        let measurement = *measurement;
        self.write(move |db| bucket_measurements::update(db, id, &measurement))
            .await
    }

    async fn claim_job(&self, claim: &Claim) -> Result<Option<ClaimedJob>, StoreError> {
        let (claim, sole_server) = (claim.clone(), self.sole_server);
        let claimed = self.write(move |db| jobs::claim(db, &claim, sole_server)).await?;
        fail_point::pass("store.job_claimed");
        Ok(claimed)
    }

    async fn list_pending_jobs(&self) -> Result<Vec<PendingJob>, StoreError> {
        self.scan(pending_jobs::list).await
    }

    async fn probe_write(&self) -> Result<(), StoreError> {
        self.faults.access()?;
        self.faults.commit()?;
        let mut tx = self.connections.begin().await?;
        // The transaction is dropped on the same thread, which rolls it back.
        blocking(move || tx.run(write_probe::write)).await
    }

    async fn renew_lease(&self, lease: &Lease, until: DateTime<Utc>) -> Result<LeaseStatus, StoreError> {
        let lease = lease.clone();
        self.write(move |db| jobs::renew_lease(db, &lease, until)).await
    }

    /// None: the workers are in the process that queues most jobs, and poll for those of command-line tools.
    fn watch_jobs(&self) -> Option<JobEvents> {
        None
    }

    async fn database_time(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        Ok(None)
    }

    async fn register_server(
        &self,
        server: &NewServer,
        now: DateTime<Utc>,
    ) -> Result<Option<RegisteredServer>, StoreError> {
        let (server, sole_server) = (server.clone(), self.sole_server);
        self.write(move |db| servers::register(db, &server, now, sole_server))
            .await
    }

    async fn list_servers(&self, now: DateTime<Utc>) -> Result<Vec<RegisteredServer>, StoreError> {
        self.scan(move |db| servers::list(db, now)).await
    }

    async fn list_declared_items(&self) -> Result<Vec<NodeItem>, StoreError> {
        self.scan(declarations::list).await
    }

    async fn unregister_server(&self, id: Uuid) -> Result<(), StoreError> {
        self.write(move |db| servers::delete(db, id)).await
    }

    async fn list_alarms(&self) -> Result<Vec<String>, StoreError> {
        self.scan(notifications::list_alarms).await
    }

    async fn claim_notification(
        &self,
        receiver: &str,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Option<ClaimedNotification>, StoreError> {
        if !self.lookup(|db| notifications::is_due(db, receiver, now)).await? {
            return Ok(None);
        }
        let receiver = receiver.to_owned();
        self.write(move |db| notifications::claim(db, &receiver, now, until))
            .await
    }

    async fn delete_notification(&self, id: Uuid, attempts: u32) -> Result<(), StoreError> {
        self.write(move |db| notifications::delete(db, id, attempts))
            .await
    }

    async fn update_notification_due(
        &self,
        id: Uuid,
        attempts: u32,
        due_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.write(move |db| notifications::update_due(db, id, attempts, due_at))
            .await
    }

    async fn delete_old_notifications(
        &self,
        before: DateTime<Utc>,
        rows_max: u32,
        now: DateTime<Utc>,
    ) -> Result<usize, StoreError> {
        let has_old = self.scan(move |db| notifications::has_old(db, before, rows_max, now));
        if !has_old.await? {
            return Ok(0);
        }
        self.write(move |db| notifications::delete_old(db, before, rows_max, now))
            .await
    }

    async fn close(&self) {
        self.connections.close().await;
    }
}
