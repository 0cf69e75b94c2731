//! Alarms and notifications.

use appkeep_core::notification::{ClaimedNotification, NewNotification};
use appkeep_core::store::StoreError;
use appkeep_core::worker::BACKOFF_SECS_MAX;
use chrono::{DateTime, TimeDelta, Utc};
use sqlx_postgres::PgConnection;
use uuid::Uuid;

use super::db::{self, params, storable};
use crate::items::notifications::claimed;
use crate::rows::{Row as _, json, micros};
use crate::statements::statements;

statements! {
    INSERT_ALARM("alarms") = "INSERT INTO alarms (key, since_micros) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING";
    DELETE_ALARM("alarms") = "DELETE FROM alarms WHERE key = $1 RETURNING since_micros";
    LIST_ALARMS("alarms") = "SELECT key FROM alarms";
    INSERT("notifications") = "INSERT INTO notifications (id, receiver, event, attempts, due_micros, created_micros) \
         VALUES ($1, $2, $3, 0, $4, $4)";
    CLAIM("notifications") = "UPDATE notifications SET attempts = attempts + 1, due_micros = $3 WHERE id = (\
         SELECT id FROM notifications WHERE receiver = $1 AND due_micros <= $2 \
         ORDER BY due_micros LIMIT 1 FOR UPDATE SKIP LOCKED) \
         RETURNING id, event, attempts";
    DELETE("notifications") = "DELETE FROM notifications WHERE id = $1 AND attempts = $2";
    UPDATE_DUE("notifications") = "UPDATE notifications SET due_micros = $3 WHERE id = $1 AND attempts = $2";
    DELETE_OLD("notifications") = "DELETE FROM notifications WHERE created_micros < $1 OR id IN (\
         SELECT id FROM notifications ORDER BY created_micros DESC OFFSET $2)";
    MAKE_DUE("notifications") = "UPDATE notifications SET due_micros = $1 WHERE due_micros > $2";
}

pub(super) async fn insert_alarm(
    db: &mut PgConnection,
    key: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    Ok(db::execute(db, INSERT_ALARM, params![key, micros(now)]).await? == 1)
}

pub(super) async fn delete_alarm(
    db: &mut PgConnection,
    key: &str,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    db::fetch(db, DELETE_ALARM, params![key], |row| row.time("since_micros")).await
}

pub(super) async fn list_alarms(db: &mut PgConnection) -> Result<Vec<String>, StoreError> {
    db::list(db, LIST_ALARMS, params![], |row| row.string("key")).await
}

pub(super) async fn insert(db: &mut PgConnection, new: &NewNotification) -> Result<(), StoreError> {
    let event = json("an event", &new.event)?;
    let params = params![new.id, &new.receiver, storable(&event), micros(new.event.at)];
    db::execute(db, INSERT, params).await?;
    Ok(())
}

pub(super) async fn claim(
    db: &mut PgConnection,
    receiver: &str,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Option<ClaimedNotification>, StoreError> {
    let params = params![receiver, micros(now), micros(until)];
    db::fetch(db, CLAIM, params, |row| claimed(row)).await
}

pub(super) async fn delete(db: &mut PgConnection, id: Uuid, attempts: u32) -> Result<(), StoreError> {
    db::execute(db, DELETE, params![id, i64::from(attempts)]).await?;
    Ok(())
}

pub(super) async fn update_due(
    db: &mut PgConnection,
    id: Uuid,
    attempts: u32,
    due_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let params = params![id, i64::from(attempts), micros(due_at)];
    db::execute(db, UPDATE_DUE, params).await?;
    Ok(())
}

/// Notifications that are due later than the longest pause are due now: the clock was set back.
pub(super) async fn delete_old(
    db: &mut PgConnection,
    before: DateTime<Utc>,
    rows_max: u32,
    now: DateTime<Utc>,
) -> Result<usize, StoreError> {
    let deleted = db::execute(db, DELETE_OLD, params![micros(before), i64::from(rows_max)]).await?;
    let latest = micros(now + TimeDelta::seconds(BACKOFF_SECS_MAX));
    db::execute(db, MAKE_DUE, params![micros(now), latest]).await?;
    Ok(deleted)
}
