//! A source with a fault at one of its files.

use std::ffi::OsString;
use std::io::{self, Read};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rustic_core::{ErrorKind, ReadSource, ReadSourceEntry, ReadSourceOpen, RusticError, RusticResult};
use tokio_util::sync::CancellationToken;

use crate::failure::{BackendFailure, lock};
use crate::tree_source::TreeSource;

type TreeFile = <TreeSource as ReadSource>::Open;

/// A source with a fault or an action at one file.
pub(super) struct OddSource {
    pub(super) source: TreeSource,
    pub(super) oddity: Oddity,
}

/// The fault or action at the file `data/5`.
#[derive(Clone)]
pub(super) enum Oddity {
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

impl ReadSource for OddSource {
    type Open = OddFile;
    type Iter = Box<dyn Iterator<Item = RusticResult<ReadSourceEntry<OddFile>>> + Send>;

    fn size(&self) -> RusticResult<Option<u64>> {
        self.source.size()
    }

    fn entries(&self) -> Self::Iter {
        let oddity = self.oddity.clone();
        Box::new(
            self.source
                .entries()
                .map(move |entry| entry.and_then(|entry| odd_entry(entry, &oddity))),
        )
    }
}

fn odd_entry(entry: ReadSourceEntry<TreeFile>, oddity: &Oddity) -> RusticResult<ReadSourceEntry<OddFile>> {
    let is_odd = entry.path.ends_with("data/5");
    let oddity = match oddity {
        Oddity::Counted(_) | Oddity::Noted(_) => oddity.clone(),
        _ if is_odd => oddity.clone(),
        _ => Oddity::None,
    };
    let is_dropped = matches!(oddity, Oddity::Dropped);
    if matches!(oddity, Oddity::CannotBeListed) {
        return Err(made_to_fail("data/5"));
    }
    let name = entry.node.name().into_owned();
    let open = entry
        .open
        .map(|file| OddFile { file, name, oddity })
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

pub(super) struct OddFile {
    file: TreeFile,
    name: OsString,
    oddity: Oddity,
}

impl ReadSourceOpen for OddFile {
    type Reader = Box<dyn Read + Send>;

    fn open(self) -> RusticResult<Self::Reader> {
        let file = self.file.open()?;
        Ok(match self.oddity {
            Oddity::CannotBeOpened => return Err(made_to_fail("opening")),
            Oddity::CannotBeRead => Box::new(file.take(1000).chain(Failing)),
            Oddity::EndsEarly => Box::new(file.take(1000)),
            Oddity::Cancels(cancel) => {
                cancel.cancel();
                Box::new(file)
            }
            Oddity::Counted(opened) => {
                opened.fetch_add(1, Ordering::SeqCst);
                Box::new(file)
            }
            Oddity::Noted(opened) => {
                lock(&opened).push(self.name);
                Box::new(file)
            }
            Oddity::None | Oddity::CannotBeListed | Oddity::Dropped => Box::new(file),
        })
    }
}

struct Failing;

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("made to fail"))
    }
}
