//! The databases, and a new one for each test, with a small catalog.

use std::sync::Arc;

use appkeep_core::catalog::Declaration;
use appkeep_core::resource::Resource;
use appkeep_core::store::{Store, StoreError, StoreTx, StoredKind};
use appkeep_store::SqliteStore;
use tempfile::TempDir;

use crate::fixtures::{at, declaration};

/// Generates a test for each database from functions that take a [`Harness`]: `sqlite::NAME` in the module.
macro_rules! port_tests {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $name() {
                    super::$name($crate::harness::Harness::sqlite().await).await;
                }
            )+
        }
    };
}

/// A store whose database is deleted when this value is dropped.
pub(crate) struct Harness {
    pub(crate) store: Arc<dyn Store>,
    database: SqliteStore,
    dir: TempDir,
}

impl Harness {
    /// A store on SQLite with the catalog of [`declaration`].
    pub(crate) async fn sqlite() -> Self {
        let harness = Self::open(tempfile::tempdir().unwrap()).await;
        harness.declare(&declaration(), 0).await;
        harness
    }

    /// Another store on the same kind of database.
    pub(crate) async fn another(&self) -> Self {
        Self::sqlite().await
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
