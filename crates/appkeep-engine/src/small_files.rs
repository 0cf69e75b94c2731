//! Stores the small files of a first backup before everything else.
//!
//! The library computes its chunker's tables again for each file, which takes a third of a millisecond,
//! whether or not the file is split (guard 9). With many small files that is most of a first backup. But a
//! file smaller than the minimum chunk size is one chunk with any chunker. Therefore a first backup has two
//! passes. In the first, the library receives only small files, and a chunker without tables; the result is a
//! draft that only this process sees. In the second pass it receives everything, compares it with the draft,
//! and doesn't read unchanged files again. The stored data is, blob for blob, the data that a single pass
//! would store, plus a few trees that the next delete removes.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use rustic_core::repofile::{Chunker, SnapshotFile, SnapshotSummary};
use rustic_core::{
    BackupOptions, BytesList, ConfigOptions, Credentials, FileType, Id, ProgressBars, ReadBackend,
    ReadSource, ReadSourceEntry, ReadSourceOpen, Repository, RepositoryBackends, RepositoryOptions,
    RusticResult, WriteBackend,
};

use crate::repository::OpenRepository;
use crate::write_gate::WriteGate;

/// A repository with a draft.
pub(crate) struct Draft {
    /// The repository, over a backend that returns the draft when it is read by id.
    pub(crate) repository: OpenRepository,
    /// The snapshot of the first pass. It isn't stored in the bucket's `snapshots`.
    pub(crate) draft: SnapshotFile,
}

/// The size below which a file in `repository` is never split, in bytes.
pub(crate) fn limit(repository: &OpenRepository) -> u64 {
    repository.config().chunk_min_size() as u64
}

/// Stores the entries of `source`, whose files are all smaller than [`limit`], without a snapshot.
///
/// # Errors
/// Errors of the library.
pub(crate) fn store_ahead<S, P>(
    repository: &OpenRepository,
    gate: &Arc<WriteGate>,
    reporter: &P,
    (options, source, label, paths): (&BackupOptions, &S, SnapshotFile, &[PathBuf]),
) -> RusticResult<Draft>
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
        Repository::new_with_progress(&options, &backends, reporter.clone())?
            .open(&Credentials::Masterkey(repository.key()))
    };
    let mut uncut = open()?;
    let mut config = ConfigOptions::default();
    config.set_chunker = Some(Chunker::FixedSize);
    config.set_extra_verify = repository.config().extra_verify;
    uncut.apply_config(&config)?;
    let draft = uncut.to_indexed_ids()?.archive(options, source, label, paths)?;
    Ok(Draft {
        repository: open()?,
        draft,
    })
}

/// Adds the counts of the first pass to those of the second. All entries count as new.
pub(crate) fn add_up(whole: &mut SnapshotSummary, ahead: &SnapshotSummary) {
    whole.files_new = whole.total_files_processed;
    (whole.files_changed, whole.files_unmodified) = (0, 0);
    whole.dirs_new = whole.total_dirs_processed;
    (whole.dirs_changed, whole.dirs_unmodified) = (0, 0);
    add_data(whole, ahead);
}

/// Adds the stored data of an earlier pass to that of a later one.
pub(crate) fn add_data(whole: &mut SnapshotSummary, ahead: &SnapshotSummary) {
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

/// A source without files of `limit` bytes or more.
#[derive(Debug)]
pub(crate) struct Below<S> {
    source: Arc<S>,
    limit: u64,
}

impl<S> Below<S> {
    /// Omits the files of `limit` bytes or more from `source`.
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

/// The entries of a source without files of `limit` bytes or more.
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

/// A gate that keeps the first snapshot file in memory and returns it when it is read by id. Writes of the
/// config are ignored, so that changes to it stay in this process.
#[derive(Debug)]
struct DraftBackend {
    gate: Arc<WriteGate>,
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
