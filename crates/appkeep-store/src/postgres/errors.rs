//! Translates database errors for the callers of the port. The texts contain no stored values and no passwords:
//! PostgreSQL's messages name only tables, columns and constraints; its details, which contain values, are omitted.

use appkeep_core::store::StoreError;
use sqlx_core::error::{BoxDynError, DatabaseError, Error};

/// SQLSTATE of transactions that conflict with others: `serialization_failure` and `deadlock_detected`.
const CONFLICTS: [&str; 2] = ["40001", "40P01"];

/// SQLSTATE of temporary failures: classes (two characters), and single codes of other classes.
const UNAVAILABLE: [&str; 9] = [
    // connection exception
    "08",    // insufficient resources: memory, disk space, connections
    "53",    // operator intervention: shutdown, cancelled statement
    "57",    // system error, for example of the disk
    "58",    // read_only_sql_transaction: the server is a standby
    "25006", // in_failed_sql_transaction: an earlier statement failed
    "25P02", // idle_in_transaction_session_timeout
    "25P03", // lock_not_available: the lock timeout has expired
    "55P03",
    // feature_not_supported: a prepared statement is outdated, because another server has migrated the schema
    "0A000",
];

/// Classifies `error` as a conflict, or as a temporary or permanent failure.
#[expect(clippy::needless_pass_by_value, reason = "this is what `map_err` calls")]
pub(crate) fn store_error(error: Error) -> StoreError {
    match &error {
        Error::Database(failure) => database_error(failure.as_ref()),
        Error::PoolTimedOut => {
            StoreError::Unavailable("no connection to the database was available in time".to_owned())
        }
        Error::PoolClosed => StoreError::Unavailable("the store is closed".to_owned()),
        Error::Io(_) | Error::Tls(_) | Error::Protocol(_) | Error::BeginFailed | Error::WorkerCrashed => {
            StoreError::Unavailable(error.to_string())
        }
        _ => StoreError::Broken(error.to_string()),
    }
}

fn database_error(failure: &dyn DatabaseError) -> StoreError {
    let code = failure.code().unwrap_or_default();
    if CONFLICTS.contains(&code.as_ref()) {
        StoreError::Conflict
    } else if UNAVAILABLE.iter().any(|prefix| code.starts_with(prefix)) {
        StoreError::Unavailable(failure.message().to_owned())
    } else {
        StoreError::Broken(failure.message().to_owned())
    }
}

/// Like [`store_error`], for statements in which only a resource's name can violate uniqueness.
pub(super) fn store_error_or_name_taken(error: Error) -> StoreError {
    match error.as_database_error() {
        Some(failure) if failure.is_unique_violation() => StoreError::NameTaken,
        _ => store_error(error),
    }
}

/// The error of a parameter that can't be sent.
#[expect(clippy::needless_pass_by_value, reason = "this is what `map_err` calls")]
pub(crate) fn encode_error(error: BoxDynError) -> StoreError {
    StoreError::Broken(format!("a parameter can't be sent to the database: {error}"))
}
