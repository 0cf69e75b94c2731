//! Strings with a format, such as identifiers, names and timestamps. Each type accepts exactly the values that its
//! schema describes.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};
use schemars::JsonSchema;
use schemars::r#gen::SchemaGenerator;
use schemars::schema::{InstanceType, Schema, SchemaObject, StringValidation};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// A string with a format.
pub trait FromText: Sized {
    /// Parses the string.
    ///
    /// # Errors
    /// When `text` doesn't have the format. The message states the expected format.
    fn from_text(text: &str) -> Result<Self, String>;
}

pub(crate) fn string_schema(
    format: Option<&str>,
    pattern: Option<&str>,
    lengths: Option<(u32, u32)>,
) -> Schema {
    SchemaObject {
        instance_type: Some(InstanceType::String.into()),
        format: format.map(str::to_owned),
        string: Some(Box::new(StringValidation {
            min_length: lengths.map(|(min, _)| min),
            max_length: lengths.map(|(_, max)| max),
            pattern: pattern.map(str::to_owned),
        })),
        ..Default::default()
    }
    .into()
}

macro_rules! string_format {
    ($name:ident, $schema:expr) => {
        impl JsonSchema for $name {
            fn schema_name() -> String {
                stringify!($name).to_owned()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::from_text(&text).map_err(D::Error::custom)
            }
        }
    };
}

pub(crate) use string_format;

/// A UUID of any version, in lower case and with hyphens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Identifier(pub Uuid);

/// The regular expression of an [`Identifier`].
pub const IDENTIFIER_PATTERN: &str = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$";

impl FromText for Identifier {
    fn from_text(text: &str) -> Result<Self, String> {
        let strict = text.len() == 36 && !text.bytes().any(|byte| byte.is_ascii_uppercase());
        let parsed = if strict { Uuid::try_parse(text).ok() } else { None };
        parsed
            .map(Self)
            .ok_or_else(|| format!("{} is not a UUID in lower case with hyphens", quoted(text)))
    }
}

string_format!(
    Identifier,
    string_schema(Some("uuid"), Some(IDENTIFIER_PATTERN), None)
);

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

/// A DNS-1123 label of 1 to 63 characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ResourceName(String);

impl ResourceName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromText for ResourceName {
    fn from_text(text: &str) -> Result<Self, String> {
        let alphanumeric = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let bytes = text.as_bytes();
        let valid = (1..=63).contains(&bytes.len())
            && bytes.iter().all(|byte| alphanumeric(*byte) || *byte == b'-')
            && bytes.first().is_some_and(|byte| alphanumeric(*byte))
            && bytes.last().is_some_and(|byte| alphanumeric(*byte));
        if valid {
            Ok(Self(text.to_owned()))
        } else {
            Err(format!(
                "{} is not a DNS-1123 label: 1 to 63 lower-case letters, digits and hyphens that begin and end with a letter or digit",
                quoted(text)
            ))
        }
    }
}

string_format!(
    ResourceName,
    string_schema(None, Some("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"), Some((1, 63)))
);

/// A point in time (RFC 3339), written in UTC with microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timestamp(pub DateTime<Utc>);

impl FromText for Timestamp {
    fn from_text(text: &str) -> Result<Self, String> {
        DateTime::parse_from_rfc3339(text)
            .map(|time| Self(time.to_utc()))
            .map_err(|_| format!("{} is not an RFC 3339 date and time", quoted(text)))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_rfc3339_opts(SecondsFormat::Micros, true))
    }
}

string_format!(Timestamp, string_schema(Some("date-time"), None, None));

/// A reason in `stateUnready`: 1 to 127 characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnreadyReason(String);

impl FromText for UnreadyReason {
    fn from_text(text: &str) -> Result<Self, String> {
        let chars = text.chars().count();
        if (1..=127).contains(&chars) {
            Ok(Self(text.to_owned()))
        } else {
            Err(format!("a reason has 1 to 127 characters, not {chars}"))
        }
    }
}

string_format!(UnreadyReason, string_schema(None, None, Some((1, 127))));

/// A non-empty string that this crate doesn't parse: a cron expression, or the name of a time zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Expression(String);

impl FromText for Expression {
    fn from_text(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            Err("it is empty".to_owned())
        } else {
            Ok(Self(text.to_owned()))
        }
    }
}

string_format!(
    Expression,
    SchemaObject {
        instance_type: Some(InstanceType::String.into()),
        string: Some(Box::new(StringValidation {
            min_length: Some(1),
            ..Default::default()
        })),
        ..Default::default()
    }
    .into()
);

/// The value `true`, which confirms something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Confirmation;

impl Serialize for Confirmation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(true)
    }
}

