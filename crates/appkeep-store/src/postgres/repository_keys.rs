//! The keys of repositories, encrypted with the master key.

use appkeep_core::ids::{AppId, BucketId};
use appkeep_core::repository_keys::{KeyChange, RepositoryKeys};
use appkeep_core::store::StoreError;
use async_trait::async_trait;

use super::PostgresStore;
use super::db::{self, params};
use super::errors::store_error;
use crate::rows::Row as _;
use crate::statements::statements;

statements! {
    LIST("repository_keys") = "SELECT bucket_id, app_id FROM repository_keys ORDER BY bucket_id, app_id";
    LIST_OF_BUCKET("repository_keys") = "SELECT app_id FROM repository_keys WHERE bucket_id = $1 ORDER BY app_id";
    FETCH("repository_keys") = "SELECT content FROM repository_keys WHERE bucket_id = $1 AND app_id = $2";
    INSERT("repository_keys") = "INSERT INTO repository_keys (bucket_id, app_id, content) VALUES ($1, $2, $3) \
         ON CONFLICT (bucket_id, app_id) DO NOTHING";
    REPLACE("repository_keys") =
        "UPDATE repository_keys SET content = $4 WHERE bucket_id = $1 AND app_id = $2 AND content = $3";
}

#[async_trait]
impl RepositoryKeys for PostgresStore {
    async fn list_keys(&self) -> Result<Vec<(BucketId, AppId)>, StoreError> {
        let mut connection = self.db().await?;
        let read = db::list(&mut connection, LIST, params![], |row| {
            Ok((row.id("bucket_id")?, row.id("app_id")?))
        });
        read.await
    }

    async fn list_keys_of_bucket(&self, bucket_id: BucketId) -> Result<Vec<AppId>, StoreError> {
        let params = params![bucket_id.as_uuid()];
        db::list(&mut *self.db().await?, LIST_OF_BUCKET, params, |row| {
            row.id("app_id")
        })
        .await
    }

    async fn fetch_key(&self, bucket_id: BucketId, app_id: AppId) -> Result<Option<Vec<u8>>, StoreError> {
        let params = params![bucket_id.as_uuid(), app_id.as_uuid()];
        let mut connection = self.db().await?;
        let content = db::fetch(&mut connection, FETCH, params, |row| {
            Ok(row.bytes("content")?.to_owned())
        });
        content.await
    }

    async fn insert_key(
        &self,
        bucket_id: BucketId,
        app_id: AppId,
        content: &[u8],
    ) -> Result<bool, StoreError> {
        let params = params![bucket_id.as_uuid(), app_id.as_uuid(), content];
        Ok(db::execute(&mut *self.db().await?, INSERT, params).await? == 1)
    }

    async fn replace_keys(&self, changes: &[KeyChange]) -> Result<bool, StoreError> {
        let mut tx = self.connections.begin_read_committed().await?;
        for change in changes {
            let (bucket_id, app_id) = (change.bucket_id.as_uuid(), change.app_id.as_uuid());
            let params = params![bucket_id, app_id, change.from.as_slice(), change.to.as_slice()];
            if db::execute(&mut tx, REPLACE, params).await? != 1 {
                // Dropping the transaction rolls it back.
                return Ok(false);
            }
        }
        tx.commit().await.map_err(store_error)?;
        Ok(true)
    }
}
