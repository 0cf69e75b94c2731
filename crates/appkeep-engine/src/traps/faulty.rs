//! A backend with injected faults.

use std::collections::BTreeSet;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use rustic_core::{BytesList, ErrorKind, FileType, Id, ReadBackend, RusticError, RusticResult, WriteBackend};

use crate::backend::DirectoryBackend;
use crate::failure::{self, BackendFailure};

/// An operation of a backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Act {
    List,
    Read,
    Write,
    Remove,
}

/// An injected fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mishap {
    /// The operation isn't performed and returns an error. Later ones succeed.
    Refused,
    /// The operation is performed, but returns an error, as if the response was lost. Later ones succeed.
    AnswerLost,
    /// The operation isn't performed, because there is no space.
    Full,
    /// Neither this nor any later operation is performed: the process died, or the bucket disappeared.
    Dead,
    /// The operation is performed late.
    Late,
}

/// The delay of a late operation, long enough that other threads run first.
const LATE: Duration = Duration::from_millis(30);

type Decide = dyn Fn(Act, FileType) -> Option<Mishap> + Send + Sync;

/// Selects the faults.
#[derive(Clone)]
pub(super) struct Faults {
    decide: Arc<Decide>,
}

impl Faults {
    fn new(decide: impl Fn(Act, FileType) -> Option<Mishap> + Send + Sync + 'static) -> Self {
        Self {
            decide: Arc::new(decide),
        }
    }

    pub(super) fn none() -> Self {
        Self::new(|_, _| None)
    }

    /// Refuses this operation on files of this type.
    pub(super) fn at(act: Act, kind: FileType) -> Self {
        Self::new(move |this, file| ((this, file) == (act, kind)).then_some(Mishap::Refused))
    }

    /// There is no space until an index is removed.
    pub(super) fn full() -> Self {
        let has_room = AtomicBool::new(false);
        Self::new(move |act, kind| {
            has_room.fetch_or((act, kind) == (Act::Remove, FileType::Index), Ordering::SeqCst);
            (act == Act::Write && !has_room.load(Ordering::SeqCst)).then_some(Mishap::Full)
        })
    }

    /// Injects the fault into the operation with this number, and records it.
    pub(super) fn nth(number: usize, mishap: Mishap, struck: &Arc<Struck>) -> Self {
        let (seen, struck) = (AtomicUsize::new(0), Arc::clone(struck));
        Self::new(move |act, kind| {
            let this = seen.fetch_add(1, Ordering::SeqCst);
            let strikes = this == number || (this > number && mishap == Mishap::Dead);
            if this == number {
                struck.note(act, kind);
            }
            strikes.then_some(mishap)
        })
    }
}

/// The operations that were hit, and the types of their files.
#[derive(Debug, Default)]
pub(super) struct Struck {
    acts: Mutex<BTreeSet<(Act, &'static str)>>,
    count: AtomicUsize,
}

impl Struck {
    fn note(&self, act: Act, kind: FileType) {
        self.count.fetch_add(1, Ordering::SeqCst);
        failure::lock(&self.acts).insert((act, kind.dirname()));
    }

    /// How many operations there were, including repeated ones.
    pub(super) fn count(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }

    /// Operations and file types, sorted, for example `Write data`.
    pub(super) fn list(&self) -> Vec<String> {
        let struck = failure::lock(&self.acts);
        struck
            .iter()
            .map(|(act, kind)| format!("{act:?} {kind}"))
            .collect()
    }
}

/// Corrupts data that is read.
pub(super) type Spoil = Arc<dyn Fn(FileType, Bytes) -> Bytes + Send + Sync>;

pub(super) struct Faulty {
    pub(super) backend: DirectoryBackend,
    pub(super) faults: Faults,
    pub(super) spoil: Spoil,
}

impl Faulty {
    fn act<T>(&self, act: Act, kind: FileType, work: impl FnOnce() -> RusticResult<T>) -> RusticResult<T> {
        let cause = match (self.faults.decide)(act, kind) {
            None => return work(),
            Some(Mishap::Late) => {
                std::thread::sleep(LATE);
                return work();
            }
            Some(Mishap::AnswerLost) => {
                work()?;
                io::ErrorKind::Other
            }
            Some(Mishap::Full) => io::ErrorKind::StorageFull,
            Some(Mishap::Refused | Mishap::Dead) => io::ErrorKind::Other,
        };
        let error = io::Error::new(cause, "made to fail");
        let failure = BackendFailure {
            what: format!("{act:?} {kind}"),
            error,
        };
        Err(RusticError::with_source(ErrorKind::Backend, "bucket", failure))
    }
}

impl ReadBackend for Faulty {
    fn location(&self) -> String {
        self.backend.location()
    }

    fn list_with_size(&self, kind: FileType) -> RusticResult<Vec<(Id, u32)>> {
        self.act(Act::List, kind, || self.backend.list_with_size(kind))
    }

    fn read_full(&self, kind: FileType, id: &Id) -> RusticResult<Bytes> {
        let read = self.act(Act::Read, kind, || self.backend.read_full(kind, id));
        read.map(|bytes| (self.spoil)(kind, bytes))
    }

    fn read_partial(&self, kind: FileType, id: &Id, hot: bool, at: u32, length: u32) -> RusticResult<Bytes> {
        let read = self.act(Act::Read, kind, || {
            self.backend.read_partial(kind, id, hot, at, length)
        });
        read.map(|bytes| (self.spoil)(kind, bytes))
    }

    fn warmup_path(&self, kind: FileType, id: &Id) -> String {
        self.backend.warmup_path(kind, id)
    }
}

impl WriteBackend for Faulty {
    fn create(&self) -> RusticResult<()> {
        self.backend.create()
    }

    fn write_bytes(&self, kind: FileType, id: &Id, hot: bool, content: BytesList) -> RusticResult<()> {
        self.act(Act::Write, kind, || {
            self.backend.write_bytes(kind, id, hot, content)
        })
    }

    fn remove(&self, kind: FileType, id: &Id, hot: bool) -> RusticResult<()> {
        self.act(Act::Remove, kind, || self.backend.remove(kind, id, hot))
    }
}
