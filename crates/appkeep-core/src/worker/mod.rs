//! The workers: each claims jobs and runs them one at a time.
//!
//! A job is a list of steps. Each step is idempotent, because its lease may expire or its process may die at any
//! point. There is no recovery at startup: the normal claim also claims the jobs of dead processes, and the steps
//! determine how far the previous run came. Workers pass state to each other only through the store.

mod alarms;
mod apply_retention;
mod background;
mod bucket_features;
mod bucket_meter;
mod bucket_watch;
mod cancel;
mod control;
mod create_backup;
mod create_snapshot;
mod delete_backup;
mod delete_snapshot;
mod deliveries;
mod events;
mod hooks;
mod job;
mod live_backup;
mod liveness;
mod node_watch;
mod progress;
mod reconciler;
mod register;
mod restore_app;
mod restore_directory;
mod restores;
mod run;
mod scheduler;
mod step;
mod unfinished_restores;
mod unusable_buckets;

use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub use self::alarms::start_alarm_watch;
pub use self::background::Background;
pub use self::bucket_meter::start_bucket_meter;
pub use self::bucket_watch::start_bucket_watch;
pub use self::cancel::{CancelError, Cancelled, cancel_job};
pub use self::control::JobControl;
pub use self::deliveries::start_deliveries;
pub use self::hooks::POST_HOOKS_STOPPING;
use crate::admission::Admission;
use crate::boot_instant::BootInstant;
use crate::clock::{Clock, IdSource};
use crate::engine::Engine;
use crate::job::Claim;
use crate::lease;
use crate::notification::Notifier;
use crate::service::Service;
use crate::store::Store;

pub use self::liveness::Liveness;
pub use self::node_watch::start_node_watch;
pub use self::reconciler::start_reconciler;
pub use self::register::{Register, RegisterError};
pub use self::unfinished_restores::{InterruptedRestore, resume_restores};
pub use self::unusable_buckets::{UnusableBucket, UnusableBuckets};

/// The interval at which a lease is renewed and checked for a request to stop, if the store doesn't report requests. If
/// it does, the interval is [`lease::renew_every()`].
pub const RENEW_EVERY: Duration = Duration::from_millis(500);
/// The minimum interval between writes of progress.
pub const PROGRESS_EVERY: Duration = Duration::from_millis(500);
/// The interval at which an idle worker polls for jobs of which it was not notified.
pub const POLL_EVERY: Duration = Duration::from_secs(1);
/// The longest pause before a retry of a job, in seconds.
pub const BACKOFF_SECS_MAX: i64 = 3600;
/// The pause before a retry of a job that lacked file descriptors, processes or memory, in seconds.
pub const EXHAUSTED_PAUSE_SECS: i64 = 2;

/// The pause before a retry of a job that waits for other work to finish, in seconds.
pub const POSTPONED_SECS: i64 = 2;

/// The dependencies of workers.
#[derive(Clone)]
pub struct WorkerDeps {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The engine for the data of snapshots and backups.
    pub engine: Arc<dyn Engine>,
    /// The source of the time.
    pub clock: Arc<dyn Clock>,
    /// The source of new ids.
    pub ids: Arc<dyn IdSource>,
    /// Notified of new work.
    pub wake: Arc<Notify>,
    /// Identifies this process incarnation in leases.
    pub owner: Uuid,
    /// The name of this server's node.
    pub node: String,
    /// The maximum number of concurrent backups; lower than the number of workers, so that a worker is free for a
    /// restore or a deletion. `None` means as many as there are workers.
    pub backups_max: Option<u32>,
    /// Decides whether more work is accepted.
    pub admission: Admission,
    /// The directories of this node below which restores may write.
    pub restore_directories: Arc<[PathBuf]>,
    /// The receivers of notifications, if there can be any.
    pub notifier: Option<Arc<dyn Notifier>>,
    /// Delays or fails jobs in tests.
    pub job_control: Option<Arc<dyn JobControl>>,
}

impl WorkerDeps {
    /// The operations, for changes by the server itself.
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

/// Running workers. Dropping this value aborts their tasks immediately; a job in progress is claimed again when its
/// lease ends.
pub struct Workers {
    tasks: JoinSet<()>,
    liveness: Liveness,
    shutdown: CancellationToken,
}

impl Workers {
    /// Starts `count` workers and the scheduler. With no workers, jobs stay queued.
    #[must_use]
    pub fn start(deps: &WorkerDeps, count: usize) -> Self {
        let shutdown = CancellationToken::new();
        let (mut tasks, mut liveness) = (JoinSet::new(), Liveness::default());
        let (again, stop) = (deps.clone(), shutdown.clone());
        let scheduler = move || scheduler::schedule(again.clone(), stop.clone());
        let scheduler = tasks.spawn(restarted("scheduler", shutdown.clone(), scheduler));
        liveness.add("scheduler", scheduler);
        if let Some(events) = deps.store.watch_jobs() {
            tasks.spawn(events::wake_workers(
                events.queued,
                deps.wake.clone(),
                shutdown.clone(),
            ));
        }
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

    /// Whether the workers and the scheduler still run.
    #[must_use]
    pub fn liveness(&self) -> Liveness {
        self.liveness.clone()
    }

    /// Stops the workers. Running jobs are put back into the queue and resumed by the next server.
    pub async fn drain(mut self) {
        self.shutdown.cancel();
        while let Some(ended) = self.tasks.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a worker ended unexpectedly");
            }
        }
    }
}

/// Runs a task to its end, and restarts it after a panic: the cause may be temporary, for example a clock that shows
/// an impossible time.
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
        let (now, claimed_at) = (deps.clock.now(), BootInstant::now());
        let lease_until = now + lease::duration();
        match deps
            .store
            .claim_job(&Claim {
                owner: deps.owner,
                node: deps.node.clone(),
                now,
                lease_until,
                backups_max: deps.backups_max,
            })
            .await
        {
            Ok(Some(job)) => {
                // Several jobs may have been queued with one notification: wake the next worker.
                deps.wake.notify_one();
                run::run(&deps, job, claimed_at, &shutdown).await;
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