impl<'de> Deserialize<'de> for Confirmation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if bool::deserialize(deserializer)? {
            Ok(Self)
        } else {
            Err(D::Error::custom("false: expected true"))
        }
    }
}

impl JsonSchema for Confirmation {
    fn schema_name() -> String {
        "Confirmation".to_owned()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        SchemaObject {
            instance_type: Some(InstanceType::Boolean.into()),
            enum_values: Some(vec![true.into()]),
            ..Default::default()
        }
        .into()
    }
}

/// The maximum length of a path in characters.
const PATH_CHARACTERS_MAX: u32 = 4096;

macro_rules! path_format {
    ($(#[$doc:meta])+ $name:ident) => {
        $(#[$doc])+
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        pub struct $name(String);

        impl $name {
            /// The path as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromText for $name {
            fn from_text(text: &str) -> Result<Self, String> {
                match text.chars().count() {
                    0 => Err("the path is empty".to_owned()),
                    count if count > PATH_CHARACTERS_MAX as usize => Err(format!(
                        "the path has {count} characters: expected at most {PATH_CHARACTERS_MAX}"
                    )),
                    _ => Ok(Self(text.to_owned())),
                }
            }
        }

        string_format!($name, string_schema(None, None, Some((1, PATH_CHARACTERS_MAX))));
    };
}

path_format! {
    /// The path of a file or directory in a backup, with `%XX` for bytes that aren't UTF-8. Its form isn't checked here.
    FilePathText
}

path_format! {
    /// The path of a directory of the server's machine. Its form isn't checked here.
    TargetPath
}

/// The maximum number of items of a list: a decimal number of at least 1. Numbers above `u64::MAX` become `u64::MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(pub u64);

impl FromText for Limit {
    fn from_text(text: &str) -> Result<Self, String> {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if digits && !text.starts_with('0') {
            Ok(Self(text.parse().unwrap_or(u64::MAX)))
        } else {
            Err(format!("{} is not an integer of at least 1", quoted(text)))
        }
    }
}

string_format!(Limit, string_schema(None, Some("^[1-9][0-9]*$"), None));

/// The position to continue a list from: opaque to clients; the server encodes the position of the last item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContinueToken {
    /// The creation time of the item, in microseconds since 1970.
    pub created_micros: i64,
    /// The id of the item.
    pub id: Uuid,
}

impl FromText for ContinueToken {
    fn from_text(text: &str) -> Result<Self, String> {
        let hex = text.len() == 48
            && text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        let parsed = if hex {
            let micros = u64::from_str_radix(&text[..16], 16).ok();
            micros.zip(Uuid::try_parse(&text[16..]).ok())
        } else {
            None
        };
        // Every token of 48 hex digits is a position, even before 1970.
        parsed
            .map(|(micros, id)| Self {
                created_micros: micros.cast_signed(),
                id,
            })
            .ok_or_else(|| {
                format!(
                    "{} is not a `continue` token from an earlier response",
                    quoted(text)
                )
            })
    }
}

impl fmt::Display for ContinueToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:016x}{}",
            self.created_micros.cast_unsigned(),
            self.id.simple()
        )
    }
}

impl Serialize for ContinueToken {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

string_format!(ContinueToken, string_schema(None, Some("^[0-9a-f]{48}$"), None));

/// A pattern that selects entries of a backup, which this crate doesn't parse further: 1 to 1024 characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FilePatternText(pub String);

impl FromText for FilePatternText {
    fn from_text(text: &str) -> Result<Self, String> {
        with_length(text, 1024).map(Self)
    }
}

string_format!(FilePatternText, string_schema(None, None, Some((1, 1024))));

fn with_length(text: &str, chars_max: usize) -> Result<String, String> {
    let chars = text.chars().count();
    if (1..=chars_max).contains(&chars) {
        Ok(text.to_owned())
    } else {
        Err(format!("it has {chars} characters: expected 1 to {chars_max}"))
    }
}

/// The path of the last entry of a page, after which a list of entries continues: opaque to clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileContinueToken(pub Vec<u8>);

/// The maximum number of hexadecimal digits of a [`FileContinueToken`].
const FILE_TOKEN_DIGITS_MAX: u32 = 16_384;

impl FromText for FileContinueToken {
    fn from_text(text: &str) -> Result<Self, String> {
        let digit = |byte: &u8| {
            char::from(*byte)
                .to_digit(16)
                .filter(|_| !byte.is_ascii_uppercase())
        };
        let pairs = text.as_bytes().chunks_exact(2);
        let is_complete = pairs.remainder().is_empty() && !text.is_empty();
        let byte = |pair: &[u8]| u8::try_from(digit(&pair[0])? * 16 + digit(&pair[1])?).ok();
        let bytes: Option<Vec<u8>> = pairs.map(byte).collect();
        let is_short = text.len() <= FILE_TOKEN_DIGITS_MAX as usize;
        bytes
            .filter(|_| is_complete && is_short)
            .map(Self)
            .ok_or_else(|| {
                let text = quoted(text);
                format!("{text} is not a `continue` token from an earlier response")
            })
    }
}

impl Serialize for FileContinueToken {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let digits = self.0.iter().map(|byte| format!("{byte:02x}"));
        serializer.serialize_str(&digits.collect::<String>())
    }
}

