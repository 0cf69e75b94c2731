//! Gives what was restored its owner, permissions, attributes and times, and looks whether it took them.

use std::collections::BTreeSet;
use std::ffi::{CStr, OsStr};
use std::io;
use std::os::fd::AsFd;
use std::sync::Mutex;

use rustix::fs::{AtFlags, Gid, Mode, Stat, Timespec, Timestamps, Uid, XattrFlags};
use rustix::io::Errno;

use super::entry::{Fault, Looks};
use super::from_snapshot::modified;
use crate::failure::lock;
use crate::snapshot::dir::Dir;
use crate::snapshot::metadata::times_of;
use crate::snapshot::xattr;

/// The set-user-ID and set-group-ID bits.
const SET_ID: u32 = 0o6000;

/// Attributes that a new entry inherits from the directory that it is made in.
const INHERITED: [&CStr; 2] = [c"system.posix_acl_access", c"system.posix_acl_default"];

/// What could not be given back, each said once.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    said: Mutex<BTreeSet<String>>,
    attributes: Mutex<BTreeSet<Vec<u8>>>,
}

const OWNERS: &str =
    "owners were not given back, and set-user-ID bits of others' files neither: only root may";
const FINE_TIMES: &str = "times were given back less finely: the file system keeps no nanoseconds";

impl Notes {
    fn say(&self, note: &str) {
        let mut said = lock(&self.said);
        if !said.contains(note) {
            tracing::warn!("{note}");
            said.insert(note.to_owned());
        }
    }

    fn has_said(&self, note: &str) -> bool {
        lock(&self.said).contains(note)
    }

    fn leave_out(&self, attribute: &CStr) {
        lock(&self.attributes).insert(attribute.to_bytes().to_owned());
        let name = attribute.to_string_lossy();
        self.say(&format!(
            "the attribute {name} was not given back: the file system doesn't take it"
        ));
    }

    fn has_left_out(&self, attribute: &CStr) -> bool {
        lock(&self.attributes).contains(attribute.to_bytes())
    }

    /// What was noted.
    pub(crate) fn into_lines(self) -> Vec<String> {
        let said = self.said.into_inner().unwrap_or_default();
        said.into_iter().collect()
    }
}

/// Takes away what a new directory has inherited, so that nothing inherits it in turn.
///
/// # Errors
/// As the system says.
pub(crate) fn disinherit(directory: &Dir) -> io::Result<()> {
    for name in INHERITED {
        match rustix::fs::fremovexattr(directory, name) {
            Ok(()) | Err(Errno::NODATA | Errno::NOTSUP) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Makes an open file or directory look as it should.
///
/// # Errors
/// As the system says. Not being allowed to give a file away is no error: only root may.
pub(crate) fn give(restored: &impl AsFd, looks: &Looks, notes: &Notes) -> io::Result<()> {
    let (owner, group) = owner_of(looks);
    let mut mode = looks.mode;
    match rustix::fs::fchown(restored, owner, group) {
        Ok(()) => {}
        Err(Errno::PERM) => {
            notes.say(OWNERS);
            // Such a bit would lend the rights of whoever restores, not of the owner it was meant for.
            mode &= !SET_ID;
        }
        Err(error) => return Err(error.into()),
    }
    for (name, value) in &looks.attributes {
        match rustix::fs::fsetxattr(restored, name.as_c_str(), value, XattrFlags::empty()) {
            Ok(()) => {}
            Err(Errno::NOTSUP | Errno::PERM | Errno::ACCESS) => notes.leave_out(name),
            Err(error) => return Err(error.into()),
        }
    }
    // After the owner: giving a file away takes its set-user-ID bit.
    rustix::fs::fchmod(restored, Mode::from_raw_mode(mode))?;
    rustix::fs::futimens(restored, &times(looks))?;
    Ok(())
}

/// The same for the link `name` in a directory; a link has no permissions of its own.
///
/// # Errors
/// As the system says.
pub(crate) fn give_link(directory: &Dir, name: &OsStr, looks: &Looks, notes: &Notes) -> io::Result<()> {
    let (owner, group) = owner_of(looks);
    match rustix::fs::chownat(directory, name, owner, group, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(()) => {}
        Err(Errno::PERM) => notes.say(OWNERS),
        Err(error) => return Err(error.into()),
    }
    rustix::fs::utimensat(directory, name, &times(looks), AtFlags::SYMLINK_NOFOLLOW)?;
    Ok(())
}

/// Gives a directory the time of its last change again.
///
/// # Errors
/// As the system says. Not being allowed to is no error.
pub(crate) fn give_times(directory: &Dir, stat: &Stat) -> io::Result<()> {
    match rustix::fs::futimens(directory, &times_of(stat)?) {
        Ok(()) | Err(Errno::PERM) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn owner_of(looks: &Looks) -> (Option<Uid>, Option<Gid>) {
    let (owner, group) = looks.owner;
    (Some(Uid::from_raw(owner)), Some(Gid::from_raw(group)))
}

fn times(looks: &Looks) -> Timestamps {
    let time = Timespec {
        tv_sec: looks.modified.0,
        tv_nsec: looks.modified.1,
    };
    Timestamps {
        last_access: time,
        last_modification: time,
    }
}

/// Compares an open file or directory with what it should look like.
///
/// # Errors
/// [`Fault::Differs`] with the difference.
pub(crate) fn compare(restored: &impl AsFd, looks: &Looks, notes: &Notes) -> Result<(), Fault> {
    let stat = rustix::fs::fstat(restored).map_err(Fault::target)?;
    let mode = stat.st_mode & 0o7777;
    let owners_differ = notes.has_said(OWNERS);
    if mode != looks.mode && !(owners_differ && mode == looks.mode & !SET_ID) {
        return Err(Fault::Differs(format!(
            "its mode is {mode:o}, not {:o}",
            looks.mode
        )));
    }
    compare_common(&stat, looks, notes)?;
    let attributes = xattr::of_open(restored).map_err(Fault::target)?;
    for (name, value) in &looks.attributes {
        let given = attributes.iter().find(|(there, _)| there == name);
        if given.is_none_or(|(_, there)| there != value) && !notes.has_left_out(name) {
            let name = name.to_string_lossy();
            return Err(Fault::Differs(format!("its attribute {name} is not what it was")));
        }
    }
    let added = attributes.iter().map(|(name, _)| name).find(|name| {
        INHERITED.contains(&name.as_c_str()) && !looks.attributes.iter().any(|(wanted, _)| wanted == *name)
    });
    match added {
        Some(name) => Err(Fault::Differs(format!(
            "it has got the attribute {}",
            name.to_string_lossy()
        ))),
        None => Ok(()),
    }
}

/// Compares owner and time, which links have, too.
///
/// # Errors
/// [`Fault::Differs`] with the difference.
pub(crate) fn compare_common(stat: &Stat, looks: &Looks, notes: &Notes) -> Result<(), Fault> {
    let owner = (stat.st_uid, stat.st_gid);
    if owner != looks.owner && !notes.has_said(OWNERS) {
        return Err(Fault::Differs(format!(
            "its owner is {owner:?}, not {:?}",
            looks.owner
        )));
    }
    let modified = modified(stat)?;
    if modified == looks.modified {
        return Ok(());
    }
    if modified.0 == looks.modified.0 {
        notes.say(FINE_TIMES);
        return Ok(());
    }
    Err(Fault::Differs(format!(
        "its time is {} s since 1970, not {}",
        modified.0, looks.modified.0
    )))
}
