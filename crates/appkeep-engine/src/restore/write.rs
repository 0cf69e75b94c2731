//! Writes a volume to a new directory that isn't in use yet.
//!
//! Each entry is newly created, by name, in an open directory; existing entries are neither opened, followed
//! nor changed. Therefore nothing is written elsewhere, for any content of the origin.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use rustic_core::DataId;
use rustix::fs::AtFlags;
use rustix::io::Errno;

use super::cursor::Cursor;
use super::entry::{Content, Entry, FileInfo, Metadata, RestoreError};
use super::fill::{Queue, TargetFile, Work};
use super::metadata;
use super::walk::Visit;
use crate::dir::Dir;

/// Creates entries.
pub(crate) struct Writer<'a> {
    /// The parent directory of the volumes.
    top: Dir,
    cursor: Cursor,
    queue: &'a Queue,
    work: &'a Work<'a>,
    links: HashMap<(u64, u64), Linked>,
    created: &'a mut Created,
}

/// The entries that were created.
#[derive(Debug, Default)]
pub(crate) struct Created {
    /// The number of files; each name counts.
    pub(crate) files: u64,
    /// The total size of the files in bytes.
    pub(crate) bytes: u64,
    /// Further names of a file that had to become separate files.
    pub(crate) separate: HashSet<PathBuf>,
}

/// The first name of a file with several names.
struct Linked {
    /// The path below `top`.
    path: PathBuf,
    size: u64,
    parts: Option<Vec<DataId>>,
}

impl<'a> Writer<'a> {
    /// Creates a writer of one volume into `top`.
    ///
    /// # Errors
    /// If the directory can't be opened again.
    pub(crate) fn new(
        top: &Dir,
        queue: &'a Queue,
        work: &'a Work<'a>,
        created: &'a mut Created,
    ) -> io::Result<Self> {
        Ok(Self {
            top: top.try_clone()?,
            cursor: Cursor::new(top.try_clone()?),
            queue,
            work,
            links: HashMap::new(),
            created,
        })
    }

    /// Adds a name to a file whose content exists under another one. Returns whether it did.
    fn link_to_first(&mut self, path: &Path, name: &OsStr, file: &FileInfo) -> Result<bool, RestoreError> {
        let Some(first) = file.linked.and_then(|linked| self.links.get(&linked)) else {
            return Ok(false);
        };
        if first.size != file.size || first.parts != file.parts {
            self.created.separate.insert(path.to_owned());
            return Ok(false);
        }
        match rustix::fs::linkat(&self.top, &first.path, self.cursor.here(), name, AtFlags::empty()) {
            Ok(()) => Ok(true),
            // The path or the number of names exceeds the system's limit, or the file system has no hard
            // links.
            Err(Errno::NAMETOOLONG | Errno::MLINK | Errno::PERM | Errno::OPNOTSUPP) => {
                self.created.separate.insert(path.to_owned());
                Ok(false)
            }
            Err(error) => Err(made_twice(error.into())),
        }
    }
}

/// Converts an error; if two entries have the same name, the second one already exists.
fn made_twice(error: io::Error) -> RestoreError {
    if error.kind() == io::ErrorKind::AlreadyExists {
        RestoreError::Source("there are two entries of this name".to_owned())
    } else {
        RestoreError::Target(error)
    }
}

impl Visit for Writer<'_> {
    fn enter(&mut self, entry: &Entry, _: &[Entry]) -> Result<(), RestoreError> {
        let here = self.cursor.here();
        let below = here.create_dir(&entry.name).map_err(made_twice)?;
        self.cursor.down(below).map_err(RestoreError::Target)
    }

    fn leave(&mut self, _: &Path, metadata: &Metadata) -> Result<(), RestoreError> {
        let left = self.cursor.up().map_err(RestoreError::Target)?;
        // Last, because each new entry changes the directory's time.
        metadata::apply(&left, metadata, self.work.notes).map_err(RestoreError::Target)
    }

    fn file(
        &mut self,
        path: &Path,
        entry: &Entry,
        file: &FileInfo,
        content: &mut dyn FnMut() -> Result<Content, RestoreError>,
    ) -> Result<(), RestoreError> {
        self.created.files += 1;
        self.created.bytes += file.size;
        if self.link_to_first(path, &entry.name, file)? {
            self.work.advance(file.size);
            return Ok(());
        }
        let content = content()?;
        let created = self.cursor.here().create_file(&entry.name).map_err(made_twice)?;
        created.set_len(file.size).map_err(RestoreError::Target)?;
        if let Some(linked) = file.linked {
            let first = Linked {
                path: path.to_owned(),
                size: file.size,
                parts: file.parts.clone(),
            };
            self.links.entry(linked).or_insert(first);
        }
        let filled = TargetFile {
            path: path.to_owned(),
            file: created,
            size: file.size,
            metadata: Some(entry.metadata.clone()),
        };
        self.queue.push(filled, content)
    }

    fn link(&mut self, _: &Path, entry: &Entry, points_to: &Path) -> Result<(), RestoreError> {
        let here = self.cursor.here();
        rustix::fs::symlinkat(points_to, here, &entry.name).map_err(|error| made_twice(error.into()))?;
        metadata::apply_to_link(here, &entry.name, &entry.metadata, self.work.notes)
            .map_err(RestoreError::Target)
    }
}
