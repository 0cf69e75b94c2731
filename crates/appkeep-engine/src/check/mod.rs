//! Examines a repository: its snapshots, index and directories, and on request the content of packs.
//!
//! Nothing is locked, because a lock would delay backups, and nothing is written. A backup or a prune may therefore change
//! the repository meanwhile. So a problem is only reported once two passes in succession have found it: a prune writes the
//! new index before it deletes packs, so an index that is read later doesn't name them, and a deleted snapshot isn't read
//! again. A pack whose content is damaged is reported if the index, read again, still names it.

mod affected;
mod finding;

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use appkeep_core::engine::EngineError;
use appkeep_core::ids::{AppBackupId, AppId};
use rustic_core::repofile::{IndexFile, IndexPack, RepoFile, SnapshotFile};
use rustic_core::{
    CheckOptions, FileType, Id, Progress, ProgressBars, ProgressType, ReadBackend, ReadSubsetOption,
    RusticError, RusticProgress,
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use self::finding::Finding;
use crate::backend::RepositoryBackend;
use crate::bucket::OpenBucket;
use crate::failure::{self, storage};
use crate::keys::KeyStore;
use crate::repository::{OpenRepository, RepositoryOpener, backup_ids};
use crate::write_gate::{ShutWhenDropped, WriteGate};

/// The number of times that problems are looked for again while the repository changes.
const CONFIRMATIONS_MAX: u32 = 20;

/// The pause before problems are looked for again.
const CONFIRM_AFTER: Duration = Duration::from_secs(1);

/// The maximum number of problems of a repository that are described.
const DAMAGE_MAX: usize = 1000;

/// The maximum time until the library's threads have ended, after their work.
const THREADS_END_MAX: Duration = Duration::from_secs(30);

/// The interval between checks whether the threads have ended.
const THREADS_POLL_EVERY: Duration = Duration::from_millis(1);

/// The progress of the examination of a repository.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckProgress {
    /// The current step.
    pub step: CheckStep,
    /// The number of bytes of packs that were read.
    pub bytes_done: u64,
    /// The number of bytes of packs to read; 0 in other steps.
    pub bytes_total: u64,
}

/// A step of the examination of a repository.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CheckStep {
    /// The index is read, and packs are listed.
    #[default]
    Index,
    /// The directories of all backups are read.
    Directories,
    /// The content of packs is read.
    Data,
}

/// The result of the examination of a repository.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RepositoryCheck {
    /// The backups whose snapshots are in the repository.
    pub backups: BTreeSet<AppBackupId>,
    /// The number of snapshots that don't belong to a backup: another program created them.
    pub unrelated: usize,
    /// The number of bytes of packs that were read and verified.
    pub read_bytes: u64,
    /// The problems, at most 1,000.
    pub damage: Vec<Damage>,
    /// The number of further problems.
    pub more: usize,
}

/// Damaged or missing data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The damaged object: a file of the repository, or a piece of data.
    pub object: String,
    /// The problem.
    pub reason: String,
    /// The backups that need the data, as far as this can be determined.
    pub backups: Vec<AppBackupId>,
}

/// The examination of the repository of an app, which exists.
pub(crate) struct Examination {
    pub(crate) bucket: OpenBucket,
    pub(crate) app_id: AppId,
    pub(crate) keys: KeyStore,
    /// The share of the packs' bytes to read, from 0 to 100.
    pub(crate) read_percent: f64,
    pub(crate) progress: watch::Sender<CheckProgress>,
    pub(crate) cancel: CancellationToken,
}

/// One pass over the repository.
#[derive(Default)]
struct Pass {
    /// The snapshots that could be read.
    snapshots: Vec<SnapshotFile>,
    read_bytes: u64,
    findings: Vec<Finding>,
}

/// The reason why a pass has no result.
enum Incomplete {
    /// A listed file didn't exist any more, or the index is being replaced.
    Changed,
    Failed(EngineError),
}

