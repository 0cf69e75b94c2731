//! The store on PostgreSQL, which several servers share.

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
mod events;
mod jobs;
mod locks;
mod maintenance;
mod migrations;
mod notifications;
mod options;
mod pending_jobs;
#[cfg(test)]
mod plans;
mod repository_keys;
mod resources;
mod rows;
#[cfg(test)]
mod scaling;
mod schedules;
#[cfg(test)]
#[path = "../../tests/schema/mod.rs"]
mod schema;
mod servers;
mod statistics;
mod tokens;
mod transaction;
mod tx;
mod write_probe;

use std::collections::{HashMap, HashSet};

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
use secrecy::SecretString;
use sqlx_core::connection::Connection as _;
use sqlx_core::pool::PoolConnection;
use sqlx_postgres::{PgConnection, Postgres};
use uuid::Uuid;

pub(crate) use errors::{encode_error, store_error};
pub(crate) use locks::WRITES as LOCK_WRITES;
pub(crate) use migrations::begin as begin_migrated;

use connections::Connections;
use events::Events;
use options::Options;
use resources::Table;
use tx::PostgresTx;

/// Opens a connection without a pool.
pub(crate) async fn connect(url: &SecretString) -> Result<PgConnection, StoreError> {
    connections::connect(&options(url)?).await
}

fn options(url: &SecretString) -> Result<Options, StoreError> {
    Options::parse(url)
        .map_err(|reason| StoreError::Broken(format!("the URL of the database is invalid: {reason}")))
}

/// The store in a PostgreSQL database, which any number of servers may use at once.
///
/// A committed transaction is as durable as the database is configured to make it. Transactions of all servers run one
/// after another; those of one server that wait for each other share a commit. A
/// call waits at most a few seconds for a connection or a lock, then it fails with [`StoreError::Unavailable`]. Broken
/// connections are replaced. Clones share their connections.
#[derive(Debug, Clone)]
pub struct PostgresStore {
    connections: Connections,
    events: Events,
}

impl PostgresStore {
    /// Connects to the database at `url` and migrates its schema. Any number of servers may do this concurrently. The
    /// database must exist.
    ///
    /// The URL has the form `postgres://USER:PASSWORD@HOST:PORT/DATABASE?PARAMETERS`. The parameters are those of
    /// libpq (`sslmode`, `sslrootcert`, `host` for a socket's directory, `options`, …), settings of the sessions
    /// (`options[statement_timeout]=30s`), `max_connections` (default: 16) and `acquire_timeout_secs` (default: 5).
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the database can't be reached; [`StoreError::Broken`] if the URL is invalid,
    /// access is denied, or the schema was written by a newer program. The texts never contain the password.
    pub async fn connect(url: &SecretString) -> Result<Self, StoreError> {
        let options = options(url)?;
        let mut connection = connections::connect(&options).await?;
        migrations::run(&mut connection).await?;
        Self::over(connection, options).await
    }

    /// Connects to the database at `url`, as [`Self::connect`] does, but doesn't change its schema: servers of the
    /// previous version may use it.
    ///
    /// # Errors
    /// Those of [`Self::connect`]; [`StoreError::Broken`] also if the schema is older than this program.
    pub async fn connect_migrated(url: &SecretString) -> Result<Self, StoreError> {
        let options = options(url)?;
        let mut connection = connections::connect(&options).await?;
        migrations::check(&mut connection).await?;
        Self::over(connection, options).await
    }

    async fn over(connection: PgConnection, options: Options) -> Result<Self, StoreError> {
        connection.close().await.map_err(store_error)?;
        let events = Events::new(options.clone());
        let connections = Connections::new(options);
        Ok(Self { connections, events })
    }

    /// The id of the installation, which all its servers share: `new` if it had none.
    ///
    /// # Errors
    /// Those of every call.
    pub async fn installation_id(&self, new: Uuid) -> Result<Uuid, StoreError> {
        servers::installation_id(&mut *self.db().await?, new).await
    }

    /// Describes the database at `url`, without user and password. Doesn't connect to it.
    ///
    /// # Errors
    /// The reason why the URL is invalid, without the password.
    pub fn location(url: &SecretString) -> Result<String, String> {
        Ok(Options::parse(url)?.location())
    }

    async fn db(&self) -> Result<PoolConnection<Postgres>, StoreError> {
        self.connections.acquire().await
    }
}

#[async_trait]
impl<K: Table> Resources<K> for PostgresStore {
    async fn fetch_resource(
        &self,
        account_id: AccountId,
        id: ResourceId<K>,
    ) -> Result<Option<Resource<K>>, StoreError> {
        resources::fetch(&mut *self.db().await?, account_id, id).await
    }

    async fn list_resources(
        &self,
        filter: &ListFilter,
        page: &Page,
    ) -> Result<ListPage<Resource<K>>, StoreError> {
        resources::list(&mut *self.db().await?, filter, page).await
    }

    async fn list_finished(
        &self,
        app_id: AppId,
        after: Option<ResourceId<K>>,
        rows_max: u32,
    ) -> Result<Vec<Finished<K>>, StoreError> {
        resources::list_finished(&mut *self.db().await?, app_id, after, rows_max).await
    }

