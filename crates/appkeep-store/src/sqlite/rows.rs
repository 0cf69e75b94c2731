//! Columns of SQLite's rows, and the bounds of pages.

use std::cell::Cell;

use appkeep_core::store::StoreError;
use rusqlite::ToSql;
use rusqlite::types::{FromSql, Null, ToSqlOutput, ValueRef};
use uuid::Uuid;

use crate::rows::Row;
use crate::values::Value;

/// A row of a table. Ids are stored as text, and flags as integers.
pub(super) struct SqliteRow<'r> {
    table: &'static str,
    columns: &'r rusqlite::Row<'r>,
    /// The index after the column that was read last. Columns are mostly read in order, so a search from there on
    /// finds most names immediately.
    next: Cell<usize>,
    bytes_read: Cell<usize>,
}

impl<'r> SqliteRow<'r> {
    pub(super) fn new(table: &'static str, columns: &'r rusqlite::Row<'r>) -> Self {
        Self {
            table,
            columns,
            next: Cell::new(0),
            bytes_read: Cell::new(0),
        }
    }

    /// The number of bytes of text that were read so far.
    pub(super) fn bytes_read(&self) -> usize {
        self.bytes_read.get()
    }

    fn value<T: FromSql>(&self, column: &str) -> Result<T, StoreError> {
        T::column_result(self.raw(column)?).map_err(|error| self.unreadable(column, error))
    }

    fn raw(&self, column: &str) -> Result<ValueRef<'r>, StoreError> {
        let statement = self.columns.as_ref();
        let (next, count) = (self.next.get(), statement.column_count());
        let index = (next..count)
            .chain(0..next.min(count))
            .find(|index| statement.column_name(*index) == Ok(column))
            .ok_or_else(|| self.unreadable(column, "no such column"))?;
        self.next.set(index + 1);
        self.columns
            .get_ref(index)
            .map_err(|error| self.unreadable(column, error))
    }
}

impl Row for SqliteRow<'_> {
    fn text(&self, column: &str) -> Result<&str, StoreError> {
        let text = self
            .raw(column)?
            .as_str()
            .map_err(|error| self.unreadable(column, error))?;
        self.bytes_read.set(self.bytes_read.get() + text.len());
        Ok(text)
    }

    fn integer(&self, column: &str) -> Result<i64, StoreError> {
        self.value(column)
    }

    fn flag(&self, column: &str) -> Result<bool, StoreError> {
        self.value(column)
    }

    fn bytes(&self, column: &str) -> Result<&[u8], StoreError> {
        let value = self.raw(column)?;
        value.as_blob().map_err(|error| self.unreadable(column, error))
    }

    fn id<I: From<Uuid>>(&self, column: &str) -> Result<I, StoreError> {
        self.parsed(column, |text| Uuid::try_parse(text).map(I::from))
    }

    fn is_null(&self, column: &str) -> Result<bool, StoreError> {
        let before = self.next.get();
        let is_null = self.raw(column)? == ValueRef::Null;
        // The column is usually read next.
        self.next.set(before);
        Ok(is_null)
    }

    fn table(&self) -> &'static str {
        self.table
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Self::Id(None) => Ok(Null.into()),
            Self::Id(Some(id)) => Ok(id.hyphenated().to_string().into()),
            Self::Integer(integer) => integer.to_sql(),
            Self::Text(text) => text.to_sql(),
        }
    }
}
