//! Digests of a share of the content, recorded while it is read, for the verification of the backup.
//!
//! Files are divided into regions. A region is selected by the backup's id, its file's path and its number, so that the
//! reader and the verification select the same ones, without knowing how the library splits the file. A file that was
//! treated as unchanged wasn't read, so nothing was recorded. It is compared with the file itself, unless that changed
//! since.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use appkeep_core::ids::AppBackupId;
use rustix::fs::Stat;
use sha2::{Digest, Sha256};

use super::Shared;
use crate::dir::{Dir, size_of};
use crate::failure::lock;
use crate::snapshot::manifest::{Kind, Original};
use crate::snapshot::xattr::Attributes;
use crate::tree_source::node_metadata;
use crate::verify::{FileMarks, REGION_BYTES, ReadPiece, RegionNumber, is_selected};

/// The maximum number of recorded digests, of some 64 bytes each. Further ones aren't recorded.
const DIGESTS_MAX: usize = 1 << 20;

/// The digests of the selected regions.
#[derive(Debug)]
pub(super) struct Samples {
    backup_id: AppBackupId,
    percent: u8,
    /// The least number of all regions so far: that of the region to verify if no other is selected.
    least: AtomicU64,
    digests: Mutex<HashMap<u128, [u8; 32]>>,
}

impl Samples {
    pub(super) fn new(backup_id: AppBackupId, percent: u8) -> Self {
        Self {
            backup_id,
            percent,
            least: AtomicU64::new(u64::MAX),
            digests: Mutex::default(),
        }
    }

    fn record(&self, key: u128, digest: [u8; 32]) {
        let mut digests = lock(&self.digests);
        if digests.len() < DIGESTS_MAX || digests.contains_key(&key) {
            digests.insert(key, digest);
        }
    }

    fn find(&self, key: u128) -> Option<[u8; 32]> {
        lock(&self.digests).get(&key).copied()
    }
}

/// Records the selected regions of one file.
#[derive(Debug)]
pub(super) struct FileSampler {
    path: PathBuf,
    /// The number of the region that begins after `left` bytes.
    next_region: u64,
    /// The number of bytes up to the next region.
    left: u64,
    /// The digest of the current region, with its key, if it is selected.
    digest: Option<(u128, Sha256)>,
}

impl FileSampler {
    /// Begins to record the content of the file at `path`.
    pub(super) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            next_region: 0,
            left: 0,
            digest: None,
        }
    }

    /// Adds the next bytes of the file.
    pub(super) fn update(&mut self, samples: &Samples, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.left == 0 {
                self.finish(samples);
                self.begin_region(samples);
                self.next_region += 1;
                self.left = REGION_BYTES;
            }
            let taken = usize::try_from(self.left).map_or(bytes.len(), |left| left.min(bytes.len()));
            let (now, later) = bytes.split_at(taken);
            if let Some((_, digest)) = &mut self.digest {
                digest.update(now);
            }
            self.left -= taken as u64;
            bytes = later;
        }
    }

    /// Records the last region.
    pub(super) fn finish(&mut self, samples: &Samples) {
        if let Some((key, digest)) = self.digest.take() {
            samples.record(key, digest.finalize().into());
        }
    }

    fn begin_region(&mut self, samples: &Samples) {
        if samples.percent == 0 {
            return;
        }
        let RegionNumber { number, key } = RegionNumber::of(samples.backup_id, &self.path, self.next_region);
        let least = samples.least.fetch_min(number, Ordering::SeqCst);
        if number <= least || is_selected(number, samples.percent) {
            self.digest = Some((key, Sha256::new()));
        } else {
            // It may have been recorded in an earlier pass, before the file changed.
            lock(&samples.digests).remove(&key);
        }
    }
}

impl Shared {
    /// Whether a piece that was read back is equal to what was read from its file, or else to the unchanged file. `true`
    /// if neither is known.
    pub(super) fn is_equal(&self, piece: &ReadPiece<'_>) -> bool {
        let RegionNumber { key, .. } = RegionNumber::of(self.samples.backup_id, piece.path, piece.region);
        if let Some(recorded) = self.samples.find(key) {
            return recorded == <[u8; 32]>::from(Sha256::digest(piece.content));
        }
        // An error means that the file changed since, or can't be read any more.
        let current = self.current(piece).ok().flatten();
        current.is_none_or(|current| current == piece.content)
    }

    /// The same piece of the file as it is now; `None` if the file changed since it was listed.
    fn current(&self, piece: &ReadPiece<'_>) -> io::Result<Option<Vec<u8>>> {
        let Some(file) = self.open(piece.path)? else {
            return Ok(None);
        };
        let is_listed = || rustix::fs::fstat(&file).map(|stat| marks_of(&stat) == *piece.marks);
        if !is_listed()? {
            return Ok(None);
        }
        let mut content = vec![0; piece.content.len()];
        file.read_exact_at(&mut content, piece.region * REGION_BYTES)?;
        Ok(is_listed()?.then_some(content))
    }

    /// Opens the file at a path that begins with a volume's name.
    fn open(&self, path: &Path) -> io::Result<Option<File>> {
        let mut names = path.iter();
        let volume = names.next();
        let volume = self
            .volumes
            .iter()
            .find(|one| Some(OsStr::new(&one.name)) == volume);
        let (Some(volume), Some(name)) = (volume, names.next_back()) else {
            return Ok(None);
        };
        let mut dir = Dir::open(&volume.path)?;
        for name in names {
            dir = dir.open_dir(name)?;
        }
        Ok(Some(dir.open_file(name)?.0))
    }
}

fn marks_of(stat: &Stat) -> FileMarks {
    let (size, links, device) = (size_of(stat), 1, 0);
    let kind = Kind::File { size, links, device };
    FileMarks::of(&node_metadata(&kind, Original::new(stat, Attributes::new())))
}
