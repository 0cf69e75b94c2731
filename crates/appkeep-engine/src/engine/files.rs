//! Reads single files of backups.
//!
//! Reads hold no lock of the repository. A prune deletes packs, but never changes one: a pack's name is the hash of its
//! content. So a concurrent read fails, or returns the stored data.

use std::ops::Range;
use std::sync::Arc;

use appkeep_core::backup_file::{
    BackupData, BackupFiles, FileEntry, FilePage, FilePath, FileStream, ListFiles,
};
use appkeep_core::engine::EngineError;
use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::archive::Archive;
use super::file_walk::list;
use super::open_backup::{BackupOpener, BackupReader, Found, OpenBackup};
use super::open_repository::{OpenRepositories, Reads};
use super::{RusticEngine, cancelled_with};
use crate::restore::entry::Part;
use crate::thread::{self, Priority};

/// The number of pieces that are read before the receiver has taken the previous ones.
const PIECES_AHEAD: usize = 1;

/// The maximum number of listings at once. Others wait.
const LISTINGS_MAX: usize = 8;

/// The maximum number of files and archives that are read at once. Others fail, because a read may take hours.
const STREAMS_MAX: usize = 32;

/// The state of reads, which they share.
#[derive(Debug)]
pub(super) struct Reading {
    repositories: OpenRepositories,
    listings: Arc<Semaphore>,
    streams: Arc<Semaphore>,
}

impl Default for Reading {
    fn default() -> Self {
        Self {
            repositories: OpenRepositories::default(),
            listings: Arc::new(Semaphore::new(LISTINGS_MAX)),
            streams: Arc::new(Semaphore::new(STREAMS_MAX)),
        }
    }
}

#[async_trait]
impl BackupFiles for RusticEngine {
    async fn list_files(
        &self,
        backup: &BackupData,
        request: &ListFiles,
        cancel: &CancellationToken,
    ) -> Result<Option<FilePage>, EngineError> {
        let request = request.clone();
        let reads = if request.is_recursive {
            Reads::WholePacks
        } else {
            Reads::Parts
        };
        let (cancel, _when_dropped) = cancelled_with(cancel);
        let token = cancel.clone();
        self.look_at("list-files", backup, reads, cancel, move |open| {
            list(open, &request, &token)
        })
        .await
    }

    async fn find_file(
        &self,
        backup: &BackupData,
        path: &FilePath,
        cancel: &CancellationToken,
    ) -> Result<Option<FileEntry>, EngineError> {
        let path = path.clone();
        let (cancel, _when_dropped) = cancelled_with(cancel);
        self.look_at("find-file", backup, Reads::Parts, cancel, move |open| {
            let found = open.find(&path)?;
            found.map(|found| found.entry(path.clone())).transpose()
        })
        .await
    }

    async fn read_file(
        &self,
        backup: &BackupData,
        path: &FilePath,
        range: Range<u64>,
        cancel: &CancellationToken,
    ) -> Result<FileStream, EngineError> {
        let path = path.clone();
        self.stream(backup, cancel, move |reader| FileRead::begin(reader, path, range))
            .await
    }

    async fn read_archive(
        &self,
        backup: &BackupData,
        directory: &FilePath,
        cancel: &CancellationToken,
    ) -> Result<FileStream, EngineError> {
        let directory = directory.clone();
        self.stream(backup, cancel, move |reader| Archive::begin(reader, &directory))
            .await
    }
}

/// Data that is sent piece by piece.
pub(super) trait SendPieces: Send + 'static {
    /// Sends all pieces, until nothing receives them any more.
    fn send(self, sender: &mpsc::Sender<Result<Bytes, EngineError>>) -> Result<(), EngineError>;
}

impl RusticEngine {
    /// Readers wait for the result, so the work must not depend on idle CPU time.
    pub(super) fn reading_priority(&self) -> Priority {
        self.priority.max(Priority::Low)
    }

    fn opener(&self, backup: &BackupData, reads: Reads, cancel: CancellationToken) -> BackupOpener {
        self.reading.repositories.expire_later();
        BackupOpener {
            backup: backup.clone(),
            reads,
            keys: self.keys.clone(),
            storages: self.storages.clone(),
            repositories: self.reading.repositories.clone(),
            cancel,
        }
    }

