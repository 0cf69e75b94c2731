//! A source with a fault at one of its files.

use std::ffi::OsString;
use std::io::{self, Read};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rustic_core::{ErrorKind, ReadSource, ReadSourceEntry, ReadSourceOpen, RusticError, RusticResult};
use tokio_util::sync::CancellationToken;

use crate::failure::{BackendFailure, lock};
use crate::tree_source::{BackupSource, TreeSource};

type TreeFile = <TreeSource as ReadSource>::Open;

/// A source with a fault or an action at one file.
pub(super) struct FaultySource {
    pub(super) source: TreeSource,
    pub(super) fault: SourceFault,
}

/// The fault or action at the file `data/5`.
#[derive(Clone)]
pub(super) enum SourceFault {
    None,
    CannotBeListed,
    CannotBeOpened,
    CannotBeRead,
    EndsEarly,
    /// The library silently drops such a file.
    Dropped,
    Cancels(CancellationToken),
    /// Counts the files that are opened.
    Counted(Arc<AtomicUsize>),
    /// Records the names of files as they are opened.
    Noted(Arc<Mutex<Vec<OsString>>>),
}

impl BackupSource for FaultySource {}

impl ReadSource for FaultySource {
    type Open = FaultyFile;
    type Iter = Box<dyn Iterator<Item = RusticResult<ReadSourceEntry<FaultyFile>>> + Send>;

    fn size(&self) -> RusticResult<Option<u64>> {
        self.source.size()
    }

    fn entries(&self) -> Self::Iter {
        let fault = self.fault.clone();
        Box::new(
            self.source
                .entries()
                .map(move |entry| entry.and_then(|entry| faulty_entry(entry, &fault))),
        )
    }
}

fn faulty_entry(
    entry: ReadSourceEntry<TreeFile>,
    fault: &SourceFault,
) -> RusticResult<ReadSourceEntry<FaultyFile>> {
    let is_faulty = entry.path.ends_with("data/5");
    let fault = match fault {
        SourceFault::Counted(_) | SourceFault::Noted(_) => fault.clone(),
        _ if is_faulty => fault.clone(),
        _ => SourceFault::None,
    };
    let is_dropped = matches!(fault, SourceFault::Dropped);
    if matches!(fault, SourceFault::CannotBeListed) {
        return Err(made_to_fail("data/5"));
    }
    let name = entry.node.name().into_owned();
    let open = entry
        .open
        .map(|file| FaultyFile { file, name, fault })
        .filter(|_| !is_dropped);
    Ok(ReadSourceEntry {
        path: entry.path,
        node: entry.node,
        open,
    })
}

fn made_to_fail(what: &str) -> Box<RusticError> {
    let failure = BackendFailure {
        what: what.to_owned(),
        error: io::Error::other("made to fail"),
    };
    RusticError::with_source(ErrorKind::InputOutput, "source", failure)
}

pub(super) struct FaultyFile {
    file: TreeFile,
    name: OsString,
    fault: SourceFault,
}

impl ReadSourceOpen for FaultyFile {
    type Reader = Box<dyn Read + Send>;

    fn open(self) -> RusticResult<Self::Reader> {
        let file = self.file.open()?;
        Ok(match self.fault {
            SourceFault::CannotBeOpened => return Err(made_to_fail("opening")),
            SourceFault::CannotBeRead => Box::new(file.take(1000).chain(Failing)),
            SourceFault::EndsEarly => Box::new(file.take(1000)),
            SourceFault::Cancels(cancel) => {
                cancel.cancel();
                Box::new(file)
            }
            SourceFault::Counted(opened) => {
                opened.fetch_add(1, Ordering::SeqCst);
                Box::new(file)
            }
            SourceFault::Noted(opened) => {
                lock(&opened).push(self.name);
                Box::new(file)
            }
            SourceFault::None | SourceFault::CannotBeListed | SourceFault::Dropped => Box::new(file),
        })
    }
}

struct Failing;

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("made to fail"))
    }
}
