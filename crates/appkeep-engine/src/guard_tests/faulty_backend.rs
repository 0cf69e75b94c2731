//! A backend with injected faults.

use std::collections::BTreeSet;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use rustic_core::{BytesList, ErrorKind, FileType, Id, ReadBackend, RusticError, RusticResult, WriteBackend};

use crate::backend::RepositoryBackend;
use crate::failure::{self, BackendFailure};

/// An operation of a backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Operation {
    List,
    Read,
    Write,
    Remove,
}

/// An injected fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The operation isn't performed and returns an error. Later ones succeed.
    Refused,
    /// The operation is performed, but returns an error, as if the response was lost. Later ones succeed.
    ResponseLost,
    /// The operation isn't performed, because there is no space.
    Full,
    /// Neither this nor any later operation is performed: the process died, or the bucket disappeared.
    Dead,
    /// The operation is performed late.
    Late,
}

/// The delay of a late operation, long enough that other threads run first.
const LATE: Duration = Duration::from_millis(30);

type Decide = dyn Fn(Operation, FileType) -> Option<Fault> + Send + Sync;

/// Selects the faults.
#[derive(Clone)]
pub(super) struct Faults {
    decide: Arc<Decide>,
}

impl Faults {
    fn new(decide: impl Fn(Operation, FileType) -> Option<Fault> + Send + Sync + 'static) -> Self {
        Self {
            decide: Arc::new(decide),
        }
    }

    pub(super) fn none() -> Self {
        Self::new(|_, _| None)
    }

    /// Refuses this operation on files of this type.
    pub(super) fn at(operation: Operation, kind: FileType) -> Self {
        Self::new(move |this, file| ((this, file) == (operation, kind)).then_some(Fault::Refused))
    }

    /// There is no space until an index is removed.
    pub(super) fn full() -> Self {
        let has_room = AtomicBool::new(false);
        Self::new(move |operation, kind| {
            has_room.fetch_or(
                (operation, kind) == (Operation::Remove, FileType::Index),
                Ordering::SeqCst,
            );
            (operation == Operation::Write && !has_room.load(Ordering::SeqCst)).then_some(Fault::Full)
        })
    }

    /// Injects the fault into the operation with this number, and records it.
    pub(super) fn nth(number: usize, fault: Fault, hit: &Arc<HitOperations>) -> Self {
        let (seen, hit) = (AtomicUsize::new(0), Arc::clone(hit));
        Self::new(move |operation, kind| {
            let this = seen.fetch_add(1, Ordering::SeqCst);
            let strikes = this == number || (this > number && fault == Fault::Dead);
            if this == number {
                hit.note(operation, kind);
            }
            strikes.then_some(fault)
        })
    }
}

/// The operations that were hit, and the types of their files.
#[derive(Debug, Default)]
pub(super) struct HitOperations {
    operations: Mutex<BTreeSet<(Operation, &'static str)>>,
    count: AtomicUsize,
}

impl HitOperations {
    fn note(&self, operation: Operation, kind: FileType) {
        self.count.fetch_add(1, Ordering::SeqCst);
        failure::lock(&self.operations).insert((operation, kind.dirname()));
    }

    /// The number of operations, including repeated ones.
    pub(super) fn count(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }

    /// Operations and file types, sorted, for example `Write data`.
    pub(super) fn list(&self) -> Vec<String> {
        let hit = failure::lock(&self.operations);
        hit.iter()
            .map(|(operation, kind)| format!("{operation:?} {kind}"))
            .collect()
    }
}

/// Corrupts data that is read.
pub(super) type Corrupt = Arc<dyn Fn(FileType, Bytes) -> Bytes + Send + Sync>;

pub(super) struct FaultyBackend {
    pub(super) backend: RepositoryBackend,
    pub(super) faults: Faults,
    pub(super) corrupt: Corrupt,
}

impl FaultyBackend {
    fn operation<T>(
        &self,
        operation: Operation,
        kind: FileType,
        work: impl FnOnce() -> RusticResult<T>,
    ) -> RusticResult<T> {
        let cause = match (self.faults.decide)(operation, kind) {
            None => return work(),
            Some(Fault::Late) => {
                std::thread::sleep(LATE);
                return work();
            }
            Some(Fault::ResponseLost) => {
                work()?;
                io::ErrorKind::Other
            }
            Some(Fault::Full) => io::ErrorKind::StorageFull,
            Some(Fault::Refused | Fault::Dead) => io::ErrorKind::Other,
        };
        let error = io::Error::new(cause, "made to fail");
        let failure = BackendFailure {
            what: format!("{operation:?} {kind}"),
            error,
        };
        Err(RusticError::with_source(ErrorKind::Backend, "bucket", failure))
    }
}

impl ReadBackend for FaultyBackend {
    fn location(&self) -> String {
        self.backend.location()
    }

    fn list_with_size(&self, kind: FileType) -> RusticResult<Vec<(Id, u32)>> {
        self.operation(Operation::List, kind, || self.backend.list_with_size(kind))
    }

    fn read_full(&self, kind: FileType, id: &Id) -> RusticResult<Bytes> {
        let read = self.operation(Operation::Read, kind, || self.backend.read_full(kind, id));
        read.map(|bytes| (self.corrupt)(kind, bytes))
    }

    fn read_partial(&self, kind: FileType, id: &Id, hot: bool, at: u32, length: u32) -> RusticResult<Bytes> {
        let read = self.operation(Operation::Read, kind, || {
            self.backend.read_partial(kind, id, hot, at, length)
        });
        read.map(|bytes| (self.corrupt)(kind, bytes))
    }

    fn warmup_path(&self, kind: FileType, id: &Id) -> String {
        self.backend.warmup_path(kind, id)
    }
}

impl WriteBackend for FaultyBackend {
    fn create(&self) -> RusticResult<()> {
        self.backend.create()
    }

    fn write_bytes(&self, kind: FileType, id: &Id, hot: bool, content: BytesList) -> RusticResult<()> {
        self.operation(Operation::Write, kind, || {
            self.backend.write_bytes(kind, id, hot, content)
        })
    }

    fn remove(&self, kind: FileType, id: &Id, hot: bool) -> RusticResult<()> {
        self.operation(Operation::Remove, kind, || self.backend.remove(kind, id, hot))
    }
}
