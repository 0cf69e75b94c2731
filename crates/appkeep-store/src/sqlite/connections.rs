//! The connections to a database: one that writes, and a few that only read.
//!
//! Lookups by key take microseconds and run on the calling thread. Scans, and all calls that wait for the disk or for
//! another process, run on the blocking pool.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use appkeep_core::store::StoreError;
use tokio::sync::Semaphore;
use tracing::Span;

use super::db::Db;
use super::errors::store_error;
use super::open::Opener;
use super::transaction::{Transaction, Writer};

/// The maximum number of concurrent lookups. Lookups never wait, so there are at most as many as threads.
const LOOKUPS_MAX: u32 = 16;
/// The maximum number of concurrent scans.
const SCANS_MAX: u32 = 4;
/// The maximum number of idle reading connections that are kept open.
const IDLE_READERS_MAX: usize = 8;

/// The connections to a database; clones share them.
#[derive(Debug, Clone)]
pub(super) struct Connections {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    opener: Opener,
    wait_max: Duration,
    closed: AtomicBool,
    /// This lock is fair, unlike SQLite's own lock.
    writer: Arc<tokio::sync::Mutex<Writer>>,
    idle_readers: Mutex<Vec<Db>>,
    lookups: Semaphore,
    scans: Arc<Semaphore>,
}

impl Connections {
    pub(super) fn new(opener: Opener, writer: Db, wait_max: Duration) -> Self {
        let shared = Shared {
            opener,
            wait_max,
            closed: AtomicBool::new(false),
            writer: Arc::new(tokio::sync::Mutex::new(Writer::new(writer))),
            idle_readers: Mutex::default(),
            lookups: Semaphore::new(LOOKUPS_MAX as usize),
            scans: Arc::new(Semaphore::new(SCANS_MAX as usize)),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Begins a transaction that may write.
    pub(super) async fn begin(&self) -> Result<Transaction, StoreError> {
        let shared = self.shared.clone();
        let writer = tokio::time::timeout(shared.wait_max, shared.writer.clone().lock_owned())
            .await
            .map_err(|_| in_use())?;
        if shared.closed.load(Ordering::SeqCst) {
            return Err(closed());
        }
        if writer.has_space_in_group() {
            return Transaction::begin(writer, &shared.opener);
        }
        blocking(move || Transaction::begin(writer, &shared.opener)).await
    }

    /// Reads a few rows by key, on the calling thread.
    pub(super) async fn lookup<T>(
        &self,
        read: impl FnOnce(&Db) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let acquired = tokio::time::timeout(self.shared.wait_max, self.shared.lookups.acquire());
        let _permit = acquired.await.map_err(|_| in_use())?.map_err(|_| closed())?;
        self.shared.read(read)
    }

    /// Reads any number of rows, on the blocking pool.
    pub(super) async fn scan<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Db) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let acquired = tokio::time::timeout(self.shared.wait_max, self.shared.scans.clone().acquire_owned());
        let permit = acquired.await.map_err(|_| in_use())?.map_err(|_| closed())?;
        let shared = self.shared.clone();
        blocking(move || {
            // Held until the scan has ended, even if its caller no longer waits.
            let _permit = permit;
            shared.read(read)
        })
        .await
    }

    /// Waits for calls in progress and closes the database. The writer is closed last: closing the last connection
    /// moves the write-ahead log into the database.
    pub(super) async fn close(&self) {
        self.shared.closed.store(true, Ordering::SeqCst);
        for (permits, permits_max) in [
            (&self.shared.lookups, LOOKUPS_MAX),
            (&*self.shared.scans, SCANS_MAX),
        ] {
            // Fails only if the store has been closed before.
            let _all = permits.acquire_many(permits_max).await;
            permits.close();
        }
        self.shared.idle_readers().clear();
        let mut writer = self.shared.writer.clone().lock_owned().await;
        // Fails only if the process ends.
        let _ = blocking(move || {
            writer.close();
            Ok(())
        })
        .await;
    }
}

impl Shared {
    /// Reads with an idle connection or a new one. The connection is only reused after a success.
    fn read<T>(&self, read: impl FnOnce(&Db) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let idle = self.idle_readers().pop();
        let db = match idle {
            Some(db) => db,
            None => self.opener.connect_reader().map_err(store_error)?,
        };
        let found = read(&db)?;
        let mut idle_readers = self.idle_readers();
        if !db.in_transaction()
            && idle_readers.len() < IDLE_READERS_MAX
            && !self.closed.load(Ordering::SeqCst)
        {
            idle_readers.push(db);
        }
        Ok(found)
    }

    fn idle_readers(&self) -> MutexGuard<'_, Vec<Db>> {
        self.idle_readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs `call` on the blocking pool, in the current tracing span. If the caller stops waiting, the result is dropped
/// when the call has ended.
pub(crate) async fn blocking<T: Send + 'static>(
    call: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let span = Span::current();
    match tokio::task::spawn_blocking(move || span.in_scope(call)).await {
        Ok(result) => result,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => Err(closed()),
    }
}

fn in_use() -> StoreError {
    StoreError::Unavailable("every connection is in use".to_owned())
}

fn closed() -> StoreError {
    StoreError::Unavailable("the store is closed".to_owned())
}
