//! Compares a restored volume with its origin: names, content and metadata. Differences in names or content
//! fail the restore; differences in metadata are noted.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::FileType;

use super::cursor::Cursor;
use super::entry::{Content, Entry, Fault, FileIs, Looks};
use super::fill::{Filled, Queue, Work};
use super::looks;
use super::walk::Visit;
use super::write::Made;
use crate::dir::{Dir, identity_of, kind_of, size_of};

/// Compares entries.
pub(crate) struct Checker<'a> {
    cursor: Cursor,
    queue: &'a Queue,
    work: &'a Work<'a>,
    made: &'a Made,
    /// The identity in the target of each file with several names, under its first name.
    links: HashMap<(u64, u64), (u64, u64)>,
}

impl<'a> Checker<'a> {
    /// Creates a checker of one volume in `top`.
    ///
    /// # Errors
    /// If the directory can't be opened again.
    pub(crate) fn new(top: &Dir, queue: &'a Queue, work: &'a Work<'a>, made: &'a Made) -> io::Result<Self> {
        Ok(Self {
            cursor: Cursor::new(top.try_clone()?),
            queue,
            work,
            made,
            links: HashMap::new(),
        })
    }
}

impl Visit for Checker<'_> {
    fn enter(&mut self, entry: &Entry, below: &[Entry]) -> Result<(), Fault> {
        let there = self.cursor.here().open_dir(&entry.name).map_err(Fault::Target)?;
        let names = there.names().map_err(Fault::Target)?;
        let mut wanted: Vec<_> = below.iter().map(|entry| entry.name.as_os_str()).collect();
        wanted.sort_unstable();
        if names != wanted {
            return Err(Fault::Differs(format!(
                "it has {} entries, not the {} that it should have",
                names.len(),
                wanted.len()
            )));
        }
        self.cursor.down(there).map_err(Fault::Target)
    }

    fn leave(&mut self, path: &Path, looks: &Looks) -> Result<(), Fault> {
        let left = self.cursor.up().map_err(Fault::Target)?;
        looks::compare(&left, path, looks, self.work.notes)
    }

    fn file(
        &mut self,
        path: &Path,
        entry: &Entry,
        file: &FileIs,
        content: &mut dyn FnMut() -> Result<Content, Fault>,
    ) -> Result<(), Fault> {
        let (there, stat) = self.cursor.here().open_file(&entry.name).map_err(Fault::Target)?;
        if kind_of(&stat) != FileType::RegularFile || size_of(&stat) != file.size {
            return Err(Fault::Differs(format!("it is not a file of {} bytes", file.size)));
        }
        looks::compare(&there, path, &entry.looks, self.work.notes)?;
        if let Some(linked) = file.linked {
            let this = identity_of(&stat);
            match self.links.get(&linked) {
                // The content was compared under the first name.
                Some(first) if *first == this => return Ok(()),
                Some(_) if !self.made.apart.contains(path) => {
                    return Err(Fault::Differs(
                        "it is a file of its own, not another name of one".to_owned(),
                    ));
                }
                Some(_) => {}
                None => drop(self.links.insert(linked, this)),
            }
        }
        let filled = Filled {
            path: path.to_owned(),
            file: there,
            size: file.size,
            looks: None,
        };
        self.queue.push(filled, content()?)
    }

    fn link(&mut self, path: &Path, entry: &Entry, points_to: &Path) -> Result<(), Fault> {
        let here = self.cursor.here();
        let there = rustix::fs::readlinkat(here, &entry.name, Vec::new()).map_err(Fault::target)?;
        if OsStr::from_bytes(there.to_bytes()) != points_to.as_os_str() {
            return Err(Fault::Differs("it points elsewhere".to_owned()));
        }
        let stat = here.stat(&entry.name).map_err(Fault::Target)?;
        looks::compare_common(&stat, path, &entry.looks, self.work.notes)
    }
}