    /// Reads metadata.
    async fn look_at<T: Send + 'static>(
        &self,
        thread: &str,
        backup: &BackupData,
        reads: Reads,
        cancel: CancellationToken,
        work: impl Fn(&OpenBackup) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<T, EngineError> {
        let listings = Arc::clone(&self.reading.listings).acquire_owned();
        let permit = cancel.run_until_cancelled(listings).await;
        let opener = self.opener(backup, reads, cancel);
        thread::run(thread, self.reading_priority(), move || {
            let _permit = permit.ok_or(EngineError::Cancelled)?;
            opener.open()?.read(work)
        })
        .await
    }

    /// Reads content: `begin` finds it and reads its beginning, and the rest follows in the background.
    async fn stream<S: SendPieces>(
        &self,
        backup: &BackupData,
        cancel: &CancellationToken,
        begin: impl FnOnce(BackupReader) -> Result<S, EngineError> + Send + 'static,
    ) -> Result<FileStream, EngineError> {
        let permit = Arc::clone(&self.reading.streams)
            .try_acquire_owned()
            .map_err(|_| EngineError::Exhausted(format!("{STREAMS_MAX} files are being read already")))?;
        let (cancel, when_dropped) = cancelled_with(cancel);
        let (sender, receiver) = mpsc::channel(PIECES_AHEAD);
        let opener = self.opener(backup, Reads::WholePacks, cancel);
        let priority = self.reading_priority();
        let data = thread::run("open-file", priority, move || begin(opener.open()?)).await?;
        tokio::spawn(async move {
            let held: (_, DropGuard) = (permit, when_dropped);
            let failed = sender.clone();
            let sent = thread::run("read-file", priority, move || {
                let _held = held;
                data.send(&sender)
            });
            if let Err(error) = sent.await {
                // Fails if nothing receives any more.
                let _ = failed.send(Err(error)).await;
            }
        });
        Ok(receiver)
    }
}

/// A file that is being read.
struct FileRead {
    reader: BackupReader,
    path: FilePath,
    range: Range<u64>,
    /// The pieces that contain the range.
    parts: Vec<Part>,
    /// The content of the first of them, if any.
    first: Option<Bytes>,
}

impl FileRead {
    /// Finds the file, and reads its first piece.
    fn begin(mut reader: BackupReader, path: FilePath, range: Range<u64>) -> Result<Self, EngineError> {
        let (mut parts, size) = reader.read(|open| {
            let refused = |reason: &str| EngineError::Refused(format!("{path}: {reason}"));
            let node = match open.find(&path)? {
                Some(Found::Node(node)) if node.is_file() => node,
                Some(_) => return Err(refused("it is not a regular file")),
                None => return Err(refused("the backup does not contain it")),
            };
            Ok((open.parts(&path, &node)?, node.meta.size))
        })?;
        if range.start > range.end || range.end > size {
            return Err(EngineError::Refused(format!(
                "{path}: invalid range {} to {}: expected at most {size} bytes",
                range.start, range.end
            )));
        }
        parts.retain(|part| part.at < range.end && part.at + part.bytes > range.start);
        let mut read = Self {
            reader,
            path,
            range,
            parts,
            first: None,
        };
        read.first = read.piece(0)?;
        Ok(read)
    }

    /// Reads the part of a piece that is in the range; `None` after the last piece.
    fn piece(&mut self, number: usize) -> Result<Option<Bytes>, EngineError> {
        let Some(part) = self.parts.get(number) else {
            return Ok(None);
        };
        let bytes = self.reader.read(|open| open.piece(&self.path, part))?;
        let within = |at: u64| {
            let at = at.saturating_sub(part.at).min(part.bytes);
            usize::try_from(at).map_err(|error| EngineError::Broken(error.to_string()))
        };
        Ok(Some(
            bytes.slice(within(self.range.start)?..within(self.range.end)?),
        ))
    }
}

impl SendPieces for FileRead {
    fn send(mut self, sender: &mpsc::Sender<Result<Bytes, EngineError>>) -> Result<(), EngineError> {
        let mut next = self.first.take();
        let mut number = 0;
        while let Some(piece) = next {
            if sender.blocking_send(Ok(piece)).is_err() {
                return Ok(());
            }
            number += 1;
            next = self.piece(number)?;
        }
        Ok(())
    }
}
