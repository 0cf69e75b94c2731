//! Stores a snapshot in a repository.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use appkeep_core::engine::{BackupReport, CopyBackup, EngineError, ProgressSender, SnapshotReport};
use appkeep_core::fail_point;
use appkeep_core::identity::BackupIdentity;
use rustic_core::jiff::Timestamp;
use rustic_core::jiff::tz::TimeZone;
use rustic_core::repofile::{SnapshotFile, SnapshotSummary};
use rustic_core::{
    BackupOptions, Id, IndexedIdsStatus, Progress, ProgressBars, ProgressType, Repository, RusticProgress,
    RusticResult, SnapshotGroupCriterion, SnapshotOptions,
};

use crate::guard::{Guard, GuardedSource};
use crate::repository::{OpenRepository, of_backup, tag_of};
use crate::small_files::{self, Below, Draft};
use crate::tree_source::BackupSource;
use crate::verify::{Verification, read_back};
use crate::write_gate::WriteGate;

/// The basis of a backup: files that are unchanged from it needn't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parent {
    /// The latest backup of the app.
    Latest,
    /// None: all files are read.
    None,
}

/// A repository with an index of its blobs.
type IndexedRepository = Repository<IndexedIdsStatus>;

/// The path of a backup's root, independent of the snapshot's location.
const ROOT: &str = "/";

/// Stores the entries of `source`, all of them below `directory`. If a backup with this id already exists,
/// returns that. A share of a new backup is read back before the backup becomes visible. If the bucket
/// returns the data as stored, but it differs from the snapshot, everything is read and stored again.
///
/// # Errors
/// Those of `Engine::copy_backup`. The repository then has no such backup.
pub(crate) fn copy<S: BackupSource>(
    repository: OpenRepository,
    gate: &Arc<WriteGate>,
    request: &CopyBackup,
    (directory, source, parent): (&Path, &Arc<S>, Parent),
    progress: &ProgressSender,
    verification: Verification<'_>,
) -> Result<BackupReport, EngineError> {
    let failed = |doing: &'static str| move |error: Box<_>| gate.explain(doing, &error);
    let all = repository
        .get_all_snapshots()
        .map_err(failed("reading the snapshots"))?;
    if let Some(there) = of_backup(&all, request.backup_id).next() {
        source.found(there);
        return finish(there.summary.as_ref(), Vec::new(), progress);
    }
    let label = |stored_again| {
        let label = snapshot_label(request, stored_again, source.report().as_ref());
        label.map_err(failed("naming the snapshot"))
    };
    let mut passes = Passes {
        gate,
        directory,
        source: Arc::clone(source),
        label: label(0)?,
        reporter: ProgressReporter::new(progress),
    };
    fail_point::pass("backup.before_archive");
    let first = if all.is_empty() {
        passes.small_files_first(&repository)?
    } else {
        passes.all_files(repository, &options(parent))?
    };
    let (repository, mut stored) = passes.until_unchanged(first)?;
    let look = |repository: IndexedRepository, tree| {
        let (repository, backup_id) = (repository.drop_index(), request.backup_id);
        read_back(repository, gate, backup_id, tree, directory, verification)
    };
    let mut stored_again = Vec::new();
    let (mut repository, stale) = look(repository, stored.tree)?;
    if let Some(stale) = stale {
        // The only explanation is a wrong parent: a changed file was treated as unchanged, and its older
        // content was stored.
        tracing::warn!(
            backup.id = %request.backup_id, file = %stale.escape_debug(),
            "a changed file was treated as unchanged: everything is read and stored again"
        );
        stored_again.push(stale);
        passes.label = label(stored_again.len())?;
        let again = passes.all_files(repository, &options(Parent::None))?;
        let again = passes.until_unchanged(again)?;
        stored = again.1;
        let looked = look(again.0, stored.tree)?;
        repository = looked.0;
        if let Some(stale) = looked.1 {
            let why = match verification.recorded {
                None => "the snapshot changed while it was stored",
                Some(_) => "it was not stored as it was read",
            };
            return Err(EngineError::Unreadable(vec![format!("{stale}: {why}")]));
        }
    }
    if source.report().is_some() {
        stored.description = label(stored_again.len())?.description;
        repository
            .save_snapshots(vec![stored.clone()])
            .map_err(failed("storing the backup"))?;
    }
    fail_point::pass("backup.before_release");
    gate.release()?;
    fail_point::pass("backup.after_release");
    finish(stored.summary.as_ref(), stored_again, progress)
}

