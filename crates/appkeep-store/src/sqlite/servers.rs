//! The register of servers.

use std::time::Duration;

use appkeep_core::lease;
use appkeep_core::server::{NewServer, RegisteredServer, SERVER_FORGOTTEN_AFTER};
use appkeep_core::store::StoreError;
use chrono::{DateTime, Utc};
use rusqlite::params;
use uuid::Uuid;

use super::db::Db;
use crate::items::servers::{duration_micros, server};
use crate::rows::micros;
use crate::statements::statements;

macro_rules! select {
    ($which:literal) => {
        concat!(
            "SELECT id, node, started_micros, ?1 - seen_micros AS unseen_micros FROM servers ",
            $which
        )
    };
}

statements! {
    DELETE_OLD("servers") = "DELETE FROM servers WHERE ?1 - seen_micros > ?2";
    DELETE_OTHERS("servers") = "DELETE FROM servers WHERE id <> ?1";
    FETCH_LIVE("servers") = select!("WHERE node = ?2 AND id <> ?3 AND ?1 - seen_micros < ?4");
    UPSERT("servers") = "INSERT INTO servers (id, node, started_micros, seen_micros) VALUES (?1, ?2, ?3, ?3) \
         ON CONFLICT (id) DO UPDATE SET node = excluded.node, seen_micros = excluded.seen_micros";
    LIST("servers") = select!("ORDER BY id");
    FETCH_LIVE_OF_NODE("servers") =
        select!("WHERE node = ?2 AND ?1 - seen_micros < ?3 ORDER BY seen_micros DESC LIMIT 1");
    DELETE_OF_NODE("servers") = "DELETE FROM servers WHERE node = ?1";
    DELETE("servers") = "DELETE FROM servers WHERE id = ?1";
}

/// If this is the sole server of the database, all others are dead.
pub(super) fn register(
    db: &Db,
    registered: &NewServer,
    at: DateTime<Utc>,
    sole_server: bool,
) -> Result<Option<RegisteredServer>, StoreError> {
    let (id, node, now) = (registered.id.to_string(), registered.node.as_str(), micros(at));
    if sole_server {
        db.execute(DELETE_OTHERS, params![id])?;
    }
    if let Some(other) = fetch_other(db, node, registered.id, at)? {
        return Ok(Some(other));
    }
    db.execute(DELETE_OLD, params![now, duration_micros(SERVER_FORGOTTEN_AFTER)])?;
    db.execute(UPSERT, params![id, node, now])?;
    Ok(None)
}

/// The server of the node that is live at `now`, unless it is the one with this id.
pub(super) fn fetch_other(
    db: &Db,
    node: &str,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<RegisteredServer>, StoreError> {
    let live = params![
        micros(now),
        node,
        id.to_string(),
        duration_micros(lease::duration())
    ];
    db.fetch(FETCH_LIVE, live, |row| server(row))
}

pub(super) fn list(db: &Db, now: DateTime<Utc>) -> Result<Vec<RegisteredServer>, StoreError> {
    db.list(LIST, params![micros(now)], |row| server(row))
}

/// The time since a live server of the node was last seen.
pub(super) fn fetch_live(db: &Db, node: &str, now: DateTime<Utc>) -> Result<Option<Duration>, StoreError> {
    let params = params![micros(now), node, duration_micros(lease::duration())];
    let live = db.fetch(FETCH_LIVE_OF_NODE, params, |row| server(row))?;
    Ok(live.map(|live| live.unseen_for))
}

/// Returns the number of registrations.
pub(super) fn delete_of_node(db: &Db, node: &str) -> Result<usize, StoreError> {
    db.execute(DELETE_OF_NODE, params![node])
}

pub(super) fn delete(db: &Db, id: Uuid) -> Result<(), StoreError> {
    db.execute(DELETE, params![id.to_string()])?;
    Ok(())
}
