//! The operations that backups and snapshots share, and the rules and jobs that differ.

use async_trait::async_trait;
use uuid::Uuid;

use crate::actor::OpContext;
use crate::app_restore::RestoreSource;
use crate::audit::Change;
use crate::authz::{Authorized, Read, Write};
use crate::error::Error;
use crate::ids::{AppId, ResourceId};
use crate::job::JobPayload;
use crate::listing::{ListOptions, Listing};
use crate::resource::Resource;
use crate::store::{ListFilter, StoreTx, StoredKind, transact};

use super::{ResourceRef, Service};

/// The rules and jobs of a kind of resource.
#[async_trait]
pub(crate) trait ManagedKind: StoredKind {
    /// The resource as the source of a restore.
    fn source(id: ResourceId<Self>) -> RestoreSource;

    /// The job that creates the data.
    fn create_job(resource: &Resource<Self>) -> JobPayload;

    /// The job that deletes the data.
    fn delete_job(resource: &Resource<Self>) -> JobPayload;

    /// The only node that can read or delete the data, if there is one.
    fn node(resource: &Resource<Self>) -> Option<String>;

    /// Checks the rules of this kind for deletions.
    async fn check_deletable(resource: &Resource<Self>, tx: &mut dyn StoreTx) -> Result<(), Error>;
}

impl Service {
    /// Lists the resources of the account, or of an app, newest first.
    pub(super) async fn list<K: StoredKind>(
        &self,
        authorized: &Authorized<Read>,
        app_id: Option<AppId>,
        options: ListOptions,
    ) -> Result<Listing<Resource<K>>, Error> {
        let account_id = authorized.account_id();
        self.check_app(account_id, app_id).await?;
        let filter = ListFilter { account_id, app_id };
        Ok(Listing::begin(self.store.clone(), filter, options).await?)
    }

    /// Fetches a resource.
    pub(super) async fn fetch<K: StoredKind>(
        &self,
        authorized: &Authorized<Read>,
        request: ResourceRef<K>,
    ) -> Result<Resource<K>, Error> {
        let account_id = authorized.account_id();
        self.check_app(account_id, request.app_id).await?;
        let store = K::of(self.store.as_ref());
        request.select(store.fetch_resource(account_id, request.id).await?)
    }

    /// Inserts a new resource and queues its job, for a node if one is given.
    pub(super) async fn insert<K: ManagedKind>(
        &self,
        tx: &mut dyn StoreTx,
        resource: &Resource<K>,
        node: Option<String>,
        correlation: Option<Uuid>,
    ) -> Result<(), Error> {
        K::of_tx(tx).insert_resource(resource).await?;
        self.queue(tx, K::create_job(resource), node, correlation).await
    }

    /// Deletes a resource. It is invisible immediately; a job that is queued in the same transaction deletes its
    /// data. A resource in progress is cancelled. One that a restore reads is in use and can't be deleted.
    pub(crate) async fn delete<K: ManagedKind>(
        &self,
        authorized: &Authorized<Write>,
        request: ResourceRef<K>,
    ) -> Result<(), Error> {
        let account_id = authorized.account_id();
        self.check_app(account_id, request.app_id).await?;
        transact(|| async {
            let mut tx = self.store.begin().await?;
            let found = K::of_tx(tx.as_mut())
                .fetch_resource(account_id, request.id)
                .await?;
            let resource = request.select(found)?;
            K::check_deletable(&resource, tx.as_mut()).await?;
            if tx.count_restores_reading(K::source(resource.id)).await? > 0 {
                return Err(Error::InUseByRestore);
            }
            let deleted = K::of_tx(tx.as_mut()).delete_resource(resource.id, resource.generation);
            if !deleted.await? {
                return Err(Error::Conflict);
            }
            tx.update_jobs_cancel_requested(resource.id.as_uuid()).await?;
            let job = K::delete_job(&resource);
            let node = K::node(&resource);
            self.queue(tx.as_mut(), job, node, authorized.ctx().correlation)
                .await?;
            self.commit(tx).await?;
            record_change("delete", &resource, authorized.ctx());
            Ok(())
        })
        .await
    }
}

impl<K: StoredKind> ResourceRef<K> {
    /// The resource, if it exists and belongs to the app in the path.
    pub(super) fn select(&self, found: Option<Resource<K>>) -> Result<Resource<K>, Error> {
        let is_within = |app_id| self.app_id.is_none_or(|expected| expected == app_id);
        found
            .filter(|found| is_within(found.app_id))
            .ok_or(Error::ResourceNotFound)
    }
}

/// Records a change to a resource in the audit log.
pub(super) fn record_change<K: StoredKind>(action: &'static str, resource: &Resource<K>, ctx: &OpContext) {
    let change = Change {
        action,
        kind: K::NAME,
        id: &resource.id,
        name: resource.name.as_str(),
        account_id: resource.account_id,
        app_id: resource.app_id,
    };
    change.record(ctx);
}
