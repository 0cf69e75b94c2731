//! Opening the database: its file, its connections, its settings.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use appkeep_core::store::StoreError;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, MAIN_DB, OpenFlags};

use super::connections::{Connections, blocking};
use super::db::Db;
use super::errors::{is_busy, store_error};
use super::migrations;

/// The size of each connection's page cache, in KiB.
const CACHE_KIB: i64 = 1024;
/// The number of prepared statements that each connection caches. It is larger than the number of statements, so that
/// none is evicted.
const STATEMENTS_MAX: usize = 256;
/// The size in bytes to which the file of the write-ahead log is truncated after it has grown beyond it.
const LOG_BYTES_KEPT: i64 = 16 * 1024 * 1024;
/// The interval at which a process that opens the database checks whether another one has finished opening it.
const OPEN_WAIT_STEP: Duration = Duration::from_millis(20);

/// The time that a call waits for each of these before it fails with "unavailable".
#[derive(Debug, Clone, Copy)]
pub(super) struct Timeouts {
    /// For a connection of this process.
    pub(super) connection: Duration,
    /// For another process that writes.
    pub(super) busy: Duration,
    /// For another process that opens the same database.
    pub(super) opening: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connection: Duration::from_secs(5),
            busy: Duration::from_secs(5),
            opening: Duration::from_secs(10),
        }
    }
}

/// The effect of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Durability {
    /// The transaction survives a crash of the system.
    Full,
    /// The transaction survives a crash of the process.
    Volatile,
}

/// Opens the database at `path` with an up-to-date schema. The database is created if it doesn't exist.
pub(super) async fn open(
    path: &Path,
    durability: Durability,
    timeouts: Timeouts,
) -> Result<Connections, StoreError> {
    // Only one process at a time creates the file, switches it to a write-ahead log and migrates it: SQLite doesn't
    // wait for the lock that the switch requires.
    let lock = lock_opening(path, timeouts.opening).await?;
    let opener = Opener {
        path: path.to_owned(),
        durability,
        busy: timeouts.busy,
    };
    blocking(move || {
        let _lock = lock;
        let writer = opener.create()?;
        Ok(Connections::new(opener, writer, timeouts.connection))
    })
    .await
}

/// Opens connections to one database.
#[derive(Debug)]
pub(super) struct Opener {
    path: PathBuf,
    durability: Durability,
    busy: Duration,
}

impl Opener {
    fn create(&self) -> Result<Db, StoreError> {
        self.create_file().map_err(|error| {
            StoreError::Broken(format!(
                "the database {} can't be created: {error}",
                self.path.display()
            ))
        })?;
        let mut connection = self.connect().map_err(|error| self.open_error(error))?;
        let mode: String = connection
            .query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
            .map_err(|error| self.open_error(error))?;
        if mode != "wal" {
            return Err(StoreError::Broken(format!(
                "the database requires a file system that supports write-ahead logs: its journal mode is \"{mode}\""
            )));
        }
        migrations::run(&mut connection)?;
        Ok(Db::new(connection))
    }

    /// Creates the file unless it exists.
    fn create_file(&self) -> io::Result<()> {
        let created = create_private(&self.path)?;
        match created.filter(|_| self.durability == Durability::Volatile) {
            Some(mut file) => file.write_all(migrated().map_err(io::Error::other)?),
            None => Ok(()),
        }
    }

    /// A connection that can write, to a database that was opened before.
    pub(super) fn connect_writer(&self) -> rusqlite::Result<Db> {
        self.connect().map(Db::new)
    }

    /// A connection that reads committed state and can't write.
    pub(super) fn connect_reader(&self) -> rusqlite::Result<Db> {
        let connection = self.connect()?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(Db::new(connection))
    }

    /// Never creates the file: if it is missing now, it was deleted while the server was running.
    fn connect(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(self.busy)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
        // Plans don't depend on the values of parameters. Otherwise most executions would prepare their statement again.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        for (name, value) in [
            ("cache_size", -CACHE_KIB),
            ("journal_size_limit", LOG_BYTES_KEPT),
            ("foreign_keys", 1),
            ("trusted_schema", 0),
        ] {
            connection.pragma_update(None, name, value)?;
        }
        let synchronous = match self.durability {
            Durability::Full => "FULL",
            Durability::Volatile => "OFF",
        };
        connection.pragma_update(None, "synchronous", synchronous)?;
        Ok(connection)
    }

    fn open_error(&self, error: rusqlite::Error) -> StoreError {
        if is_busy(&error) {
            return store_error(error);
        }
        StoreError::Broken(format!(
            "the database {} can't be opened: {error}",
            self.path.display()
        ))
    }
}

/// Creates the file with access for its owner only, unless it exists. The database records the actions of users.
///
/// An existing file is not even opened: closing it would release the locks that SQLite holds on it in this process,
/// because POSIX locks work that way.
fn create_private(path: &Path) -> io::Result<Option<File>> {
    match OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
    {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(None),
        created => created.map(Some),
    }
}

/// The content of a database without rows. Migrations run once in each process: they take ten times as long as writing
/// their result.
fn migrated() -> Result<&'static [u8], &'static str> {
    static MIGRATED: OnceLock<Result<Vec<u8>, String>> = OnceLock::new();
    let migrate = || {
        let mut connection = Connection::open_in_memory().map_err(store_error)?;
        migrations::run(&mut connection)?;
        let data = connection.serialize(MAIN_DB).map_err(store_error)?;
        Ok::<_, StoreError>(data.to_vec())
    };
    let migrated = MIGRATED.get_or_init(|| migrate().map_err(|error| error.to_string()));
    migrated.as_deref().map_err(String::as_str)
}

/// Waits until no other process is opening the database at `path`. The lock is held until the returned file is dropped.
/// The lock file is never deleted, because otherwise two processes could lock different files.
async fn lock_opening(path: &Path, wait_max: Duration) -> Result<File, StoreError> {
    let lock_path = lock_path(path);
    let failed = |error: io::Error| {
        StoreError::Broken(format!(
            "the lock {} can't be acquired: {error}",
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
