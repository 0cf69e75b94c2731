//! Reads back a share of a new backup from its bucket, before the backup becomes visible.
//!
//! The returned data is decrypted, hashed, and compared with the snapshot. The pieces to read are selected by
//! the backup's id, so that two backups of unchanged data read different pieces. If the hash of a piece is
//! right, the bucket returned the stored data. If this data differs from the snapshot, the backup is stale.
//!
//! Without a snapshot, the originals may have changed since they were read. Then the pieces are regions of files, which
//! can be selected while they are read, and they are compared with what was recorded then.

use std::collections::HashSet;
use std::fmt;
use std::fs::File;
use std::io;
use std::num::NonZero;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, ScopedJoinHandle};

use appkeep_core::engine::EngineError;
use appkeep_core::ids::AppBackupId;
use rustic_core::jiff::Timestamp;
use rustic_core::repofile::{BlobType, Metadata as NodeMetadata};
use rustic_core::{
    BlobId, DataId, FileType, Id, IndexedFullStatus, ReadBackend, Repository, RusticError, TreeId,
    WriteBackend,
};
use sha2::{Digest, Sha256};

use crate::backend::RepositoryBackend;
use crate::failure::{self, lock};
use crate::repository::OpenRepository;
use crate::write_gate::WriteGate;

/// The maximum number of threads that read pieces back; one further thread reads directories and selects
/// pieces.
const THREADS_MAX: usize = 4;

/// The maximum number of selected pieces that wait for a thread.
const QUEUE_MAX: usize = 64;

/// The size of a region of a file, in bytes. Larger ones are fewer to record, smaller ones more evenly selected. To read
/// one, the pieces at its beginning and end, of 1 MiB on average, are read as a whole.
pub(crate) const REGION_BYTES: u64 = 8 * 1024 * 1024;

/// The content of files as it was read.
pub(crate) trait RecordedContent: fmt::Debug + Sync {
    /// Whether the piece is equal to the content that was read, as far as that is known.
    fn is_equal(&self, piece: &ReadPiece<'_>) -> bool;
}

/// A region of a file that was read back.
pub(crate) struct ReadPiece<'a> {
    /// The path of the file, beginning with the volume's name.
    pub(crate) path: &'a Path,
    /// The number of the region, which begins at that many times [`REGION_BYTES`].
    pub(crate) region: u64,
    /// The stored status of the file.
    pub(crate) marks: &'a FileMarks,
    /// The content in the bucket.
    pub(crate) content: &'a [u8],
}

/// The stored values that change with a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FileMarks {
    size: u64,
    times: [Option<Timestamp>; 2],
    inode: u64,
}

impl FileMarks {
    /// The values in a file's metadata.
    pub(crate) fn of(metadata: &NodeMetadata) -> Self {
        Self {
            size: metadata.size,
            times: [metadata.mtime, metadata.ctime],
            inode: metadata.inode,
        }
    }
}

/// A region's pseudo-random number, and its key.
pub(crate) struct RegionNumber {
    /// Determines whether the region is selected. Each backup has a different one for the same region.
    pub(crate) number: u64,
    /// Identifies the region in the backup.
    pub(crate) key: u128,
}

impl RegionNumber {
    /// The number of a region of the file at `path`.
    pub(crate) fn of(backup_id: AppBackupId, path: &Path, region: u64) -> Self {
        let digest = Sha256::new()
            .chain_update(backup_id.as_uuid().as_bytes())
            .chain_update(region.to_le_bytes())
            .chain_update(path.as_os_str().as_bytes())
            .finalize();
        let fold = |bytes: &[u8]| {
            bytes
                .iter()
                .fold(0, |number, byte| number << 8 | u128::from(*byte))
        };
        Self {
            number: number_of(&digest),
            key: fold(&digest[8..24]),
        }
    }
}

