//! A gate in front of a repository's backend. It blocks all operations after a failure, also of its fence, and
//! holds back a backup's snapshot file until everything else is known to be complete.
//!
//! The library continues after failed reads and writes, and finishes a backup that was cut short as if it
//! were complete. Therefore the gate shuts permanently at the first failure; for the repository that is the
//! same as a process that was killed. It also holds back the snapshot file, without which the backup is
//! invisible, until [`WriteGate::release`] is called.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use appkeep_core::engine::EngineError;
use bytes::Bytes;
use rustic_core::{BytesList, ErrorKind, FileType, Id, ReadBackend, RusticError, RusticResult, WriteBackend};
use tokio_util::sync::CancellationToken;

use crate::backend::RepositoryBackend;
use crate::failure::{self, broken};
use crate::fence::Fence;

/// The number of threads that look written files up.
const LOOKUP_THREADS: usize = 4;

/// A check before the snapshot file is written.
type Check = Box<dyn Fn() -> Result<(), EngineError> + Send + Sync>;

/// A check that another process respects this one's lock of the repository.
type LockCheck = Box<dyn Fn() -> Result<(), String> + Send + Sync>;

/// A gate in front of a backend.
pub(crate) struct WriteGate {
    backend: Arc<dyn WriteBackend>,
    /// Must pass before each operation.
    fence: Fence,
    /// Cancelled together with the job, and at the first failure.
    stop: CancellationToken,
    failure: Mutex<Option<Failure>>,
    /// Whether the failure was a lack of space.
    is_full: AtomicBool,
    /// The files that were written through this gate.
    written: Mutex<Vec<(FileType, Id)>>,
    /// Looks up files that were written.
    lookup: Option<Arc<RepositoryBackend>>,
    /// The files that were written, but not looked up yet, with their sizes in bytes.
    unchecked: Mutex<Vec<(FileType, Id, u64)>>,
    held: Mutex<Option<(Id, BytesList)>>,
    /// Held, shared, by each operation in progress.
    passing: RwLock<()>,
    check: Option<Check>,
    /// Whether writes are refused, and failed reads don't shut the gate.
    is_read_only: bool,
    /// Must pass before each operation, once the repository is locked.
    lock: OnceLock<LockCheck>,
}

impl fmt::Debug for WriteGate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            backend,
            stop,
            failure,
            ..
        } = self;
        f.debug_struct("WriteGate")
            .field("backend", backend)
            .field("stop", stop)
            .field("failure", failure)
            .finish_non_exhaustive()
    }
}

/// The reason why a gate shut.
#[derive(Debug, Clone)]
struct Failure {
    reason: String,
    /// Whether the failure is transient.
    is_transient: bool,
}

/// Shuts a gate when dropped, waits until all operations in progress have ended, and ends the writes that they started.
/// The library's threads outlive a failed call; after this they can't access the repository.
#[derive(Debug)]
pub(crate) struct ShutWhenDropped(pub(crate) Arc<WriteGate>);

impl Drop for ShutWhenDropped {
    fn drop(&mut self) {
        self.0.stop.cancel();
        drop(self.0.passing.write().unwrap_or_else(PoisonError::into_inner));
        if let Some(backend) = &self.0.lookup {
            backend.abort_writes();
        }
    }
}

impl WriteGate {
    /// Creates a gate in front of `backend` that shuts when the job is cancelled or `fence` fails.
    pub(crate) fn new(backend: Arc<dyn WriteBackend>, fence: impl Into<Fence>) -> Self {
        let fence = fence.into();
        Self {
            backend,
            stop: fence.cancel().child_token(),
            fence,
            failure: Mutex::new(None),
            is_full: AtomicBool::new(false),
            written: Mutex::default(),
            lookup: None,
            unchecked: Mutex::default(),
            held: Mutex::new(None),
            passing: RwLock::new(()),
            check: None,
            is_read_only: false,
            lock: OnceLock::new(),
        }
    }

    /// Adds a check that must pass before the snapshot file is written.
    #[must_use]
    pub(crate) fn checking(
        mut self,
        check: impl Fn() -> Result<(), EngineError> + Send + Sync + 'static,
    ) -> Self {
        self.check = Some(Box::new(check));
        self
    }

