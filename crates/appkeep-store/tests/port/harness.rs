//! A new database for each test, with a small catalog.

use std::sync::Arc;

use appkeep_core::catalog::Declaration;
use appkeep_core::resource::Resource;
use appkeep_core::store::{Store, StoreError, StoreTx, StoredKind};
use appkeep_store::SqliteStore;
use tempfile::TempDir;

use crate::fixtures::{at, declaration};

/// A store whose database is deleted when this value is dropped.
pub(crate) struct Harness {
    pub(crate) store: Arc<dyn Store>,
    database: SqliteStore,
    dir: TempDir,
}

impl Harness {
    /// A store with the catalog of [`declaration`].
    pub(crate) async fn new() -> Self {
        let harness = Self::open(tempfile::tempdir().unwrap()).await;
        harness.declare(&declaration(), 0).await;
        harness
    }

    /// Replaces the declaration, `secs` seconds after the start.
    pub(crate) async fn declare(&self, declaration: &Declaration, secs: i64) {
        let mut tx = self.begin().await;
        tx.update_declaration(declaration, at(secs)).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Inserts a backup or a snapshot.
    pub(crate) async fn insert<K: StoredKind>(&self, resource: &Resource<K>) {
        let mut tx = self.begin().await;
        K::of_tx(tx.as_mut()).insert_resource(resource).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Closes the database and opens it again, as another process would.
    pub(crate) async fn reopened(self) -> Self {
        self.database.close().await;
        Self::open(self.dir).await
    }

    pub(crate) async fn begin(&self) -> Box<dyn StoreTx> {
        self.store.begin().await.unwrap()
    }

    async fn open(dir: TempDir) -> Self {
        let database = SqliteStore::open(dir.path().join("appkeep.db")).await.unwrap();
        Self {
            store: Arc::new(database.clone()),
            database,
            dir,
        }
    }
}

/// Whether a call failed because a name is taken.
pub(crate) fn is_name_taken<T>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::NameTaken))
}
