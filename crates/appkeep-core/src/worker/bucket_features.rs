//! Records what the storages of buckets support.

use super::WorkerDeps;
use crate::catalog::Bucket;

/// Records what the latest probe of a bucket found, if this server has probed it.
pub(super) async fn record(deps: &WorkerDeps, bucket: &Bucket) {
    let Some(features) = deps.engine.bucket_features(bucket) else {
        return;
    };
    match deps.store.update_bucket_features(bucket.id, features).await {
        Ok(false) => {}
        Ok(true) => tracing::info!(
            bucket = bucket.name,
            bucket.id = %bucket.id,
            features.conditional_writes,
            features.versioning,
            "the features of a bucket have changed"
        ),
        Err(error) => {
            tracing::warn!(%error, bucket = bucket.name, "the features of a bucket were not recorded");
        }
    }
}
