//! Numbers in the server's notation.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A number that is serialized as it was received: `100` and `100.0` differ.
///
/// The contract defines amounts as numbers, so servers may send them with a fraction.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Number(Form);

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected a number")]
enum Form {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
}

impl Number {
    /// The limit below which floats represent integers exactly: 2^53.
    const FLOAT_MAX: f64 = 9_007_199_254_740_992.0;

    /// Returns the number as an integer; none if it is negative, has a fraction, or is a float of at least 2^53.
    #[must_use]
    pub fn as_u64(self) -> Option<u64> {
        match self.0 {
            Form::Unsigned(value) => Some(value),
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "the value is an integer in the range of u64"
            )]
            Form::Float(value) if value.fract() == 0.0 && (0.0..Self::FLOAT_MAX).contains(&value) => {
                Some(value as u64)
            }
            Form::Signed(_) | Form::Float(_) => None,
        }
    }

    /// Returns the number as a float, which may be rounded.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "documented")]
    pub fn as_f64(self) -> f64 {
        match self.0 {
            Form::Unsigned(value) => value as f64,
            Form::Signed(value) => value as f64,
            Form::Float(value) => value,
        }
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        Self(Form::Unsigned(value))
    }
}

impl PartialEq<u64> for Number {
    fn eq(&self, other: &u64) -> bool {
        self.as_u64() == Some(*other)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Form::Unsigned(value) => value.fmt(f),
            Form::Signed(value) => value.fmt(f),
            Form::Float(value) => value.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(json: &str) -> Number {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn numbers_keep_their_notation() {
        for json in ["0", "100", "100.0", "12.5", "-3", "18446744073709551615"] {
            assert_eq!(serde_json::to_string(&number(json)).unwrap(), json);
        }
    }

    #[test]
    fn integers_in_any_notation_are_integers() {
        for (json, expected) in [
            ("9007199254740993", Some(9_007_199_254_740_993)),
            ("100.0", Some(100)),
            ("1e3", Some(1000)),
            ("12.5", None),
            ("-3", None),
            ("1e16", None),
        ] {
            assert_eq!(number(json).as_u64(), expected, "{json}");
        }
        assert_eq!(number("100.0"), 100);
        assert_eq!(number("-3").as_f64().to_string(), "-3");
    }

    #[test]
    fn printed_numbers_are_padded() {
        assert_eq!(format!("{:>5}|", number("100")), "  100|");
        assert_eq!(format!("{:>5}|", number("12.5")), " 12.5|");
    }

    #[test]
    fn only_numbers_are_deserialized() {
        let error = serde_json::from_str::<Number>("\"100\"").unwrap_err();
        assert!(error.to_string().starts_with("expected a number"), "{error}");
    }
}
