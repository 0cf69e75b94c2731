//! The latest measurements of buckets.

use std::collections::HashMap;

use appkeep_core::catalog::BucketMeasurement;
use appkeep_core::ids::{AccountId, BucketId};
use appkeep_core::store::StoreError;
use rusqlite::params;

use super::db::Db;
use crate::rows::{Row as _, json};
use crate::statements::statements;

statements! {
    UPDATE("buckets") = "UPDATE buckets SET measurement = ?2 WHERE id = ?1";
    LIST("buckets") = "SELECT id, measurement FROM buckets WHERE account_id = ?1 AND measurement IS NOT NULL";
}

pub(super) fn update(db: &Db, id: BucketId, measurement: &BucketMeasurement) -> Result<(), StoreError> {
    let measurement = json("the measurement of a bucket", measurement)?;
    db.execute(UPDATE, params![id.to_string(), measurement])?;
    Ok(())
}

pub(super) fn list(
    db: &Db,
    account_id: AccountId,
) -> Result<HashMap<BucketId, BucketMeasurement>, StoreError> {
    let measurement = db.list(LIST, params![account_id.to_string()], |row| {
        Ok((row.id("id")?, row.json("measurement")?))
    })?;
    Ok(measurement.into_iter().collect())
}
