//! The operations on restores. `app_update` restores an app in place; restores to directories and of other apps' data are
//! only requested here.

use std::path::Path;

use crate::actor::OpContext;
use crate::app_restore::{AppRestore, CreateAppRestore, RestoreDirectory, RestoreSource, RestoreState};
use crate::audit::Change;
use crate::authz::{Authorized, Read, Write};
use crate::catalog::{App, Recorded};
use crate::error::Error;
use crate::ids::{AccountId, AppId, AppRestoreId, SnapshotKind};
use crate::job::{JobPayload, RestoreApp, RestoreToDirectory};
use crate::listing::ListOptions;
use crate::short_list::ShortList;
use crate::state::ResourceState;
use crate::store::{Store, StoreTx, transact};

use super::Service;
use super::app_snapshots::check_snapshot_source;
use super::resources::ManagedKind;

/// The source of a restore, as found in the store.
struct FoundSource {
    /// The app that it belongs to.
    app_id: AppId,
    /// The only node that has it, if it is a snapshot.
    node: Option<String>,
}

impl Service {
    /// Lists an app's restores, in place and to directories, newest first. Only the latest of those that have ended are kept.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation.
    pub async fn app_restore_list_for_app(
        &self,
        authorized: &Authorized<Read>,
        app_id: AppId,
        options: ListOptions,
    ) -> Result<ShortList<AppRestore>, Error> {
        let account_id = authorized.account_id();
        self.app(account_id, app_id).await?;
        let restores = self.store.list_app_restores(account_id, app_id).await?;
        let recorded = restores.into_iter().map(|restore| Recorded {
            created_at: restore.created_at,
            modified_at: restore.modified_at,
            item: restore,
        });
        Ok(ShortList::of(recorded.collect(), &options))
    }

    /// Fetches a restore.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation.
    pub async fn app_restore_fetch_for_app(
        &self,
        authorized: &Authorized<Read>,
        app_id: AppId,
        id: AppRestoreId,
    ) -> Result<AppRestore, Error> {
        let account_id = authorized.account_id();
        self.app(account_id, app_id).await?;
        let found = self.store.fetch_app_restore(account_id, id).await?;
        found
            .filter(|found| found.app_id == app_id)
            .ok_or(Error::ResourceNotFound)
    }

    /// Restores an app in place from one of its own backups or snapshots, as [`Self::app_restore_create_for_app`] does.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation. An app has one restore in place at a time.
    pub async fn app_update(
        &self,
        authorized: &Authorized<Write>,
        request: CreateAppRestore,
    ) -> Result<AppRestore, Error> {
        self.create_restore(authorized, request, false).await
    }

    /// Creates a restore in state `pending` and queues its job, in one transaction. Without a target, it restores the app in
    /// place; the source may then belong to another app of the account, of which the app becomes a clone.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation. An app has one restore in place at a time.
    pub async fn app_restore_create_for_app(
        &self,
        authorized: &Authorized<Write>,
        request: CreateAppRestore,
    ) -> Result<AppRestore, Error> {
        let is_in_place = request.target.is_none();
        self.create_restore(authorized, request, is_in_place).await
    }

    /// The source may belong to another app if the app becomes a clone.
    async fn create_restore(
        &self,
        authorized: &Authorized<Write>,
        request: CreateAppRestore,
        may_clone: bool,
    ) -> Result<AppRestore, Error> {
        let account_id = authorized.account_id();
        let app = self.app(account_id, request.app_id).await?;
        let restore = transact(|| async {
            let mut tx = self.store.begin().await?;
            let source = check_source(tx.as_mut(), account_id, &request, may_clone).await?;
            let id = AppRestoreId::new(self.ids.next_id());
            let by = authorized.ctx().actor.subject;
            let mut restore = AppRestore::pending(id, account_id, request.clone(), by, self.clock.now());
            restore.source_app_id = source.app_id;
            let (payload, node) = match &restore.target {
                None => {
                    self.check_in_place(tx.as_mut(), &app, &restore, source.node)
                        .await?
                }
                Some(target) => {
                    self.check_target(tx.as_mut(), &restore, target, source.node)
                        .await?
                }
            };
            if restore.target.is_some() {
                restore.node.clone_from(&node);
            }
            tx.insert_app_restore(&restore).await?;
            self.queue(tx.as_mut(), payload, node, authorized.ctx().correlation)
                .await?;
            self.commit(tx).await?;
            Ok::<_, Error>(restore)
        })
        .await?;
        record("restore", &restore, &app, authorized.ctx());
        Ok(restore)
    }

    /// Cancels a pending restore, or a running one to a directory, and deletes it. What it has written is removed, unless
    /// all of it is already in the target.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation. A restore in place that has started can't be cancelled,
    /// because volumes could be left with old and new data.
    pub async fn app_restore_delete_for_app(
        &self,
        authorized: &Authorized<Write>,
        app_id: AppId,
        id: AppRestoreId,
    ) -> Result<(), Error> {
        let account_id = authorized.account_id();
        let app = self.app(account_id, app_id).await?;
        let restore = transact(|| async {
            let mut tx = self.store.begin().await?;
            let found = tx.fetch_app_restore(account_id, id).await?;
            let restore = found
                .filter(|found| found.app_id == app_id)
                .ok_or(Error::ResourceNotFound)?;
            match restore.state {
                RestoreState::Pending => {}
                RestoreState::Running if restore.target.is_some() => {}
                RestoreState::Running => return Err(Error::RestoreStarted),
                RestoreState::Completed | RestoreState::Failed | RestoreState::Interrupted => {
                    return Err(Error::RestoreEnded);
                }
            }
            if !tx.delete_app_restore(&restore).await? {
                return Err(Error::Conflict);
            }
            tx.update_jobs_cancel_requested(id.as_uuid()).await?;
            self.commit(tx).await?;
            Ok(restore)
        })
        .await?;
        record("cancel", &restore, &app, authorized.ctx());
        Ok(())
    }

