//! Group commit: concurrent transactions of one process share a durable commit.
//!
//! Transactions run one after another on the writing connection, each in a savepoint of the transaction that is open on
//! it: the group. A transaction that is complete joins the group, and then waits for the connection again, behind all
//! transactions that wait for it already. The first member that gets the connection back commits the group. Without
//! concurrency this is the only member, and nothing waits.
//!
//! A member is acknowledged only after the commit. Until then, its changes are visible to later transactions of the
//! group, and to nothing else. If the commit fails, it fails for all members. A transaction that is rolled back leaves
//! the group as it was.

use std::sync::Arc;

use appkeep_core::store::StoreError;
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};
use tracing::Instrument as _;

/// The maximum number of members of a group. PostgreSQL keeps this many subtransactions of a transaction in memory.
const MEMBERS_MAX: usize = 64;

/// The result of a group, for one of its members.
pub(crate) type Outcome = oneshot::Receiver<Result<(), StoreError>>;

/// The members of an open group.
#[derive(Debug, Default)]
pub(crate) struct Members {
    waiting: Vec<oneshot::Sender<Result<(), StoreError>>>,
}

impl Members {
    /// Adds a complete transaction.
    pub(crate) fn join(&mut self) -> Outcome {
        let (sender, outcome) = oneshot::channel();
        self.waiting.push(sender);
        outcome
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Whether the group must be committed before another transaction begins.
    pub(crate) fn is_full(&self) -> bool {
        self.waiting.len() >= MEMBERS_MAX
    }

    /// Ends the group with the result of its commit.
    pub(crate) fn end(&mut self, result: &Result<(), StoreError>) {
        for member in self.waiting.drain(..) {
            // A caller that no longer waits doesn't need the result.
            let _ = member.send(result.clone());
        }
    }

    /// Ends the group, which was rolled back because of a transaction that isn't a member. The members may run again.
    pub(crate) fn roll_back(&mut self) {
        self.end(&Err(StoreError::Conflict));
    }
}

/// The writing connection of a process.
pub(crate) trait Writer: Send + 'static {
    /// Commits the open group, and ends it with the result.
    fn commit(writer: OwnedMutexGuard<Self>) -> impl Future<Output = ()> + Send;
}

/// Waits for the commit of the group that a transaction has joined. The caller has released the connection.
///
/// If the caller stops waiting, the group is committed nevertheless.
pub(crate) async fn committed<W: Writer>(
    writer: Arc<Mutex<W>>,
    mut outcome: Outcome,
) -> Result<(), StoreError> {
    let commit = async move {
        let turn = writer.lock_owned();
        tokio::select! {
            biased;
            result = &mut outcome => return result,
            writer = turn => {
                // Nothing has ended the group, so it is still open.
                W::commit(writer).await;
            }
        }
        outcome.await
    };
    match tokio::spawn(commit.in_current_span()).await {
        Ok(Ok(result)) => result,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Ok(Err(_)) | Err(_) => Err(StoreError::Unavailable(
            "the process ended before the transaction was committed".to_owned(),
        )),
    }
}
