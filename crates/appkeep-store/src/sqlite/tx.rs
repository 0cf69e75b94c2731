//! An open transaction on SQLite.

use appkeep_core::actor::Token;
use appkeep_core::app_restore::{AppRestore, RestoreSource};
use appkeep_core::app_snapshot::AppSnapshot;
use appkeep_core::catalog::{App, Declaration};
use appkeep_core::fail_point;
use appkeep_core::ids::{
    AccountId, AppBackupId, AppId, AppRestoreId, AppSnapshotId, BucketId, JobId, ResourceId, TokenId,
};
use appkeep_core::job::{JobResult, Lease, NewJob, PendingJob, QueuedJobs};
use appkeep_core::notification::NewNotification;
use appkeep_core::resource::Resource;
use appkeep_core::server::DeletedNode;
use appkeep_core::store::{ResourcesTx, StoreError, StoreTx};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::connections::blocking;
use super::db::Db;
use super::faults::Faults;
use super::resources::Table;
use super::transaction::{Transaction, rolled_back};
use super::{
    app_backups, app_restores, app_snapshots, bucket_problems, catalog, declarations, jobs, notifications,
    pending_jobs, resources, tokens,
};

/// A transaction that holds the only writing connection until it is committed or dropped.
///
/// Statements run on the calling thread, because each takes microseconds. Calls that may wait for the disk run on the
/// blocking pool.
pub(super) struct SqliteTx {
    /// `None` while a call runs on the blocking pool, and permanently if the caller of that call stopped waiting.
    tx: Option<Transaction>,
    sole_server: bool,
    faults: Faults,
}

impl SqliteTx {
    pub(super) fn new(tx: Transaction, sole_server: bool, faults: Faults) -> Self {
        Self {
            tx: Some(tx),
            sole_server,
            faults,
        }
    }

    pub(super) fn run<T>(
        &mut self,
        call: impl FnOnce(&Db) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.tx.as_mut().ok_or_else(rolled_back)?.run(call)
    }
}

#[async_trait]
impl<K: Table> ResourcesTx<K> for SqliteTx {
    async fn fetch_resource(
        &mut self,
        account_id: AccountId,
        id: ResourceId<K>,
    ) -> Result<Option<Resource<K>>, StoreError> {
        self.run(|db| resources::fetch(db, account_id, id))
    }

    async fn insert_resource(&mut self, resource: &Resource<K>) -> Result<(), StoreError> {
        self.run(|db| resources::insert(db, resource))
    }

    async fn update_resource(&mut self, resource: &Resource<K>) -> Result<bool, StoreError> {
        self.run(|db| resources::update(db, resource))
    }

    async fn delete_resource(&mut self, id: ResourceId<K>, generation: i64) -> Result<bool, StoreError> {
        self.run(|db| resources::delete(db, id, generation))
    }
}

