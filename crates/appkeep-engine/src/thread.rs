//! Runs blocking work on a thread of its own, away from the async runtime.
//!
//! The library underneath blocks, spawns threads and may panic; none of that may reach a runtime's worker.

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use appkeep_core::engine::EngineError;
use strum::{EnumString, IntoStaticStr, VariantArray};
use tokio::sync::oneshot;
use uapi::c;

use crate::failure::storage;

/// How large the thread's stack is, in bytes. Deep directory trees are removed recursively.
const STACK_BYTES: usize = 8 * 1024 * 1024;

/// How threads that do the work compete for processors with the rest of the process and of the machine. A backup
/// computes on all processors with some thirty threads; a request has one.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, EnumString, IntoStaticStr, VariantArray,
)]
#[strum(serialize_all = "lowercase")]
pub enum Priority {
    /// They have what nothing else wants (`SCHED_IDLE`): a request that comes goes on at once. That is among the
    /// programs of one control group or, where autogroups are on, of one session; between these the system shares
    /// fairly. Where neither sets this process apart, and others keep all processors busy, work may take very long.
    #[default]
    Idle,
    /// They get a tenth of what others get, and end each turn that they have begun (`nice` 10): a request may
    /// wait some milliseconds each time that it is passed from thread to thread.
    Low,
    /// They are like all others.
    Normal,
}

impl Priority {
    /// All, from the lowest.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The configuration's word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Gives it to this thread, and to those that it will start.
    fn take(self) {
        let taken = match self {
            // 0 is this thread; this policy knows no priorities.
            Self::Idle => {
                let none = c::sched_param { sched_priority: 0 };
                uapi::sched_setscheduler(0, c::SCHED_IDLE, &none)
                    .map(|_| ())
                    .map_err(io::Error::from)
            }
            Self::Low => rustix::process::nice(LOW_NICENESS)
                .map(|_| ())
                .map_err(io::Error::from),
            Self::Normal => Ok(()),
        };
        if let Err(error) = taken {
            tracing::debug!(%error, "an engine thread runs with the priority of the server's own");
        }
    }
}

/// By how much [`Priority::Low`] is nicer than others.
const LOW_NICENESS: i32 = 10;

/// Runs `work` on a new thread called `name` and waits for its answer. A panic becomes
/// [`EngineError::Broken`].
///
/// # Cancel safety
/// Dropping the future does not end the thread: whoever calls must give `work` a token to look at, and
/// the locks that it needs to hold.
pub(crate) async fn run<T, F>(name: &str, priority: Priority, work: F) -> Result<T, EngineError>
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
            priority.take();
            let outcome = span.in_scope(|| catch_unwind(AssertUnwindSafe(work)));
            let outcome = outcome.unwrap_or_else(|panic| Err(EngineError::Broken(words_of(panic.as_ref()))));
            // Nobody may be waiting any more; then nobody needs the answer.
            let _ = answer.send(outcome);
        })
        .map_err(|error| storage("starting a thread", &error))?;
    answered
        .await
        .unwrap_or_else(|_| Err(EngineError::Broken("a thread ended without an answer".to_owned())))
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
        let outcome: Result<(), _> = run("test", Priority::Normal, || panic!("the {} broke", "wheel")).await;
        match outcome {
            Err(EngineError::Broken(reason)) => assert_eq!(reason, "panicked: the wheel broke"),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn work_and_what_it_starts_have_the_priority_and_who_waits_for_it_has_not() {
        let standing = || {
            // What follows the name in parentheses begins with the third field; niceness is the nineteenth.
            let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
            let (_, fields) = stat.rsplit_once(") ").unwrap();
            let niceness: i32 = fields.split(' ').nth(16).unwrap().parse().unwrap();
            (uapi::sched_getscheduler(0).unwrap(), niceness)
        };
        let (policy, niceness) = standing();
        for (priority, expected) in [
            (Priority::Idle, (c::SCHED_IDLE, niceness)),
            (Priority::Low, (policy, (niceness + LOW_NICENESS).min(19))),
            (Priority::Normal, (policy, niceness)),
        ] {
            let of_work = run("test", priority, move || {
                let started = std::thread::spawn(standing).join().unwrap();
                Ok([standing(), started])
            });
            assert_eq!(of_work.await.unwrap(), [expected; 2], "{priority:?}");
            assert_eq!(standing(), (policy, niceness));
        }
    }

    #[tokio::test]
    async fn work_runs_on_a_thread_with_the_given_name() {
        let name = run("appkeep-test", Priority::Normal, || {
            Ok(std::thread::current().name().map(str::to_owned))
        })
        .await;
        assert_eq!(name.unwrap().as_deref(), Some("appkeep-test"));
    }
}
