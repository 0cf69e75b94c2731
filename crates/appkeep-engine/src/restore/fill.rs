//! File content: several threads write it, and later compare it.
//!
//! A large file is split into groups of pieces, so that a single file keeps all threads busy. Work in
//! progress is bounded: one group per thread and a short queue.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;

use appkeep_core::engine::{EngineError, ProgressSender};
use rustic_core::DataId;
use rustix::fs::SeekFrom;
use rustix::io::Errno;
use tokio_util::sync::CancellationToken;

use super::entry::{Content, Metadata, Part, RestoreError};
use super::from_backup::Blobs;
use super::metadata;
use super::notes::Notes;
use crate::failure::lock;
use crate::holes::next_data;

/// The maximum number of threads for content.
const THREADS_MAX: usize = 4;

/// The maximum number of groups that wait for a thread. Each keeps a file open.
const QUEUE_MAX: usize = 64;

/// The maximum number of pieces in a group.
const GROUP_PARTS: usize = 8;

/// The number of bytes that are copied or compared between two checks for cancellation.
const PIECE_BYTES: u64 = 4 * 1024 * 1024;

/// The block size for holes, in bytes: zeros that fill a block, or the rest of one at the edge of a piece,
/// aren't written. Smaller holes would cost more than they save.
const HOLE_BYTES: usize = 64 * 1024;

static ZEROS: [u8; HOLE_BYTES] = [0; HOLE_BYTES];

/// A file whose content is being written or compared.
pub(crate) struct TargetFile {
    /// The path of the file, beginning with the volume's name.
    pub(crate) path: PathBuf,
    /// The file in the target, opened for writing or only for reading.
    pub(crate) file: File,
    /// The size in bytes.
    pub(crate) size: u64,
    /// The metadata to set once everything is written; `None` if the file is only compared.
    pub(crate) metadata: Option<Metadata>,
}

struct Group {
    filled: Arc<TargetFile>,
    content: Content,
    /// The number of unfinished groups of the file.
    open: Arc<AtomicUsize>,
}

/// The state that the threads share.
pub(crate) struct Work<'a> {
    pub(crate) blobs: Option<&'a Blobs>,
    pub(crate) notes: &'a Notes,
    pub(crate) progress: &'a ProgressSender,
    /// The caller's cancellation token.
    pub(crate) cancel: &'a CancellationToken,
    bytes_done: AtomicU64,
    cannot_clone: AtomicBool,
    failure: Mutex<Option<EngineError>>,
    /// Whether pieces that are holes in the target consist of zeros in the backup.
    zeros: Mutex<HashMap<DataId, bool>>,
}

impl<'a> Work<'a> {
    /// Creates the state of a new restore.
    pub(crate) fn new(
        blobs: Option<&'a Blobs>,
        notes: &'a Notes,
        progress: &'a ProgressSender,
        cancel: &'a CancellationToken,
    ) -> Self {
        Self {
            blobs,
            notes,
            progress,
            cancel,
            bytes_done: AtomicU64::new(0),
            cannot_clone: AtomicBool::new(false),
            failure: Mutex::default(),
            zeros: Mutex::default(),
        }
    }

    /// Whether the work was cancelled or has failed.
    pub(crate) fn is_stopped(&self) -> bool {
        self.cancel.is_cancelled() || lock(&self.failure).is_some()
    }

    /// Adds restored bytes to the progress, and reports it.
    pub(crate) fn advance(&self, bytes: u64) {
        let bytes_done = self.bytes_done.fetch_add(bytes, Ordering::SeqCst) + bytes;
        self.progress.send_if_modified(|progress| {
            let is_more = bytes_done > progress.bytes_done;
            if is_more {
                progress.bytes_done = bytes_done;
            }
            is_more
        });
    }

    fn fail(&self, error: EngineError) {
        lock(&self.failure).get_or_insert(error);
    }

    fn work_on(&self, groups: &Mutex<Receiver<Group>>) {
        loop {
            // Not in a `while let`, which would hold the lock during the work.
            let next = lock(groups).recv();
            let Ok(group) = next else { return };
            if self.is_stopped() {
                continue;
            }
            let done = catch_unwind(AssertUnwindSafe(|| self.group(&group)));
            match done {
                Ok(Ok(())) => {}
                Ok(Err(error)) => self.fail(error.at(&group.filled.path)),
                Err(_) => self.fail(EngineError::Broken(format!(
                    "restoring {} panicked",
                    group.filled.path.display()
                ))),
            }
        }
    }

