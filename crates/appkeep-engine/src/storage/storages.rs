//! Opens the storage of a bucket, and keeps connections to servers.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex};

use appkeep_core::catalog::{Bucket, BucketLocation};
use appkeep_core::engine::EngineError;
use appkeep_core::ids::BucketId;
use tokio_util::sync::CancellationToken;

use super::connection::{Connection, Purpose};
use super::s3::S3Storage;
use super::{BucketCredentials, BucketStorage, DirectoryStorage};
use crate::failure::{self, storage};
use crate::fence::Fence;

/// Opens the storages of buckets. Clones share their connections and credentials.
#[derive(Debug, Clone, Default)]
pub(crate) struct Storages {
    credentials: BucketCredentials,
    connected: Arc<Mutex<HashMap<BucketId, Arc<Connection>>>>,
}

impl Storages {
    /// Creates storages that use these credentials for buckets whose configuration contains them.
    pub(crate) fn new(credentials: BucketCredentials) -> Self {
        Self {
            credentials,
            connected: Arc::default(),
        }
    }

    /// Opens the storage of a bucket. Nothing is requested yet. After `fence` has failed, requests to a server end
    /// promptly, and further ones fail.
    ///
    /// # Errors
    /// [`EngineError::Storage`] if the credentials or certificates aren't available.
    pub(crate) fn open(
        &self,
        bucket: &Bucket,
        fence: impl Into<Fence>,
    ) -> Result<Arc<dyn BucketStorage>, EngineError> {
        self.open_for(Purpose::Data, bucket, fence.into())
    }

    /// Opens the storage of a bucket for claims, locks and checks. Its requests end after a short time, and don't wait
    /// for those of jobs.
    ///
    /// # Errors
    /// [`EngineError::Storage`] if the credentials or certificates aren't available.
    pub(crate) fn open_for_claims(&self, bucket: &Bucket) -> Result<Arc<dyn BucketStorage>, EngineError> {
        self.open_for(Purpose::Claims, bucket, Fence::from(&CancellationToken::new()))
    }

    fn open_for(
        &self,
        purpose: Purpose,
        bucket: &Bucket,
        fence: Fence,
    ) -> Result<Arc<dyn BucketStorage>, EngineError> {
        let location = match &bucket.location {
            BucketLocation::Directory(path) => return Ok(Arc::new(DirectoryStorage::new(path.clone()))),
            BucketLocation::S3(location) => location,
        };
        let failed = |error: io::Error| storage(format!("bucket {} is unavailable", bucket.name), &error);
        let mut connected = failure::lock(&self.connected);
        let credentials = self.credentials.get(bucket.id);
        let usable = connected
            .get(&bucket.id)
            .filter(|connection| connection.fits(location, credentials.as_ref()));
        let connection = if let Some(connection) = usable {
            Arc::clone(connection)
        } else {
            let connection = Connection::new(location, credentials).map_err(failed)?;
            let connection = Arc::new(connection);
            connected.insert(bucket.id, Arc::clone(&connection));
            connection
        };
        Ok(Arc::new(S3Storage::new(connection, purpose, fence)))
    }
}
