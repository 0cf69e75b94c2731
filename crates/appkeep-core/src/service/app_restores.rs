//! The operation on restores. The API requests a restore with `app_update`, and shows it as the app's state.

use crate::app_restore::{AppRestore, CreateAppRestore, RestoreSource, RestoreState};
use crate::audit::Change;
use crate::authz::{Authorized, Write};
use crate::error::Error;
use crate::ids::{AccountId, AppRestoreId, SnapshotKind};
use crate::job::RestoreApp;
use crate::state::ResourceState;
use crate::store::{StoreTx, transact};

use super::Service;
use super::app_snapshots::check_snapshot_source;
use super::resources::ManagedKind;

impl Service {
    /// Creates a restore of an app in place in state `pending` and queues its job, in one transaction.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation. An app has one restore at a time.
    pub async fn app_restore_create(
        &self,
        authorized: &Authorized<Write>,
        request: CreateAppRestore,
    ) -> Result<AppRestore, Error> {
        let account_id = authorized.account_id();
        let app = self.app(account_id, request.app_id).await?;
        let restore = transact(|| async {
            let mut tx = self.store.begin().await?;
            let node = check_source(tx.as_mut(), account_id, &request).await?;
            if !app.declared {
                return Err(Error::AppNotReady);
            }
            if !app.options.volumes_inside.is_empty() {
                return Err(Error::VolumesInside(app.options.volumes_inside.clone()));
            }
            let latest = tx.fetch_latest_app_restore(account_id, request.app_id).await?;
            if latest
                .as_ref()
                .is_some_and(|latest| latest.state.is_in_progress())
            {
                return Err(Error::AppRestoring);
            }
            let node = required_node(node, latest)?;
            let id = AppRestoreId::new(self.ids.next_id());
            let restore = AppRestore::pending(
                id,
                account_id,
                request,
                authorized.ctx().actor.subject,
                self.clock.now(),
            );
            tx.insert_app_restore(&restore).await?;
            let payload = RestoreApp {
                account_id,
                app_id: restore.app_id,
                restore_id: id,
            };
            self.queue(tx.as_mut(), payload, node, authorized.ctx().correlation)
                .await?;
            self.commit(tx).await?;
            Ok(restore)
        })
        .await?;
        let change = Change {
            action: "restore",
            kind: "app",
            id: &restore.id,
            name: &app.name,
            account_id,
            app_id: restore.app_id,
        };
        change.record(authorized.ctx());
        Ok(restore)
    }
}

/// The node that must run the restore: the one that has its source, or the one that has the journal of an unfinished
/// restore, which would otherwise be finished later and overwrite this one.
fn required_node(of_source: Option<String>, latest: Option<AppRestore>) -> Result<Option<String>, Error> {
    let unfinished = latest.filter(|latest| latest.state == RestoreState::Interrupted);
    match (of_source, unfinished.and_then(|unfinished| unfinished.node)) {
        (Some(source), Some(journal)) if source != journal => Err(Error::AppRestoreUnfinished),
        (source, journal) => Ok(source.or(journal)),
    }
}

/// Checks the source within the transaction that queues the restore, so that it can't be deleted in between. Returns the
/// node that has it, if only one does.
async fn check_source(
    tx: &mut dyn StoreTx,
    account_id: AccountId,
    request: &CreateAppRestore,
) -> Result<Option<String>, Error> {
    match request.source {
        RestoreSource::Backup(id) => {
            let found = tx.fetch_resource(account_id, id).await?;
            let backup = found
                .filter(|backup| backup.app_id == request.app_id)
                .ok_or(Error::BackupNotFound)?;
            if backup.state != ResourceState::Completed {
                return Err(Error::BackupNotReady);
            }
            Ok(None)
        }
        RestoreSource::Snapshot(id) => {
            let found = tx.fetch_resource(account_id, id).await?;
            let node = found.as_ref().and_then(SnapshotKind::node);
            check_snapshot_source(found, request.app_id)?;
            Ok(node)
        }
    }
}
