//! Turns failures of the system and of the library into the port's errors.

use std::error::Error;
use std::fmt::Display;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use appkeep_core::engine::EngineError;
use rustic_core::RusticError;
use rustix::io::Errno;

/// How many reasons are kept of things that can't be read.
pub(crate) const REASONS_MAX: usize = 32;

/// Whether the system is short of file descriptors, processes or memory, which other work gives back. Every error of
/// the system that ends an operation passes through here, so that none of these becomes a final failure.
pub(crate) fn is_transient(error: &io::Error) -> bool {
    if let Some(code) = error.raw_os_error() {
        let transient = [Errno::MFILE, Errno::NFILE, Errno::AGAIN, Errno::NOMEM];
        return transient.iter().any(|errno| errno.raw_os_error() == code);
    }
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::OutOfMemory
    ) || error.get_ref().is_some_and(|inner| has_transient_cause(inner))
}

/// Whether the library failed because of such an error.
pub(crate) fn is_transient_in(error: &RusticError) -> bool {
    has_transient_cause(error)
}

fn has_transient_cause(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let system = error.downcast_ref::<io::Error>();
        let ours = error.downcast_ref::<BackendFailure>().map(|ours| &ours.error);
        if let Some(system) = system.or(ours) {
            return is_transient(system);
        }
        cause = error.source();
    }
    false
}

/// [`EngineError::Exhausted`] if the error `is_transient`, else what `otherwise` makes of the reason.
fn unless_transient(
    reason: String,
    is_transient: bool,
    otherwise: impl FnOnce(String) -> EngineError,
) -> EngineError {
    if is_transient {
        EngineError::Exhausted(reason)
    } else {
        otherwise(reason)
    }
}

/// A disk or a bucket that failed at `what`.
pub(crate) fn storage(what: impl Display, error: &io::Error) -> EngineError {
    unless_transient(
        format!("{what}: {error}"),
        is_transient(error),
        EngineError::Storage,
    )
}

/// Data at `what` that can't be read.
pub(crate) fn unreadable(what: impl Display, error: &io::Error) -> EngineError {
    unless_transient(format!("{what}: {error}"), is_transient(error), |reason| {
        EngineError::Unreadable(vec![reason])
    })
}

/// A key that can't be read at `what`.
pub(crate) fn key(what: impl Display, error: &io::Error) -> EngineError {
    unless_transient(format!("{what}: {error}"), is_transient(error), EngineError::Key)
}

/// A library that failed while it was `doing` something.
pub(crate) fn broken(doing: &str, error: &RusticError) -> EngineError {
    let reason = format!("{doing}: {}", words(error));
    unless_transient(reason, is_transient_in(error), EngineError::Broken)
}

/// What the library says, on one line. Our own words, where the error began with us.
pub(crate) fn words(error: &RusticError) -> String {
    if let Some(ours) = error
        .source()
        .and_then(|source| source.downcast_ref::<BackendFailure>())
    {
        return ours.to_string();
    }
    let said = error.display_log();
    said.strip_prefix("Error: ").unwrap_or(&said).replace('\n', " ")
}

/// Whether the library had no room for what was to be written.
pub(crate) fn is_full(error: &RusticError) -> bool {
    let ours = error
        .source()
        .and_then(|source| source.downcast_ref::<BackendFailure>());
    ours.is_some_and(|ours| has_no_room(&ours.error))
}

/// Whether there was no room for what was to be written.
pub(crate) fn has_no_room(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}

/// A backend that could not do as it was told.
#[derive(Debug, thiserror::Error)]
#[error("{what}: {error}")]
pub(crate) struct BackendFailure {
    /// What it was told, and on which file.
    pub(crate) what: String,
    /// Why it could not.
    pub(crate) error: io::Error,
}

/// Reasons why data can't be read; only the first [`REASONS_MAX`] are kept.
#[derive(Debug, Default)]
pub(crate) struct Reasons {
    unreadable: Vec<String>,
    /// The first transient error. It outweighs the others, and there is no point in looking for more.
    exhausted: Option<String>,
}

impl Reasons {
    /// Takes note of one.
    pub(crate) fn push(&mut self, reason: String) {
        if !self.is_full() {
            self.unreadable.push(reason);
        }
    }

    /// Takes note of an error of the system at `what`.
    pub(crate) fn push_error(&mut self, what: impl Display, error: &io::Error) {
        self.push_failure(format!("{what}: {error}"), is_transient(error));
    }

    /// Takes note of a reason that may be a transient error's.
    pub(crate) fn push_failure(&mut self, reason: String, is_transient: bool) {
        if is_transient {
            self.exhausted.get_or_insert(reason);
        } else {
            self.push(reason);
        }
    }

    /// Whether no further one is kept.
    pub(crate) fn is_full(&self) -> bool {
        self.exhausted.is_some() || self.unreadable.len() >= REASONS_MAX
    }

    /// An error when there is any.
    pub(crate) fn into_result(self) -> Result<(), EngineError> {
        if let Some(reason) = self.exhausted {
            Err(EngineError::Exhausted(reason))
        } else if self.unreadable.is_empty() {
            Ok(())
        } else {
            Err(EngineError::Unreadable(self.unreadable))
        }
    }
}

/// Locks, also after a thread panicked with the lock held: what is kept behind our locks is never left
/// half-changed.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use rustic_core::ErrorKind;

    use super::*;

    #[test]
    fn our_own_words_come_back_without_the_librarys() {
        let failure = BackendFailure {
            what: "writing data/00".to_owned(),
            error: io::Error::from(io::ErrorKind::StorageFull),
        };
        let error = RusticError::with_source(ErrorKind::Backend, "bucket", failure);
        assert_eq!(words(&error), "writing data/00: no storage space");
        let theirs = RusticError::new(ErrorKind::Internal, "a\nb");
        assert_eq!(words(&theirs), "a b (kind: related to internal operations)");
    }

    #[test]
    fn transient_errors_are_never_final_wherever_they_come_from() {
        for errno in [Errno::MFILE, Errno::NFILE, Errno::AGAIN, Errno::NOMEM] {
            let error = || io::Error::from(errno);
            let wrapped = io::Error::other(error());
            let failure = BackendFailure {
                what: "writing data/00".to_owned(),
                error: error(),
            };
            let library = RusticError::with_source(ErrorKind::Backend, "bucket", failure);
            let mut reasons = Reasons::default();
            reasons.push("data/lost: Permission denied".to_owned());
            reasons.push_error("data/busy", &error());
            assert!(reasons.is_full(), "there is no point in looking further");
            for outcome in [
                storage("copying", &error()),
                storage("copying", &wrapped),
                unreadable("data/file", &error()),
                key("reading a key", &error()),
                broken("reading the index", &library),
                reasons.into_result().unwrap_err(),
            ] {
                assert!(
                    matches!(outcome, EngineError::Exhausted(_)),
                    "{errno}: {outcome:?}"
                );
            }
        }
        for errno in [Errno::NOSPC, Errno::IO, Errno::ACCESS, Errno::ROFS] {
            let error = io::Error::from(errno);
            assert!(matches!(storage("copying", &error), EngineError::Storage(_)));
            assert!(matches!(unreadable("file", &error), EngineError::Unreadable(_)));
        }
    }

    #[test]
    fn only_so_many_reasons_are_kept() {
        let mut reasons = Reasons::default();
        for number in 0..100 {
            reasons.push(number.to_string());
        }
        match reasons.into_result() {
            Err(EngineError::Unreadable(kept)) => assert_eq!(kept.len(), REASONS_MAX),
            other => panic!("{other:?}"),
        }
    }
}