impl Examination {
    /// Examines the repository.
    ///
    /// # Errors
    /// [`EngineError::Key`] if it can't be opened with its key; [`EngineError::Storage`] if the bucket fails;
    /// [`EngineError::Busy`] if the repository keeps changing, so that problems can't be confirmed;
    /// [`EngineError::Cancelled`].
    pub(crate) fn run(&self) -> Result<RepositoryCheck, EngineError> {
        let mut pass = match self.pass(self.read_percent) {
            Ok(pass) if pass.findings.is_empty() => return Ok(result(&pass, Vec::new())),
            Ok(pass) => pass,
            Err(Incomplete::Changed) => Pass::default(),
            Err(Incomplete::Failed(error)) => return Err(error),
        };
        let read_bytes = pass.read_bytes;
        let (mut suspects, mut before): (Vec<_>, Vec<_>) =
            pass.findings.into_iter().partition(Finding::is_of_content);
        for confirmation in 0..CONFIRMATIONS_MAX {
            if confirmation > 0 {
                std::thread::sleep(CONFIRM_AFTER);
            }
            pass = match self.pass(0.0) {
                Ok(pass) => pass,
                Err(Incomplete::Changed) => continue,
                Err(Incomplete::Failed(error)) => return Err(error),
            };
            pass.read_bytes = read_bytes;
            if pass.findings.is_empty() && suspects.is_empty() {
                return Ok(result(&pass, Vec::new()));
            }
            if is_confirmed(&pass.findings, &before) {
                return self.confirmed(pass, &mut suspects);
            }
            before = pass.findings;
        }
        let name = &self.bucket.bucket.name;
        Err(EngineError::Busy(format!(
            "bucket {name}: the repository keeps changing, or the replacement of its index was interrupted"
        )))
    }

    /// Describes the problems of a pass, and those `suspects` whose packs the index still names.
    fn confirmed(&self, mut pass: Pass, suspects: &mut Vec<Finding>) -> Result<RepositoryCheck, EngineError> {
        let mut findings = std::mem::take(&mut pass.findings);
        let (gate, repository, _shut) = self.open()?;
        let index = readable::<IndexFile>(&repository, &gate);
        let index = index.map_err(|error| self.failed(error))?.0;
        let packs = || index.iter().flat_map(|file| &file.packs);
        suspects.retain(|suspect| packs().any(|pack: &IndexPack| suspect.is_of_pack(&pack.id)));
        findings.append(suspects);
        finding::deduplicate(&mut findings);
        let damage = affected::describe(repository, findings, packs(), &pass.snapshots);
        if self.cancel.is_cancelled() {
            return Err(EngineError::Cancelled);
        }
        Ok(result(&pass, damage))
    }

    fn failed(&self, incomplete: Incomplete) -> EngineError {
        match incomplete {
            Incomplete::Failed(error) => error,
            Incomplete::Changed => EngineError::Busy(format!(
                "bucket {}: the repository has changed meanwhile",
                self.bucket.bucket.name
            )),
        }
    }

    fn open(&self) -> Result<(Arc<WriteGate>, OpenRepository, ShutWhenDropped), EngineError> {
        let backend = RepositoryBackend::new(self.bucket.repository(self.app_id)).reading_whole_packs();
        // Caches of this machine could hide damage of the storage.
        backend.read_from_storage();
        let gate = Arc::new(WriteGate::new(Arc::new(backend), &self.cancel).only_reading());
        let shut = ShutWhenDropped(Arc::clone(&gate));
        let opener = RepositoryOpener {
            bucket: &self.bucket.bucket,
            app_id: self.app_id,
            keys: &self.keys,
            gate: &gate,
            reporter: Steps {
                progress: self.progress.clone(),
                gate: Arc::clone(&gate),
            },
        };
        Ok((Arc::clone(&gate), opener.open()?, shut))
    }

