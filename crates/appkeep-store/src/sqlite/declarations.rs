//! The items that each node declares.

use std::collections::HashSet;

use appkeep_core::catalog::{App, Declaration};
use appkeep_core::declared_item::{DeclaredItem, NodeItem};
use appkeep_core::ids::{AccountId, AppId, BucketId};
use appkeep_core::lease;
use appkeep_core::server::DeletedNode;
use appkeep_core::store::StoreError;
use chrono::{DateTime, Utc};
use rusqlite::params;

use super::db::Db;
use super::{catalog, changes, schedules, servers};
use crate::items::catalog::app;
use crate::items::declarations::{check, items_of, node_item, nodes};
use crate::items::servers::duration_micros;
use crate::rows::{Row as _, json, micros};
use crate::statements::statements;

statements! {
    LIST_OTHERS("node_declarations") = "SELECT * FROM node_declarations WHERE node <> ?1 ORDER BY id, node";
    LIST("node_declarations") = "SELECT * FROM node_declarations ORDER BY node, id";
    DELETE_OTHERS("node_declarations") = "DELETE FROM node_declarations WHERE node <> ?1";
    DELETE("node_declarations") = "DELETE FROM node_declarations WHERE node = ?1";
    DELETE_ITEM("node_declarations") = "DELETE FROM node_declarations WHERE id = ?1 AND node = ?2";
    INSERT("node_declarations") = "INSERT INTO node_declarations (id, node, kind, fields) VALUES (?1, ?2, ?3, ?4)";

    /// The snapshots and restores of a node that has another name now belong to that name.
    MOVE_SNAPSHOTS("app_snaps") = "UPDATE app_snaps SET node = ?1 WHERE node = ?2";
    RELEASE_SNAPSHOTS("app_snaps") = "UPDATE app_snaps SET node = NULL WHERE node = ?1";
    RELEASE_JOBS("jobs") = "UPDATE jobs INDEXED BY jobs_pending SET node = NULL \
        WHERE node = ?1 AND state IN ('queued', 'running', 'parked')";
    RELEASE_RESTORES("app_restores") = "UPDATE app_restores SET node = NULL WHERE node = ?1";
    MOVE_RESTORES("app_restores") = "UPDATE app_restores SET node = ?1 WHERE node = ?2";
    ADOPT_SNAPSHOTS("app_snaps") = "UPDATE app_snaps SET node = ?1 WHERE node IS NULL AND state <> 'pending'";

    FETCH_APP("apps") = "\
        SELECT apps.id, account_id, name, declared, COALESCE(own.fields ->> 'volumes', volumes) AS volumes, \
        COALESCE(own.fields, options) AS options \
        FROM apps LEFT JOIN node_declarations AS own ON own.id = apps.id AND own.node = ?3 \
        WHERE account_id = ?1 AND apps.id = ?2 AND (own.id IS NOT NULL OR NOT declared)";
    /// `?1` now, `?2` the time for which a server is live.
    UPDATE_AWAY_APPS("apps") = "\
        UPDATE apps SET away_nodes = found.away_nodes FROM (\
        SELECT id, CASE WHEN SUM(is_live) > 0 THEN NULL ELSE json_group_array(node) END AS away_nodes FROM (\
        SELECT id, node, EXISTS (SELECT 1 FROM servers \
        WHERE servers.node = node_declarations.node AND ?1 - seen_micros < ?2) AS is_live \
        FROM node_declarations WHERE kind = 'app' ORDER BY id, node) GROUP BY id) AS found \
        WHERE apps.id = found.id AND apps.away_nodes IS NOT found.away_nodes";
    LIST_BUCKETS_OF_OTHERS("node_declarations") = "\
        SELECT id FROM node_declarations WHERE kind = 'bucket' \
        GROUP BY id HAVING SUM(node = ?1) = 0";
}

/// Replaces the declaration of a node. Its items are undeclared first: names are unique among declared items, so renamed
/// or removed items can't conflict with items that take over their names. With `sole_server`, all other nodes are
/// earlier names of this one.
pub(super) fn update(
    db: &Db,
    node: &str,
    declaration: &Declaration,
    now: DateTime<Utc>,
    sole_server: bool,
) -> Result<(), StoreError> {
    let before = changes::declared(db)?;
    let items = items_of(declaration)?;
    let others = db.list(LIST_OTHERS, params![node], |row| node_item(row))?;
    if sole_server {
        for earlier in nodes(&others) {
            db.execute(MOVE_SNAPSHOTS, params![node, earlier])?;
            db.execute(MOVE_RESTORES, params![node, earlier])?;
        }
        db.execute(DELETE_OTHERS, params![node])?;
    } else {
        for outdated in check(node, &items, &others, &servers::list(db, now)?)? {
            db.execute(DELETE_ITEM, params![outdated.item.id.to_string(), outdated.node])?;
        }
    }
    db.execute(DELETE, params![node])?;
    catalog::undeclare(db)?;
    for item in &items {
        insert(db, node, item)?;
    }
    catalog::declare(db, declaration, now)?;
    schedules::declare(db, &declaration.schedules, now)?;
    db.execute(ADOPT_SNAPSHOTS, params![node])?;
    changes::record_changes(db, &before, now)
}

fn insert(db: &Db, node: &str, item: &DeclaredItem) -> Result<(), StoreError> {
    let fields = json("a declaration", &item.fields)?;
    db.execute(
        INSERT,
        params![item.id.to_string(), node, item.kind.as_str(), fields],
    )?;
    Ok(())
}

pub(super) fn list(db: &Db) -> Result<Vec<NodeItem>, StoreError> {
    db.list(LIST, [], |row| node_item(row))
}

/// Deletes a node, unless it has a live server.
pub(super) fn delete_node(db: &Db, node: &str, now: DateTime<Utc>) -> Result<DeletedNode, StoreError> {
    if let Some(unseen_for) = servers::fetch_live(db, node, now)? {
        return Ok(DeletedNode::Live(unseen_for));
    }
    let before = changes::declared(db)?;
    let declared = db.execute(DELETE, params![node])?;
    if declared + servers::delete_of_node(db, node)? == 0 {
        return Ok(DeletedNode::Unknown);
    }
    catalog::undeclare(db)?;
    db.execute(RELEASE_SNAPSHOTS, params![node])?;
    db.execute(RELEASE_JOBS, params![node])?;
    db.execute(RELEASE_RESTORES, params![node])?;
    changes::record_changes(db, &before, now)?;
    Ok(DeletedNode::Deleted)
}

/// The app as the node declares it.
pub(super) fn fetch_app(
    db: &Db,
    node: &str,
    account_id: AccountId,
    id: AppId,
) -> Result<Option<App>, StoreError> {
    let params = params![account_id.to_string(), id.to_string(), node];
    db.fetch(FETCH_APP, params, |row| app(row))
}

/// Records which apps have no node with a live server. Returns the number of changes.
pub(super) fn update_away_apps(db: &Db, now: DateTime<Utc>) -> Result<usize, StoreError> {
    db.execute(
        UPDATE_AWAY_APPS,
        params![micros(now), duration_micros(lease::duration())],
    )
}

/// The buckets that only other nodes declare.
pub(super) fn list_buckets_of_others(db: &Db, node: &str) -> Result<HashSet<BucketId>, StoreError> {
    let ids = db.list(LIST_BUCKETS_OF_OTHERS, params![node], |row| row.id("id"))?;
    Ok(ids.into_iter().collect())
}
