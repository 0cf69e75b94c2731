//! Reads an app's volumes directly into a backup, while the app may change them.
//!
//! A file that changes while it is read would be stored as a mixture of two states. Its status is compared before and
//! after, as when it is copied for a snapshot. The bytes are in the library's chunker by then, so the file can't be
//! read again at once. Instead, another pass through all volumes follows, in which the result of the previous one is the
//! parent: only files that changed since they were listed are read, and the last pass's tree is the backup. There are at
//! most [`PASSES_MAX`] passes. Data of files that changed is in the bucket without being part of the backup; the next
//! delete removes it.
//!
//! A file has the size with which it was listed. If it has shrunk, zeros are added, so that the backup of a `relaxed` app
//! can be restored and checked.

mod entries;
mod reader;
mod samples;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use appkeep_core::catalog::{Consistency, Volume};
use appkeep_core::engine::{BackUpVolumes, EngineError, SnapshotLevel, SnapshotReport};
use appkeep_core::identity::StoredIdentity;
use chrono::{DateTime, Utc};
use rustic_core::repofile::SnapshotFile;
use rustic_core::{ReadSource, RusticResult};
use tokio_util::sync::CancellationToken;

use self::entries::LiveEntries;
use self::reader::LiveFile;
use self::samples::Samples;
use crate::dir::{Dir, identity_of};
use crate::failure::{Reasons, lock};
use crate::snapshot::record::Record;
use crate::tree_source::BackupSource;
use crate::verify::{ReadPiece, RecordedContent};

/// The maximum number of passes in which files that changed are read again.
const PASSES_MAX: u32 = 3;

/// The path above the volumes. No entry is accessed by it.
pub(crate) const ROOT: &str = "/";

/// The volumes of an app as the source of a backup.
#[derive(Debug)]
pub(crate) struct LiveSource {
    shared: Arc<Shared>,
}

/// The state that the source shares with its entries and open files.
#[derive(Debug)]
struct Shared {
    /// Sorted by name, in the order of a backup's entries.
    volumes: Vec<Volume>,
    consistency: Consistency,
    /// The identity of the directory of snapshots, if it exists. A volume that contains it is refused: the restore of
    /// such a volume would replace the server's own data.
    excluded: Option<(u64, u64)>,
    cancel: CancellationToken,
    samples: Samples,
    passes: Mutex<PassState>,
    report: Mutex<Option<SnapshotReport>>,
}

/// The current pass, and the results of the previous ones.
#[derive(Debug)]
struct PassState {
    number: u32,
    record: Record,
    /// The entries that changed in this pass.
    changed: Reasons,
    changed_count: u64,
    /// Whether a file was deleted or replaced with another one in this pass, after it was listed. The pass has its
    /// content at that time, but another pass has the current state.
    has_deleted: bool,
    /// The files with several names that changed in any pass. Each of their names becomes a separate file, because the
    /// names may have been read with different content.
    unlinked: HashSet<(u64, u64)>,
    /// Whether this pass can't be the last one, even if the app is `relaxed`: an entry is missing, or a name of a changed
    /// file was listed as one of several names.
    is_incomplete: bool,
}

