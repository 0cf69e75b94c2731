//! Stores the small files of a first backup ahead of everything else.
//!
//! For each file the library computes its chunker's tables anew, a third of a millisecond, whether the file
//! is ever cut or not (trap 9); with many small files that is most of a first backup. But a file smaller than
//! the smallest chunk is one chunk under any chunker. So a first backup takes two turns. In the first, the
//! library gets only small files, and a chunker that needs no tables; what it makes of them is a draft that
//! only this process sees. In the second it gets everything, compares with the draft, and doesn't read again
//! what it finds there. What is stored is, blob for blob, what one turn would have stored, and a few trees
//! that the next delete removes.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use rustic_core::repofile::{Chunker, SnapshotFile, SnapshotSummary};
use rustic_core::{
    BackupOptions, BytesList, ConfigOptions, Credentials, FileType, Id, ProgressBars, ReadBackend,
    ReadSource, ReadSourceEntry, ReadSourceOpen, Repository, RepositoryBackends, RepositoryOptions,
    RusticResult, WriteBackend,
};

use crate::gate::Gate;
use crate::repository::OpenRepository;

/// A repository that knows a draft, and the draft.
pub(crate) struct Drafted {
    /// The repository, over a backend that gives the draft to whoever asks for it by its id.
    pub(crate) repository: OpenRepository,
    /// What was stored ahead. It is nowhere in the bucket's `snapshots`.
    pub(crate) draft: SnapshotFile,
}

/// The size below which a file of `repository` is never cut, in bytes.
pub(crate) fn limit(repository: &OpenRepository) -> u64 {
    repository.config().chunk_min_size() as u64
}

/// Stores what `source` gives, all of it smaller than [`limit`], and makes no snapshot.
///
/// # Errors
/// As the library says.
pub(crate) fn store_ahead<S, P>(
    repository: &OpenRepository,
    gate: &Arc<Gate>,
    bars: &P,
    (options, source, label, paths): (&BackupOptions, &S, SnapshotFile, &[PathBuf]),
) -> RusticResult<Drafted>
where
    S: ReadSource + 'static,
    S::Open: ReadSourceOpen + Send,
    S::Iter: Send,
    P: ProgressBars + Clone,
{
    let backend: Arc<dyn WriteBackend> = Arc::new(DraftBackend {
        gate: Arc::clone(gate),
        draft: OnceLock::new(),
    });
    let open = || {
        let mut options = RepositoryOptions::default();
        options.no_cache = true;
        let backends = RepositoryBackends::new(Arc::clone(&backend), None);
        Repository::new_with_progress(&options, &backends, bars.clone())?
            .open(&Credentials::Masterkey(repository.key()))
    };
    let mut uncut = open()?;
    let mut config = ConfigOptions::default();
    config.set_chunker = Some(Chunker::FixedSize);
    config.set_extra_verify = repository.config().extra_verify;
    uncut.apply_config(&config)?;
    let draft = uncut.to_indexed_ids()?.archive(options, source, label, paths)?;
    Ok(Drafted {
        repository: open()?,
        draft,
    })
}

/// Puts together what the two turns counted: everything is new, whichever of them stored it.
pub(crate) fn add_up(whole: &mut SnapshotSummary, ahead: &SnapshotSummary) {
    whole.files_new = whole.total_files_processed;
    (whole.files_changed, whole.files_unmodified) = (0, 0);
    whole.dirs_new = whole.total_dirs_processed;
    (whole.dirs_changed, whole.dirs_unmodified) = (0, 0);
    whole.data_blobs += ahead.data_blobs;
    whole.tree_blobs += ahead.tree_blobs;
    whole.data_added += ahead.data_added;
    whole.data_added_packed += ahead.data_added_packed;
    whole.data_added_files += ahead.data_added_files;
    whole.data_added_files_packed += ahead.data_added_files_packed;
    whole.data_added_trees += ahead.data_added_trees;
    whole.data_added_trees_packed += ahead.data_added_trees_packed;
    whole.backup_start = ahead.backup_start.clone();
    whole.backup_duration += ahead.backup_duration;
}

/// A source without its files of `limit` bytes or more.
#[derive(Debug)]
pub(crate) struct Below<S> {
    source: Arc<S>,
    limit: u64,
}

impl<S> Below<S> {
    /// Leaves out of `source` the files of `limit` bytes or more.
    pub(crate) fn new(source: &Arc<S>, limit: u64) -> Self {
        Self {
            source: Arc::clone(source),
            limit,
        }
    }
}

impl<S: ReadSource> ReadSource for Below<S> {
    type Open = S::Open;
    type Iter = EntriesBelow<S::Iter>;

    fn size(&self) -> RusticResult<Option<u64>> {
        Ok(None)
    }

    fn entries(&self) -> Self::Iter {
        EntriesBelow {
            entries: self.source.entries(),
            limit: self.limit,
        }
    }
}

/// The entries of a source without its larger files.
#[derive(Debug)]
pub(crate) struct EntriesBelow<I> {
    entries: I,
    limit: u64,
}

impl<O, I: Iterator<Item = RusticResult<ReadSourceEntry<O>>>> Iterator for EntriesBelow<I> {
    type Item = RusticResult<ReadSourceEntry<O>>;

    fn next(&mut self) -> Option<Self::Item> {
        let limit = self.limit;
        self.entries.find(|entry| {
            let too_large =
                |entry: &ReadSourceEntry<O>| entry.node.is_file() && entry.node.meta.size >= limit;
            !entry.as_ref().is_ok_and(too_large)
        })
    }
}

/// A gate that keeps the first snapshot file that is written, and no other, for those who read it by its id;
/// and to which no config can be written, so that one that was changed here stays here.
#[derive(Debug)]
struct DraftBackend {
    gate: Arc<Gate>,
    draft: OnceLock<(Id, Bytes)>,
}

impl ReadBackend for DraftBackend {
    fn location(&self) -> String {
        self.gate.location()
    }

    fn list_with_size(&self, kind: FileType) -> RusticResult<Vec<(Id, u32)>> {
        self.gate.list_with_size(kind)
    }

    fn read_full(&self, kind: FileType, id: &Id) -> RusticResult<Bytes> {
        match self.draft.get() {
            Some((draft, content)) if kind == FileType::Snapshot && draft == id => Ok(content.clone()),
            _ => self.gate.read_full(kind, id),
        }
    }

    fn read_partial(
        &self,
        kind: FileType,
        id: &Id,
        cacheable: bool,
        offset: u32,
        length: u32,
    ) -> RusticResult<Bytes> {
        self.gate.read_partial(kind, id, cacheable, offset, length)
    }

    fn warmup_path(&self, kind: FileType, id: &Id) -> String {
        self.gate.warmup_path(kind, id)
    }
}

impl WriteBackend for DraftBackend {
    fn create(&self) -> RusticResult<()> {
        self.gate.create()
    }

    fn write_bytes(&self, kind: FileType, id: &Id, cacheable: bool, content: BytesList) -> RusticResult<()> {
        match kind {
            FileType::Config => Ok(()),
            FileType::Snapshot if self.draft.get().is_none() => {
                let content = content.slice().concat().into();
                self.draft.get_or_init(|| (*id, content));
                Ok(())
            }
            _ => self.gate.write_bytes(kind, id, cacheable, content),
        }
    }

    fn remove(&self, kind: FileType, id: &Id, cacheable: bool) -> RusticResult<()> {
        self.gate.remove(kind, id, cacheable)
    }
}
