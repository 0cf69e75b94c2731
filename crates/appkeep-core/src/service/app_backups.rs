//! The operations on backups.

use uuid::Uuid;

use crate::app_backup::{AppBackup, CreateAppBackup};
use crate::app_restore::RestoreSource;
use crate::audit::Change;
use crate::authz::{Authorized, Read, Write};
use crate::catalog::{Bucket, default_bucket};
use crate::error::Error;
use crate::ids::{AccountId, AppBackupId, AppId, AppSnapId, BucketId};
use crate::job::{CreateBackup, DeleteBackup};
use crate::listing::{ListOptions, Listing};
use crate::state::ResourceState;
use crate::store::{ListFilter, StoreTx, transact};

use super::{AppBackupRef, Service};

impl Service {
    /// Lists the account's backups, newest first.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation.
    pub async fn app_backup_list_all(
        &self,
        authorized: &Authorized<Read>,
        options: ListOptions,
    ) -> Result<Listing<AppBackup>, Error> {
        let account_id = authorized.account_id();
        let filter = ListFilter {
            account_id,
            app_id: None,
        };
        Ok(Listing::begin(self.store.clone(), filter, options).await?)
    }

    /// Lists an app's backups, newest first.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation.
    pub async fn app_backup_list_for_app(
        &self,
        authorized: &Authorized<Read>,
        app_id: AppId,
        options: ListOptions,
    ) -> Result<Listing<AppBackup>, Error> {
        let account_id = authorized.account_id();
        self.app(account_id, app_id).await?;
        let filter = ListFilter {
            account_id,
            app_id: Some(app_id),
        };
        Ok(Listing::begin(self.store.clone(), filter, options).await?)
    }

    /// Fetches a backup, by either of its paths: with or without an app.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation.
    pub async fn app_backup_fetch(
        &self,
        authorized: &Authorized<Read>,
        wanted: AppBackupRef,
    ) -> Result<AppBackup, Error> {
        let account_id = authorized.account_id();
        self.check_app(account_id, wanted.app_id).await?;
        let found = self.store.fetch_app_backup(account_id, wanted.id).await?;
        found
            .filter(|backup| within(backup, wanted))
            .ok_or(Error::ResourceNotFound)
    }

    /// Creates a backup in state `pending` and queues its job, in one transaction.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation.
    pub async fn app_backup_create_for_app(
        &self,
        authorized: &Authorized<Write>,
        wanted: CreateAppBackup,
    ) -> Result<AppBackup, Error> {
        let account_id = authorized.account_id();
        let app = self.app(account_id, wanted.app_id).await?;
        let bucket = self.bucket(account_id, wanted.bucket_id).await?;
        if let Some(snap_id) = wanted.snapshot_id {
            self.check_snapshot_source(account_id, &wanted, snap_id).await?;
        }
        self.check_ready(&app).await?;
        let id = AppBackupId::new(self.ids.next_id());
        let backup = AppBackup::pending(
            id,
            account_id,
            bucket.id,
            wanted,
            authorized.ctx().actor.subject,
            self.clock.now(),
        );
        transact(|| async {
            let mut tx = self.store.begin().await?;
            if let Some(snap_id) = backup.snapshot_id {
                // Fetched again within the transaction: the snapshot may have been deleted in the meantime.
                tx.fetch_app_snap(account_id, snap_id)
                    .await?
                    .ok_or(Error::SnapshotNotFound)?;
            }
            self.insert_app_backup(tx.as_mut(), &backup, authorized.ctx().correlation)
                .await?;
            self.commit(tx).await
        })
        .await?;
        change("create", &backup).record(authorized.ctx());
        Ok(backup)
    }

    /// Inserts a new backup and queues its job.
    pub(super) async fn insert_app_backup(
        &self,
        tx: &mut dyn StoreTx,
        backup: &AppBackup,
        correlation: Option<Uuid>,
    ) -> Result<(), Error> {
        tx.insert_app_backup(backup).await?;
        let payload = CreateBackup {
            account_id: backup.account_id,
            app_id: backup.app_id,
            backup_id: backup.id,
        };
        self.queue(tx, payload, correlation).await
    }

    /// Deletes a backup, by either of its paths. It is invisible immediately; a job that is queued in the same
    /// transaction frees its space. A backup in progress is cancelled. A backup that a restore reads is in use and
    /// can't be deleted.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation.
    pub async fn app_backup_delete(
        &self,
        authorized: &Authorized<Write>,
        wanted: AppBackupRef,
    ) -> Result<(), Error> {
        let account_id = authorized.account_id();
        self.check_app(account_id, wanted.app_id).await?;
        transact(|| async {
            let mut tx = self.store.begin().await?;
            let found = tx.fetch_app_backup(account_id, wanted.id).await?;
            let backup = found
                .filter(|backup| within(backup, wanted))
                .ok_or(Error::ResourceNotFound)?;
            if backup.refuses_deletion() {
                return Err(Error::BackupPending);
            }
            let source = RestoreSource::Backup(backup.id);
            if tx.count_app_restores_reading(source).await? > 0 {
                return Err(Error::InUseByRestore);
            }
            if !tx.delete_app_backup(backup.id, backup.generation).await? {
                return Err(Error::Conflict);
            }
            tx.update_jobs_cancel_requested(backup.id.as_uuid()).await?;
            let payload = DeleteBackup {
                account_id,
                app_id: backup.app_id,
                backup_id: backup.id,
                bucket_id: backup.bucket_id,
                name: Some(backup.name.as_str().to_owned()),
            };
            self.queue(tx.as_mut(), payload, authorized.ctx().correlation)
                .await?;
            self.commit(tx).await?;
            change("delete", &backup).record(authorized.ctx());
            Ok(())
        })
        .await
    }

    /// The bucket `wanted`, or else the account's default bucket, or else its first one.
    pub(super) async fn bucket(
        &self,
        account_id: AccountId,
        wanted: Option<BucketId>,
    ) -> Result<Bucket, Error> {
        if let Some(id) = wanted {
            let found = self.store.fetch_bucket(account_id, id).await?;
            return found
                .filter(|bucket| bucket.declared)
                .ok_or(Error::BucketNotFound);
        }
        let buckets = self.store.list_buckets(account_id).await?;
        default_bucket(&buckets).cloned().ok_or(Error::NoBucket)
    }

    async fn check_snapshot_source(
        &self,
        account_id: AccountId,
        wanted: &CreateAppBackup,
        snap_id: AppSnapId,
    ) -> Result<(), Error> {
        let found = self.store.fetch_app_snap(account_id, snap_id).await?;
        let snap = found.ok_or(Error::SnapshotNotFound)?;
        if snap.app_id != wanted.app_id {
            return Err(Error::SnapshotOfOtherApp);
        }
        if snap.state != ResourceState::Completed || snap.made_for.is_some() {
            return Err(Error::SnapshotNotReady);
        }
        Ok(())
    }
}

fn within(backup: &AppBackup, wanted: AppBackupRef) -> bool {
    wanted.app_id.is_none_or(|app_id| app_id == backup.app_id)
}

/// The audit record of a change to a backup.
pub(super) fn change<'a>(action: &'static str, backup: &'a AppBackup) -> Change<'a> {
    Change {
        action,
        kind: "backup",
        id: &backup.id,
        name: backup.name.as_str(),
        account_id: backup.account_id,
        app_id: backup.app_id,
    }
}
