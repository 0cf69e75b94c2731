//! A snapshot in the data directory as the origin of a restore.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use rustix::fs::{FileType, Stat};

use super::cursor::Cursor;
use super::entry::{Content, Entry, Fault, FileIs, Inside, Kind, Looks, Origin};
use crate::snapshot::dir::{Dir, identity_of, kind_of, size_of};
use crate::snapshot::xattr::{self, Attributes};

/// A snapshot.
pub(crate) struct FromSnapshot {
    cursor: Cursor,
}

impl FromSnapshot {
    /// The snapshot whose directory is open.
    pub(crate) fn new(directory: Dir) -> Self {
        Self {
            cursor: Cursor::new(directory),
        }
    }

    fn entries(&self) -> Result<Vec<Entry>, Fault> {
        let names = self.cursor.here().names().map_err(Fault::source)?;
        names.iter().map(|name| self.entry(name)).collect()
    }

    fn entry(&self, name: &OsStr) -> Result<Entry, Fault> {
        let named = |error: std::io::Error| match Fault::source(error) {
            Fault::Source(why) => Fault::Source(format!("{}: {why}", name.display())),
            other => other,
        };
        let here = self.cursor.here();
        let stat = here.stat(name).map_err(named)?;
        let (kind, attributes) = match kind_of(&stat) {
            FileType::Directory => {
                let attributes = here.open_dir(name).and_then(|dir| xattr::of_open(&dir));
                (Kind::Directory(Inside::Here), attributes.map_err(named)?)
            }
            FileType::RegularFile => {
                let attributes = here.open_file(name).and_then(|(file, _)| xattr::of_open(&file));
                let file = FileIs {
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
            kind => return Err(Fault::Source(format!("{}: it is a {kind:?}", name.display()))),
        };
        Entry::new(name, kind, looks(&stat, attributes)?)
    }
}

fn looks(stat: &Stat, attributes: Attributes) -> Result<Looks, Fault> {
    Ok(Looks {
        mode: stat.st_mode & 0o7777,
        owner: (stat.st_uid, stat.st_gid),
        modified: modified(stat)?,
        attributes,
    })
}

/// When it last changed.
pub(crate) fn modified(stat: &Stat) -> Result<(i64, i64), Fault> {
    let nanos = i64::try_from(stat.st_mtime_nsec).map_err(|error| Fault::Source(error.to_string()))?;
    Ok((stat.st_mtime, nanos))
}

impl Origin for FromSnapshot {
    fn volumes(&mut self) -> Result<Vec<Entry>, Fault> {
        self.entries()
    }

    fn enter(&mut self, name: &OsStr, _: Inside) -> Result<Vec<Entry>, Fault> {
        let below = self.cursor.here().open_dir(name).map_err(Fault::source)?;
        self.cursor.down(below).map_err(Fault::source)?;
        self.entries()
    }

    fn leave(&mut self) -> Result<(), Fault> {
        self.cursor.up().map(drop).map_err(Fault::source)
    }

    fn content(&self, name: &OsStr, file: &FileIs) -> Result<Content, Fault> {
        let (content, stat) = self.cursor.here().open_file(name).map_err(Fault::source)?;
        if size_of(&stat) == file.size {
            Ok(Content::File(content))
        } else {
            Err(Fault::Source("its size changed".to_owned()))
        }
    }
}
