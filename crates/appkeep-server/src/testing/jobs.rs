//! Control over jobs: holding resources in a state, letting them continue, failing them.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use appkeep_core::clock::Clock;
use appkeep_core::job::{Claim, JobPayload, PendingJob};
use appkeep_core::state::ResourceState;
use appkeep_core::store::{Store, StoreError};
use appkeep_core::worker::JobControl;
use appkeep_store::SqliteStore;
use async_trait::async_trait;
use tokio::sync::Notify;
use uuid::Uuid;

use super::TestClock;
use super::sources::STEP;

/// The pause between two checks whether jobs can continue.
const POLL_EVERY: Duration = Duration::from_micros(500);

/// Control over the jobs of a [`TestServer`](super::TestServer): backups, snapshots, restores, deletions.
///
/// A resource in progress is `pending`, `discovering` and `running`, one after the other. It can be held in each of
/// these states. A held job occupies a worker, and other jobs of its app wait for it, as they wait for a slow one.
#[derive(Clone)]
pub struct Jobs {
    pub(super) control: Arc<Control>,
    pub(super) store: Arc<SqliteStore>,
    pub(super) owner: Uuid,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) wake: Arc<Notify>,
    pub(super) workers: usize,
    pub(super) backups_max: u32,
}

impl Jobs {
    /// Holds all resources that are in this state, or reach it, until [`Self::advance`] or [`Self::release`].
    pub fn hold(&self, state: ResourceState) {
        self.control.change(|held| {
            held.states.insert(state);
        });
    }

    /// Lets a held resource leave its state. Returns when it is held in a later state, or when its job has ended.
    ///
    /// # Panics
    /// When the resource isn't held, or the server is stopped.
    pub async fn advance(&self, id: &Uuid) {
        self.control.change(|held| {
            assert!(held.waiting.contains_key(id), "{id} is not held in a state");
            held.waiting.remove(id);
            held.only.remove(id);
            held.permitted.insert(*id);
        });
        self.settle().await;
    }

    /// Lets all held resources continue, and holds no more. Returns when their jobs have ended.
    ///
    /// # Panics
    /// When the server is stopped.
    pub async fn release(&self) {
        self.control.change(|held| {
            held.states.clear();
            held.only.clear();
            held.waiting.clear();
        });
        self.settle().await;
    }

    /// The resources that are held now, with their states.
    #[must_use]
    pub fn held(&self) -> BTreeMap<Uuid, ResourceState> {
        let held = self.control.held();
        held.waiting.iter().map(|(id, state)| (*id, *state)).collect()
    }

    /// Fails the next backup that would be completed, with this reason in `stateUnready`. Several calls fail several
    /// backups, in this order.
    pub fn fail_next_backup(&self, reason: impl Into<String>) {
        let reason = reason.into();
        self.control.change(|held| held.failures.push_back(reason));
    }

    /// Waits until no job can continue: each has ended, is held, waits for a held one, or is retried at a later time of
    /// the server's clock.
    ///
    /// # Panics
    /// When the server is stopped.
    pub async fn settle(&self) {
        self.wait().await.expect("the server runs");
    }

    pub(super) async fn wait(&self) -> Result<(), StoreError> {
        loop {
            // Read before the jobs: a job that is held after that is found again by the next iteration.
            let held: HashSet<Uuid> = self.control.held().waiting.keys().copied().collect();
            if !self.can_continue(&held).await? {
                return Ok(());
            }
            self.wake.notify_one();
            tokio::time::sleep(POLL_EVERY).await;
        }
    }

    /// Whether a job runs that isn't held, or a worker can claim one.
    async fn can_continue(&self, held: &HashSet<Uuid>) -> Result<bool, StoreError> {
        let jobs = self.store.list_pending_jobs().await?;
        let running: Vec<_> = jobs.iter().filter(|job| job.state == "running").collect();
        let is_held = |job: &PendingJob| {
            let resource = job.payload.as_ref().map(JobPayload::resource);
            !job.cancel_requested && resource.is_some_and(|resource| held.contains(&resource))
        };
        if !running.iter().all(|job| is_held(job)) {
            return Ok(true);
        }
        if running.len() >= self.workers {
            return Ok(false);
        }
        let now = self.clock.now();
        let claim = Claim {
            owner: self.owner,
            // The store has one server, so nodes make no difference.
            node: String::new(),
            now,
            lease_until: now,
            backups_max: Some(self.backups_max),
        };
        // A worker may have claimed a job after the list was read.
        Ok(self.store.has_claimable_job(&claim).await? || self.store.list_pending_jobs().await? != jobs)
    }
}

/// Decides which resources may leave their states.
pub(super) struct Control {
    held: Mutex<Held>,
    changed: Notify,
    clock: Arc<TestClock>,
}

#[derive(Default)]
struct Held {
    /// Resources are held in these states.
    states: HashSet<ResourceState>,
    /// Single resources are held in one state each.
    only: HashMap<Uuid, ResourceState>,
    /// Resources that may leave the state in which they wait.
    permitted: HashSet<Uuid>,
    waiting: HashMap<Uuid, ResourceState>,
    /// The reasons for which the next backups fail.
    failures: VecDeque<String>,
}

impl Control {
    pub(super) fn new(clock: Arc<TestClock>) -> Self {
        Self {
            held: Mutex::default(),
            changed: Notify::new(),
            clock,
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Held)) {
        change(&mut self.held());
        self.changed.notify_waiters();
    }

    /// Holds a single resource in a state that it hasn't left.
    pub(super) fn hold_only(&self, id: Uuid, state: ResourceState) {
        self.change(|held| {
            held.only.insert(id, state);
        });
    }

    /// Holds nothing and fails nothing.
    pub(super) fn clear(&self) {
        self.change(|held| *held = Held::default());
    }

    /// Whether the resource has to wait; it is recorded as waiting then.
    fn must_wait(&self, id: Uuid, state: ResourceState) -> bool {
        let mut held = self.held();
        let is_held = held.states.contains(&state) || held.only.get(&id) == Some(&state);
        if is_held && !held.permitted.remove(&id) {
            held.waiting.insert(id, state);
            return true;
        }
        false
    }
}

#[async_trait]
impl JobControl for Control {
    async fn leave(&self, job: &JobPayload, state: ResourceState) -> Result<(), String> {
        let id = job.resource();
        let _waiting = Waiting(self, id);
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if !self.must_wait(id, state) {
                break;
            }
            changed.await;
        }
        // A changed resource has another modification time.
        self.clock.advance(STEP);
        let completes = matches!(job, JobPayload::CreateBackup(_)) && state == ResourceState::Running;
        let failure = completes.then(|| self.held().failures.pop_front());
        failure.flatten().map_or(Ok(()), Err)
    }
}

/// Ends the wait of a resource, also when its job is cancelled.
struct Waiting<'a>(&'a Control, Uuid);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut held = self.0.held();
        held.waiting.remove(&self.1);
        held.permitted.remove(&self.1);
    }
}