    /// Checks that the app can be restored in place. Returns the job, and the node that must run it.
    async fn check_in_place(
        &self,
        tx: &mut dyn StoreTx,
        app: &App,
        restore: &AppRestore,
        of_source: Option<String>,
    ) -> Result<(JobPayload, Option<String>), Error> {
        if !app.declared {
            return Err(Error::AppNotReady);
        }
        if !app.options.volumes_inside.is_empty() {
            return Err(Error::VolumesInside(app.options.volumes_inside.clone()));
        }
        if restore.source_app_id != app.id {
            check_same_volumes(self.store.as_ref(), app, restore.source_app_id).await?;
        }
        let latest = tx.fetch_latest_app_restore(app.account_id, app.id).await?;
        if latest
            .as_ref()
            .is_some_and(|latest| latest.state.is_in_progress())
        {
            return Err(Error::AppRestoring);
        }
        let node = required_node(of_source, latest)?;
        let payload = RestoreApp {
            account_id: app.account_id,
            app_id: app.id,
            restore_id: restore.id,
        };
        Ok((payload.into(), node))
    }

    /// Checks that this node may write to the directory and has the source. Returns the job, and this node.
    async fn check_target(
        &self,
        tx: &mut dyn StoreTx,
        restore: &AppRestore,
        target: &RestoreDirectory,
        of_source: Option<String>,
    ) -> Result<(JobPayload, Option<String>), Error> {
        let targets = &self.restore_targets;
        let is_below = |directory: &&Path| target.path != **directory && target.path.starts_with(directory);
        let mut directories = targets.directories.iter().map(AsRef::as_ref);
        if !directories.any(|directory: &Path| is_below(&directory)) {
            let directories = targets.directories.iter();
            return Err(Error::TargetNotPermitted {
                directories: directories.map(|one| one.display().to_string()).collect(),
            });
        }
        if of_source.is_some_and(|node| node != targets.node) {
            return Err(Error::SourceOfOtherNodes);
        }
        if let RestoreSource::Backup(id) = restore.source
            && let Some(backup) = tx.fetch_resource(restore.account_id, id).await?
        {
            let elsewhere = self.store.list_buckets_of_other_nodes(&targets.node).await?;
            if elsewhere.contains(&backup.details.bucket_id) {
                return Err(Error::SourceOfOtherNodes);
            }
        }
        let payload = RestoreToDirectory {
            account_id: restore.account_id,
            app_id: restore.app_id,
            restore_id: restore.id,
        };
        Ok((payload.into(), Some(targets.node.clone())))
    }
}

fn record(action: &'static str, restore: &AppRestore, app: &App, ctx: &OpContext) {
    let change = Change {
        action,
        kind: "app",
        id: &restore.id,
        name: &app.name,
        account_id: restore.account_id,
        app_id: restore.app_id,
    };
    change.record(ctx);
}

/// Checks that two apps have volumes of the same names, as far as they are known. The volumes of an older backup may be
/// different; then the restore fails without a change.
async fn check_same_volumes(store: &dyn Store, app: &App, source_app_id: AppId) -> Result<(), Error> {
    let source = store.fetch_app(app.account_id, source_app_id).await?;
    let names = |app: &App| {
        let mut names: Vec<_> = app.volumes.iter().map(|volume| volume.name.clone()).collect();
        names.sort_unstable();
        names
    };
    match source {
        Some(source) if names(&source) != names(app) => Err(Error::VolumesDiffer),
        _ => Ok(()),
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

/// Checks the source within the transaction that queues the restore, so that it can't be deleted in between.
async fn check_source(
    tx: &mut dyn StoreTx,
    account_id: AccountId,
    request: &CreateAppRestore,
    may_clone: bool,
) -> Result<FoundSource, Error> {
    match request.source {
        RestoreSource::Backup(id) => {
            let found = tx.fetch_resource(account_id, id).await?;
            let backup = found
                .filter(|backup| may_clone || backup.app_id == request.app_id)
                .ok_or(Error::BackupNotFound)?;
            if backup.state != ResourceState::Completed {
                return Err(Error::BackupNotReady);
            }
            Ok(FoundSource {
                app_id: backup.app_id,
                node: None,
            })
        }
        RestoreSource::Snapshot(id) => {
            let found = tx.fetch_resource(account_id, id).await?;
            let node = found.as_ref().and_then(SnapshotKind::node);
            let of_any_app = found.as_ref().filter(|_| may_clone);
            let app_id = of_any_app.map_or(request.app_id, |found| found.app_id);
            check_snapshot_source(found, app_id)?;
            Ok(FoundSource { app_id, node })
        }
    }
}
