//! Restores backups and snapshots: the data is created next to its target, compared with its source, and
//! swapped in.
//!
//! Old data is not touched until the new data of all volumes is complete; it is deleted last. Each step is
//! recorded in a journal before it begins, so that the next run can handle an interrupted restore. Before the
//! swap it is cleaned up; from then on it is continued.

mod check;
mod cursor;
pub(crate) mod entry;
mod fill;
pub(crate) mod finish;
pub(crate) mod from_backup;
pub(crate) mod from_snapshot;
mod included;
pub(crate) mod journal;
mod metadata;
mod notes;
mod replacement;
pub(crate) mod swap;
mod target;
#[cfg(test)]
mod tests;
mod walk;
mod write;

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};

use appkeep_core::engine::{EngineError, Progress, ProgressSender, Restore, RestoreReport, RestoreTarget};
use appkeep_core::fail_point;
use appkeep_core::ids::AppId;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use self::check::Checker;
use self::entry::{Entry, Origin, RestoreError};
use self::fill::{Queue, Work, with_threads};
use self::finish::{Finisher, staging_directories};
use self::from_backup::Blobs;
use self::included::Included;
use self::journal::{Journal, Journals, Phase};
use self::notes::Notes;
use self::replacement::{Replacement, Swap};
use self::swap::{FaultInjection, NEW, OLD, ROOT, open_parent, open_staging};
use self::walk::walk;
use self::write::{Created, Writer};
use crate::failure::storage;
use crate::snapshot::remove_tree;

/// A restore.
pub(crate) struct Restorer<'a> {
    pub(crate) request: &'a Restore,
    finisher: Finisher<'a>,
    protected: Vec<PathBuf>,
    pub(crate) progress: &'a ProgressSender,
    pub(crate) cancel: &'a CancellationToken,
}

/// The directory of the journals of an app's restores. A lock on it excludes other restores of the app.
pub(crate) fn journals_dir(data_dir: &Path, app_id: AppId) -> PathBuf {
    Journals::new(data_dir, app_id).directory().to_owned()
}

impl<'a> Restorer<'a> {
    /// Creates a restore with its journal below `data_dir`.
    pub(crate) fn new(
        data_dir: &Path,
        request: &'a Restore,
        progress: &'a ProgressSender,
        cancel: &'a CancellationToken,
        faults: &'a dyn FaultInjection,
    ) -> Self {
        let mut protected = request.protected.clone();
        protected.push(data_dir.to_owned());
        Self {
            request,
            finisher: Finisher::new(data_dir, request.app_id, faults),
            protected,
            progress,
            cancel,
        }
    }

    /// Adds a directory that no restore may replace.
    pub(crate) fn protect(&mut self, directory: PathBuf) {
        self.protected.push(directory);
    }

    /// Finishes or cleans up earlier restores of the app, including an earlier run of this one. Returns the
    /// report if this restore is thereby complete.
    ///
    /// # Errors
    /// If an earlier restore can be neither finished nor cleaned up, and this one is in place, too.
    pub(crate) fn finish_earlier(&self) -> Result<Option<RestoreReport>, EngineError> {
        self.finisher.finish_earlier(
            self.request.id,
            matches!(self.request.target, RestoreTarget::InPlace(_)),
        )
    }

    /// Restores the requested data of `origin`.
    ///
    /// # Errors
    /// Those of `Engine::restore`. The old data is then unchanged, unless the error says otherwise.
    pub(crate) fn run(
        &self,
        origin: &mut dyn Origin,
        blobs: Option<&Blobs>,
    ) -> Result<RestoreReport, EngineError> {
        let include = &self.request.include;
        if include.is_empty() {
            return self.run_all(origin, blobs);
        }
        if let RestoreTarget::InPlace(_) = self.request.target {
            let why = "paths can only be restored to a directory: in place, everything else would be removed";
            return Err(EngineError::Refused(why.to_owned()));
        }
        let mut included = Included::new(origin, include);
        let bytes = included.measure(self.cancel)?;
        self.progress
            .send_modify(|progress| progress.bytes_total = Some(bytes));
        self.run_all(&mut included, blobs)
    }

