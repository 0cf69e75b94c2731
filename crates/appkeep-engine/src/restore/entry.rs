//! What a restore makes: entries, as a repository or a snapshot tells them, each checked before it is believed.
//!
//! Whoever can write into a bucket's repository may have put anything there. A name must be a name and
//! nothing that leads elsewhere; what is neither file, directory nor link is refused.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use appkeep_core::engine::EngineError;
use rustic_core::{DataId, TreeId};

use crate::dir::is_plain_name;
use crate::failure::{self, storage};
use crate::snapshot::manifest;
use crate::snapshot::xattr::Attributes;

/// How many directories may be inside each other. A path that the system takes in one piece has half as many.
pub(crate) const DEPTH_MAX: usize = 4096;

/// Why an entry is not restored.
#[derive(Debug)]
pub(crate) enum Fault {
    /// What the source says or holds is no good; the words say why.
    Source(String),
    /// The restored data is not what the source holds.
    Differs(String),
    /// The target can't be written or read.
    Target(io::Error),
    /// Something that has words of its own.
    Engine(EngineError),
}

impl Fault {
    /// A failure at the source.
    pub(crate) fn source(error: impl Into<io::Error>) -> Self {
        let error = error.into();
        if failure::is_transient(&error) {
            return Self::Engine(storage("reading the source", &error));
        }
        Self::Source(error.to_string())
    }

    /// A failure at the target.
    pub(crate) fn target(error: impl Into<io::Error>) -> Self {
        Self::Target(error.into())
    }

    /// The port's error for what happened at `path`, which begins with the volume's name.
    pub(crate) fn at(self, path: &Path) -> EngineError {
        let path = path.display();
        match self {
            Self::Source(why) => EngineError::Unreadable(vec![format!("{path}: {why}")]),
            Self::Differs(why) => EngineError::Storage(format!("restoring {path}: {why}")),
            Self::Target(error) => storage(format!("restoring {path}"), &error),
            Self::Engine(error) => error,
        }
    }
}

/// An entry of a directory that is to be restored.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Its name: not empty, not `.` or `..`, without slash and NUL.
    pub(crate) name: OsString,
    /// What it is.
    pub(crate) kind: Kind,
    /// What it looks like.
    pub(crate) looks: Looks,
}

impl Entry {
    /// An entry, if it can be one.
    ///
    /// # Errors
    /// [`Fault::Source`] when the name isn't one, or a link leads to nothing that could be a path.
    pub(crate) fn new(name: &OsStr, kind: Kind, looks: Looks) -> Result<Self, Fault> {
        if !is_plain_name(name) {
            return Err(Fault::Source(format!(
                "\"{}\" can't be the name of an entry",
                name.as_bytes().escape_ascii()
            )));
        }
        if let Kind::Link(points_to) = &kind
            && (points_to.as_os_str().is_empty() || points_to.as_os_str().as_bytes().contains(&0))
        {
            return Err(Fault::Source(format!(
                "{}: a link can't point to \"{}\"",
                name.display(),
                points_to.as_os_str().as_bytes().escape_ascii()
            )));
        }
        Ok(Self {
            name: name.to_owned(),
            kind,
            looks,
        })
    }
}

/// What an entry is.
#[derive(Debug)]
pub(crate) enum Kind {
    /// A directory.
    Directory(Inside),
    /// A file.
    File(FileIs),
    /// A link, which is never followed.
    Link(PathBuf),
}

/// Where a directory's entries are told.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Inside {
    /// In a tree of the repository.
    Tree(TreeId),
    /// At a place in the snapshot's manifest.
    Manifest(manifest::read::Inside),
    /// In the directory itself, in the snapshot.
    Here,
}

/// What a file is before its content is looked up.
#[derive(Debug)]
pub(crate) struct FileIs {
    /// How many bytes it has, holes included.
    pub(crate) size: u64,
    /// What files have in common that are one file with several names.
    pub(crate) linked: Option<(u64, u64)>,
    /// What its content is made of; nothing, when that is in the snapshot.
    pub(crate) parts: Option<Vec<DataId>>,
}

/// Where a file's content comes from.
#[derive(Debug)]
pub(crate) enum Content {
    /// From the repository.
    Parts(Vec<Part>),
    /// From a file of the snapshot.
    File(File),
}

/// A piece of a file's content in the repository.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    /// What it is called there: the hash of its bytes.
    pub(crate) id: DataId,
    /// Where in the file it begins.
    pub(crate) at: u64,
    /// How many bytes it has.
    pub(crate) bytes: u64,
}

/// What an entry looks like. The time of its last access isn't kept.
#[derive(Debug, Clone)]
pub(crate) struct Looks {
    /// Permissions, with the three special bits.
    pub(crate) mode: u32,
    /// Owner and group, as numbers.
    pub(crate) owner: (u32, u32),
    /// When it last changed: seconds since 1970, and nanoseconds.
    pub(crate) modified: (i64, i64),
    /// Its extended attributes, sorted. A link's are not kept.
    pub(crate) attributes: Attributes,
}

/// Where a restore's data comes from, read directory after directory.
pub(crate) trait Origin {
    /// The volumes.
    fn volumes(&mut self) -> Result<Vec<Entry>, Fault>;

    /// Goes into a directory of the one it is in, and says what is there.
    fn enter(&mut self, name: &OsStr, inside: Inside) -> Result<Vec<Entry>, Fault>;

    /// Goes back.
    fn leave(&mut self) -> Result<(), Fault>;

    /// The content of a file in the directory it is in.
    fn content(&self, name: &OsStr, file: &FileIs) -> Result<Content, Fault>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_is_a_name() {
        for name in ["a", "...", " ", "a b", "-", "\n"] {
            assert!(is_plain_name(OsStr::new(name)), "{name:?}");
        }
        for name in ["", ".", "..", "/", "a/b", "../a", "/etc", "a\0b", "a/"] {
            assert!(!is_plain_name(OsStr::new(name)), "{name:?}");
        }
        assert!(is_plain_name(OsStr::from_bytes(&[0xff, 0xfe])));
    }
}
