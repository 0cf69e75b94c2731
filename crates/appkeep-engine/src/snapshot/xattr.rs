//! Extended attributes, including access control lists.

use std::ffi::{CStr, CString};
use std::io;
use std::os::fd::AsFd;
use std::path::Path;

use rustix::fs::XattrFlags;
use rustix::io::{Errno, Result};

/// Linux's limit for a value and for the list of names, in bytes.
const BYTES_MAX: usize = 64 * 1024;

/// The maximum total size of the names and values of one entry, in bytes.
pub(crate) const ALL_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Attributes that a new entry inherits from its parent directory.
pub(crate) const INHERITED: [&CStr; 2] = [c"system.posix_acl_access", c"system.posix_acl_default"];

/// Names and values, sorted by name.
pub(crate) type Attributes = Vec<(CString, Vec<u8>)>;

/// The attributes of an entry that could be read.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The attributes.
    pub(crate) attributes: Attributes,
    /// Names the first attribute that can't be read, or states that none can be, with the reason.
    pub(crate) lost: Option<String>,
}

impl Found {
    fn lose(&mut self, what: &str, why: impl std::fmt::Display) {
        self.lost.get_or_insert_with(|| format!("{what}: {why}"));
    }
}

/// Reads all readable extended attributes of an open file or directory.
///
/// # Errors
/// I/O errors of the disk.
pub(crate) fn of_open(file: &impl AsFd) -> io::Result<Attributes> {
    found_at(file).map(|found| found.attributes)
}

/// Reads the extended attributes of an open file or directory. Empty if the file system doesn't support any.
///
/// # Errors
/// I/O errors of the disk.
pub(crate) fn found_at(file: &impl AsFd) -> io::Result<Found> {
    read(
        rustix::fs::flistxattr_query(file),
        |names| rustix::fs::flistxattr(file, names),
        |name, value| rustix::fs::fgetxattr(file, name, value),
    )
}

/// Reads all extended attributes of the entry at `path`; links are not followed.
///
/// # Errors
/// I/O errors of the disk, and an error if any attribute can't be read.
pub(crate) fn of_path(path: &Path) -> io::Result<Attributes> {
    let found = read(
        rustix::fs::llistxattr_query(path),
        |names| rustix::fs::llistxattr(path, names),
        |name, value| rustix::fs::lgetxattr(path, name, value),
    )?;
    match found.lost {
        None => Ok(found.attributes),
        Some(lost) => Err(io::Error::other(lost)),
    }
}

fn read(
    length: Result<usize>,
    list: impl FnOnce(&mut [u8]) -> Result<usize>,
    get: impl Fn(&CStr, &mut [u8]) -> Result<usize>,
) -> io::Result<Found> {
    let mut found = Found::default();
    match length {
        Ok(0) | Err(Errno::NOTSUP) => return Ok(found),
        Ok(_) => {}
        Err(error) if is_refusal(error) => {
            found.lose("its attributes", error);
            return Ok(found);
        }
        Err(error) => return Err(error.into()),
    }
    let mut names = vec![0; BYTES_MAX];
    let length = match list(&mut names) {
        Ok(length) => length,
        Err(error) if is_refusal(error) => {
            found.lose("its attributes", error);
            return Ok(found);
        }
        Err(error) => return Err(error.into()),
    };
    let mut value = vec![0; BYTES_MAX];
    let mut bytes = length;
    for name in names[..length].split_inclusive(|byte| *byte == 0) {
        let name = CStr::from_bytes_with_nul(name).map_err(io::Error::other)?;
        let called = || format!("its attribute {}", name.to_bytes().escape_ascii());
        match get(name, &mut value) {
            Ok(length) if bytes + length <= ALL_BYTES_MAX => {
                bytes += length;
                found.attributes.push((name.to_owned(), value[..length].to_vec()));
            }
            Ok(_) => found.lose(
                &called(),
                format_args!("all attributes together exceed {ALL_BYTES_MAX} bytes"),
            ),
            // It was deleted after the attributes were listed.
            Err(Errno::NODATA) => {}
            Err(error) if is_refusal(error) => found.lose(&called(), error),
            Err(error) => return Err(error.into()),
        }
    }
    found.attributes.sort_unstable();
    Ok(found)
}

/// Whether the system refused access to an attribute, while other operations may succeed.
fn is_refusal(error: Errno) -> bool {
    matches!(
        error,
        Errno::NOTSUP | Errno::PERM | Errno::ACCESS | Errno::TOOBIG | Errno::INVAL | Errno::RANGE
    )
}

/// Removes the inherited attributes of a new directory, so that its entries don't inherit them in turn.
pub(crate) fn disinherit(directory: &impl AsFd) -> io::Result<()> {
    for name in INHERITED {
        match rustix::fs::fremovexattr(directory, name) {
            Ok(()) | Err(Errno::NODATA | Errno::NOTSUP) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Sets attributes of an open file or directory. Those that the file system doesn't support, or that only the
/// system may set, are skipped and logged.
pub(crate) fn apply(file: &impl AsFd, attributes: &Attributes) -> io::Result<()> {
    for (name, value) in attributes {
        match rustix::fs::fsetxattr(file, name.as_c_str(), value, XattrFlags::empty()) {
            Ok(()) => {}
            Err(error @ (Errno::NOTSUP | Errno::PERM | Errno::ACCESS)) => {
                tracing::debug!(attribute = %name.to_string_lossy(), %error, "an attribute was left out");
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
