//! The problems of buckets.

use std::collections::HashMap;

use appkeep_core::catalog::BucketProblem;
use appkeep_core::ids::{AccountId, BucketId};
use appkeep_core::store::StoreError;
use rusqlite::params;

use super::db::Db;
use crate::items::bucket_problem::problem;
use crate::rows::Row as _;
use crate::statements::statements;

statements! {
    UPDATE("buckets") = "UPDATE buckets SET trouble = ?2 WHERE id = ?1 AND trouble IS NOT ?2";
    LIST("buckets") = "SELECT id, trouble FROM buckets WHERE account_id = ?1 AND trouble IS NOT NULL";
}

/// Returns whether the reason is a change.
pub(super) fn update(db: &Db, id: BucketId, reason: Option<&str>) -> Result<bool, StoreError> {
    Ok(db.execute(UPDATE, params![id.to_string(), reason])? == 1)
}

pub(super) fn list(db: &Db, account_id: AccountId) -> Result<HashMap<BucketId, BucketProblem>, StoreError> {
    let problems = db.list(LIST, params![account_id.to_string()], |row| {
        Ok((row.id("id")?, problem(row.string("trouble")?)))
    })?;
    Ok(problems.into_iter().collect())
}