#[async_trait]
impl StoreTx for SqliteTx {
    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        fail_point::pass("store.before_commit");
        self.faults.commit()?;
        let tx = self.tx.ok_or_else(rolled_back)?;
        tx.commit().await?;
        fail_point::pass("store.after_commit");
        Ok(())
    }

    async fn update_declaration(
        &mut self,
        node: &str,
        declaration: &Declaration,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut tx = self.tx.take().ok_or_else(rolled_back)?;
        let (node, declaration, sole_server) = (node.to_owned(), declaration.clone(), self.sole_server);
        let (tx, updated) = blocking(move || {
            let updated = tx.run(|db| declarations::update(db, &node, &declaration, now, sole_server));
            Ok((tx, updated))
        })
        .await?;
        self.tx = Some(tx);
        updated
    }

    async fn update_away_apps(&mut self, now: DateTime<Utc>) -> Result<usize, StoreError> {
        self.run(|db| declarations::update_away_apps(db, now))
    }

    async fn delete_node(&mut self, node: &str, now: DateTime<Utc>) -> Result<DeletedNode, StoreError> {
        self.run(|db| declarations::delete_node(db, node, now))
    }

    async fn insert_undeclared_app(&mut self, app: &App, now: DateTime<Utc>) -> Result<bool, StoreError> {
        self.run(|db| catalog::insert_undeclared_app(db, app, now))
    }

    async fn update_bucket_problem(
        &mut self,
        _node: &str,
        id: BucketId,
        reason: Option<&str>,
    ) -> Result<bool, StoreError> {
        self.run(|db| bucket_problems::update(db, id, reason))
    }

    async fn insert_token(&mut self, token: &Token) -> Result<(), StoreError> {
        self.run(|db| tokens::insert(db, token))
    }

    async fn update_token_revoked(&mut self, id: TokenId, now: DateTime<Utc>) -> Result<bool, StoreError> {
        self.run(|db| tokens::update_revoked(db, id, now))
    }

    async fn count_backups_reading(&mut self, snapshot_id: AppSnapshotId) -> Result<u64, StoreError> {
        self.run(|db| app_backups::count_reading(db, snapshot_id))
    }

    async fn list_temporary_snapshots(
        &mut self,
        backup_id: AppBackupId,
    ) -> Result<Vec<AppSnapshot>, StoreError> {
        self.run(|db| app_snapshots::list_temporary(db, backup_id))
    }

    async fn fetch_app_restore(
        &mut self,
        account_id: AccountId,
        id: AppRestoreId,
    ) -> Result<Option<AppRestore>, StoreError> {
        self.run(|db| app_restores::fetch(db, account_id, id))
    }

    async fn fetch_latest_app_restore(
        &mut self,
        account_id: AccountId,
        app_id: AppId,
    ) -> Result<Option<AppRestore>, StoreError> {
        self.run(|db| app_restores::fetch_latest(db, account_id, app_id))
    }

    async fn insert_app_restore(&mut self, restore: &AppRestore) -> Result<(), StoreError> {
        self.run(|db| app_restores::insert(db, restore))
    }

    async fn update_app_restore(&mut self, restore: &AppRestore) -> Result<bool, StoreError> {
        self.run(|db| app_restores::update(db, restore))
    }

    async fn update_app_restore_progress(&mut self, restore: &AppRestore) -> Result<bool, StoreError> {
        self.run(|db| app_restores::update_progress(db, restore))
    }

    async fn delete_app_restore(&mut self, restore: &AppRestore) -> Result<bool, StoreError> {
        self.run(|db| app_restores::delete(db, restore))
    }

    async fn count_restores_reading(&mut self, source: RestoreSource) -> Result<u64, StoreError> {
        self.run(|db| app_restores::count_reading(db, source))
    }

    async fn fetch_pending_job(&mut self, id: JobId) -> Result<Option<PendingJob>, StoreError> {
        self.run(|db| pending_jobs::fetch(db, id))
    }

    async fn update_job_cancelled(&mut self, id: JobId, now: DateTime<Utc>) -> Result<bool, StoreError> {
        self.run(|db| pending_jobs::cancel(db, id, now))
    }

    async fn insert_job(&mut self, job: &NewJob) -> Result<QueuedJobs, StoreError> {
        self.run(|db| jobs::insert(db, job))
    }

    async fn update_jobs_cancel_requested(&mut self, resource: Uuid) -> Result<(), StoreError> {
        self.run(|db| jobs::update_cancel_requested(db, resource))
    }

    async fn holds_lease(&mut self, lease: &Lease) -> Result<bool, StoreError> {
        self.run(|db| jobs::holds_lease(db, lease))
    }

    async fn update_job_node(&mut self, lease: &Lease, node: &str) -> Result<bool, StoreError> {
        self.run(|db| jobs::update_node(db, lease, node))
    }

    async fn update_job_step_key(
        &mut self,
        lease: &Lease,
        key: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let sole_server = self.sole_server;
        self.run(|db| jobs::update_step_key(db, lease, key, now, sole_server))
    }

    async fn insert_alarm(&mut self, key: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
        self.run(|db| notifications::insert_alarm(db, key, now))
    }

    async fn delete_alarm(&mut self, key: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.run(|db| notifications::delete_alarm(db, key))
    }

    async fn insert_notification(&mut self, notification: &NewNotification) -> Result<(), StoreError> {
        self.run(|db| notifications::insert(db, notification))
    }

    async fn update_job_finished(
        &mut self,
        lease: &Lease,
        result: &JobResult,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        self.run(|db| jobs::update_finished(db, lease, result, now))
    }
}
