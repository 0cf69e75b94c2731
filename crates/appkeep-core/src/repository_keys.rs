//! The keys of repositories in a database that several servers share. They are encrypted with the master key, which
//! isn't in the database.

use async_trait::async_trait;

use crate::ids::{AppId, BucketId};
use crate::store::StoreError;

/// A replacement of a stored key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyChange {
    /// The bucket of the repository.
    pub bucket_id: BucketId,
    /// The app of the repository.
    pub app_id: AppId,
    /// The expected content.
    pub from: Vec<u8>,
    /// The new content.
    pub to: Vec<u8>,
}

/// Stores one encrypted key for each bucket and app. Calls are durable when they return.
#[async_trait]
pub trait RepositoryKeys: Send + Sync {
    /// The repositories with keys, sorted.
    async fn list_keys(&self) -> Result<Vec<(BucketId, AppId)>, StoreError>;
    /// The apps with keys in a bucket.
    async fn list_keys_of_bucket(&self, bucket_id: BucketId) -> Result<Vec<AppId>, StoreError>;
    /// The content of a repository's key.
    async fn fetch_key(&self, bucket_id: BucketId, app_id: AppId) -> Result<Option<Vec<u8>>, StoreError>;
    /// Inserts a key, unless the repository has one. Returns whether it was inserted.
    async fn insert_key(
        &self,
        bucket_id: BucketId,
        app_id: AppId,
        content: &[u8],
    ) -> Result<bool, StoreError>;
    /// Makes all changes if all keys have their expected content, else none. Returns whether they were made.
    async fn replace_keys(&self, changes: &[KeyChange]) -> Result<bool, StoreError>;
}
