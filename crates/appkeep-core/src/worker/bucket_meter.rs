//! Measures the buckets that this node declares: the bytes that they store, and their free space.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::bucket_watch::declared;
use super::{Background, WorkerDeps};
use crate::catalog::Bucket;
use crate::engine::BucketSpace;
use crate::ids::BucketId;

/// The interval at which buckets are measured. A measurement lists all packs: on S3, one request for each 1,000.
const MEASURE_EVERY: Duration = Duration::from_mins(15);

/// The latest measurements. Buckets that could not be measured are omitted. Clones share their content.
#[derive(Debug, Clone, Default)]
pub struct BucketSpaces(Arc<Mutex<BTreeMap<BucketId, BucketSpace>>>);

impl BucketSpaces {
    /// The latest measurement of a bucket.
    #[must_use]
    pub fn of(&self, id: BucketId) -> Option<BucketSpace> {
        self.lock().get(&id).copied()
    }

    fn record(&self, id: BucketId, space: Option<BucketSpace>) {
        let mut spaces = self.lock();
        match space {
            Some(space) => spaces.insert(id, space),
            // An old measurement would look like a current one.
            None => spaces.remove(&id),
        };
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<BucketId, BucketSpace>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Measures all declared buckets now and every 15 minutes, one after the other, until it is stopped.
#[must_use]
pub fn start_bucket_meter(deps: &WorkerDeps, spaces: BucketSpaces) -> Background {
    let deps = deps.clone();
    Background::start("bucket meter", move |shutdown| {
        measure_all(deps, spaces, shutdown)
    })
}

async fn measure_all(deps: WorkerDeps, spaces: BucketSpaces, shutdown: CancellationToken) {
    let mut tick = interval(MEASURE_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = tick.tick() => {}
        }
        let buckets = match declared(&deps).await {
            Ok(buckets) => buckets,
            Err(error) => {
                tracing::warn!(%error, "buckets were not measured");
                continue;
            }
        };
        for bucket in buckets {
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = measure(&deps, &spaces, &bucket, &shutdown) => {}
            }
        }
    }
}

async fn measure(deps: &WorkerDeps, spaces: &BucketSpaces, bucket: &Bucket, shutdown: &CancellationToken) {
    let space = match deps.engine.measure_bucket(bucket, shutdown).await {
        Ok(space) => Some(space),
        Err(error) => {
            // The bucket watch warns of buckets that can't be used.
            tracing::info!(bucket = bucket.name, bucket.id = %bucket.id, %error, "a bucket was not measured");
            None
        }
    };
    spaces.record(bucket.id, space);
}