/// The input of the library for one backup; it is used once or several times.
struct Passes<'a, S> {
    gate: &'a Arc<WriteGate>,
    directory: &'a Path,
    source: Arc<S>,
    label: SnapshotFile,
    reporter: ProgressReporter,
}

impl<S: BackupSource> Passes<'_, S> {
    /// Stores everything again, except for what is unchanged since the last time, until the source needs no other pass.
    fn until_unchanged(
        &self,
        (mut repository, mut stored): (IndexedRepository, SnapshotFile),
    ) -> Result<(IndexedRepository, SnapshotFile), EngineError> {
        // A pass that was stopped has found nothing.
        while !self.gate.stop().is_cancelled() && self.source.end_pass()? {
            let before = stored;
            let held = self.gate.held().ok_or_else(no_summary)?;
            let options = options_after(held);
            (repository, stored) = self.all_files(repository.drop_index(), &options)?;
            // The result of the earlier pass exists only in this process, so nothing may refer to it.
            stored.parent = before.parent;
            stored.parents = before.parents;
            if let (Some(whole), Some(before)) = (stored.summary.as_mut(), before.summary.as_ref()) {
                small_files::add_data(whole, before);
                // A file that changed during a pass counts in each pass that stored it.
                whole.files_new += before.files_new;
                whole.files_changed += before.files_changed;
                let stored = whole.files_new + whole.files_changed;
                whole.files_unmodified = whole.total_files_processed.saturating_sub(stored);
            }
        }
        Ok((repository, stored))
    }

    /// Stores everything, and checks that nothing was left out.
    fn all_files(
        &self,
        repository: OpenRepository,
        options: &BackupOptions,
    ) -> Result<(IndexedRepository, SnapshotFile), EngineError> {
        let failed = |doing: &'static str| move |error: Box<_>| self.gate.explain(doing, &error);
        let repository = repository.to_indexed_ids().map_err(failed("reading the index"))?;
        let guard = Guard::new(self.gate.stop());
        let source = self.guarded(&guard, u64::MAX);
        let paths = [self.directory.to_owned()];
        let archived = repository.archive(options, &source, self.label.clone(), &paths);
        guard.all_readable()?;
        let archived = archived.map_err(failed("storing the backup"))?;
        if !self.gate.stop().is_cancelled() {
            guard.all_stored(archived.summary.as_ref().ok_or_else(no_summary)?)?;
        }
        Ok((repository, archived))
    }

    /// Stores the small files first, then everything.
    fn small_files_first(
        &self,
        repository: &OpenRepository,
    ) -> Result<(IndexedRepository, SnapshotFile), EngineError> {
        let failed = |doing: &'static str| move |error: Box<_>| self.gate.explain(doing, &error);
        let guard = Guard::new(self.gate.stop());
        let source = self.guarded(&guard, small_files::limit(repository));
        let paths = [self.directory.to_owned()];
        let given = (
            &options(Parent::None),
            &source,
            self.label.clone(),
            paths.as_slice(),
        );
        let drafted = small_files::store_ahead(repository, self.gate, &self.reporter, given);
        guard.all_readable()?;
        let Draft { repository, draft } = drafted.map_err(failed("storing the small files"))?;
        let (repository, mut stored) = self.all_files(repository, &options_after(*draft.id))?;
        // The draft exists only in this process, so nothing may refer to it.
        stored.parent = None;
        stored.parents.clear();
        let whole = stored.summary.as_mut().ok_or_else(no_summary)?;
        small_files::add_up(whole, draft.summary.as_ref().ok_or_else(no_summary)?);
        repository
            .save_snapshots(vec![stored.clone()])
            .map_err(failed("storing the backup"))?;
        Ok((repository, stored))
    }

    fn guarded(&self, guard: &Arc<Guard>, limit: u64) -> GuardedSource<Below<S>> {
        GuardedSource::new(Below::new(&self.source, limit), self.directory.to_owned(), guard)
    }
}

/// The options for a pass whose parent is the result of an earlier one.
fn options_after(earlier: Id) -> BackupOptions {
    let mut options = options(Parent::Latest);
    options.parent_opts.parents = vec![earlier.to_hex().to_string()];
    options
}

