//! The mount points in `/proc/self/mountinfo`.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

/// The mount points of this process.
pub(crate) struct Mounts(Vec<PathBuf>);

impl Mounts {
    /// Reads the mount points of this process.
    pub(crate) fn read() -> io::Result<Self> {
        Ok(Self::parse(&fs::read("/proc/self/mountinfo")?))
    }

    fn parse(text: &[u8]) -> Self {
        let lines = text.split(|byte| *byte == b'\n');
        let points = lines.filter_map(|line| line.split(|byte| *byte == b' ').nth(4));
        Self(points.map(|point| unescaped(point).into()).collect())
    }

    /// Whether `path` is a mount point.
    pub(crate) fn at(&self, path: &Path) -> bool {
        self.0.iter().any(|point| point == path)
    }

    /// The first mount point below `path`.
    pub(crate) fn below(&self, path: &Path) -> Option<&Path> {
        let below = |point: &&PathBuf| point.starts_with(path) && *point != path;
        self.0.iter().find(below).map(PathBuf::as_path)
    }
}

/// Decodes the kernel's octal escapes: a backslash and three digits.
fn unescaped(text: &[u8]) -> OsString {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, after @ ..] = rest {
        let digits = (*first == b'\\').then(|| after.get(..3)).flatten();
        let byte = digits
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 8).ok());
        rest = if byte.is_some() { &after[3..] } else { after };
        bytes.push(byte.unwrap_or(*first));
    }
    OsString::from_vec(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_mount_points_are_parsed() {
        let text =
            b"22 27 0:21 / /proc rw - proc proc rw\n36 27 8:1 / /srv/a\\040b\\134c rw - ext4 /dev/a rw\n";
        let mounts = Mounts::parse(text);
        assert!(mounts.at("/srv/a b\\c".as_ref()));
        assert_eq!(mounts.below("/srv".as_ref()), Some(Path::new("/srv/a b\\c")));
        assert_eq!(mounts.below("/srv/a b\\c".as_ref()), None);
        assert_eq!(mounts.below("/pro".as_ref()), None);
    }
}
