//! The items that each node declares.

use std::collections::HashSet;

use appkeep_core::catalog::{App, Declaration};
use appkeep_core::declared_item::{DeclaredItem, NodeItem};
use appkeep_core::ids::{AccountId, AppId, BucketId};
use appkeep_core::lease;
use appkeep_core::server::DeletedNode;
use appkeep_core::store::StoreError;
use chrono::{DateTime, Utc};
use sqlx_postgres::PgConnection;

use super::db::{self, params};
use super::servers::now;
use super::{bucket_problems, catalog, changes, locks, schedules, servers};
use crate::items::catalog::app;
use crate::items::declarations::{check, items_of, node_item};
use crate::items::servers::duration_micros;
use crate::rows::{Row as _, json};
use crate::statements::statements;

statements! {
    LIST_OTHERS("node_declarations") = "SELECT id, node, kind, fields FROM node_declarations WHERE node <> $1 \
         ORDER BY id, node";
    LIST("node_declarations") = "SELECT id, node, kind, fields FROM node_declarations ORDER BY node, id";
    DELETE("node_declarations") = "DELETE FROM node_declarations WHERE node = $1";
    DELETE_ITEM("node_declarations") = "DELETE FROM node_declarations WHERE id = $1 AND node = $2";
    INSERT("node_declarations") = "INSERT INTO node_declarations (id, node, kind, fields) VALUES ($1, $2, $3, $4)";
    ADOPT_SNAPSHOTS("app_snaps") = "UPDATE app_snaps SET node = $1 WHERE node IS NULL AND state <> 'pending'";
    RELEASE_SNAPSHOTS("app_snaps") = "UPDATE app_snaps SET node = NULL WHERE node = $1";
    RELEASE_JOBS("jobs") = "UPDATE jobs SET node = NULL WHERE node = $1 AND ended_order IS NULL";
    RELEASE_RESTORES("app_restores") = "UPDATE app_restores SET node = NULL WHERE node = $1";
    FETCH_APP("apps") = "\
        SELECT apps.id, account_id, name, declared, COALESCE(own.fields::JSON ->> 'volumes', volumes) AS volumes, \
        COALESCE(own.fields, options) AS options \
        FROM apps LEFT JOIN node_declarations AS own ON own.id = apps.id AND own.node = $3 \
        WHERE account_id = $1 AND apps.id = $2 AND (own.id IS NOT NULL OR NOT declared)";
    /// `$1` the time for which a server is live.
    UPDATE_AWAY_APPS("apps") = concat!(
        "UPDATE apps SET away_nodes = found.away_nodes FROM (",
        "SELECT id, CASE WHEN NOT bool_or(is_live) THEN json_agg(node ORDER BY node)::TEXT END AS away_nodes FROM (",
        "SELECT id, node, 0 < (SELECT COUNT(*) FROM servers WHERE servers.node = node_declarations.node AND ",
        now!(),
        " - seen_micros < $1) AS is_live FROM node_declarations WHERE kind = 'app') AS nodes GROUP BY id) AS found ",
        "WHERE apps.id = found.id AND apps.away_nodes IS DISTINCT FROM found.away_nodes"
    );
    LIST_BUCKETS_OF_OTHERS("node_declarations") = "\
        SELECT id FROM node_declarations WHERE kind = 'bucket' \
        GROUP BY id HAVING NOT bool_or(node = $1)";
}

/// Replaces the declaration of a node. Its items are undeclared first: names are unique among declared items, so renamed
/// or removed items can't conflict with items that take over their names.
pub(super) async fn update(
    db: &mut PgConnection,
    node: &str,
    declaration: &Declaration,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let before = changes::declared(db).await?;
    let items = items_of(declaration)?;
    let others = db::list(db, LIST_OTHERS, params![node], |row| node_item(row)).await?;
    let servers = servers::list(db).await?;
    for outdated in check(node, &items, &others, &servers)? {
        let params = params![outdated.item.id, &outdated.node];
        db::execute(db, DELETE_ITEM, params).await?;
    }
    db::execute(db, DELETE, params![node]).await?;
    catalog::undeclare(db).await?;
    for item in &items {
        insert(db, node, item).await?;
    }
    catalog::declare(db, declaration, now).await?;
    schedules::declare(db, &declaration.schedules, now).await?;
    db::execute(db, ADOPT_SNAPSHOTS, params![node]).await?;
    changes::record_changes(db, &before, now).await
}

async fn insert(db: &mut PgConnection, node: &str, item: &DeclaredItem) -> Result<(), StoreError> {
    let fields = json("a declaration", &item.fields)?;
    let params = params![item.id, node, item.kind.as_str(), fields];
    db::execute(db, INSERT, params).await?;
    Ok(())
}

pub(super) async fn list(db: &mut PgConnection) -> Result<Vec<NodeItem>, StoreError> {
    db::list(db, LIST, params![], |row| node_item(row)).await
}

/// Deletes a node, unless it has a live server.
pub(super) async fn delete_node(
    db: &mut PgConnection,
    node: &str,
    now: DateTime<Utc>,
) -> Result<DeletedNode, StoreError> {
    // No server registers itself on the node before the transaction ends.
    locks::register(db).await?;
    if let Some(unseen_for) = servers::fetch_live(db, node).await? {
        return Ok(DeletedNode::Live(unseen_for));
    }
    let before = changes::declared(db).await?;
    let declared = db::execute(db, DELETE, params![node]).await?;
    if declared + servers::delete_of_node(db, node).await? == 0 {
        return Ok(DeletedNode::Unknown);
    }
    catalog::undeclare(db).await?;
    db::execute(db, RELEASE_SNAPSHOTS, params![node]).await?;
    db::execute(db, RELEASE_JOBS, params![node]).await?;
    db::execute(db, RELEASE_RESTORES, params![node]).await?;
    bucket_problems::delete_of_node(db, node).await?;
    changes::record_changes(db, &before, now).await?;
    Ok(DeletedNode::Deleted)
}

/// The app as the node declares it.
pub(super) async fn fetch_app(
    db: &mut PgConnection,
    node: &str,
    account_id: AccountId,
    id: AppId,
) -> Result<Option<App>, StoreError> {
    let params = params![account_id.as_uuid(), id.as_uuid(), node];
    db::fetch(db, FETCH_APP, params, |row| app(row)).await
}

/// Records which apps have no node with a live server. Returns the number of changes.
pub(super) async fn update_away_apps(db: &mut PgConnection) -> Result<usize, StoreError> {
    db::execute(db, UPDATE_AWAY_APPS, params![duration_micros(lease::duration())]).await
}

/// The buckets that only other nodes declare.
pub(super) async fn list_buckets_of_others(
    db: &mut PgConnection,
    node: &str,
) -> Result<HashSet<BucketId>, StoreError> {
    let ids = db::list(db, LIST_BUCKETS_OF_OTHERS, params![node], |row| row.id("id")).await?;
    Ok(ids.into_iter().collect())
}
