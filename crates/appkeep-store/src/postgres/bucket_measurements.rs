//! The latest measurements of buckets.

use std::collections::HashMap;

use appkeep_core::catalog::BucketMeasurement;
use appkeep_core::ids::{AccountId, BucketId};
use appkeep_core::store::StoreError;
use sqlx_postgres::PgConnection;

use super::db::{self, params};
use crate::rows::{Row as _, json};
use crate::statements::statements;

statements! {
    UPDATE("buckets") = "UPDATE buckets SET measurement = $2 WHERE id = $1";
    LIST("buckets") = "SELECT id, measurement FROM buckets WHERE account_id = $1 AND measurement IS NOT NULL";
}

pub(super) async fn update(
    db: &mut PgConnection,
    id: BucketId,
    measurement: &BucketMeasurement,
) -> Result<(), StoreError> {
    let measurement = json("the measurement of a bucket", measurement)?;
    db::execute(db, UPDATE, params![id.as_uuid(), measurement]).await?;
    Ok(())
}

pub(super) async fn list(
    db: &mut PgConnection,
    account_id: AccountId,
) -> Result<HashMap<BucketId, BucketMeasurement>, StoreError> {
    let measurement = db::list(db, LIST, params![account_id.as_uuid()], |row| {
        Ok((row.id("id")?, row.json("measurement")?))
    })
    .await?;
    Ok(measurement.into_iter().collect())
}
