//! An open transaction, and the reuse of its connection.
//!
//! SQLite itself rolls back after some errors (a full disk, an I/O error). A connection is reused only if it is
//! proven to be outside a transaction and nothing failed on it. Otherwise it is closed, and the next transaction
//! opens a new one.

use appkeep_core::store::StoreError;
use tokio::sync::OwnedMutexGuard;

use super::db::Db;
use super::errors::{is_busy, store_error};
use super::open::Opener;

/// The writing connection; `None` until the next transaction opens one.
pub(super) type WriterSlot = OwnedMutexGuard<Option<Db>>;

/// A transaction on the writing connection. It is rolled back unless it is committed.
#[derive(Debug)]
pub(super) struct Transaction {
    slot: WriterSlot,
    failed: bool,
}

impl Transaction {
    /// Begins a transaction. This may wait for another process that writes.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if another process is writing, or if no connection can be opened.
    pub(super) fn begin(mut slot: WriterSlot, opener: &Opener) -> Result<Self, StoreError> {
        let db = match slot.take() {
            Some(db) => db,
            None => opener.connect_writer().map_err(store_error)?,
        };
        match db.begin_immediate() {
            Ok(()) => {
                *slot = Some(db);
                Ok(Self { slot, failed: false })
            }
            Err(error) => {
                if is_busy(&error) && !db.in_transaction() {
                    *slot = Some(db);
                }
                Err(store_error(error))
            }
        }
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
        let db = match self.slot.as_ref() {
            Some(db) if !self.failed && db.in_transaction() => db,
            _ => return Err(rolled_back()),
        };
        // Stays true if `call` panics.
        self.failed = true;
        let result = call(db);
        self.failed = !matches!(result, Ok(_) | Err(StoreError::NameTaken));
        result
    }

    /// Commits the transaction and makes it durable.
    pub(super) fn commit(mut self) -> Result<(), StoreError> {
        self.run(|db| db.commit().map_err(store_error))
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        let Some(db) = self.slot.take() else { return };
        if db.in_transaction()
            && let Err(error) = db.rollback()
        {
            tracing::warn!(%error, "a transaction can't be rolled back");
        }
        if self.failed || db.in_transaction() {
            tracing::warn!("the connection for writing is replaced after an error");
        } else {
            *self.slot = Some(db);
        }
    }
}

/// The error of calls on a transaction after an earlier call failed.
pub(super) fn rolled_back() -> StoreError {
    StoreError::Unavailable("the transaction was rolled back after an error".to_owned())
}

#[cfg(test)]
mod tests;
