//! Sets the owner, permissions, attributes and times of restored entries, and checks whether the target
//! stored them.
//!
//! Such errors don't fail a restore: content and names must be correct, and other differences become notes.

use std::ffi::{CStr, OsStr};
use std::io;
use std::os::fd::AsFd;
use std::path::Path;

use rustix::fs::{AtFlags, Gid, Mode, Stat, Timespec, Timestamps, Uid, XattrFlags};
use rustix::io::Errno;

use super::entry::{Metadata, RestoreError};
use super::from_snapshot::modified;
use super::notes::{Detail, Notes};
use crate::dir::Dir;
use crate::failure::is_transient;
use crate::snapshot::metadata::times_of;
use crate::snapshot::xattr::{self, INHERITED};

pub(crate) use crate::snapshot::xattr::disinherit;

/// The set-user-ID and set-group-ID bits.
const SET_ID: u32 = 0o6000;

/// The access control list of an entry.
const ACCESS_LIST: &CStr = INHERITED[0];

/// Turns a refusal into a note; disk errors and transient errors remain errors.
fn note_refusal(outcome: rustix::io::Result<()>, detail: Detail, notes: &Notes) -> io::Result<bool> {
    match outcome {
        Ok(()) => Ok(true),
        Err(error @ (Errno::IO | Errno::ROFS | Errno::STALE | Errno::NODEV | Errno::NXIO)) => {
            Err(error.into())
        }
        Err(error) if is_transient(&error.into()) => Err(error.into()),
        Err(error) => {
            notes.refused(detail, error);
            Ok(false)
        }
    }
}

/// Sets the metadata of an open file or directory, as far as the target permits.
///
/// # Errors
/// I/O errors of the disk.
pub(crate) fn apply(restored: &impl AsFd, metadata: &Metadata, notes: &Notes) -> io::Result<()> {
    let (owner, group) = owner_of(metadata);
    let mut mode = metadata.mode;
    if !note_refusal(rustix::fs::fchown(restored, owner, group), Detail::Owner, notes)? {
        // The bit would grant the rights of the restoring user, not of the intended owner.
        mode &= !SET_ID;
    }
    for (name, value) in &metadata.attributes {
        let set = rustix::fs::fsetxattr(restored, name.as_c_str(), value, XattrFlags::empty());
        if !note_refusal(set, detail_of(name), notes)? && name.as_c_str() == ACCESS_LIST {
            mode = without_list(mode, value);
        }
    }
    // After the owner, because changing it clears the set-user-ID bit. After the attributes, because some
    // can't be set without write permission.
    let set = rustix::fs::fchmod(restored, Mode::from_raw_mode(mode));
    note_refusal(set, Detail::Mode, notes)?;
    note_refusal(
        rustix::fs::futimens(restored, &times(metadata)),
        Detail::Time,
        notes,
    )?;
    Ok(())
}

/// As [`apply`], for the link `name` in a directory; a link has no permissions of its own.
///
/// # Errors
/// I/O errors of the disk.
pub(crate) fn apply_to_link(
    directory: &Dir,
    name: &OsStr,
    metadata: &Metadata,
    notes: &Notes,
) -> io::Result<()> {
    let (owner, group) = owner_of(metadata);
    let given = rustix::fs::chownat(directory, name, owner, group, AtFlags::SYMLINK_NOFOLLOW);
    note_refusal(given, Detail::Owner, notes)?;
    let set = rustix::fs::utimensat(directory, name, &times(metadata), AtFlags::SYMLINK_NOFOLLOW);
    note_refusal(set, Detail::Time, notes)?;
    Ok(())
}

