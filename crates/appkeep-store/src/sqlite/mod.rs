//! The store on SQLite: one file, one writing connection, a few that read.

mod app_backups;
mod app_restores;
mod app_snaps;
mod apps;
mod catalog;
mod changes;
mod errors;
mod faults;
mod jobs;
mod migrations;
mod open;
mod rows;
mod schedules;
mod shared_reads;
mod statistics;
mod tokens;
mod tx;
mod versions;

use std::path::Path;
use std::sync::Arc;

use appkeep_core::actor::{Token, TokenHash};
use appkeep_core::app::AppView;
use appkeep_core::app_backup::AppBackup;
use appkeep_core::app_restore::AppRestore;
use appkeep_core::app_snap::AppSnap;
use appkeep_core::catalog::{Account, App, Bucket, Recorded};
use appkeep_core::fail_point;
use appkeep_core::ids::{AccountId, AppBackupId, AppId, AppRestoreId, AppSnapId, BucketId, ScheduleId};
use appkeep_core::job::{Claim, ClaimedJob, Lease, LeaseStatus};
use appkeep_core::retention::Made;
use appkeep_core::schedule::{Schedule, Scheduled};
use appkeep_core::statistics::Statistics;
use appkeep_core::store::{
    ListAsk, ListFilter, ListFound, ListKind, Page, Store, StoreError, StoreTx, Version,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::pool::PoolConnection;
use sqlx::{Sqlite, Transaction};

#[cfg(feature = "failpoints")]
pub use faults::{FAULT_REASON, StorageFault, StorageFaults};

use errors::store_error;
use faults::Faults;
use open::{Connections, Waits};
use shared_reads::SharedReads;
use tx::SqliteTx;

/// Tokens, and lists that were read along with them.
type TokensWithLists = SharedReads<(TokenHash, ListAsk), Option<(Token, ListFound)>>;

/// Everything that is remembered, in one SQLite file with a write-ahead log.
///
/// What a transaction committed is on the disk when its commit returns. A call waits at most a few seconds
/// for its turn, then it fails with [`StoreError::Unavailable`]. Clones share their connections.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    connections: Connections,
    sole_server: bool,
    lists: Arc<TokensWithLists>,
    faults: Faults,
}