    fn pass(&self, read_percent: f64) -> Result<Pass, Incomplete> {
        let (gate, repository, _shut) = self.open().map_err(Incomplete::Failed)?;
        // The snapshots are read before the index, which then contains the data of all of them.
        let (snapshots, mut findings) = readable::<SnapshotFile>(&repository, &gate)?;
        let trees = snapshots.iter().map(|snapshot| snapshot.tree).collect();
        let mut options = CheckOptions::default();
        if read_percent > 0.0 {
            options = options
                .read_data(true)
                .read_data_subset(subset(&gate, read_percent)?);
        }
        self.progress.send_replace(CheckProgress::default());
        match repository.check_with_trees(options, trees) {
            Ok(results) => {
                for (_, error) in results.0 {
                    findings.extend(Finding::of(&error, self.bucket.storage.is_remote())?);
                }
            }
            Err(error) => {
                let (_, unreadable) = readable::<IndexFile>(&repository, &gate)?;
                if unreadable.is_empty() {
                    return Err(incomplete(&gate, &error));
                }
                findings.extend(unreadable);
            }
        }
        if let Some(error) = gate.failed() {
            return Err(Incomplete::Failed(error));
        }
        let is_incomplete = self.bucket.repository(self.app_id).is_index_incomplete();
        if is_incomplete.map_err(|error| Incomplete::Failed(storage("looking up the index", &error)))? {
            return Err(Incomplete::Changed);
        }
        Ok(Pass {
            snapshots,
            read_bytes: self.progress.borrow().bytes_done,
            findings,
        })
    }
}

/// The packs to read: at least one, even if it is larger than the share.
fn subset(gate: &WriteGate, percent: f64) -> Result<ReadSubsetOption, Incomplete> {
    if percent >= 100.0 {
        return Ok(ReadSubsetOption::All);
    }
    let packs = gate.list_with_size(FileType::Pack);
    let packs = packs.map_err(|error| incomplete(gate, &error))?;
    let total: u64 = packs.iter().map(|(_, size)| u64::from(*size)).sum();
    let largest = packs.iter().map(|(_, size)| u64::from(*size)).max();
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the share is approximate, and not negative"
    )]
    let share = (total as f64 * percent / 100.0) as u64;
    // The library skips packs that aren't smaller than the rest of the share.
    Ok(ReadSubsetOption::Size(share.max(largest.unwrap_or_default()) + 1))
}

/// Whether all problems were found before. Unreadable directories may be reported in another order, so they only count if
/// there is no other problem.
fn is_confirmed(findings: &[Finding], before: &[Finding]) -> bool {
    let has_others = findings.iter().any(|finding| !finding.is_of_directories());
    findings
        .iter()
        .filter(|finding| !(has_others && finding.is_of_directories()))
        .all(|finding| before.contains(finding))
}

/// Reads all files of a type. If any of them can't be read, they are read one by one to name the unreadable ones.
fn readable<F: RepoFile>(
    repository: &OpenRepository,
    gate: &WriteGate,
) -> Result<(Vec<F>, Vec<Finding>), Incomplete>
where
    F::Id: Copy + std::ops::Deref<Target = Id>,
{
    let explain = |error: Box<RusticError>| incomplete(gate, &error);
    let all = repository.stream_files::<F>().map_err(explain)?;
    // All results are awaited, even after an error: then the library's thread no longer uses the gate.
    let all: Vec<_> = all.collect();
    let all: Result<Vec<_>, _> = all.into_iter().map(|file| file.map(|(_, file)| file)).collect();
    if let Ok(all) = all {
        return Ok((all, Vec::new()));
    }
    let (mut files, mut findings) = (Vec::new(), Vec::new());
    for id in repository.list::<F::Id>().map_err(explain)? {
        let file = repository.stream_files_list::<F>(vec![id]).map_err(explain)?;
        for file in file {
            match file {
                Ok((_, file)) => files.push(file),
                Err(error) if failure::io_kind(&error) == Some(io::ErrorKind::NotFound) => {
                    return Err(Incomplete::Changed);
                }
                Err(error) => findings.push(Finding::unreadable(F::TYPE, &id, &error)),
            }
        }
    }
    if let Some(error) = gate.failed() {
        return Err(Incomplete::Failed(error));
    }
    Ok((files, findings))
}

