//! A guard for a backup's source: counts its entries, and records read errors.
//!
//! The library silently skips unreadable data. The guard ends the backup at the first read error, and
//! compares the library's summary with the data that it received.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use appkeep_core::engine::EngineError;
use appkeep_core::fail_point;
use rustic_core::repofile::SnapshotSummary;
use rustic_core::{ErrorKind, ReadSource, ReadSourceEntry, ReadSourceOpen, RusticError, RusticResult};
use tokio_util::sync::CancellationToken;

use crate::failure::{self, Reasons, is_transient, is_transient_in, message_of};

/// The entries and errors of a guarded source.
#[derive(Debug)]
pub(crate) struct Guard {
    stop: CancellationToken,
    unreadable: Mutex<Reasons>,
    files: AtomicU64,
    dirs: AtomicU64,
    bytes: AtomicU64,
}

impl Guard {
    /// Creates a guard that stops the source once `stop` is cancelled, and cancels `stop` at the first read
    /// error.
    pub(crate) fn new(stop: &CancellationToken) -> Arc<Self> {
        Arc::new(Self {
            stop: stop.clone(),
            unreadable: Mutex::default(),
            files: AtomicU64::new(0),
            dirs: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
        })
    }

    /// Checks that everything could be read.
    ///
    /// # Errors
    /// [`EngineError::Unreadable`] with the unreadable files.
    pub(crate) fn all_readable(&self) -> Result<(), EngineError> {
        std::mem::take(&mut *failure::lock(&self.unreadable)).into_result()
    }

    /// Checks that the library stored everything that it received.
    ///
    /// # Errors
    /// [`EngineError::Broken`] with the difference.
    pub(crate) fn all_stored(&self, summary: &SnapshotSummary) -> Result<(), EngineError> {
        // The library counts the root, which isn't an entry of the source.
        let given = [
            (
                "files",
                self.files.load(Ordering::SeqCst),
                summary.total_files_processed,
            ),
            (
                "directories",
                self.dirs.load(Ordering::SeqCst) + 1,
                summary.total_dirs_processed,
            ),
            (
                "bytes",
                self.bytes.load(Ordering::SeqCst),
                summary.total_bytes_processed,
            ),
        ];
        match given.into_iter().find(|(_, given, stored)| given != stored) {
            None => Ok(()),
            Some((what, given, stored)) => Err(EngineError::Broken(format!(
                "{stored} of {given} {what} were stored"
            ))),
        }
    }

    fn note(&self, path: &Path, why: &str, is_transient: bool) {
        failure::lock(&self.unreadable).push_failure(format!("{}: {why}", path.display()), is_transient);
        self.stop.cancel();
    }

    fn count<O>(&self, entry: &ReadSourceEntry<O>) {
        if entry.node.is_dir() {
            self.dirs.fetch_add(1, Ordering::SeqCst);
        } else {
            self.files.fetch_add(1, Ordering::SeqCst);
            self.bytes.fetch_add(entry.node.meta.size, Ordering::SeqCst);
        }
    }
}

/// A source behind a guard.
#[derive(Debug)]
pub(crate) struct GuardedSource<S> {
    source: S,
    root: PathBuf,
    guard: Arc<Guard>,
}

impl<S> GuardedSource<S> {
    /// Wraps `source`, whose entries are below `root`, in `guard`.
    pub(crate) fn new(source: S, root: PathBuf, guard: &Arc<Guard>) -> Self {
        Self {
            source,
            root,
            guard: Arc::clone(guard),
        }
    }
}

impl<S: ReadSource> ReadSource for GuardedSource<S> {
    type Open = GuardedFile<S::Open>;
    type Iter = GuardedEntries<S::Iter>;

    fn size(&self) -> RusticResult<Option<u64>> {
        self.source.size()
    }

    fn entries(&self) -> Self::Iter {
        GuardedEntries {
            entries: self.source.entries(),
            root: self.root.clone(),
            guard: Arc::clone(&self.guard),
        }
    }
}

/// The entries of a guarded source. They end as soon as the guard stops.
#[derive(Debug)]
pub(crate) struct GuardedEntries<I> {
    entries: I,
    root: PathBuf,
    guard: Arc<Guard>,
}

impl<O, I: Iterator<Item = RusticResult<ReadSourceEntry<O>>>> Iterator for GuardedEntries<I> {
    type Item = RusticResult<ReadSourceEntry<GuardedFile<O>>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.guard.stop.is_cancelled() {
            return None;
        }
        let entry = match self.entries.next()? {
            Ok(entry) => entry,
            Err(error) => {
                failure::lock(&self.guard.unreadable)
                    .push_failure(message_of(&error), is_transient_in(&error));
                self.guard.stop.cancel();
                return None;
            }
        };
        self.guard.count(&entry);
        let path = entry
            .path
            .strip_prefix(&self.root)
            .unwrap_or(&entry.path)
            .to_owned();
        let bytes = entry.node.meta.size;
        let open = entry.open.map(|file| GuardedFile {
            file,
            path,
            bytes,
            guard: Arc::clone(&self.guard),
        });
        Some(Ok(ReadSourceEntry {
            path: entry.path,
            node: entry.node,
            open,
        }))
    }
}

/// A file of a guarded source, before it is opened.
#[derive(Debug)]
pub(crate) struct GuardedFile<O> {
    file: O,
    path: PathBuf,
    bytes: u64,
    guard: Arc<Guard>,
}

impl<O: ReadSourceOpen> ReadSourceOpen for GuardedFile<O> {
    type Reader = GuardedReader<O::Reader>;

    fn open(self) -> RusticResult<Self::Reader> {
        if self.guard.stop.is_cancelled() {
            return Err(RusticError::new(ErrorKind::InputOutput, "stopped"));
        }
        let reader = self.file.open().inspect_err(|error| {
            self.guard
                .note(&self.path, &message_of(error), is_transient_in(error));
        })?;
        Ok(GuardedReader {
            reader,
            path: self.path,
            left: self.bytes,
            guard: self.guard,
        })
    }
}

/// An open file of a guarded source.
#[derive(Debug)]
pub(crate) struct GuardedReader<R> {
    reader: R,
    path: PathBuf,
    left: u64,
    guard: Arc<Guard>,
}

impl<R: Read> Read for GuardedReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.guard.stop.is_cancelled() {
            return Err(io::Error::other("stopped"));
        }
        let read = match self.reader.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => {
                self.guard
                    .note(&self.path, &error.to_string(), is_transient(&error));
                return Err(error);
            }
            Ok(read) => read,
        };
        let ends_early = read == 0 && !buffer.is_empty() && self.left > 0;
        match self.left.checked_sub(read as u64) {
            Some(left) if !ends_early => self.left = left,
            _ => {
                self.guard
                    .note(&self.path, "its size changed while it was read", false);
                return Err(io::Error::other("the size changed"));
            }
        }
        fail_point::pass_times("backup.bytes_read", read as u64);
        Ok(read)
    }
}
