//! An open transaction, and the group that it may join.
//!
//! Transactions of all servers run one after another: a group holds a lock until its commit. Each statement of a
//! transaction sees everything that was committed before it. In a snapshot of the whole transaction or group, jobs would
//! be missing that were claimed since it began, because claims don't take the lock. Statements that depend on the state
//! of a job lock its row, which excludes claims and renewals of its lease until the commit.
//!
//! A serializable transaction would be repeated most of the time instead: it conflicts with another one if they read and
//! write adjacent entries of an index, and most indexes of the queue have only one page.

use std::sync::Arc;

use appkeep_core::store::StoreError;
use sqlx_core::executor::Executor as _;
use sqlx_core::raw_sql::raw_sql;
use sqlx_postgres::{PgConnection, PgTransaction};
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::errors::store_error;
use super::locks;
use crate::group_commit::{self, Members, Outcome};

/// The writing connection.
#[derive(Debug, Default)]
pub(super) struct Writer {
    group: Option<Group>,
}

/// The writing connection while nothing else uses it.
pub(super) type WriterGuard = OwnedMutexGuard<Writer>;

/// An open transaction of the database.
#[derive(Debug)]
struct Group {
    tx: PgTransaction<'static>,
    members: Members,
    savepoint: Savepoint,
}

/// The savepoint of the latest transaction.
#[derive(Debug, Clone, Copy)]
enum Savepoint {
    /// The first transaction of a group has none.
    Missing,
    /// It exists, and the transaction is a member of the group.
    Complete,
    /// It exists, and must be rolled back before any other statement.
    Abandoned,
}

impl Writer {
    /// Whether the next transaction begins in a savepoint.
    pub(super) fn has_space_in_group(&self) -> bool {
        self.group.as_ref().is_some_and(|group| !group.members.is_full())
    }

    /// Opens a group with a transaction that has just begun, and waits for other servers.
    pub(super) async fn open(&mut self, mut tx: PgTransaction<'static>) -> Result<(), StoreError> {
        tx.execute(raw_sql(locks::WRITES)).await.map_err(store_error)?;
        self.group = Some(Group {
            tx,
            members: Members::default(),
            savepoint: Savepoint::Missing,
        });
        Ok(())
    }

    /// Begins another transaction in the open group.
    ///
    /// # Errors
    /// Those of the database; the group is then rolled back.
    pub(super) async fn begin_savepoint(&mut self) -> Result<(), StoreError> {
        let mut group = self.group.take().ok_or_else(rolled_back)?;
        let statement = match group.savepoint {
            Savepoint::Missing => "SAVEPOINT member",
            Savepoint::Complete => "RELEASE SAVEPOINT member; SAVEPOINT member",
            Savepoint::Abandoned => "ROLLBACK TO SAVEPOINT member",
        };
        if let Err(error) = group.tx.execute(raw_sql(statement)).await {
            group.members.roll_back();
            return Err(store_error(error));
        }
        group.savepoint = Savepoint::Abandoned;
        self.group = Some(group);
        Ok(())
    }

    /// Commits the open group, if there is one.
    pub(super) async fn commit(&mut self) {
        let Some(mut group) = self.group.take() else {
            return;
        };
        let committed = async {
            if matches!(group.savepoint, Savepoint::Abandoned) {
                group.tx.execute(raw_sql("ROLLBACK TO SAVEPOINT member")).await?;
            }
            group.tx.commit().await
        };
        let committed = committed.await.map_err(store_error);
        group.members.end(&committed);
    }
}

impl group_commit::Writer for Writer {
    async fn commit(mut writer: WriterGuard) {
        writer.commit().await;
    }
}

/// A transaction on the writing connection. It is rolled back unless it is committed.
#[derive(Debug)]
pub(super) struct Transaction {
    /// `None` once the transaction has joined its group.
    writer: Option<WriterGuard>,
    /// Whether a call failed, or its caller stopped waiting for it. All further calls fail then.
    failed: bool,
}

impl Transaction {
    /// The transaction that has begun on the connection.
    pub(super) fn new(writer: WriterGuard) -> Self {
        Self {
            writer: Some(writer),
            failed: false,
        }
    }

    /// The connection for the next call, whose result is passed to [`Self::ended`].
    pub(super) fn db(&mut self) -> Result<&mut PgConnection, StoreError> {
        if self.failed {
            return Err(rolled_back());
        }
        self.failed = true;
        let group = self.writer.as_mut().and_then(|writer| writer.group.as_mut());
        Ok(&mut group.ok_or_else(rolled_back)?.tx)
    }

    /// Notes whether the transaction can continue after this result.
    pub(super) fn ended<T>(&mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        self.failed = !matches!(result, Ok(_) | Err(StoreError::NameTaken));
        result
    }

    /// Commits the transaction, together with others that wait for the connection.
    pub(super) async fn commit(mut self) -> Result<(), StoreError> {
        let (writer, outcome) = self.join()?;
        group_commit::committed(writer, outcome).await
    }

    /// Makes the transaction a member of its group, and releases the connection.
    fn join(&mut self) -> Result<(Arc<Mutex<Writer>>, Outcome), StoreError> {
        if self.failed {
            return Err(rolled_back());
        }
        let mut writer = self.writer.take().ok_or_else(rolled_back)?;
        let group = writer.group.as_mut().ok_or_else(rolled_back)?;
        if matches!(group.savepoint, Savepoint::Abandoned) {
            group.savepoint = Savepoint::Complete;
        }
        let outcome = group.members.join();
        Ok((OwnedMutexGuard::mutex(&writer).clone(), outcome))
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        let Some(writer) = &mut self.writer else { return };
        // The savepoint of a transaction that is not complete is rolled back later. A group without members is rolled
        // back when the connection returns to the pool.
        writer.group.take_if(|group| group.members.is_empty());
    }
}

/// The error of calls on a transaction after an earlier call failed.
fn rolled_back() -> StoreError {
    StoreError::Unavailable("the transaction was rolled back after an error".to_owned())
}
