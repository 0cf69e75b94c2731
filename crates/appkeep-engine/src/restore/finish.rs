//! Finishes restores whose new data is complete, and cleans up after others.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use appkeep_core::engine::{AbandonedRestore, EngineError, RestoreReport, UnfinishedRestore};
use appkeep_core::fail_point;
use appkeep_core::ids::{AppId, AppRestoreId};

use super::journal::{FoundJournal, Journal, Journals, Phase};
use super::metadata;
use super::replacement::{Replacement, Swap};
use super::swap::{FaultInjection, NEW, NoFaults, Volume, open_parent};
use crate::failure::storage;
use crate::snapshot::remove_tree;
use crate::staging::is_staging;

/// The next step if a restore can't be finished.
const NEXT_STEP: &str = "restore the app again, or set this restore aside with appkeep restore --abandon";

/// Finishes the restores of an app.
pub(crate) struct Finisher<'a> {
    pub(crate) journals: Journals,
    pub(crate) faults: &'a dyn FaultInjection,
}

/// Lists the unfinished restores of one app, or of all apps.
///
/// # Errors
/// [`EngineError::Storage`] if the journals can't be listed.
pub(crate) fn unfinished(
    data_dir: &Path,
    app_id: Option<AppId>,
) -> Result<Vec<UnfinishedRestore>, EngineError> {
    let apps = app_id.map_or_else(|| Journals::apps(data_dir), |app_id| Ok(vec![app_id]))?;
    let mut unfinished = Vec::new();
    for app_id in apps {
        let found = Journals::new(data_dir, app_id).unfinished()?;
        unfinished.extend(found.into_iter().map(|found| UnfinishedRestore {
            id: found.id,
            app_id,
            source: found.journal.ok().and_then(|journal| journal.source),
        }));
    }
    Ok(unfinished)
}

/// Checks that no restore left both old and new data in the app's volumes.
///
/// # Errors
/// [`EngineError::Refused`] if one did.
pub(crate) fn check_finished(data_dir: &Path, app_id: AppId) -> Result<(), EngineError> {
    match Journals::new(data_dir, app_id).unfinished()?.first() {
        None => Ok(()),
        Some(found) => Err(EngineError::Refused(format!(
            "the restore {} was interrupted, so the volumes contain old and new data; {NEXT_STEP}",
            found.id
        ))),
    }
}

/// Abandons the app's unfinished restores. Their data doesn't change.
///
/// # Errors
/// [`EngineError::Storage`] if a journal can't be read or written.
pub(crate) fn abandon(data_dir: &Path, app_id: AppId) -> Result<Vec<AbandonedRestore>, EngineError> {
    let finisher = Finisher::new(data_dir, app_id, &NoFaults);
    let mut abandoned = Vec::new();
    for found in finisher.journals.unfinished()? {
        let FoundJournal { id, path, journal } = found;
        let (mut volumes, mut kept) = (Vec::new(), Vec::new());
        match journal {
            Ok(journal) => {
                volumes.extend(
                    journal
                        .replacements
                        .iter()
                        .map(|replacement| replacement.target().to_owned()),
                );
                let there = staging_directories(&journal.replacements)
                    .into_iter()
                    .filter(|staging| staging.exists());
                kept.extend(there.map(Path::to_owned));
                finisher.abandon(&path, journal)?;
            }
            Err(_) => Journals::set_aside(&path)?,
        }
        abandoned.push(AbandonedRestore { id, volumes, kept });
    }
    Ok(abandoned)
}

impl<'a> Finisher<'a> {
    /// Creates a finisher for restores with journals below `data_dir`.
    pub(crate) fn new(data_dir: &Path, app_id: AppId, faults: &'a dyn FaultInjection) -> Self {
        let journals = Journals::new(data_dir, app_id);
        Self { journals, faults }
    }

    /// Finishes the restore `id` if its swap has begun, and returns its report.
    ///
    /// # Errors
    /// If it can't be finished.
    pub(crate) fn finish_one(&self, id: AppRestoreId) -> Result<Option<RestoreReport>, EngineError> {
        let Some(found) = self.journals.list()?.into_iter().find(|found| found.id == id) else {
            return Ok(None);
        };
        let journal = found.journal?;
        match journal.phase {
            Phase::Staging | Phase::Abandoned => Ok(None),
            Phase::Done => Ok(Some(journal.report)),
            Phase::Swapping { .. } | Phase::Swapped if is_data_missing(&journal) => Err(data_missing(id)),
            Phase::Swapping { .. } | Phase::Swapped => self.finish(&found.path, journal).map(Some),
        }
    }

