//! The name that a browser gives to a downloaded file.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The characters that are encoded in an extended value (RFC 8187).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Returns the value of `Content-Disposition` (RFC 6266) for a file to be saved as `name`. Old clients use a name in which
/// other characters than letters, digits and some punctuation are underscores.
pub(super) fn attachment(name: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || " -._()".contains(character);
    let plain: String = name
        .chars()
        .map(|character| if is_plain(character) { character } else { '_' })
        .collect();
    if plain == name {
        return format!("attachment; filename=\"{plain}\"");
    }
    let encoded = utf8_percent_encode(name, ENCODED);
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_and_encoded() {
        for (name, expected) in [
            ("logo 1.png", r#"attachment; filename="logo 1.png""#),
            (
                "a\"; b=\"c",
                r#"attachment; filename="a__ b__c"; filename*=UTF-8''a%22%3B%20b%3D%22c"#,
            ),
            (
                "ü.txt",
                "attachment; filename=\"_.txt\"; filename*=UTF-8''%C3%BC.txt",
            ),
            (
                "a\r\nb",
                "attachment; filename=\"a__b\"; filename*=UTF-8''a%0D%0Ab",
            ),
        ] {
            assert_eq!(attachment(name), expected);
        }
    }
}
