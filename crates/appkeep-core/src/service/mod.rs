//! The operations: one method each, with the name of the operation in the contract.
//!
//! [`Service::authorize`] comes first: it checks the permission and that the account exists. Each operation then
//! checks in the same order: that the app and then the resource exist, the resources that the input names, conflicts,
//! and finally whether more work is accepted.

mod accounts;
mod app_backup_files;
mod app_backups;
mod app_hooks;
mod app_restores;
mod app_schedules;
mod app_snapshots;
mod apps;
mod buckets;
mod resources;
mod schedules;
mod users;

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::Notify;
use uuid::Uuid;

use crate::actor::OpContext;
use crate::admission::Admission;
use crate::app_restore::RestoreState;
use crate::authz::{Access, Authorized};
use crate::backup_file::BackupFiles;
use crate::catalog::App;
use crate::clock::{Clock, IdSource};
use crate::error::Error;
use crate::ids::{AccountId, AppId, ResourceId};
use crate::job::{JobPayload, NewJob};
use crate::store::{Store, StoreTx};

pub use self::app_backup_files::{BackupContent, FILE_PAGE_DEFAULT, FILE_PAGE_MAX};
pub use self::app_hooks::HookView;
pub use self::app_schedules::ScheduleView;
pub use self::buckets::BucketList;
pub(crate) use self::resources::ManagedKind;
pub(crate) use self::schedules::RunOutcome;

/// The operations and their dependencies.
#[derive(Clone)]
pub struct Service {
    store: Arc<dyn Store>,
    /// Reads the files of backups, if this process can.
    files: Option<Arc<dyn BackupFiles>>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    wake: Arc<Notify>,
    admission: Admission,
    restore_targets: RestoreTargets,
}

/// The directories of this server for restores.
#[derive(Debug, Clone, Default)]
pub struct RestoreTargets {
    /// The server's node, which runs restores to directories.
    pub node: String,
    /// The directories below which restores may write. Without any, they are refused.
    pub directories: Arc<[PathBuf]>,
}

/// Identifies one backup or snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResourceRef<K> {
    /// The app in the path, if the path names one.
    pub app_id: Option<AppId>,
    /// The resource.
    pub id: ResourceId<K>,
}

impl Service {
    /// Creates the service. `wake` is notified of new work, and `admission` decides whether more work is accepted.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
        wake: Arc<Notify>,
        admission: Admission,
    ) -> Self {
        Self {
            store,
            files: None,
            clock,
            ids,
            wake,
            admission,
            restore_targets: RestoreTargets::default(),
        }
    }

    /// Reads the files of backups with `files`. Without it, those operations are unavailable.
    #[must_use]
    pub fn with_files(mut self, files: Arc<dyn BackupFiles>) -> Self {
        self.files = Some(files);
        self
    }

    /// Permits restores to directories of this server.
    #[must_use]
    pub fn with_restore_targets(mut self, restore_targets: RestoreTargets) -> Self {
        self.restore_targets = restore_targets;
        self
    }

    /// Checks that the actor has this access to the account, and that the account exists.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::AccountNotFound`], or when the store fails.
    pub async fn authorize<A: Access>(
        &self,
        ctx: OpContext,
        account_id: AccountId,
    ) -> Result<Authorized<A>, Error> {
        Authorized::grant(self.store.as_ref(), ctx, account_id).await
    }

    /// Checks that new backups and snapshots of the app can be created.
    async fn check_ready(&self, app: &App) -> Result<(), Error> {
        if !app.declared {
            return Err(Error::AppNotReady);
        }
        let latest = self
            .store
            .fetch_latest_app_restore(app.account_id, app.id)
            .await?;
        match latest.map(|latest| latest.state) {
            Some(RestoreState::Interrupted) => Err(Error::AppRestoreUnfinished),
            _ => Ok(()),
        }
    }

    async fn app(&self, account_id: AccountId, app_id: AppId) -> Result<App, Error> {
        self.store
            .fetch_app(account_id, app_id)
            .await?
            .ok_or(Error::AppNotFound)
    }

    async fn check_app(&self, account_id: AccountId, app_id: Option<AppId>) -> Result<(), Error> {
        if let Some(app_id) = app_id {
            self.app(account_id, app_id).await?;
        }
        Ok(())
    }

    /// Queues a job, for a node if one is given, and for a request if there is a `correlation`. A job that adds work is
    /// only queued if it is admitted.
    async fn queue(
        &self,
        tx: &mut dyn StoreTx,
        payload: impl Into<JobPayload>,
        node: Option<String>,
        correlation: Option<Uuid>,
    ) -> Result<(), Error> {
        let job = NewJob {
            id: self.ids.next_id().into(),
            payload: payload.into(),
            run_after: self.clock.now(),
            correlation,
            node,
        };
        if job.payload.adds_work() {
            self.admission.check_space()?;
        }
        let queued = tx.insert_job(&job).await?;
        if job.payload.adds_work() {
            // If the queue is full, the caller rolls back.
            self.admission.check_queue(queued)?;
        }
        tracing::debug!(job.id = %job.id, job.kind = job.payload.kind(), "job queued");
        Ok(())
    }

    async fn commit(&self, tx: Box<dyn StoreTx>) -> Result<(), Error> {
        tx.commit().await?;
        self.wake.notify_one();
        Ok(())
    }
}
