//! Extensible enums: a server can return values that this crate doesn't know.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::de::IntoDeserializer;
use serde::de::value::Error as ValueError;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::types::ResourceState;

/// A value of the enum `T`, or a text that `T` doesn't define.
///
/// It compares with `T` directly: `backup.state == ResourceState::Completed`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Open<T> {
    /// A value that the contract lists.
    Known(T),
    /// Any other value, as the server sent it.
    Unknown(String),
}

impl<T> Open<T> {
    /// Returns the value if the contract lists it.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown(_) => None,
        }
    }
}

impl Open<ResourceState> {
    /// Returns whether a backup or snapshot in this state has ended: it is completed, failed or removed, or a server
    /// reports it as lost.
    #[must_use]
    pub fn is_final(&self) -> bool {
        use ResourceState::{Completed, Discovering, Failed, Pending, Removed, Running, Unknown};
        match self.known() {
            Some(Completed | Failed | Removed | Unknown) => true,
            Some(Pending | Discovering | Running) | None => false,
        }
    }
}

impl<T> From<T> for Open<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl<T: PartialEq> PartialEq<T> for Open<T> {
    fn eq(&self, other: &T) -> bool {
        self.known() == Some(other)
    }
}

impl<T: FromStr> FromStr for Open<T> {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text
            .parse()
            .map_or_else(|_| Self::Unknown(text.to_owned()), Self::Known))
    }
}

impl<T: fmt::Display> fmt::Display for Open<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The generated enums ignore width and alignment.
        match self {
            Self::Known(value) => f.pad(&value.to_string()),
            Self::Unknown(text) => f.pad(text),
        }
    }
}

impl<T: Serialize> Serialize for Open<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(value) => value.serialize(serializer),
            Self::Unknown(text) => text.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Open<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let known: Result<T, ValueError> = T::deserialize(text.clone().into_deserializer());
        Ok(known.map_or(Self::Unknown(text), Self::Known))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_and_unknown_values_round_trip() {
        for (json, value) in [
            (r#""completed""#, Open::Known(ResourceState::Completed)),
            (r#""deleting""#, Open::Unknown("deleting".to_owned())),
        ] {
            let read: Open<ResourceState> = serde_json::from_str(json).unwrap();
            assert_eq!(read, value);
            assert_eq!(serde_json::to_string(&read).unwrap(), json);
            assert_eq!(format!("\"{read}\"").as_str(), json);
            assert_eq!(read.to_string().parse::<Open<ResourceState>>().unwrap(), value);
        }
    }

    #[test]
    fn open_values_compare_with_the_enum() {
        assert_eq!(Open::from(ResourceState::Failed), ResourceState::Failed);
        assert_ne!(Open::Unknown("failed?".to_owned()), ResourceState::Failed);
    }

    #[test]
    fn printed_values_are_padded() {
        assert_eq!(format!("{:>8}|", Open::from(ResourceState::Failed)), "  failed|");
        assert_eq!(
            format!("{:8}|", Open::<ResourceState>::Unknown("lost".to_owned())),
            "lost    |"
        );
    }

    #[test]
    fn only_strings_are_deserialized() {
        assert!(serde_json::from_str::<Open<ResourceState>>("5").is_err());
    }
}
