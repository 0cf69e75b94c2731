//! Opening the database: its file, its connections, its settings.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use appkeep_core::store::StoreError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, SqlitePool};

use super::errors::store_error;
use super::migrations;

/// How many connections read. Each is a thread and at most [`CACHE_KIB`] of pages.
const READERS_MAX: u32 = 4;
/// How much of the database each connection keeps in memory, in KiB.
const CACHE_KIB: u32 = 1024;
/// How many prepared statements each connection keeps: more than there are.
const STATEMENTS_MAX: usize = 64;
/// How large the write-ahead log's file stays after it grew, in bytes.
const LOG_BYTES_KEPT: u32 = 16 * 1024 * 1024;
/// After how long an unused reading connection is closed.
const READER_IDLE_MAX: Duration = Duration::from_mins(1);
/// How often opening looks whether the other process is done that opens the same database.
const OPEN_WAIT_STEP: Duration = Duration::from_millis(20);

/// How long a call waits before the store is "unavailable".
#[derive(Debug, Clone, Copy)]
pub(super) struct Waits {
    /// For a connection of this process.
    pub(super) connection: Duration,
    /// For another process that writes.
    pub(super) busy: Duration,
    /// For another process that opens the same database.
    pub(super) opening: Duration,
}

impl Default for Waits {
    fn default() -> Self {
        Self {
            connection: Duration::from_secs(5),
            busy: Duration::from_secs(5),
            opening: Duration::from_secs(10),
        }
    }
}

/// The connections to a database.
#[derive(Debug, Clone)]
pub(super) struct Connections {
    /// The one that writes. SQLite has one writer at a time; waiting for a connection is fair, waiting for
    /// SQLite's lock is not.
    pub(super) writer: SqlitePool,
    /// Those that read committed state.
    pub(super) readers: SqlitePool,
}

impl Connections {
    /// Opens the database at `path`, which is made if there is none, with an up-to-date schema.
    pub(super) async fn open(path: &Path, waits: Waits) -> Result<Self, StoreError> {
        // Making the file, switching it to a write-ahead log and migrating it: SQLite doesn't wait for the
        // lock that the switch takes, so one process does all of it at a time.
        let _alone = lock_opening(path, waits.opening).await?;
        create_private(path).map_err(|error| {
            StoreError::Broken(format!("the database {} can't be made: {error}", path.display()))
        })?;

        let options = options(path, waits);
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(waits.connection)
            // A file doesn't hang up: asking each time whether it is still there doubles the cost of a query.
            .test_before_acquire(false)
            .connect_with(
                options
                    .clone()
                    .journal_mode(SqliteJournalMode::Wal)
                    .thread_name(|_| "store-writer".to_owned()),
            )
            .await
            .map_err(|error| unopened(path, error))?;
        if let Err(error) = prepare(&writer).await {
            writer.close().await;
            return Err(error);
        }
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS_MAX)
            .idle_timeout(READER_IDLE_MAX)
            .max_lifetime(None)
            .acquire_timeout(waits.connection)
            // A file doesn't hang up: asking each time whether it is still there doubles the cost of a query.
            .test_before_acquire(false)
            .connect_lazy_with(
                options
                    .pragma("query_only", "ON")
                    .thread_name(|id| format!("store-reader-{id}")),
            );
        Ok(Self { writer, readers })
    }

    /// Waits for what is under way and closes the database. The writer goes last: the last connection moves
    /// the log into the database.
    pub(super) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

fn options(path: &Path, waits: Waits) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(waits.busy)
        .statement_cache_capacity(STATEMENTS_MAX)
        .pragma("cache_size", format!("-{CACHE_KIB}"))
        .pragma("journal_size_limit", LOG_BYTES_KEPT.to_string())
        .pragma("trusted_schema", "OFF")
        .disable_statement_logging()
}

async fn prepare(writer: &SqlitePool) -> Result<(), StoreError> {
    let mut conn = writer.acquire().await.map_err(store_error)?;
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode")
        .fetch_one(&mut *conn)
        .await
        .map_err(store_error)?;
    if mode != "wal" {
        return Err(StoreError::Broken(format!(
            "the database needs a file system that permits a write-ahead log, but its journal is \"{mode}\""
        )));
    }
    migrations::run(&mut conn).await
}

fn unopened(path: &Path, error: sqlx::Error) -> StoreError {
    match store_error(error) {
        StoreError::Broken(why) => {
            StoreError::Broken(format!("the database {} can't be opened: {why}", path.display()))
        }
        error => error,
    }
}

/// Makes the file that only its owner may read, unless there is one. It holds who did what where.
///
/// An existing file is not even opened: closing it would drop the locks that SQLite holds on it in this
/// process, which is how POSIX locks work.
fn create_private(path: &Path) -> io::Result<()> {
    match OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
    {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made.map(drop),
    }
}

/// Waits until nobody else opens the database at `path`; the lock is held until the file is dropped. Its
/// file is left behind, because removing it would let two processes lock two files.
async fn lock_opening(path: &Path, wait_max: Duration) -> Result<File, StoreError> {
    let lock_path = lock_path(path);
    let failed = |error: io::Error| {
        StoreError::Broken(format!(
            "the lock {} can't be taken: {error}",
            lock_path.display()
        ))
    };
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&lock_path)
        .map_err(failed)?;
    let wait = async {
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(()),
                Err(TryLockError::WouldBlock) => tokio::time::sleep(OPEN_WAIT_STEP).await,
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
        }
    };
    match tokio::time::timeout(wait_max, wait).await {
        Ok(locked) => locked.map(|()| file),
        Err(_) => Err(StoreError::Unavailable(
            "another process is opening the database".to_owned(),
        )),
    }
}

fn lock_path(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".opening");
    path.with_file_name(name)
}

#[cfg(test)]
mod tests;
