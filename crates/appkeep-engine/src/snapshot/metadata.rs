//! Gives a directory the owner, permissions, attributes and times of another one.

use std::io;
use std::os::fd::AsFd;

use rustix::fs::{Gid, Mode, Stat, Timespec, Timestamps, Uid};
use rustix::io::Errno;

use super::xattr::{self, Attributes};

/// Makes an open directory look like its original. Times come last, since everything else changes them.
///
/// # Errors
/// As the system says. Not being allowed to give it away is no error: only root may.
pub(crate) fn give(copy: &impl AsFd, original: &Stat, attributes: &Attributes) -> io::Result<()> {
    let (owner, group) = (Uid::from_raw(original.st_uid), Gid::from_raw(original.st_gid));
    match rustix::fs::fchown(copy, Some(owner), Some(group)) {
        Ok(()) | Err(Errno::PERM) => {}
        Err(error) => return Err(error.into()),
    }
    // Before the permissions, which may take away the right to set attributes; but permissions come after the
    // owner, since a new one takes the set-user-ID bit away.
    xattr::give(copy, attributes)?;
    rustix::fs::fchmod(copy, Mode::from_raw_mode(original.st_mode & 0o7777))?;
    rustix::fs::futimens(copy, &times_of(original)?)?;
    Ok(())
}

/// When it was last read and changed.
///
/// # Errors
/// When the system's numbers make no time.
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
