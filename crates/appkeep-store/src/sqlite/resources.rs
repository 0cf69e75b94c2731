//! The tables of backups and snapshots: the same statements, with the columns of each kind.

use appkeep_core::ids::{AccountId, AppId, ResourceId, ScheduleId};
use appkeep_core::resource::Resource;
use appkeep_core::retention::RetentionItem;
use appkeep_core::store::{Finished, ListFilter, ListPage, Page, StoreError};
use rusqlite::params;

use super::db::Db;
use super::errors::{store_error, store_error_or_name_taken};
use crate::items::resources::{Columns, finished, resource_with_nodes, retention_item, values};
use crate::statements::Statement;

/// A table of resources.
pub(super) trait Table: Columns {
    const INSERT: Statement;
    const UPDATE: Statement;
    const DELETE: Statement;
    const FETCH: Statement;
    const LIST_OF_ACCOUNT: Statement;
    const LIST_OF_APP: Statement;
    const LIST_FINISHED: Statement;
    const LIST_BY_SCHEDULE: Statement;
}

/// Defines the table of a kind of resource, with the columns that only this kind has. Statements that differ between
/// kinds follow; `LIST_FINISHED` is one of them, because each kind has its own covering index.
macro_rules! resource_table {
    (
        $table:literal of $kind:ident ($($column:ident),+)
        $($name:ident = $sql:expr;)+
    ) => {
        $crate::statements::statements! {
            INSERT($table) = concat!(
                "INSERT INTO ", $table, " (id, account_id, app_id, name, schedule_id, state, state_unready, hook_state, \
                 hook_state_details, taken_micros, ", $(stringify!($column), ", ",)+ "labels, created_micros, \
                 modified_micros, created_by, modified_by, generation) \
                 VALUES (:id, :account_id, :app_id, :name, :schedule_id, :state, :state_unready, :hook_state, \
                 :hook_state_details, :taken_micros, ", $(":", stringify!($column), ", ",)+ ":labels, :created_micros, \
                 :modified_micros, :created_by, :modified_by, :generation) ON CONFLICT (app_id, name) DO NOTHING"
            );
            UPDATE($table) = concat!(
                "UPDATE ", $table, " SET name = :name, schedule_id = :schedule_id, state = :state, \
                 state_unready = :state_unready, hook_state = :hook_state, hook_state_details = :hook_state_details, \
                 taken_micros = :taken_micros, ", $(stringify!($column), " = :", stringify!($column), ", ",)+
                "labels = :labels, modified_micros = :modified_micros, modified_by = :modified_by, \
                 generation = generation + 1 \
                 WHERE id = :id AND account_id = :account_id AND app_id = :app_id AND generation = :generation"
            );
            DELETE($table) = concat!("DELETE FROM ", $table, " WHERE id = ?1 AND generation = ?2");
            FETCH($table) = concat!(
                "SELECT *, ", $crate::items::resources::away_nodes!($table), " FROM ", $table,
                " WHERE account_id = ?1 AND id = ?2"
            );
            LIST_OF_ACCOUNT($table) = concat!(
                "SELECT *, ", $crate::items::resources::away_nodes!($table), " FROM ", $table, " INDEXED BY ", $table, "_by_account \
                 WHERE account_id = ?1 AND (created_micros, id) < (?2, ?3) \
                 ORDER BY created_micros DESC, id DESC LIMIT ?4"
            );
            LIST_OF_APP($table) = concat!(
                "SELECT *, ", $crate::items::resources::away_nodes!($table), " FROM ", $table, " INDEXED BY ", $table, "_by_app \
                 WHERE account_id = ?1 AND app_id = ?5 AND (created_micros, id) < (?2, ?3) \
                 ORDER BY created_micros DESC, id DESC LIMIT ?4"
            );
            LIST_BY_SCHEDULE($table) = concat!(
                "SELECT id, COALESCE(taken_micros, created_micros) AS shown_micros, state FROM ", $table,
                " WHERE schedule_id = ?1 ORDER BY rowid"
            );
            $($name($table) = $sql;)+
        }

        impl $crate::sqlite::resources::Table for $kind {
            const INSERT: $crate::statements::Statement = INSERT;
            const UPDATE: $crate::statements::Statement = UPDATE;
            const DELETE: $crate::statements::Statement = DELETE;
            const FETCH: $crate::statements::Statement = FETCH;
            const LIST_OF_ACCOUNT: $crate::statements::Statement = LIST_OF_ACCOUNT;
            const LIST_OF_APP: $crate::statements::Statement = LIST_OF_APP;
            const LIST_FINISHED: $crate::statements::Statement = LIST_FINISHED;
            const LIST_BY_SCHEDULE: $crate::statements::Statement = LIST_BY_SCHEDULE;
        }
    };
}
pub(super) use resource_table;

/// Doesn't overwrite a resource of the same name. The number of inserted rows reveals the conflict in every database,
/// without failing the transaction.
pub(super) fn insert<K: Table>(db: &Db, resource: &Resource<K>) -> Result<(), StoreError> {
    let values = values(K::INSERT.table, resource)?;
    if db.execute_named(K::INSERT, &values, store_error)? == 0 {
        Err(StoreError::NameTaken)
    } else {
        Ok(())
    }
}

/// Updates everything except the account, the app, the creator and the creation time.
pub(super) fn update<K: Table>(db: &Db, resource: &Resource<K>) -> Result<bool, StoreError> {
    let values = values(K::UPDATE.table, resource)?;
    let changed = db.execute_named(K::UPDATE, &values, store_error_or_name_taken)?;
    Ok(changed == 1)
}

pub(super) fn delete<K: Table>(db: &Db, id: ResourceId<K>, generation: i64) -> Result<bool, StoreError> {
    Ok(db.execute(K::DELETE, params![id.to_string(), generation])? == 1)
}

/// Deletes everything that clients create.
const DELETE_ALL: &str = "DELETE FROM jobs; DELETE FROM app_restores; DELETE FROM app_backups; DELETE FROM app_snaps; \
     DELETE FROM schedules WHERE created_by IS NOT NULL";

pub(super) fn delete_all(db: &Db) -> Result<(), StoreError> {
    db.execute_batch(DELETE_ALL)
}

pub(super) fn fetch<K: Table>(
    db: &Db,
    account_id: AccountId,
    id: ResourceId<K>,
) -> Result<Option<Resource<K>>, StoreError> {
    db.fetch(K::FETCH, params![account_id.to_string(), id.to_string()], |row| {
        resource_with_nodes(row)
    })
}

/// Reads a page of the list of an account or an app.
pub(super) fn list<K: Table>(
    db: &Db,
    filter: &ListFilter,
    page: &Page,
) -> Result<ListPage<Resource<K>>, StoreError> {
    db.filtered_page([K::LIST_OF_ACCOUNT, K::LIST_OF_APP], filter, page, |row| {
        resource_with_nodes(row)
    })
}

/// Reads the ids and states of an app's finished resources, in the order of ids.
pub(super) fn list_finished<K: Table>(
    db: &Db,
    app_id: AppId,
    after: Option<ResourceId<K>>,
    rows_max: u32,
) -> Result<Vec<Finished<K>>, StoreError> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let params = params![app_id.to_string(), after, rows_max];
    db.list(K::LIST_FINISHED, params, |row| finished(row))
}

/// Reads the resources that a schedule created, with the times of their data.
pub(super) fn list_by_schedule<K: Table>(db: &Db, id: ScheduleId) -> Result<Vec<RetentionItem>, StoreError> {
    db.list(K::LIST_BY_SCHEDULE, params![id.to_string()], |row| {
        retention_item(row)
    })
}
