//! Whether requests should be sent to this server.
//!
//! A bucket that is away is no reason against it: the server answers, and what concerns other buckets goes on. Its
//! backups become `unknown`, which the metrics show. Too little free space is a reason: creates are refused.

use std::sync::atomic::Ordering;

use super::Watched;

/// What speaks against it; nothing when it is ready. Reads no rows, so it costs the same whatever is stored.
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
            reasons.extend(ended.map(|name| format!("a {name} has died: restart the server")));
        }
    }
    reasons
}
