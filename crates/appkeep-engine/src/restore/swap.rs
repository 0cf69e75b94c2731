//! Replaces old data with new data, and undoes that on failure.
//!
//! Each step determines from the directories themselves what is already done, not from a record: it may have
//! been killed at any point. Old data is only ever renamed here.
//!
//! A staging directory contains `new`, `old` and `root`, each with one directory for each volume.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;

use rustix::fs::{Mode, RenameFlags};
use rustix::io::Errno;

use super::replacement::{Replacement, Swap};
use crate::dir::Dir;
use crate::snapshot::{metadata, xattr};
use crate::staging::is_staging_name;

/// The new data before the swap, and the old data after an exchange.
pub(crate) const NEW: &str = "new";
/// The old data, if the directories could not be exchanged in one step.
pub(crate) const OLD: &str = "old";
/// For each volume that is swapped by entries, an empty directory with the new directory's metadata.
pub(crate) const ROOT: &str = "root";

/// The step that completes the swap of a volume by its directory.
pub(crate) const EXCHANGING: &str = "exchanging the old directory and the new";

/// A file system's own directory, which can't be moved.
const LOST_FOUND: &str = "lost+found";

/// Called before each step that changes data, so that tests can stop it there.
pub(crate) trait FaultInjection: Sync {
    /// Called before the step `act`.
    ///
    /// # Errors
    /// An error that replaces the step.
    fn before(&self, act: &'static str) -> io::Result<()>;
}

/// Runs every step.
#[derive(Debug)]
pub(crate) struct NoFaults;

impl FaultInjection for NoFaults {
    fn before(&self, _: &'static str) -> io::Result<()> {
        Ok(())
    }
}

/// Opens the parent of `path`, which is without links, and returns it with the entry's name.
pub(crate) fn open_parent(path: &Path) -> io::Result<(Dir, OsString)> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let parent = Dir::open_without_links(path.parent().unwrap_or(path))?;
    Ok((parent, name.to_owned()))
}

/// Opens a staging directory.
pub(crate) fn open_staging(path: &Path) -> io::Result<Dir> {
    let (parent, name) = open_parent(path)?;
    parent.open_dir(&name)
}

