//! The problems of buckets: of each node, and of all together, which is in the column `buckets.trouble`.

use std::collections::{HashMap, HashSet};

use appkeep_core::catalog::BucketProblem;
use appkeep_core::ids::{AccountId, BucketId};
use appkeep_core::lease;
use appkeep_core::store::StoreError;
use sqlx_postgres::PgConnection;
use uuid::Uuid;

use super::db::{self, params};
use super::servers::now;
use crate::items::bucket_problem::problem;
use crate::items::servers::duration_micros;
use crate::rows::Row as _;
use crate::statements::statements;

statements! {
    UPSERT_CHECK("bucket_checks") = "INSERT INTO bucket_checks (bucket_id, node, reason) VALUES ($1, $2, $3) \
         ON CONFLICT (bucket_id, node) DO UPDATE SET reason = excluded.reason \
         WHERE bucket_checks.reason IS DISTINCT FROM excluded.reason";
    /// A bucket has a problem if no live node that declares it can use it. `$1` bucket, `$2` this node, `$3` the time for
    /// which a server is live.
    UPDATE("buckets") = concat!(
        "UPDATE buckets SET trouble = found.trouble FROM (",
        "SELECT CASE WHEN NOT bool_or(reason IS NULL) THEN (array_agg(reason ORDER BY node))[1] END AS trouble ",
        "FROM bucket_checks WHERE bucket_id = $1 AND (node = $2 OR (0 < (",
        "SELECT COUNT(*) FROM node_declarations AS declared ",
        "WHERE declared.id = $1 AND declared.node = bucket_checks.node) AND 0 < (",
        "SELECT COUNT(*) FROM servers WHERE servers.node = bucket_checks.node AND ",
        now!(),
        " - seen_micros < $3)))) AS found ",
        "WHERE buckets.id = $1 AND buckets.trouble IS DISTINCT FROM found.trouble"
    );
    LIST("buckets") = "SELECT id, trouble FROM buckets WHERE account_id = $1 AND trouble IS NOT NULL";
    /// `$1` this node, `$2` the time for which a server is live.
    LIST_USABLE_ELSEWHERE("bucket_checks") = concat!(
        "SELECT DISTINCT bucket_id FROM bucket_checks AS elsewhere ",
        "JOIN node_declarations AS declared ON declared.id = elsewhere.bucket_id AND declared.node = elsewhere.node ",
        "JOIN servers ON servers.node = elsewhere.node AND ",
        now!(),
        " - seen_micros < $2 WHERE elsewhere.node <> $1 AND reason IS NULL"
    );
    /// Deletes the checks of a bucket whose location changes. `$2` the new location.
    DELETE_OUTDATED("bucket_checks") = "DELETE FROM bucket_checks WHERE bucket_id = $1 AND 0 < (\
         SELECT COUNT(*) FROM buckets WHERE buckets.id = $1 AND location <> $2)";
    DELETE_OF_NODE("bucket_checks") = "DELETE FROM bucket_checks WHERE node = $1";
}

/// Records the result of a node's check. Returns whether anything has changed.
pub(super) async fn update(
    db: &mut PgConnection,
    node: &str,
    id: BucketId,
    reason: Option<&str>,
) -> Result<bool, StoreError> {
    let params = params![id.as_uuid(), node, reason.map(db::storable)];
    let checks = db::execute(db, UPSERT_CHECK, params).await?;
    let params = params![id.as_uuid(), node, duration_micros(lease::duration())];
    Ok(checks + db::execute(db, UPDATE, params).await? > 0)
}

/// Deletes the checks of a bucket that is not at `location`.
pub(super) async fn delete_outdated(
    db: &mut PgConnection,
    id: Uuid,
    location: &str,
) -> Result<(), StoreError> {
    db::execute(db, DELETE_OUTDATED, params![id, location]).await?;
    Ok(())
}

/// Deletes the checks of a node.
pub(super) async fn delete_of_node(db: &mut PgConnection, node: &str) -> Result<(), StoreError> {
    db::execute(db, DELETE_OF_NODE, params![node]).await?;
    Ok(())
}

/// The buckets that live nodes other than this one can use.
pub(super) async fn list_usable_elsewhere(
    db: &mut PgConnection,
    node: &str,
) -> Result<HashSet<BucketId>, StoreError> {
    let params = params![node, duration_micros(lease::duration())];
    let ids = db::list(db, LIST_USABLE_ELSEWHERE, params, |row| row.id("bucket_id"));
    Ok(ids.await?.into_iter().collect())
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
