//! The reserve of free space: snapshots never fill the file system, because the database may be on the same one.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use appkeep_core::admission::{FreeSpace, LowSpace, MeasuredSpace};
use rustix::fs::{Mode, OFlags, Stat};

use crate::dir::{identity_of, size_of};

/// The default reserve as a share of the file system, in percent.
const SHARE_PERCENT: u64 = 5;
/// The upper limit of the default reserve, in bytes.
const SHARE_BYTES_MAX: u64 = 1 << 30;
/// The allocation unit of files, in bytes.
const BLOCK_BYTES: u64 = 4096;

/// The amount of free space that is kept in reserve.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reserve {
    /// The smaller of 5 % of the file system and 1 GiB.
    #[default]
    Share,
    /// A fixed number of bytes.
    Bytes(u64),
}

impl Reserve {
    /// Checks that `needed_bytes` can be written below `directory` without using the reserve. A file system
    /// that doesn't report its size passes: a write will fail if it is full.
    ///
    /// # Errors
    /// [`LowSpace`] if there isn't enough space.
    pub(crate) fn check(self, directory: &Path, needed_bytes: u64) -> Result<(), LowSpace> {
        let Some(MeasuredSpace {
            free_bytes,
            reserve_bytes,
        }) = self.measure(directory)
        else {
            return Ok(());
        };
        if free_bytes >= reserve_bytes.saturating_add(needed_bytes) {
            return Ok(());
        }
        Err(LowSpace {
            needed_bytes,
            available_bytes: free_bytes.saturating_sub(reserve_bytes),
            reserve_bytes,
        })
    }

    /// Measures the free space of the file system of `directory`, and the reserve on it; `None` if it can't be measured.
    pub(crate) fn measure(self, directory: &Path) -> Option<MeasuredSpace> {
        let found = rustix::fs::statvfs(directory).ok()?;
        // Some file systems, such as ramfs, have no size.
        if found.f_blocks == 0 {
            return None;
        }
        let bytes = |blocks: u64| blocks.saturating_mul(found.f_frsize);
        let reserve_bytes = match self {
            Self::Share => (bytes(found.f_blocks) / 100 * SHARE_PERCENT).min(SHARE_BYTES_MAX),
            Self::Bytes(bytes) => bytes,
        };
        Some(MeasuredSpace {
            // Space that is reserved for root isn't free: the server may run as another user next time.
            free_bytes: bytes(found.f_bavail),
            reserve_bytes,
        })
    }
}

/// A data directory, and the reserve on its file system.
#[derive(Debug, Clone)]
pub struct DataSpace {
    directory: PathBuf,
    reserve: Reserve,
}

impl DataSpace {
    /// Measures the space of `directory`, which must exist.
    #[must_use]
    pub fn new(directory: PathBuf, reserve: Reserve) -> Self {
        Self { directory, reserve }
    }
}

impl FreeSpace for DataSpace {
    fn check(&self) -> Result<(), LowSpace> {
        self.reserve.check(&self.directory, 0)
    }

    fn measure(&self) -> Option<MeasuredSpace> {
        self.reserve.measure(&self.directory)
    }
}

/// The space that a copy of a file requires, in bytes. Holes in the file require none.
pub(crate) fn allocated_bytes(stat: &Stat) -> u64 {
    let blocks = u64::try_from(stat.st_blocks).unwrap_or(0).saturating_mul(512);
    size_of(stat).next_multiple_of(BLOCK_BYTES).min(blocks)
}

/// The space that a snapshot requires. Files that can be cloned share their blocks with the original and need
/// none.
#[derive(Debug)]
pub(crate) struct CopySize {
    bytes: u64,
    /// An unnamed file in the directory of snapshots, for trial clones.
    scratch: io::Result<File>,
    /// Whether the files on a device can be cloned, by device.
    clones: HashMap<u64, bool>,
    /// The counted files with several hard links, which are counted once.
    counted: HashSet<(u64, u64)>,
}

impl CopySize {
    /// Creates an empty count; `snapshots` is the directory of snapshots.
    pub(crate) fn new(snapshots: &Path) -> Self {
        let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
        let scratch = rustix::fs::open(snapshots, flags, Mode::RUSR | Mode::WUSR);
        Self {
            bytes: 0,
            scratch: scratch.map(File::from).map_err(io::Error::from),
            clones: HashMap::new(),
            counted: HashSet::new(),
        }
    }

    /// Counts a file.
    pub(crate) fn add(&mut self, file: &File, stat: &Stat) {
        if size_of(stat) == 0 || (stat.st_nlink > 1 && !self.counted.insert(identity_of(stat))) {
            return;
        }
        let scratch = &self.scratch;
        let is_clone = *self.clones.entry(stat.st_dev).or_insert_with(|| {
            let scratch = scratch.as_ref();
            scratch.is_ok_and(|scratch| rustix::fs::ioctl_ficlone(scratch, file).is_ok())
        });
        if !is_clone {
            self.bytes = self.bytes.saturating_add(allocated_bytes(stat));
        }
    }

    /// The number of counted bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::FileExt;

    use super::*;

    #[test]
    fn a_snapshot_that_exceeds_the_reserve_is_refused_with_sizes() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Reserve::Bytes(0).check(dir.path(), 0), Ok(()));
        let low = Reserve::Bytes(u64::MAX).check(dir.path(), 7).unwrap_err();
        assert_eq!((low.needed_bytes, low.available_bytes), (7, 0));
        let low = Reserve::Bytes(0).check(dir.path(), u64::MAX).unwrap_err();
        assert!(low.available_bytes > 0);
    }

    #[test]
    fn holes_and_additional_hard_links_need_no_space() {
        let dir = tempfile::tempdir().unwrap();
        let (full, sparse) = (dir.path().join("full"), dir.path().join("sparse"));
        fs::write(&full, vec![1; 10_000]).unwrap();
        let file = File::create(&sparse).unwrap();
        file.set_len(1 << 30).unwrap();
        file.write_all_at(&[1; 5000], 1 << 20).unwrap();
        file.sync_all().unwrap();
        fs::hard_link(&full, dir.path().join("again")).unwrap();
        // Without a scratch file no file can be cloned.
        let mut size = CopySize::new(Path::new("/nowhere/at/all"));
        for name in ["full", "again", "sparse"] {
            let file = File::open(dir.path().join(name)).unwrap();
            file.sync_all().unwrap();
            size.add(&file, &rustix::fs::fstat(&file).unwrap());
        }
        assert!((10_000..64_000).contains(&size.bytes()), "{}", size.bytes());
    }
}
