//! What is known of a restore that may have been interrupted: one small file, written before each turn.
//!
//! It says where the new data is being made, so that the next run finds it, and how far the swap came. A
//! restore that is done leaves its report, so that asking again answers it.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use appkeep_core::app_restore::RestoreSource;
use appkeep_core::engine::{EngineError, Restore, RestoreData, RestoreReport, RestoreTarget};
use appkeep_core::ids::{AppId, AppRestoreId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::place::Place;
use crate::durable;
use crate::failure::storage;

/// The version of the file's format.
const VERSION: u32 = 1;

/// The directory of all journals, in the data directory.
const DIRECTORY: &str = "restores";

/// How many reports of an app's restores are kept.
const DONE_MAX: usize = 16;

/// How far a restore is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "snake_case")]
pub(crate) enum Phase {
    /// The new data is being made in the staging directories. Nothing else was touched.
    Staging,
    /// The new data is whole, and is being swapped in.
    Swapping {
        /// What each volume's new directory is, by the order of the places.
        new: Vec<u64>,
        /// Whether the old entries of a volume that is swapped by entries are all out.
        out: Vec<bool>,
    },
    /// The new data is in place; the old is being removed.
    Swapped,
    /// Nothing is left to do.
    Done,
    /// Somebody decided that it is not to be finished, or a later restore replaced its data. What is left of
    /// its data stays.
    Abandoned,
}

/// A restore's journal.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Journal {
    version: u32,
    /// Where the data comes from. Earlier versions didn't write it down.
    #[serde(default)]
    pub(crate) source: Option<RestoreSource>,
    /// Whether the app's own volumes are replaced. Earlier versions didn't write it down.
    #[serde(default = "yes")]
    pub(crate) in_place: bool,
    pub(crate) places: Vec<Place>,
    pub(crate) report: RestoreReport,
    #[serde(flatten)]
    pub(crate) phase: Phase,
}

fn yes() -> bool {
    true
}

impl Journal {
    /// The journal of a restore that begins.
    pub(crate) fn begin(request: &Restore, places: Vec<Place>, report: RestoreReport) -> Self {
        Self {
            version: VERSION,
            source: Some(match &request.source {
                RestoreData::Backup { backup_id, .. } => RestoreSource::Backup(*backup_id),
                RestoreData::Snapshot(snap_id) => RestoreSource::Snapshot(*snap_id),
            }),
            in_place: matches!(request.target, RestoreTarget::InPlace(_)),
            places,
            report,
            phase: Phase::Staging,
        }
    }

    /// Whether the app's volumes may hold a mixture of old and new data.
    pub(crate) fn is_unfinished(&self) -> bool {
        self.in_place && matches!(self.phase, Phase::Swapping { .. })
    }
}

/// A journal that was found, or why it can't be understood.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) id: AppRestoreId,
    pub(crate) path: PathBuf,
    pub(crate) journal: Result<Journal, EngineError>,
}

impl Found {
    /// Whether the app's volumes may hold a mixture of old and new data: also when nobody can tell.
    pub(crate) fn is_unfinished(&self) -> bool {
        self.journal.as_ref().map_or(true, Journal::is_unfinished)
    }
}

/// The journals of an app's restores.
#[derive(Debug, Clone)]
pub(crate) struct Journals {
    directory: PathBuf,
}

impl Journals {
    /// Keeps them below `data_dir`.
    pub(crate) fn new(data_dir: &Path, app_id: AppId) -> Self {
        Self {
            directory: data_dir.join(DIRECTORY).join(app_id.to_string()),
        }
    }