    /// Restores all data of `origin`.
    fn run_all(&self, origin: &mut dyn Origin, blobs: Option<&Blobs>) -> Result<RestoreReport, EngineError> {
        let volumes = origin.volumes().map_err(|error| error.at(Path::new("/")))?;
        check_names(&volumes)?;
        let plan = replacement::plan(self.request, &volumes, &self.protected)?;
        let report = RestoreReport {
            restored: plan
                .replacements
                .iter()
                .map(|replacement| replacement.target().to_owned())
                .collect(),
            untouched: plan.untouched,
            ..RestoreReport::default()
        };
        let path = self.finisher.journals.path_of(self.request.id);
        let mut journal = Journal::begin(self.request, plan.replacements, report);
        self.finisher.journals.store(&path, &journal)?;
        let staged = self
            .stage(origin, &volumes, &mut journal, blobs)
            .and_then(|()| self.finisher.journals.store(&path, &journal));
        if let Err(error) = staged {
            self.finisher.discard_or_warn(&path, &journal);
            return Err(error);
        }
        self.finisher.finish(&path, journal)
    }

    /// Creates the new data, and compares it with its origin.
    fn stage(
        &self,
        origin: &mut dyn Origin,
        volumes: &[Entry],
        journal: &mut Journal,
        blobs: Option<&Blobs>,
    ) -> Result<(), EngineError> {
        for staging in staging_directories(&journal.replacements) {
            self.create_staging(staging)
                .map_err(|error| storage(format!("creating {}", staging.display()), &error))?;
        }
        let staging = |replacement: &Replacement, what: &str| {
            open_staging(replacement.staging())
                .and_then(|dir| dir.open_dir(OsStr::new(what)))
                .map_err(|error| storage(format!("opening {}", replacement.staging().display()), &error))
        };
        let (notes, mut created) = (Notes::default(), Created::default());
        let work = Work::new(blobs, &notes, self.progress, self.cancel);
        with_threads(&work, |queue| {
            for (volume, replacement) in volumes.iter().zip(&journal.replacements) {
                let mut writer = Writer::new(&staging(replacement, NEW)?, queue, &work, &mut created)
                    .map_err(|error| storage("restoring", &error))?;
                walk(origin, volume, &mut writer, &work)?;
            }
            Ok(())
        })?;
        fail_point::pass("restore.staged");
        self.run_step("writing the restored data to the disk", || {
            staging_directories(&journal.replacements)
                .into_iter()
                .try_for_each(|staging| Ok(rustix::fs::syncfs(open_staging(staging)?)?))
        })?;
        let no_progress = watch::Sender::new(Progress::default());
        let work = Work::new(blobs, &notes, &no_progress, self.cancel);
        with_threads(&work, |queue: &Queue| {
            for (volume, replacement) in volumes.iter().zip(&journal.replacements) {
                let mut checker = Checker::new(&staging(replacement, NEW)?, queue, &work, &created)
                    .map_err(|error| storage("restoring", &error))?;
                walk(origin, volume, &mut checker, &work)?;
            }
            Ok(())
        })?;
        let mut new = Vec::new();
        for (volume, replacement) in volumes.iter().zip(&journal.replacements) {
            if replacement.swap == Swap::Entries {
                staging(replacement, ROOT)?
                    .create_dir(&volume.name)
                    .and_then(|root| metadata::apply(&root, &volume.metadata, &notes))
                    .map_err(|error| storage("restoring", &error))?;
            }
            let stat = staging(replacement, NEW)?.stat(&volume.name);
            new.push(stat.map_err(|error| storage("restoring", &error))?.st_ino);
        }
        let report = &mut journal.report;
        (report.bytes, report.files, report.notes) = (created.bytes, created.files, notes.into_lines());
        let out = vec![false; new.len()];
        journal.phase = Phase::Swapping { new, out };
        Ok(())
    }

    fn create_staging(&self, staging: &Path) -> io::Result<()> {
        self.finisher.faults.before("creating the staging directory")?;
        remove_tree(staging)?;
        let (parent, name) = open_parent(staging)?;
        let directory = parent.create_dir(&name)?;
        metadata::disinherit(&directory)?;
        for what in [NEW, OLD, ROOT] {
            directory.create_dir(OsStr::new(what))?;
        }
        Ok(())
    }

    fn run_step<T>(&self, act: &'static str, work: impl FnOnce() -> io::Result<T>) -> Result<T, EngineError> {
        self.finisher
            .faults
            .before(act)
            .and_then(|()| work())
            .map_err(|error| storage(act, &error))
    }
}

/// Checks that no two volumes have the same name.
fn check_names(volumes: &[Entry]) -> Result<(), EngineError> {
    let mut names: Vec<&OsString> = volumes.iter().map(|volume| &volume.name).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(
            RestoreError::Source("there are two volumes with this name".to_owned()).at(Path::new(pair[0])),
        ),
        None => Ok(()),
    }
}
