//! Restores backups and snapshots: beside their place, compared with their source, then swapped in.
//!
//! Until all volumes of the new data are whole nothing of the old is touched; the old is removed last. What
//! is being done is written down before each turn, so that the next run ends what a killed one began: before
//! the swap it clears it away, from then on it goes on.

mod check;
mod cursor;
pub(crate) mod entry;
mod fill;
pub(crate) mod from_backup;
pub(crate) mod from_snapshot;
mod journal;
mod looks;
mod notes;
mod place;
pub(crate) mod swap;
#[cfg(test)]
mod tests;
mod walk;
mod write;

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};

use appkeep_core::engine::{EngineError, Progress, ProgressSender, Restore, RestoreReport};
use appkeep_core::ids::AppId;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use self::check::Checker;
use self::entry::{Entry, Fault, Origin};
use self::fill::{Queue, Work, with_threads};
use self::from_backup::Blobs;
use self::journal::{Journal, Journals, Phase};
use self::notes::Notes;
use self::place::{Place, Swap};
use self::swap::{Acts, NEW, OLD, ROOT, Volume, open_parent, open_staging};
use self::walk::walk;
use self::write::{Made, Writer};
use crate::failure::storage;
use crate::snapshot::remove_tree;

/// A restore.
pub(crate) struct Restorer<'a> {
    pub(crate) request: &'a Restore,
    journals: Journals,
    untouchable: Vec<PathBuf>,
    pub(crate) progress: &'a ProgressSender,
    pub(crate) cancel: &'a CancellationToken,
    pub(crate) acts: &'a dyn Acts,
}

/// Where the journals of an app's restores are kept: what its restores exclude each other by.
pub(crate) fn journals_dir(data_dir: &Path, app_id: AppId) -> PathBuf {
    Journals::new(data_dir, app_id).directory().to_owned()
}

impl<'a> Restorer<'a> {
    /// A restore that keeps its journal below `data_dir`.
    pub(crate) fn new(
        data_dir: &Path,
        request: &'a Restore,
        progress: &'a ProgressSender,
        cancel: &'a CancellationToken,
        acts: &'a dyn Acts,
    ) -> Self {
        let mut untouchable = request.untouchable.clone();
        untouchable.push(data_dir.to_owned());
        Self {
            request,
            journals: Journals::new(data_dir, request.app_id),
            untouchable,
            progress,
            cancel,
            acts,
        }
    }

    /// Adds a directory that nothing may be restored over.
    pub(crate) fn spare(&mut self, directory: PathBuf) {
        self.untouchable.push(directory);
    }

    /// Ends what earlier restores of the app left unfinished, this one's earlier run among them. Answers the
    /// report if with that it is done.
    ///
    /// # Errors
    /// When what is left can be neither ended nor cleared away.
    pub(crate) fn settle(&self) -> Result<Option<RestoreReport>, EngineError> {
        let journals = self.journals.list()?;
        Journals::forget_oldest(&journals);
        let own = self.journals.path_of(self.request.id);
        let mut report = None;
        for (path, mut journal) in journals {
            let is_own = path == own;
            if journal.phase == Phase::Done && !journal.report.left.is_empty() {
                // Perhaps what was left can be removed now.
                journal.phase = Phase::Swapped;
            }
            let done = match journal.phase {
                Phase::Done => journal.report,
                Phase::Staging => {
                    self.discard(&path, &journal);
                    continue;
                }
                Phase::Swapping { .. } | Phase::Swapped => self.finish(&path, journal)?,
            };
            if is_own {
                report = Some(done);
            }
        }
        Ok(report)
    }

