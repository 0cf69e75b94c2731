//! The share of a bucket's data that is read and verified.

use std::str::FromStr;

use bytesize::ByteSize;

/// How much of the stored data is read and verified.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ReadData {
    /// A share in percent: more than 0, at most 100.
    Percent(f64),
    /// About this number of bytes.
    Bytes(u64),
}

impl FromStr for ReadData {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let invalid = || {
            format!(
                "invalid share {text:?}: expected a percentage above 0 % and up to 100 %, a size, or all: 5%, 5GiB"
            )
        };
        if text == "all" {
            return Ok(Self::Percent(100.0));
        }
        if let Some(percent) = text.strip_suffix('%') {
            let percent: f64 = percent.trim().parse().map_err(|_| invalid())?;
            let is_valid = percent > 0.0 && percent <= 100.0;
            return is_valid.then_some(Self::Percent(percent)).ok_or_else(invalid);
        }
        match text.parse() {
            Ok(ByteSize(bytes)) if bytes > 0 => Ok(Self::Bytes(bytes)),
            _ => Err(invalid()),
        }
    }
}

impl ReadData {
    /// The share of a bucket with this number of bytes, in percent.
    #[expect(clippy::cast_precision_loss, reason = "the share is approximate")]
    pub(super) fn percent_of(self, stored_bytes: u64) -> f64 {
        match self {
            Self::Percent(percent) => percent,
            Self::Bytes(bytes) if bytes >= stored_bytes => 100.0,
            Self::Bytes(bytes) => bytes as f64 * 100.0 / stored_bytes as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_percentages_sizes_or_all() {
        assert_eq!("all".parse(), Ok(ReadData::Percent(100.0)));
        assert_eq!("2.5%".parse(), Ok(ReadData::Percent(2.5)));
        assert_eq!("5GiB".parse(), Ok(ReadData::Bytes(5 << 30)));
        for invalid in ["", "0%", "101%", "-1%", "NaN%", "half", "0", "5 %%"] {
            let error = invalid.parse::<ReadData>().unwrap_err();
            assert!(
                error.starts_with(&format!("invalid share {invalid:?}: ")),
                "{error}"
            );
        }
        assert_eq!(ReadData::Bytes(5).percent_of(0).to_string(), "100");
        assert_eq!(ReadData::Bytes(5).percent_of(20).to_string(), "25");
    }
}
