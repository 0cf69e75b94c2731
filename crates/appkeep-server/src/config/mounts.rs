//! The mount table, used to recognise one directory under several names.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Component, Path, PathBuf};

/// The mounts of this process, in the order in which they were made.
#[derive(Debug, Default)]
pub(super) struct Mounts(Vec<Mount>);

#[derive(Debug, PartialEq, Eq)]
struct Mount {
    /// The file system's device number.
    device: String,
    /// The directory of the file system that is mounted.
    root: PathBuf,
    /// The mount point.
    point: PathBuf,
}

impl Mounts {
    /// Reads the current mounts; none if they can't be read.
    pub(super) fn read() -> Self {
        Self::parse(&std::fs::read("/proc/self/mountinfo").unwrap_or_default())
    }

    fn parse(text: &[u8]) -> Self {
        let mounts = text.split(|byte| *byte == b'\n').filter_map(|line| {
            let mut fields = line.split(|byte| *byte == b' ').skip(2);
            Some(Mount {
                device: String::from_utf8_lossy(fields.next()?).into_owned(),
                root: unescaped(fields.next()?),
                point: unescaped(fields.next()?),
            })
        });
        Self(mounts.collect())
    }

    /// Returns the names of a directory: as written, with links resolved, and by its position in its file
    /// system.
    pub(super) fn names_of(&self, path: &Path) -> Vec<PathBuf> {
        let real = resolved(path);
        let mut names = vec![tidied(path)];
        // The last mount of several at one point hides the others.
        let mount = self.0.iter().rev().filter(|mount| real.starts_with(&mount.point));
        if let Some(mount) = mount.max_by_key(|mount| mount.point.components().count())
            && let Ok(below) = real.strip_prefix(&mount.point)
        {
            // No other path begins with this prefix, so the names can't collide.
            names.push(
                Path::new(&format!("device {}", mount.device))
                    .join(inside(&mount.root))
                    .join(below),
            );
        }
        names.push(real);
        names.dedup();
        names
    }
}

fn inside(root: &Path) -> &Path {
    root.strip_prefix("/").unwrap_or(root)
}

/// Reads the octal escapes of `mountinfo`.
fn unescaped(field: &[u8]) -> PathBuf {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((first, after)) = rest.split_first() {
        let escaped = (*first == b'\\').then(|| after.get(..3)).flatten();
        let code = escaped
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 8).ok());
        if let Some(code) = code {
            bytes.push(code);
            rest = after.get(3..).unwrap_or_default();
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    OsString::from_vec(bytes).into()
}

/// Removes `.` and `..`.
fn tidied(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                tidy.pop();
            }
            other => tidy.push(other),
        }
    }
    tidy
}

/// Resolves links, as far as the path exists.
fn resolved(path: &Path) -> PathBuf {
    let missing = path.ancestors().find_map(|existing| {
        let real = existing.canonicalize().ok()?;
        Some(real.join(path.strip_prefix(existing).ok()?))
    });
    tidied(&missing.unwrap_or_else(|| path.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTINFO: &[u8] = b"22 1 8:1 / / rw - ext4 /dev/sda1 rw\n\
        30 22 8:17 / /no/such/disk rw - ext4 /dev/sdb1 rw\n\
        31 22 8:17 /shop\\040data/below /no/such/bound rw - ext4 /dev/sdb1 rw\n";

    #[test]
    fn bind_mounts_are_compared_by_their_source() {
        let mounts = Mounts::parse(MOUNTINFO);
        let place = |path: &str| mounts.names_of(Path::new(path)).remove(1);
        assert_eq!(
            place("/no/such/bound/x"),
            Path::new("device 8:17/shop data/below/x")
        );
        assert_eq!(
            place("/no/such/disk/shop data/below/x"),
            place("/no/such/bound/x")
        );
        assert_eq!(place("/no/such"), Path::new("device 8:1/no/such"));
    }
}
