//! Reads a share of a new backup back from its bucket, before anybody sees the backup.
//!
//! What comes back is decrypted, hashed, and compared with the snapshot that it was made from. Which pieces are
//! read is decided by the backup's id, so that each backup of unchanged data has others read. A piece whose hash
//! is right came back as it was stored: if it differs from the snapshot, something else was stored.

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::num::NonZero;
use std::os::unix::fs::FileExt;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, ScopedJoinHandle};

use appkeep_core::engine::EngineError;
use appkeep_core::ids::AppBackupId;
use rustic_core::repofile::BlobType;
use rustic_core::{
    BlobId, DataId, FileType, Id, IndexedFullStatus, Repository, RusticError, TreeId, WriteBackend,
};
use sha2::{Digest, Sha256};

use crate::backend::DirectoryBackend;
use crate::failure::{self, lock};
use crate::gate::Gate;
use crate::repository::OpenRepository;

/// How many threads read pieces back, at most, while another reads directories and chooses.
const THREADS_MAX: usize = 4;

/// How many chosen pieces may wait for a thread.
const QUEUE_MAX: usize = 64;

/// How much of a backup is read back, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Verification<'a> {
    /// In percent of its data. At 0 nothing is read, else at least one piece.
    pub(crate) percent: u8,
    /// The repository's backend, which can pass by the system's memory of files.
    pub(crate) backend: Option<&'a DirectoryBackend>,
}

/// A piece of a file: what the library stores as one.
struct Piece {
    id: DataId,
    /// The file, in the snapshot.
    path: PathBuf,
    at: u64,
}

/// Why a piece is not what it should be.
enum Mismatch {
    /// The bucket doesn't give it back, or nothing can be read.
    Failed(EngineError),
    /// The bucket gives back what was stored, but this file of the snapshot has something else there.
    Stale(String),
}

impl From<EngineError> for Mismatch {
    fn from(error: EngineError) -> Self {
        Self::Failed(error)
    }
}

/// Reads a share of the backup whose root is `tree` back, and compares it with the snapshot at `directory`.
/// Answers the repository, and a file for which something else was stored than the snapshot has, if one is
/// found.
///
/// # Errors
/// [`EngineError::Unreadable`] when something else comes back than what was stored. What this backup has
/// stored is then left out of the index, so that no later one counts on it. Otherwise as the gate says.
pub(crate) fn read_back(
    repository: OpenRepository,
    gate: &Gate,
    backup_id: AppBackupId,
    tree: TreeId,
    directory: &Path,
    verification: Verification<'_>,
) -> Result<(OpenRepository, Option<String>), EngineError> {
    if verification.percent == 0 {
        return Ok((repository, None));
    }
    if let Some(backend) = verification.backend {
        backend.read_from_disk();
    }
    let looked = repository
        .to_indexed()
        .map_err(|error| explain(gate, "the index", &error))
        .and_then(|repository| {
            let reader = Reader {
                repository,
                gate,
                directory,
            };
            let stale = match reader.read_share(backup_id, tree, verification.percent) {
                Ok(()) => None,
                Err(Mismatch::Stale(path)) => Some(path),
                Err(Mismatch::Failed(error)) => return Err(error),
            };
            Ok((reader.repository.drop_index(), stale))
        });
    if matches!(looked, Err(EngineError::Unreadable(_))) {
        disown_index(gate);
    }
    looked
}

struct Reader<'a> {
    repository: Repository<IndexedFullStatus>,
    gate: &'a Gate,
    directory: &'a Path,
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
            // When the last reader is gone, nobody waits for a place in the queue.
            drop(pieces);
            let outcome = self.choose(backup_id, root, percent, |piece| {
                // Whoever ends before there are no more pieces has failed.
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

    /// Reads all directories, and gives away the pieces that are to be read, until `give` takes no more.
    fn choose(
        &self,
        backup_id: AppBackupId,
        root: TreeId,
        percent: u8,
        mut give: impl FnMut(Piece) -> bool,
    ) -> Result<(), EngineError> {
        let (mut seen, mut is_any_chosen) = (HashSet::new(), false);
        // Read if no other is chosen.
        let mut lot: Option<(u64, Piece)> = None;
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
                let mut at = 0;
                for id in node.content.into_iter().flatten() {
                    let length = self.length_of(id, &path)?;
                    let (number, piece) = (
                        draw(backup_id, id),
                        Piece {
                            id,
                            path: path.clone(),
                            at,
                        },
                    );
                    at += length;
                    if !seen.insert(id) {
                        continue;
                    }
                    if number % 100 < u64::from(percent) {
                        is_any_chosen = true;
                        if !give(piece) {
                            return Ok(());
                        }
                    } else if lot.as_ref().is_none_or(|(least, _)| number < *least) {
                        lot = Some((number, piece));
                    }
                }
            }
        }
        if let Some((_, piece)) = lot.filter(|_| !is_any_chosen) {
            give(piece);
        }
        Ok(())
    }

    fn read_each(&self, pieces: &Mutex<Receiver<Piece>>) -> Result<(), Mismatch> {
        loop {
            // Not in a `while let`: that would hold the lock while it reads.
            let next = lock(pieces).recv();
            let Ok(piece) = next else { return Ok(()) };
            self.read(&piece)?;
        }
    }

    fn length_of(&self, id: DataId, path: &Path) -> Result<u64, EngineError> {
        let entry = self.repository.get_index_entry(&id);
        let entry = entry.map_err(|error| explain(self.gate, &path.display().to_string(), &error))?;
        Ok(entry.data_length().into())
    }

    fn read(&self, piece: &Piece) -> Result<(), Mismatch> {
        let name = piece.path.display().to_string();
        let blob = self
            .repository
            .get_blob_cached(&BlobId::from(piece.id), BlobType::Data)
            .map_err(|error| explain(self.gate, &name, &error))?;
        let digest = Id::new(Sha256::digest(&blob).into());
        if digest != *BlobId::from(piece.id) {
            return Err(differs(&name, "its hash is another one").into());
        }
        let mut original = vec![0; blob.len()];
        let read = File::open(self.directory.join(&piece.path))
            .and_then(|file| file.read_exact_at(&mut original, piece.at));
        match read {
            Ok(()) if original == blob => Ok(()),
            Ok(()) => Err(Mismatch::Stale(name)),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(Mismatch::Stale(name)),
            Err(error) => Err(failure::unreadable(&name, &error).into()),
        }
    }
}

/// A number that belongs to a piece in one backup, and is another one in the next.
fn draw(backup_id: AppBackupId, id: DataId) -> u64 {
    let digest = Sha256::new()
        .chain_update(backup_id.as_uuid().as_bytes())
        .chain_update(BlobId::from(id).to_hex().as_bytes())
        .finalize();
    digest[..8]
        .iter()
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// A bucket that fails is told as such; that what it gives can't be opened is a difference.
fn explain(gate: &Gate, what: &str, error: &RusticError) -> EngineError {
    match gate.explain("reading back", error) {
        EngineError::Broken(reason) => differs(what, &reason),
        other => other,
    }
}

fn differs(what: &str, how: &str) -> EngineError {
    EngineError::Unreadable(vec![format!(
        "{what}: the bucket doesn't give back what was stored: {how}"
    )])
}

/// Nobody counts on packs that no index names; the next prune removes them.
fn disown_index(gate: &Gate) {
    for id in gate.written(FileType::Index) {
        if let Err(error) = gate.remove(FileType::Index, &id, true) {
            tracing::warn!(%id, %error, "an index that names damaged data is left");
        }
    }
}
