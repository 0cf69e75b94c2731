//! A new database for each test, with a small catalog.

use std::sync::Arc;

use appkeep_core::store::{Store, StoreError, StoreTx};
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
        let mut tx = harness.begin().await;
        tx.update_declaration(&declaration(), at(0)).await.unwrap();
        tx.commit().await.unwrap();
        harness
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