/// The inode of an entry, if it exists.
fn inode_of(directory: &Dir, name: &OsStr) -> io::Result<Option<u64>> {
    match directory.stat(name) {
        Ok(stat) => Ok(Some(stat.st_ino)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn sync(directory: &Dir) -> io::Result<()> {
    Ok(rustix::fs::fsync(directory)?)
}

/// A volume that is being swapped.
pub(crate) struct Volume<'a> {
    replacement: &'a Replacement,
    /// The inode of the new directory.
    new: u64,
    faults: &'a dyn FaultInjection,
    staging: Dir,
}

impl<'a> Volume<'a> {
    /// Creates the swap of a volume whose new data is staged.
    ///
    /// # Errors
    /// If the staging directory can't be opened.
    pub(crate) fn new(
        replacement: &'a Replacement,
        new: u64,
        faults: &'a dyn FaultInjection,
    ) -> io::Result<Self> {
        Ok(Self {
            replacement,
            new,
            faults,
            staging: open_staging(replacement.staging())?,
        })
    }

    fn staged(&self, what: &str) -> io::Result<Dir> {
        self.staging.open_dir(OsStr::new(what))
    }

    fn name(&self) -> &OsStr {
        &self.replacement.volume
    }

    /// Swaps the new directory in for the old one. Does nothing if it is already in place.
    ///
    /// # Errors
    /// I/O errors. The old directory is then in place or in the staging directory.
    pub(crate) fn exchange(&self) -> io::Result<()> {
        let (parent, target) = open_parent(self.replacement.target())?;
        if inode_of(&parent, &target)? == Some(self.new) {
            return Ok(());
        }
        let new = self.staged(NEW)?;
        if inode_of(&new, self.name())? != Some(self.new) {
            return Err(io::Error::other(
                "the new data is missing from the staging directory",
            ));
        }
        if self.replacement.is_new {
            self.faults.before(EXCHANGING)?;
            rename_new(&new, self.name(), &parent, &target)?;
            sync(&new)?;
            return sync(&parent);
        }
        let exchanged = self.faults.before(EXCHANGING).and_then(|()| {
            Ok(rename_with(
                &new,
                self.name(),
                &parent,
                &target,
                RenameFlags::EXCHANGE,
            )?)
        });
        match exchanged.map_err(|error| (Errno::from_io_error(&error), error)) {
            Ok(()) => {}
            Err((Some(Errno::NOENT), _)) => rename_new(&new, self.name(), &parent, &target)?,
            Err((Some(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP), _)) => {
                self.exchange_in_two_steps(&new, &parent, &target)?;
            }
            Err((_, error)) => return Err(error),
        }
        sync(&new)?;
        sync(&parent)
    }

    /// Used on file systems that can't exchange two entries. Between the two steps the directory is missing.
    fn exchange_in_two_steps(&self, new: &Dir, parent: &Dir, target: &OsStr) -> io::Result<()> {
        let old = self.staged(OLD)?;
        self.faults.before("renaming the old directory")?;
        match rustix::fs::renameat(parent, target, &old, self.name()) {
            Ok(()) | Err(Errno::NOENT) => {}
            Err(error) => return Err(error.into()),
        }
        sync(&old)?;
        self.faults.before("renaming the new directory")?;
        Ok(rustix::fs::renameat(new, self.name(), parent, target)?)
    }

    /// Moves the old entries out of the directory.
    pub(crate) fn move_old_out(&self) -> io::Result<()> {
        let target = Dir::open(self.replacement.target())?;
        let old = self.create_staged(OLD)?;
        self.move_all(&target, &old, "moving an old entry out")
    }

    /// Moves the new entries into the directory, from which the old ones were moved out, and sets its
    /// metadata.
    pub(crate) fn move_new_in(&self) -> io::Result<()> {
        let target = Dir::open(self.replacement.target())?;
        let new = self.staged(NEW)?.open_dir(self.name())?;
        self.move_all(&new, &target, "moving a new entry in")?;
        self.faults.before("setting the directory's metadata")?;
        let metadata = self.staged(ROOT)?.open_dir(self.name())?;
        metadata::apply(&target, &metadata.stat_self()?, &xattr::of_open(&metadata)?)?;
        sync(&target)
    }

    fn create_staged(&self, what: &str) -> io::Result<Dir> {
        let directory = self.staged(what)?;
        match rustix::fs::mkdirat(&directory, self.name(), Mode::RWXU) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(error) => return Err(error.into()),
        }
        directory.open_dir(self.name())
    }

    /// Moves all entries except the file system's own directory and staging directories, including those of
    /// abandoned restores.
    fn move_all(&self, from: &Dir, to: &Dir, act: &'static str) -> io::Result<()> {
        for name in from.names()? {
            if is_staging_name(&name) || name == LOST_FOUND {
                continue;
            }
            self.faults.before(act)?;
            match rename_new(from, &name, to, &name) {
                // The entry was created meanwhile; it is moved out like the old data.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    rename_with(from, &name, to, &name, RenameFlags::EXCHANGE)?;
                }
                moved => moved?,
            }
        }
        sync(from)?;
        sync(to)
    }

    /// Undoes all completed steps of the swap. `is_out` tells whether all old entries were moved out.
    pub(crate) fn roll_back(&self, is_out: bool) -> io::Result<()> {
        match self.replacement.swap {
            Swap::Directory => self.roll_back_directory(),
            Swap::Entries => self.roll_back_entries(is_out),
        }
    }

    fn roll_back_directory(&self) -> io::Result<()> {
        let (parent, target) = open_parent(self.replacement.target())?;
        let (new, old) = (self.staged(NEW)?, self.staged(OLD)?);
        let is_in_place = inode_of(&parent, &target)? == Some(self.new);
        if inode_of(&old, self.name())?.is_some() {
            if is_in_place {
                rustix::fs::renameat(&parent, &target, &new, self.name())?;
            }
            rename_new(&old, self.name(), &parent, &target)?;
        } else if is_in_place && inode_of(&new, self.name())?.is_some() {
            rename_with(&new, self.name(), &parent, &target, RenameFlags::EXCHANGE)?;
        } else if is_in_place {
            rename_new(&parent, &target, &new, self.name())?;
        }
        sync(&parent)
    }

    fn roll_back_entries(&self, is_out: bool) -> io::Result<()> {
        let target = Dir::open(self.replacement.target())?;
        if is_out {
            let new = self.staged(NEW)?.open_dir(self.name())?;
            self.move_all(&target, &new, "moving a new entry out again")?;
        }
        self.move_all(&self.create_staged(OLD)?, &target, "moving an old entry back")
    }
}

fn rename_with(
    from: &Dir,
    name: &OsStr,
    to: &Dir,
    new_name: &OsStr,
    flags: RenameFlags,
) -> rustix::io::Result<()> {
    rustix::fs::renameat_with(from, name, to, new_name, flags)
}

/// Renames an entry to an unused name.
fn rename_new(from: &Dir, name: &OsStr, to: &Dir, new_name: &OsStr) -> io::Result<()> {
    match rename_with(from, name, to, new_name, RenameFlags::NOREPLACE) {
        Ok(()) => Ok(()),
        // The file system can't check and rename in one step.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) if inode_of(to, new_name)?.is_none() => {
            Ok(rustix::fs::renameat(from, name, to, new_name)?)
        }
        Err(error) => Err(error.into()),
    }
}