    fn group(&self, group: &Group) -> Result<(), RestoreError> {
        let filled = &group.filled;
        match (&group.content, &filled.metadata) {
            (Content::Parts(parts), Some(_)) => self.write_parts(&filled.file, parts)?,
            (Content::Parts(parts), None) => self.compare_parts(&filled.file, parts)?,
            (Content::File(original), Some(_)) => self.write_file(original, filled)?,
            (Content::File(original), None) => self.compare_files(original, filled)?,
        }
        if self.is_stopped() {
            return Ok(());
        }
        let is_last = group.open.fetch_sub(1, Ordering::SeqCst) == 1;
        if is_last && let Some(metadata) = &filled.metadata {
            metadata::apply(&filled.file, metadata, self.notes).map_err(RestoreError::Target)?;
        }
        Ok(())
    }

    fn write_parts(&self, file: &File, parts: &[Part]) -> Result<(), RestoreError> {
        let blobs = self
            .blobs
            .ok_or_else(|| RestoreError::Source("there is no repository".to_owned()))?;
        for part in parts {
            if self.is_stopped() {
                return Ok(());
            }
            let bytes = blobs.read(part)?;
            write_but_zeros(file, &bytes, part.at).map_err(RestoreError::Target)?;
            self.advance(part.bytes);
        }
        Ok(())
    }

    fn compare_parts(&self, file: &File, parts: &[Part]) -> Result<(), RestoreError> {
        for part in parts {
            if self.is_stopped() {
                return Ok(());
            }
            let is_same = if is_hole(file, part).map_err(RestoreError::target)? {
                self.is_zeros(part)
            } else {
                let mut restored = ReadAt { file, at: part.at };
                part.id.blob_matches_reader(part.bytes, &mut restored)
            };
            if !is_same {
                return Err(RestoreError::Differs(format!(
                    "the content at offset {} differs from the backup",
                    part.at
                )));
            }
        }
        Ok(())
    }

    fn is_zeros(&self, part: &Part) -> bool {
        if let Some(known) = lock(&self.zeros).get(&part.id) {
            return *known;
        }
        let is_zeros = part.id.blob_matches_reader(part.bytes, &mut io::repeat(0));
        lock(&self.zeros).insert(part.id, is_zeros);
        is_zeros
    }

    /// Clones the original if the file system supports it; otherwise copies everything but holes.
    fn write_file(&self, original: &File, filled: &TargetFile) -> Result<(), RestoreError> {
        if filled.size == 0 {
            return Ok(());
        }
        if !self.cannot_clone.load(Ordering::Relaxed) {
            match rustix::fs::ioctl_ficlone(&filled.file, original) {
                Ok(()) => {
                    self.advance(filled.size);
                    return Ok(());
                }
                Err(Errno::OPNOTSUPP | Errno::XDEV | Errno::NOTTY | Errno::NOSYS) => {
                    self.cannot_clone.store(true, Ordering::Relaxed);
                }
                // This file can't be cloned; others may be.
                Err(_) => {}
            }
        }
        let mut at = 0;
        while let Some((data, hole)) = next_data(original, at, filled.size).map_err(RestoreError::source)? {
            let end = hole.min(data + PIECE_BYTES);
            if self.is_stopped() {
                return Ok(());
            }
            copy_range(original, &filled.file, data, end - data)?;
            self.advance(end - at);
            at = end;
        }
        self.advance(filled.size - at);
        Ok(())
    }

    fn compare_files(&self, original: &File, filled: &TargetFile) -> Result<(), RestoreError> {
        let (mut one, mut other) = (Vec::new(), Vec::new());
        let mut at = 0;
        loop {
            let next = [
                next_data(original, at, filled.size).map_err(RestoreError::source)?,
                next_data(&filled.file, at, filled.size).map_err(RestoreError::target)?,
            ];
            let Some((data, _)) = next.into_iter().flatten().min() else {
                return Ok(());
            };
            if self.is_stopped() {
                return Ok(());
            }
            let bytes = (filled.size - data).min(PIECE_BYTES / 4);
            let bytes = usize::try_from(bytes).map_err(|error| RestoreError::Source(error.to_string()))?;
            one.resize(bytes, 0);
            other.resize(bytes, 0);
            original
                .read_exact_at(&mut one, data)
                .map_err(RestoreError::source)?;
            filled
                .file
                .read_exact_at(&mut other, data)
                .map_err(RestoreError::Target)?;
            if one != other {
                return Err(RestoreError::Differs(format!(
                    "the content at offset {data} differs from the snapshot"
                )));
            }
            at = data + bytes as u64;
        }
    }
}

