//! Conversion of values to and from columns.

use std::cell::Cell;
use std::str::FromStr;

use appkeep_core::metadata::Metadata;
use appkeep_core::name::ResourceName;
use appkeep_core::store::{Page, Position, StoreError};
use chrono::{DateTime, Utc};
use rusqlite::types::{FromSql, ValueRef};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

/// A row of a table, whose columns are read by name.
pub(super) struct Row<'r> {
    table: &'static str,
    columns: &'r rusqlite::Row<'r>,
    /// The index after the column that was read last. Columns are mostly read in order, so most names are found
    /// immediately.
    next: Cell<usize>,
    bytes_read: Cell<usize>,
}

impl<'r> Row<'r> {
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

    /// A value of a type that the database supports.
    pub(super) fn value<T: FromSql>(&self, column: &str) -> Result<T, StoreError> {
        T::column_result(self.raw(column)?).map_err(|error| self.unreadable(column, error))
    }

    /// A text, without copying it.
    pub(super) fn text(&self, column: &str) -> Result<&'r str, StoreError> {
        let text = self
            .raw(column)?
            .as_str()
            .map_err(|error| self.unreadable(column, error))?;
        self.bytes_read.set(self.bytes_read.get() + text.len());
        Ok(text)
    }

    fn raw(&self, column: &str) -> Result<ValueRef<'r>, StoreError> {
        let statement = self.columns.as_ref();
        let next = self.next.get();
        let index = match statement.column_name(next) {
            Ok(name) if name == column => next,
            _ => statement
                .column_index(column)
                .map_err(|error| self.unreadable(column, error))?,
        };
        self.next.set(index + 1);
        self.columns
            .get_ref(index)
            .map_err(|error| self.unreadable(column, error))
    }

    pub(super) fn id<I: From<Uuid>>(&self, column: &str) -> Result<I, StoreError> {
        self.parsed(column, |text: &str| Uuid::try_parse(text).map(I::from))
    }

    pub(super) fn optional_id<I: From<Uuid>>(&self, column: &str) -> Result<Option<I>, StoreError> {
        self.optional(column, Self::id)
    }

    pub(super) fn time(&self, column: &str) -> Result<DateTime<Utc>, StoreError> {
        let micros = self.value(column)?;
        DateTime::from_timestamp_micros(micros).ok_or_else(|| self.unreadable(column, "no such time"))
    }

    pub(super) fn optional_time(&self, column: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.optional(column, Self::time)
    }

    /// An enum value, from its word.
    pub(super) fn word<T: FromStr>(&self, column: &str) -> Result<T, StoreError> {
        self.parsed(column, |text: &str| text.parse().map_err(|_| "unknown word"))
    }

    pub(super) fn optional_word<T: FromStr>(&self, column: &str) -> Result<Option<T>, StoreError> {
        self.optional(column, Self::word)
    }

    pub(super) fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T, StoreError> {
        self.parsed(column, |text: &str| serde_json::from_str(text))
    }

    /// A number that is stored as a signed integer and never negative.
    pub(super) fn number<T: TryFrom<i64>>(&self, column: &str) -> Result<T, StoreError> {
        let stored: i64 = self.value(column)?;
        T::try_from(stored).map_err(|_| self.unreadable(column, "out of range"))
    }

    pub(super) fn optional_number<T: TryFrom<i64>>(&self, column: &str) -> Result<Option<T>, StoreError> {
        self.optional(column, Self::number)
    }

    pub(super) fn name(&self, column: &str) -> Result<ResourceName, StoreError> {
        self.parsed(column, |text: &str| ResourceName::new(text))
    }

    /// The columns that every resource has.
    pub(super) fn metadata(&self) -> Result<Metadata, StoreError> {
        Ok(Metadata {
            labels: self.json("labels")?,
            created_at: self.time("created_micros")?,
            modified_at: self.time("modified_micros")?,
            created_by: self.id("created_by")?,
            modified_by: self.optional_id("modified_by")?,
        })
    }

    fn optional<T>(
        &self,
        column: &str,
        read: impl FnOnce(&Self, &str) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let before = self.next.get();
        if self.raw(column)? == ValueRef::Null {
            return Ok(None);
        }
        self.next.set(before);
        read(self, column).map(Some)
    }

    fn parsed<T, E: std::fmt::Display>(
        &self,
        column: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, StoreError> {
        parse(self.text(column)?).map_err(|error| self.unreadable(column, error))
    }

    pub(super) fn unreadable(&self, column: &str, why: impl std::fmt::Display) -> StoreError {
        StoreError::Broken(format!("{}.{column} can't be read: {why}", self.table))
    }
}

/// The bounds of a page for list statements, which return rows with a smaller (time, id). The texts of ids have the
/// same order as the ids.
pub(super) struct Bounds {
    pub(super) created_micros: i64,
    pub(super) id: String,
    /// One more than the maximum number of rows, to detect whether the list continues.
    pub(super) limit: i64,
}

impl Bounds {
    pub(super) fn of(page: &Page) -> Self {
        // Without a position, the page starts before a time that no row has.
        let (created_micros, id) = match page.after {
            None => (i64::MAX, String::new()),
            Some(Position { created_micros, id }) => (created_micros, id.hyphenated().to_string()),
        };
        let limit = i64::from(page.rows_max) + 1;
        Self {
            created_micros,
            id,
            limit,
        }
    }
}

/// Microseconds since 1970. All times of chrono fit; fractions of a microsecond are truncated.
pub(super) fn micros(time: DateTime<Utc>) -> i64 {
    time.timestamp_micros()
}

/// Serializes `value` to JSON text.
pub(super) fn json(what: &str, value: &(impl Serialize + ?Sized)) -> Result<String, StoreError> {
    serde_json::to_string(value)
        .map_err(|error| StoreError::Broken(format!("{what} can't be stored: {error}")))
}

/// Converts a number of bytes. The database's integers end at 2^63 - 1; a larger number is refused, because it would
/// be stored incorrectly.
pub(super) fn bytes(what: &str, bytes: Option<u64>) -> Result<Option<i64>, StoreError> {
    bytes.map(i64::try_from).transpose().map_err(|_| {
        StoreError::Broken(format!(
            "{what} can't be stored: at most {} bytes can be counted",
            i64::MAX
        ))
    })
}
