//! Readiness: whether requests should be sent to this server.
//!
//! An unavailable bucket is only a warning: the server responds, other buckets continue to work, and other servers
//! that can use the bucket run its jobs. If it were a reason, an outage of the S3 server would make all servers
//! unavailable at once. Too little free space does affect readiness, because creates are refused.

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
    match watched.running.get() {
        None => reasons.push("the server is starting".to_owned()),
        Some(running) => {
            if let Some(node) = running.register.lost_node() {
                reasons.push(format!("another server has the node {node}: stop one of them"));
            }
            let ended = running.liveness.ended().into_iter();
            reasons.extend(ended.map(|name| format!("a {name} ended unexpectedly: restart the server")));
        }
    }
    reasons
}

/// Returns problems that don't affect readiness: the buckets that this server can't use.
pub(super) fn warnings(watched: &Watched) -> Vec<String> {
    let running = watched.running.get();
    let buckets = running.map(|running| running.unusable_buckets.list());
    let buckets = buckets.unwrap_or_default().into_iter();
    buckets
        .map(|bucket| format!("bucket {} is unavailable: {}", bucket.name, bucket.reason))
        .collect()
}
