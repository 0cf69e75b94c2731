//! The databases, and a new one for each test, with a small catalog.

use std::sync::Arc;

use appkeep_core::catalog::Declaration;
use appkeep_core::resource::Resource;
use appkeep_core::store::{Store, StoreError, StoreTx, StoredKind};
use appkeep_store::{PostgresStore, SqliteStore};
use sqlx_core::executor::Executor as _;
use sqlx_core::query_scalar::query_scalar;
use tempfile::TempDir;

use crate::fixtures::{NODE, at, declaration};
use crate::schema::Schema;

/// Generates a test for each database from functions that take a [`Harness`]: `sqlite::NAME` and `postgres::NAME` in
/// the module.
macro_rules! port_tests {
    ($($name:ident),+ $(,)?) => {
        port_tests! { sqlite: $($name)+ }
        port_tests! { postgres: $($name)+ }
    };
    ($database:ident: $($name:ident)+) => {
        mod $database {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $name() {
                    super::$name($crate::harness::Harness::$database().await).await;
                }
            )+
        }
    };
}

/// A database that is deleted when this value is dropped.
enum Database {
    Sqlite(SqliteStore, TempDir),
    Postgres(PostgresStore, Schema),
}

/// A store with the catalog of [`declaration`].
pub(crate) struct Harness {
    pub(crate) store: Arc<dyn Store>,
    database: Database,
}

impl Harness {
    pub(crate) async fn sqlite() -> Self {
        Self::open_sqlite(tempfile::tempdir().unwrap())
            .await
            .declared()
            .await
    }

    pub(crate) async fn postgres() -> Self {
        Self::open_postgres(Schema::create().await).await.declared().await
    }

    /// Another store on the same kind of database.
    pub(crate) async fn another(&self) -> Self {
        match self.database {
            Database::Sqlite(..) => Self::sqlite().await,
            Database::Postgres(..) => Self::postgres().await,
        }
    }

    /// Replaces the declaration, `secs` seconds after the start.
    pub(crate) async fn declare(&self, declaration: &Declaration, secs: i64) {
        self.declare_on(NODE, declaration, secs).await.unwrap();
    }

    /// Replaces the declaration of a node.
    pub(crate) async fn declare_on(
        &self,
        node: &str,
        declaration: &Declaration,
        secs: i64,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await;
        tx.update_declaration(node, declaration, at(secs)).await?;
        tx.commit().await
    }

    /// Inserts a backup or a snapshot.
    pub(crate) async fn insert<K: StoredKind>(&self, resource: &Resource<K>) {
        let mut tx = self.begin().await;
        K::of_tx(tx.as_mut()).insert_resource(resource).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Closes the database and opens it again, as another process would.
    pub(crate) async fn reopened(self) -> Self {
        match self.database {
            Database::Sqlite(store, dir) => {
                store.close().await;
                Self::open_sqlite(dir).await
            }
            Database::Postgres(store, schema) => {
                store.close().await;
                Self::open_postgres(schema).await
            }
        }
    }

    pub(crate) async fn begin(&self) -> Box<dyn StoreTx> {
        self.store.begin().await.unwrap()
    }

    /// Runs a statement on another connection. An error is the database's text.
    pub(crate) async fn execute(&self, sql: &'static str) -> Result<(), String> {
        match &self.database {
            Database::Sqlite(_, dir) => {
                let executed = raw(dir).execute(sql, []);
                executed.map(|_| ()).map_err(|error| error.to_string())
            }
            Database::Postgres(_, schema) => {
                let executed = schema.connect().await.execute(sql).await;
                executed.map(|_| ()).map_err(|error| error.to_string())
            }
        }
    }

    /// Reads rows of one text each, on another connection.
    pub(crate) async fn texts(&self, sql: &'static str) -> Vec<String> {
        match &self.database {
            Database::Sqlite(_, dir) => {
                let raw = raw(dir);
                let mut statement = raw.prepare(sql).unwrap();
                let rows = statement.query_map([], |row| row.get(0)).unwrap();
                rows.map(Result::unwrap).collect()
            }
            Database::Postgres(_, schema) => {
                let texts = query_scalar(sql).fetch_all(&mut schema.connect().await).await;
                texts.unwrap()
            }
        }
    }

    async fn declared(self) -> Self {
        self.declare(&declaration(), 0).await;
        self
    }

    async fn open_sqlite(dir: TempDir) -> Self {
        let store = SqliteStore::open(dir.path().join("appkeep.db")).await.unwrap();
        Self {
            store: Arc::new(store.clone()),
            database: Database::Sqlite(store, dir),
        }
    }

    async fn open_postgres(schema: Schema) -> Self {
        let store = PostgresStore::connect(&schema.url()).await.unwrap();
        Self {
            store: Arc::new(store.clone()),
            database: Database::Postgres(store, schema),
        }
    }
}

fn raw(dir: &TempDir) -> rusqlite::Connection {
    rusqlite::Connection::open(dir.path().join("appkeep.db")).unwrap()
}

/// Whether a call failed because a name is taken.
pub(crate) fn is_name_taken<T>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::NameTaken))
}
