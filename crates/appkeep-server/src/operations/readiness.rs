//! Readiness: whether requests should be sent to this server.
//!
//! An unavailable bucket doesn't affect readiness: the server responds, and other buckets continue to work.
//! The bucket's backups become `unknown`, which the metrics show. Too little free space does affect it,
//! because creates are refused.

use std::sync::atomic::Ordering;

use super::Watched;

/// Returns the reasons why the server isn't ready; none when it is. Reads no rows, so the cost doesn't depend
/// on the amount of stored data.
pub(super) async fn reasons_against(watched: &Watched) -> Vec<String> {
    let mut reasons = Vec::new();
    if watched.stopping.load(Ordering::Relaxed) {
        reasons.push("the server is stopping".to_owned());
    }
    if let Some(failing) = watched
        .writes
        .check(watched.store.as_ref(), watched.clock.as_ref())
        .await
    {
        reasons.push(failing.reason);
    }
    if let Err(reason) = watched.admission.check_space() {
        reasons.push(format!("creates are refused: {reason}"));
    }
    match watched.liveness.get() {
        None => reasons.push("the server is starting".to_owned()),
        Some(liveness) => {
            let ended = liveness.ended().into_iter();
            reasons.extend(ended.map(|name| format!("a {name} ended unexpectedly: restart the server")));
        }
    }
    reasons
}
