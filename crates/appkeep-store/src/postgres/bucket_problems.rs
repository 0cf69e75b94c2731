//! The problems of buckets.

use std::collections::HashMap;

use appkeep_core::catalog::BucketProblem;
use appkeep_core::ids::{AccountId, BucketId};
use appkeep_core::store::StoreError;
use sqlx_postgres::PgConnection;

use super::db::{self, params};
use crate::items::bucket_problem::problem;
use crate::rows::Row as _;
use crate::statements::statements;

statements! {
    UPDATE("buckets") = "UPDATE buckets SET trouble = $2 WHERE id = $1 AND trouble IS DISTINCT FROM $2";
    LIST("buckets") = "SELECT id, trouble FROM buckets WHERE account_id = $1 AND trouble IS NOT NULL";
}

/// Returns whether the reason is a change.
pub(super) async fn update(
    db: &mut PgConnection,
    id: BucketId,
    reason: Option<&str>,
) -> Result<bool, StoreError> {
    let params = params![id.as_uuid(), reason.map(db::storable)];
    Ok(db::execute(db, UPDATE, params).await? == 1)
}

pub(super) async fn list(
    db: &mut PgConnection,
    account_id: AccountId,
) -> Result<HashMap<BucketId, BucketProblem>, StoreError> {
    let params = params![account_id.as_uuid()];
    let read = db::list(db, LIST, params, |row| {
        Ok((row.id("id")?, problem(row.string("trouble")?)))
    });
    Ok(read.await?.into_iter().collect())
}