    /// Finishes or cleans up the restore `id` to a directory.
    ///
    /// # Errors
    /// If it can be neither finished nor cleaned up, for example because the target's disk isn't mounted.
    pub(crate) fn discard_one(&self, id: AppRestoreId) -> Result<(), EngineError> {
        for found in self.journals.list()?.into_iter().filter(|found| found.id == id) {
            let journal = found.journal?;
            if journal.in_place {
                continue;
            }
            if journal.phase == Phase::Staging {
                self.discard(&found.path, &journal)?;
                continue;
            }
            if is_data_missing(&journal) {
                check_parents(&journal)?;
            }
            self.finish_or_clean_up(&found.path, id, journal)?;
        }
        Ok(())
    }

    /// Finishes or cleans up earlier restores of the app, in place or to directories, including the restore `own`, and
    /// returns the report of `own` if it is complete. A restore whose data is gone is left for a later one to replace.
    ///
    /// # Errors
    /// If an earlier restore in place can be neither finished nor cleaned up, and this one `is_in_place`,
    /// too.
    pub(crate) fn finish_earlier(
        &self,
        own: AppRestoreId,
        is_in_place: bool,
    ) -> Result<Option<RestoreReport>, EngineError> {
        let journals = self.journals.list()?;
        Journals::delete_oldest(&journals);
        let mut report = None;
        for FoundJournal { id, path, journal } in journals {
            // Restores to a directory and restores in place don't affect each other, and may run at the same time.
            if journal
                .as_ref()
                .is_ok_and(|journal| journal.in_place != is_in_place)
            {
                continue;
            }
            let concerns = is_in_place;
            match journal.and_then(|journal| self.finish_or_clean_up(&path, id, journal)) {
                Ok(done) if id == own => report = done,
                Ok(_) => {}
                Err(error) if id == own || concerns => return Err(error),
                Err(error) => tracing::warn!(restore.id = %id, %error, "an earlier restore is unfinished"),
            }
        }
        Ok(report)
    }

    fn finish_or_clean_up(
        &self,
        path: &Path,
        id: AppRestoreId,
        mut journal: Journal,
    ) -> Result<Option<RestoreReport>, EngineError> {
        if journal.phase == Phase::Done && !journal.report.left.is_empty() {
            // The remaining data can perhaps be deleted now.
            journal.phase = Phase::Swapped;
        }
        match journal.phase {
            Phase::Done => Ok(Some(journal.report)),
            Phase::Abandoned => Ok(None),
            Phase::Staging => {
                self.discard_or_warn(path, &journal);
                Ok(None)
            }
            Phase::Swapping { .. } if is_data_missing(&journal) => {
                tracing::warn!(restore.id = %id, "the data of an interrupted restore is missing");
                if !journal.in_place {
                    self.abandon(path, journal)?;
                }
                Ok(None)
            }
            Phase::Swapping { .. } | Phase::Swapped => self.finish(path, journal).map(Some),
        }
    }

    fn abandon(&self, path: &Path, mut journal: Journal) -> Result<(), EngineError> {
        journal.phase = Phase::Abandoned;
        self.journals.store(path, &journal)
    }