impl SqliteStore {
    /// Opens the database at `path`, beside whatever else has it open.
    ///
    /// If there is none it is made, readable by its owner only, and its schema is brought up to date. Any
    /// number of processes may do so at once.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] while another process keeps it busy; [`StoreError::Broken`] when it can't be
    /// opened, or when a newer program has written it.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let connections = Connections::open(path.as_ref(), Waits::default()).await?;
        Ok(Self::over(connections, false))
    }

    /// Opens the database like [`Self::open`], for the only process that runs its jobs.
    ///
    /// The caller vouches for that by holding the lock of the data directory; the store can't check it. A
    /// running job of another incarnation is then known to be dead: [`Store::claim_job`] takes it at once
    /// instead of waiting until its lease runs out. If the caller is wrong, jobs run twice, and fences alone
    /// keep the slower run from writing its results.
    ///
    /// # Errors
    /// Those of [`Self::open`].
    pub async fn open_sole_server(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let connections = Connections::open(path.as_ref(), Waits::default()).await?;
        Ok(Self::over(connections, true))
    }

    fn over(connections: Connections, sole_server: bool) -> Self {
        Self {
            connections,
            sole_server,
            lists: Arc::new(SharedReads::new()),
            faults: Faults::default(),
        }
    }

    /// Waits for calls that are under way, then closes the database. Every later call, by any clone, fails
    /// with [`StoreError::Unavailable`].
    pub async fn close(&self) {
        self.connections.close().await;
    }

    /// The switch that makes this store fail.
    #[cfg(feature = "failpoints")]
    #[must_use]
    pub fn faults(&self) -> StorageFaults {
        self.faults.switch.clone()
    }

    async fn reader(&self) -> Result<PoolConnection<Sqlite>, StoreError> {
        self.faults.access()?;
        self.connections.readers.acquire().await.map_err(store_error)
    }

    /// Takes SQLite's lock on writing at once: a transaction that first reads and then writes could
    /// otherwise fail in the middle.
    async fn writer(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        self.faults.access()?;
        self.connections
            .writer
            .begin_with("BEGIN IMMEDIATE")
            .await
            .map_err(store_error)
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn begin(&self) -> Result<Box<dyn StoreTx>, StoreError> {
        Ok(Box::new(SqliteTx::new(self.writer().await?, self.faults.clone())))
    }

    async fn fetch_token(&self, hash: &TokenHash) -> Result<Option<Token>, StoreError> {
        tokens::fetch(&mut *self.reader().await?, hash).await
    }

    async fn fetch_token_with_list(
        &self,
        hash: &TokenHash,
        ask: &ListAsk,
    ) -> Result<Option<(Token, ListFound)>, StoreError> {
        let statements = match ask.kind {
            ListKind::AppBackups => &app_backups::VERSIONS,
            ListKind::AppSnaps => &app_snaps::VERSIONS,
            ListKind::Apps => &apps::VERSIONS,
        };
        let read = async { tokens::fetch_with_list(&mut *self.reader().await?, hash, statements, ask).await };
        self.lists.get(&(*hash, *ask), read).await
    }

    async fn list_tokens(&self) -> Result<Vec<Token>, StoreError> {
        tokens::list(&mut *self.reader().await?).await
    }

    async fn fetch_statistics(&self) -> Result<Statistics, StoreError> {
        statistics::fetch(&mut *self.reader().await?).await
    }

    async fn fetch_account(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        catalog::fetch_account(&mut *self.reader().await?, id).await
    }

    async fn list_accounts(&self) -> Result<Vec<Account>, StoreError> {
        catalog::list_accounts(&mut *self.reader().await?).await
    }

    async fn list_recorded_accounts(&self) -> Result<Vec<Recorded<Account>>, StoreError> {
        catalog::list_recorded_accounts(&mut *self.reader().await?).await
    }

    async fn fetch_app(&self, account_id: AccountId, id: AppId) -> Result<Option<App>, StoreError> {
        catalog::fetch_app(&mut *self.reader().await?, account_id, id).await
    }

    async fn list_apps(&self, account_id: AccountId) -> Result<Vec<App>, StoreError> {
        catalog::list_apps(&mut *self.reader().await?, account_id).await
    }

    async fn fetch_app_view(&self, account_id: AccountId, id: AppId) -> Result<Option<AppView>, StoreError> {
        let found = apps::fetch_some(&mut *self.reader().await?, account_id, &[id]).await?;
        Ok(found.into_iter().next())
    }

    async fn fetch_app_views(
        &self,
        account_id: AccountId,
        ids: &[AppId],
    ) -> Result<Vec<AppView>, StoreError> {
        apps::fetch_some(&mut *self.reader().await?, account_id, ids).await
    }

    async fn list_app_versions(&self, filter: &ListFilter, page: &Page) -> Result<Vec<Version>, StoreError> {
        versions::list(&mut *self.reader().await?, &apps::VERSIONS, filter, page).await
    }

    async fn fetch_bucket(&self, account_id: AccountId, id: BucketId) -> Result<Option<Bucket>, StoreError> {
        catalog::fetch_bucket(&mut *self.reader().await?, account_id, id).await
    }

    async fn list_buckets(&self, account_id: AccountId) -> Result<Vec<Bucket>, StoreError> {
        catalog::list_buckets(&mut *self.reader().await?, account_id).await
    }

    async fn list_recorded_buckets(
        &self,
        account_id: AccountId,
    ) -> Result<Vec<Recorded<Bucket>>, StoreError> {
        catalog::list_recorded_buckets(&mut *self.reader().await?, account_id).await
    }

    async fn fetch_schedule(
        &self,
        account_id: AccountId,
        id: ScheduleId,
    ) -> Result<Option<Schedule>, StoreError> {
        schedules::fetch(&mut *self.reader().await?, account_id, id).await
    }

    async fn list_schedules(&self) -> Result<Vec<Scheduled>, StoreError> {
        schedules::list_declared(&mut *self.reader().await?).await
    }

    async fn list_app_schedules(
        &self,
        account_id: AccountId,
        app_id: AppId,
    ) -> Result<Vec<Recorded<Scheduled>>, StoreError> {
        schedules::list_of_app(&mut *self.reader().await?, account_id, app_id).await
    }

    async fn list_app_backups_made_by(&self, id: ScheduleId) -> Result<Vec<Made>, StoreError> {
        schedules::list_made_by(&mut *self.reader().await?, schedules::APP_BACKUPS, id).await
    }

    async fn list_app_snaps_made_by(&self, id: ScheduleId) -> Result<Vec<Made>, StoreError> {
        schedules::list_made_by(&mut *self.reader().await?, schedules::APP_SNAPS, id).await
    }

    async fn fetch_app_backup(
        &self,
        account_id: AccountId,
        id: AppBackupId,
    ) -> Result<Option<AppBackup>, StoreError> {
        app_backups::fetch(&mut *self.reader().await?, account_id, id).await
    }

    async fn fetch_app_backups(
        &self,
        account_id: AccountId,
        ids: &[AppBackupId],
    ) -> Result<Vec<AppBackup>, StoreError> {
        app_backups::fetch_some(&mut *self.reader().await?, account_id, ids).await
    }

    async fn list_app_backup_versions(
        &self,
        filter: &ListFilter,
        page: &Page,
    ) -> Result<Vec<Version>, StoreError> {
        versions::list(&mut *self.reader().await?, &app_backups::VERSIONS, filter, page).await
    }

    async fn fetch_app_snap(
        &self,
        account_id: AccountId,
        id: AppSnapId,
    ) -> Result<Option<AppSnap>, StoreError> {
        app_snaps::fetch(&mut *self.reader().await?, account_id, id).await
    }

    async fn fetch_app_snaps(
        &self,
        account_id: AccountId,
        ids: &[AppSnapId],
    ) -> Result<Vec<AppSnap>, StoreError> {
        app_snaps::fetch_some(&mut *self.reader().await?, account_id, ids).await
    }

    async fn list_app_snap_versions(
        &self,
        filter: &ListFilter,
        page: &Page,
    ) -> Result<Vec<Version>, StoreError> {
        versions::list(&mut *self.reader().await?, &app_snaps::VERSIONS, filter, page).await
    }

    async fn fetch_app_restore(
        &self,
        account_id: AccountId,
        id: AppRestoreId,
    ) -> Result<Option<AppRestore>, StoreError> {
        app_restores::fetch(&mut *self.reader().await?, account_id, id).await
    }

    async fn fetch_latest_app_restore(
        &self,
        account_id: AccountId,
        app_id: AppId,
    ) -> Result<Option<AppRestore>, StoreError> {
        app_restores::fetch_latest(&mut *self.reader().await?, account_id, app_id).await
    }

    async fn claim_job(&self, claim: &Claim) -> Result<Option<ClaimedJob>, StoreError> {
        let mut tx = self.writer().await?;
        let claimed = jobs::claim(&mut tx, claim, self.sole_server).await?;
        tx.commit().await.map_err(store_error)?;
        fail_point::pass("store.job_claimed");
        Ok(claimed)
    }

    async fn renew_lease(&self, lease: &Lease, until: DateTime<Utc>) -> Result<LeaseStatus, StoreError> {
        let mut tx = self.writer().await?;
        let status = jobs::renew_lease(&mut tx, lease, until).await?;
        tx.commit().await.map_err(store_error)?;
        Ok(status)
    }
}
