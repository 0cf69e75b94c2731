//! Turns failures of the system and of the library into the port's five.

use std::error::Error;
use std::fmt::Display;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use appkeep_core::engine::EngineError;
use rustic_core::RusticError;

/// How many reasons are kept of things that can't be read.
pub(crate) const REASONS_MAX: usize = 32;

/// A disk or a bucket that failed at `what`.
pub(crate) fn storage(what: impl Display, error: &io::Error) -> EngineError {
    EngineError::Storage(format!("{what}: {error}"))
}

/// A library that failed while it was `doing` something.
pub(crate) fn broken(doing: &str, error: &RusticError) -> EngineError {
    EngineError::Broken(format!("{doing}: {}", words(error)))
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

/// Whether there was no room for what was to be written.
pub(crate) fn is_full(error: &RusticError) -> bool {
    let ours = error
        .source()
        .and_then(|source| source.downcast_ref::<BackendFailure>());
    ours.is_some_and(|ours| {
        matches!(
            ours.error.kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
        )
    })
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
pub(crate) struct Reasons(Vec<String>);

impl Reasons {
    /// Takes note of one.
    pub(crate) fn push(&mut self, reason: String) {
        if !self.is_full() {
            self.0.push(reason);
        }
    }

    /// Whether no further one is kept.
    pub(crate) fn is_full(&self) -> bool {
        self.0.len() >= REASONS_MAX
    }

    /// An error when there is any.
    pub(crate) fn into_result(self) -> Result<(), EngineError> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(EngineError::Unreadable(self.0))
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
