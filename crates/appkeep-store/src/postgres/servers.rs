//! The register of servers. All times are those of the database's clock, because the clocks of servers differ.

use std::time::Duration;

use appkeep_core::lease;
use appkeep_core::server::{NewServer, RegisteredServer, SERVER_FORGOTTEN_AFTER};
use appkeep_core::store::StoreError;
use chrono::{DateTime, Utc};
use sqlx_postgres::PgConnection;
use uuid::Uuid;

use super::db::{self, params};
use super::locks;
use crate::items::servers::{duration_micros, server};
use crate::rows::Row as _;
use crate::statements::statements;

/// The database's time, in microseconds since 1970.
macro_rules! now {
    () => {
        "(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::BIGINT"
    };
}
pub(super) use now;

macro_rules! select {
    ($which:literal) => {
        concat!(
            "SELECT id, node, started_micros, ",
            now!(),
            " - seen_micros AS unseen_micros FROM servers ",
            $which
        )
    };
}

statements! {
    DELETE_OLD("servers") = concat!("DELETE FROM servers WHERE ", now!(), " - seen_micros > $1");
    FETCH_LIVE("servers") = concat!(select!("WHERE node = $1 AND id <> $2 AND "), now!(), " - seen_micros < $3");
    UPSERT("servers") = concat!(
        "INSERT INTO servers (id, node, started_micros, seen_micros) VALUES ($1, $2, ", now!(), ", ", now!(), ") \
         ON CONFLICT (id) DO UPDATE SET node = excluded.node, seen_micros = excluded.seen_micros");
    LIST("servers") = select!("ORDER BY id");
    FETCH_TIME("servers") = concat!("SELECT ", now!(), " AS now_micros");
    FETCH_LIVE_OF_NODE("servers") = concat!(
        select!("WHERE node = $1 AND "), now!(), " - seen_micros < $2 ORDER BY seen_micros DESC LIMIT 1");
    DELETE_OF_NODE("servers") = "DELETE FROM servers WHERE node = $1";
    DELETE("servers") = "DELETE FROM servers WHERE id = $1";
    /// Has no effect if there is an id.
    INSERT_INSTALLATION("installation") =
        "INSERT INTO installation (is_only, id) VALUES (TRUE, $1) ON CONFLICT (is_only) DO NOTHING";
    FETCH_INSTALLATION("installation") = "SELECT id FROM installation WHERE is_only";
}

/// `db` has a transaction whose statements see what was committed before each.
pub(super) async fn register(
    db: &mut PgConnection,
    registered: &NewServer,
) -> Result<Option<RegisteredServer>, StoreError> {
    locks::register(db).await?;
    let (id, node) = (registered.id, registered.node.as_str());
    if let Some(other) = fetch_other(db, node, id).await? {
        return Ok(Some(other));
    }
    db::execute(db, DELETE_OLD, params![duration_micros(SERVER_FORGOTTEN_AFTER)]).await?;
    db::execute(db, UPSERT, params![id, node]).await?;
    Ok(None)
}

/// The database's time.
pub(super) async fn time(db: &mut PgConnection) -> Result<DateTime<Utc>, StoreError> {
    db::fetch_one(db, FETCH_TIME, params![], |row| row.time("now_micros")).await
}

/// The live server of the node, unless it is the one with this id.
pub(super) async fn fetch_other(
    db: &mut PgConnection,
    node: &str,
    id: Uuid,
) -> Result<Option<RegisteredServer>, StoreError> {
    let live = params![node, id, duration_micros(lease::duration())];
    db::fetch(db, FETCH_LIVE, live, |row| server(row)).await
}

pub(super) async fn list(db: &mut PgConnection) -> Result<Vec<RegisteredServer>, StoreError> {
    db::list(db, LIST, params![], |row| server(row)).await
}

pub(super) async fn delete(db: &mut PgConnection, id: Uuid) -> Result<(), StoreError> {
    db::execute(db, DELETE, params![id]).await?;
    Ok(())
}

/// The time since a live server of the node was last seen.
pub(super) async fn fetch_live(db: &mut PgConnection, node: &str) -> Result<Option<Duration>, StoreError> {
    let params = params![node, duration_micros(lease::duration())];
    let live = db::fetch(db, FETCH_LIVE_OF_NODE, params, |row| server(row)).await?;
    Ok(live.map(|live| live.unseen_for))
}

/// Returns the number of registrations.
pub(super) async fn delete_of_node(db: &mut PgConnection, node: &str) -> Result<usize, StoreError> {
    db::execute(db, DELETE_OF_NODE, params![node]).await
}

/// The installation's id: `new` if it had none.
pub(super) async fn installation_id(db: &mut PgConnection, new: Uuid) -> Result<Uuid, StoreError> {
    db::execute(db, INSERT_INSTALLATION, params![new]).await?;
    db::fetch_one(db, FETCH_INSTALLATION, params![], |row| row.id("id")).await
}
