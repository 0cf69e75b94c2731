//! The meaning of formats, for proofs and validators alike.

/// The bounds of an integer format. The names are those of OpenAPI and of Rust generators.
pub(super) fn integer_bounds(format: &str) -> Option<(i128, i128)> {
    Some(match format {
        "int8" => (i8::MIN.into(), i8::MAX.into()),
        "int16" => (i16::MIN.into(), i16::MAX.into()),
        "int32" => (i32::MIN.into(), i32::MAX.into()),
        "int64" | "int" => (i64::MIN.into(), i64::MAX.into()),
        "uint8" => (0, u8::MAX.into()),
        "uint16" => (0, u16::MAX.into()),
        "uint32" => (0, u32::MAX.into()),
        "uint64" | "uint" => (0, u64::MAX.into()),
        _ => return None,
    })
}

/// Whether a format doesn't restrict JSON values.
pub(super) fn is_annotation(format: &str) -> bool {
    matches!(format, "float" | "double" | "password")
}

/// Whether validators check this format of a string.
pub(super) fn is_checked(format: &str) -> bool {
    matches!(
        format,
        "uuid" | "date-time" | "date" | "email" | "ipv4" | "ipv6" | "uri" | "hostname"
    )
}

/// Whether this module knows the meaning of a format.
pub(super) fn is_understood(format: &str) -> bool {
    is_checked(format) || is_annotation(format) || integer_bounds(format).is_some()
}

/// The length of the strings of this format, if all have the same.
pub(super) fn length(format: &str) -> Option<u64> {
    match format {
        "uuid" => Some(36),
        "date" => Some(10),
        _ => None,
    }
}

/// A UUID in its usual form: hexadecimal digits of either case in groups of 8-4-4-4-12.
pub(super) fn is_uuid(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// A calendar date, `2024-02-29`.
pub(super) fn is_date(text: &str) -> bool {
    text.len() == 10 && chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}
