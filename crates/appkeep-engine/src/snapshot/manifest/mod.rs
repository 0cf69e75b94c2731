//! A snapshot's manifest: what its originals looked like when they were copied.
//!
//! A copy holds only bytes. Owners, permissions, times, extended attributes, access control lists and hard links
//! are recorded here, so that neither the data directory's file system nor the server's rights decide what of
//! them is kept. A snapshot of a btrfs subvolume keeps its own; the manifest only names it.
//!
//! The file `<snapshot id>.manifest` is beside the snapshot. After a line with the version follow frames, in the
//! order of a walk: sorted by name, each directory before its entries, and an end after them.
//!
//! | bytes | |
//! |---|---|
//! | 4 | the length of the content |
//! | 8 | the first bytes of the content's SHA-256 |
//! | … | the content: a [`Frame`], as postcard encodes it |
//! | 8 | only after a directory: where the frame after its end begins |
//!
//! Both the writer and a reader in this order need memory for one frame and for the directories above it. With
//! the last field a reader can list one directory without reading those below it. The manifest is on the disk
//! before the snapshot gets its name.

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

/// The first line. Another version has another number.
const HEAD: &[u8] = b"appkeep manifest 1\n";

/// How many bytes of a frame are before its content.
const PREFIX_BYTES: usize = 12;

/// The longest content of a frame, in bytes. An entry's attributes are bounded, see
/// [`xattr`](super::xattr::ALL_BYTES_MAX).
const CONTENT_BYTES_MAX: usize = 2 * super::xattr::ALL_BYTES_MAX;

/// Where the manifest of the snapshot at `path` is.
pub(crate) fn place_of(path: &Path) -> PathBuf {
    path.with_extension("manifest")
}

/// What a file, directory or link was when it was copied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Original {
    /// Permissions, with the three special bits.
    pub(crate) mode: u32,
    /// Owner and group, as numbers.
    pub(crate) owner: (u32, u32),
    /// When its content last changed: seconds since 1970, and nanoseconds.
    pub(crate) modified: (i64, u64),
    /// When anything of it last changed.
    pub(crate) changed: (i64, u64),
    /// Its inode.
    pub(crate) inode: u64,
    /// Its extended attributes, sorted. A link's are not kept.
    pub(crate) attributes: Attributes,
}

impl Original {
    /// What `stat` and the attributes say.
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

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    /// A directory, whose entries follow.
    Directory,
    /// A file; its content is in the snapshot, under the same path.
    File {
        /// How many bytes it has, holes included.
        size: u64,
        /// How many names the original had.
        links: u64,
        /// Together with the inode, the same for all names of one file in the snapshot.
        device: u64,
    },
    /// A link.
    Link {
        /// Where it points to.
        target: Vec<u8>,
    },
}

/// An entry of a directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    name: Vec<u8>,
    /// What it is.
    pub(crate) kind: Kind,
    /// What its original was.
    pub(crate) original: Original,
}

impl Entry {
    /// An entry of this name.
    pub(crate) fn new(name: &OsStr, kind: Kind, original: Original) -> Self {
        Self {
            name: name.as_bytes().to_owned(),
            kind,
            original,
        }
    }

    /// Its name.
    pub(crate) fn name(&self) -> &OsStr {
        OsStr::from_bytes(&self.name)
    }
}

/// The times that backups can hold, in seconds since 1970: restic's format has years of four digits, and the
/// library's type ends 26 hours before the year 10000.
pub(crate) const TIMES: RangeInclusive<i64> = -62_167_219_200..=253_402_207_200;

/// Why a time is not kept.
pub(crate) const OUT_OF_RANGE: &str = "its time is before the year 0 or after 9999";

/// Whether a backup can hold the time of the last change.
pub(crate) fn is_storable(stat: &Stat) -> bool {
    TIMES.contains(&stat.st_mtime)
}

#[derive(Debug, Serialize, Deserialize)]
enum Frame {
    Entry(Entry),
    /// A volume that is a snapshot of a btrfs subvolume, of this name.
    Subvolume(Vec<u8>),
    /// The end of a directory; at the top, of the manifest.
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
