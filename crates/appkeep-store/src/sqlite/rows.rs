//! How values are written into columns and read back.

use appkeep_core::metadata::Metadata;
use appkeep_core::name::ResourceName;
use appkeep_core::store::{Position, StoreError};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::sqlite::SqliteRow;
use sqlx::{Decode, Row as _, Sqlite, Type};
use uuid::Uuid;

/// A row of a table, whose columns are read by name.
pub(super) struct Row<'r> {
    table: &'static str,
    row: &'r SqliteRow,
}

impl<'r> Row<'r> {
    pub(super) fn new(table: &'static str, row: &'r SqliteRow) -> Self {
        Self { table, row }
    }

    /// A value that the database itself knows.
    pub(super) fn value<T: Decode<'r, Sqlite> + Type<Sqlite>>(&self, column: &str) -> Result<T, StoreError> {
        self.row
            .try_get(column)
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

    /// One of the words of an enum.
    pub(super) fn word<T>(&self, column: &str, from_word: fn(&str) -> Option<T>) -> Result<T, StoreError> {
        self.parsed(column, |text: &str| from_word(text).ok_or("unknown word"))
    }

    pub(super) fn optional_word<T>(
        &self,
        column: &str,
        from_word: fn(&str) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        self.optional(column, |row, column| row.word(column, from_word))
    }

    pub(super) fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T, StoreError> {
        self.parsed(column, |text: &str| serde_json::from_str(text))
    }

    /// A number that is stored as a signed one and never negative.
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
        use sqlx::ValueRef as _;
        let raw = self
            .row
            .try_get_raw(column)
            .map_err(|error| self.unreadable(column, error))?;
        if raw.is_null() {
            Ok(None)
        } else {
            read(self, column).map(Some)
        }
    }

    fn parsed<T, E: std::fmt::Display>(
        &self,
        column: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, StoreError> {
        let text: &str = self
            .row
            .try_get(column)
            .map_err(|error| self.unreadable(column, error))?;
        parse(text).map_err(|error| self.unreadable(column, error))
    }

    pub(super) fn unreadable(&self, column: &str, why: impl std::fmt::Display) -> StoreError {
        StoreError::Broken(format!("{}.{column} can't be read: {why}", self.table))
    }
}

/// What a page comes after, as the lists' columns have it: rows with a smaller (time, id) follow. The text of
/// an id sorts as the id does.
pub(super) struct After {
    pub(super) created_micros: i64,
    pub(super) id: String,
}

impl After {
    /// Without a position, the page begins after a time that no row has.
    pub(super) fn new(position: Option<Position>) -> Self {
        match position {
            None => Self {
                created_micros: i64::MAX,
                id: String::new(),
            },
            Some(Position { created_micros, id }) => Self {
                created_micros,
                id: id.hyphenated().to_string(),
            },
        }
    }
}

/// Microseconds since 1970. Every time that chrono knows fits; what is finer than a microsecond is cut off.
pub(super) fn micros(time: DateTime<Utc>) -> i64 {
    time.timestamp_micros()
}

/// `value` as JSON text.
pub(super) fn json(what: &str, value: &(impl Serialize + ?Sized)) -> Result<String, StoreError> {
    serde_json::to_string(value)
        .map_err(|error| StoreError::Broken(format!("{what} can't be stored: {error}")))
}

/// A number of bytes. The database's numbers end at 2^63 - 1; a larger one is refused rather than stored as
/// something that it isn't.
pub(super) fn bytes(what: &str, bytes: Option<u64>) -> Result<Option<i64>, StoreError> {
    bytes.map(i64::try_from).transpose().map_err(|_| {
        StoreError::Broken(format!(
            "{what} can't be stored: at most {} bytes can be counted",
            i64::MAX
        ))
    })
}
