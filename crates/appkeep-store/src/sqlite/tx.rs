//! An open transaction on SQLite.

use appkeep_core::actor::Token;
use appkeep_core::app_backup::AppBackup;
use appkeep_core::app_restore::{AppRestore, RestoreSource};
use appkeep_core::app_snap::AppSnap;
use appkeep_core::catalog::Declaration;
use appkeep_core::fail_point;
use appkeep_core::ids::{AccountId, AppBackupId, AppId, AppRestoreId, AppSnapId, ScheduleId, TokenId};
use appkeep_core::job::{JobEnd, Lease, NewJob};
use appkeep_core::schedule::NextRun;
use appkeep_core::store::{StoreError, StoreTx};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::{Sqlite, Transaction};
use uuid::Uuid;

use super::errors::store_error;
use super::faults::Faults;
use super::{app_backups, app_restores, app_snaps, catalog, jobs, schedules, tokens};

/// Holds the one writing connection until it is committed or dropped.
pub(super) struct SqliteTx {
    tx: Transaction<'static, Sqlite>,
    faults: Faults,
}

impl SqliteTx {
    pub(super) fn new(tx: Transaction<'static, Sqlite>, faults: Faults) -> Self {
        Self { tx, faults }
    }
}

#[async_trait]
impl StoreTx for SqliteTx {
    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        fail_point::pass("store.before_commit");
        self.faults.commit()?;
        self.tx.commit().await.map_err(store_error)?;
        fail_point::pass("store.after_commit");
        Ok(())
    }

    async fn update_declaration(
        &mut self,
        declaration: &Declaration,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        catalog::update_declaration(&mut self.tx, declaration, now).await
    }

    async fn update_schedule_next(
        &mut self,
        id: ScheduleId,
        from: Option<NextRun>,
        to: Option<NextRun>,
    ) -> Result<bool, StoreError> {
        schedules::update_next(&mut self.tx, id, from, to).await
    }

    async fn count_in_progress_made_by(&mut self, id: ScheduleId) -> Result<u64, StoreError> {
        schedules::count_in_progress_made_by(&mut self.tx, id).await
    }

    async fn insert_token(&mut self, token: &Token) -> Result<(), StoreError> {
        tokens::insert(&mut self.tx, token).await
    }

    async fn update_token_revoked(&mut self, id: TokenId, now: DateTime<Utc>) -> Result<bool, StoreError> {
        tokens::update_revoked(&mut self.tx, id, now).await
    }

    async fn fetch_app_backup(
        &mut self,
        account_id: AccountId,
        id: AppBackupId,
    ) -> Result<Option<AppBackup>, StoreError> {
        app_backups::fetch(&mut self.tx, account_id, id).await
    }

    async fn insert_app_backup(&mut self, backup: &AppBackup) -> Result<(), StoreError> {
        app_backups::insert(&mut self.tx, backup).await
    }

    async fn update_app_backup(&mut self, backup: &AppBackup) -> Result<bool, StoreError> {
        app_backups::update(&mut self.tx, backup).await
    }

    async fn delete_app_backup(&mut self, id: AppBackupId, generation: i64) -> Result<bool, StoreError> {
        app_backups::delete(&mut self.tx, id, generation).await
    }

    async fn count_app_backups_reading(&mut self, snap_id: AppSnapId) -> Result<u64, StoreError> {
        app_backups::count_reading(&mut self.tx, snap_id).await
    }

    async fn fetch_app_snap(
        &mut self,
        account_id: AccountId,
        id: AppSnapId,
    ) -> Result<Option<AppSnap>, StoreError> {
        app_snaps::fetch(&mut self.tx, account_id, id).await
    }

    async fn list_app_snaps_made_for(&mut self, backup_id: AppBackupId) -> Result<Vec<AppSnap>, StoreError> {
        app_snaps::list_made_for(&mut self.tx, backup_id).await
    }

    async fn insert_app_snap(&mut self, snap: &AppSnap) -> Result<(), StoreError> {
        app_snaps::insert(&mut self.tx, snap).await
    }

    async fn update_app_snap(&mut self, snap: &AppSnap) -> Result<bool, StoreError> {
        app_snaps::update(&mut self.tx, snap).await
    }

    async fn delete_app_snap(&mut self, id: AppSnapId, generation: i64) -> Result<bool, StoreError> {
        app_snaps::delete(&mut self.tx, id, generation).await
    }

    async fn fetch_app_restore(
        &mut self,
        account_id: AccountId,
        id: AppRestoreId,
    ) -> Result<Option<AppRestore>, StoreError> {
        app_restores::fetch(&mut self.tx, account_id, id).await
    }

    async fn fetch_latest_app_restore(
        &mut self,
        account_id: AccountId,
        app_id: AppId,
    ) -> Result<Option<AppRestore>, StoreError> {
        app_restores::fetch_latest(&mut self.tx, account_id, app_id).await
    }

    async fn insert_app_restore(&mut self, restore: &AppRestore) -> Result<(), StoreError> {
        app_restores::insert(&mut self.tx, restore).await
    }

    async fn update_app_restore(&mut self, restore: &AppRestore) -> Result<bool, StoreError> {
        app_restores::update(&mut self.tx, restore).await
    }

    async fn count_app_restores_reading(&mut self, source: RestoreSource) -> Result<u64, StoreError> {
        app_restores::count_reading(&mut self.tx, source).await
    }

    async fn insert_job(&mut self, job: &NewJob) -> Result<(), StoreError> {
        jobs::insert(&mut self.tx, job).await
    }

    async fn update_jobs_cancel_requested(&mut self, resource: Uuid) -> Result<(), StoreError> {
        jobs::update_cancel_requested(&mut self.tx, resource).await
    }

    async fn holds_lease(&mut self, lease: &Lease) -> Result<bool, StoreError> {
        jobs::holds_lease(&mut self.tx, lease).await
    }

    async fn update_job_ended(
        &mut self,
        lease: &Lease,
        end: &JobEnd,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        jobs::update_ended(&mut self.tx, lease, end, now).await
    }
}
