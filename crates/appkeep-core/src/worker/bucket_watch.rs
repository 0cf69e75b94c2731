//! Refreshes this server's claims to its buckets, and records which buckets are unavailable and why.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

use super::{Background, UnusableBuckets, WorkerDeps, bucket_features};
use crate::catalog::Bucket;
use crate::engine::EngineError;
use crate::ids::BucketId;
use crate::lease;
use crate::state::fit_reason;
use crate::store::{StoreError, list_all_buckets, transact};

/// How long a stop waits for buckets that don't respond.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// Claims all declared buckets now, and refreshes the claims until it is stopped. The claims remain until the engine
/// releases them. `unusable` contains the failures.
#[must_use]
pub fn start_bucket_watch(deps: &WorkerDeps, unusable: UnusableBuckets) -> Background {
    let deps = deps.clone();
    Background::start("bucket watch", move |shutdown| watch(deps, unusable, shutdown))
}

async fn watch(deps: WorkerDeps, unusable: UnusableBuckets, shutdown: CancellationToken) {
    let mut claims = JoinSet::new();
    // Buckets are claimed concurrently: a bucket on a disk that doesn't respond must not delay the others.
    let mut in_flight: HashMap<BucketId, Instant> = HashMap::new();
    let mut tick = interval(lease::duration());
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => break,
            _ = tick.tick() => match declared(&deps).await {
                Ok(buckets) => {
                    unusable.retain(&buckets);
                    for bucket in buckets {
                        if let Some(begun) = in_flight.get(&bucket.id) {
                            record(&deps, &unusable, &bucket, Some(no_response(*begun))).await;
                            continue;
                        }
                        in_flight.insert(bucket.id, Instant::now());
                        let engine = deps.engine.clone();
                        claims.spawn(async move {
                            let held = engine.claim_bucket(&bucket).await;
                            (bucket, held)
                        });
                    }
                }
                Err(error) => tracing::warn!(%error, "buckets were not claimed"),
            },
            Some(held) = claims.join_next() => match held {
                Ok((bucket, held)) => {
                    in_flight.remove(&bucket.id);
                    bucket_features::record(&deps, &bucket).await;
                    let reason = held.err().map(|error| reason_of(error, &bucket));
                    record(&deps, &unusable, &bucket, reason).await;
                }
                Err(error) => {
                    tracing::error!(%error, "claiming a bucket failed");
                    in_flight.clear();
                }
            },
        }
    }
    // Claims that are being made end before the engine releases them all.
    let ended = async { while claims.join_next().await.is_some() {} };
    if timeout(STOP_TIMEOUT, ended).await.is_err() {
        tracing::warn!("a bucket didn't respond until the end");
    }
}

/// The buckets that this node declares.
pub(super) async fn declared(deps: &WorkerDeps) -> Result<Vec<Bucket>, StoreError> {
    let mut buckets = list_all_buckets(deps.store.as_ref()).await?;
    let others = deps.store.list_buckets_of_other_nodes(&deps.node).await?;
    buckets.retain(|bucket| bucket.declared && !others.contains(&bucket.id));
    Ok(buckets)
}

/// Records the result of a check: why the bucket can't be used, or that it can.
async fn record(deps: &WorkerDeps, unusable: &UnusableBuckets, bucket: &Bucket, reason: Option<String>) {
    let reason = reason.map(|reason| fit_reason(&reason));
    if unusable.record(bucket, reason.as_deref()) {
        let (bucket, id) = (&bucket.name, bucket.id);
        if let Some(reason) = &reason {
            tracing::warn!(bucket, bucket.id = %id, reason, "a bucket can't be used");
        } else {
            tracing::info!(bucket, bucket.id = %id, "a bucket can be used");
        }
    }
    if let Err(error) = transact(|| update(deps, bucket.id, reason.as_deref())).await {
        tracing::warn!(%error, bucket.name, "the state of a bucket was not recorded");
    }
}

async fn update(deps: &WorkerDeps, id: BucketId, reason: Option<&str>) -> Result<(), StoreError> {
    let mut tx = deps.store.begin().await?;
    if tx.update_bucket_problem(&deps.node, id, reason).await? {
        tx.commit().await?;
    }
    Ok(())
}

/// The reason for a check that hasn't ended before the next one: other nodes take over its work meanwhile.
fn no_response(begun: Instant) -> String {
    format!("it hasn't responded for {} s", begun.elapsed().as_secs())
}

/// The reason of a failed check, without the parts that are known where the bucket's state is shown.
fn reason_of(error: EngineError, bucket: &Bucket) -> String {
    match error {
        EngineError::Storage(reason) => {
            let known = format!("bucket {} is unavailable: ", bucket.name);
            reason.strip_prefix(&known).unwrap_or(&reason).to_owned()
        }
        error => error.to_string(),
    }
}
