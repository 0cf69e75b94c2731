//! A snapshot in the data directory as the origin of a restore: names and metadata from its manifest, content
//! from its directory.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FileType, Stat};

use super::cursor::Cursor;
use super::entry::{Content, DirectorySource, Entry, FileInfo, Kind, Metadata, Origin, RestoreError};
use crate::dir::{Dir, identity_of, kind_of, size_of};
use crate::snapshot::Snapshot;
use crate::snapshot::manifest::read::{self, Reader, Step, TOP};
use crate::snapshot::manifest::{self, Original};
use crate::snapshot::xattr::{self, Attributes};

/// A snapshot.
pub(crate) struct FromSnapshot {
    cursor: Cursor,
    manifest: Option<Reader>,
}

impl FromSnapshot {
    /// Creates an origin for an open snapshot directory without a manifest: the metadata comes from the file
    /// system.
    pub(crate) fn new(directory: Dir) -> Self {
        Self {
            cursor: Cursor::new(directory),
            manifest: None,
        }
    }

    /// Opens a snapshot. The metadata of btrfs subvolumes in it comes from the file system.
    ///
    /// # Errors
    /// I/O errors, and an error if the manifest has another version.
    pub(crate) fn open(snapshot: &Snapshot) -> io::Result<Self> {
        let directory = Dir::open(&snapshot.directory)?;
        Ok(Self {
            manifest: snapshot.manifest.as_deref().map(Reader::open).transpose()?,
            ..Self::new(directory)
        })
    }

    fn listed(&mut self, inside: read::DirectoryOffset) -> Result<Vec<Entry>, RestoreError> {
        let manifest = self.manifest.as_mut();
        let manifest = manifest.ok_or_else(|| RestoreError::Source("there is no manifest".to_owned()))?;
        let steps = manifest.list(inside).map_err(RestoreError::source)?;
        let entries = steps.into_iter().map(|(step, below)| match step {
            Step::Subvolume(name) => self.entry(&name),
            Step::Entry(entry) => from_manifest(entry, below),
            Step::End => Err(RestoreError::Source(
                "the manifest has an unexpected end of a directory".to_owned(),
            )),
        });
        entries.collect()
    }

    fn entries(&self) -> Result<Vec<Entry>, RestoreError> {
        let names = self.cursor.here().names().map_err(RestoreError::source)?;
        names.iter().map(|name| self.entry(name)).collect()
    }

    /// Reads an entry from the file system.
    fn entry(&self, name: &OsStr) -> Result<Entry, RestoreError> {
        let named = |error: std::io::Error| match RestoreError::source(error) {
            RestoreError::Source(why) => RestoreError::Source(format!("{}: {why}", name.display())),
            other => other,
        };
        let here = self.cursor.here();
        let stat = here.stat(name).map_err(named)?;
        let (kind, attributes) = match kind_of(&stat) {
            FileType::Directory => {
                let attributes = here.open_dir(name).and_then(|dir| xattr::of_open(&dir));
                (
                    Kind::Directory(DirectorySource::FileSystem),
                    attributes.map_err(named)?,
                )
            }
            FileType::RegularFile => {
                let attributes = here.open_file(name).and_then(|(file, _)| xattr::of_open(&file));
                let file = FileInfo {
                    size: size_of(&stat),
                    linked: (stat.st_nlink > 1).then_some(identity_of(&stat)),
                    parts: None,
                };
                (Kind::File(file), attributes.map_err(named)?)
            }
            FileType::Symlink => {
                let points_to = rustix::fs::readlinkat(here, name, Vec::new());
                let points_to = points_to.map_err(|error| named(error.into()))?;
                let points_to = PathBuf::from(std::ffi::OsString::from_vec(points_to.into_bytes()));
                (Kind::Link(points_to), Attributes::new())
            }
            kind => {
                return Err(RestoreError::Source(format!(
                    "{}: it is a {kind:?}",
                    name.display()
                )));
            }
        };
        Entry::new(name, kind, metadata(Original::new(&stat, attributes))?)
    }
}

/// Converts an entry of the manifest.
fn from_manifest(entry: manifest::Entry, below: read::DirectoryOffset) -> Result<Entry, RestoreError> {
    let kind = match &entry.kind {
        manifest::Kind::Directory => Kind::Directory(DirectorySource::Manifest(below)),
        manifest::Kind::File { size, links, device } => Kind::File(FileInfo {
            size: *size,
            linked: (*links > 1).then_some((*device, entry.original.inode)),
            parts: None,
        }),
        manifest::Kind::Link { target } => Kind::Link(Path::new(OsStr::from_bytes(target)).to_owned()),
    };
    let name = entry.name().to_owned();
    Entry::new(&name, kind, metadata(entry.original)?)
}

fn metadata(original: Original) -> Result<Metadata, RestoreError> {
    let (seconds, nanos) = original.modified;
    let nanos = i64::try_from(nanos).map_err(|error| RestoreError::Source(error.to_string()))?;
    Ok(Metadata {
        mode: original.mode,
        owner: original.owner,
        modified: (seconds, nanos),
        attributes: original.attributes,
    })
}

/// The modification time.
pub(crate) fn modified(stat: &Stat) -> Result<(i64, i64), RestoreError> {
    let nanos = i64::try_from(stat.st_mtime_nsec).map_err(|error| RestoreError::Source(error.to_string()))?;
    Ok((stat.st_mtime, nanos))
}

impl Origin for FromSnapshot {
    fn volumes(&mut self) -> Result<Vec<Entry>, RestoreError> {
        match self.manifest {
            Some(_) => self.listed(TOP),
            None => self.entries(),
        }
    }

    fn enter(&mut self, name: &OsStr, inside: DirectorySource) -> Result<Vec<Entry>, RestoreError> {
        let below = self.cursor.here().open_dir(name).map_err(RestoreError::source)?;
        self.cursor.down(below).map_err(RestoreError::source)?;
        match inside {
            DirectorySource::Manifest(inside) => self.listed(inside),
            DirectorySource::FileSystem => self.entries(),
            DirectorySource::Tree(_) => Err(RestoreError::Source(
                "it is not a directory of a snapshot".to_owned(),
            )),
        }
    }

    fn leave(&mut self) -> Result<(), RestoreError> {
        self.cursor.up().map(drop).map_err(RestoreError::source)
    }

    fn content(&self, name: &OsStr, file: &FileInfo) -> Result<Content, RestoreError> {
        let (content, stat) = self.cursor.here().open_file(name).map_err(RestoreError::source)?;
        if kind_of(&stat) == FileType::RegularFile && size_of(&stat) == file.size {
            Ok(Content::File(content))
        } else {
            Err(RestoreError::Source("its size changed".to_owned()))
        }
    }
}
