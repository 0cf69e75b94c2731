//! The journal of a restore that may be interrupted: one small file, written before each step.
//!
//! It records where the new data is created, so that the next run finds it, and the progress of the swap. The
//! journal of a completed restore contains its report, which is returned if the restore is requested again.

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

use super::replacement::Replacement;
use crate::dir::entries_of;
use crate::durable;
use crate::failure::storage;

/// The version of the file's format.
const VERSION: u32 = 1;

/// The directory of all journals, in the data directory.
const DIRECTORY: &str = "restores";

/// The number of reports that are kept of an app's restores.
const DONE_MAX: usize = 16;

/// The progress of a restore.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "snake_case")]
pub(crate) enum Phase {
    /// The new data is being created in the staging directories. Nothing else has changed.
    Staging,
    /// The new data is complete, and is being swapped in.
    Swapping {
        /// The inode of each volume's new directory, in the order of the places.
        new: Vec<u64>,
        /// For each volume that is swapped by entries, whether all old entries were moved out.
        out: Vec<bool>,
    },
    /// The new data is in place; the old data is being deleted.
    Swapped,
    /// The restore is complete.
    Done,
    /// The restore was abandoned by the operator, or a later restore replaced its data. Its remaining data is
    /// kept.
    Abandoned,
}

/// A restore's journal.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Journal {
    version: u32,
    /// The source of the data. Earlier versions didn't record it.
    #[serde(default)]
    pub(crate) source: Option<RestoreSource>,
    /// Whether the app's own volumes are replaced. Earlier versions didn't record it.
    #[serde(default = "yes")]
    pub(crate) in_place: bool,
    #[serde(rename = "places")]
    pub(crate) replacements: Vec<Replacement>,
    pub(crate) report: RestoreReport,
    #[serde(flatten)]
    pub(crate) phase: Phase,
}

fn yes() -> bool {
    true
}

impl Journal {
    /// Creates the journal of a new restore.
    pub(crate) fn begin(request: &Restore, replacements: Vec<Replacement>, report: RestoreReport) -> Self {
        Self {
            version: VERSION,
            source: Some(match &request.source {
                RestoreData::Backup { backup_id, .. } => RestoreSource::Backup(*backup_id),
                RestoreData::Snapshot(snapshot_id) => RestoreSource::Snapshot(*snapshot_id),
            }),
            in_place: matches!(request.target, RestoreTarget::InPlace(_)),
            replacements,
            report,
            phase: Phase::Staging,
        }
    }

    /// Whether the app's volumes may contain both old and new data.
    pub(crate) fn is_unfinished(&self) -> bool {
        self.in_place && matches!(self.phase, Phase::Swapping { .. })
    }
}

/// A journal that was found, or the reason why it is invalid.
#[derive(Debug)]
pub(crate) struct FoundJournal {
    pub(crate) id: AppRestoreId,
    pub(crate) path: PathBuf,
    pub(crate) journal: Result<Journal, EngineError>,
}

impl FoundJournal {
    /// Whether the app's volumes may contain both old and new data. Always true for an invalid journal.
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
    /// Creates the journals of an app below `data_dir`.
    pub(crate) fn new(data_dir: &Path, app_id: AppId) -> Self {
        Self {
            directory: data_dir.join(DIRECTORY).join(app_id.to_string()),
        }
    }

    /// The directory of the journals.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Lists the apps that have journals below `data_dir`.
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

    /// Lists all journals.
    ///
    /// # Errors
    /// [`EngineError::Storage`]. Invalid journals are listed as such: the state of an app's data must not be
    /// guessed.
    pub(crate) fn list(&self) -> Result<Vec<FoundJournal>, EngineError> {
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
                journals.push(FoundJournal { id, path, journal });
            }
        }
        Ok(journals)
    }

    /// Lists the restores that may have left both old and new data in the app's volumes.
    ///
    /// # Errors
    /// [`EngineError::Storage`].
    pub(crate) fn unfinished(&self) -> Result<Vec<FoundJournal>, EngineError> {
        let mut found = self.list()?;
        found.retain(FoundJournal::is_unfinished);
        Ok(found)
    }

    /// The path of a restore's journal, whether or not it exists.
    pub(crate) fn path_of(&self, id: AppRestoreId) -> PathBuf {
        self.directory.join(format!("{id}.json"))
    }

    /// Writes a journal durably.
    ///
    /// # Errors
    /// [`EngineError::Storage`]. The previous journal is then unchanged.
    pub(crate) fn store(&self, path: &Path, journal: &Journal) -> Result<(), EngineError> {
        let failed = |error: io::Error| storage("writing the journal of the restore", &error);
        let json = serde_json::to_vec_pretty(journal).map_err(|error| failed(error.into()))?;
        durable::create_dirs(&self.directory).map_err(failed)?;
        durable::write(path, &path.with_extension("new"), &[json]).map_err(failed)
    }

    /// Deletes a journal.
    ///
    /// # Errors
    /// [`EngineError::Storage`].
    pub(crate) fn remove(path: &Path) -> Result<(), EngineError> {
        durable::remove_synced(path).map_err(|error| storage("removing the journal of a restore", &error))
    }

    /// Renames an invalid journal, so that it no longer counts as one.
    ///
    /// # Errors
    /// [`EngineError::Storage`].
    pub(crate) fn set_aside(path: &Path) -> Result<(), EngineError> {
        fs::rename(path, path.with_extension("json.abandoned"))
            .and_then(|()| durable::sync_parent(path))
            .map_err(|error| storage("setting the journal of a restore aside", &error))
    }

    /// Deletes the oldest reports if there are too many.
    pub(crate) fn delete_oldest(journals: &[FoundJournal]) {
        let is_over = |found: &&FoundJournal| match &found.journal {
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
                tracing::warn!(path = %path.display(), %error, "an old report of a restore could not be deleted");
            }
        }
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
        "{} can't be read, so the state of an interrupted restore is unknown: {why}; run appkeep \
         restore --abandon to set it aside",
        path.display()
    ))
}
