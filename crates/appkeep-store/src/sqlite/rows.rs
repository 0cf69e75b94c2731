//! Conversion of values to and from columns.

use std::cell::Cell;
use std::fmt::Display;
use std::str::FromStr;

use appkeep_core::metadata::Metadata;
use appkeep_core::name::ResourceName;
use appkeep_core::store::{Page, Position, StoreError};
use chrono::{DateTime, Utc};
use rusqlite::types::{FromSql, Value, ValueRef};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

/// A row of a table, whose columns are read by name.
pub(super) struct Row<'r> {
    table: &'static str,
    columns: &'r rusqlite::Row<'r>,
    /// The index after the column that was read last. Columns are mostly read in order, so a search from there on
    /// finds most names immediately.
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

    /// A text column, without copying the text.
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

    /// An enum value, parsed from the word that is stored for it.
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

/// The values of named parameters, which are written with the methods that [`Row`] has for reading them.
pub(super) struct Values {
    table: &'static str,
    values: Vec<(&'static str, Value)>,
}

#[expect(
    clippy::ref_option,
    clippy::unnecessary_wraps,
    reason = "all methods have the form that `resource_table` requires"
)]
impl Values {
    pub(super) fn new(table: &'static str) -> Self {
        let values = Vec::new();
        Self { table, values }
    }

    pub(super) fn get(&self, column: &str) -> Option<&Value> {
        let mut values = self.values.iter();
        values.find(|(name, _)| *name == column).map(|(_, value)| value)
    }

    pub(super) fn value<T: Clone + Into<Value>>(
        &mut self,
        column: &'static str,
        value: &T,
    ) -> Result<(), StoreError> {
        self.values.push((column, value.clone().into()));
        Ok(())
    }

    pub(super) fn id(&mut self, column: &'static str, id: &impl Display) -> Result<(), StoreError> {
        self.value(column, &id.to_string())
    }

    pub(super) fn time(&mut self, column: &'static str, time: &DateTime<Utc>) -> Result<(), StoreError> {
        self.value(column, &micros(*time))
    }

    pub(super) fn word<T: Copy + Into<&'static str>>(
        &mut self,
        column: &'static str,
        word: &T,
    ) -> Result<(), StoreError> {
        self.value(column, &(*word).into().to_owned())
    }

    pub(super) fn json(&mut self, column: &'static str, value: &impl Serialize) -> Result<(), StoreError> {
        let text = serde_json::to_string(value).map_err(|error| self.unstorable(column, error))?;
        self.value(column, &text)
    }

    pub(super) fn number<T: Copy + TryInto<i64>>(
        &mut self,
        column: &'static str,
        number: &T,
    ) -> Result<(), StoreError> {
        let reason = format_args!("expected at most {}", i64::MAX);
        let number = (*number).try_into();
        let number: i64 = number.map_err(|_| self.unstorable(column, reason))?;
        self.value(column, &number)
    }

    pub(super) fn name(&mut self, column: &'static str, name: &ResourceName) -> Result<(), StoreError> {
        self.value(column, &name.as_str().to_owned())
    }

    /// The columns that every resource has.
    pub(super) fn metadata(&mut self, metadata: &Metadata) -> Result<(), StoreError> {
        self.json("labels", &metadata.labels)?;
        self.time("created_micros", &metadata.created_at)?;
        self.time("modified_micros", &metadata.modified_at)?;
        self.id("created_by", &metadata.created_by)?;
        self.optional_id("modified_by", &metadata.modified_by)
    }

    pub(super) fn optional_id(
        &mut self,
        column: &'static str,
        id: &Option<impl Display>,
    ) -> Result<(), StoreError> {
        self.optional(column, id, Self::id)
    }

    pub(super) fn optional_time(
        &mut self,
        column: &'static str,
        time: &Option<DateTime<Utc>>,
    ) -> Result<(), StoreError> {
        self.optional(column, time, Self::time)
    }

    pub(super) fn optional_word<T: Copy + Into<&'static str>>(
        &mut self,
        column: &'static str,
        word: &Option<T>,
    ) -> Result<(), StoreError> {
        self.optional(column, word, Self::word)
    }

    pub(super) fn optional_number<T: Copy + TryInto<i64>>(
        &mut self,
        column: &'static str,
        number: &Option<T>,
    ) -> Result<(), StoreError> {
        self.optional(column, number, Self::number)
    }

    fn optional<T>(
        &mut self,
        column: &'static str,
        value: &Option<T>,
        write: impl FnOnce(&mut Self, &'static str, &T) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        match value {
            None => self.value(column, &Value::Null),
            Some(value) => write(self, column, value),
        }
    }

    fn unstorable(&self, column: &str, why: impl Display) -> StoreError {
        StoreError::Broken(format!("{}.{column} can't be stored: {why}", self.table))
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

/// Microseconds since 1970. Every time that chrono supports fits; fractions of a microsecond are truncated.
pub(super) fn micros(time: DateTime<Utc>) -> i64 {
    time.timestamp_micros()
}

/// Serializes `value` to JSON text.
pub(super) fn json(what: &str, value: &(impl Serialize + ?Sized)) -> Result<String, StoreError> {
    serde_json::to_string(value)
        .map_err(|error| StoreError::Broken(format!("{what} can't be stored: {error}")))
}
