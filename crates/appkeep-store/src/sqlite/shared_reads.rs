//! Reads that many ask for at once, made once for all of them.
//!
//! Handing a statement over to a connection's thread and back costs more than running it. So whoever asks for
//! what is being read already waits until that is done, and then the first of those who wait reads for all of
//! them. Nobody gets an answer from before they asked.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use appkeep_core::store::StoreError;

/// Reads of `K` that answer `V`.
pub(super) struct SharedReads<K, V> {
    asked: Mutex<HashMap<K, Weak<Read<V>>>>,
}

impl<K, V> fmt::Debug for SharedReads<K, V> {
    /// What is read may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedReads").finish_non_exhaustive()
    }
}

/// One thing that is read.
struct Read<V> {
    /// Whose turn it is to read.
    turn: tokio::sync::Mutex<()>,
    answers: Mutex<Answers<V>>,
}

struct Answers<V> {
    /// How many reads were begun.
    begun: u64,
    /// The last one that ended well, by its number, and what it found.
    latest: Option<(u64, V)>,
}

impl<K: Eq + Hash + Clone, V: Clone> SharedReads<K, V> {
    /// Nothing is being read.
    pub(super) fn new() -> Self {
        Self {
            asked: Mutex::new(HashMap::new()),
        }
    }

    /// The answer of a read that began after this was called: of this `read`, or of somebody else's.
    ///
    /// # Errors
    /// Those of `read`, to the one who reads. The next one reads again.
    pub(super) async fn get(
        &self,
        key: &K,
        read: impl Future<Output = Result<V, StoreError>>,
    ) -> Result<V, StoreError> {
        let this = self.this(key);
        let begun_before = lock(&this.answers).begun;
        let _turn = this.turn.lock().await;
        let number = {
            let mut answers = lock(&this.answers);
            if let Some((number, answer)) = &answers.latest
                && *number > begun_before
            {
                return Ok(answer.clone());
            }
            answers.begun += 1;
            answers.begun
        };
        let answer = read.await?;
        lock(&this.answers).latest = Some((number, answer.clone()));
        Ok(answer)
    }

    fn this(&self, key: &K) -> Arc<Read<V>> {
        let mut asked = lock(&self.asked);
        if let Some(this) = asked.get(key).and_then(Weak::upgrade) {
            return this;
        }
        asked.retain(|_, read| read.strong_count() > 0);
        let this = Arc::new(Read {
            turn: tokio::sync::Mutex::new(()),
            answers: Mutex::new(Answers {
                begun: 0,
                latest: None,
            }),
        });
        asked.insert(key.clone(), Arc::downgrade(&this));
        this
    }
}

/// What these locks guard is whole at every moment, also after a panic.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use futures::future::join_all;

    use super::*;

    #[tokio::test]
    async fn who_waits_for_the_same_shares_the_next_read() {
        let reads = SharedReads::new();
        let count = AtomicU64::new(0);
        let ask = || {
            reads.get(&"list", async {
                let number = count.fetch_add(1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                Ok(number)
            })
        };
        let answers = join_all((0..64).map(|_| ask())).await;
        let answers: Vec<u64> = answers.into_iter().map(Result::unwrap).collect();
        assert_eq!(count.load(Ordering::SeqCst), 2, "{answers:?}");
        assert_eq!(answers[0], 0, "the first one reads for itself");
        assert!(answers[1..].iter().all(|answer| *answer == 1), "{answers:?}");
        assert_eq!(
            ask().await.unwrap(),
            2,
            "nobody gets an answer from before they asked"
        );
        assert_eq!(reads.asked.lock().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn different_reads_and_failures_are_not_shared() {
        let reads = SharedReads::new();
        let broken = || StoreError::Broken("broken".to_owned());
        let (one, other, failed, again) = tokio::join!(
            reads.get(&1, async { Ok("one") }),
            reads.get(&2, async { Ok("other") }),
            reads.get(&3, async { Err(broken()) }),
            reads.get(&3, async { Ok("again") }),
        );
        assert_eq!(
            (one.unwrap(), other.unwrap(), again.unwrap()),
            ("one", "other", "again")
        );
        assert!(failed.is_err());
    }

    #[tokio::test]
    async fn who_gives_up_while_reading_leaves_the_turn_to_the_next() {
        let reads = SharedReads::new();
        let mut given_up = Box::pin(reads.get(&1, std::future::pending::<Result<u64, StoreError>>()));
        assert!(futures::poll!(given_up.as_mut()).is_pending());
        let mut next = Box::pin(reads.get(&1, async { Ok(7) }));
        assert!(futures::poll!(next.as_mut()).is_pending());
        drop(given_up);
        assert_eq!(next.await.unwrap(), 7);
    }
}
