//! Lists the entries of the volumes, and opens their files.
//!
//! Nothing is accessed by a path: an entry that is replaced with a link can't redirect a read out of its volume.

use std::collections::HashMap;
use std::collections::hash_map;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::vec;

use rustic_core::{ReadSourceEntry, RusticResult};
use rustix::fs::{FileType, Stat};
use rustix::io::Errno;

use super::reader::LiveFile;
use super::{Shared, path_in_backup};
use crate::dir::{Dir, identity_of, is_plain_name, kind_of, size_of};
use crate::failure::lock;
use crate::snapshot::copy::is_same_content;
use crate::snapshot::file::settled_status;
use crate::snapshot::manifest::{Kind, OUT_OF_RANGE, Original, is_storable};
use crate::snapshot::xattr;
use crate::staging::is_staging_name;
use crate::tree_source::{read_error, source_entry};

type Entry = ReadSourceEntry<LiveFile>;

/// Walks through all volumes in order of names, each directory before its entries.
#[derive(Debug)]
pub(crate) struct LiveEntries {
    shared: Arc<Shared>,
    /// The number of volumes that were entered.
    entered: usize,
    stack: Vec<Frame>,
    links: Links,
}

/// A directory that is being listed.
#[derive(Debug)]
struct Frame {
    dir: Dir,
    names: vec::IntoIter<OsString>,
    /// The path of the directory, beginning with the volume's name.
    path: PathBuf,
}

/// The files with several names.
#[derive(Debug, Default)]
struct Links {
    /// The number of device numbers that were used.
    numbers: u64,
    /// The files of the current volume, with their status and the number of their device.
    files: HashMap<(u64, u64), (Stat, u64)>,
    /// The numbers for the devices of the current volume.
    devices: HashMap<u64, u64>,
}

impl Links {
    /// A number that, together with the inode, identifies the content of all names of a file, in the same way as in a
    /// snapshot's manifest. If the content changed since its first name was listed, the number is new.
    fn number(&mut self, stat: &Stat) -> u64 {
        let identity = identity_of(stat);
        match self.files.get(&identity) {
            Some((first, number)) if is_same_content(first, stat) => *number,
            found => {
                let mut next = || {
                    self.numbers += 1;
                    self.numbers
                };
                let number = if found.is_some() {
                    next()
                } else {
                    match self.devices.entry(identity.0) {
                        hash_map::Entry::Occupied(number) => *number.get(),
                        hash_map::Entry::Vacant(device) => *device.insert(next()),
                    }
                };
                self.files.insert(identity, (*stat, number));
                number
            }
        }
    }

    fn enter_volume(&mut self) {
        self.files.clear();
        self.devices.clear();
    }
}

/// The reason for an entry whose type changed after its status was read.
const REPLACED: &str = "replaced with an entry of another type while it was read";

/// The reason why an entry isn't listed.
enum Omitted {
    /// It was deleted after its directory was listed.
    Gone,
    /// It seems to have been replaced with an entry of another type; the reason.
    Replaced(String),
    /// It can't be read.
    Failed(io::Error),
}

impl From<io::Error> for Omitted {
    fn from(error: io::Error) -> Self {
        match Errno::from_io_error(&error) {
            Some(Errno::NOENT) => Self::Gone,
            // A directory or a file became a link, or another type.
            Some(Errno::LOOP | Errno::NOTDIR | Errno::NXIO) => Self::Replaced(error.to_string()),
            _ => Self::Failed(error),
        }
    }
}

impl From<Errno> for Omitted {
    fn from(error: Errno) -> Self {
        io::Error::from(error).into()
    }
}

impl Iterator for LiveEntries {
    type Item = RusticResult<Entry>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.shared.cancel.is_cancelled() {
                return None;
            }
            let Some(frame) = self.stack.last_mut() else {
                return self.next_volume();
            };
            let Some(name) = frame.names.next() else {
                self.stack.pop();
                continue;
            };
            let path = frame.path.join(&name);
            match self.entry(&name, path.clone()) {
                Ok(Some(entry)) => return Some(Ok(entry)),
                Ok(None) | Err(Omitted::Gone) => {}
                Err(Omitted::Replaced(reason)) => lock(&self.shared.passes).omitted(&path, &reason),
                // Cancelling ends the wait for a lease.
                Err(Omitted::Failed(_)) if self.shared.cancel.is_cancelled() => return None,
                Err(Omitted::Failed(error)) => return Some(Err(read_error(&path, error))),
            }
        }
    }
}

