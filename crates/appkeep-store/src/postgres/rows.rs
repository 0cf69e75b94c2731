//! Columns of PostgreSQL's rows, and the bounds of pages.

use std::cell::Cell;

use appkeep_core::store::StoreError;
use sqlx_core::decode::Decode;
use sqlx_core::row::Row as _;
use sqlx_core::types::Type;
use sqlx_core::value::ValueRef as _;
use sqlx_postgres::{PgRow, Postgres};
use uuid::Uuid;

use crate::rows::Row;

/// The length of an id as text.
const ID_BYTES: usize = 36;

/// A row of a table.
pub(super) struct PostgresRow<'r> {
    table: &'static str,
    columns: &'r PgRow,
    bytes_read: Cell<usize>,
}

impl<'r> PostgresRow<'r> {
    pub(super) fn new(table: &'static str, columns: &'r PgRow) -> Self {
        let bytes_read = Cell::new(0);
        Self {
            table,
            columns,
            bytes_read,
        }
    }

    /// The number of bytes of text that were read so far. Ids count as text.
    pub(super) fn bytes_read(&self) -> usize {
        self.bytes_read.get()
    }

    fn value<'v, T: Decode<'v, Postgres> + Type<Postgres>>(&'v self, column: &str) -> Result<T, StoreError> {
        let value = self.columns.try_get(column);
        value.map_err(|error| self.unreadable(column, error))
    }

    fn add_bytes(&self, bytes: usize) {
        self.bytes_read.set(self.bytes_read.get() + bytes);
    }
}

impl Row for PostgresRow<'_> {
    fn text(&self, column: &str) -> Result<&str, StoreError> {
        let text: &str = self.value(column)?;
        self.add_bytes(text.len());
        Ok(text)
    }

    fn integer(&self, column: &str) -> Result<i64, StoreError> {
        self.value(column)
    }

    fn flag(&self, column: &str) -> Result<bool, StoreError> {
        self.value(column)
    }

    fn bytes(&self, column: &str) -> Result<&[u8], StoreError> {
        self.value(column)
    }

    fn id<I: From<Uuid>>(&self, column: &str) -> Result<I, StoreError> {
        self.add_bytes(ID_BYTES);
        self.value(column).map(|id: Uuid| I::from(id))
    }

    fn is_null(&self, column: &str) -> Result<bool, StoreError> {
        let value = self.columns.try_get_raw(column);
        let value = value.map_err(|error| self.unreadable(column, error))?;
        Ok(value.is_null())
    }

    fn table(&self) -> &'static str {
        self.table
    }
}
