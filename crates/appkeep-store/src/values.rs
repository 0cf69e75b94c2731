//! The values of a row that is written.

use std::fmt::Display;

use appkeep_core::metadata::Metadata;
use appkeep_core::name::ResourceName;
use appkeep_core::store::StoreError;
use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use crate::rows::micros;

/// A value of a column; `None` is null.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Id(Option<Uuid>),
    Integer(Option<i64>),
    Text(Option<String>),
}

/// Values by column. Its methods correspond to those of [`Row`](crate::rows::Row).
pub(crate) struct Values {
    table: &'static str,
    values: Vec<(&'static str, Value)>,
}

impl Values {
    pub(crate) fn new(table: &'static str) -> Self {
        let values = Vec::new();
        Self { table, values }
    }

    pub(crate) fn get(&self, column: &str) -> Option<&Value> {
        let mut values = self.values.iter();
        values.find(|(name, _)| *name == column).map(|(_, value)| value)
    }

    /// The values in the order in which they were written.
    pub(crate) fn into_values(self) -> impl Iterator<Item = Value> {
        self.values.into_iter().map(|(_, value)| value)
    }

    pub(crate) fn integer(&mut self, column: &'static str, integer: i64) {
        self.values.push((column, Value::Integer(Some(integer))));
    }

    pub(crate) fn id(&mut self, column: &'static str, id: impl Into<Uuid>) {
        self.optional_id(column, Some(id));
    }

    pub(crate) fn optional_id(&mut self, column: &'static str, id: Option<impl Into<Uuid>>) {
        self.values.push((column, Value::Id(id.map(Into::into))));
    }

    pub(crate) fn time(&mut self, column: &'static str, time: DateTime<Utc>) {
        self.optional_time(column, Some(time));
    }

    pub(crate) fn optional_time(&mut self, column: &'static str, time: Option<DateTime<Utc>>) {
        self.values.push((column, Value::Integer(time.map(micros))));
    }

    pub(crate) fn word<T: Into<&'static str>>(&mut self, column: &'static str, word: T) {
        self.optional_word(column, Some(word));
    }

    pub(crate) fn optional_word<T: Into<&'static str>>(&mut self, column: &'static str, word: Option<T>) {
        let word = word.map(|word| word.into().to_owned());
        self.values.push((column, Value::Text(word)));
    }

    pub(crate) fn optional_text(&mut self, column: &'static str, text: Option<&str>) {
        self.values.push((column, Value::Text(text.map(str::to_owned))));
    }

    pub(crate) fn json(&mut self, column: &'static str, value: &impl Serialize) -> Result<(), StoreError> {
        let text = serde_json::to_string(value).map_err(|error| self.unstorable(column, error))?;
        self.values.push((column, Value::Text(Some(text))));
        Ok(())
    }

    pub(crate) fn name(&mut self, column: &'static str, name: &ResourceName) {
        let name = name.as_str().to_owned();
        self.values.push((column, Value::Text(Some(name))));
    }

    pub(crate) fn optional_number(
        &mut self,
        column: &'static str,
        number: Option<impl TryInto<i64>>,
    ) -> Result<(), StoreError> {
        let number = number.map(TryInto::try_into).transpose();
        let number =
            number.map_err(|_| self.unstorable(column, format_args!("expected at most {}", i64::MAX)))?;
        self.values.push((column, Value::Integer(number)));
        Ok(())
    }

    /// The columns that every resource has.
    pub(crate) fn metadata(&mut self, metadata: &Metadata) -> Result<(), StoreError> {
        self.json("labels", &metadata.labels)?;
        self.time("created_micros", metadata.created_at);
        self.time("modified_micros", metadata.modified_at);
        self.id("created_by", metadata.created_by);
        self.optional_id("modified_by", metadata.modified_by);
        Ok(())
    }

    fn unstorable(&self, column: &str, why: impl Display) -> StoreError {
        StoreError::Broken(format!("{}.{column} can't be stored: {why}", self.table))
    }
}
