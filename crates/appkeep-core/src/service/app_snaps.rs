//! The operations on snapshots.

use uuid::Uuid;

use crate::app_restore::RestoreSource;
use crate::app_snap::{AppSnap, CreateAppSnap};
use crate::audit::Change;
use crate::authz::{Authorized, Read, Write};
use crate::error::Error;
use crate::ids::{AppId, AppSnapId};
use crate::job::{CreateSnapshot, DeleteSnapshot};
use crate::listing::{ListOptions, Listing};
use crate::store::{ListFilter, StoreTx, transact};

use super::{AppSnapRef, Service};

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
    ) -> Result<Listing<AppSnap>, Error> {
        let account_id = authorized.account_id();
        self.app(account_id, app_id).await?;
        let filter = ListFilter {
            account_id,
            app_id: Some(app_id),
        };
        Ok(Listing::begin(self.store.clone(), filter, options).await?)
    }

    /// Fetches a snapshot.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation.
    pub async fn app_snap_fetch_for_app(
        &self,
        authorized: &Authorized<Read>,
        wanted: AppSnapRef,
    ) -> Result<AppSnap, Error> {
        let account_id = authorized.account_id();
        self.app(account_id, wanted.app_id).await?;
        let found = self.store.fetch_app_snap(account_id, wanted.id).await?;
        found
            .filter(|snap| snap.app_id == wanted.app_id)
            .ok_or(Error::ResourceNotFound)
    }

    /// Creates a snapshot in state `pending` and queues its job, in one transaction.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation.
    pub async fn app_snap_create_for_app(
        &self,
        authorized: &Authorized<Write>,
        wanted: CreateAppSnap,
    ) -> Result<AppSnap, Error> {
        let account_id = authorized.account_id();
        let app = self.app(account_id, wanted.app_id).await?;
        self.check_ready(&app).await?;
        let id = AppSnapId::new(self.ids.next_id());
        let snap = AppSnap::pending(
            id,
            account_id,
            wanted,
            authorized.ctx().actor.subject,
            self.clock.now(),
        );
        transact(|| async {
            let mut tx = self.store.begin().await?;
            self.insert_app_snap(tx.as_mut(), &snap, authorized.ctx().correlation)
                .await?;
            self.commit(tx).await
        })
        .await?;
        change("create", &snap).record(authorized.ctx());
        Ok(snap)
    }

    /// Inserts a new snapshot and queues its job.
    pub(super) async fn insert_app_snap(
        &self,
        tx: &mut dyn StoreTx,
        snap: &AppSnap,
        correlation: Option<Uuid>,
    ) -> Result<(), Error> {
        tx.insert_app_snap(snap).await?;
        let payload = CreateSnapshot {
            account_id: snap.account_id,
            app_id: snap.app_id,
            snap_id: snap.id,
        };
        self.queue(tx, payload, correlation).await
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
        wanted: AppSnapRef,
    ) -> Result<(), Error> {
        let account_id = authorized.account_id();
        self.app(account_id, wanted.app_id).await?;
        transact(|| async {
            let mut tx = self.store.begin().await?;
            let found = tx.fetch_app_snap(account_id, wanted.id).await?;
            let snap = found
                .filter(|snap| snap.app_id == wanted.app_id)
                .ok_or(Error::ResourceNotFound)?;
            if snap.made_for.is_some() || tx.count_app_backups_reading(snap.id).await? > 0 {
                return Err(Error::SnapshotInUse);
            }
            let source = RestoreSource::Snapshot(snap.id);
            if tx.count_app_restores_reading(source).await? > 0 {
                return Err(Error::InUseByRestore);
            }
            if !tx.delete_app_snap(snap.id, snap.generation).await? {
                return Err(Error::Conflict);
            }
            tx.update_jobs_cancel_requested(snap.id.as_uuid()).await?;
            let payload = DeleteSnapshot {
                account_id: Some(account_id),
                app_id: snap.app_id,
                snap_id: snap.id,
                name: Some(snap.name.as_str().to_owned()),
            };
            self.queue(tx.as_mut(), payload, authorized.ctx().correlation)
                .await?;
            self.commit(tx).await?;
            change("delete", &snap).record(authorized.ctx());
            Ok(())
        })
        .await
    }
}

/// The audit record of a change to a snapshot.
pub(super) fn change<'a>(action: &'static str, snap: &'a AppSnap) -> Change<'a> {
    Change {
        action,
        kind: "snapshot",
        id: &snap.id,
        name: snap.name.as_str(),
        account_id: snap.account_id,
        app_id: snap.app_id,
    }
}
