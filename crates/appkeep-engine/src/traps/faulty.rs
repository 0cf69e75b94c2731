//! A backend that can be made to fail.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use bytes::Bytes;
use rustic_core::{BytesList, ErrorKind, FileType, Id, ReadBackend, RusticError, RusticResult, WriteBackend};

use crate::backend::DirectoryBackend;
use crate::failure::BackendFailure;

/// What a backend is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    List,
    Read,
    Write,
    Remove,
}

/// Decides which acts fail: the one with this number among those of its kind.
#[derive(Clone)]
pub(super) struct Faults {
    fails: Arc<dyn Fn(Act, FileType) -> bool + Send + Sync>,
    with: io::ErrorKind,
}

impl Faults {
    pub(super) fn none() -> Self {
        Self {
            fails: Arc::new(|_, _| false),
            with: io::ErrorKind::Other,
        }
    }

    pub(super) fn at(act: Act, kind: FileType) -> Self {
        Self {
            fails: Arc::new(move |this, file| (this, file) == (act, kind)),
            with: io::ErrorKind::Other,
        }
    }

    /// The act with this number fails, whatever it is. Later ones work.
    pub(super) fn nth(number: usize) -> Self {
        let seen = AtomicUsize::new(0);
        Self {
            fails: Arc::new(move |_, _| seen.fetch_add(1, Ordering::SeqCst) == number),
            with: io::ErrorKind::Other,
        }
    }

    /// There is no room for anything until an index is removed.
    pub(super) fn full() -> Self {
        let has_room = AtomicBool::new(false);
        Self {
            fails: Arc::new(move |act, kind| {
                has_room.fetch_or((act, kind) == (Act::Remove, FileType::Index), Ordering::SeqCst);
                act == Act::Write && !has_room.load(Ordering::SeqCst)
            }),
            with: io::ErrorKind::StorageFull,
        }
    }
}

/// Changes what was asked for, on its way out.
pub(super) type Spoil = Arc<dyn Fn(FileType, Bytes) -> Bytes + Send + Sync>;

pub(super) struct Faulty {
    pub(super) backend: DirectoryBackend,
    pub(super) faults: Faults,
    pub(super) spoil: Spoil,
}

impl Faulty {
    fn act<T>(&self, act: Act, kind: FileType, work: impl FnOnce() -> RusticResult<T>) -> RusticResult<T> {
        if (self.faults.fails)(act, kind) {
            let error = io::Error::new(self.faults.with, "made to fail");
            let failure = BackendFailure {
                what: format!("{act:?} {kind}"),
                error,
            };
            return Err(RusticError::with_source(ErrorKind::Backend, "bucket", failure));
        }
        work()
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
        self.act(Act::Read, kind, || self.backend.read_full(kind, id))
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
