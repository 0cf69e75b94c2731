//! The connections to a database, and the transactions on them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use appkeep_core::store::StoreError;
use sqlx_core::connection::Connection as _;
use sqlx_core::pool::PoolConnection;
use sqlx_postgres::{PgConnection, PgPool, PgTransaction, Postgres};
use tokio::sync::Mutex;
use tracing::Instrument as _;

use super::errors::store_error;
use super::maintenance;
use super::options::Options;
use super::transaction::{Transaction, Writer};

/// The number of writing transactions of one process after which it runs [`maintenance`].
const MAINTENANCE_EVERY: u64 = 64;

/// Each statement sees everything that was committed before it.
const BEGIN_READ_COMMITTED: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";
/// Doesn't wait for the disk: the sums stay the same if a crash of the database undoes the transaction.
const BEGIN_MAINTENANCE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL synchronous_commit = off";
/// All statements see the same state.
const BEGIN_READ_ONLY: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Opens a connection, without waiting for a database that can't be reached.
pub(super) async fn connect(options: &Options) -> Result<PgConnection, StoreError> {
    let connected = tokio::time::timeout(
        options.acquire_timeout,
        PgConnection::connect_with(&options.connection),
    );
    let connected = connected
        .await
        .map_err(|_| StoreError::Unavailable("the database doesn't respond".to_owned()))?;
    connected.map_err(store_error)
}

/// The connections to a database; clones share them.
#[derive(Debug, Clone)]
pub(super) struct Connections {
    pool: PgPool,
    /// Only one connection waits for other servers.
    writer: Arc<Mutex<Writer>>,
    wait_max: Duration,
    written: Arc<AtomicU64>,
}

impl Connections {
    /// The pool opens connections when they are required, and replaces broken ones.
    pub(super) fn new(options: Options) -> Self {
        Self {
            pool: options.pool.connect_lazy_with(options.connection),
            writer: Arc::default(),
            wait_max: options.acquire_timeout,
            written: Arc::default(),
        }
    }

    /// A connection for one statement, which sees committed state.
    pub(super) async fn acquire(&self) -> Result<PoolConnection<Postgres>, StoreError> {
        self.pool.acquire().await.map_err(store_error)
    }

    /// Begins a transaction that runs after all others that write.
    pub(super) async fn begin_write(&self) -> Result<Transaction, StoreError> {
        let acquired = tokio::time::timeout(self.wait_max, self.writer.clone().lock_owned());
        let mut writer = acquired.await.map_err(|_| in_use())?;
        let pool = self.pool.clone();
        uninterrupted(async move {
            if writer.has_space_in_group() {
                writer.begin_savepoint().await?;
            } else {
                writer.commit().await;
                let tx = pool.begin_with(BEGIN_READ_COMMITTED).await.map_err(store_error)?;
                writer.open(tx).await?;
            }
            Ok(Transaction::new(writer))
        })
        .await
    }

    /// Begins a transaction whose statements see everything that was committed before each.
    pub(super) async fn begin_read_committed(&self) -> Result<PgTransaction<'static>, StoreError> {
        self.begin(BEGIN_READ_COMMITTED).await
    }

    /// Begins a transaction whose reads see the same state.
    pub(super) async fn begin_read_only(&self) -> Result<PgTransaction<'static>, StoreError> {
        self.begin(BEGIN_READ_ONLY).await
    }

    async fn begin(&self, statement: &'static str) -> Result<PgTransaction<'static>, StoreError> {
        let pool = self.pool.clone();
        uninterrupted(async move { pool.begin_with(statement).await.map_err(store_error) }).await
    }

    /// Counts a committed transaction, and runs [`maintenance`] after many. If that fails, the next run makes up for
    /// it.
    pub(super) async fn maintain(&self) {
        let written = self.written.fetch_add(1, Ordering::Relaxed) + 1;
        if !written.is_multiple_of(MAINTENANCE_EVERY) {
            return;
        }
        let run = async {
            let mut tx = self.begin(BEGIN_MAINTENANCE).await?;
            maintenance::run(&mut tx).await?;
            tx.commit().await.map_err(store_error)
        };
        if let Err(error) = run.await {
            tracing::warn!(%error, "old rows can't be deleted at the moment");
        }
    }

    /// Waits for calls in progress and closes all connections.
    pub(super) async fn close(&self) {
        self.pool.close().await;
    }
}

/// Runs `begin` in a task of its own. If the caller stops waiting, sqlx wouldn't roll back a transaction that it has
/// begun, and would use the connection for later statements.
async fn uninterrupted<T: Send + 'static>(
    begin: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::spawn(begin.in_current_span()).await {
        Ok(result) => result,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => Err(closed()),
    }
}

fn in_use() -> StoreError {
    StoreError::Unavailable("too many transactions are waiting for the database".to_owned())
}

fn closed() -> StoreError {
    StoreError::Unavailable("the store is closed".to_owned())
}
