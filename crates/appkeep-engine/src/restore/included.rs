//! The part of an origin below some paths.

use std::ffi::OsStr;
use std::path::Path;

use appkeep_core::backup_file::FilePath;
use appkeep_core::engine::{EngineError, Progress};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::entry::{Content, DirectorySource, Entry, FileInfo, Kind, Metadata, Origin, RestoreError};
use super::fill::Work;
use super::notes::Notes;
use super::walk::{Visit, walk};

/// The included entries of an origin, with their parent directories.
pub(super) struct Included<'a> {
    origin: &'a mut dyn Origin,
    include: &'a [FilePath],
    /// Whether each path was found.
    found: Vec<bool>,
    /// The entered directories, the nearest last.
    above: Vec<FilePath>,
}

impl<'a> Included<'a> {
    /// Selects the entries of `origin` that are in `include`.
    pub(super) fn new(origin: &'a mut dyn Origin, include: &'a [FilePath]) -> Self {
        Self {
            origin,
            include,
            found: vec![false; include.len()],
            above: Vec::new(),
        }
    }

    /// The total size of the selected files in bytes.
    ///
    /// # Errors
    /// [`EngineError::Refused`] if the origin doesn't contain one of the paths; those of the origin.
    pub(super) fn measure(&mut self, cancel: &CancellationToken) -> Result<u64, EngineError> {
        let (notes, progress) = (Notes::default(), watch::Sender::new(Progress::default()));
        let work = Work::new(None, &notes, &progress, cancel);
        let mut size = Size::default();
        let volumes = self.volumes().map_err(|error| error.at(Path::new("/")))?;
        for volume in &volumes {
            walk(self, volume, &mut size, &work)?;
        }
        if cancel.is_cancelled() {
            return Err(EngineError::Cancelled);
        }
        let missing = self.include.iter().zip(&self.found).filter(|(_, found)| !**found);
        let missing: Vec<_> = missing.map(|(path, _)| path.to_string()).collect();
        if missing.is_empty() {
            Ok(size.bytes)
        } else {
            Err(EngineError::Refused(format!(
                "the source doesn't contain {}",
                missing.join(", ")
            )))
        }
    }

    fn select(&mut self, entries: Vec<Entry>) -> Vec<Entry> {
        let root = FilePath::default();
        let mut selected = Vec::new();
        for entry in entries {
            let path = self.above.last().unwrap_or(&root).join(&entry.name);
            let is_directory = matches!(entry.kind, Kind::Directory(_));
            let mut is_selected = false;
            for (included, found) in self.include.iter().zip(&mut self.found) {
                let is_included = path.starts_with(included);
                *found |= is_included;
                is_selected |= is_included || (is_directory && included.starts_with(&path));
            }
            if is_selected {
                selected.push(entry);
            }
        }
        selected
    }
}

impl Origin for Included<'_> {
    fn volumes(&mut self) -> Result<Vec<Entry>, RestoreError> {
        let volumes = self.origin.volumes()?;
        Ok(self.select(volumes))
    }

    fn enter(&mut self, name: &OsStr, inside: DirectorySource) -> Result<Vec<Entry>, RestoreError> {
        let entries = self.origin.enter(name, inside)?;
        let root = FilePath::default();
        let path = self.above.last().unwrap_or(&root).join(name);
        self.above.push(path);
        Ok(self.select(entries))
    }

    fn leave(&mut self) -> Result<(), RestoreError> {
        self.above.pop();
        self.origin.leave()
    }

    fn content(&self, name: &OsStr, file: &FileInfo) -> Result<Content, RestoreError> {
        self.origin.content(name, file)
    }
}

/// The total size of the visited files.
#[derive(Default)]
struct Size {
    bytes: u64,
}

impl Visit for Size {
    fn enter(&mut self, _: &Entry, _: &[Entry]) -> Result<(), RestoreError> {
        Ok(())
    }

    fn leave(&mut self, _: &Path, _: &Metadata) -> Result<(), RestoreError> {
        Ok(())
    }

    fn file(
        &mut self,
        _: &Path,
        _: &Entry,
        file: &FileInfo,
        _: &mut dyn FnMut() -> Result<Content, RestoreError>,
    ) -> Result<(), RestoreError> {
        self.bytes += file.size;
        Ok(())
    }

    fn link(&mut self, _: &Path, _: &Entry, _: &Path) -> Result<(), RestoreError> {
        Ok(())
    }
}
