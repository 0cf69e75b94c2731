//! Puts new data in the place of the old, and the old back when that fails.
//!
//! Each step finds out what is done already, by what the directories are and not by what anybody remembers:
//! it may have been killed anywhere. Old data is only ever renamed here.
//!
//! A staging directory holds `new`, `old` and `root`, each with one directory for each volume.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;

use rustix::fs::{Mode, RenameFlags};
use rustix::io::Errno;

use super::place::{Place, Swap};
use crate::dir::Dir;
use crate::snapshot::{metadata, xattr};
use crate::staging::is_staging_name;

/// The new data until it is swapped, and after an exchange the old.
pub(crate) const NEW: &str = "new";
/// The old data, where the two could not be exchanged at once.
pub(crate) const OLD: &str = "old";
/// For each volume that is swapped by entries, an empty directory that looks like the new one.
pub(crate) const ROOT: &str = "root";

/// The act after which a volume that is swapped by its directory is new.
pub(crate) const EXCHANGING: &str = "exchanging the old directory and the new";

/// A file system's own directory, which can't be moved.
const LOST_FOUND: &str = "lost+found";

/// Told before each act that changes something, so that tests can stop it there.
pub(crate) trait Acts: Sync {
    /// An act is about to happen.
    ///
    /// # Errors
    /// Instead of the act.
    fn before(&self, act: &'static str) -> io::Result<()>;
}

/// Every act happens.
#[derive(Debug)]
pub(crate) struct Unhindered;

impl Acts for Unhindered {
    fn before(&self, _: &'static str) -> io::Result<()> {
        Ok(())
    }
}

/// Opens the directory at `path`, which is no link itself.
///
/// # Errors
/// As the system says.
pub(crate) fn open_parent(path: &Path) -> io::Result<(Dir, OsString)> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let parent = Dir::open(path.parent().unwrap_or(path))?;
    Ok((parent, name.to_owned()))
}

/// Opens a staging directory.
///
/// # Errors
/// As the system says.
pub(crate) fn open_staging(path: &Path) -> io::Result<Dir> {
    let (parent, name) = open_parent(path)?;
    parent.open_dir(&name)
}

