//! The tables of backups and snapshots: the same statements, with the columns of each kind.

use appkeep_core::ids::{AccountId, AppId, ResourceId, ScheduleId};
use appkeep_core::resource::Resource;
use appkeep_core::retention::RetentionItem;
use appkeep_core::store::{Finished, ListFilter, ListPage, Page, StoreError};
use sqlx_postgres::PgConnection;
use uuid::Uuid;

use super::db::{self, params, params_of};
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

/// The columns that every resource has, in the order of their [`values`].
macro_rules! common_columns {
    () => {
        "id, account_id, app_id, name, schedule_id, state, state_unready, hook_state, hook_state_details, \
         taken_micros, labels, created_micros, modified_micros, created_by, modified_by, generation"
    };
}
pub(super) use common_columns;

/// Defines the table of a kind of resource, with the columns that only this kind has and their parameters: `$17` and
/// so on, in the order of their [`values`]. Statements that differ between kinds follow.
///
/// `IS NOT DISTINCT FROM` is an equality for which no index is used: only the primary key is.
macro_rules! resource_table {
    (
        $table:literal of $kind:ident ($($column:ident = $param:literal),+)
        $($name:ident = $sql:expr;)+
    ) => {
        $crate::statements::statements! {
            INSERT($table) = concat!(
                "INSERT INTO ", $table, " (", $crate::postgres::resources::common_columns!(),
                $(", ", stringify!($column),)+ ") \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16", $(", ", $param,)+ ") \
                 ON CONFLICT (app_id, name) DO NOTHING"
            );
            UPDATE($table) = concat!(
                "UPDATE ", $table, " SET name = $4, schedule_id = $5, state = $6, state_unready = $7, hook_state = $8, \
                 hook_state_details = $9, taken_micros = $10, labels = $11, modified_micros = $13, modified_by = $15, ",
                $(stringify!($column), " = ", $param, ", ",)+ "generation = generation + 1 \
                 WHERE id = $1 AND account_id IS NOT DISTINCT FROM $2 AND app_id IS NOT DISTINCT FROM $3 \
                 AND generation = $16"
            );
            DELETE($table) = concat!("DELETE FROM ", $table, " WHERE id = $1 AND generation = $2");
            FETCH($table) = concat!(
                "SELECT ", $crate::postgres::resources::common_columns!(), $(", ", stringify!($column),)+
                ", ", $crate::items::resources::away_nodes!($table), " FROM ", $table, " WHERE id = $2 AND account_id IS NOT DISTINCT FROM $1"
            );
            LIST_OF_ACCOUNT($table) = concat!(
                "SELECT ", $crate::postgres::resources::common_columns!(), $(", ", stringify!($column),)+
                ", ", $crate::items::resources::away_nodes!($table), " FROM ", $table, " WHERE account_id = $1 AND (created_micros, id) < ($2, $3) \
                 ORDER BY created_micros DESC, id DESC LIMIT $4"
            );
            LIST_OF_APP($table) = concat!(
                "SELECT ", $crate::postgres::resources::common_columns!(), $(", ", stringify!($column),)+
                ", ", $crate::items::resources::away_nodes!($table), " FROM ", $table, " WHERE account_id = $1 AND app_id = $5 AND (created_micros, id) < ($2, $3) \
                 ORDER BY created_micros DESC, id DESC LIMIT $4"
            );
            LIST_BY_SCHEDULE($table) = concat!(
                "SELECT id, COALESCE(taken_micros, created_micros) AS shown_micros, state FROM ", $table,
                " WHERE schedule_id = $1 ORDER BY seq"
            );
            $($name($table) = $sql;)+
        }

        impl $crate::postgres::resources::Table for $kind {
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

/// Doesn't overwrite a resource of the same name. The number of inserted rows reveals the conflict without failing the
/// transaction.
pub(super) async fn insert<K: Table>(
    db: &mut PgConnection,
    resource: &Resource<K>,
) -> Result<(), StoreError> {
    let params = params_of(values(K::INSERT.table, resource)?)?;
    if db::execute_or(db, K::INSERT, params, store_error).await? == 0 {
        Err(StoreError::NameTaken)
    } else {
        Ok(())
    }
}

/// Updates everything except the account, the app, the creator and the creation time. A taken name fails the
/// transaction.
pub(super) async fn update<K: Table>(
    db: &mut PgConnection,
    resource: &Resource<K>,
) -> Result<bool, StoreError> {
    let params = params_of(values(K::UPDATE.table, resource)?)?;
    let changed = db::execute_or(db, K::UPDATE, params, store_error_or_name_taken).await?;
    Ok(changed == 1)
}

pub(super) async fn delete<K: Table>(
    db: &mut PgConnection,
    id: ResourceId<K>,
    generation: i64,
) -> Result<bool, StoreError> {
    let params = params![id.as_uuid(), generation];
    Ok(db::execute(db, K::DELETE, params).await? == 1)
}

pub(super) async fn fetch<K: Table>(
    db: &mut PgConnection,
    account_id: AccountId,
    id: ResourceId<K>,
) -> Result<Option<Resource<K>>, StoreError> {
    let params = params![account_id.as_uuid(), id.as_uuid()];
    db::fetch(db, K::FETCH, params, |row| resource_with_nodes(row)).await
}

/// Reads a page of the list of an account or an app.
pub(super) async fn list<K: Table>(
    db: &mut PgConnection,
    filter: &ListFilter,
    page: &Page,
) -> Result<ListPage<Resource<K>>, StoreError> {
    let lists = [K::LIST_OF_ACCOUNT, K::LIST_OF_APP];
    db::filtered_page(db, lists, filter, page, |row| resource_with_nodes(row)).await
}

/// Reads the ids and states of an app's finished resources, in the order of ids.
pub(super) async fn list_finished<K: Table>(
    db: &mut PgConnection,
    app_id: AppId,
    after: Option<ResourceId<K>>,
    rows_max: u32,
) -> Result<Vec<Finished<K>>, StoreError> {
    let first = match after {
        None => Some(0),
        Some(id) => id.as_uuid().as_u128().checked_add(1),
    };
    let Some(first) = first.map(Uuid::from_u128) else {
        return Ok(Vec::new());
    };
    let params = params![app_id.as_uuid(), first, i64::from(rows_max)];
    db::list(db, K::LIST_FINISHED, params, |row| finished(row)).await
}

/// Reads the resources that a schedule created, with the times of their data.
pub(super) async fn list_by_schedule<K: Table>(
    db: &mut PgConnection,
    id: ScheduleId,
) -> Result<Vec<RetentionItem>, StoreError> {
    let params = params![id.as_uuid()];
    db::list(db, K::LIST_BY_SCHEDULE, params, |row| retention_item(row)).await
}
