//! Compares a restored volume with its origin: names, content and metadata. Differences in names or content
//! fail the restore; differences in metadata are noted.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::FileType;

use super::cursor::Cursor;
use super::entry::{Content, Entry, FileInfo, Metadata, RestoreError};
use super::fill::{Queue, TargetFile, Work};
use super::metadata;
use super::walk::Visit;
use super::write::Created;
use crate::dir::{Dir, identity_of, kind_of, size_of};

/// Compares entries.
pub(crate) struct Checker<'a> {
    cursor: Cursor,
    queue: &'a Queue,
    work: &'a Work<'a>,
    created: &'a Created,
    /// The identity in the target of each file with several names, under its first name.
    links: HashMap<(u64, u64), (u64, u64)>,
}

impl<'a> Checker<'a> {
    /// Creates a checker of one volume in `top`.
    ///
    /// # Errors
    /// If the directory can't be opened again.
    pub(crate) fn new(
        top: &Dir,
        queue: &'a Queue,
        work: &'a Work<'a>,
        created: &'a Created,
    ) -> io::Result<Self> {
        Ok(Self {
            cursor: Cursor::new(top.try_clone()?),
            queue,
            work,
            created,
            links: HashMap::new(),
        })
    }
}

impl Visit for Checker<'_> {
    fn enter(&mut self, entry: &Entry, below: &[Entry]) -> Result<(), RestoreError> {
        let restored = self
            .cursor
            .here()
            .open_dir(&entry.name)
            .map_err(RestoreError::Target)?;
        let names = restored.names().map_err(RestoreError::Target)?;
        let mut expected: Vec<_> = below.iter().map(|entry| entry.name.as_os_str()).collect();
        expected.sort_unstable();
        if names != expected {
            return Err(RestoreError::Differs(format!(
                "it has {} entries: expected {}",
                names.len(),
                expected.len()
            )));
        }
        self.cursor.down(restored).map_err(RestoreError::Target)
    }

    fn leave(&mut self, path: &Path, metadata: &Metadata) -> Result<(), RestoreError> {
        let left = self.cursor.up().map_err(RestoreError::Target)?;
        metadata::compare(&left, path, metadata, self.work.notes)
    }

    fn file(
        &mut self,
        path: &Path,
        entry: &Entry,
        file: &FileInfo,
        content: &mut dyn FnMut() -> Result<Content, RestoreError>,
    ) -> Result<(), RestoreError> {
        let (restored, stat) = self
            .cursor
            .here()
            .open_file(&entry.name)
            .map_err(RestoreError::Target)?;
        if kind_of(&stat) != FileType::RegularFile || size_of(&stat) != file.size {
            return Err(RestoreError::Differs(format!(
                "it is not a file of {} bytes",
                file.size
            )));
        }
        metadata::compare(&restored, path, &entry.metadata, self.work.notes)?;
        if let Some(linked) = file.linked {
            let this = identity_of(&stat);
            match self.links.get(&linked) {
                // The content was compared under the first name.
                Some(first) if *first == this => return Ok(()),
                Some(_) if !self.created.separate.contains(path) => {
                    return Err(RestoreError::Differs(
                        "it is a separate file: expected a hard link".to_owned(),
                    ));
                }
                Some(_) => {}
                None => drop(self.links.insert(linked, this)),
            }
        }
        let filled = TargetFile {
            path: path.to_owned(),
            file: restored,
            size: file.size,
            metadata: None,
        };
        self.queue.push(filled, content()?)
    }

    fn link(&mut self, path: &Path, entry: &Entry, points_to: &Path) -> Result<(), RestoreError> {
        let here = self.cursor.here();
        let restored = rustix::fs::readlinkat(here, &entry.name, Vec::new()).map_err(RestoreError::target)?;
        if OsStr::from_bytes(restored.to_bytes()) != points_to.as_os_str() {
            return Err(RestoreError::Differs("it has another target".to_owned()));
        }
        let stat = here.stat(&entry.name).map_err(RestoreError::Target)?;
        metadata::compare_common(&stat, path, &entry.metadata, self.work.notes)
    }
}
