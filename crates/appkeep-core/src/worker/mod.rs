//! The workers: they claim jobs and run them, one at a time each.
//!
//! A job is a list of steps, each safe to run twice, because its lease may run out or its process may die
//! anywhere. There is no recovery at start: the ordinary claim takes a dead process's jobs, and the steps
//! find out how far they came. A worker gives nothing away to the next but what is in the store.

mod apply_retention;
mod background;
mod bucket_watch;
mod delete_data;
mod failed;
mod hooks;
mod liveness;
mod reconciler;
mod restore_app;
mod run;
mod scheduler;
mod take_backup;
mod take_snapshot;
mod unfinished_restores;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub use self::background::Background;
pub use self::bucket_watch::start_bucket_watch;
pub use self::hooks::{HookTurns, POST_HOOKS_STOPPING};
use crate::admission::Admission;
use crate::clock::{Clock, IdSource};
use crate::engine::Engine;
use crate::job::Claim;
use crate::service::Service;
use crate::store::Store;

pub use self::liveness::Liveness;
pub use self::reconciler::start_reconciler;
pub use self::unfinished_restores::{resume_restores, settle_restore};

/// How long a lease holds unless it is renewed, in seconds.
pub const LEASE_SECS: i64 = 30;
/// How often a lease is renewed, and a request to stop is noticed.
pub const RENEW_EVERY: Duration = Duration::from_millis(500);
/// How often progress is written down at most.
pub const PROGRESS_EVERY: Duration = Duration::from_millis(500);
/// How often an idle worker looks for work that nobody told it about.
pub const POLL_EVERY: Duration = Duration::from_secs(1);
/// The longest pause before a job is tried again, in seconds.
pub const BACKOFF_SECS_MAX: i64 = 3600;
/// The pause before a job is run again that lacked file descriptors, processes or memory, in seconds.
pub const EXHAUSTED_PAUSE_SECS: i64 = 2;

/// The pause before a job is tried again that waits for something else to end, in seconds.
pub const POSTPONED_SECS: i64 = 2;

/// What workers need.
#[derive(Clone)]
pub struct WorkerDeps {
    /// What is remembered.
    pub store: Arc<dyn Store>,
    /// What is done to bytes.
    pub engine: Arc<dyn Engine>,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// Where ids come from.
    pub ids: Arc<dyn IdSource>,
    /// Told when there is new work.
    pub wake: Arc<Notify>,
    /// Names this process incarnation in leases.
    pub owner: Uuid,
    /// How many backups may run at once; fewer than there are workers, so that a restore or a delete finds
    /// one. Without it as many as there are workers.
    pub backups_max: Option<u32>,
    /// Whose turn it is to quiesce an app.
    pub hook_turns: HookTurns,
    /// Whether more work is accepted.
    pub admission: Admission,
}

impl WorkerDeps {
    /// The operations, for what the server does by itself.
    fn service(&self) -> Service {
        Service::new(
            self.store.clone(),
            self.clock.clone(),
            self.ids.clone(),
            self.wake.clone(),
            self.admission.clone(),
        )
    }
}

/// Running workers. Dropping them ends their tasks at once; a job in progress is left to its lease.
pub struct Workers {
    tasks: JoinSet<()>,
    liveness: Liveness,
    shutdown: CancellationToken,
}

impl Workers {
    /// Starts `count` workers, and the scheduler; no workers keep jobs queued.
    #[must_use]
    pub fn start(deps: &WorkerDeps, count: usize) -> Self {
        let shutdown = CancellationToken::new();
        let (mut tasks, mut liveness) = (JoinSet::new(), Liveness::default());
        let (again, stop) = (deps.clone(), shutdown.clone());
        let scheduler = move || scheduler::schedule(again.clone(), stop.clone());
        let scheduler = tasks.spawn(restarted("scheduler", shutdown.clone(), scheduler));
        liveness.add("scheduler", scheduler);
        for _ in 0..count {
            let (again, stop) = (deps.clone(), shutdown.clone());
            let worker = move || work(again.clone(), stop.clone());
            let worker = tasks.spawn(restarted("worker", shutdown.clone(), worker));
            liveness.add("worker", worker);
        }
        Self {
            tasks,
            liveness,
            shutdown,
        }
    }

    /// Whether they still run.
    #[must_use]
    pub fn liveness(&self) -> Liveness {
        self.liveness.clone()
    }

    /// Stops: what runs is put back into the queue, to be taken up by the next server.
    pub async fn drain(mut self) {
        self.shutdown.cancel();
        while let Some(ended) = self.tasks.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a worker died");
            }
        }
    }
}

/// Runs a task to its end, and starts it again after a panic: whatever caused it, for example a clock that shows an
/// impossible time, may pass.
async fn restarted<F>(name: &'static str, shutdown: CancellationToken, task: impl Fn() -> F)
where
    F: Future<Output = ()>,
{
    while AssertUnwindSafe(task()).catch_unwind().await.is_err() {
        tracing::error!(task = name, "a background task panicked and is started again");
        if shutdown
            .run_until_cancelled(tokio::time::sleep(POLL_EVERY))
            .await
            .is_none()
        {
            return;
        }
    }
}

async fn work(deps: WorkerDeps, shutdown: CancellationToken) {
    while !shutdown.is_cancelled() {
        let now = deps.clock.now();
        let lease_until = now + chrono::Duration::seconds(LEASE_SECS);
        match deps
            .store
            .claim_job(&Claim {
                owner: deps.owner,
                now,
                lease_until,
                backups_max: deps.backups_max,
            })
            .await
        {
            Ok(Some(job)) => {
                // More work may wait for another worker: one that was told of several jobs wakes the next.
                deps.wake.notify_one();
                run::run(&deps, job, &shutdown).await;
                continue;
            }
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "no job could be claimed"),
        }
        tokio::select! {
            () = deps.wake.notified() => {}
            () = tokio::time::sleep(POLL_EVERY) => {}
            () = shutdown.cancelled() => {}
        }
    }
}