string_format!(
    FileContinueToken,
    string_schema(None, Some("^([0-9a-f]{2})+$"), Some((2, FILE_TOKEN_DIGITS_MAX)))
);

/// Permissions with the three special bits: four octal digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileMode(String);

impl FileMode {
    /// The text of these permissions.
    #[must_use]
    pub fn of(mode: u32) -> Self {
        Self(format!("{:04o}", mode & 0o7777))
    }
}

impl FromText for FileMode {
    fn from_text(text: &str) -> Result<Self, String> {
        let is_octal = text.len() == 4 && text.bytes().all(|byte| (b'0'..=b'7').contains(&byte));
        let invalid = || format!("{} is not four octal digits", quoted(text));
        is_octal.then(|| Self(text.to_owned())).ok_or_else(invalid)
    }
}

string_format!(FileMode, string_schema(None, Some("^[0-7]{4}$"), None));

/// The maximum number of a client's characters that an error message repeats.
const QUOTED_CHARS_MAX: usize = 80;

/// Quotes, escapes and truncates a client's text for an error message.
#[must_use]
pub fn quoted(text: &str) -> String {
    if text.chars().count() <= QUOTED_CHARS_MAX {
        return format!("{text:?}");
    }
    let start: String = text.chars().take(QUOTED_CHARS_MAX).collect();
    format!("{start:?} (truncated)")
}

/// A parsed value, or its error. Deserializing never fails, so that the handler decides when the error is reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed<T>(pub Result<T, String>);

impl<'de, T: FromText> Deserialize<'de> for Parsed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(T::from_text(&String::deserialize(deserializer)?)))
    }
}

impl<T: JsonSchema> JsonSchema for Parsed<T> {
    fn is_referenceable() -> bool {
        T::is_referenceable()
    }

    fn schema_name() -> String {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_parsed_strictly() {
        let good = "54fe651d-3d3b-5fa8-b85c-5db757885ff3";
        assert_eq!(Identifier::from_text(good).unwrap().to_string(), good);
        for bad in [
            "54FE651D-3D3B-5FA8-B85C-5DB757885FF3",
            "54fe651d3d3b5fa8b85c5db757885ff3",
            "{54fe651d-3d3b-5fa8-b85c-5db757885ff3}",
            "urn:uuid:54fe651d-3d3b-5fa8-b85c-5db757885ff3",
            "54fe651d-3d3b-5fa8-b85c-5db757885ff",
            "",
        ] {
            assert!(Identifier::from_text(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn tokens_of_paths_are_pairs_of_digits() {
        let token = FileContinueToken::from_text("2f61ff").unwrap();
        assert_eq!(token.0, b"/a\xff");
        assert_eq!(serde_json::to_value(&token).unwrap(), "2f61ff");
        for bad in ["", "2", "2F", "2f6", "zz", "é", &"00".repeat(8193)] {
            assert!(FileContinueToken::from_text(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn huge_limits_saturate() {
        assert_eq!(
            Limit::from_text("99999999999999999999999").unwrap(),
            Limit(u64::MAX)
        );
        for bad in ["0", "01", "-1", "+1", "1.0", "", "x", " 1"] {
            assert!(Limit::from_text(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn well_formed_continue_tokens_are_positions() {
        for text in [
            format!("{:048x}", 0),
            "f".repeat(48),
            format!("0005ea64b7f0de3e{:032x}", 7),
        ] {
            assert_eq!(ContinueToken::from_text(&text).unwrap().to_string(), text);
        }
        assert!(ContinueToken::from_text(&"F".repeat(48)).is_err());
        assert!(ContinueToken::from_text("abc").is_err());
    }

    #[test]
    fn timestamps_are_written_with_microseconds() {
        let time = Timestamp::from_text("2022-10-06T22:58:16.305662+02:00").unwrap();
        assert_eq!(
            serde_json::to_string(&time).unwrap(),
            r#""2022-10-06T20:58:16.305662Z""#
        );
        assert!(Timestamp::from_text("2022-10-06").is_err());
    }

    #[test]
    fn long_texts_are_truncated() {
        assert_eq!(quoted("a\n"), r#""a\n""#);
        assert!(quoted(&"x".repeat(1000)).len() < 100);
    }
}
