//! One connection, and the statements that may run on it.
//!
//! A connection runs only [`Statement`]s, and `statements!` is how a module defines them. Each module's
//! statements are also in its `STATEMENTS`, whose query plans are recorded in a test.

use appkeep_core::store::{ListPage, Page, StoreError};
use rusqlite::{Connection, Params};

use super::errors::{store_error, store_error_or_name_taken};
use super::rows::Row;

/// A statement with the table that error messages name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Statement {
    pub(super) table: &'static str,
    pub(super) sql: &'static str,
}

/// Defines a module's statements, each with its table. Parameters are numbered: `?1`, `?2`, …
macro_rules! statements {
    ($($(#[$meta:meta])* $visibility:vis $name:ident($table:literal) = $sql:expr;)+) => {
        $(
            $(#[$meta])*
            $visibility const $name: $crate::sqlite::db::Statement =
                $crate::sqlite::db::Statement { table: $table, sql: $sql };
        )+

        /// The statements of this module, by name.
        #[cfg(test)]
        pub(super) const STATEMENTS: &[(&str, $crate::sqlite::db::Statement)] =
            &[$((stringify!($name), $name)),+];
    };
}
pub(super) use statements;

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
        self.run(statement, params).map_err(store_error)
    }

    /// Runs a statement in which only a resource's name can violate uniqueness.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`] when it does.
    pub(super) fn execute_with_name(
        &self,
        statement: Statement,
        params: impl Params,
    ) -> Result<usize, StoreError> {
        self.run(statement, params).map_err(store_error_or_name_taken)
    }

    fn run(&self, statement: Statement, params: impl Params) -> rusqlite::Result<usize> {
        self.connection.prepare_cached(statement.sql)?.execute(params)
    }

    /// Reads the first row, if there is one.
    pub(super) fn fetch<T>(
        &self,
        statement: Statement,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let mut prepared = self
            .connection
            .prepare_cached(statement.sql)
            .map_err(store_error)?;
        let mut rows = prepared.query(params).map_err(store_error)?;
        match rows.next().map_err(store_error)? {
            None => Ok(None),
            Some(row) => read(&Row::new(statement.table, row)).map(Some),
        }
    }

    /// Reads the one row of a statement that always has one.
    pub(super) fn fetch_one<T>(
        &self,
        statement: Statement,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.fetch(statement, params, read)?.ok_or_else(|| {
            StoreError::Broken(format!("{}: no row where there always is one", statement.table))
        })
    }

    /// Reads all rows.
    pub(super) fn list<T>(
        &self,
        statement: Statement,
        params: impl Params,
        mut read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut prepared = self
            .connection
            .prepare_cached(statement.sql)
            .map_err(store_error)?;
        let mut rows = prepared.query(params).map_err(store_error)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(store_error)? {
            found.push(read(&Row::new(statement.table, row))?);
        }
        Ok(found)
    }

    /// Reads a page of a list, of which `params` ask for one row more than it may have.
    pub(super) fn page<T>(
        &self,
        statement: Statement,
        params: impl Params,
        page: &Page,
        mut read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<ListPage<T>, StoreError> {
        let mut prepared = self
            .connection
            .prepare_cached(statement.sql)
            .map_err(store_error)?;
        let mut rows = prepared.query(params).map_err(store_error)?;
        let (mut found, mut bytes) = (Vec::new(), 0);
        while let Some(row) = rows.next().map_err(store_error)? {
            if found.len() >= page.rows_max as usize || bytes > page.bytes_max {
                return Ok(ListPage {
                    rows: found,
                    has_more: true,
                });
            }
            let row = Row::new(statement.table, row);
            found.push(read(&row)?);
            bytes += row.bytes_read();
        }
        Ok(ListPage {
            rows: found,
            has_more: false,
        })
    }

    /// Begins a transaction that holds the lock for writing from the start: one that reads first and writes
    /// later could fail in between.
    pub(super) fn begin_immediate(&self) -> rusqlite::Result<()> {
        self.connection.execute_batch("BEGIN IMMEDIATE")
    }

    pub(super) fn commit(&self) -> rusqlite::Result<()> {
        self.connection.execute_batch("COMMIT")
    }

    pub(super) fn rollback(&self) -> rusqlite::Result<()> {
        self.connection.execute_batch("ROLLBACK")
    }

    /// Takes the pages that the open transaction has changed to the disk. They are still rolled back with it.
    pub(super) fn flush(&self) -> Result<(), StoreError> {
        self.connection.cache_flush().map_err(store_error)?;
        let Some(path) = self.connection.path() else {
            return Ok(());
        };
        std::fs::File::open(format!("{path}-wal"))
            .and_then(|log| log.sync_data())
            .map_err(|error| StoreError::Unavailable(format!("the database's log: {error}")))
    }

    /// Whether a transaction is open, according to SQLite itself: after some errors it has rolled back.
    pub(super) fn in_transaction(&self) -> bool {
        !self.connection.is_autocommit()
    }

    /// Runs several reads that see the same state.
    pub(super) fn at_one_moment<T>(
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
