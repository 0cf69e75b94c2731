//! The paths of files in a backup.

use std::cmp::Ordering;
use std::ffi::OsStr;
use std::fmt::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::str::FromStr;

/// The maximum length of a path in bytes, and that of its text before `%XX` is decoded.
pub const PATH_BYTES_MAX: usize = 4096;

/// The reason why a text is not a path in a backup.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFilePath {
    /// It has too many bytes.
    #[error("a path has {0} bytes: expected at most {PATH_BYTES_MAX}")]
    TooLong(usize),
    /// It has a component that can't be the name of an entry.
    #[error(
        "invalid path \"{0}\": expected names without \".\", \"..\" and NUL, separated by single slashes"
    )]
    Component(String),
    /// It has a percent sign that isn't followed by two hexadecimal digits.
    #[error(
        "invalid path \"{0}\": expected two hexadecimal digits after each \"%\", and \"%25\" for a percent sign"
    )]
    Escape(String),
}

/// The path of an entry in a backup. The first component is the name of a volume; the root has none.
///
/// Names are bytes. In text, bytes that aren't valid UTF-8 are `%XX`, and `%` is `%25`, so that each path has exactly
/// one text.
///
/// Paths are ordered as a recursive listing: a directory before its entries, which are sorted by the bytes of their
/// names.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct FilePath(Vec<u8>);

impl FilePath {
    /// Parses the text of a path. A slash at the start or the end has no meaning.
    ///
    /// # Errors
    /// If the text is too long, or not a path.
    pub fn parse(text: &str) -> Result<Self, InvalidFilePath> {
        if text.len() > PATH_BYTES_MAX {
            return Err(InvalidFilePath::TooLong(text.len()));
        }
        let bytes = unescape(text).ok_or_else(|| InvalidFilePath::Escape(text.to_owned()))?;
        let bytes = bytes.strip_prefix(b"/").unwrap_or(&bytes);
        let bytes = bytes.strip_suffix(b"/").unwrap_or(bytes);
        let path = Self(bytes.to_vec());
        let is_name = |name: &[u8]| !matches!(name, b"" | b"." | b"..") && !name.contains(&0);
        if path.names().all(is_name) {
            Ok(path)
        } else {
            Err(InvalidFilePath::Component(text.to_owned()))
        }
    }

    /// A position in a list, with the bytes of an earlier [`Self::as_bytes`]. Any bytes are a position, which needn't be
    /// the path of an entry.
    #[must_use]
    pub fn of_position(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The names, separated by slashes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The names on the path; none for the root.
    pub fn names(&self) -> impl Iterator<Item = &[u8]> {
        let names = self.0.split(|byte| *byte == b'/');
        names.filter(|_| !self.0.is_empty())
    }

    /// The last name; `None` for the root.
    #[must_use]
    pub fn name(&self) -> Option<&[u8]> {
        self.names().last()
    }

    /// The path of the entry `name` in this directory. The caller has checked that it is a plain name.
    #[must_use]
    pub fn join(&self, name: &OsStr) -> Self {
        let mut path = self.0.clone();
        if !path.is_empty() {
            path.push(b'/');
        }
        path.extend_from_slice(name.as_bytes());
        Self(path)
    }

    /// Whether this is `ancestor`, or below it.
    #[must_use]
    pub fn starts_with(&self, ancestor: &Self) -> bool {
        self.as_path().starts_with(ancestor.as_path())
    }

    /// The path relative to the root.
    #[must_use]
    pub fn as_path(&self) -> &Path {
        Path::new(OsStr::from_bytes(&self.0))
    }
}

impl FromStr for FilePath {
    type Err = InvalidFilePath;

    fn from_str(text: &str) -> Result<Self, InvalidFilePath> {
        Self::parse(text)
    }
}

impl Ord for FilePath {
    fn cmp(&self, other: &Self) -> Ordering {
        self.names().cmp(other.names())
    }
}

impl PartialOrd for FilePath {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for FilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}", escape(&self.0))
    }
}

/// The text of bytes that are mostly UTF-8, without loss.
#[must_use]
pub fn escape(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(&chunk.valid().replace('%', "%25"));
        for byte in chunk.invalid() {
            // Writing to a string never fails.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

/// The bytes of a text with `%XX`; `None` if a percent sign isn't followed by two hexadecimal digits.
fn unescape(text: &str) -> Option<Vec<u8>> {
    let mut parts = text.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> FilePath {
        FilePath::parse(text).unwrap()
    }

    #[test]
    fn every_path_has_one_text() {
        for text in [
            "/",
            "/data",
            "/data/a b/ü",
            "/data/100%25",
            "/data/%FF%FEa",
            "/data/\u{1}",
        ] {
            assert_eq!(path(text).to_string(), text);
        }
        assert_eq!(path("data/").to_string(), "/data");
        assert_eq!(path("/data/%41").to_string(), "/data/A");
        assert_eq!(path("/data/%ff").names().last(), Some(&b"\xff"[..]));
        assert_eq!(path("/").names().count(), 0);
    }

    #[test]
    fn texts_that_are_not_paths_are_refused() {
        for text in [
            "///",
            "/data//a",
            "..",
            "/data/../x",
            "/data/.",
            "/data/%2E%2E",
            "/a%00",
        ] {
            let refused = FilePath::parse(text).unwrap_err();
            assert_eq!(refused, InvalidFilePath::Component(text.to_owned()), "{text}");
        }
        for text in ["/data/100%", "/%g0", "/%+1", "/%é"] {
            let refused = FilePath::parse(text).unwrap_err();
            assert_eq!(refused, InvalidFilePath::Escape(text.to_owned()), "{text}");
        }
        let long = "a".repeat(PATH_BYTES_MAX + 1);
        let refused = FilePath::parse(&long).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "a path has 4097 bytes: expected at most 4096"
        );
    }

    #[test]
    fn directories_are_ordered_before_their_entries() {
        let sorted = ["/", "/a", "/a/z", "/a!", "/a!/b", "/b", "/b/%FF"].map(path);
        assert!(sorted.is_sorted());
        assert!(path("/a/z").starts_with(&path("/a")));
        assert!(!path("/a!/b").starts_with(&path("/a")));
        assert!(path("/a").starts_with(&path("/")));
    }
}
