//! Extended attributes, access control lists among them.

use std::ffi::{CStr, CString};
use std::io;
use std::os::fd::AsFd;
use std::path::Path;

use rustix::fs::XattrFlags;
use rustix::io::{Errno, Result};

/// The largest value and the longest list of names that Linux has, in bytes.
const BYTES_MAX: usize = 64 * 1024;

/// Names and values, sorted by name.
pub(crate) type Attributes = Vec<(CString, Vec<u8>)>;

/// All extended attributes of an open file or directory. None, where the file system has none at all.
///
/// # Errors
/// As the system says.
pub(crate) fn of_open(file: &impl AsFd) -> io::Result<Attributes> {
    read(
        rustix::fs::flistxattr_query(file),
        |names| rustix::fs::flistxattr(file, names),
        |name, value| rustix::fs::fgetxattr(file, name, value),
    )
}

/// All extended attributes of what is at `path`, which is not followed if it is a link.
///
/// # Errors
/// As the system says.
pub(crate) fn of_path(path: &Path) -> io::Result<Attributes> {
    read(
        rustix::fs::llistxattr_query(path),
        |names| rustix::fs::llistxattr(path, names),
        |name, value| rustix::fs::lgetxattr(path, name, value),
    )
}

fn read(
    length: Result<usize>,
    list: impl FnOnce(&mut [u8]) -> Result<usize>,
    get: impl Fn(&CStr, &mut [u8]) -> Result<usize>,
) -> io::Result<Attributes> {
    match length {
        Ok(0) | Err(Errno::NOTSUP) => return Ok(Vec::new()),
        Ok(_) => {}
        Err(error) => return Err(error.into()),
    }
    let mut names = vec![0; BYTES_MAX];
    let length = list(&mut names)?;
    let mut attributes = Vec::new();
    for name in names[..length].split_inclusive(|byte| *byte == 0) {
        let name = CStr::from_bytes_with_nul(name).map_err(io::Error::other)?;
        let mut value = vec![0; BYTES_MAX];
        match get(name, &mut value) {
            Ok(length) => {
                value.truncate(length);
                attributes.push((name.to_owned(), value));
            }
            // It went away since they were listed, or the system keeps it from us.
            Err(Errno::NODATA | Errno::NOTSUP) => {}
            Err(error) => return Err(error.into()),
        }
    }
    attributes.sort_unstable();
    Ok(attributes)
}

/// Gives an open file or directory these attributes. What the file system doesn't have, or only the system
/// may set, is left out with a note in the log.
///
/// # Errors
/// As the system says.
pub(crate) fn give(file: &impl AsFd, attributes: &Attributes) -> io::Result<()> {
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