    /// Restores what `origin` holds.
    ///
    /// # Errors
    /// As the port says. Then the old data is where it was, unless the error says otherwise.
    pub(crate) fn run(
        &self,
        origin: &mut dyn Origin,
        blobs: Option<&Blobs>,
    ) -> Result<RestoreReport, EngineError> {
        let volumes = origin.volumes().map_err(|fault| fault.at(Path::new("/")))?;
        check_names(&volumes)?;
        let plan = place::plan(self.request, &volumes, &self.untouchable)?;
        let report = RestoreReport {
            restored: plan
                .places
                .iter()
                .map(|place| place.target().to_owned())
                .collect(),
            untouched: plan.untouched,
            ..RestoreReport::default()
        };
        let path = self.journals.path_of(self.request.id);
        let mut journal = Journal::begin(plan.places, report);
        self.journals.store(&path, &journal)?;
        let staged = self
            .stage(origin, &volumes, &mut journal, blobs)
            .and_then(|()| self.journals.store(&path, &journal));
        if let Err(error) = staged {
            self.discard(&path, &journal);
            return Err(error);
        }
        self.finish(&path, journal)
    }

    /// Makes the new data, and compares it.
    fn stage(
        &self,
        origin: &mut dyn Origin,
        volumes: &[Entry],
        journal: &mut Journal,
        blobs: Option<&Blobs>,
    ) -> Result<(), EngineError> {
        for staging in stagings(&journal.places) {
            self.make_staging(staging)
                .map_err(|error| storage(format!("making {}", staging.display()), &error))?;
        }
        let staging = |place: &Place, what: &str| {
            open_staging(place.staging())
                .and_then(|dir| dir.open_dir(OsStr::new(what)))
                .map_err(|error| storage(format!("opening {}", place.staging().display()), &error))
        };
        let (notes, mut made) = (Notes::default(), Made::default());
        let work = Work::new(blobs, &notes, self.progress, self.cancel);
        with_threads(&work, |queue| {
            for (volume, place) in volumes.iter().zip(&journal.places) {
                let mut writer = Writer::new(&staging(place, NEW)?, queue, &work, &mut made)
                    .map_err(|error| storage("restoring", &error))?;
                walk(origin, volume, &mut writer, &work)?;
            }
            Ok(())
        })?;
        self.act("writing the restored data to the disk", || {
            stagings(&journal.places)
                .into_iter()
                .try_for_each(|staging| Ok(rustix::fs::syncfs(open_staging(staging)?)?))
        })?;
        let unheard = watch::Sender::new(Progress::default());
        let work = Work::new(blobs, &notes, &unheard, self.cancel);
        with_threads(&work, |queue: &Queue| {
            for (volume, place) in volumes.iter().zip(&journal.places) {
                let mut checker = Checker::new(&staging(place, NEW)?, queue, &work, &made)
                    .map_err(|error| storage("restoring", &error))?;
                walk(origin, volume, &mut checker, &work)?;
            }
            Ok(())
        })?;
        let mut new = Vec::new();
        for (volume, place) in volumes.iter().zip(&journal.places) {
            if place.swap == Swap::Entries {
                staging(place, ROOT)?
                    .create_dir(&volume.name)
                    .and_then(|root| looks::give(&root, &volume.looks, &notes))
                    .map_err(|error| storage("restoring", &error))?;
            }
            let stat = staging(place, NEW)?.stat(&volume.name);
            new.push(stat.map_err(|error| storage("restoring", &error))?.st_ino);
        }
        let report = &mut journal.report;
        (report.bytes, report.files, report.notes) = (made.bytes, made.files, notes.into_lines());
        let out = vec![false; new.len()];
        journal.phase = Phase::Swapping { new, out };
        Ok(())
    }

    fn make_staging(&self, staging: &Path) -> io::Result<()> {
        self.acts.before("making the staging directory")?;
        remove_tree(staging)?;
        let (parent, name) = open_parent(staging)?;
        let directory = parent.create_dir(&name)?;
        looks::disinherit(&directory)?;
        for what in [NEW, OLD, ROOT] {
            directory.create_dir(OsStr::new(what))?;
        }
        Ok(())
    }

    fn act<T>(&self, act: &'static str, work: impl FnOnce() -> io::Result<T>) -> Result<T, EngineError> {
        self.acts
            .before(act)
            .and_then(|()| work())
            .map_err(|error| storage(act, &error))
    }