    /// The directory that they are in.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// The apps that have journals below `data_dir`.
    ///
    /// # Errors
    /// [`EngineError::Storage`].
    pub(crate) fn apps(data_dir: &Path) -> Result<Vec<AppId>, EngineError> {
        let failed = |error: io::Error| storage("listing the journals of restores", &error);
        let mut apps = Vec::new();
        for entry in entries_of(&data_dir.join(DIRECTORY)).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            if let Some(id) = name.to_str().and_then(|name| Uuid::try_parse(name).ok()) {
                apps.push(AppId::new(id));
            }
        }
        Ok(apps)
    }

    /// All journals.
    ///
    /// # Errors
    /// [`EngineError::Storage`]. A journal that can't be understood is listed as such: what it says of an app's
    /// data must not be guessed.
    pub(crate) fn list(&self) -> Result<Vec<Found>, EngineError> {
        let failed = |error: io::Error| storage("listing the journals of restores", &error);
        let mut journals = Vec::new();
        for entry in entries_of(&self.directory).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let is_json = path.extension().is_some_and(|extension| extension == "json");
            let id = path.file_stem().and_then(OsStr::to_str);
            let id = id.filter(|_| is_json).and_then(|id| Uuid::try_parse(id).ok());
            if let Some(id) = id {
                let journal = read(&path);
                let id = AppRestoreId::new(id);
                journals.push(Found { id, path, journal });
            }
        }
        Ok(journals)
    }

    /// The restores that may have left a mixture of old and new data in the app's volumes.
    ///
    /// # Errors
    /// [`EngineError::Storage`].
    pub(crate) fn unfinished(&self) -> Result<Vec<Found>, EngineError> {
        let mut found = self.list()?;
        found.retain(Found::is_unfinished);
        Ok(found)
    }

    /// Where a restore's journal is, or would be.
    pub(crate) fn path_of(&self, id: AppRestoreId) -> PathBuf {
        self.directory.join(format!("{id}.json"))
    }

    /// Writes a journal durably.
    ///
    /// # Errors
    /// [`EngineError::Storage`]; then the one from before is there.
    pub(crate) fn store(&self, path: &Path, journal: &Journal) -> Result<(), EngineError> {
        let failed = |error: io::Error| storage("writing the journal of the restore", &error);
        let json = serde_json::to_vec_pretty(journal).map_err(|error| failed(error.into()))?;
        durable::create_dirs(&self.directory).map_err(failed)?;
        durable::write(path, &path.with_extension("new"), &[json]).map_err(failed)
    }

    /// Removes a journal.
    ///
    /// # Errors
    /// [`EngineError::Storage`].
    pub(crate) fn remove(path: &Path) -> Result<(), EngineError> {
        match fs::remove_file(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed
                .and_then(|()| durable::sync_parent(path))
                .map_err(|error| storage("removing the journal of a restore", &error)),
        }
    }

    /// Sets a journal aside that can't be understood, under a name that is no journal's.
    ///
    /// # Errors
    /// [`EngineError::Storage`].
    pub(crate) fn set_aside(path: &Path) -> Result<(), EngineError> {
        fs::rename(path, path.with_extension("json.abandoned"))
            .and_then(|()| durable::sync_parent(path))
            .map_err(|error| storage("setting the journal of a restore aside", &error))
    }

    /// Removes the oldest reports, when there are too many.
    pub(crate) fn forget_oldest(journals: &[Found]) {
        let is_over = |found: &&Found| match &found.journal {
            Ok(journal) => matches!(journal.phase, Phase::Done | Phase::Abandoned),
            Err(_) => false,
        };
        let mut done: Vec<_> = journals
            .iter()
            .filter(is_over)
            .map(|found| {
                let written = fs::metadata(&found.path).and_then(|found| found.modified());
                (written.unwrap_or(SystemTime::UNIX_EPOCH), &found.path)
            })
            .collect();
        done.sort_unstable();
        for (_, path) in done.iter().take(done.len().saturating_sub(DONE_MAX)) {
            if let Err(error) = fs::remove_file(path) {
                tracing::warn!(path = %path.display(), %error, "an old report of a restore is left");
            }
        }
    }
}

/// The entries of a directory; none if it isn't there.
fn entries_of(directory: &Path) -> io::Result<Box<dyn Iterator<Item = io::Result<fs::DirEntry>>>> {
    match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Box::new(std::iter::empty())),
        entries => Ok(Box::new(entries?)),
    }
}

fn read(path: &Path) -> Result<Journal, EngineError> {
    let bytes = fs::read(path).map_err(|error| storage(format!("reading {}", path.display()), &error))?;
    let journal: Journal = serde_json::from_slice(&bytes).map_err(|error| unreadable(path, &error))?;
    if journal.version != VERSION {
        return Err(unreadable(path, &format!("its version is {}", journal.version)));
    }
    Ok(journal)
}

fn unreadable(path: &Path, why: &dyn std::fmt::Display) -> EngineError {
    EngineError::Broken(format!(
        "{} can't be read, so it isn't known what an interrupted restore left where: {why}; appkeep \
         restore --abandon sets it aside",
        path.display()
    ))
}