/// The sending end of the threads' queue.
pub(crate) struct Queue {
    groups: SyncSender<Group>,
}

impl Queue {
    /// Queues a file's content. A file to write already has its final size.
    ///
    /// # Errors
    /// If no threads are left.
    pub(crate) fn push(&self, filled: TargetFile, content: Content) -> Result<(), RestoreError> {
        let filled = Arc::new(filled);
        let contents = match content {
            Content::Parts(parts) if parts.len() > GROUP_PARTS => parts
                .chunks(GROUP_PARTS)
                .map(|group| Content::Parts(group.to_vec()))
                .collect(),
            content => vec![content],
        };
        let open = Arc::new(AtomicUsize::new(contents.len()));
        for content in contents {
            let group = Group {
                filled: Arc::clone(&filled),
                content,
                open: Arc::clone(&open),
            };
            self.groups.send(group).map_err(|_| {
                RestoreError::Engine(EngineError::Broken("the threads have ended".to_owned()))
            })?;
        }
        Ok(())
    }
}

/// Runs `walk`, which queues files, and waits until all of them are processed.
///
/// # Errors
/// The first error of the threads or of the walk.
pub(crate) fn with_threads(
    work: &Work<'_>,
    walk: impl FnOnce(&Queue) -> Result<(), EngineError>,
) -> Result<(), EngineError> {
    let threads = if work.blobs.is_some_and(|blobs| blobs.is_remote) {
        // Most of them wait for the server.
        THREADS_MAX
    } else {
        thread::available_parallelism().map_or(2, |found| found.get().clamp(2, THREADS_MAX))
    };
    let (groups, receiver) = sync_channel(QUEUE_MAX);
    let receiver = Mutex::new(receiver);
    let walked = thread::scope(|scope| {
        for number in 0..threads {
            let spawned = thread::Builder::new()
                .name(format!("restore-{number}"))
                .spawn_scoped(scope, || work.work_on(&receiver));
            if let Err(error) = spawned
                && number == 0
            {
                return Err(EngineError::Broken(format!(
                    "no thread could be started: {error}"
                )));
            }
        }
        let queue = Queue { groups };
        walk(&queue)
    });
    let failure = lock(&work.failure).take();
    if work.cancel.is_cancelled() {
        return Err(EngineError::Cancelled);
    }
    match failure {
        Some(failure) => Err(failure),
        None => walked,
    }
}

/// Reads a file from an offset.
struct ReadAt<'a> {
    file: &'a File,
    at: u64,
}

impl Read for ReadAt<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.file.read_at(buffer, self.at)?;
        self.at += bytes as u64;
        Ok(bytes)
    }
}

/// Writes bytes to a new file that has its final size, without the zeros that are holes anyway.
fn write_but_zeros(file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
    let (mut begin, mut end) = (0, 0);
    while end < bytes.len() {
        let in_block = (at + end as u64) % HOLE_BYTES as u64;
        let block = usize::try_from(in_block).map_or(HOLE_BYTES, |in_block| HOLE_BYTES - in_block);
        let next = bytes.len().min(end + block);
        if bytes[end..next] == ZEROS[..next - end] {
            file.write_all_at(&bytes[begin..end], at + begin as u64)?;
            begin = next;
        }
        end = next;
    }
    file.write_all_at(&bytes[begin..end], at + begin as u64)
}

/// Whether no byte of a piece is allocated in the file, so that it reads as zeros.
fn is_hole(file: &File, part: &Part) -> rustix::io::Result<bool> {
    let end = part.at + part.bytes;
    Ok(part.bytes > 0 && next_data(file, part.at, end)?.is_none())
}

fn copy_range(mut original: &File, mut copy: &File, at: u64, bytes: u64) -> Result<(), RestoreError> {
    rustix::fs::seek(original, SeekFrom::Start(at)).map_err(RestoreError::source)?;
    rustix::fs::seek(copy, SeekFrom::Start(at)).map_err(RestoreError::target)?;
    let copied = io::copy(&mut original.by_ref().take(bytes), &mut copy).map_err(RestoreError::Target)?;
    if copied == bytes {
        Ok(())
    } else {
        Err(RestoreError::Source(
            "it is shorter than its recorded size".to_owned(),
        ))
    }
}
