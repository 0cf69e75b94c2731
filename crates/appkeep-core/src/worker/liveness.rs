//! Reports whether background tasks still run.

use tokio::task::AbortHandle;

/// Named tasks that run until they are stopped.
#[derive(Debug, Clone, Default)]
pub struct Liveness(Vec<(&'static str, AbortHandle)>);

impl Liveness {
    /// Adds a task.
    pub(super) fn add(&mut self, name: &'static str, task: AbortHandle) {
        self.0.push((name, task));
    }

    /// Combines the tasks of both.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// The number of running tasks with this name.
    #[must_use]
    pub fn running(&self, name: &str) -> usize {
        let named = self.0.iter().filter(|(other, _)| *other == name);
        named.filter(|(_, task)| !task.is_finished()).count()
    }

    /// The names of the tasks that have ended, once for each task.
    #[must_use]
    pub fn ended(&self) -> Vec<&'static str> {
        let ended = self.0.iter().filter(|(_, task)| task.is_finished());
        ended.map(|(name, _)| *name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn panicked_tasks_are_listed_as_ended() {
        let mut liveness = Liveness::default();
        let died = tokio::spawn(async { panic!("for this test") });
        let lives = tokio::spawn(std::future::pending::<()>());
        liveness.add("worker", died.abort_handle());
        liveness.add("worker", lives.abort_handle());
        died.await.unwrap_err();
        assert_eq!(liveness.ended(), ["worker"]);
        assert_eq!(liveness.running("worker"), 1);
        assert_eq!(liveness.running("reconciler"), 0);
        lives.abort();
    }
}
