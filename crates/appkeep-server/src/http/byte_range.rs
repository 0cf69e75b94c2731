//! The requested range of a file's bytes.

use std::ops::Range;

use http::HeaderMap;
use http::header::{IF_RANGE, RANGE};
use http_range_header::{RangeUnsatisfiableError, parse_range_header};

/// The requested part of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Requested {
    /// All bytes.
    Everything,
    /// A range of bytes, which the file contains.
    Part(Range<u64>),
    /// A range that the file doesn't contain.
    Unsatisfiable,
}

/// Returns the requested part of a file with this entity tag and size in bytes. An invalid `Range`, and one with several
/// ranges, is ignored, as is one that is only for another version of the file.
pub(super) fn requested(headers: &HeaderMap, etag: &str, size: u64) -> Requested {
    let has_version = |given: &http::HeaderValue| given.as_bytes() == etag.as_bytes();
    if !headers.get(IF_RANGE).is_none_or(has_version) {
        return Requested::Everything;
    }
    let mut given = headers.get_all(RANGE).iter();
    let (Some(range), None) = (given.next(), given.next()) else {
        return Requested::Everything;
    };
    let Some(parsed) = range
        .to_str()
        .ok()
        .and_then(|range| parse_range_header(range).ok())
    else {
        return Requested::Everything;
    };
    if parsed.len() != 1 {
        return Requested::Everything;
    }
    match parsed.validate(size).as_deref() {
        Ok([range]) => Requested::Part(*range.start()..*range.end() + 1),
        Err(RangeUnsatisfiableError::Unsatisfiable) => Requested::Unsatisfiable,
        // An empty file, or an invalid range.
        _ => Requested::Everything,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ETAG: &str = "\"a\"";

    fn part(range: &str, size: u64) -> Requested {
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, range.parse().unwrap());
        requested(&headers, ETAG, size)
    }

    #[test]
    fn single_ranges_select_a_part() {
        for (range, expected) in [
            ("bytes=0-0", 0..1),
            ("bytes=2-4", 2..5),
            ("bytes=2-", 2..10),
            ("bytes=2-99", 2..10),
            ("bytes=-3", 7..10),
            ("bytes=-99", 0..10),
            ("bytes=9-9", 9..10),
        ] {
            assert_eq!(part(range, 10), Requested::Part(expected), "{range}");
        }
        for range in ["bytes=10-", "bytes=10-12", "bytes=99-100"] {
            assert_eq!(part(range, 10), Requested::Unsatisfiable, "{range}");
        }
        for range in ["bytes=0-", "bytes=0-0"] {
            assert_eq!(part(range, 0), Requested::Unsatisfiable, "{range}");
        }
        assert_eq!(part("bytes=-1", 0), Requested::Everything);
    }

    #[test]
    fn invalid_and_several_ranges_are_ignored() {
        for range in [
            "",
            "bytes",
            "bytes=",
            "bytes=a-b",
            "lines=1-2",
            "bytes=0-1,3-4",
            "bytes=--1",
        ] {
            assert_eq!(part(range, 10), Requested::Everything, "{range}");
        }
    }

    #[test]
    fn a_range_of_another_version_is_ignored() {
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, "bytes=2-4".parse().unwrap());
        for (version, expected) in [
            (ETAG, Requested::Part(2..5)),
            ("\"b\"", Requested::Everything),
            ("W/\"a\"", Requested::Everything),
            ("Mon, 05 Jan 2026 10:00:00 GMT", Requested::Everything),
        ] {
            headers.insert(IF_RANGE, version.parse().unwrap());
            assert_eq!(requested(&headers, ETAG, 10), expected, "{version}");
        }
    }
}
