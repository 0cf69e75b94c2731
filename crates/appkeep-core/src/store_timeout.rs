//! The limit on calls of the store on which a lease or a registration depends.

use crate::lease::call_timeout;
use crate::store::StoreError;

/// Waits for a call of the store, at most [`call_timeout()`]: the system reports a connection that was interrupted
/// without notice only after minutes.
///
/// # Errors
/// Those of the call, or [`StoreError::Unavailable`].
pub async fn in_time<T, E: From<StoreError>>(call: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    match tokio::time::timeout(call_timeout(), call).await {
        Ok(result) => result,
        Err(_) => Err(StoreError::Unavailable("the database doesn't respond".to_owned()).into()),
    }
}