    /// Looks every file up after it was written: a server may confirm a write and lose it. Packs are looked up before
    /// an index names them.
    #[must_use]
    pub(crate) fn looking_up(mut self, backend: Arc<RepositoryBackend>) -> Self {
        self.lookup = Some(backend);
        self
    }

    /// Refuses all writes. In return, failed reads don't shut the gate: an examination continues after damage.
    #[must_use]
    pub(crate) fn only_reading(mut self) -> Self {
        self.is_read_only = true;
        self
    }

    /// Adds a check of the repository's lock, which must pass before each operation. A repository is locked once.
    pub(crate) fn hold_lock(&self, check: impl Fn() -> Result<(), String> + Send + Sync + 'static) {
        // A job locks its repository again only after the previous lock was removed.
        assert!(
            self.lock.set(Box::new(check)).is_ok(),
            "the repository is locked already"
        );
    }

    /// Shuts the gate because of `reason`.
    pub(crate) fn shut(&self, reason: &str) {
        failure::lock(&self.failure).get_or_insert_with(|| Failure {
            reason: reason.to_owned(),
            is_transient: false,
        });
        self.stop.cancel();
    }

    /// A token that is cancelled when the gate shuts, so that further writes needn't be prepared.
    pub(crate) fn stop(&self) -> &CancellationToken {
        &self.stop
    }

    /// Writes the snapshot file that was held back. The caller has checked that the backup is complete.
    ///
    /// # Errors
    /// If the write gate is shut, or there is no such file.
    pub(crate) fn release(&self) -> Result<(), EngineError> {
        if let Some(check) = &self.check {
            check()?;
        }
        let held = failure::lock(&self.held).take();
        let (id, content) =
            held.ok_or_else(|| EngineError::Broken("the library wrote no snapshot file".to_owned()))?;
        self.write(FileType::Snapshot, &id, false, content)
            .and_then(|()| self.look_up())
            .map_err(|error| self.explain("storing the snapshot file", &error))
    }

    /// The id of the snapshot file that is held back.
    pub(crate) fn held(&self) -> Option<Id> {
        failure::lock(&self.held).as_ref().map(|(id, _)| *id)
    }

    /// The reason for an error of the library, if it is known here: the fence or the bucket
    /// failed. Otherwise the library itself failed during `doing`.
    pub(crate) fn explain(&self, doing: &str, error: &RusticError) -> EngineError {
        self.failed().unwrap_or_else(|| broken(doing, error))
    }

    /// The reason why the write gate is shut, if the fence or the bucket failed.
    pub(crate) fn failed(&self) -> Option<EngineError> {
        if let Err(error) = self.fence.check() {
            return Some(error);
        }
        let failure = failure::lock(&self.failure).clone()?;
        Some(if failure.is_transient {
            EngineError::Exhausted(failure.reason)
        } else {
            EngineError::Storage(failure.reason)
        })
    }

    /// Whether the bucket failed for lack of space.
    pub(crate) fn is_full(&self) -> bool {
        self.is_full.load(Ordering::SeqCst)
    }

    /// Records that the bucket has no space.
    pub(crate) fn note_full(&self) {
        self.is_full.store(true, Ordering::SeqCst);
    }

    /// The ids of all files of a type that were written.
    pub(crate) fn written(&self, kind: FileType) -> Vec<Id> {
        let written = failure::lock(&self.written);
        let of_kind = written.iter().filter(|(of, _)| *of == kind);
        of_kind.map(|(_, id)| *id).collect()
    }

    fn write(&self, kind: FileType, id: &Id, cacheable: bool, content: BytesList) -> RusticResult<()> {
        let bytes = content.slice().iter().map(|part| part.len() as u64).sum();
        self.through(|backend| backend.write_bytes(kind, id, cacheable, content))?;
        failure::lock(&self.written).push((kind, *id));
        if self.lookup.is_some() {
            failure::lock(&self.unchecked).push((kind, *id, bytes));
        }
        Ok(())
    }