/// Whether a piece with this number is part of a share of `percent`.
pub(crate) fn is_selected(number: u64, percent: u8) -> bool {
    number % 100 < u64::from(percent)
}

/// The share of a backup to read back, and the backend to read it from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Verification<'a> {
    /// The share of the backup's data, in percent. 0 reads nothing; otherwise at least one piece is read.
    pub(crate) percent: u8,
    /// The repository's backend, which can bypass the page cache.
    pub(crate) backend: Option<&'a RepositoryBackend>,
    /// The content to compare with; `None` for that of the snapshot.
    pub(crate) recorded: Option<&'a dyn RecordedContent>,
}

/// A piece of a file.
struct Piece {
    /// The blobs that contain it.
    ids: Vec<DataId>,
    /// The number of bytes of the first blob before the piece.
    skipped: u64,
    length: u64,
    /// The path of the file in the snapshot.
    path: PathBuf,
    at: u64,
    /// The stored status of the file, unless the snapshot has its content.
    marks: Option<FileMarks>,
}

/// A blob of a file.
struct Part {
    id: DataId,
    at: u64,
    end: u64,
}

/// The reason why a piece could not be verified.
enum Mismatch {
    /// The bucket doesn't return the stored data, or a read failed.
    Failed(EngineError),
    /// The bucket returns the stored data, but this file of the snapshot has other content.
    Stale(String),
}

impl From<EngineError> for Mismatch {
    fn from(error: EngineError) -> Self {
        Self::Failed(error)
    }
}

/// Reads back a share of the backup with the root `tree`, and compares it with the snapshot at `directory`.
/// Returns the repository, and a file whose stored content differs from the snapshot, if one is found.
///
/// # Errors
/// [`EngineError::Unreadable`] if the bucket returned data that differs from the stored data. The data of this backup
/// is then removed from the index, so that no later backup relies on it. Otherwise the errors of the gate.
pub(crate) fn read_back(
    repository: OpenRepository,
    gate: &WriteGate,
    backup_id: AppBackupId,
    tree: TreeId,
    directory: &Path,
    verification: Verification<'_>,
) -> Result<(OpenRepository, Option<String>), EngineError> {
    if verification.percent == 0 {
        return Ok((repository, None));
    }
    if let Some(backend) = verification.backend {
        backend.read_from_storage();
    }
    check_listed(gate)?;
    let result = repository
        .to_indexed()
        .map_err(|error| explain(gate, "the index", &error))
        .and_then(|repository| {
            let reader = Reader {
                repository,
                gate,
                directory,
                recorded: verification.recorded,
            };
            let stale = match reader.read_share(backup_id, tree, verification.percent) {
                Ok(()) => None,
                Err(Mismatch::Stale(path)) => Some(path),
                Err(Mismatch::Failed(error)) => return Err(error),
            };
            Ok((reader.repository.drop_index(), stale))
        });
    if matches!(result, Err(EngineError::Unreadable(_))) {
        delete_own_index(gate);
    }
    result
}

/// Checks that the new index files are listed: without them, new data would seem to be missing.
fn check_listed(gate: &WriteGate) -> Result<(), EngineError> {
    let listed = gate.list(FileType::Index);
    let listed = listed.map_err(|error| gate.explain("listing the index", &error))?;
    match gate
        .written(FileType::Index)
        .iter()
        .find(|id| !listed.contains(id))
    {
        None => Ok(()),
        Some(id) => Err(EngineError::Storage(format!(
            "the bucket doesn't list index/{id}, which was written before"
        ))),
    }
}

struct Reader<'a> {
    repository: Repository<IndexedFullStatus>,
    gate: &'a WriteGate,
    directory: &'a Path,
    recorded: Option<&'a dyn RecordedContent>,
}

