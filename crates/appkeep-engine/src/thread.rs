//! Runs blocking work on a thread of its own, away from the async runtime.
//!
//! The library underneath blocks, spawns threads and may panic; none of that may reach a runtime's worker.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use appkeep_core::engine::EngineError;
use tokio::sync::oneshot;

/// How large the thread's stack is, in bytes. Deep directory trees are removed recursively.
const STACK_BYTES: usize = 8 * 1024 * 1024;

/// How far engine threads stand back behind the server's own, in steps of `nice`. A backup computes on all
/// processors with some thirty threads; a request has one, which must not wait for its turn among them.
const NICENESS: i32 = 10;

/// Runs `work` on a new thread called `name` and waits for its answer. A panic becomes
/// [`EngineError::Broken`].
///
/// # Cancel safety
/// Dropping the future does not end the thread: whoever calls must give `work` a token to look at, and
/// the locks that it needs to hold.
pub(crate) async fn run<T, F>(name: &str, work: F) -> Result<T, EngineError>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, EngineError> + Send + 'static,
{
    let (answer, answered) = oneshot::channel();
    let span = tracing::Span::current();
    std::thread::Builder::new()
        .name(name.to_owned())
        .stack_size(STACK_BYTES)
        .spawn(move || {
            stand_back();
            let outcome = span.in_scope(|| catch_unwind(AssertUnwindSafe(work)));
            let outcome = outcome.unwrap_or_else(|panic| Err(EngineError::Broken(words_of(panic.as_ref()))));
            // Nobody may be waiting any more; then nobody needs the answer.
            let _ = answer.send(outcome);
        })
        .map_err(|error| EngineError::Broken(format!("no thread could be started: {error}")))?;
    answered
        .await
        .unwrap_or_else(|_| Err(EngineError::Broken("a thread ended without an answer".to_owned())))
}

/// Lets other threads go first from now on. On Linux that holds for this thread, and for those that it starts.
fn stand_back() {
    if let Err(error) = rustix::process::nice(NICENESS) {
        tracing::debug!(%error, "an engine thread runs with the priority of the server's own");
    }
}

/// What a panic said.
fn words_of(panic: &(dyn Any + Send)) -> String {
    let said = panic
        .downcast_ref::<&str>()
        .map(|said| (*said).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no reason was given".to_owned());
    format!("panicked: {said}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Trap 8: the library panics on what it can't read back.
    #[tokio::test]
    async fn a_panic_becomes_an_error() {
        let outcome: Result<(), _> = run("test", || panic!("the {} broke", "wheel")).await;
        match outcome {
            Err(EngineError::Broken(reason)) => assert_eq!(reason, "panicked: the wheel broke"),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn work_and_what_it_starts_stand_back_behind_who_waits_for_it() {
        let niceness = || {
            // What follows the name in parentheses begins with the third field; niceness is the nineteenth.
            let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
            let (_, fields) = stat.rsplit_once(") ").unwrap();
            fields.split(' ').nth(16).unwrap().parse::<i32>().unwrap()
        };
        let before = niceness();
        let of_work = run("test", move || {
            let started = std::thread::spawn(niceness).join().unwrap();
            Ok([niceness(), started])
        });
        assert_eq!(of_work.await.unwrap(), [(before + NICENESS).min(19); 2]);
        assert_eq!(niceness(), before);
    }

    #[tokio::test]
    async fn work_runs_on_a_thread_with_the_given_name() {
        let name = run("appkeep-test", || {
            Ok(std::thread::current().name().map(str::to_owned))
        })
        .await;
        assert_eq!(name.unwrap().as_deref(), Some("appkeep-test"));
    }
}