impl LiveSource {
    /// Creates a source for the volumes of the request. A share of `verify_percent` of what it reads is recorded for the
    /// verification. `snapshots` is the directory of all snapshots.
    pub(crate) fn new(
        request: &BackUpVolumes,
        verify_percent: u8,
        snapshots: &Path,
        cancel: &CancellationToken,
    ) -> Self {
        let mut volumes = request.volumes.clone();
        volumes.sort_by(|one, other| one.name.cmp(&other.name));
        let snapshots = Dir::open(snapshots).and_then(|dir| dir.stat_self());
        let shared = Shared {
            volumes,
            consistency: request.consistency,
            excluded: snapshots.ok().map(|stat| identity_of(&stat)),
            cancel: cancel.clone(),
            samples: Samples::new(request.backup.backup_id, verify_percent),
            passes: Mutex::new(PassState::new(request.backup.identity.snapshot_time)),
            report: Mutex::default(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// The content that was recorded while the files were read.
    pub(crate) fn recorded(&self) -> Recorded {
        Recorded {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl ReadSource for LiveSource {
    type Open = LiveFile;
    type Iter = LiveEntries;

    fn size(&self) -> RusticResult<Option<u64>> {
        Ok(None)
    }

    fn entries(&self) -> LiveEntries {
        lock(&self.shared.passes).begin();
        LiveEntries::new(&self.shared)
    }
}

impl BackupSource for LiveSource {
    fn end_pass(&self) -> Result<bool, EngineError> {
        let mut passes = lock(&self.shared.passes);
        if passes.end(self.shared.consistency)? {
            return Ok(true);
        }
        let snapshot_time = passes.record.snapshot_time();
        let record = std::mem::replace(&mut passes.record, Record::new(snapshot_time));
        *lock(&self.shared.report) = Some(record.finish(self.shared.consistency)?);
        Ok(false)
    }

    fn found(&self, stored: &SnapshotFile) {
        let identity = stored.description.as_deref().map(StoredIdentity::from_json);
        let passes = lock(&self.shared.passes);
        let report = match identity {
            Some(StoredIdentity::Known(identity)) => {
                SnapshotReport::of_live_backup(identity.snapshot_time, &identity.labels)
            }
            _ => SnapshotReport::of_live_backup(passes.record.snapshot_time(), &[]),
        };
        *lock(&self.shared.report) = Some(report);
    }

    fn report(&self) -> Option<SnapshotReport> {
        lock(&self.shared.report).clone()
    }
}

impl PassState {
    fn new(snapshot_time: DateTime<Utc>) -> Self {
        Self {
            number: 0,
            record: Record::new(snapshot_time),
            changed: Reasons::default(),
            changed_count: 0,
            has_deleted: false,
            unlinked: HashSet::new(),
            is_incomplete: false,
        }
    }

    /// Ends a pass; returns whether another one is required.
    fn end(&mut self, consistency: Consistency) -> Result<bool, EngineError> {
        self.number += 1;
        let is_current = self.changed_count == 0 && !self.has_deleted;
        if !is_current && self.number < PASSES_MAX {
            return Ok(true);
        }
        if consistency != Consistency::Relaxed || self.is_incomplete {
            std::mem::take(&mut self.changed).into_result()?;
        }
        // If everything is stored again, that has as many passes.
        self.number = 0;
        Ok(false)
    }

    /// Begins to list all entries.
    fn begin(&mut self) {
        self.record = Record::new(self.record.snapshot_time());
        self.record.reach(SnapshotLevel::Live);
        self.changed = Reasons::default();
        self.changed_count = 0;
        self.has_deleted = false;
        self.is_incomplete = false;
    }

    /// Records that an entry isn't listed in this pass although its name exists, with the reason.
    fn omitted(&mut self, path: &Path, reason: &str) {
        self.changed_count += 1;
        self.is_incomplete = true;
        self.changed.push(format!("{}: {reason}", path.display()));
    }

    /// Records that a file changed while it was read; `linked` identifies a file with several names.
    fn changed(&mut self, path: &Path, linked: Option<(u64, u64)>) {
        self.changed_count += 1;
        if let Some(identity) = linked {
            self.is_incomplete = true;
            self.unlinked.insert(identity);
        }
        self.changed
            .push(format!("{}: changed while it was read", path.display()));
        self.record.change(path);
    }
}

/// The content of the volumes as it was read.
#[derive(Debug)]
pub(crate) struct Recorded {
    shared: Arc<Shared>,
}

impl RecordedContent for Recorded {
    fn is_equal(&self, piece: &ReadPiece<'_>) -> bool {
        self.shared.is_equal(piece)
    }
}

/// The path of an entry in the backup's tree.
fn path_in_backup(path: &Path) -> PathBuf {
    Path::new(ROOT).join(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backups_without_an_existing_entry_fail_even_if_relaxed() {
        let mut passes = PassState::new(DateTime::UNIX_EPOCH);
        let mut end = |is_last: bool| {
            passes.begin();
            passes.omitted("data/one".as_ref(), "No such device");
            if is_last {
                passes.begin();
                passes.changed("data/two".as_ref(), None);
            }
            passes.end(Consistency::Relaxed)
        };
        assert!(end(false).unwrap());
        assert!(end(false).unwrap());
        match end(false) {
            Err(EngineError::Unreadable(reasons)) => assert_eq!(reasons, ["data/one: No such device"]),
            other => panic!("{other:?}"),
        }
        // A changed entry is stored.
        assert!(!end(true).unwrap());
    }
}
