//! The fields of schedules that the original writes as text.

use std::ops::RangeInclusive;

use schemars::JsonSchema;
use schemars::r#gen::SchemaGenerator;
use schemars::schema::Schema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::formats::{FromText, quoted, string_format, string_schema};

/// The name of a new schedule: a DNS label whose spaces became hyphens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScheduleName(String);

/// The maximum length of a schedule's name.
const NAME_CHARS_MAX: usize = 35;

impl ScheduleName {
    /// The name, without spaces.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromText for ScheduleName {
    fn from_text(text: &str) -> Result<Self, String> {
        let is_alphanumeric = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let bytes = text.as_bytes();
        let is_valid = (1..=NAME_CHARS_MAX).contains(&bytes.len())
            && bytes
                .iter()
                .all(|byte| is_alphanumeric(*byte) || b"- ".contains(byte))
            && bytes.first().is_some_and(|byte| is_alphanumeric(*byte))
            && bytes.last().is_some_and(|byte| is_alphanumeric(*byte));
        if is_valid {
            Ok(Self(text.replace(' ', "-")))
        } else {
            Err(format!(
                "{} is not the name of a schedule: expected 1 to {NAME_CHARS_MAX} lower-case letters, digits, hyphens and \
                 spaces that begin and end with a letter or digit",
                quoted(text)
            ))
        }
    }
}

string_format!(
    ScheduleName,
    string_schema(None, Some("^[a-z0-9]([- a-z0-9]*[a-z0-9])?$"), Some((1, 35)))
);

/// The number that `text` is, without leading zeros, if it is in the range.
fn number<N: TryFrom<u32> + PartialOrd>(text: &str, range: &RangeInclusive<N>) -> Option<N> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    let number = is_plain.then(|| text.parse::<u32>().ok())??;
    N::try_from(number).ok().filter(|number| range.contains(number))
}

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident($type:ty) $range:expr, $pattern:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $name(pub $type);

        impl FromText for $name {
            fn from_text(text: &str) -> Result<Self, String> {
                let (low, high) = $range.clone().into_inner();
                number(text, &$range)
                    .map(Self)
                    .ok_or_else(|| format!("{} is invalid: expected a number from {low} to {high}", quoted(text)))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&self.0)
            }
        }

        string_format!($name, string_schema(None, Some($pattern), None));
    )+};
}

macro_rules! optional_numbers {
    ($($(#[$doc:meta])* $name:ident $range:expr, $pattern:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $name(pub Option<u8>);

        impl FromText for $name {
            fn from_text(text: &str) -> Result<Self, String> {
                if matches!(text, "*" | "") {
                    return Ok(Self(None));
                }
                let (low, high) = $range.clone().into_inner();
                let number = number(text, &$range);
                number.map(|number| Self(Some(number))).ok_or_else(|| {
                    format!("{} is invalid: expected a number from {low} to {high}, or *", quoted(text))
                })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self.0 {
                    Some(number) => serializer.collect_str(&number),
                    None => serializer.serialize_str("*"),
                }
            }
        }

        string_format!($name, string_schema(None, Some($pattern), None));
    )+};
}

numbers! {
    /// The minute of a run.
    Minute(u8) 0..=59, "^([0-9]|[1-5][0-9])$";
    /// A number of backups or snapshots to keep.
    Count(u32) 0..=9999, "^(0|[1-9][0-9]{0,3})$";
}

optional_numbers! {
    /// The hour of a run.
    Hour 0..=23, "^(\\*|[0-9]|1[0-9]|2[0-3])?$";
    /// The day of the week of a run: 0 is Sunday.
    DayOfWeek 0..=6, "^[*0-6]?$";
    /// The day of the month of a run.
    DayOfMonth 1..=31, "^(\\*|[1-9]|[12][0-9]|3[01])?$";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_plain_and_in_their_range() {
        assert_eq!(Minute::from_text("59"), Ok(Minute(59)));
        assert_eq!(Count::from_text("9999"), Ok(Count(9999)));
        assert_eq!(Hour::from_text("0"), Ok(Hour(Some(0))));
        for absent in ["", "*"] {
            assert_eq!(DayOfWeek::from_text(absent), Ok(DayOfWeek(None)));
        }
        for invalid in ["60", "05", "+5", "-1", " 5", "", "*", "x", "99999999999"] {
            assert!(Minute::from_text(invalid).is_err(), "{invalid:?}");
        }
        for invalid in ["0", "32", "01", "None"] {
            assert!(DayOfMonth::from_text(invalid).is_err(), "{invalid:?}");
        }
        let refused = DayOfWeek::from_text("7").unwrap_err();
        assert_eq!(refused, "\"7\" is invalid: expected a number from 0 to 6, or *");
    }

    #[test]
    fn spaces_in_names_become_hyphens() {
        let name = ScheduleName::from_text("daily schedule").unwrap();
        assert_eq!(name.as_str(), "daily-schedule");
        for invalid in ["", " daily", "daily ", "Daily", "a_b", &"a".repeat(36)] {
            assert!(ScheduleName::from_text(invalid).is_err(), "{invalid:?}");
        }
    }
}
