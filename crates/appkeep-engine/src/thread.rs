//! Runs blocking work on a separate thread, outside the async runtime.
//!
//! The library blocks, spawns threads and may panic; none of that may affect a runtime worker.

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use appkeep_core::engine::EngineError;
use strum::{EnumString, IntoStaticStr, VariantArray};
use tokio::sync::oneshot;

use crate::failure::storage;

/// The thread's stack size in bytes. Deep directory trees are deleted recursively.
const STACK_BYTES: usize = 8 * 1024 * 1024;

/// The CPU priority of worker threads relative to the rest of the process and of the machine. A backup uses
/// all CPUs with about thirty threads; a request uses one.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, EnumString, IntoStaticStr, VariantArray,
)]
#[strum(serialize_all = "lowercase")]
pub enum Priority {
    /// Worker threads use only idle CPU time (`SCHED_IDLE`), so a new request runs at once. A static binary uses niceness
    /// 19 instead: a small share of busy CPUs. This applies within one control group or, with autogroups, one session;
    /// between these the system divides CPU time fairly. If other busy processes share the control group and the
    /// session, work may take very long.
    #[default]
    Idle,
    /// Worker threads get a tenth of the CPU time of other threads, but finish their time slices (`nice` 10): a request
    /// may wait some milliseconds at each switch between threads.
    Low,
    /// Worker threads have the same priority as all other threads.
    Normal,
}

impl Priority {
    /// All priorities, lowest first.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The name in the configuration.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Applies the priority to this thread and to the threads that it starts.
    fn apply(self) {
        let result = match self {
            Self::Idle => idle(),
            Self::Low => nice(LOW_NICENESS),
            Self::Normal => Ok(()),
        };
        if let Err(error) = result {
            tracing::debug!(%error, "the priority of an engine thread could not be set");
        }
    }
}

/// The niceness of [`Priority::Low`].
const LOW_NICENESS: i32 = 10;

fn nice(niceness: i32) -> io::Result<()> {
    rustix::process::nice(niceness)?;
    Ok(())
}

/// Gives this thread the policy `SCHED_IDLE`.
#[cfg(not(target_env = "musl"))]
fn idle() -> io::Result<()> {
    // 0 is this thread; this policy has no priorities.
    let none = uapi::c::sched_param { sched_priority: 0 };
    uapi::sched_setscheduler(0, uapi::c::SCHED_IDLE, &none)?;
    Ok(())
}

/// Gives this thread niceness 19, the lowest priority: with musl, the policy can't be changed.
#[cfg(target_env = "musl")]
fn idle() -> io::Result<()> {
    nice(19)
}

/// Runs `work` on a new thread called `name` and waits for its result. A panic becomes
/// [`EngineError::Broken`].
///
/// # Cancel safety
/// Dropping the future does not end the thread: the caller must pass to `work` a cancellation token and the
/// locks that it requires.
pub(crate) async fn run<T, F>(name: &str, priority: Priority, work: F) -> Result<T, EngineError>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, EngineError> + Send + 'static,
{
    let (sender, receiver) = oneshot::channel();
    let span = tracing::Span::current();
    std::thread::Builder::new()
        .name(name.to_owned())
        .stack_size(STACK_BYTES)
        .spawn(move || {
            priority.apply();
            let outcome = span.in_scope(|| catch_unwind(AssertUnwindSafe(work)));
            let outcome =
                outcome.unwrap_or_else(|panic| Err(EngineError::Broken(panic_message(panic.as_ref()))));
            // Fails if the caller no longer waits; then the result isn't needed.
            let _ = sender.send(outcome);
        })
        .map_err(|error| storage("starting a thread", &error))?;
    receiver
        .await
        .unwrap_or_else(|_| Err(EngineError::Broken("a thread ended without a result".to_owned())))
}

/// The message of a panic.
fn panic_message(panic: &(dyn Any + Send)) -> String {
    let message = panic
        .downcast_ref::<&str>()
        .map(|message| (*message).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "unknown reason".to_owned());
    format!("panicked: {message}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Guard 8: the library panics on data that it can't read back.
    #[tokio::test]
    async fn a_panic_becomes_an_error() {
        let outcome: Result<(), _> = run("test", Priority::Normal, || panic!("the {} broke", "wheel")).await;
        match outcome {
            Err(EngineError::Broken(reason)) => assert_eq!(reason, "panicked: the wheel broke"),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn priority_applies_to_the_work_and_its_threads_only() {
        let scheduling = || {
            // The fields after the name in parentheses start with the third; niceness is the 19th.
            let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
            let (_, fields) = stat.rsplit_once(") ").unwrap();
            let niceness: i32 = fields.split(' ').nth(16).unwrap().parse().unwrap();
            (uapi::sched_getscheduler(0).unwrap(), niceness)
        };
        let (policy, niceness) = scheduling();
        let idle = if cfg!(target_env = "musl") {
            (policy, 19)
        } else {
            (uapi::c::SCHED_IDLE, niceness)
        };
        for (priority, expected) in [
            (Priority::Idle, idle),
            (Priority::Low, (policy, (niceness + LOW_NICENESS).min(19))),
            (Priority::Normal, (policy, niceness)),
        ] {
            let of_work = run("test", priority, move || {
                let started = std::thread::spawn(scheduling).join().unwrap();
                Ok([scheduling(), started])
            });
            assert_eq!(of_work.await.unwrap(), [expected; 2], "{priority:?}");
            assert_eq!(scheduling(), (policy, niceness));
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