/// The reason for an error of the library that isn't damage.
fn incomplete(gate: &WriteGate, error: &RusticError) -> Incomplete {
    if failure::io_kind(error) == Some(io::ErrorKind::NotFound) {
        return Incomplete::Changed;
    }
    Incomplete::Failed(gate.explain("examining the repository", error))
}

fn result(pass: &Pass, mut damage: Vec<Damage>) -> RepositoryCheck {
    let more = damage.len().saturating_sub(DAMAGE_MAX);
    damage.truncate(DAMAGE_MAX);
    let ids: Vec<_> = pass.snapshots.iter().map(backup_ids).collect();
    RepositoryCheck {
        unrelated: ids.iter().filter(|ids| ids.is_empty()).count(),
        backups: ids.into_iter().flatten().collect(),
        read_bytes: pass.read_bytes,
        damage,
        more,
    }
}

/// Reports the steps of the library.
#[derive(Debug, Clone)]
struct Steps {
    progress: watch::Sender<CheckProgress>,
    gate: Arc<WriteGate>,
}

impl ProgressBars for Steps {
    fn progress(&self, kind: ProgressType, title: &str) -> Progress {
        let step = match kind {
            ProgressType::Bytes => CheckStep::Data,
            _ if title.starts_with("checking trees") => CheckStep::Directories,
            _ => CheckStep::Index,
        };
        self.progress.send_modify(|progress| progress.step = step);
        match step {
            CheckStep::Data => Progress::new(DataRead {
                progress: self.progress.clone(),
                bytes_done: AtomicU64::new(0),
            }),
            CheckStep::Directories => Progress::new(DirectoriesRead::new(&self.gate)),
            CheckStep::Index => Progress::hidden(),
        }
    }
}

/// Waits, when it is dropped, for the end of the library's threads that read directories. Each thread drops its reference to
/// the gate immediately before its reference to the index, so a thread whose reference to the gate is gone ends within
/// moments. To read packs, the library requires the index for itself, and panics if a thread still owns it after 100 ms, for
/// example because the processors are busy.
#[derive(Debug)]
struct DirectoriesRead {
    gate: Arc<WriteGate>,
    /// The number of references to the gate without those of the threads.
    references: usize,
}

impl DirectoriesRead {
    fn new(gate: &Arc<WriteGate>) -> Self {
        let gate = Arc::clone(gate);
        let references = Arc::strong_count(&gate);
        Self { gate, references }
    }
}

impl Drop for DirectoriesRead {
    fn drop(&mut self) {
        let begun = Instant::now();
        while Arc::strong_count(&self.gate) > self.references && begun.elapsed() < THREADS_END_MAX {
            std::thread::sleep(THREADS_POLL_EVERY);
        }
    }
}

impl RusticProgress for DirectoriesRead {
    fn is_hidden(&self) -> bool {
        true
    }

    fn set_length(&self, _: u64) {}

    fn set_title(&self, _: &str) {}

    fn inc(&self, _: u64) {}

    fn finish(&self) {}
}

/// Counts the bytes that are read.
#[derive(Debug)]
struct DataRead {
    progress: watch::Sender<CheckProgress>,
    bytes_done: AtomicU64,
}

impl RusticProgress for DataRead {
    fn is_hidden(&self) -> bool {
        false
    }

    fn set_length(&self, bytes: u64) {
        self.progress.send_modify(|progress| progress.bytes_total = bytes);
    }

    fn set_title(&self, _: &str) {}

    fn inc(&self, bytes: u64) {
        let bytes_done = self.bytes_done.fetch_add(bytes, Ordering::SeqCst) + bytes;
        // Several threads count, and they may report in another order.
        self.progress
            .send_modify(|progress| progress.bytes_done = progress.bytes_done.max(bytes_done));
    }

    fn finish(&self) {}
}
