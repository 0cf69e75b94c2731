//! The fields of resources in lists.

use std::fmt;

use appkeep_client::types::Metadata;
use appkeep_client::{Number, Timestamp, Uuid};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::Value;

use super::find::Named;
use super::table::{Cell, Column};
use super::words::NOTHING;

/// A resource in a list.
pub(crate) trait Listed: Named + Sized + 'static {
    /// All fields, in the order of columns.
    const FIELDS: &'static [Field<Self>];
    /// All states.
    const STATES: &'static [&'static str];

    /// Returns the state.
    fn state(&self) -> String;

    /// Returns labels and times.
    fn metadata(&self) -> &Metadata;

    /// Returns the server's data, and the names of resources of which it contains only the ids.
    ///
    /// # Errors
    /// When it can't be represented as JSON.
    fn data(&self) -> serde_json::Result<Value>;
}

/// The exact value of a field, for CSV and sorting.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exact {
    /// No value, which is the least.
    Nothing,
    /// A number.
    Number(u64),
    /// A text; times are RFC 3339 in UTC, so that their order is that of their texts.
    Text(String),
}

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => Ok(()),
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl From<&str> for Exact {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Exact {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Uuid> for Exact {
    fn from(id: Uuid) -> Self {
        Self::Text(id.to_string())
    }
}

impl From<Number> for Exact {
    fn from(number: Number) -> Self {
        number
            .as_u64()
            .map_or_else(|| Self::Text(number.to_string()), Self::Number)
    }
}

impl From<&Timestamp> for Exact {
    fn from(time: &Timestamp) -> Self {
        Self::Text(time.to_utc().map_or_else(
            |_| time.to_string(),
            |time| time.to_rfc3339_opts(SecondsFormat::Micros, true),
        ))
    }
}

impl<T: Into<Self>> From<Option<T>> for Exact {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, Into::into)
    }
}

/// A field of a resource.
pub(crate) struct Field<T> {
    /// The name for options, and in CSV.
    pub(super) name: &'static str,
    /// The column in tables.
    pub(super) column: Column,
    /// Whether tables have the column unless others are selected. CSV has all.
    pub(super) is_in_tables: bool,
    pub(super) exact: fn(&T) -> Exact,
    /// The cell in tables, if it isn't the exact value.
    cell: Option<fn(&T, DateTime<Utc>) -> Cell>,
}

impl<T> Field<T> {
    /// Creates a field that tables show.
    pub(crate) const fn new(name: &'static str, column: Column, exact: fn(&T) -> Exact) -> Self {
        Self {
            name,
            column,
            is_in_tables: true,
            exact,
            cell: None,
        }
    }

    /// Creates a field that tables show only on request.
    pub(crate) const fn extra(name: &'static str, column: Column, exact: fn(&T) -> Exact) -> Self {
        let field = Self::new(name, column, exact);
        Self {
            is_in_tables: false,
            ..field
        }
    }

    /// Sets the text and tone in tables.
    pub(crate) const fn shown(self, cell: fn(&T, DateTime<Utc>) -> Cell) -> Self {
        Self {
            cell: Some(cell),
            ..self
        }
    }

    /// Returns the cell in tables.
    pub(super) fn cell(&self, thing: &T, now: DateTime<Utc>) -> Cell {
        match self.cell {
            Some(cell) => cell(thing, now),
            None => match (self.exact)(thing) {
                Exact::Nothing => NOTHING.into(),
                exact => exact.into(),
            },
        }
    }
}
