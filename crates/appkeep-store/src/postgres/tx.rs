//! An open transaction on PostgreSQL.

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
use sqlx_postgres::PgConnection;
use uuid::Uuid;

use super::connections::Connections;
use super::resources::Table;
use super::transaction::Transaction;
use super::{
    app_backups, app_restores, app_snapshots, bucket_problems, catalog, declarations, jobs, notifications,
    pending_jobs, resources, tokens,
};

/// A transaction, and the connections that its commit maintains.
pub(super) struct PostgresTx {
    tx: Transaction,
    connections: Connections,
}

impl PostgresTx {
    pub(super) fn new(tx: Transaction, connections: Connections) -> Self {
        Self { tx, connections }
    }

    pub(super) fn db(&mut self) -> Result<&mut PgConnection, StoreError> {
        self.tx.db()
    }

    pub(super) fn ended<T>(&mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        self.tx.ended(result)
    }
}

#[async_trait]
impl<K: Table> ResourcesTx<K> for PostgresTx {
    async fn fetch_resource(
        &mut self,
        account_id: AccountId,
        id: ResourceId<K>,
    ) -> Result<Option<Resource<K>>, StoreError> {
        let result = resources::fetch(self.db()?, account_id, id).await;
        self.ended(result)
    }

    async fn insert_resource(&mut self, resource: &Resource<K>) -> Result<(), StoreError> {
        let result = resources::insert(self.db()?, resource).await;
        self.ended(result)
    }

    async fn update_resource(&mut self, resource: &Resource<K>) -> Result<bool, StoreError> {
        let result = resources::update(self.db()?, resource).await;
        self.ended(result)
    }

    async fn delete_resource(&mut self, id: ResourceId<K>, generation: i64) -> Result<bool, StoreError> {
        let result = resources::delete(self.db()?, id, generation).await;
        self.ended(result)
    }
}

#[async_trait]
impl StoreTx for PostgresTx {
    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        fail_point::pass("store.before_commit");
        self.tx.commit().await?;
        fail_point::pass("store.after_commit");
        self.connections.maintain().await;
        Ok(())
    }

    async fn update_declaration(
        &mut self,
        node: &str,
        declaration: &Declaration,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let result = declarations::update(self.db()?, node, declaration, now).await;
        self.ended(result)
    }

    async fn update_away_apps(&mut self, _now: DateTime<Utc>) -> Result<usize, StoreError> {
        let result = declarations::update_away_apps(self.db()?).await;
        self.ended(result)
    }

    async fn delete_node(&mut self, node: &str, now: DateTime<Utc>) -> Result<DeletedNode, StoreError> {
        let result = declarations::delete_node(self.db()?, node, now).await;
        self.ended(result)
    }

    async fn insert_undeclared_app(&mut self, app: &App, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let result = catalog::insert_undeclared_app(self.db()?, app, now).await;
        self.ended(result)
    }

    async fn update_bucket_problem(
        &mut self,
        node: &str,
        id: BucketId,
        reason: Option<&str>,
    ) -> Result<bool, StoreError> {
        let result = bucket_problems::update(self.db()?, node, id, reason).await;
        self.ended(result)
    }

    async fn insert_token(&mut self, token: &Token) -> Result<(), StoreError> {
        let result = tokens::insert(self.db()?, token).await;
        self.ended(result)
    }

    async fn update_token_revoked(&mut self, id: TokenId, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let result = tokens::update_revoked(self.db()?, id, now).await;
        self.ended(result)
    }

    async fn count_backups_reading(&mut self, snapshot_id: AppSnapshotId) -> Result<u64, StoreError> {
        let result = app_backups::count_reading(self.db()?, snapshot_id).await;
        self.ended(result)
    }

    async fn list_temporary_snapshots(
        &mut self,
        backup_id: AppBackupId,
    ) -> Result<Vec<AppSnapshot>, StoreError> {
        let result = app_snapshots::list_temporary(self.db()?, backup_id).await;
        self.ended(result)
    }

    async fn fetch_app_restore(
        &mut self,
        account_id: AccountId,
        id: AppRestoreId,
    ) -> Result<Option<AppRestore>, StoreError> {
        let result = app_restores::fetch(self.db()?, account_id, id).await;
        self.ended(result)
    }

    async fn fetch_latest_app_restore(
        &mut self,
        account_id: AccountId,
        app_id: AppId,
    ) -> Result<Option<AppRestore>, StoreError> {
        let result = app_restores::fetch_latest(self.db()?, account_id, app_id).await;
        self.ended(result)
    }

    async fn insert_app_restore(&mut self, restore: &AppRestore) -> Result<(), StoreError> {
        let result = app_restores::insert(self.db()?, restore).await;
        self.ended(result)
    }

    async fn update_app_restore(&mut self, restore: &AppRestore) -> Result<bool, StoreError> {
        let result = app_restores::update(self.db()?, restore).await;
        self.ended(result)
    }

    async fn update_app_restore_progress(&mut self, restore: &AppRestore) -> Result<bool, StoreError> {
        let result = app_restores::update_progress(self.db()?, restore).await;
        self.ended(result)
    }

    async fn delete_app_restore(&mut self, restore: &AppRestore) -> Result<bool, StoreError> {
        let result = app_restores::delete(self.db()?, restore).await;
        self.ended(result)
    }

    async fn count_restores_reading(&mut self, source: RestoreSource) -> Result<u64, StoreError> {
        let result = app_restores::count_reading(self.db()?, source).await;
        self.ended(result)
    }

    async fn fetch_pending_job(&mut self, id: JobId) -> Result<Option<PendingJob>, StoreError> {
        let result = pending_jobs::fetch(self.db()?, id).await;
        self.ended(result)
    }

    async fn update_job_cancelled(&mut self, id: JobId, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let result = pending_jobs::cancel(self.db()?, id, now).await;
        self.ended(result)
    }

    async fn insert_job(&mut self, job: &NewJob) -> Result<QueuedJobs, StoreError> {
        let result = jobs::insert(self.db()?, job).await;
        self.ended(result)
    }

    async fn update_jobs_cancel_requested(&mut self, resource: Uuid) -> Result<(), StoreError> {
        let result = jobs::update_cancel_requested(self.db()?, resource).await;
        self.ended(result)
    }

    async fn holds_lease(&mut self, lease: &Lease) -> Result<bool, StoreError> {
        let result = jobs::holds_lease(self.db()?, lease).await;
        self.ended(result)
    }

    async fn update_job_node(&mut self, lease: &Lease, node: &str) -> Result<bool, StoreError> {
        let result = jobs::update_node(self.db()?, lease, node).await;
        self.ended(result)
    }

    async fn update_job_step_key(
        &mut self,
        lease: &Lease,
        key: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let result = jobs::update_step_key(self.db()?, lease, key, now).await;
        self.ended(result)
    }

    async fn insert_alarm(&mut self, key: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let result = notifications::insert_alarm(self.db()?, key, now).await;
        self.ended(result)
    }

    async fn delete_alarm(&mut self, key: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        let result = notifications::delete_alarm(self.db()?, key).await;
        self.ended(result)
    }

    async fn insert_notification(&mut self, notification: &NewNotification) -> Result<(), StoreError> {
        let result = notifications::insert(self.db()?, notification).await;
        self.ended(result)
    }

    async fn update_job_finished(
        &mut self,
        lease: &Lease,
        result: &JobResult,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let result = jobs::update_finished(self.db()?, lease, result, now).await;
        self.ended(result)
    }
}
