//! A connection. It runs only [`Statement`]s.

use std::ops::ControlFlow;

use appkeep_core::store::{ListFilter, ListPage, Page, StoreError};
use rusqlite::{Connection, Params, params};

use super::errors::store_error;
use super::rows::SqliteRow;
use crate::page::{Bounds, is_complete};
use crate::statements::Statement;
use crate::values::Values;

/// A connection to the database.
#[derive(Debug)]
pub(super) struct Db {
    connection: Connection,
}

impl Db {
    pub(super) fn new(connection: Connection) -> Self {
        Self { connection }
    }

    /// Runs a statement; returns the number of changed rows.
    pub(super) fn execute(&self, statement: Statement, params: impl Params) -> Result<usize, StoreError> {
        let mut prepared = self
            .connection
            .prepare_cached(statement.sql)
            .map_err(store_error)?;
        prepared.execute(params).map_err(store_error)
    }

    /// Runs statements without parameters.
    pub(super) fn execute_batch(&self, sql: &str) -> Result<(), StoreError> {
        self.connection.execute_batch(sql).map_err(store_error)
    }

    /// Runs a statement with named parameters, each of which must have a value; returns the number of changed rows.
    /// `error` converts the database's errors.
    pub(super) fn execute_named(
        &self,
        statement: Statement,
        values: &Values,
        error: fn(rusqlite::Error) -> StoreError,
    ) -> Result<usize, StoreError> {
        let mut prepared = self.connection.prepare_cached(statement.sql).map_err(error)?;
        for index in 1..=prepared.parameter_count() {
            let name = prepared.parameter_name(index).unwrap_or_default();
            let value = values.get(name.trim_start_matches(':')).ok_or_else(|| {
                StoreError::Broken(format!("{}: parameter {name} has no value", statement.table))
            })?;
            prepared.raw_bind_parameter(index, value).map_err(error)?;
        }
        prepared.raw_execute().map_err(error)
    }

    /// Reads the first row, if there is one.
    pub(super) fn fetch<T>(
        &self,
        statement: Statement,
        params: impl Params,
        read: impl FnOnce(&SqliteRow<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let mut prepared = self
            .connection
            .prepare_cached(statement.sql)
            .map_err(store_error)?;
        let mut rows = prepared.query(params).map_err(store_error)?;
        match rows.next().map_err(store_error)? {
            None => Ok(None),
            Some(row) => read(&SqliteRow::new(statement.table, row)).map(Some),
        }
    }

    /// Reads the one row of a statement that always has one.
    pub(super) fn fetch_one<T>(
        &self,
        statement: Statement,
        params: impl Params,
        read: impl FnOnce(&SqliteRow<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.fetch(statement, params, read)?
            .ok_or_else(|| StoreError::Broken(format!("{}: expected one row", statement.table)))
    }

    /// Reads all rows.
    pub(super) fn list<T>(
        &self,
        statement: Statement,
        params: impl Params,
        mut read: impl FnMut(&SqliteRow<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut found = Vec::new();
        self.each(statement, params, |row| {
            found.push(read(row)?);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(found)
    }

    /// Reads a page of a list. `params` must request one row more than the page may have.
    pub(super) fn page<T>(
        &self,
        statement: Statement,
        params: impl Params,
        page: &Page,
        mut read: impl FnMut(&SqliteRow<'_>) -> Result<T, StoreError>,
    ) -> Result<ListPage<T>, StoreError> {
        let (mut rows, mut bytes, mut has_more) = (Vec::new(), 0, false);
        self.each(statement, params, |row| {
            has_more = is_complete(page, rows.len(), bytes);
            if has_more {
                return Ok(ControlFlow::Break(()));
            }
            rows.push(read(row)?);
            bytes += row.bytes_read();
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(ListPage { rows, has_more })
    }

    /// Reads a page of the list of an account, or of the app in `filter`. Both statements take the account, the
    /// bounds of the page and the limit; the statement for an app also takes its id.
    pub(super) fn filtered_page<T>(
        &self,
        [of_account, of_app]: [Statement; 2],
        filter: &ListFilter,
        page: &Page,
        read: impl FnMut(&SqliteRow<'_>) -> Result<T, StoreError>,
    ) -> Result<ListPage<T>, StoreError> {
        let account_id = filter.account_id.to_string();
        let Bounds {
            created_micros,
            id,
            limit,
        } = Bounds::of(page);
        match filter.app_id {
            None => {
                let params = params![account_id, created_micros, id.to_string(), limit];
                self.page(of_account, params, page, read)
            }
            Some(app_id) => {
                let params = params![
                    account_id,
                    created_micros,
                    id.to_string(),
                    limit,
                    app_id.to_string()
                ];
                self.page(of_app, params, page, read)
            }
        }
    }

    /// Visits the rows in their order until `visit` breaks.
    fn each(
        &self,
        statement: Statement,
        params: impl Params,
        mut visit: impl FnMut(&SqliteRow<'_>) -> Result<ControlFlow<()>, StoreError>,
    ) -> Result<(), StoreError> {
        let mut prepared = self
            .connection
            .prepare_cached(statement.sql)
            .map_err(store_error)?;
        let mut rows = prepared.query(params).map_err(store_error)?;
        while let Some(row) = rows.next().map_err(store_error)? {
            if visit(&SqliteRow::new(statement.table, row))?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Begins a transaction that holds the write lock from the start: a transaction that first reads and then writes
    /// could fail in between.
    pub(super) fn begin_immediate(&self) -> rusqlite::Result<()> {
        self.connection.execute_batch("BEGIN IMMEDIATE")
    }

    pub(super) fn commit(&self) -> rusqlite::Result<()> {
        self.connection.execute_batch("COMMIT")
    }

    /// Begins a savepoint in the open transaction.
    pub(super) fn begin_savepoint(&self) -> rusqlite::Result<()> {
        self.connection.execute_batch("SAVEPOINT member")
    }

    /// Makes the changes since the savepoint a part of the open transaction.
    pub(super) fn release_savepoint(&self) -> rusqlite::Result<()> {
        self.connection.execute_batch("RELEASE member")
    }

    /// Undoes the changes since the savepoint.
    pub(super) fn roll_back_savepoint(&self) -> rusqlite::Result<()> {
        self.connection
            .execute_batch("ROLLBACK TO member; RELEASE member")
    }

    pub(super) fn rollback(&self) -> rusqlite::Result<()> {
        self.connection.execute_batch("ROLLBACK")
    }

    /// Writes the pages that the open transaction has changed to disk. A rollback of the transaction still undoes
    /// them.
    pub(super) fn flush(&self) -> Result<(), StoreError> {
        self.connection.cache_flush().map_err(store_error)?;
        let Some(path) = self.connection.path() else {
            return Ok(());
        };
        std::fs::File::open(format!("{path}-wal"))
            .and_then(|log| log.sync_data())
            .map_err(|error| StoreError::Unavailable(format!("the database's log: {error}")))
    }

    /// Whether a transaction is open, according to SQLite: after some errors SQLite has rolled it back.
    pub(super) fn in_transaction(&self) -> bool {
        !self.connection.is_autocommit()
    }

    /// Runs several reads that see the same state.
    pub(super) fn in_read_transaction<T>(
        &self,
        read: impl FnOnce(&Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.connection.execute_batch("BEGIN").map_err(store_error)?;
        let found = read(self);
        self.rollback().map_err(store_error)?;
        found
    }

    /// The connection itself.
    #[cfg(test)]
    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }
}
