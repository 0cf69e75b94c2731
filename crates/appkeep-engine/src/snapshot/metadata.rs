//! Copies the owner, permissions, attributes and times of one directory to another.

use std::io;
use std::os::fd::AsFd;

use rustix::fs::{Gid, Mode, Stat, Timespec, Timestamps, Uid};
use rustix::io::Errno;

use super::xattr::{self, Attributes};

/// Sets the metadata of an open directory to that of its original. Times come last, because all other changes
/// affect them.
///
/// # Errors
/// I/O errors. A lack of permission to change the owner isn't an error: that requires root.
pub(crate) fn apply(copy: &impl AsFd, original: &Stat, attributes: &Attributes) -> io::Result<()> {
    let (owner, group) = (Uid::from_raw(original.st_uid), Gid::from_raw(original.st_gid));
    match rustix::fs::fchown(copy, Some(owner), Some(group)) {
        Ok(()) | Err(Errno::PERM) => {}
        Err(error) => return Err(error.into()),
    }
    // Attributes come before the permissions, which may revoke the right to set them. Permissions come after
    // the owner, because changing the owner clears the set-user-ID bit.
    xattr::apply(copy, attributes)?;
    rustix::fs::fchmod(copy, Mode::from_raw_mode(original.st_mode & 0o7777))?;
    rustix::fs::futimens(copy, &times_of(original)?)?;
    Ok(())
}

/// The access and modification times.
///
/// # Errors
/// If the system returned an invalid time.
pub(crate) fn times_of(stat: &Stat) -> io::Result<Timestamps> {
    let nanos = |nanos: u64| i64::try_from(nanos).map_err(io::Error::other);
    Ok(Timestamps {
        last_access: Timespec {
            tv_sec: stat.st_atime,
            tv_nsec: nanos(stat.st_atime_nsec)?,
        },
        last_modification: Timespec {
            tv_sec: stat.st_mtime,
            tv_nsec: nanos(stat.st_mtime_nsec)?,
        },
    })
}