    async fn list_by_schedule(&self, id: ScheduleId) -> Result<Vec<RetentionItem>, StoreError> {
        resources::list_by_schedule::<K>(&mut *self.db().await?, id).await
    }
}

#[async_trait]
impl Store for PostgresStore {
    async fn begin(&self) -> Result<Box<dyn StoreTx>, StoreError> {
        let tx = self.connections.begin_write().await?;
        Ok(Box::new(PostgresTx::new(tx, self.connections.clone())))
    }

    async fn fetch_token(&self, hash: &TokenHash) -> Result<Option<Token>, StoreError> {
        tokens::fetch(&mut *self.db().await?, hash).await
    }

    async fn list_tokens(&self) -> Result<Vec<Token>, StoreError> {
        tokens::list(&mut *self.db().await?).await
    }

    async fn fetch_statistics(&self) -> Result<Statistics, StoreError> {
        let mut tx = self.connections.begin_read_only().await?;
        statistics::fetch(&mut tx).await
    }

    async fn list_backup_results(&self, rows_max: u32) -> Result<Vec<BackupResults>, StoreError> {
        statistics::list_backup_results(&mut *self.db().await?, rows_max).await
    }

    async fn fetch_account(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        catalog::fetch_account(&mut *self.db().await?, id).await
    }

    async fn list_accounts(&self) -> Result<Vec<Account>, StoreError> {
        catalog::list_accounts(&mut *self.db().await?).await
    }

    async fn list_recorded_accounts(&self) -> Result<Vec<Recorded<Account>>, StoreError> {
        catalog::list_recorded_accounts(&mut *self.db().await?).await
    }

    async fn fetch_app(&self, account_id: AccountId, id: AppId) -> Result<Option<App>, StoreError> {
        catalog::fetch_app(&mut *self.db().await?, account_id, id).await
    }

    async fn fetch_app_of_node(
        &self,
        node: &str,
        account_id: AccountId,
        id: AppId,
    ) -> Result<Option<App>, StoreError> {
        declarations::fetch_app(&mut *self.db().await?, node, account_id, id).await
    }

    async fn list_apps(&self, account_id: AccountId) -> Result<Vec<App>, StoreError> {
        catalog::list_apps(&mut *self.db().await?, account_id).await
    }

    async fn fetch_app_view(&self, account_id: AccountId, id: AppId) -> Result<Option<AppView>, StoreError> {
        apps::fetch_view(&mut *self.db().await?, account_id, id).await
    }

    async fn list_app_views(
        &self,
        account_id: AccountId,
        page: &Page,
    ) -> Result<ListPage<AppView>, StoreError> {
        apps::list(&mut *self.db().await?, account_id, page).await
    }

    async fn list_app_summaries(
        &self,
        account_id: AccountId,
        page: &Page,
    ) -> Result<ListPage<AppSummary>, StoreError> {
        let mut tx = self.connections.begin_read_only().await?;
        app_summaries::list(&mut tx, account_id, page).await
    }

    async fn fetch_account_version(&self, id: AccountId) -> Result<Option<i64>, StoreError> {
        catalog::fetch_account_version(&mut *self.db().await?, id).await
    }

    async fn fetch_bucket(&self, account_id: AccountId, id: BucketId) -> Result<Option<Bucket>, StoreError> {
        catalog::fetch_bucket(&mut *self.db().await?, account_id, id).await
    }

    async fn list_buckets(&self, account_id: AccountId) -> Result<Vec<Bucket>, StoreError> {
        catalog::list_buckets(&mut *self.db().await?, account_id).await
    }

    async fn list_recorded_buckets(
        &self,
        account_id: AccountId,
    ) -> Result<Vec<Recorded<Bucket>>, StoreError> {
        catalog::list_recorded_buckets(&mut *self.db().await?, account_id).await
    }

    async fn list_buckets_of_app(
        &self,
        account_id: AccountId,
        app_id: AppId,
        node: Option<&str>,
    ) -> Result<Vec<Bucket>, StoreError> {
        catalog::list_buckets_of_app(&mut *self.db().await?, account_id, app_id, node).await
    }

    async fn list_buckets_of_other_nodes(&self, node: &str) -> Result<HashSet<BucketId>, StoreError> {
        declarations::list_buckets_of_others(&mut *self.db().await?, node).await
    }

    async fn list_buckets_usable_elsewhere(&self, node: &str) -> Result<HashSet<BucketId>, StoreError> {
        bucket_problems::list_usable_elsewhere(&mut *self.db().await?, node).await
    }

    async fn fetch_schedule(
        &self,
        account_id: AccountId,
        id: ScheduleId,
    ) -> Result<Option<Schedule>, StoreError> {
        schedules::fetch(&mut *self.db().await?, account_id, id).await
    }

    async fn list_schedules(&self) -> Result<Vec<Scheduled>, StoreError> {
        schedules::list_in_use(&mut *self.db().await?).await
    }

    async fn list_app_schedules(
        &self,
        account_id: AccountId,
        app_id: AppId,
    ) -> Result<Vec<Recorded<Scheduled>>, StoreError> {
        schedules::list_of_app(&mut *self.db().await?, account_id, app_id).await
    }