    /// Looks up the files that were written since the last call.
    fn look_up(&self) -> RusticResult<()> {
        let Some(backend) = &self.lookup else {
            return Ok(());
        };
        let unchecked = std::mem::take(&mut *failure::lock(&self.unchecked));
        self.through(|_| look_up(backend, &unchecked, &self.stop))
    }

    fn check_may_write(&self) -> RusticResult<()> {
        if self.is_read_only {
            return Err(RusticError::new(
                ErrorKind::Backend,
                "the repository is only examined, and not changed",
            ));
        }
        Ok(())
    }

    fn through<T>(&self, act: impl FnOnce(&dyn WriteBackend) -> RusticResult<T>) -> RusticResult<T> {
        let _passing = self.passing.read().unwrap_or_else(PoisonError::into_inner);
        if self.fence.check().is_err() {
            self.stop.cancel();
        }
        if let Some(Err(reason)) = self.lock.get().map(|check| check()) {
            self.shut(&reason);
        }
        if self.stop.is_cancelled() {
            return Err(RusticError::new(ErrorKind::Backend, "the write gate is shut"));
        }
        let outcome = act(self.backend.as_ref());
        if let Err(error) = &outcome
            && !self.is_read_only
        {
            failure::lock(&self.failure).get_or_insert_with(|| {
                self.is_full.store(failure::is_full(error), Ordering::SeqCst);
                Failure {
                    reason: failure::message_of(error),
                    is_transient: failure::is_transient_in(error),
                }
            });
            self.stop.cancel();
        }
        outcome
    }
}

impl ReadBackend for WriteGate {
    fn location(&self) -> String {
        self.backend.location()
    }

    fn list_with_size(&self, kind: FileType) -> RusticResult<Vec<(Id, u32)>> {
        self.through(|backend| backend.list_with_size(kind))
    }

    fn read_full(&self, kind: FileType, id: &Id) -> RusticResult<Bytes> {
        if kind == FileType::Snapshot
            && let Some((held, content)) = &*failure::lock(&self.held)
            && held == id
        {
            // The result of a pass is the parent of the next one.
            return Ok(content.slice().concat().into());
        }
        self.through(|backend| backend.read_full(kind, id))
    }

    fn read_partial(
        &self,
        kind: FileType,
        id: &Id,
        cacheable: bool,
        offset: u32,
        length: u32,
    ) -> RusticResult<Bytes> {
        self.through(|backend| backend.read_partial(kind, id, cacheable, offset, length))
    }

    fn warmup_path(&self, kind: FileType, id: &Id) -> String {
        self.backend.warmup_path(kind, id)
    }
}

impl WriteBackend for WriteGate {
    fn create(&self) -> RusticResult<()> {
        self.check_may_write()?;
        self.through(WriteBackend::create)
    }

    fn write_bytes(&self, kind: FileType, id: &Id, cacheable: bool, content: BytesList) -> RusticResult<()> {
        self.check_may_write()?;
        if kind == FileType::Snapshot {
            *failure::lock(&self.held) = Some((*id, content));
            return Ok(());
        }
        if kind != FileType::Index {
            return self.write(kind, id, cacheable, content);
        }
        self.look_up()?;
        self.write(kind, id, cacheable, content)?;
        self.look_up()
    }

    fn remove(&self, kind: FileType, id: &Id, cacheable: bool) -> RusticResult<()> {
        self.check_may_write()?;
        self.through(|backend| backend.remove(kind, id, cacheable))
    }
}

/// Checks that these files exist with their sizes in bytes. Ends early after `stop`.
fn look_up(
    backend: &RepositoryBackend,
    files: &[(FileType, Id, u64)],
    stop: &CancellationToken,
) -> RusticResult<()> {
    backend.finish_writes()?;
    let next = AtomicUsize::new(0);
    let look_each_up = || {
        while let Some((kind, id, expected)) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            if stop.is_cancelled() {
                return Ok(());
            }
            backend.check_size(*kind, id, *expected)?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..LOOKUP_THREADS.min(files.len()))
            .map(|_| scope.spawn(look_each_up))
            .collect();
        let results = threads.into_iter().map(|thread| {
            thread
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        });
        results.fold(Ok(()), RusticResult::and)
    })
}

#[cfg(test)]
mod tests;
