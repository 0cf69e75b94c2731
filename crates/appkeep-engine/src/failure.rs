//! Converts errors of the system and of the library to the port's errors.

use std::error::Error;
use std::fmt::Display;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use appkeep_core::engine::EngineError;
use rustic_core::RusticError;
use rustix::io::Errno;

/// The maximum number of reasons that are kept for unreadable data.
pub(crate) const REASONS_MAX: usize = 32;

/// A request that was cancelled.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("cancelled")]
struct Cancelled;

/// The error of a request that was cancelled; [`storage`] converts it to [`EngineError::Cancelled`].
pub(crate) fn cancelled() -> io::Error {
    io::Error::new(io::ErrorKind::Interrupted, Cancelled)
}

/// Whether the system is short of file descriptors, processes or memory, which other work will release. Every
/// system error that ends an operation is checked here, so that a shortage is never reported as a final
/// failure.
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

/// [`EngineError::Exhausted`] if `is_transient`, otherwise the result of `otherwise` for the reason.
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

/// Converts an I/O error of a disk or a bucket during `what`.
pub(crate) fn storage(what: impl Display, error: &io::Error) -> EngineError {
    if matches!(error.get_ref(), Some(inner) if inner.is::<Cancelled>()) {
        return EngineError::Cancelled;
    }
    unless_transient(
        format!("{what}: {error}"),
        is_transient(error),
        EngineError::Storage,
    )
}

/// Converts an I/O error for unreadable data at `what`.
pub(crate) fn unreadable(what: impl Display, error: &io::Error) -> EngineError {
    unless_transient(format!("{what}: {error}"), is_transient(error), |reason| {
        EngineError::Unreadable(vec![reason])
    })
}

/// Converts an I/O error for an unreadable key at `what`.
pub(crate) fn key(what: impl Display, error: &io::Error) -> EngineError {
    unless_transient(format!("{what}: {error}"), is_transient(error), EngineError::Key)
}

/// Converts an error of the library during `doing`.
pub(crate) fn broken(doing: &str, error: &RusticError) -> EngineError {
    let reason = format!("{doing}: {}", message_of(error));
    unless_transient(reason, is_transient_in(error), EngineError::Broken)
}

/// The beginning of the kind of an error in its text.
const KIND: &str = " (kind: related to ";

/// The error's message on one line, without its kind. For an error of this crate's backend, the backend's message. For an
/// error that another error of the library caused, the cause's message; the outer message is dropped.
pub(crate) fn message_of(error: &RusticError) -> String {
    if let Some(ours) = ours(error) {
        return ours.to_string();
    }
    // The library writes a cause of its own as several paragraphs, which end with a backtrace.
    if let Some(cause) = error.source().and_then(theirs) {
        return message_of(cause);
    }
    let said = error.display_log();
    let said = said.strip_prefix("Error: ").unwrap_or(&said);
    let (message, rest) = said.split_once(KIND).unwrap_or((said, ""));
    let cause = rest.split_once(')').map_or("", |(_, cause)| cause);
    format!("{message}{cause}").replace('\n', " ")
}

fn theirs<'a>(source: &'a (dyn Error + 'static)) -> Option<&'a RusticError> {
    let boxed = || source.downcast_ref::<Box<RusticError>>().map(|error| &**error);
    source.downcast_ref::<RusticError>().or_else(boxed)
}

/// Whether the library failed because there was no space.
pub(crate) fn is_full(error: &RusticError) -> bool {
    ours(error).is_some_and(|ours| has_no_room(&ours.error))
}

/// The kind of the I/O error for which the library failed, if this crate's backend reported one.
pub(crate) fn io_kind(error: &RusticError) -> Option<io::ErrorKind> {
    ours(error).map(|ours| ours.error.kind())
}

/// The failure of this crate's backend for which the library failed, if there is one.
pub(crate) fn storage_error(error: &RusticError) -> Option<EngineError> {
    ours(error).map(|ours| storage(&ours.what, &ours.error))
}

fn ours(error: &RusticError) -> Option<&BackendFailure> {
    error
        .source()
        .and_then(|source| source.downcast_ref::<BackendFailure>())
}

/// Whether a write failed because there was no space.
pub(crate) fn has_no_room(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}

/// A failed operation of the backend.
#[derive(Debug, thiserror::Error)]
#[error("{what}: {error}")]
pub(crate) struct BackendFailure {
    /// The operation and the file.
    pub(crate) what: String,
    /// The cause.
    pub(crate) error: io::Error,
}

/// Reasons why data is unreadable; only the first [`REASONS_MAX`] are kept.
#[derive(Debug, Default)]
pub(crate) struct Reasons {
    unreadable: Vec<String>,
    /// The first transient error. It takes precedence, and ends the search for further reasons.
    exhausted: Option<String>,
}

impl Reasons {
    /// Records a reason.
    pub(crate) fn push(&mut self, reason: String) {
        if !self.is_full() {
            self.unreadable.push(reason);
        }
    }

    /// Records a system error at `what`.
    pub(crate) fn push_error(&mut self, what: impl Display, error: &io::Error) {
        self.push_failure(format!("{what}: {error}"), is_transient(error));
    }

    /// Records a reason, which may be a transient error.
    pub(crate) fn push_failure(&mut self, reason: String, is_transient: bool) {
        if is_transient {
            self.exhausted.get_or_insert(reason);
        } else {
            self.push(reason);
        }
    }

    /// Whether further reasons are discarded.
    pub(crate) fn is_full(&self) -> bool {
        self.exhausted.is_some() || self.unreadable.len() >= REASONS_MAX
    }

    /// Returns an error if a reason was recorded.
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

/// Locks a mutex, even if a thread panicked while holding it: the data behind this crate's mutexes is always
/// consistent.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use rustic_core::ErrorKind;

    use super::*;

    #[test]
    fn messages_contain_only_our_own_part_of_an_error() {
        let failure = BackendFailure {
            what: "writing data/00".to_owned(),
            error: io::Error::from(io::ErrorKind::StorageFull),
        };
        let error = RusticError::with_source(ErrorKind::Backend, "bucket", failure);
        assert_eq!(message_of(&error), "writing data/00: no storage space");
        let theirs = RusticError::new(ErrorKind::Internal, "a\nb");
        assert_eq!(message_of(&theirs), "a b");
        let caused = RusticError::with_source(ErrorKind::Backend, "no list", theirs);
        assert_eq!(message_of(&caused), "a b");
        let cause = io::Error::other("refused");
        let caused = RusticError::with_source(ErrorKind::Backend, "no list", cause);
        assert_eq!(message_of(&caused), "no list: caused by: refused");
    }

    #[test]
    fn transient_errors_are_recognized_from_every_source() {
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
            assert!(reasons.is_full(), "the search should have ended");
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
    fn the_number_of_reasons_is_limited() {
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
