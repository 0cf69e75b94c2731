//! What the database's errors mean to the callers of the port. None of the texts holds a stored value:
//! SQLite names tables and columns only.

use appkeep_core::store::StoreError;

/// Primary result codes: <https://www.sqlite.org/rescode.html>. The low byte of an extended code is one.
const SQLITE_BUSY: i32 = 5;
const SQLITE_LOCKED: i32 = 6;
const SQLITE_NOMEM: i32 = 7;
const SQLITE_FULL: i32 = 13;

/// Sorts `error` into what may pass and what won't.
pub(super) fn store_error(error: sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::PoolTimedOut => StoreError::Unavailable("every connection is in use".to_owned()),
        sqlx::Error::PoolClosed => StoreError::Unavailable("the store is closed".to_owned()),
        // The pool replaces a connection whose thread is gone.
        sqlx::Error::WorkerCrashed => StoreError::Unavailable("the connection was lost".to_owned()),
        sqlx::Error::Database(error) => match primary_code(&*error) {
            Some(SQLITE_BUSY | SQLITE_LOCKED | SQLITE_NOMEM | SQLITE_FULL) => {
                StoreError::Unavailable(error.to_string())
            }
            _ => StoreError::Broken(error.to_string()),
        },
        error => StoreError::Broken(error.to_string()),
    }
}

/// Like [`store_error`], where the only thing that can't be unique is a resource's name.
pub(super) fn store_error_or_name_taken(error: sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::Database(error) if error.is_unique_violation() => StoreError::NameTaken,
        error => store_error(error),
    }
}

fn primary_code(error: &dyn sqlx::error::DatabaseError) -> Option<i32> {
    let code: i32 = error.code()?.parse().ok()?;
    Some(code & 0xff)
}
