//! The operations on backups.

use async_trait::async_trait;

use crate::app_backup::{AppBackup, BackupDetails, CreateAppBackup};
use crate::app_restore::RestoreSource;
use crate::authz::{Authorized, Read, Write};
use crate::catalog::default_bucket;
use crate::error::Error;
use crate::ids::{AccountId, AppBackupId, AppId, BackupKind, BucketId, SnapshotKind};
use crate::job::{CreateBackup, DeleteBackup, JobPayload};
use crate::listing::{ListOptions, Listing};
use crate::state::ResourceState;
use crate::store::{StoreTx, transact};

use super::app_snapshots::check_snapshot_source;
use super::resources::{ManagedKind, record_change};
use super::{ResourceRef, Service};

#[async_trait]
impl ManagedKind for BackupKind {
    fn source(id: AppBackupId) -> RestoreSource {
        RestoreSource::Backup(id)
    }

    fn create_job(backup: &AppBackup) -> JobPayload {
        JobPayload::from(CreateBackup {
            account_id: backup.account_id,
            app_id: backup.app_id,
            backup_id: backup.id,
        })
    }

    fn delete_job(backup: &AppBackup) -> JobPayload {
        JobPayload::from(DeleteBackup {
            account_id: backup.account_id,
            app_id: backup.app_id,
            backup_id: backup.id,
            bucket_id: backup.details.bucket_id,
            name: Some(backup.name.as_str().to_owned()),
        })
    }

    fn node(_backup: &AppBackup) -> Option<String> {
        None
    }

    /// Pending backups can't be cancelled.
    async fn check_deletable(backup: &AppBackup, _tx: &mut dyn StoreTx) -> Result<(), Error> {
        if backup.state == ResourceState::Pending {
            return Err(Error::BackupPending);
        }
        Ok(())
    }
}

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
        self.list(authorized, None, options).await
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
        self.list(authorized, Some(app_id), options).await
    }

    /// Fetches a backup, by either of its paths: with or without an app.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation.
    pub async fn app_backup_fetch(
        &self,
        authorized: &Authorized<Read>,
        request: ResourceRef<BackupKind>,
    ) -> Result<AppBackup, Error> {
        self.fetch(authorized, request).await
    }

    /// Creates a backup in state `pending` and queues its job, in one transaction.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation.
    pub async fn app_backup_create_for_app(
        &self,
        authorized: &Authorized<Write>,
        request: CreateAppBackup,
    ) -> Result<AppBackup, Error> {
        let (account_id, ctx) = (authorized.account_id(), authorized.ctx());
        let app = self.app(account_id, request.resource.app_id).await?;
        let source = match request.snapshot_id {
            Some(snapshot_id) => self.store.fetch_resource(account_id, snapshot_id).await?,
            None => None,
        };
        let node = source.as_ref().and_then(SnapshotKind::node);
        let bucket_id = self
            .bucket(account_id, app.id, request.bucket_id, node.as_deref())
            .await?;
        if request.snapshot_id.is_some() {
            check_snapshot_source(source, app.id)?;
        }
        self.check_ready(&app).await?;
        let bucket_id = bucket_id.ok_or(Error::BucketOfOtherNodes)?;
        let id = AppBackupId::new(self.ids.next_id());
        let details = BackupDetails::new(bucket_id, request.snapshot_id);
        let (by, now) = (ctx.actor.subject, self.clock.now());
        let backup = AppBackup::pending(id, account_id, request.resource, details, by, now);
        transact(|| async {
            let mut tx = self.store.begin().await?;
            let mut node = None;
            if let Some(snapshot_id) = request.snapshot_id {
                // Fetched again within the transaction: the snapshot may have been deleted in the meantime.
                let found = tx.fetch_resource(account_id, snapshot_id).await?;
                node = SnapshotKind::node(&found.ok_or(Error::SnapshotNotFound)?);
            }
            self.insert(tx.as_mut(), &backup, node, ctx.correlation).await?;
            self.commit(tx).await
        })
        .await?;
        record_change("create", &backup, ctx);
        Ok(backup)
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
        request: ResourceRef<BackupKind>,
    ) -> Result<(), Error> {
        self.delete(authorized, request).await
    }

    /// The bucket for a backup of an app: the bucket `id`, or else the default one of the buckets that the backup can
    /// use, or else the first one. `None` if the backup can't use the bucket: only nodes declare it that can't run the
    /// backup. If `node` is given, only this one can.
    pub(super) async fn bucket(
        &self,
        account_id: AccountId,
        app_id: AppId,
        id: Option<BucketId>,
        node: Option<&str>,
    ) -> Result<Option<BucketId>, Error> {
        let usable = self.store.list_buckets_of_app(account_id, app_id, node).await?;
        let Some(id) = id else {
            if let Some(bucket) = default_bucket(&usable) {
                return Ok(Some(bucket.id));
            }
            let buckets = self.store.list_buckets(account_id).await?;
            return default_bucket(&buckets).map(|_| None).ok_or(Error::NoBucket);
        };
        if usable.iter().any(|bucket| bucket.id == id) {
            return Ok(Some(id));
        }
        let found = self.store.fetch_bucket(account_id, id).await?;
        let is_declared = found.is_some_and(|bucket| bucket.declared);
        is_declared.then_some(None).ok_or(Error::BucketNotFound)
    }
}
