//! Background tasks that run next to the workers until the server stops.

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::Liveness;

/// A running task; it ends soon after this value is dropped.
#[derive(Debug)]
pub struct Background {
    name: &'static str,
    task: JoinHandle<()>,
    shutdown: CancellationToken,
}

impl Background {
    /// Starts a task that ends when the token that is passed to it is cancelled.
    pub(super) fn start<F>(name: &'static str, run: impl FnOnce(CancellationToken) -> F) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let shutdown = CancellationToken::new();
        let task = tokio::spawn(run(shutdown.clone()));
        Self { name, task, shutdown }
    }

    /// Whether the task still runs.
    #[must_use]
    pub fn liveness(&self) -> Liveness {
        let mut liveness = Liveness::default();
        liveness.add(self.name, self.task.abort_handle());
        liveness
    }

    /// Stops the task and waits for its end.
    pub async fn stop(mut self) {
        self.shutdown.cancel();
        if let Err(error) = (&mut self.task).await {
            tracing::error!(task = self.name, %error, "a background task died");
        }
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}
