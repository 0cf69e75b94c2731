//! Rows, whose columns are read by name.

use std::fmt::Display;
use std::str::FromStr;

use appkeep_core::metadata::Metadata;
use appkeep_core::name::ResourceName;
use appkeep_core::store::StoreError;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

/// A row of a table. Each database has its own representation of the types in the required methods.
pub(crate) trait Row {
    /// A text column, without copying the text.
    fn text(&self, column: &str) -> Result<&str, StoreError>;

    fn integer(&self, column: &str) -> Result<i64, StoreError>;

    fn flag(&self, column: &str) -> Result<bool, StoreError>;

    fn bytes(&self, column: &str) -> Result<&[u8], StoreError>;

    fn id<I: From<Uuid>>(&self, column: &str) -> Result<I, StoreError>;

    fn is_null(&self, column: &str) -> Result<bool, StoreError>;

    /// The table that error messages name.
    fn table(&self) -> &'static str;

    fn string(&self, column: &str) -> Result<String, StoreError> {
        self.text(column).map(str::to_owned)
    }

    fn optional_string(&self, column: &str) -> Result<Option<String>, StoreError> {
        self.optional(column, Self::string)
    }

    fn optional_id<I: From<Uuid>>(&self, column: &str) -> Result<Option<I>, StoreError> {
        self.optional(column, Self::id)
    }

    fn time(&self, column: &str) -> Result<DateTime<Utc>, StoreError> {
        let micros = self.integer(column)?;
        DateTime::from_timestamp_micros(micros).ok_or_else(|| self.unreadable(column, "no such time"))
    }

    fn optional_time(&self, column: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.optional(column, Self::time)
    }

    /// An enum value, parsed from the word that is stored for it.
    fn word<T: FromStr>(&self, column: &str) -> Result<T, StoreError> {
        self.parsed(column, |text| text.parse().map_err(|_| "unknown word"))
    }

    fn optional_word<T: FromStr>(&self, column: &str) -> Result<Option<T>, StoreError> {
        self.optional(column, Self::word)
    }

    fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T, StoreError> {
        self.parsed(column, |text| serde_json::from_str(text))
    }

    /// A number that is stored as a signed integer and never negative.
    fn number<T: TryFrom<i64>>(&self, column: &str) -> Result<T, StoreError> {
        T::try_from(self.integer(column)?).map_err(|_| self.unreadable(column, "out of range"))
    }

    fn optional_number<T: TryFrom<i64>>(&self, column: &str) -> Result<Option<T>, StoreError> {
        self.optional(column, Self::number)
    }

    fn name(&self, column: &str) -> Result<ResourceName, StoreError> {
        self.parsed(column, |text| ResourceName::new(text))
    }

    /// The columns that every resource has.
    fn metadata(&self) -> Result<Metadata, StoreError> {
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
        if self.is_null(column)? {
            return Ok(None);
        }
        read(self, column).map(Some)
    }

    fn parsed<T, E: Display>(
        &self,
        column: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, StoreError> {
        parse(self.text(column)?).map_err(|error| self.unreadable(column, error))
    }

    fn unreadable(&self, column: &str, why: impl Display) -> StoreError {
        StoreError::Broken(format!("{}.{column} can't be read: {why}", self.table()))
    }
}

/// Microseconds since 1970. Every time that chrono supports fits; fractions of a microsecond are truncated.
pub(crate) fn micros(time: DateTime<Utc>) -> i64 {
    time.timestamp_micros()
}

/// Serializes `value` to JSON text.
pub(crate) fn json(what: &str, value: &(impl Serialize + ?Sized)) -> Result<String, StoreError> {
    serde_json::to_string(value)
        .map_err(|error| StoreError::Broken(format!("{what} can't be stored: {error}")))
}
