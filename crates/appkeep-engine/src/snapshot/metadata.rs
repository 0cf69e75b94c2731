//! Gives a copy the owner, permissions, attributes and times of its original.

use std::ffi::OsStr;
use std::io;
use std::os::fd::AsFd;

use rustix::fs::{AtFlags, Gid, Mode, Stat, Timespec, Timestamps, Uid};
use rustix::io::Errno;

use super::dir::Dir;
use super::xattr::{self, Attributes};

/// Makes an open file or directory look like its original. Times come last, since everything else, and
/// every new entry of a directory, changes them.
///
/// # Errors
/// As the system says. Not being allowed to give a file away is no error: only root may.
pub(crate) fn give(copy: &impl AsFd, original: &Stat, attributes: &Attributes) -> io::Result<()> {
    permitted(rustix::fs::fchown(
        copy,
        Some(owner_of(original)),
        Some(group_of(original)),
    ))?;
    // After the owner: giving a file away takes its set-user-ID bit.
    rustix::fs::fchmod(copy, Mode::from_raw_mode(original.st_mode & 0o7777))?;
    xattr::give(copy, attributes)?;
    rustix::fs::futimens(copy, &times_of(original)?)?;
    Ok(())
}

/// The same for the link `name` in a directory; a link has no permissions of its own.
///
/// # Errors
/// As the system says.
pub(crate) fn give_link(directory: &Dir, name: &OsStr, original: &Stat) -> io::Result<()> {
    let (owner, group) = (Some(owner_of(original)), Some(group_of(original)));
    permitted(rustix::fs::chownat(
        directory,
        name,
        owner,
        group,
        AtFlags::SYMLINK_NOFOLLOW,
    ))?;
    rustix::fs::utimensat(directory, name, &times_of(original)?, AtFlags::SYMLINK_NOFOLLOW)?;
    Ok(())
}

fn owner_of(stat: &Stat) -> Uid {
    Uid::from_raw(stat.st_uid)
}

fn group_of(stat: &Stat) -> Gid {
    Gid::from_raw(stat.st_gid)
}

fn permitted(outcome: rustix::io::Result<()>) -> io::Result<()> {
    match outcome {
        Ok(()) | Err(Errno::PERM) => Ok(()),
        Err(error) => Err(error.into()),
    }
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