impl Reader<'_> {
    fn read_share(&self, backup_id: AppBackupId, root: TreeId, percent: u8) -> Result<(), Mismatch> {
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        let (chosen, pieces) = sync_channel(QUEUE_MAX);
        let pieces = Arc::new(Mutex::new(pieces));
        thread::scope(|scope| {
            let readers: Vec<_> = (0..threads.min(THREADS_MAX))
                .map(|_| {
                    let pieces = Arc::clone(&pieces);
                    scope.spawn(move || self.read_each(&pieces))
                })
                .collect();
            // When the last reader has ended, the sender no longer blocks on a full queue.
            drop(pieces);
            let outcome = self.select_pieces(backup_id, root, percent, |piece| {
                // A reader that ends while there are more pieces has failed.
                !readers.iter().any(ScopedJoinHandle::is_finished) && chosen.send(piece).is_ok()
            });
            drop(chosen);
            let outcome = outcome.map_err(Mismatch::Failed);
            readers.into_iter().fold(outcome, |outcome, reader| {
                let read = reader.join().unwrap_or_else(|panic| resume_unwind(panic));
                outcome.and(read)
            })
        })
    }

    /// Reads all directories, and passes the selected pieces to `read` until it returns `false`.
    fn select_pieces(
        &self,
        backup_id: AppBackupId,
        root: TreeId,
        percent: u8,
        mut read: impl FnMut(Piece) -> bool,
    ) -> Result<(), EngineError> {
        let (mut seen, mut is_any_chosen) = (HashSet::new(), false);
        // Read if no other piece is selected.
        let mut fallback: Option<(u64, Piece)> = None;
        let mut open = vec![(root, PathBuf::new())];
        while let Some((tree, below)) = open.pop() {
            let tree = self
                .repository
                .get_tree(&tree)
                .map_err(|error| explain(self.gate, &below.display().to_string(), &error))?;
            for node in tree.nodes {
                let path = below.join(node.name());
                if let Some(subtree) = node.subtree {
                    open.push((subtree, path.clone()));
                }
                let parts = self.parts(node.content.as_deref().unwrap_or_default(), &path)?;
                let mut select = |number, piece: &mut dyn FnMut() -> Piece| {
                    if is_selected(number, percent) {
                        is_any_chosen = true;
                        return read(piece());
                    }
                    if fallback.as_ref().is_none_or(|(least, _)| number < *least) {
                        fallback = Some((number, piece()));
                    }
                    true
                };
                let continues = if self.recorded.is_some() {
                    let regions = parts.last().map_or(0, |part| part.end.div_ceil(REGION_BYTES));
                    (0..regions).all(|region| {
                        let RegionNumber { number, .. } = RegionNumber::of(backup_id, &path, region);
                        select(number, &mut || region_piece(&parts, region, &path, &node.meta))
                    })
                } else {
                    let mut new = parts.iter().filter(|part| seen.insert(part.id));
                    new.all(|part| {
                        let number = selection_number(backup_id, part.id);
                        select(number, &mut || blob_piece(part, &path))
                    })
                };
                if !continues {
                    return Ok(());
                }
            }
        }
        if let Some((_, piece)) = fallback.filter(|_| !is_any_chosen) {
            read(piece);
        }
        Ok(())
    }

    fn read_each(&self, pieces: &Mutex<Receiver<Piece>>) -> Result<(), Mismatch> {
        loop {
            // Not in a `while let`, which would hold the lock during the read.
            let next = lock(pieces).recv();
            let Ok(piece) = next else { return Ok(()) };
            self.read(&piece)?;
        }
    }

    /// The blobs of a file with their offsets.
    fn parts(&self, ids: &[DataId], path: &Path) -> Result<Vec<Part>, EngineError> {
        let mut end = 0;
        let parts = ids.iter().map(|&id| {
            let entry = self.repository.get_index_entry(&id);
            let entry = entry.map_err(|error| explain(self.gate, &path.display().to_string(), &error))?;
            let at = end;
            end += u64::from(entry.data_length());
            Ok(Part { id, at, end })
        });
        parts.collect()
    }

    fn read(&self, piece: &Piece) -> Result<(), Mismatch> {
        let name = piece.path.display().to_string();
        let mut content = Vec::new();
        for &id in &piece.ids {
            let blob = self
                .repository
                .get_blob_cached(&BlobId::from(id), BlobType::Data)
                .map_err(|error| explain(self.gate, &name, &error))?;
            let digest = Id::new(Sha256::digest(&blob).into());
            if digest != *BlobId::from(id) {
                return Err(differs(&name, "its hash differs").into());
            }
            content.extend_from_slice(&blob);
        }
        let range = usize::try_from(piece.skipped)
            .ok()
            .zip(usize::try_from(piece.length).ok());
        let content = range.and_then(|(from, length)| content.get(from..)?.get(..length));
        let content = content.ok_or_else(|| differs(&name, "its length differs"))?;
        if let (Some(recorded), Some(marks)) = (self.recorded, &piece.marks) {
            let piece = ReadPiece {
                path: &piece.path,
                region: piece.at / REGION_BYTES,
                marks,
                content,
            };
            return if recorded.is_equal(&piece) {
                Ok(())
            } else {
                Err(Mismatch::Stale(name))
            };
        }
        let mut original = vec![0; content.len()];
        let read = File::open(self.directory.join(&piece.path))
            .and_then(|file| file.read_exact_at(&mut original, piece.at));
        match read {
            Ok(()) if original == content => Ok(()),
            Ok(()) => Err(Mismatch::Stale(name)),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(Mismatch::Stale(name)),
            Err(error) => Err(failure::unreadable(&name, &error).into()),
        }
    }
}

