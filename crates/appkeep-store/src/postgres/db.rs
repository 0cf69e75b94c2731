//! Running statements on a connection.

use appkeep_core::store::{ListFilter, ListPage, Page, StoreError};
use futures_util::TryStreamExt as _;
use sqlx_core::arguments::Arguments as _;
use sqlx_core::error::Error;
use sqlx_core::query::{Query, query_with};
use sqlx_postgres::{PgArguments, PgConnection, Postgres};

use super::errors::{encode_error, store_error};
use super::rows::PostgresRow;
use crate::page::{Bounds, is_complete};
use crate::statements::Statement;
use crate::values::{Value, Values};

/// The parameters of a statement, in the order of their numbers.
macro_rules! params {
    ($($value:expr),* $(,)?) => {{
        #[allow(unused_mut, reason = "there may be no parameters")]
        let mut params = sqlx_postgres::PgArguments::default();
        $(
            sqlx_core::arguments::Arguments::add(&mut params, $value)
                .map_err($crate::postgres::errors::encode_error)?;
        )*
        params
    }};
}
pub(super) use params;

/// The parameters of a statement that writes a row. Their numbers are the order of the values.
pub(super) fn params_of(values: Values) -> Result<PgArguments, StoreError> {
    let mut params = PgArguments::default();
    for value in values.into_values() {
        let added = match value {
            Value::Id(id) => params.add(id),
            Value::Integer(integer) => params.add(integer),
            Value::Text(text) => params.add(text),
        };
        added.map_err(encode_error)?;
    }
    Ok(params)
}

fn query(statement: Statement, params: PgArguments) -> Query<'static, Postgres, PgArguments> {
    query_with(statement.sql, params)
}

/// Runs a statement; returns the number of changed rows.
pub(super) async fn execute(
    db: &mut PgConnection,
    statement: Statement,
    params: PgArguments,
) -> Result<usize, StoreError> {
    execute_or(db, statement, params, store_error).await
}

/// Like [`execute`]; `error` converts the database's errors.
pub(super) async fn execute_or(
    db: &mut PgConnection,
    statement: Statement,
    params: PgArguments,
    error: fn(Error) -> StoreError,
) -> Result<usize, StoreError> {
    let result = query(statement, params).execute(db).await.map_err(error)?;
    Ok(usize::try_from(result.rows_affected()).unwrap_or(usize::MAX))
}

/// Reads the first row, if there is one.
pub(super) async fn fetch<T>(
    db: &mut PgConnection,
    statement: Statement,
    params: PgArguments,
    read: impl FnOnce(&PostgresRow<'_>) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    let row = query(statement, params).fetch_optional(db).await;
    let row = row.map_err(store_error)?;
    row.map(|row| read(&PostgresRow::new(statement.table, &row)))
        .transpose()
}

/// Reads the one row of a statement that always has one.
pub(super) async fn fetch_one<T>(
    db: &mut PgConnection,
    statement: Statement,
    params: PgArguments,
    read: impl FnOnce(&PostgresRow<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let row = query(statement, params).fetch_one(db).await;
    let row = row.map_err(store_error)?;
    read(&PostgresRow::new(statement.table, &row))
}

/// Reads all rows.
pub(super) async fn list<T>(
    db: &mut PgConnection,
    statement: Statement,
    params: PgArguments,
    read: impl Fn(&PostgresRow<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let rows = query(statement, params)
        .fetch_all(db)
        .await
        .map_err(store_error)?;
    rows.iter()
        .map(|row| read(&PostgresRow::new(statement.table, row)))
        .collect()
}

/// Reads a page of a list. `params` must request one row more than the page may have.
pub(super) async fn page<T>(
    db: &mut PgConnection,
    statement: Statement,
    params: PgArguments,
    page: &Page,
    read: impl Fn(&PostgresRow<'_>) -> Result<T, StoreError>,
) -> Result<ListPage<T>, StoreError> {
    let (mut rows, mut bytes, mut has_more) = (Vec::new(), 0, false);
    let mut found = query(statement, params).fetch(db);
    while let Some(row) = found.try_next().await.map_err(store_error)? {
        has_more = is_complete(page, rows.len(), bytes);
        if has_more {
            break;
        }
        let row = PostgresRow::new(statement.table, &row);
        rows.push(read(&row)?);
        bytes += row.bytes_read();
    }
    Ok(ListPage { rows, has_more })
}

/// Reads a page of the list of an account, or of the app in `filter`. Both statements take the account, the bounds of
/// the page and the limit; the statement for an app also takes its id.
pub(super) async fn filtered_page<T>(
    db: &mut PgConnection,
    [of_account, of_app]: [Statement; 2],
    filter: &ListFilter,
    bounds: &Page,
    read: impl Fn(&PostgresRow<'_>) -> Result<T, StoreError>,
) -> Result<ListPage<T>, StoreError> {
    let account_id = filter.account_id.as_uuid();
    let Bounds {
        created_micros,
        id,
        limit,
    } = Bounds::of(bounds);
    match filter.app_id {
        None => {
            let params = params![account_id, created_micros, id, limit];
            page(db, of_account, params, bounds, read).await
        }
        Some(app_id) => {
            let params = params![account_id, created_micros, id, limit, app_id.as_uuid()];
            page(db, of_app, params, bounds, read).await
        }
    }
}

/// `text` without NUL characters, which PostgreSQL can't store. For texts that this program didn't validate, such as
/// the messages of errors.
pub(super) fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
