//! The dependencies of workers in tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use appkeep_core::admission::{Admission, FreeSpace, LowSpace, MeasuredSpace, QueueLimits};
use appkeep_core::clock::{Clock, IdSource};
use appkeep_core::store::Store;
use appkeep_core::worker::WorkerDeps;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::fixtures::at;
use crate::idle_engine::IdleEngine;

/// A clock that stands still, sequential ids, and unlimited space.
struct Environment(AtomicU64);

impl Clock for Environment {
    fn now(&self) -> DateTime<Utc> {
        at(1)
    }
}

impl IdSource for Environment {
    fn next_id(&self) -> Uuid {
        Uuid::from_u128(self.0.fetch_add(1, Ordering::Relaxed).into())
    }
}

impl FreeSpace for Environment {
    fn check(&self) -> Result<(), LowSpace> {
        Ok(())
    }

    fn measure(&self) -> Option<MeasuredSpace> {
        None
    }
}

/// The dependencies of the workers of a node.
pub(crate) fn deps(store: Arc<dyn Store>, engine: Arc<IdleEngine>, node: &str) -> WorkerDeps {
    let environment = Arc::new(Environment(AtomicU64::new(0xf000)));
    WorkerDeps {
        store,
        engine,
        clock: environment.clone(),
        ids: environment.clone(),
        wake: Arc::default(),
        owner: Uuid::from_u128(0xe1),
        node: node.to_owned(),
        backups_max: None,
        admission: Admission {
            space: environment,
            limits: QueueLimits::default(),
        },
        restore_directories: Arc::default(),
        notifier: None,
        job_control: None,
    }
}
