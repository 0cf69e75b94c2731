//! Measures the buckets that this node declares: the bytes that they store, and their free space.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::bucket_watch::declared;
use super::{Background, WorkerDeps};
use crate::catalog::{Bucket, BucketMeasurement};
use crate::ids::BucketId;
use crate::store::{StoreError, transact};

/// The interval at which each bucket is measured. A measurement lists all packs: on S3, one request for each 1,000.
const MEASURE_EVERY: Duration = Duration::from_mins(15);

/// The interval at which completed backups are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// The maximum duration of a measurement that is repeated when a backup has completed. Large buckets are only measured
/// every 15 minutes.
const QUICK: Duration = Duration::from_secs(1);

/// The maximum number of results of backups that are read to find completed backups.
const RESULTS_MAX: u32 = 10_000;

/// A measurement that this process has made.
struct Measured {
    /// When it began, by the monotonic clock and by the store's.
    begun: Instant,
    time: DateTime<Utc>,
    is_quick: bool,
}

impl Measured {
    /// Whether the bucket must be measured again. `changed` is when the latest backup in it completed.
    fn is_outdated(&self, changed: Option<DateTime<Utc>>) -> bool {
        self.begun.elapsed() >= MEASURE_EVERY
            || (self.is_quick && changed.is_some_and(|changed| changed >= self.time))
    }
}

/// Measures all declared buckets now and every 15 minutes, one after the other, until it is stopped. Small buckets are
/// also measured when a backup has completed.
#[must_use]
pub fn start_bucket_meter(deps: &WorkerDeps) -> Background {
    let deps = deps.clone();
    Background::start("bucket meter", move |shutdown| measure_all(deps, shutdown))
}

async fn measure_all(deps: WorkerDeps, shutdown: CancellationToken) {
    let mut measured = HashMap::new();
    let mut tick = interval(LOOK_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = tick.tick() => {}
        }
        let outdated = match outdated(&deps, &mut measured).await {
            Ok(outdated) => outdated,
            Err(error) => {
                tracing::warn!(%error, "buckets were not measured");
                continue;
            }
        };
        for bucket in outdated {
            tokio::select! {
                () = shutdown.cancelled() => return,
                of_bucket = measure(&deps, &bucket, &shutdown) => {
                    measured.insert(bucket.id, of_bucket);
                }
            }
        }
    }
}

/// The buckets that must be measured. Forgets the others that are no longer declared.
async fn outdated(
    deps: &WorkerDeps,
    measured: &mut HashMap<BucketId, Measured>,
) -> Result<Vec<Bucket>, StoreError> {
    let mut buckets = declared(deps).await?;
    measured.retain(|id, _| buckets.iter().any(|bucket| bucket.id == *id));
    let mut changed: HashMap<BucketId, DateTime<Utc>> = HashMap::new();
    for results in deps.store.list_backup_results(RESULTS_MAX).await? {
        if let Some(ended) = results.last_success {
            let latest = changed.entry(results.bucket_id).or_insert(ended);
            *latest = (*latest).max(ended);
        }
    }
    buckets.retain(|bucket| {
        let of_bucket = measured.get(&bucket.id);
        of_bucket.is_none_or(|measured| measured.is_outdated(changed.get(&bucket.id).copied()))
    });
    Ok(buckets)
}

async fn measure(deps: &WorkerDeps, bucket: &Bucket, shutdown: &CancellationToken) -> Measured {
    let (begun, time) = (Instant::now(), deps.clock.now());
    let is_recorded = match deps.engine.measure_bucket(bucket, shutdown).await {
        Ok(space) => {
            let measurement = BucketMeasurement {
                stored_bytes: space.stored_bytes,
                free_bytes: space.free_bytes,
                time,
            };
            record(deps, bucket, &measurement).await
        }
        Err(error) => {
            // The bucket watch warns of buckets that can't be used.
            tracing::info!(bucket = bucket.name, bucket.id = %bucket.id, %error, "a bucket was not measured");
            false
        }
    };
    Measured {
        begun,
        time,
        is_quick: is_recorded && begun.elapsed() <= QUICK,
    }
}

async fn record(deps: &WorkerDeps, bucket: &Bucket, measurement: &BucketMeasurement) -> bool {
    let update = || deps.store.update_bucket_measurement(bucket.id, measurement);
    if let Err(error) = transact(update).await {
        tracing::warn!(%error, bucket = bucket.name, "the measurement of a bucket was not recorded");
        return false;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_quick_measurements_are_repeated_when_a_backup_has_completed() {
        let time = DateTime::UNIX_EPOCH;
        let measured = |is_quick| Measured {
            begun: Instant::now(),
            time,
            is_quick,
        };
        let (before, later) = (time - Duration::from_secs(1), time + Duration::from_secs(1));
        assert!(!measured(true).is_outdated(None));
        assert!(!measured(true).is_outdated(Some(before)));
        assert!(
            measured(true).is_outdated(Some(time)),
            "it may have completed after it began"
        );
        assert!(measured(true).is_outdated(Some(later)));
        assert!(!measured(false).is_outdated(Some(later)));
    }
}
