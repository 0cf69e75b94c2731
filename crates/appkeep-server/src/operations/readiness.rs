//! Whether requests should be sent to this server.
//!
//! A bucket that is away is no reason against it: the server answers, and what concerns other buckets goes on. Its
//! backups become `unknown`, which the metrics show.

use std::sync::atomic::Ordering;
use std::time::Duration;

use appkeep_core::statistics::Statistics;

use super::Watched;

/// How long the store may take to answer.
const STORE_TIMEOUT: Duration = Duration::from_secs(2);

/// What speaks against it; nothing when it is ready.
pub(super) async fn reasons_against(watched: &Watched) -> Vec<String> {
    let mut reasons = Vec::new();
    if watched.stopping.load(Ordering::Relaxed) {
        reasons.push("the server is stopping".to_owned());
    }
    if let Err(reason) = statistics(watched).await {
        reasons.push(reason);
    }
    match watched.liveness.get() {
        None => reasons.push("the server is starting".to_owned()),
        Some(liveness) => {
            let ended = liveness.ended().into_iter();
            reasons.extend(ended.map(|name| format!("a {name} has died: restart the server")));
        }
    }
    reasons
}

/// How much of everything there is.
///
/// # Errors
/// The reason, when the store doesn't answer.
pub(super) async fn statistics(watched: &Watched) -> Result<Statistics, String> {
    match tokio::time::timeout(STORE_TIMEOUT, watched.store.fetch_statistics()).await {
        Ok(Ok(statistics)) => Ok(statistics),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!(
            "the store did not answer within {} s",
            STORE_TIMEOUT.as_secs()
        )),
    }
}
