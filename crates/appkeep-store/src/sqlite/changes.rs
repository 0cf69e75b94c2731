//! The times at which the declarations of accounts, apps, buckets and schedules last changed.

use std::collections::HashMap;

use appkeep_core::store::StoreError;
use chrono::{DateTime, Utc};
use rusqlite::params;

use super::apps;
use super::db::Db;
use crate::rows::{Row as _, micros};
use crate::statements::{Statement, statements};

statements! {
    LIST_ACCOUNTS("accounts") = "SELECT id, json_array(name, declared) AS declaration FROM accounts";
    CHANGE_ACCOUNT("accounts") = "UPDATE accounts SET modified_micros = ?2 WHERE id = ?1";

    /// The declaration of an app includes its account's name.
    LIST_APPS("apps") = "\
        SELECT apps.id, json_array(apps.name, accounts.name, volumes, options, apps.declared) AS declaration \
        FROM apps JOIN accounts ON accounts.id = apps.account_id";

    LIST_BUCKETS("buckets") = "\
        SELECT id, json_array(name, location, is_default, backups_max, declared) AS declaration FROM buckets";
    CHANGE_BUCKET("buckets") = "UPDATE buckets SET modified_micros = ?2 WHERE id = ?1";

    LIST_SCHEDULES("schedules") = "\
        SELECT id, json_array(name, expression, zone, jitter_secs, makes_backup, makes_snapshot, bucket_id, \
        retention, declared) AS declaration FROM schedules";
    CHANGE_SCHEDULE("schedules") = "UPDATE schedules SET modified_micros = ?2 WHERE id = ?1";
}

/// For each table: the statement that reads the declaration of each row as one text, and the one that records a
/// change.
const TABLES: [(Statement, Statement); 4] = [
    (LIST_ACCOUNTS, CHANGE_ACCOUNT),
    (LIST_APPS, apps::COUNT_CHANGE),
    (LIST_BUCKETS, CHANGE_BUCKET),
    (LIST_SCHEDULES, CHANGE_SCHEDULE),
];

/// The declarations of all rows of each table, by id.
pub(super) type Declared = [HashMap<String, String>; TABLES.len()];

/// The current declarations.
pub(super) fn declared(db: &Db) -> Result<Declared, StoreError> {
    let mut declared = Declared::default();
    for ((list, _), of_table) in TABLES.into_iter().zip(&mut declared) {
        let rows = db.list(list, [], |row| {
            Ok((row.string("id")?, row.string("declaration")?))
        })?;
        of_table.extend(rows);
    }
    Ok(declared)
}

/// Records a change of every item whose declaration differs from `before`; new items have not changed yet.
pub(super) fn record_changes(db: &Db, before: &Declared, now: DateTime<Utc>) -> Result<(), StoreError> {
    let after = declared(db)?;
    for (((_, update), before), after) in TABLES.into_iter().zip(before).zip(after) {
        for (id, declaration) in after {
            if before.get(&id).is_some_and(|before| *before != declaration) {
                db.execute(update, params![id, micros(now)])?;
            }
        }
    }
    Ok(())
}
