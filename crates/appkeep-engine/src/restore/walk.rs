//! Walks a volume of an origin without recursion, each directory before its entries.

use std::path::{Path, PathBuf};
use std::vec;

use appkeep_core::engine::EngineError;

use super::entry::{
    Content, DEPTH_MAX, DirectorySource, Entry, FileInfo, Kind, Metadata, Origin, RestoreError,
};
use super::fill::Work;

/// The operations on each entry. The walk begins in the parent directory of the volume.
pub(crate) trait Visit {
    /// Enters a directory with these entries.
    fn enter(&mut self, entry: &Entry, below: &[Entry]) -> Result<(), RestoreError>;

    /// Returns to the parent; everything in the directory was visited.
    fn leave(&mut self, path: &Path, metadata: &Metadata) -> Result<(), RestoreError>;

    /// Handles a file. `path` begins with the volume's name.
    fn file(
        &mut self,
        path: &Path,
        entry: &Entry,
        file: &FileInfo,
        content: &mut dyn FnMut() -> Result<Content, RestoreError>,
    ) -> Result<(), RestoreError>;

    /// Handles a link.
    fn link(&mut self, path: &Path, entry: &Entry, points_to: &Path) -> Result<(), RestoreError>;
}

struct Frame {
    entries: vec::IntoIter<Entry>,
    path: PathBuf,
    metadata: Metadata,
}

/// Walks `volume`, which is a directory.
///
/// # Errors
/// The first error, with its path.
pub(crate) fn walk(
    origin: &mut dyn Origin,
    volume: &Entry,
    visit: &mut dyn Visit,
    work: &Work<'_>,
) -> Result<(), EngineError> {
    let path = PathBuf::from(&volume.name);
    let Kind::Directory(inside) = &volume.kind else {
        return Err(RestoreError::Source("it is not a directory".to_owned()).at(&path));
    };
    let root = enter(origin, volume, *inside, visit, path.clone()).map_err(|error| error.at(&path))?;
    let mut stack = vec![root];
    while let Some(frame) = stack.last_mut() {
        if work.is_stopped() {
            // The reason is reported elsewhere.
            return Ok(());
        }
        let Some(entry) = frame.entries.next() else {
            if let Some(left) = stack.pop() {
                leave(origin, visit, &left).map_err(|error| error.at(&left.path))?;
            }
            continue;
        };
        let path = frame.path.join(&entry.name);
        let done = match &entry.kind {
            Kind::Directory(_) if stack.len() >= DEPTH_MAX => Err(RestoreError::Source(format!(
                "it is in more than {DEPTH_MAX} directories"
            ))),
            Kind::Directory(inside) => {
                enter(origin, &entry, *inside, visit, path.clone()).map(|below| stack.push(below))
            }
            Kind::File(file) => visit.file(&path, &entry, file, &mut || origin.content(&entry.name, file)),
            Kind::Link(points_to) => visit.link(&path, &entry, points_to),
        };
        done.map_err(|error| error.at(&path))?;
    }
    Ok(())
}

fn enter(
    origin: &mut dyn Origin,
    entry: &Entry,
    inside: DirectorySource,
    visit: &mut dyn Visit,
    path: PathBuf,
) -> Result<Frame, RestoreError> {
    let below = origin.enter(&entry.name, inside)?;
    visit.enter(entry, &below)?;
    Ok(Frame {
        entries: below.into_iter(),
        path,
        metadata: entry.metadata.clone(),
    })
}

fn leave(origin: &mut dyn Origin, visit: &mut dyn Visit, left: &Frame) -> Result<(), RestoreError> {
    origin.leave()?;
    visit.leave(&left.path, &left.metadata)
}
