//! Alarms and notifications.

use appkeep_core::notification::{ClaimedNotification, NewNotification};
use appkeep_core::store::StoreError;
use appkeep_core::worker::BACKOFF_SECS_MAX;
use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::params;
use uuid::Uuid;

use super::db::Db;
use super::rows::SqliteRow;
use crate::items::notifications::claimed;
use crate::rows::{Row as _, json, micros};
use crate::statements::statements;

statements! {
    INSERT_ALARM("alarms") = "INSERT INTO alarms (key, since_micros) VALUES (?1, ?2) ON CONFLICT (key) DO NOTHING";
    DELETE_ALARM("alarms") = "DELETE FROM alarms WHERE key = ?1 RETURNING since_micros";
    LIST_ALARMS("alarms") = "SELECT key FROM alarms";
    INSERT("notifications") = "INSERT INTO notifications (id, receiver, event, attempts, due_micros, created_micros) \
         VALUES (?1, ?2, ?3, 0, ?4, ?4)";
    FIND_DUE("notifications") = "SELECT id FROM notifications WHERE receiver = ?1 AND due_micros <= ?2 LIMIT 1";
    CLAIM("notifications") = "UPDATE notifications SET attempts = attempts + 1, due_micros = ?3 WHERE id = (\
         SELECT id FROM notifications WHERE receiver = ?1 AND due_micros <= ?2 ORDER BY due_micros LIMIT 1) \
         RETURNING id, event, attempts";
    DELETE("notifications") = "DELETE FROM notifications WHERE id = ?1 AND attempts = ?2";
    UPDATE_DUE("notifications") = "UPDATE notifications SET due_micros = ?3 WHERE id = ?1 AND attempts = ?2";
    FIND_OLD("notifications") = "SELECT COUNT(*) AS rows, MIN(created_micros) AS first, MAX(due_micros) AS due \
         FROM notifications";
    DELETE_OLD("notifications") = "DELETE FROM notifications WHERE created_micros < ?1 OR id IN (\
         SELECT id FROM notifications ORDER BY created_micros DESC LIMIT -1 OFFSET ?2)";
    MAKE_DUE("notifications") = "UPDATE notifications SET due_micros = ?1 WHERE due_micros > ?2";
}

pub(super) fn insert_alarm(db: &Db, key: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
    Ok(db.execute(INSERT_ALARM, params![key, micros(now)])? == 1)
}

pub(super) fn delete_alarm(db: &Db, key: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
    db.fetch(DELETE_ALARM, params![key], |row| row.time("since_micros"))
}

pub(super) fn list_alarms(db: &Db) -> Result<Vec<String>, StoreError> {
    db.list(LIST_ALARMS, [], |row| row.string("key"))
}

pub(super) fn insert(db: &Db, new: &NewNotification) -> Result<(), StoreError> {
    let event = json("an event", &new.event)?;
    let params = params![new.id.to_string(), new.receiver, event, micros(new.event.at)];
    db.execute(INSERT, params)?;
    Ok(())
}

/// Whether a notification is due: claims write only then.
pub(super) fn is_due(db: &Db, receiver: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let found = db.fetch(FIND_DUE, params![receiver, micros(now)], |_| Ok(()))?;
    Ok(found.is_some())
}

pub(super) fn claim(
    db: &Db,
    receiver: &str,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Option<ClaimedNotification>, StoreError> {
    let params = params![receiver, micros(now), micros(until)];
    db.fetch(CLAIM, params, |row| claimed(row))
}

pub(super) fn delete(db: &Db, id: Uuid, attempts: u32) -> Result<(), StoreError> {
    db.execute(DELETE, params![id.to_string(), attempts])?;
    Ok(())
}

pub(super) fn update_due(db: &Db, id: Uuid, attempts: u32, due_at: DateTime<Utc>) -> Result<(), StoreError> {
    db.execute(UPDATE_DUE, params![id.to_string(), attempts, micros(due_at)])?;
    Ok(())
}

/// The latest time until which a notification may wait.
fn latest(now: DateTime<Utc>) -> i64 {
    micros(now + TimeDelta::seconds(BACKOFF_SECS_MAX))
}

/// Whether [`delete_old`] would change anything.
pub(super) fn has_old(
    db: &Db,
    before: DateTime<Utc>,
    rows_max: u32,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    db.fetch_one(FIND_OLD, [], |row| {
        let first = row.optional("first", SqliteRow::integer)?;
        let due = row.optional("due", SqliteRow::integer)?;
        Ok(row.integer("rows")? > i64::from(rows_max)
            || first.is_some_and(|first| first < micros(before))
            || due.is_some_and(|due| due > latest(now)))
    })
}

/// Notifications that are due later than the longest pause are due now: the clock was set back.
pub(super) fn delete_old(
    db: &Db,
    before: DateTime<Utc>,
    rows_max: u32,
    now: DateTime<Utc>,
) -> Result<usize, StoreError> {
    let deleted = db.execute(DELETE_OLD, params![micros(before), rows_max])?;
    db.execute(MAKE_DUE, params![micros(now), latest(now)])?;
    Ok(deleted)
}
