//! When accounts, apps, buckets and schedules were last declared differently.

use std::collections::HashMap;

use appkeep_core::store::StoreError;
use chrono::{DateTime, Utc};
use sqlx::SqliteConnection;

use super::apps;
use super::errors::store_error;
use super::rows::{Row, micros};

/// For each table: what is declared of a row, as one text, and how a change of one is written down.
const TABLES: [(&str, &str); 4] = [
    (
        "SELECT id, json_array(name, declared) AS declaration FROM accounts",
        "UPDATE accounts SET modified_micros = $2 WHERE id = $1",
    ),
    // An app shows its account's name.
    (
        "SELECT apps.id, json_array(apps.name, accounts.name, volumes, options, apps.declared) AS declaration \
         FROM apps JOIN accounts ON accounts.id = apps.account_id",
        apps::COUNT_CHANGE,
    ),
    (
        "SELECT id, json_array(name, location, is_default, backups_max, declared) AS declaration FROM buckets",
        "UPDATE buckets SET modified_micros = $2 WHERE id = $1",
    ),
    (
        "SELECT id, json_array(name, expression, zone, jitter_secs, makes_backup, makes_snapshot, bucket_id, \
         retention, declared) AS declaration FROM schedules",
        "UPDATE schedules SET modified_micros = $2 WHERE id = $1",
    ),
];

/// What is declared of every row of each table, by its id.
pub(super) type Declared = [HashMap<String, String>; TABLES.len()];

/// What is declared now.
pub(super) async fn declared(conn: &mut SqliteConnection) -> Result<Declared, StoreError> {
    let mut declared = Declared::default();
    for ((select, _), of_table) in TABLES.into_iter().zip(&mut declared) {
        let rows = sqlx::query(select)
            .fetch_all(&mut *conn)
            .await
            .map_err(store_error)?;
        for row in &rows {
            let row = Row::new("what is declared", row);
            of_table.insert(row.value("id")?, row.value("declaration")?);
        }
    }
    Ok(declared)
}

/// Writes down a change of everything that isn't what it was `before`; what wasn't there has none yet.
pub(super) async fn note(
    conn: &mut SqliteConnection,
    before: &Declared,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let after = declared(conn).await?;
    for (((_, update), before), after) in TABLES.into_iter().zip(before).zip(after) {
        for (id, declaration) in after {
            if before.get(&id).is_some_and(|before| *before != declaration) {
                sqlx::query(update)
                    .bind(id)
                    .bind(micros(now))
                    .execute(&mut *conn)
                    .await
                    .map_err(store_error)?;
            }
        }
    }
    Ok(())
}