fn finish(
    summary: Option<&SnapshotSummary>,
    stored_again: Vec<String>,
    progress: &ProgressSender,
) -> Result<BackupReport, EngineError> {
    let summary = summary.ok_or_else(no_summary)?;
    let bytes = summary.total_bytes_processed;
    progress.send_replace(appkeep_core::engine::Progress {
        bytes_done: bytes,
        bytes_total: Some(bytes),
    });
    Ok(BackupReport {
        bytes,
        added_bytes: summary.data_added_packed,
        stored_again,
    })
}

fn no_summary() -> EngineError {
    EngineError::Broken("the snapshot in the repository has no summary".to_owned())
}

fn options(parent: Parent) -> BackupOptions {
    let mut options = BackupOptions::default();
    options.as_path = Some(PathBuf::from(ROOT));
    // The source doesn't report its size; it is measured elsewhere.
    options.no_scan = true;
    // All backups in the repository are of one app, even if the app was renamed.
    options.parent_opts.group_by = Some(SnapshotGroupCriterion::new().paths(true));
    options.parent_opts.force = parent == Parent::None;
    // A file with another change time or another inode is a different file. The library's inode option means
    // the opposite of its name (guard 16): if set, it compares inodes.
    options.parent_opts.ignore_ctime = false;
    options.parent_opts.ignore_inode = true;
    options
}

/// The fields that `restic snapshots` shows, and the backup's identity, which restic ignores.
fn snapshot_label(
    request: &CopyBackup,
    stored_again: usize,
    report: Option<&SnapshotReport>,
) -> RusticResult<SnapshotFile> {
    let mut identity = BackupIdentity {
        stored_again,
        ..request.identity.clone()
    };
    if let Some(report) = report {
        identity.labels.retain(|label| !label.is_read_only());
        identity.labels.extend(report.labels());
    }
    let mut options = SnapshotOptions::default().add_tags(&tag_of(request.backup_id))?;
    options.host = Some(request.identity.app_name.clone());
    // Otherwise the command line of this process is stored.
    options.command = Some("appkeep".to_owned());
    options.time = Timestamp::from_microsecond(request.identity.snapshot_time.timestamp_micros())
        .ok()
        .map(|moment| moment.to_zoned(TimeZone::UTC));
    // An identity that is too large isn't stored: the backup is more important.
    options.description = identity
        .to_json()
        .inspect_err(
            |error| tracing::warn!(backup.id = %request.backup_id, error, "a backup has no identity"),
        )
        .ok();
    options.to_snapshot()
}

/// Reports the number of processed bytes through the library's progress bars.
#[derive(Debug, Clone)]
pub(crate) struct ProgressReporter {
    progress: Option<ProgressSender>,
}

impl ProgressReporter {
    /// Creates a reporter to `progress`.
    pub(crate) fn new(progress: &ProgressSender) -> Self {
        Self {
            progress: Some(progress.clone()),
        }
    }

    /// Creates a reporter that reports nothing.
    pub(crate) fn hidden() -> Self {
        Self { progress: None }
    }
}

impl ProgressBars for ProgressReporter {
    fn progress(&self, kind: ProgressType, _: &str) -> Progress {
        match (&self.progress, kind) {
            (Some(progress), ProgressType::Bytes) => Progress::new(ByteCounter {
                progress: progress.clone(),
                bytes_done: Arc::default(),
            }),
            _ => Progress::hidden(),
        }
    }
}

#[derive(Debug)]
struct ByteCounter {
    progress: ProgressSender,
    bytes_done: Arc<AtomicU64>,
}

impl RusticProgress for ByteCounter {
    fn is_hidden(&self) -> bool {
        false
    }

    fn set_length(&self, _: u64) {}

    fn set_title(&self, _: &str) {}

    fn inc(&self, bytes: u64) {
        let bytes_done = self.bytes_done.fetch_add(bytes, Ordering::SeqCst) + bytes;
        // Several threads count, and they may report in another order.
        self.progress.send_if_modified(|progress| {
            let is_more = bytes_done > progress.bytes_done;
            if is_more {
                progress.bytes_done = bytes_done;
            }
            is_more
        });
    }

    fn finish(&self) {}
}
