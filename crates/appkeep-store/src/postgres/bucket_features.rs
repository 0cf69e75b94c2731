//! What the storages of buckets support.

use std::collections::HashMap;

use appkeep_core::catalog::BucketFeatures;
use appkeep_core::ids::{AccountId, BucketId};
use appkeep_core::store::StoreError;
use sqlx_postgres::PgConnection;

use super::db::{self, params};
use crate::rows::{Row as _, json};
use crate::statements::statements;

statements! {
    UPDATE("buckets") = "UPDATE buckets SET features = $2 WHERE id = $1 AND features IS DISTINCT FROM $2";
    LIST("buckets") = "SELECT id, features FROM buckets WHERE account_id = $1 AND features IS NOT NULL";
}

/// Returns whether the features have changed.
pub(super) async fn update(
    db: &mut PgConnection,
    id: BucketId,
    features: BucketFeatures,
) -> Result<bool, StoreError> {
    let features = json("the features of a bucket", &features)?;
    Ok(db::execute(db, UPDATE, params![id.as_uuid(), features]).await? == 1)
}

pub(super) async fn list(
    db: &mut PgConnection,
    account_id: AccountId,
) -> Result<HashMap<BucketId, BucketFeatures>, StoreError> {
    let features = db::list(db, LIST, params![account_id.as_uuid()], |row| {
        Ok((row.id("id")?, row.json("features")?))
    })
    .await?;
    Ok(features.into_iter().collect())
}