    /// Goes on with a restore whose new data is whole, to its end.
    fn finish(&self, path: &Path, mut journal: Journal) -> Result<RestoreReport, EngineError> {
        if let Phase::Swapping { .. } = journal.phase {
            if let Err(error) = self.swap_all(path, &mut journal) {
                return Err(self.put_back(path, &journal, error));
            }
            journal.phase = Phase::Swapped;
            self.journals.store(path, &journal)?;
        }
        if journal.phase == Phase::Swapped {
            journal.report.left = Vec::new();
            for staging in stagings(&journal.places) {
                let removed = self
                    .acts
                    .before("removing the old data")
                    .and_then(|()| remove_staging(staging));
                if let Err(error) = removed {
                    tracing::warn!(path = %staging.display(), %error, "data from before the restore is left");
                    journal.report.left.push(staging.to_owned());
                }
            }
            journal.phase = Phase::Done;
            self.journals.store(path, &journal)?;
        }
        Ok(journal.report)
    }

    fn swap_all(&self, path: &Path, journal: &mut Journal) -> Result<(), EngineError> {
        for number in 0..journal.places.len() {
            let place = journal.places[number].clone();
            let Phase::Swapping { new, out } = &mut journal.phase else {
                return Ok(());
            };
            let failed = |error: io::Error| storage(format!("swapping {}", place.target().display()), &error);
            let volume = Volume::new(&place, new[number], self.acts).map_err(failed)?;
            match place.swap {
                Swap::Directory => volume.exchange().map_err(failed)?,
                Swap::Entries => {
                    if !out[number] {
                        volume.take_out().map_err(failed)?;
                        out[number] = true;
                        self.journals.store(path, journal)?;
                    }
                    volume.bring_in().map_err(failed)?;
                }
            }
        }
        Ok(())
    }

    /// Undoes a swap that failed with `error`, and says how it ended.
    fn put_back(&self, path: &Path, journal: &Journal, error: EngineError) -> EngineError {
        let Phase::Swapping { new, out } = &journal.phase else {
            return error;
        };
        for (place, (new, is_out)) in journal.places.iter().zip(new.iter().zip(out)).rev() {
            let back = Volume::new(place, *new, self.acts).and_then(|volume| volume.put_back(*is_out));
            if let Err(why) = back {
                let (target, staging) = (place.target().display(), place.staging().display());
                return EngineError::Storage(format!(
                    "{error}; putting the old data back failed, too: {why}; all data is in {target} and \
                     {staging}, and restoring again goes on"
                ));
            }
        }
        self.discard(path, journal);
        error
    }

    /// Clears away what was made before any swap.
    fn discard(&self, path: &Path, journal: &Journal) {
        let removed = stagings(&journal.places).into_iter().try_for_each(|staging| {
            self.acts.before("removing an unfinished restore")?;
            remove_staging(staging)
        });
        let removed = removed
            .map_err(|error| storage("removing an unfinished restore", &error))
            .and_then(|()| Journals::remove(path));
        if let Err(error) = removed {
            // The journal still names it, so the next restore of the app tries again.
            tracing::warn!(%error, "an unfinished restore is left");
        }
    }
}

/// The staging directories, each once: volumes beside each other share one.
fn stagings(places: &[Place]) -> BTreeSet<&Path> {
    places.iter().map(Place::staging).collect()
}

/// Removes a staging directory, and never anything else, whatever the journal says.
fn remove_staging(staging: &Path) -> io::Result<()> {
    if !place::is_staging(staging) {
        return Err(io::Error::other("it is no directory of a restore"));
    }
    // The directory above may be a volume, whose time was given back already.
    let (parent, _) = open_parent(staging)?;
    let stat = parent.stat_self()?;
    remove_tree(staging)?;
    looks::give_times(&parent, &stat)?;
    Ok(rustix::fs::fsync(&parent)?)
}

/// Volumes are directories, and no two have the same name.
fn check_names(volumes: &[Entry]) -> Result<(), EngineError> {
    let mut names: Vec<&OsString> = volumes.iter().map(|volume| &volume.name).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => {
            Err(Fault::Source("there are two volumes of this name".to_owned()).at(Path::new(pair[0])))
        }
        None => Ok(()),
    }
}
