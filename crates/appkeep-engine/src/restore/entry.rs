//! The entries that a restore creates. Data from a repository or a snapshot is checked here before it is
//! used.
//!
//! Anyone with write access to a bucket's repository can store arbitrary entries in it. A name must be a
//! plain name that can't refer to another directory; anything but files, directories and links is rejected.

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

/// The maximum nesting depth of directories. A path that the system accepts in one call has at most half as
/// many.
pub(crate) const DEPTH_MAX: usize = 4096;

/// The reason why an entry can't be restored.
#[derive(Debug)]
pub(crate) enum RestoreError {
    /// The source's data is invalid or unreadable; contains the reason.
    Source(String),
    /// The restored data differs from the source.
    Differs(String),
    /// The target can't be written or read.
    Target(io::Error),
    /// An error with its own message.
    Engine(EngineError),
}

impl RestoreError {
    /// Converts an error at the source.
    pub(crate) fn source(error: impl Into<io::Error>) -> Self {
        let error = error.into();
        if failure::is_transient(&error) {
            return Self::Engine(storage("reading the source", &error));
        }
        Self::Source(error.to_string())
    }

    /// Converts an error at the target.
    pub(crate) fn target(error: impl Into<io::Error>) -> Self {
        Self::Target(error.into())
    }

    /// Converts this to the port's error for `path`, which begins with the volume's name.
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

/// A directory entry to restore.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Its name: not empty, not `.` or `..`, without slash and NUL.
    pub(crate) name: OsString,
    /// The type of the entry.
    pub(crate) kind: Kind,
    /// The metadata of the entry.
    pub(crate) metadata: Metadata,
}

impl Entry {
    /// Creates an entry, if it is valid.
    ///
    /// # Errors
    /// [`RestoreError::Source`] if the name is invalid, or the target of a link can't be a path.
    pub(crate) fn new(name: &OsStr, kind: Kind, metadata: Metadata) -> Result<Self, RestoreError> {
        if !is_plain_name(name) {
            return Err(RestoreError::Source(format!(
                "\"{}\" can't be the name of an entry",
                name.as_bytes().escape_ascii()
            )));
        }
        if let Kind::Link(points_to) = &kind
            && (points_to.as_os_str().is_empty() || points_to.as_os_str().as_bytes().contains(&0))
        {
            return Err(RestoreError::Source(format!(
                "{}: a link can't point to \"{}\"",
                name.display(),
                points_to.as_os_str().as_bytes().escape_ascii()
            )));
        }
        Ok(Self {
            name: name.to_owned(),
            kind,
            metadata,
        })
    }
}

/// The type of an entry.
#[derive(Debug)]
pub(crate) enum Kind {
    /// A directory.
    Directory(DirectorySource),
    /// A file.
    File(FileInfo),
    /// A link, which is never followed.
    Link(PathBuf),
}

/// The source of a directory's entries.
#[derive(Debug, Clone, Copy)]
pub(crate) enum DirectorySource {
    /// A tree of the repository.
    Tree(TreeId),
    /// A position in the snapshot's manifest.
    Manifest(manifest::read::DirectoryOffset),
    /// The directory itself, in the snapshot.
    FileSystem,
}

/// The properties of a file other than its content.
#[derive(Debug)]
pub(crate) struct FileInfo {
    /// The size in bytes, including holes.
    pub(crate) size: u64,
    /// Identifies a file with several names; equal for all of them.
    pub(crate) linked: Option<(u64, u64)>,
    /// The pieces of the content; `None` if the content is in the snapshot.
    pub(crate) parts: Option<Vec<DataId>>,
}

/// The source of a file's content.
#[derive(Debug)]
pub(crate) enum Content {
    /// Pieces in the repository.
    Parts(Vec<Part>),
    /// A file of the snapshot.
    File(File),
}

/// A piece of a file's content in the repository.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    /// The id of the piece in the repository: the hash of its bytes.
    pub(crate) id: DataId,
    /// The offset in the file.
    pub(crate) at: u64,
    /// The size in bytes.
    pub(crate) bytes: u64,
}

/// The metadata of an entry. The access time isn't kept.
#[derive(Debug, Clone)]
pub(crate) struct Metadata {
    /// Permissions, with the three special bits.
    pub(crate) mode: u32,
    /// The numeric ids of the owner and the group.
    pub(crate) owner: (u32, u32),
    /// The modification time: seconds since 1970, and nanoseconds.
    pub(crate) modified: (i64, i64),
    /// The extended attributes, sorted. Those of links aren't kept.
    pub(crate) attributes: Attributes,
}

/// The source of a restore's data, read one directory at a time.
pub(crate) trait Origin {
    /// Lists the volumes.
    fn volumes(&mut self) -> Result<Vec<Entry>, RestoreError>;

    /// Enters a subdirectory, and lists its entries.
    fn enter(&mut self, name: &OsStr, inside: DirectorySource) -> Result<Vec<Entry>, RestoreError>;

    /// Returns to the parent directory.
    fn leave(&mut self) -> Result<(), RestoreError>;

    /// The content of a file in the current directory.
    fn content(&self, name: &OsStr, file: &FileInfo) -> Result<Content, RestoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_are_valid() {
        for name in ["a", "...", " ", "a b", "-", "\n"] {
            assert!(is_plain_name(OsStr::new(name)), "{name:?}");
        }
        for name in ["", ".", "..", "/", "a/b", "../a", "/etc", "a\0b", "a/"] {
            assert!(!is_plain_name(OsStr::new(name)), "{name:?}");
        }
        assert!(is_plain_name(OsStr::from_bytes(&[0xff, 0xfe])));
    }
}
