//! What is known of a restore that may have been interrupted: one small file, written before each turn.
//!
//! It says where the new data is being made, so that the next run finds it, and how far the swap came. A
//! restore that is done leaves its report, so that asking again answers it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use appkeep_core::engine::{EngineError, RestoreReport};
use appkeep_core::ids::{AppId, AppRestoreId};
use serde::{Deserialize, Serialize};

use super::place::Place;
use crate::durable;
use crate::failure::storage;

/// The version of the file's format.
const VERSION: u32 = 1;

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
}

/// A restore's journal.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Journal {
    version: u32,
    pub(crate) places: Vec<Place>,
    pub(crate) report: RestoreReport,
    #[serde(flatten)]
    pub(crate) phase: Phase,
}

impl Journal {
    /// The journal of a restore that begins.
    pub(crate) fn begin(places: Vec<Place>, report: RestoreReport) -> Self {
        Self {
            version: VERSION,
            places,
            report,
            phase: Phase::Staging,
        }
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
            directory: data_dir.join("restores").join(app_id.to_string()),
        }
    }

    /// The directory that they are in.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// All journals that are there, with their files.
    ///
    /// # Errors
    /// [`EngineError::Storage`]; and [`EngineError::Broken`] when one can't be understood: what it says of
    /// somebody's data must not be guessed.
    pub(crate) fn list(&self) -> Result<Vec<(PathBuf, Journal)>, EngineError> {
        let failed = |error: io::Error| storage("listing the journals of restores", &error);
        let entries = match fs::read_dir(&self.directory) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(failed)?,
        };
        let mut journals = Vec::new();
        for entry in entries {
            let path = entry.map_err(failed)?.path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let bytes = fs::read(&path).map_err(failed)?;
            let journal: Journal =
                serde_json::from_slice(&bytes).map_err(|error| unreadable(&path, &error))?;
            if journal.version != VERSION {
                return Err(unreadable(&path, &format!("its version is {}", journal.version)));
            }
            journals.push((path, journal));
        }
        Ok(journals)
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

    /// Removes the oldest reports, when there are too many.
    pub(crate) fn forget_oldest(journals: &[(PathBuf, Journal)]) {
        let mut done: Vec<_> = journals
            .iter()
            .filter(|(_, journal)| journal.phase == Phase::Done)
            .map(|(path, _)| {
                let written = fs::metadata(path).and_then(|found| found.modified());
                (written.unwrap_or(SystemTime::UNIX_EPOCH), path)
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

fn unreadable(path: &Path, why: &dyn std::fmt::Display) -> EngineError {
    EngineError::Broken(format!(
        "{} can't be understood, so it isn't known what an interrupted restore left where: {why}",
        path.display()
    ))
}
