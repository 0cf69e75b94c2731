//! Stores a snapshot in a repository.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use appkeep_core::engine::{CopyBackup, EngineError, ProgressSender};
use appkeep_core::fail_point;
use rustic_core::jiff::Timestamp;
use rustic_core::jiff::tz::TimeZone;
use rustic_core::repofile::{SnapshotFile, SnapshotSummary};
use rustic_core::{
    BackupOptions, Progress, ProgressBars, ProgressType, ReadSource, ReadSourceOpen, RusticProgress,
    RusticResult, SnapshotGroupCriterion, SnapshotOptions,
};

use crate::gate::Gate;
use crate::guard::{Guard, GuardedSource};
use crate::repository::{OpenRepository, snapshots_of, tag_of};
use crate::verify::{Verification, read_back};

/// What the root of a backup is called, wherever the snapshot was.
const ROOT: &str = "/";

/// Stores what `source` gives, all of it below `directory`, and answers how many bytes that is. A backup
/// that is there already under this id is answered. A share of a new one is read back before it is there.
///
/// # Errors
/// As the port says. Then the repository has no such backup.
pub(crate) fn copy<S>(
    repository: OpenRepository,
    gate: &Gate,
    request: &CopyBackup,
    directory: &Path,
    source: S,
    progress: &ProgressSender,
    verification: Verification<'_>,
) -> Result<u64, EngineError>
where
    S: ReadSource + 'static,
    S::Open: ReadSourceOpen + Send,
    S::Iter: Send,
{
    let failed = |doing: &'static str| move |error: Box<_>| gate.explain(doing, &error);
    let there = snapshots_of(&repository, request.backup_id).map_err(failed("reading the snapshots"))?;
    if let Some(there) = there.first() {
        return finish(there.summary.as_ref(), progress);
    }
    let label = snapshot_label(request).map_err(failed("naming the snapshot"))?;
    let repository = repository.to_indexed_ids().map_err(failed("reading the index"))?;
    fail_point::pass("backup.before_archive");
    let guard = Guard::new(gate.stop());
    let source = GuardedSource::new(source, directory.to_owned(), &guard);
    let archived = repository.archive(&options(), &source, label, &[directory.to_owned()]);
    guard.all_readable()?;
    let archived = archived.map_err(failed("storing the backup"))?;
    let summary = archived.summary.as_ref();
    if !gate.stop().is_cancelled() {
        guard.all_stored(summary.ok_or_else(no_summary)?)?;
    }
    let tree = archived.tree;
    read_back(
        repository.drop_index(),
        gate,
        request.backup_id,
        tree,
        directory,
        verification,
    )?;
    fail_point::pass("backup.before_release");
    gate.release()?;
    fail_point::pass("backup.after_release");
    finish(summary, progress)
}

fn finish(summary: Option<&SnapshotSummary>, progress: &ProgressSender) -> Result<u64, EngineError> {
    let bytes = summary.ok_or_else(no_summary)?.total_bytes_processed;
    progress.send_replace(appkeep_core::engine::Progress { bytes_done: bytes });
    Ok(bytes)
}

fn no_summary() -> EngineError {
    EngineError::Broken("the snapshot in the repository has no summary".to_owned())
}

fn options() -> BackupOptions {
    let mut options = BackupOptions::default();
    options.as_path = Some(PathBuf::from(ROOT));
    // Our source doesn't tell its size; it is measured elsewhere.
    options.no_scan = true;
    // All backups of the repository are of one app, whatever that is called at the time.
    options.parent_opts.group_by = Some(SnapshotGroupCriterion::new().paths(true));
    // Our source gives neither a true change time nor a true inode.
    options.parent_opts.ignore_ctime = true;
    options
}

/// What people see of the backup with `restic snapshots`.
fn snapshot_label(request: &CopyBackup) -> RusticResult<SnapshotFile> {
    let mut options = SnapshotOptions::default().add_tags(&tag_of(request.backup_id))?;
    options.host = Some(request.app_name.clone());
    // Otherwise the command line of this process is stored.
    options.command = Some("appkeep".to_owned());
    options.time = Timestamp::from_microsecond(request.taken_at.timestamp_micros())
        .ok()
        .map(|moment| moment.to_zoned(TimeZone::UTC));
    options.to_snapshot()
}

/// Tells how many bytes are dealt with, through the library's progress bars.
#[derive(Debug, Clone)]
pub(crate) struct Bars {
    progress: Option<ProgressSender>,
}

impl Bars {
    /// Bars that tell `progress`.
    pub(crate) fn telling(progress: &ProgressSender) -> Self {
        Self {
            progress: Some(progress.clone()),
        }
    }

    /// Bars that tell nobody.
    pub(crate) fn hidden() -> Self {
        Self { progress: None }
    }
}

impl ProgressBars for Bars {
    fn progress(&self, kind: ProgressType, _: &str) -> Progress {
        match (&self.progress, kind) {
            (Some(progress), ProgressType::Bytes) => Progress::new(Bar {
                progress: progress.clone(),
                bytes_done: Arc::default(),
            }),
            _ => Progress::hidden(),
        }
    }
}

#[derive(Debug)]
struct Bar {
    progress: ProgressSender,
    bytes_done: Arc<AtomicU64>,
}

impl RusticProgress for Bar {
    fn is_hidden(&self) -> bool {
        false
    }

    fn set_length(&self, _: u64) {}

    fn set_title(&self, _: &str) {}

    fn inc(&self, bytes: u64) {
        let bytes_done = self.bytes_done.fetch_add(bytes, Ordering::SeqCst) + bytes;
        // Several threads count; the last to tell need not be the last to count.
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
