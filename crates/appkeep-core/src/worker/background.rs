//! Background tasks that run alongside the workers until the server stops.

use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::Liveness;

/// A running task; it ends soon after this value is dropped.
#[derive(Debug)]
pub struct Background {
    name: &'static str,
    task: JoinHandle<()>,
    shutdown: DropGuard,
}

impl Background {
    /// Starts a task that ends when the token that is passed to it is cancelled.
    pub fn start<F>(name: &'static str, run: impl FnOnce(CancellationToken) -> F) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let shutdown = CancellationToken::new();
        let task = tokio::spawn(run(shutdown.clone()));
        Self {
            name,
            task,
            shutdown: shutdown.drop_guard(),
        }
    }

    /// Whether the task still runs.
    #[must_use]
    pub fn liveness(&self) -> Liveness {
        let mut liveness = Liveness::default();
        liveness.add(self.name, self.task.abort_handle());
        liveness
    }

    /// Stops the task and waits for its end.
    pub async fn stop(self) {
        drop(self.shutdown);
        if let Err(error) = self.task.await {
            tracing::error!(task = self.name, %error, "a background task ended unexpectedly");
        }
    }
}
