//! The operations on restores. The API asks for one by `app_update`, and shows it as the app's state; who embeds
//! the server can look at it, too.

use crate::actor::OpContext;
use crate::app_restore::{AppRestore, AppState, CreateAppRestore, RestoreSource};
use crate::audit::Change;
use crate::authz::Access;
use crate::error::Error;
use crate::ids::{AccountId, AppId, AppRestoreId};
use crate::job::JobPayload;
use crate::state::ResourceState;
use crate::store::StoreTx;

use super::Service;

impl Service {
    /// Creates a restore of an app in place, `pending`, and queues the job that does it, in one transaction.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation. An app has one restore at a time.
    pub async fn app_restore_create<I>(
        &self,
        ctx: &OpContext,
        account: Result<AccountId, I>,
        input: impl Future<Output = Result<CreateAppRestore, I>> + Send,
    ) -> Result<AppRestore, Error<I>> {
        let account_id = self.admit(ctx, account, Access::Write).await?;
        let wanted = input.await.map_err(Error::Input)?;
        let app = self.app(account_id, wanted.app_id).await?;
        let mut tx = self.store.begin().await?;
        check_source(tx.as_mut(), account_id, &wanted).await?;
        if !app.declared {
            return Err(Error::AppNotReady);
        }
        if !app.options.volumes_inside.is_empty() {
            return Err(Error::VolumesInside(app.options.volumes_inside));
        }
        let latest = tx.fetch_latest_app_restore(account_id, wanted.app_id).await?;
        if latest.is_some_and(|latest| latest.state.is_in_progress()) {
            return Err(Error::AppRestoring);
        }
        let id = AppRestoreId::new(self.ids.next_id());
        let restore = AppRestore::pending(id, account_id, wanted, ctx.actor.subject, self.clock.now());
        tx.insert_app_restore(&restore).await?;
        let payload = JobPayload::RestoreApp {
            account_id,
            app_id: restore.app_id,
            restore_id: id,
        };
        self.queue(tx.as_mut(), payload, ctx.correlation).await?;
        self.commit(tx).await?;
        let change = Change {
            action: "restore",
            kind: "app",
            id: &restore.id,
            name: &app.name,
            account_id,
            app_id: restore.app_id,
        };
        change.record(ctx);
        Ok(restore)
    }

    /// Fetches a restore of an app.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation.
    pub async fn app_restore_fetch<I>(
        &self,
        ctx: &OpContext,
        account: Result<AccountId, I>,
        input: Result<(AppId, AppRestoreId), I>,
    ) -> Result<AppRestore, Error<I>> {
        let account_id = self.admit(ctx, account, Access::Read).await?;
        let (app_id, id) = input.map_err(Error::Input)?;
        self.app(account_id, app_id).await?;
        let found = self.store.fetch_app_restore(account_id, id).await?;
        found
            .filter(|restore| restore.app_id == app_id)
            .ok_or(Error::ResourceNotFound)
    }

    /// How an app is doing.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation.
    pub async fn app_state<I>(
        &self,
        ctx: &OpContext,
        account: Result<AccountId, I>,
        input: Result<AppId, I>,
    ) -> Result<AppState, Error<I>> {
        let account_id = self.admit(ctx, account, Access::Read).await?;
        let app_id = input.map_err(Error::Input)?;
        self.app(account_id, app_id).await?;
        let latest = self.store.fetch_latest_app_restore(account_id, app_id).await?;
        Ok(AppState::after(latest.map(|latest| latest.state)))
    }
}

/// Under the transaction that queues the restore, so that nobody deletes the source in between.
async fn check_source<I>(
    tx: &mut dyn StoreTx,
    account_id: AccountId,
    wanted: &CreateAppRestore,
) -> Result<(), Error<I>> {
    match wanted.source {
        RestoreSource::Backup(id) => {
            let found = tx.fetch_app_backup(account_id, id).await?;
            let backup = found
                .filter(|backup| backup.app_id == wanted.app_id)
                .ok_or(Error::BackupNotFound)?;
            if backup.state != ResourceState::Completed {
                return Err(Error::BackupNotReady);
            }
        }
        RestoreSource::Snapshot(id) => {
            let snap = tx
                .fetch_app_snap(account_id, id)
                .await?
                .ok_or(Error::SnapshotNotFound)?;
            if snap.app_id != wanted.app_id {
                return Err(Error::SnapshotOfOtherApp);
            }
            if snap.state != ResourceState::Completed || snap.made_for.is_some() {
                return Err(Error::SnapshotNotReady);
            }
        }
    }
    Ok(())
}