/// What the entry is, if it is there.
fn number_of(directory: &Dir, name: &OsStr) -> io::Result<Option<u64>> {
    match directory.stat(name) {
        Ok(stat) => Ok(Some(stat.st_ino)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn sync(directory: &Dir) -> io::Result<()> {
    Ok(rustix::fs::fsync(directory)?)
}

/// One volume between old and new.
pub(crate) struct Volume<'a> {
    place: &'a Place,
    /// What the new directory is.
    new: u64,
    acts: &'a dyn Acts,
    staging: Dir,
}

impl<'a> Volume<'a> {
    /// A volume whose new data is staged.
    ///
    /// # Errors
    /// When the staging directory can't be opened.
    pub(crate) fn new(place: &'a Place, new: u64, acts: &'a dyn Acts) -> io::Result<Self> {
        Ok(Self {
            place,
            new,
            acts,
            staging: open_staging(place.staging())?,
        })
    }

    fn staged(&self, what: &str) -> io::Result<Dir> {
        self.staging.open_dir(OsStr::new(what))
    }

    fn name(&self) -> &OsStr {
        &self.place.volume
    }

    /// Puts the new directory where the old is. Nothing happens if it is there already.
    ///
    /// # Errors
    /// As the system says; then the old is there, or in the staging directory.
    pub(crate) fn exchange(&self) -> io::Result<()> {
        let (parent, target) = open_parent(self.place.target())?;
        if number_of(&parent, &target)? == Some(self.new) {
            return Ok(());
        }
        let new = self.staged(NEW)?;
        if number_of(&new, self.name())? != Some(self.new) {
            return Err(io::Error::other("the new data is not where it was made"));
        }
        let exchanged = self.acts.before(EXCHANGING).and_then(|()| {
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
                self.exchange_in_two(&new, &parent, &target)?;
            }
            Err((_, error)) => return Err(error),
        }
        sync(&new)?;
        sync(&parent)
    }

    /// For file systems that can't exchange two entries. In between there is no directory at all.
    fn exchange_in_two(&self, new: &Dir, parent: &Dir, target: &OsStr) -> io::Result<()> {
        let old = self.staged(OLD)?;
        self.acts.before("renaming the old directory")?;
        match rustix::fs::renameat(parent, target, &old, self.name()) {
            Ok(()) | Err(Errno::NOENT) => {}
            Err(error) => return Err(error.into()),
        }
        sync(&old)?;
        self.acts.before("renaming the new directory")?;
        Ok(rustix::fs::renameat(new, self.name(), parent, target)?)
    }

    /// Moves the old entries out of the directory.
    ///
    /// # Errors
    /// As the system says.
    pub(crate) fn take_out(&self) -> io::Result<()> {
        let target = Dir::open(self.place.target())?;
        let old = self.made(OLD)?;
        self.move_all(&target, &old, "moving an old entry out")
    }

    /// Moves the new entries into the directory, whose old ones are out, and makes it look like the new one.
    ///
    /// # Errors
    /// As the system says.
    pub(crate) fn bring_in(&self) -> io::Result<()> {
        let target = Dir::open(self.place.target())?;
        let new = self.staged(NEW)?.open_dir(self.name())?;
        self.move_all(&new, &target, "moving a new entry in")?;
        self.acts.before("making the directory look like the new one")?;
        let looks = self.staged(ROOT)?.open_dir(self.name())?;
        metadata::give(&target, &looks.stat_self()?, &xattr::of_open(&looks)?)?;
        sync(&target)
    }

    fn made(&self, what: &str) -> io::Result<Dir> {
        let directory = self.staged(what)?;
        match rustix::fs::mkdirat(&directory, self.name(), Mode::RWXU) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(error) => return Err(error.into()),
        }
        directory.open_dir(self.name())
    }

    /// Moves every entry but the staging directories, this restore's and those of others that were abandoned,
    /// and what belongs to the file system.
    fn move_all(&self, from: &Dir, to: &Dir, act: &'static str) -> io::Result<()> {
        for name in from.names()? {
            if is_staging_name(&name) || name == LOST_FOUND {
                continue;
            }
            self.acts.before(act)?;
            match rename_new(from, &name, to, &name) {
                // Somebody made it meanwhile; it goes the way of the old.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    rename_with(from, &name, to, &name, RenameFlags::EXCHANGE)?;
                }
                moved => moved?,
            }
        }
        sync(from)?;
        sync(to)
    }

    /// Undoes whatever of the swap was done. `is_out` says that all old entries were out.
    ///
    /// # Errors
    /// As the system says.
    pub(crate) fn put_back(&self, is_out: bool) -> io::Result<()> {
        match self.place.swap {
            Swap::Directory => self.put_directory_back(),
            Swap::Entries => self.put_entries_back(is_out),
        }
    }

    fn put_directory_back(&self) -> io::Result<()> {
        let (parent, target) = open_parent(self.place.target())?;
        let (new, old) = (self.staged(NEW)?, self.staged(OLD)?);
        let is_in_place = number_of(&parent, &target)? == Some(self.new);
        if number_of(&old, self.name())?.is_some() {
            if is_in_place {
                rustix::fs::renameat(&parent, &target, &new, self.name())?;
            }
            rename_new(&old, self.name(), &parent, &target)?;
        } else if is_in_place && number_of(&new, self.name())?.is_some() {
            rename_with(&new, self.name(), &parent, &target, RenameFlags::EXCHANGE)?;
        } else if is_in_place {
            rename_new(&parent, &target, &new, self.name())?;
        }
        sync(&parent)
    }

    fn put_entries_back(&self, is_out: bool) -> io::Result<()> {
        let target = Dir::open(self.place.target())?;
        if is_out {
            let new = self.staged(NEW)?.open_dir(self.name())?;
            self.move_all(&target, &new, "moving a new entry out again")?;
        }
        self.move_all(&self.made(OLD)?, &target, "moving an old entry back")
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

/// Renames to a name that nothing has.
fn rename_new(from: &Dir, name: &OsStr, to: &Dir, new_name: &OsStr) -> io::Result<()> {
    match rename_with(from, name, to, new_name, RenameFlags::NOREPLACE) {
        Ok(()) => Ok(()),
        // The file system can't look and rename at once.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) if number_of(to, new_name)?.is_none() => {
            Ok(rustix::fs::renameat(from, name, to, new_name)?)
        }
        Err(error) => Err(error.into()),
    }
}