    async fn fetch_app_restore(
        &self,
        account_id: AccountId,
        id: AppRestoreId,
    ) -> Result<Option<AppRestore>, StoreError> {
        app_restores::fetch(&mut *self.db().await?, account_id, id).await
    }

    async fn list_app_restores(
        &self,
        account_id: AccountId,
        app_id: AppId,
    ) -> Result<Vec<AppRestore>, StoreError> {
        app_restores::list_of_app(&mut *self.db().await?, account_id, app_id).await
    }

    async fn fetch_latest_app_restore(
        &self,
        account_id: AccountId,
        app_id: AppId,
    ) -> Result<Option<AppRestore>, StoreError> {
        app_restores::fetch_latest(&mut *self.db().await?, account_id, app_id).await
    }

    async fn list_bucket_problems(
        &self,
        account_id: AccountId,
    ) -> Result<HashMap<BucketId, BucketProblem>, StoreError> {
        bucket_problems::list(&mut *self.db().await?, account_id).await
    }

    async fn list_bucket_features(
        &self,
        account_id: AccountId,
    ) -> Result<HashMap<BucketId, BucketFeatures>, StoreError> {
        bucket_features::list(&mut *self.db().await?, account_id).await
    }

    async fn update_bucket_features(
        &self,
        id: BucketId,
        features: BucketFeatures,
    ) -> Result<bool, StoreError> {
        bucket_features::update(&mut *self.db().await?, id, features).await
    }

    async fn list_bucket_measurements(
        &self,
        account_id: AccountId,
    ) -> Result<HashMap<BucketId, BucketMeasurement>, StoreError> {
        bucket_measurements::list(&mut *self.db().await?, account_id).await
    }

    async fn update_bucket_measurement(
        &self,
        id: BucketId,
        measurement: &BucketMeasurement,
    ) -> Result<(), StoreError> {
        bucket_measurements::update(&mut *self.db().await?, id, measurement).await
    }

    async fn claim_job(&self, claim: &Claim) -> Result<Option<ClaimedJob>, StoreError> {
        let mut tx = self.connections.begin_read_committed().await?;
        let claimed = jobs::claim(&mut tx, claim).await?;
        tx.commit().await.map_err(store_error)?;
        self.connections.maintain().await;
        fail_point::pass("store.job_claimed");
        Ok(claimed)
    }

    async fn list_pending_jobs(&self) -> Result<Vec<PendingJob>, StoreError> {
        pending_jobs::list(&mut *self.db().await?).await
    }

    async fn probe_write(&self) -> Result<(), StoreError> {
        let mut tx = self.connections.begin_read_committed().await?;
        write_probe::write(&mut tx).await?;
        tx.rollback().await.map_err(store_error)
    }

    async fn renew_lease(&self, lease: &Lease, until: DateTime<Utc>) -> Result<LeaseStatus, StoreError> {
        jobs::renew_lease(&mut *self.db().await?, lease, until).await
    }

    fn watch_jobs(&self) -> Option<JobEvents> {
        Some(self.events.subscribe())
    }

    async fn database_time(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        servers::time(&mut *self.db().await?).await.map(Some)
    }

    async fn register_server(
        &self,
        server: &NewServer,
        _now: DateTime<Utc>,
    ) -> Result<Option<RegisteredServer>, StoreError> {
        let mut tx = self.connections.begin_read_committed().await?;
        let other = servers::register(&mut tx, server).await?;
        tx.commit().await.map_err(store_error)?;
        Ok(other)
    }

    async fn list_servers(&self, _now: DateTime<Utc>) -> Result<Vec<RegisteredServer>, StoreError> {
        servers::list(&mut *self.db().await?).await
    }

    async fn list_declared_items(&self) -> Result<Vec<NodeItem>, StoreError> {
        declarations::list(&mut *self.db().await?).await
    }

    async fn unregister_server(&self, id: Uuid) -> Result<(), StoreError> {
        servers::delete(&mut *self.db().await?, id).await
    }

    async fn list_alarms(&self) -> Result<Vec<String>, StoreError> {
        notifications::list_alarms(&mut *self.db().await?).await
    }

    async fn claim_notification(
        &self,
        receiver: &str,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Option<ClaimedNotification>, StoreError> {
        notifications::claim(&mut *self.db().await?, receiver, now, until).await
    }

    async fn delete_notification(&self, id: Uuid, attempts: u32) -> Result<(), StoreError> {
        notifications::delete(&mut *self.db().await?, id, attempts).await
    }

    async fn update_notification_due(
        &self,
        id: Uuid,
        attempts: u32,
        due_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        notifications::update_due(&mut *self.db().await?, id, attempts, due_at).await
    }

    async fn delete_old_notifications(
        &self,
        before: DateTime<Utc>,
        rows_max: u32,
        now: DateTime<Utc>,
    ) -> Result<usize, StoreError> {
        notifications::delete_old(&mut *self.db().await?, before, rows_max, now).await
    }

    async fn close(&self) {
        self.events.close().await;
        self.connections.close().await;
    }
}