/// Restores the times of a directory.
///
/// # Errors
/// I/O errors. A lack of permission isn't an error.
pub(crate) fn restore_times(directory: &Dir, stat: &Stat) -> io::Result<()> {
    match rustix::fs::futimens(directory, &times_of(stat)?) {
        Ok(()) | Err(Errno::PERM) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn owner_of(metadata: &Metadata) -> (Option<Uid>, Option<Gid>) {
    let (owner, group) = metadata.owner;
    (Some(Uid::from_raw(owner)), Some(Gid::from_raw(group)))
}

fn detail_of(attribute: &CStr) -> Detail {
    if INHERITED.contains(&attribute) {
        Detail::AccessList
    } else {
        Detail::Attribute
    }
}

/// The mode of an entry that lost its access control list. With a list, the group bits are the mask of all
/// its entries; without one they would apply to the group, which may have had fewer rights.
fn without_list(mode: u32, list: &[u8]) -> u32 {
    const GROUP: u16 = 0x04;
    let entries = list.get(4..).unwrap_or_default().chunks_exact(8);
    let group = entries
        .filter(|entry| u16::from_le_bytes([entry[0], entry[1]]) == GROUP)
        .map(|entry| u32::from(u16::from_le_bytes([entry[2], entry[3]])))
        .next();
    mode & !0o070 | mode & (group.unwrap_or(0) & 0o7) << 3
}

fn times(metadata: &Metadata) -> Timestamps {
    let time = Timespec {
        tv_sec: metadata.modified.0,
        tv_nsec: metadata.modified.1,
    };
    Timestamps {
        last_access: time,
        last_modification: time,
    }
}

/// Compares an open file or directory with its expected metadata, and notes the differences.
///
/// # Errors
/// [`RestoreError::Target`] if it can't be read.
pub(crate) fn compare(
    restored: &impl AsFd,
    path: &Path,
    metadata: &Metadata,
    notes: &Notes,
) -> Result<(), RestoreError> {
    let stat = rustix::fs::fstat(restored).map_err(RestoreError::target)?;
    let actual = xattr::of_open(restored).map_err(RestoreError::target)?;
    let mut mode = metadata.mode;
    if notes.is_refused(Detail::Owner) {
        mode &= !(SET_ID & !stat.st_mode);
    }
    for (name, value) in &metadata.attributes {
        if !actual
            .iter()
            .any(|(given, given_value)| given == name && given_value == value)
        {
            let named = name.to_bytes().escape_ascii().to_string();
            notes.differs(detail_of(name), path, Some(&named));
            if name.as_c_str() == ACCESS_LIST {
                mode = without_list(mode, value);
            }
        }
    }
    for (name, _) in actual
        .iter()
        .filter(|(name, _)| INHERITED.contains(&name.as_c_str()))
    {
        if !metadata.attributes.iter().any(|(expected, _)| expected == name) {
            notes.differs(Detail::AccessList, path, Some("not expected"));
        }
    }
    if stat.st_mode & 0o7777 != mode {
        notes.differs(Detail::Mode, path, None);
    }
    compare_common(&stat, path, metadata, notes)
}

/// Compares owner and time, which also apply to links.
///
/// # Errors
/// [`RestoreError::Source`] if the system returned an invalid time.
pub(crate) fn compare_common(
    stat: &Stat,
    path: &Path,
    metadata: &Metadata,
    notes: &Notes,
) -> Result<(), RestoreError> {
    if (stat.st_uid, stat.st_gid) != metadata.owner {
        notes.differs(Detail::Owner, path, None);
    }
    let modified = modified(stat)?;
    if modified.0 != metadata.modified.0 {
        notes.differs(Detail::Time, path, None);
    } else if modified.1 != metadata.modified.1 {
        notes.differs(Detail::Nanoseconds, path, None);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(entries: &[(u16, u16, u32)]) -> Vec<u8> {
        let entries = entries.iter().flat_map(|(tag, permissions, id)| {
            [
                &tag.to_le_bytes()[..],
                &permissions.to_le_bytes(),
                &id.to_le_bytes(),
            ]
            .concat()
        });
        2_u32.to_le_bytes().into_iter().chain(entries).collect()
    }

    #[test]
    fn removing_an_access_list_grants_the_group_no_rights() {
        // The owner may read and write, user 1000 may read, the group has the given rights, limited by a
        // mask.
        let with_group = |group| list(&[(1, 6, 0), (2, 4, 1000), (4, group, 0), (0x10, 4, 0), (0x20, 0, 0)]);
        assert_eq!(without_list(0o640, &with_group(0)), 0o600);
        assert_eq!(without_list(0o640, &with_group(4)), 0o640);
        assert_eq!(without_list(0o640, &with_group(7)), 0o640);
        assert_eq!(without_list(0o4640, b"no list"), 0o4600);
    }
}