    /// Abandons unfinished restores whose data is gone: the restore with this journal has replaced the
    /// volumes.
    fn supersede(&self, path: &Path) -> Result<(), EngineError> {
        for found in self.journals.unfinished()? {
            if found.path == path {
                continue;
            }
            match found.journal {
                Ok(journal) if is_data_missing(&journal) => self.abandon(&found.path, journal)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// Completes a restore whose new data is complete.
    ///
    /// # Errors
    /// If it can't be finished. The old data is then back in place, unless the error says otherwise.
    pub(crate) fn finish(&self, path: &Path, mut journal: Journal) -> Result<RestoreReport, EngineError> {
        if let Phase::Swapping { .. } = journal.phase {
            if let Err(error) = self.swap_all(path, &mut journal) {
                return Err(self.roll_back(path, &journal, error));
            }
            journal.phase = Phase::Swapped;
            self.journals.store(path, &journal)?;
        }
        if journal.phase == Phase::Swapped {
            journal.report.left = Vec::new();
            for staging in staging_directories(&journal.replacements) {
                let removed = self
                    .faults
                    .before("removing the old data")
                    .and_then(|()| remove_staging(staging));
                if let Err(error) = removed {
                    tracing::warn!(path = %staging.display(), %error, "old data was not deleted after the restore");
                    journal.report.left.push(staging.to_owned());
                }
            }
            if journal.in_place {
                self.supersede(path)?;
            }
            journal.phase = Phase::Done;
            self.journals.store(path, &journal)?;
        }
        Ok(journal.report)
    }

    fn swap_all(&self, path: &Path, journal: &mut Journal) -> Result<(), EngineError> {
        for number in 0..journal.replacements.len() {
            fail_point::pass("restore.swapping");
            let replacement = journal.replacements[number].clone();
            let Phase::Swapping { new, out } = &mut journal.phase else {
                return Ok(());
            };
            let failed =
                |error: io::Error| storage(format!("swapping {}", replacement.target().display()), &error);
            let volume = Volume::new(&replacement, new[number], self.faults).map_err(failed)?;
            match replacement.swap {
                Swap::Directory => volume.exchange().map_err(failed)?,
                Swap::Entries => {
                    if !out[number] {
                        volume.move_old_out().map_err(failed)?;
                        out[number] = true;
                        self.journals.store(path, journal)?;
                    }
                    volume.move_new_in().map_err(failed)?;
                }
            }
        }
        Ok(())
    }

    /// Undoes a swap that failed with `error`, and returns the resulting error.
    fn roll_back(&self, path: &Path, journal: &Journal, error: EngineError) -> EngineError {
        let Phase::Swapping { new, out } = &journal.phase else {
            return error;
        };
        for (replacement, (new, is_out)) in journal.replacements.iter().zip(new.iter().zip(out)).rev() {
            let back =
                Volume::new(replacement, *new, self.faults).and_then(|volume| volume.roll_back(*is_out));
            if let Err(why) = back {
                let (target, staging) = (replacement.target().display(), replacement.staging().display());
                return EngineError::Storage(format!(
                    "{error}; rolling back also failed: {why}; all data is in {target} and \
                     {staging}; {NEXT_STEP}"
                ));
            }
        }
        // All old data is back, so there is nothing to finish, even if the cleanup fails now.
        let mut journal = journal.clone();
        journal.phase = Phase::Staging;
        match self.journals.store(path, &journal) {
            Ok(()) => self.discard_or_warn(path, &journal),
            Err(error) => {
                tracing::warn!(%error, "a restore was rolled back, but its journal still marks it as unfinished");
            }
        }
        error
    }

    /// Deletes the data of a restore before its swap.
    fn discard(&self, path: &Path, journal: &Journal) -> Result<(), EngineError> {
        let removed = staging_directories(&journal.replacements)
            .into_iter()
            .try_for_each(|staging| {
                self.faults.before("removing an unfinished restore")?;
                remove_staging(staging)
            });
        removed.map_err(|error| storage("removing an unfinished restore", &error))?;
        Journals::remove(path)
    }

    /// Deletes the data of a restore before its swap. If that fails, the next restore of the app tries again.
    pub(crate) fn discard_or_warn(&self, path: &Path, journal: &Journal) {
        if let Err(error) = self.discard(path, journal) {
            tracing::warn!(%error, "an unfinished restore could not be deleted");
        }
    }
}

/// Checks that the parent directories of all targets can be opened.
///
/// # Errors
/// [`EngineError::Storage`] if one of them can't.
fn check_parents(journal: &Journal) -> Result<(), EngineError> {
    for replacement in &journal.replacements {
        let target = replacement.target();
        open_parent(target)
            .map_err(|error| storage(format!("opening the parent of {}", target.display()), &error))?;
    }
    Ok(())
}

/// Whether the new data of a volume is neither in place nor in the staging directory.
fn is_data_missing(journal: &Journal) -> bool {
    let Phase::Swapping { new, .. } = &journal.phase else {
        return false;
    };
    let replacements = journal.replacements.iter().zip(new);
    replacements
        .into_iter()
        .any(|(replacement, new)| is_new_data_missing(replacement, *new))
}

fn is_new_data_missing(replacement: &Replacement, new: u64) -> bool {
    let is_in_place = replacement.swap == Swap::Directory && inode_at(replacement.target()) == Some(new);
    !is_in_place && inode_at(&replacement.staging().join(NEW).join(&replacement.volume)) != Some(new)
}

fn inode_at(path: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt;
    path.symlink_metadata().ok().map(|found| found.ino())
}

fn data_missing(id: AppRestoreId) -> EngineError {
    EngineError::Refused(format!(
        "the data of the interrupted restore {id} is missing; the volumes may contain old and new data"
    ))
}

/// The distinct staging directories: volumes in the same directory share one.
pub(crate) fn staging_directories(replacements: &[Replacement]) -> BTreeSet<&Path> {
    replacements.iter().map(Replacement::staging).collect()
}

/// Deletes a staging directory, and never anything else, even if the journal says so.
fn remove_staging(staging: &Path) -> io::Result<()> {
    if !is_staging(staging) {
        return Err(io::Error::other("it is not a directory of a restore"));
    }
    // The parent directory may be a volume whose times were already restored.
    let (parent, _) = open_parent(staging)?;
    let stat = parent.stat_self()?;
    remove_tree(staging)?;
    metadata::restore_times(&parent, &stat)?;
    Ok(rustix::fs::fsync(&parent)?)
}