impl LiveEntries {
    pub(super) fn new(shared: &Arc<Shared>) -> Self {
        Self {
            shared: Arc::clone(shared),
            entered: 0,
            stack: Vec::new(),
            links: Links::default(),
        }
    }

    /// Enters the next volume; `None` after the last one.
    fn next_volume(&mut self) -> Option<RusticResult<Entry>> {
        let shared = Arc::clone(&self.shared);
        let volume = shared.volumes.get(self.entered)?;
        self.entered += 1;
        self.links.enter_volume();
        let name = OsStr::new(&volume.name);
        let entered = if is_plain_name(name) {
            Dir::open(&volume.path)
                .inspect_err(|error| {
                    // The directory on this server is logged for the operator only.
                    tracing::warn!(path = %volume.path.display(), %error, "a volume can't be read");
                })
                .and_then(|dir| self.enter(dir, PathBuf::from(name)))
        } else {
            Err(io::Error::other("it is not a valid name of a volume"))
        };
        Some(entered.map_err(|error| read_error(name.as_ref(), error)))
    }

    /// Begins to list a directory.
    fn enter(&mut self, dir: Dir, path: PathBuf) -> io::Result<Entry> {
        let stat = dir.stat_self()?;
        if Some(identity_of(&stat)) == self.shared.excluded {
            return Err(io::Error::other(
                "it contains the directory of snapshots, so it can't be read",
            ));
        }
        let mut names = dir.names()?;
        names.retain(|name| !is_staging_name(name));
        let attributes = xattr::found_at(&dir)?;
        let entry = self.described(&path, &Kind::Directory, &stat, attributes, None);
        let names = names.into_iter();
        self.stack.push(Frame { dir, names, path });
        Ok(entry)
    }

    /// Describes the entry `name` of the current directory; `None` if it is of a type that backups don't contain.
    fn entry(&mut self, name: &OsStr, path: PathBuf) -> Result<Option<Entry>, Omitted> {
        let Some(Frame { dir, .. }) = self.stack.last() else {
            return Ok(None);
        };
        let stat = dir.stat(name)?;
        match kind_of(&stat) {
            FileType::Directory => {
                let below = dir.open_dir(name)?;
                Ok(Some(self.enter(below, path)?))
            }
            FileType::RegularFile => {
                let (file, stat) = dir.open_leased_file(name, &self.shared.cancel)?;
                if kind_of(&stat) != FileType::RegularFile {
                    return Err(Omitted::Replaced(REPLACED.to_owned()));
                }
                self.file(file, stat, &path).map(Some)
            }
            FileType::Symlink => {
                let target = match rustix::fs::readlinkat(dir, name, Vec::new()) {
                    Ok(target) => target.into_bytes(),
                    Err(Errno::INVAL) => return Err(Omitted::Replaced(REPLACED.to_owned())),
                    Err(error) => return Err(error.into()),
                };
                let none = xattr::Found::default();
                Ok(Some(self.described(
                    &path,
                    &Kind::Link { target },
                    &stat,
                    none,
                    None,
                )))
            }
            kind => {
                lock(&self.shared.passes).record.skip(&path, kind);
                Ok(None)
            }
        }
    }

    fn file(&mut self, file: File, stat: Stat, path: &Path) -> Result<Entry, Omitted> {
        // Another change within the same tick of the clock would be undetectable.
        let stat = settled_status(&file, stat)?;
        let attributes = xattr::found_at(&file)?;
        let identity = identity_of(&stat);
        let is_linked = stat.st_nlink > 1 && !lock(&self.shared.passes).unlinked.contains(&identity);
        let (links, device) = if is_linked {
            (stat.st_nlink, self.links.number(&stat))
        } else {
            (1, 0)
        };
        let size = size_of(&stat);
        let kind = Kind::File { size, links, device };
        let linked = is_linked.then_some(identity);
        let open = LiveFile::new(Arc::clone(&self.shared), file, stat, path.to_owned(), linked);
        Ok(self.described(path, &kind, &stat, attributes, Some(open)))
    }

    fn described(
        &self,
        path: &Path,
        kind: &Kind,
        stat: &Stat,
        attributes: xattr::Found,
        open: Option<LiveFile>,
    ) -> Entry {
        let lost_time = || (!is_storable(stat)).then(|| OUT_OF_RANGE.to_owned());
        if let Some(lost) = attributes.lost.or_else(lost_time) {
            lock(&self.shared.passes).record.lose(path, &lost);
        }
        let original = Original::new(stat, attributes.attributes);
        source_entry(path_in_backup(path), kind, original, open)
    }
}
