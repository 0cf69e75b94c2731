//! What the storages of buckets support.

use std::collections::HashMap;

use appkeep_core::catalog::BucketFeatures;
use appkeep_core::ids::{AccountId, BucketId};
use appkeep_core::store::StoreError;
use rusqlite::params;

use super::db::Db;
use crate::rows::{Row as _, json};
use crate::statements::statements;

statements! {
    UPDATE("buckets") = "UPDATE buckets SET features = ?2 WHERE id = ?1 AND features IS NOT ?2";
    LIST("buckets") = "SELECT id, features FROM buckets WHERE account_id = ?1 AND features IS NOT NULL";
}

/// Returns whether the features have changed.
pub(super) fn update(db: &Db, id: BucketId, features: BucketFeatures) -> Result<bool, StoreError> {
    let features = json("the features of a bucket", &features)?;
    Ok(db.execute(UPDATE, params![id.to_string(), features])? == 1)
}

pub(super) fn list(db: &Db, account_id: AccountId) -> Result<HashMap<BucketId, BucketFeatures>, StoreError> {
    let features = db.list(LIST, params![account_id.to_string()], |row| {
        Ok((row.id("id")?, row.json("features")?))
    })?;
    Ok(features.into_iter().collect())
}
