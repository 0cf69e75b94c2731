//! A snapshot's manifest: the metadata of the original files at the time of the copy.
//!
//! A copy contains only bytes. Owners, permissions, times, extended attributes, access control lists and hard
//! links are recorded here, so that they don't depend on the data directory's file system or on the server's
//! rights. A snapshot of a btrfs subvolume keeps its own metadata; the manifest contains only its name.
//!
//! The file `<snapshot id>.manifest` is next to the snapshot. A line with the version is followed by frames
//! in the order of a walk: sorted by name, each directory before its entries, and an end frame after them.
//!
//! | bytes | |
//! |---|---|
//! | 4 | the length of the content |
//! | 8 | the first bytes of the content's SHA-256 |
//! | … | the content: a [`Frame`], as postcard encodes it |
//! | 8 | only after a directory: where the frame after its end begins |
//!
//! Both the writer and a sequential reader need memory only for one frame and its parent directories. The
//! last field allows a reader to list one directory without reading its subdirectories. The manifest is
//! synced to disk before the snapshot is renamed to its final name.

pub(crate) mod read;
pub(crate) mod write;

use std::ffi::OsStr;
use std::ops::RangeInclusive;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::Stat;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::xattr::Attributes;

/// The first line. Other versions have another number.
const HEAD: &[u8] = b"appkeep manifest 1\n";

/// The size of the part of a frame before its content, in bytes.
const PREFIX_BYTES: usize = 12;

/// The maximum size of a frame's content, in bytes. An entry's attributes are bounded by
/// [`xattr`](super::xattr::ALL_BYTES_MAX).
const CONTENT_BYTES_MAX: usize = 2 * super::xattr::ALL_BYTES_MAX;

/// The path of the manifest of the snapshot at `path`.
pub(crate) fn path_of(path: &Path) -> PathBuf {
    path.with_extension("manifest")
}

/// The metadata of a file, directory or link when it was copied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Original {
    /// Permissions, with the three special bits.
    pub(crate) mode: u32,
    /// The numeric ids of the owner and the group.
    pub(crate) owner: (u32, u32),
    /// The modification time: seconds since 1970, and nanoseconds.
    pub(crate) modified: (i64, u64),
    /// The change time (of content or metadata), in the same units.
    pub(crate) changed: (i64, u64),
    /// The inode.
    pub(crate) inode: u64,
    /// The extended attributes, sorted. Those of links aren't kept.
    pub(crate) attributes: Attributes,
}

impl Original {
    /// Combines the values of `stat` with the attributes.
    pub(crate) fn new(stat: &Stat, attributes: Attributes) -> Self {
        Self {
            mode: stat.st_mode & 0o7777,
            owner: (stat.st_uid, stat.st_gid),
            modified: (stat.st_mtime, stat.st_mtime_nsec),
            changed: (stat.st_ctime, stat.st_ctime_nsec),
            inode: stat.st_ino,
            attributes,
        }
    }
}

/// The type of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    /// A directory, whose entries follow.
    Directory,
    /// A file; its content is in the snapshot, at the same path.
    File {
        /// The size in bytes, including holes.
        size: u64,
        /// The number of names of the original.
        links: u64,
        /// Together with the inode, identifies all names of one file in the snapshot.
        device: u64,
    },
    /// A link.
    Link {
        /// The target of the link.
        target: Vec<u8>,
    },
}

/// An entry of a directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    name: Vec<u8>,
    /// The type of the entry.
    pub(crate) kind: Kind,
    /// The metadata of the original.
    pub(crate) original: Original,
}

impl Entry {
    /// Creates an entry with this name.
    pub(crate) fn new(name: &OsStr, kind: Kind, original: Original) -> Self {
        Self {
            name: name.as_bytes().to_owned(),
            kind,
            original,
        }
    }

    /// The name of the entry.
    pub(crate) fn name(&self) -> &OsStr {
        OsStr::from_bytes(&self.name)
    }
}

/// The times that backups can store, in seconds since 1970: restic's format has four-digit years, and the
/// library's type ends 26 hours before the year 10000.
pub(crate) const TIMES: RangeInclusive<i64> = -62_167_219_200..=253_402_207_200;

/// The reason why a time is not kept.
pub(crate) const OUT_OF_RANGE: &str = "its time is before the year 0 or after 9999";

/// Whether a backup can store the modification time.
pub(crate) fn is_storable(stat: &Stat) -> bool {
    TIMES.contains(&stat.st_mtime)
}

#[derive(Debug, Serialize, Deserialize)]
enum Frame {
    Entry(Entry),
    /// The name of a volume that is a snapshot of a btrfs subvolume.
    Subvolume(Vec<u8>),
    /// The end of a directory; at the top level, the end of the manifest.
    End,
}

fn digest_of(content: &[u8]) -> [u8; 8] {
    let digest = Sha256::digest(content);
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    first
}

#[cfg(test)]
mod tests;
