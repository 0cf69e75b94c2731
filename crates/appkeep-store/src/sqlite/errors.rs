//! Translates database errors for the callers of the port. The texts contain no stored values: SQLite names only
//! tables and columns.

use appkeep_core::store::StoreError;
use rusqlite::{Error, ErrorCode, ffi};

/// Classifies `error` as a conflict, or as a temporary or permanent failure.
///
/// A transaction conflicts if it writes after others have changed the state that it reads. Ours hold the write lock
/// from the start, so only other programs' transactions can. A database that is busy otherwise is unavailable, because
/// SQLite has already waited for the lock.
#[expect(clippy::needless_pass_by_value, reason = "this is what `map_err` calls")]
pub(crate) fn store_error(error: Error) -> StoreError {
    if error
        .sqlite_error()
        .is_some_and(|error| error.extended_code == ffi::SQLITE_BUSY_SNAPSHOT)
    {
        return StoreError::Conflict;
    }
    match error.sqlite_error_code() {
        Some(
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::OutOfMemory
            | ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::FileLockingProtocolFailed,
        ) => StoreError::Unavailable(error.to_string()),
        _ => StoreError::Broken(error.to_string()),
    }
}

/// Like [`store_error`], for statements in which only a resource's name can violate uniqueness.
pub(super) fn store_error_or_name_taken(error: Error) -> StoreError {
    match error.sqlite_error() {
        Some(failure) if failure.extended_code == ffi::SQLITE_CONSTRAINT_UNIQUE => StoreError::NameTaken,
        _ => store_error(error),
    }
}

/// Whether another connection holds the lock that `error` is about.
pub(super) fn is_busy(error: &Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}