/// A blob as a piece.
fn blob_piece(part: &Part, path: &Path) -> Piece {
    Piece {
        ids: vec![part.id],
        skipped: 0,
        length: part.end - part.at,
        path: path.to_owned(),
        at: part.at,
        marks: None,
    }
}

/// A region as a piece.
fn region_piece(parts: &[Part], region: u64, path: &Path, metadata: &NodeMetadata) -> Piece {
    let at = region * REGION_BYTES;
    let end = (at + REGION_BYTES).min(parts.last().map_or(0, |part| part.end));
    let first = parts.partition_point(|part| part.end <= at);
    let behind = parts.partition_point(|part| part.at < end);
    let parts = &parts[first..behind];
    Piece {
        ids: parts.iter().map(|part| part.id).collect(),
        skipped: parts.first().map_or(0, |part| at - part.at),
        length: end - at,
        path: path.to_owned(),
        at,
        marks: Some(FileMarks::of(metadata)),
    }
}

/// A pseudo-random number for a piece. Each backup has a different number for the same piece.
fn selection_number(backup_id: AppBackupId, id: DataId) -> u64 {
    let digest = Sha256::new()
        .chain_update(backup_id.as_uuid().as_bytes())
        .chain_update(BlobId::from(id).to_hex().as_bytes())
        .finalize();
    number_of(&digest)
}

/// The first bytes of a digest.
fn number_of(digest: &[u8]) -> u64 {
    digest[..8]
        .iter()
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Converts an error of a read. Data that can't be decrypted counts as different from the stored data.
fn explain(gate: &WriteGate, what: &str, error: &RusticError) -> EngineError {
    match gate.explain("reading back", error) {
        EngineError::Broken(reason) => differs(what, &reason),
        other => other,
    }
}

fn differs(what: &str, how: &str) -> EngineError {
    EngineError::Unreadable(vec![format!(
        "{what}: the bucket returned data that differs from the stored data: {how}"
    )])
}

/// Removes the index files of this backup. No backup relies on packs without an index entry; the next prune
/// deletes them.
fn delete_own_index(gate: &WriteGate) {
    for id in gate.written(FileType::Index) {
        if let Err(error) = gate.remove(FileType::Index, &id, true) {
            tracing::warn!(%id, %error, "an index of damaged data could not be deleted");
        }
    }
}
