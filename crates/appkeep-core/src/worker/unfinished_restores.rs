//! Updates the store after restores that were interrupted: a job finishes each restore that the engine reports as
//! unfinished, and until then the app is not ready.

use chrono::{DateTime, Utc};

use super::WorkerDeps;
use crate::app_restore::{AppRestore, RestoreState};
use crate::catalog::App;
use crate::engine::UnfinishedRestore;
use crate::ids::{AccountId, AppId, AppRestoreId, JobId};
use crate::job::{NewJob, RestoreApp};
use crate::store::{Store, StoreError, StoreTx, transact};

/// Queues a job for each unfinished restore that has none. Called before workers start, so that no snapshot is
/// created in between.
///
/// # Errors
/// [`StoreError`]; a failure of the engine to list unfinished restores is logged.
pub async fn resume_restores(deps: &WorkerDeps) -> Result<(), StoreError> {
    let found = match deps.engine.unfinished_restores(None).await {
        Ok(found) => found,
        Err(error) => {
            tracing::error!(%error, "unfinished restores can't be listed");
            return Ok(());
        }
    };
    for unfinished in found {
        if let Some(app) = find_app(deps.store.as_ref(), unfinished.app_id).await? {
            transact(|| resume(deps, &app, &unfinished)).await?;
        } else {
            let UnfinishedRestore { id, app_id, .. } = unfinished;
            tracing::warn!(restore.id = %id, app.id = %app_id, "the app of an unfinished restore is unknown");
        }
    }
    Ok(())
}

async fn find_app(store: &dyn Store, app_id: AppId) -> Result<Option<App>, StoreError> {
    for account in store.list_accounts().await? {
        if let Some(app) = store.fetch_app(account.id, app_id).await? {
            return Ok(Some(app));
        }
    }
    Ok(None)
}

async fn resume(deps: &WorkerDeps, app: &App, unfinished: &UnfinishedRestore) -> Result<(), StoreError> {
    let (account_id, now) = (app.account_id, deps.clock.now());
    let mut tx = deps.store.begin().await?;
    let known = tx.fetch_app_restore(account_id, unfinished.id).await?;
    let latest = tx.fetch_latest_app_restore(account_id, app.id).await?;
    let newer = latest.filter(|latest| latest.id != unfinished.id);
    if let Some(node) = newer.as_ref().and_then(|newer| newer.node.as_ref())
        && known.is_some()
        && *node != deps.node
    {
        tracing::error!(
            app.name, app.id = %app.id, restore.id = %unfinished.id, node,
            "an interrupted restore isn't finished, because another node has restored the app since: \
             stop the server and run appkeep restore --abandon"
        );
        return Ok(());
    }
    tracing::warn!(
        app.name, app.id = %app.id, restore.id = %unfinished.id,
        "a restore was interrupted: it is finished before other jobs of the app"
    );
    if let Some(mut latest) = newer
        && known.is_some()
    {
        // The state of the app is determined by its latest restore.
        latest.interrupt(&[], now);
        tx.update_app_restore(&latest).await?;
    }
    match known {
        // Its job continues.
        Some(restore) if restore.state.is_in_progress() => return Ok(()),
        Some(mut restore) => {
            restore.resume(&deps.node, now);
            tx.update_app_restore(&restore).await?;
        }
        None => {
            let restore = AppRestore::resumed(unfinished, account_id, &deps.node, now);
            tx.insert_app_restore(&restore).await?;
        }
    }
    tx.insert_job(&NewJob {
        id: JobId::new(deps.ids.next_id()),
        payload: RestoreApp {
            account_id,
            app_id: app.id,
            restore_id: unfinished.id,
        }
        .into(),
        run_after: now,
        correlation: None,
        // Its journal is on this node.
        node: Some(deps.node.clone()),
    })
    .await?;
    tx.commit().await
}

/// The latest restore of an app, if it is interrupted.
#[derive(Debug, Clone, Copy)]
pub struct InterruptedRestore<'a> {
    /// The account that owns the app.
    pub account_id: AccountId,
    /// The app.
    pub app_id: AppId,
    /// A restore that doesn't count.
    pub except: Option<AppRestoreId>,
    /// Only a restore of this node, which has the journal; `None` if the server is the only one.
    pub node: Option<&'a str>,
}

impl InterruptedRestore<'_> {
    /// Makes the app ready again: the restore was finished, replaced or abandoned in another way, which `note`
    /// describes. Returns whether there was one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn complete(
        &self,
        tx: &mut dyn StoreTx,
        note: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let latest = tx.fetch_latest_app_restore(self.account_id, self.app_id).await?;
        let is_meant = |latest: &AppRestore| {
            latest.state == RestoreState::Interrupted
                && self.except != Some(latest.id)
                && self.node.is_none_or(|node| latest.is_of(node))
        };
        let Some(mut latest) = latest.filter(is_meant) else {
            return Ok(false);
        };
        latest.complete(&[note.to_owned()], now);
        tx.update_app_restore(&latest).await
    }
}
