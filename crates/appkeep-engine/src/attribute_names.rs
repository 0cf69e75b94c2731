//! Names of extended attributes in restic's format.
//!
//! On Linux a name is a sequence of bytes; in restic's format it is text. The part of a name that isn't UTF-8
//! is written in hexadecimal after the name's namespace, `user.appkeep-hex.ff`, so that plain restic restores
//! an attribute that keeps the value.

use std::ffi::{CStr, CString};

/// Precedes the hexadecimal digits.
const MARK: &str = "appkeep-hex.";

/// Encodes a name as text.
pub(crate) fn to_text(name: &CStr) -> String {
    match name.to_str() {
        // A name that looks like an encoded one is encoded, too, so that it is decoded unchanged.
        Ok(text) if !rest_of(text).1.starts_with(MARK) => text.to_owned(),
        _ => {
            let bytes = name.to_bytes();
            let dot = bytes
                .iter()
                .position(|byte| *byte == b'.')
                .map_or(0, |dot| dot + 1);
            let namespace = std::str::from_utf8(&bytes[..dot]).unwrap_or_default();
            let namespace = if namespace == MARK { "" } else { namespace };
            format!("{namespace}{MARK}{}", hex::encode(&bytes[namespace.len()..]))
        }
    }
}

/// Decodes a name from text; `None` if the text can't be a name.
pub(crate) fn from_text(text: &str) -> Option<CString> {
    let (namespace, rest) = rest_of(text);
    let bytes = rest.strip_prefix(MARK).and_then(from_hex);
    let name = match bytes {
        Some(bytes) => [namespace.as_bytes(), &bytes].concat(),
        None => text.as_bytes().to_owned(),
    };
    CString::new(name).ok().filter(|name| !name.is_empty())
}

/// Splits a name into its namespace, including the dot, and the rest.
fn rest_of(text: &str) -> (&str, &str) {
    if text.starts_with(MARK) {
        return ("", text);
    }
    text.split_at(text.find('.').map_or(0, |dot| dot + 1))
}

/// Decodes `digits`; `None` if they aren't lower-case hexadecimal digits.
fn from_hex(digits: &str) -> Option<Vec<u8>> {
    hex::decode(digits)
        .ok()
        .filter(|bytes| hex::encode(bytes) == digits)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_names_that_are_not_utf8_are_changed() {
        for (name, text) in [
            (c"user.colour", "user.colour"),
            (c"user.\xff\xfe", "user.appkeep-hex.fffe"),
            (c"\xff.a", "appkeep-hex.ff2e61"),
            (c"\xff", "appkeep-hex.ff"),
            (c"user.a.\xff", "user.appkeep-hex.612eff"),
        ] {
            assert_eq!(to_text(name), text);
            assert_eq!(from_text(text).as_deref(), Some(name));
        }
    }

    #[test]
    fn names_of_other_programs_are_unchanged() {
        for text in [
            "user.appkeep-hex.f",
            "user.appkeep-hex.FF",
            "user.appkeep-hex.zz",
            "user.\u{fffd}",
        ] {
            assert_eq!(from_text(text).unwrap().to_str(), Ok(text));
        }
        assert_eq!(from_text(""), None);
        assert_eq!(from_text("user.a\0b"), None);
        assert_eq!(from_text("user.appkeep-hex.00"), None);
    }

    proptest! {
        #[test]
        fn every_name_survives_a_round_trip(
            namespace in prop_oneof![Just(""), Just("user."), Just("appkeep-hex."), Just("user.appkeep-hex.")],
            rest in proptest::collection::vec(1_u8..=255, 1..30),
        ) {
            let name = CString::new([namespace.as_bytes(), &rest].concat()).unwrap();
            prop_assert_eq!(from_text(&to_text(&name)), Some(name));
        }
    }
}
