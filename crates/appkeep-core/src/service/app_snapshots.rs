//! The operations on snapshots.

use async_trait::async_trait;

use crate::app_restore::RestoreSource;
use crate::app_snapshot::{AppSnapshot, SnapshotDetails};
use crate::authz::{Authorized, Read, Write};
use crate::error::Error;
use crate::ids::{AppId, AppSnapshotId, SnapshotKind};
use crate::job::{CreateSnapshot, DeleteSnapshot, JobPayload};
use crate::listing::{ListOptions, Listing};
use crate::resource::CreateResource;
use crate::state::ResourceState;
use crate::store::{StoreTx, transact};

use super::resources::{ManagedKind, record_change};
use super::{ResourceRef, Service};

#[async_trait]
impl ManagedKind for SnapshotKind {
    fn source(id: AppSnapshotId) -> RestoreSource {
        RestoreSource::Snapshot(id)
    }

    fn create_job(snapshot: &AppSnapshot) -> JobPayload {
        JobPayload::from(CreateSnapshot {
            account_id: snapshot.account_id,
            app_id: snapshot.app_id,
            snapshot_id: snapshot.id,
        })
    }

    fn delete_job(snapshot: &AppSnapshot) -> JobPayload {
        JobPayload::from(DeleteSnapshot {
            account_id: Some(snapshot.account_id),
            app_id: snapshot.app_id,
            snapshot_id: snapshot.id,
            name: Some(snapshot.name.as_str().to_owned()),
        })
    }

    fn node(snapshot: &AppSnapshot) -> Option<String> {
        snapshot.details.node.clone()
    }

    /// A snapshot that a backup reads, or that was created for a backup, is in use.
    async fn check_deletable(snapshot: &AppSnapshot, tx: &mut dyn StoreTx) -> Result<(), Error> {
        if snapshot.details.made_for.is_some() || tx.count_backups_reading(snapshot.id).await? > 0 {
            return Err(Error::SnapshotInUse);
        }
        Ok(())
    }
}

impl Service {
    /// Lists an app's snapshots, newest first.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation.
    pub async fn app_snap_list_for_app(
        &self,
        authorized: &Authorized<Read>,
        app_id: AppId,
        options: ListOptions,
    ) -> Result<Listing<AppSnapshot>, Error> {
        self.list(authorized, Some(app_id), options).await
    }

    /// Fetches a snapshot.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation.
    pub async fn app_snap_fetch_for_app(
        &self,
        authorized: &Authorized<Read>,
        request: ResourceRef<SnapshotKind>,
    ) -> Result<AppSnapshot, Error> {
        self.fetch(authorized, request).await
    }

    /// Creates a snapshot in state `pending` and queues its job, in one transaction.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation.
    pub async fn app_snap_create_for_app(
        &self,
        authorized: &Authorized<Write>,
        request: CreateResource,
    ) -> Result<AppSnapshot, Error> {
        let (account_id, ctx) = (authorized.account_id(), authorized.ctx());
        let app = self.app(account_id, request.app_id).await?;
        self.check_ready(&app).await?;
        let id = AppSnapshotId::new(self.ids.next_id());
        let details = SnapshotDetails::default();
        let by = ctx.actor.subject;
        let snapshot = AppSnapshot::pending(id, account_id, request, details, by, self.clock.now());
        transact(|| async {
            let mut tx = self.store.begin().await?;
            self.insert(tx.as_mut(), &snapshot, None, ctx.correlation).await?;
            self.commit(tx).await
        })
        .await?;
        record_change("create", &snapshot, ctx);
        Ok(snapshot)
    }

    /// Deletes a snapshot. It is invisible immediately; a job that is queued in the same transaction deletes its
    /// data. A snapshot in progress is cancelled. A snapshot that a backup or a restore reads, or that was created
    /// for a backup, is in use and can't be deleted.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation.
    pub async fn app_snap_delete_for_app(
        &self,
        authorized: &Authorized<Write>,
        request: ResourceRef<SnapshotKind>,
    ) -> Result<(), Error> {
        self.delete(authorized, request).await
    }
}

/// Checks that the snapshot that the input names exists, belongs to the app, is completed and isn't temporary.
pub(super) fn check_snapshot_source(found: Option<AppSnapshot>, app_id: AppId) -> Result<(), Error> {
    let snapshot = found.ok_or(Error::SnapshotNotFound)?;
    if snapshot.app_id != app_id {
        return Err(Error::SnapshotOfOtherApp);
    }
    if snapshot.state != ResourceState::Completed || snapshot.details.made_for.is_some() {
        return Err(Error::SnapshotNotReady);
    }
    Ok(())
}
