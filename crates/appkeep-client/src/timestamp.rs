//! Timestamps in the server's notation.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

/// A point in time (RFC 3339) that keeps its text unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(String);

impl Timestamp {
    /// Returns the text as sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the point in time.
    ///
    /// # Errors
    /// When the server's text isn't valid RFC 3339.
    pub fn to_utc(&self) -> Result<DateTime<Utc>, chrono::ParseError> {
        DateTime::parse_from_rfc3339(&self.0).map(|time| time.to_utc())
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(time: DateTime<Utc>) -> Self {
        Self(time.to_rfc3339_opts(SecondsFormat::Micros, true))
    }
}

impl FromStr for Timestamp {
    type Err = chrono::ParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        DateTime::parse_from_rfc3339(text).map(|_| Self(text.to_owned()))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_keep_their_digits() {
        let json = r#""2026-01-05T09:30:00.000000Z""#;
        let timestamp: Timestamp = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&timestamp).unwrap(), json);
        assert_eq!(Timestamp::from(timestamp.to_utc().unwrap()), timestamp);
    }

    #[test]
    fn timestamps_are_parsed_and_padded() {
        let timestamp: Timestamp = "2026-01-05T09:30:00Z".parse().unwrap();
        assert_eq!(format!("{timestamp:22}|"), "2026-01-05T09:30:00Z  |");
        assert!("yesterday".parse::<Timestamp>().is_err());
    }

    #[test]
    fn invalid_timestamps_are_kept_as_text() {
        let timestamp: Timestamp = serde_json::from_str("\"yesterday\"").unwrap();
        assert!(timestamp.to_utc().is_err());
    }
}
