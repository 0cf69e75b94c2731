//! Writes a volume into a directory that nobody else knows of yet.
//!
//! Every entry is made new, by its name, in a directory that is held open; nothing that is there already is
//! opened, followed or changed. So nothing can be written anywhere else, whatever the origin says.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use rustic_core::DataId;
use rustix::fs::AtFlags;
use rustix::io::Errno;

use super::cursor::Cursor;
use super::entry::{Content, Entry, Fault, FileIs, Looks};
use super::fill::{Filled, Queue, Work};
use super::looks;
use super::walk::Visit;
use crate::dir::Dir;

/// Makes entries.
pub(crate) struct Writer<'a> {
    /// The directory that gets the volumes.
    top: Dir,
    cursor: Cursor,
    queue: &'a Queue,
    work: &'a Work<'a>,
    links: HashMap<(u64, u64), Linked>,
    made: &'a mut Made,
}

/// What was made.
#[derive(Debug, Default)]
pub(crate) struct Made {
    /// How many files, each name counted.
    pub(crate) files: u64,
    /// How many bytes they have.
    pub(crate) bytes: u64,
    /// Names that should be one file with another name, and had to become files of their own.
    pub(crate) apart: HashSet<PathBuf>,
}

/// The first name of a file with several names.
struct Linked {
    /// Below `top`.
    path: PathBuf,
    size: u64,
    parts: Option<Vec<DataId>>,
}

impl<'a> Writer<'a> {
    /// A writer of one volume into `top`.
    ///
    /// # Errors
    /// When the directory can't be opened once more.
    pub(crate) fn new(
        top: &Dir,
        queue: &'a Queue,
        work: &'a Work<'a>,
        made: &'a mut Made,
    ) -> io::Result<Self> {
        Ok(Self {
            top: top.try_clone()?,
            cursor: Cursor::new(top.try_clone()?),
            queue,
            work,
            links: HashMap::new(),
            made,
        })
    }

    /// Gives the file another name, if its content is there already under one. Says whether it did.
    fn link_to_first(&mut self, path: &Path, name: &OsStr, file: &FileIs) -> Result<bool, Fault> {
        let Some(first) = file.linked.and_then(|linked| self.links.get(&linked)) else {
            return Ok(false);
        };
        if first.size != file.size || first.parts != file.parts {
            self.made.apart.insert(path.to_owned());
            return Ok(false);
        }
        match rustix::fs::linkat(&self.top, &first.path, self.cursor.here(), name, AtFlags::empty()) {
            Ok(()) => Ok(true),
            // A path or a number of names beyond the system's limit, or a file system without such links.
            Err(Errno::NAMETOOLONG | Errno::MLINK | Errno::PERM | Errno::OPNOTSUPP) => {
                self.made.apart.insert(path.to_owned());
                Ok(false)
            }
            Err(error) => Err(made_twice(error.into())),
        }
    }
}

/// Of two entries with one name, the second finds the first in its place.
fn made_twice(error: io::Error) -> Fault {
    if error.kind() == io::ErrorKind::AlreadyExists {
        Fault::Source("there are two entries of this name".to_owned())
    } else {
        Fault::Target(error)
    }
}

impl Visit for Writer<'_> {
    fn enter(&mut self, entry: &Entry, _: &[Entry]) -> Result<(), Fault> {
        let here = self.cursor.here();
        let below = here.create_dir(&entry.name).map_err(made_twice)?;
        self.cursor.down(below).map_err(Fault::Target)
    }

    fn leave(&mut self, _: &Path, looks: &Looks) -> Result<(), Fault> {
        let left = self.cursor.up().map_err(Fault::Target)?;
        // Last, since every new entry changes the directory's time.
        looks::give(&left, looks, self.work.notes).map_err(Fault::Target)
    }

    fn file(
        &mut self,
        path: &Path,
        entry: &Entry,
        file: &FileIs,
        content: &mut dyn FnMut() -> Result<Content, Fault>,
    ) -> Result<(), Fault> {
        self.made.files += 1;
        self.made.bytes += file.size;
        if self.link_to_first(path, &entry.name, file)? {
            self.work.advance(file.size);
            return Ok(());
        }
        let content = content()?;
        let made = self.cursor.here().create_file(&entry.name).map_err(made_twice)?;
        made.set_len(file.size).map_err(Fault::Target)?;
        if let Some(linked) = file.linked {
            let first = Linked {
                path: path.to_owned(),
                size: file.size,
                parts: file.parts.clone(),
            };
            self.links.entry(linked).or_insert(first);
        }
        let filled = Filled {
            path: path.to_owned(),
            file: made,
            size: file.size,
            looks: Some(entry.looks.clone()),
        };
        self.queue.push(filled, content)
    }

    fn link(&mut self, _: &Path, entry: &Entry, points_to: &Path) -> Result<(), Fault> {
        let here = self.cursor.here();
        rustix::fs::symlinkat(points_to, here, &entry.name).map_err(|error| made_twice(error.into()))?;
        looks::give_link(here, &entry.name, &entry.looks, self.work.notes).map_err(Fault::Target)
    }
}
