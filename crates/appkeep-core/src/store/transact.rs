//! Transactions that are repeated while they conflict with others.

use super::StoreError;

/// The maximum number of times that [`transact`] runs a transaction that conflicts with others.
pub const TRANSACTION_RUNS_MAX: u32 = 16;

/// Runs `transaction`, which begins and commits one, and runs it again while it conflicts with concurrent ones.
///
/// # Errors
/// Those of `transaction`. After [`TRANSACTION_RUNS_MAX`] conflicts, [`StoreError::Unavailable`].
pub async fn transact<T, E, F>(transaction: impl Fn() -> F) -> Result<T, E>
where
    E: From<StoreError> + MayConflict,
    F: Future<Output = Result<T, E>>,
{
    for _ in 0..TRANSACTION_RUNS_MAX {
        match transaction().await {
            Err(error) if error.is_conflict() => {}
            result => return result,
        }
    }
    let reason = format!("each of {TRANSACTION_RUNS_MAX} attempts conflicted with a concurrent transaction");
    Err(StoreError::Unavailable(reason).into())
}

/// An error that may contain [`StoreError::Conflict`].
pub trait MayConflict {
    /// Whether the error is a conflict.
    fn is_conflict(&self) -> bool;
}

impl MayConflict for StoreError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::{StoreError, TRANSACTION_RUNS_MAX, transact};

    /// The result of a transaction whose first runs conflict, and the number of its runs.
    async fn run(conflicts: u32) -> (Result<&'static str, StoreError>, u32) {
        let runs = Cell::new(0);
        let result = transact(|| async {
            runs.set(runs.get() + 1);
            if runs.get() > conflicts {
                Ok("committed")
            } else {
                Err(StoreError::Conflict)
            }
        });
        (result.await, runs.get())
    }

    #[tokio::test]
    async fn transactions_run_again_up_to_the_limit() {
        assert!(matches!(run(0).await, (Ok("committed"), 1)));
        let last = TRANSACTION_RUNS_MAX - 1;
        assert!(matches!(run(last).await, (Ok("committed"), TRANSACTION_RUNS_MAX)));
        let (result, runs) = run(TRANSACTION_RUNS_MAX).await;
        assert!(matches!(result, Err(StoreError::Unavailable(_))), "{result:?}");
        assert_eq!(runs, TRANSACTION_RUNS_MAX);
    }
}
