//! Examines buckets for an operator, without locks and changes.

use appkeep_core::catalog::Bucket;
use appkeep_core::engine::EngineError;
use appkeep_core::ids::AppId;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{RusticEngine, cancelled_with};
use crate::bucket::{OpenBucket, Presence, Use};
use crate::check::{CheckProgress, Examination, RepositoryCheck};
use crate::claims::{BucketClaim, list_claims_with};
use crate::thread;

impl RusticEngine {
    /// Whether a bucket has its marker. A bucket in which nothing was ever stored has none, and neither have buckets from
    /// before markers existed.
    ///
    /// # Errors
    /// [`EngineError::Storage`] if the bucket can't be read, belongs to another bucket, or must have a marker.
    pub async fn has_bucket_marker(&self, bucket: &Bucket) -> Result<bool, EngineError> {
        let (bucket, keys) = (
            OpenBucket::open_for_claims(bucket, &self.storages)?,
            self.keys.clone(),
        );
        thread::run("check-marker", self.reading_priority(), move || {
            bucket.check_marker(&keys, Use::Read)?;
            bucket.has_marker()
        })
        .await
    }

    /// Lists the claims in a bucket.
    ///
    /// # Errors
    /// [`EngineError::Storage`] if it can't be read.
    pub async fn list_bucket_claims(&self, bucket: &Bucket) -> Result<Vec<BucketClaim>, EngineError> {
        list_claims_with(bucket, self.storages.clone()).await
    }

    /// Examines the repository of an app: the index, the existence of all packs, and the directories of all backups. Reads
    /// and verifies a random share of the packs, `read_percent` of their bytes, from 0 to 100. `None` if there is no
    /// repository.
    ///
    /// # Errors
    /// [`EngineError::Key`] if it can't be opened with its key; [`EngineError::Storage`] if the bucket fails;
    /// [`EngineError::Broken`] if there are files, but no repository; [`EngineError::Busy`] if the repository keeps
    /// changing, so that problems can't be confirmed; [`EngineError::Cancelled`].
    pub async fn check_repository(
        &self,
        bucket: &Bucket,
        app_id: AppId,
        read_percent: f64,
        progress: &watch::Sender<CheckProgress>,
        cancel: &CancellationToken,
    ) -> Result<Option<RepositoryCheck>, EngineError> {
        let (cancel, _when_dropped) = cancelled_with(cancel);
        let bucket = OpenBucket::open(bucket, &self.storages, &cancel)?;
        let (keys, progress) = (self.keys.clone(), progress.clone());
        thread::run("check-repository", self.reading_priority(), move || {
            if bucket.presence(app_id, &keys, Use::Read)? == Presence::Nothing {
                return Ok(None);
            }
            let examination = Examination {
                bucket,
                app_id,
                keys,
                read_percent,
                progress,
                cancel,
            };
            examination.run().map(Some)
        })
        .await
    }
}
