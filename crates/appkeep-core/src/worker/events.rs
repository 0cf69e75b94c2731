//! Reactions to events of the queue that other processes cause.

use std::sync::Arc;

use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

/// Waits for the next event. Without events, or when the store is closed, this never returns.
pub(super) async fn next(events: &mut Option<watch::Receiver<()>>) {
    if let Some(receiver) = events
        && receiver.changed().await.is_ok()
    {
        return;
    }
    *events = None;
    std::future::pending::<()>().await;
}

/// Wakes a worker for each event, until the server stops.
pub(super) async fn wake_workers(
    queued: watch::Receiver<()>,
    wake: Arc<Notify>,
    shutdown: CancellationToken,
) {
    let mut queued = Some(queued);
    while shutdown.run_until_cancelled(next(&mut queued)).await.is_some() {
        wake.notify_one();
    }
}
