//! An open transaction, and the reuse of its connection.
//!
//! SQLite itself rolls back after some errors (a full disk, an I/O error). A connection is reused only if it is
//! proven to be in the expected state and nothing failed on it. Otherwise it is closed, and the next transaction opens a
//! new one.

use std::sync::Arc;

use appkeep_core::store::StoreError;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::connections::blocking;
use super::db::Db;
use super::errors::{is_busy, store_error};
use super::open::Opener;
use crate::group_commit::{self, Members, Outcome};

/// The writing connection, with its group.
#[derive(Debug)]
pub(super) struct Writer {
    /// `None` until the next transaction opens a connection. A group always has one.
    db: Option<Db>,
    members: Members,
    /// Whether a statement has failed on the connection, which is closed after the group.
    is_suspect: bool,
}

/// The writing connection while nothing else uses it.
pub(super) type WriterGuard = OwnedMutexGuard<Writer>;

impl Writer {
    pub(super) fn new(db: Db) -> Self {
        Self {
            db: Some(db),
            members: Members::default(),
            is_suspect: false,
        }
    }

    /// Whether the next transaction begins in a savepoint, which doesn't wait for the disk or for another process.
    pub(super) fn has_space_in_group(&self) -> bool {
        !self.members.is_empty() && !self.members.is_full()
    }

    /// Commits the open group, if there is one, and makes it durable.
    fn commit(&mut self) {
        if self.members.is_empty() {
            return;
        }
        let committed = match &self.db {
            Some(db) => db.commit().map_err(store_error),
            None => Err(rolled_back()),
        };
        self.is_suspect |= committed.is_err();
        self.release();
        self.members.end(&committed);
    }

    /// Rolls back the open group because of a transaction that isn't a member.
    fn roll_back(&mut self) {
        self.release();
        self.members.roll_back();
    }

    /// Ends the transaction if it is open, and closes the connection if it can't be reused.
    fn release(&mut self) {
        let Some(db) = &self.db else { return };
        if db.in_transaction()
            && let Err(error) = db.rollback()
        {
            tracing::warn!(%error, "a transaction can't be rolled back");
        }
        if self.is_suspect || db.in_transaction() {
            tracing::warn!("the connection for writing is replaced after an error");
            self.db = None;
            self.is_suspect = false;
        }
    }

    /// Commits the open group and closes the connection.
    pub(super) fn close(&mut self) {
        self.commit();
        self.db = None;
    }
}

impl group_commit::Writer for Writer {
    async fn commit(mut writer: WriterGuard) {
        let committed = blocking(move || {
            writer.commit();
            Ok(())
        });
        // Fails only if the process ends; then nothing is acknowledged.
        let _ = committed.await;
    }
}

/// The state of a transaction that isn't committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// A call failed, and the transaction will be rolled back.
    Failed,
    /// A call failed or panicked, and the state of the connection is unknown.
    Unknown,
}

/// A transaction on the writing connection. It is rolled back unless it is committed.
#[derive(Debug)]
pub(super) struct Transaction {
    /// `None` once the transaction has joined its group.
    writer: Option<WriterGuard>,
    state: State,
}

impl Transaction {
    /// Begins a transaction. Unless [`Writer::has_space_in_group`], this may wait for the disk, and for another process
    /// that writes.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if another process is writing, or if no connection can be opened.
    pub(super) fn begin(mut writer: WriterGuard, opener: &Opener) -> Result<Self, StoreError> {
        if writer.members.is_full() {
            writer.commit();
        }
        if writer.members.is_empty() {
            let db = match writer.db.take() {
                Some(db) => db,
                None => opener.connect_writer().map_err(store_error)?,
            };
            let begun = db.begin_immediate();
            let is_reusable = |error| is_busy(error) && !db.in_transaction();
            if begun.as_ref().err().is_none_or(is_reusable) {
                writer.db = Some(db);
            }
            begun.map_err(store_error)?;
        } else if let Err(error) = writer.db()?.begin_savepoint() {
            writer.is_suspect = true;
            writer.roll_back();
            return Err(store_error(error));
        }
        Ok(Self {
            writer: Some(writer),
            state: State::Open,
        })
    }

    /// Runs `call` within the transaction.
    ///
    /// # Errors
    /// Those of `call`. After any error other than a taken name, all further calls fail, so that no statement runs
    /// outside a transaction that SQLite has rolled back.
    pub(super) fn run<T>(
        &mut self,
        call: impl FnOnce(&Db) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let writer = self.writer.as_ref().ok_or_else(rolled_back)?;
        let db = writer.db()?;
        if self.state != State::Open || !db.in_transaction() {
            return Err(rolled_back());
        }
        // Stays so if `call` panics.
        self.state = State::Unknown;
        let result = call(db);
        self.state = match result {
            Ok(_) | Err(StoreError::NameTaken) => State::Open,
            Err(StoreError::Broken(_) | StoreError::Disagreement(_)) => State::Failed,
            Err(StoreError::Unavailable(_) | StoreError::Conflict) => State::Unknown,
        };
        result
    }

    /// Commits the transaction and makes it durable, together with others that wait for the connection.
    pub(super) async fn commit(mut self) -> Result<(), StoreError> {
        let (writer, outcome) = self.join()?;
        group_commit::committed(writer, outcome).await
    }

    /// Makes the transaction a member of its group, and releases the connection.
    fn join(&mut self) -> Result<(Arc<Mutex<Writer>>, Outcome), StoreError> {
        let is_first = self
            .writer
            .as_ref()
            .is_some_and(|writer| writer.members.is_empty());
        self.run(|db| {
            if is_first {
                Ok(())
            } else {
                db.release_savepoint().map_err(store_error)
            }
        })?;
        let mut writer = self.writer.take().ok_or_else(rolled_back)?;
        let outcome = writer.members.join();
        Ok((OwnedMutexGuard::mutex(&writer).clone(), outcome))
    }
}

impl Writer {
    fn db(&self) -> Result<&Db, StoreError> {
        self.db.as_ref().ok_or_else(rolled_back)
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        let Some(mut writer) = self.writer.take() else {
            return;
        };
        writer.is_suspect |= self.state != State::Open;
        let is_known = self.state != State::Unknown && !writer.members.is_empty();
        let is_undone = is_known
            && writer
                .db()
                .is_ok_and(|db| db.in_transaction() && db.roll_back_savepoint().is_ok());
        if !is_undone {
            writer.roll_back();
        }
    }
}

/// The error of calls on a transaction after an earlier call failed.
pub(super) fn rolled_back() -> StoreError {
    StoreError::Unavailable("the transaction was rolled back after an error".to_owned())
}

#[cfg(test)]
mod tests;
