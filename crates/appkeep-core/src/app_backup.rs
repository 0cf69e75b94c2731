//! The fields and state changes that only backups have.

use chrono::{DateTime, Utc};

use crate::app_snapshot::AppSnapshot;
use crate::ids::{AppSnapshotId, BackupKind, BucketId, SubjectId};
use crate::metadata::{Label, STORED_AGAIN_LABEL};
use crate::resource::{CreateResource, Kind, Resource};
use crate::state::ResourceState;

/// A backup (`AppBackup` in the contract).
pub type AppBackup = Resource<BackupKind>;

impl Kind for BackupKind {
    type Details = BackupDetails;

    const NAME: &'static str = "backup";
}

/// The fields that only backups have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupDetails {
    /// The bucket that holds its data.
    pub bucket_id: BucketId,
    /// The snapshot that it is copied from.
    pub snapshot_id: Option<AppSnapshotId>,
    /// The total size in bytes, once it is known.
    pub total_bytes: Option<u64>,
    /// The number of bytes that were copied.
    pub bytes_done: Option<u64>,
    /// The same as a percentage, 0 to 100.
    pub percent_done: Option<u8>,
    /// When its first run began: before that, it was queued. Unknown for backups of earlier versions and imported ones.
    pub started_at: Option<DateTime<Utc>>,
    /// The number of bytes that it added to its repository, once it is completed. Unknown for backups of earlier
    /// versions and imported ones.
    pub added_bytes: Option<u64>,
}

impl BackupDetails {
    /// The details of a new backup.
    #[must_use]
    pub fn new(bucket_id: BucketId, snapshot_id: Option<AppSnapshotId>) -> Self {
        Self {
            bucket_id,
            snapshot_id,
            total_bytes: None,
            bytes_done: None,
            percent_done: None,
            started_at: None,
            added_bytes: None,
        }
    }
}

/// A request to create a backup (`AppBackupCreate` in the contract).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateAppBackup {
    /// The app, the name and the labels.
    pub resource: CreateResource,
    /// The bucket; the account's default bucket if there is none.
    pub bucket_id: Option<BucketId>,
    /// The snapshot to copy; without one, a temporary snapshot is created.
    pub snapshot_id: Option<AppSnapshotId>,
}

/// The result of copying a backup into a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupReport {
    /// The total size of its files in bytes.
    pub bytes: u64,
    /// The number of bytes that it added to the repository, compressed and encrypted.
    pub added_bytes: u64,
    /// Files whose stored content differed from the snapshot when it was read back. Everything was then read and
    /// stored again.
    pub stored_again: Vec<String>,
}

impl AppBackup {
    /// Copies the outcome of the hooks and the system's labels from the snapshot.
    pub fn inherit_from(&mut self, snapshot: &AppSnapshot) {
        self.hook_state = snapshot.hook_state;
        self.hook_state_details.clone_from(&snapshot.hook_state_details);
        self.metadata
            .replace_read_only(snapshot.metadata.read_only().cloned());
    }

    /// Records that its first run begins.
    pub fn start(&mut self, now: DateTime<Utc>) {
        self.details.started_at = Some(now);
        self.advance(ResourceState::Discovering, now);
    }

    /// Records that `bytes_done` of `total_bytes` are copied. Neither `bytes_done` nor the percentage ever decreases,
    /// and the percentage stays below 100 until [`Self::complete`]. Returns whether anything changed.
    pub fn record_progress(&mut self, bytes_done: u64, now: DateTime<Utc>) -> bool {
        let details = &mut self.details;
        let total = details.total_bytes.unwrap_or(0);
        let done = bytes_done.min(total).max(details.bytes_done.unwrap_or(0));
        let percent = percent_of(done, total)
            .min(99)
            .max(details.percent_done.unwrap_or(0));
        let changed = details.bytes_done != Some(done) || details.percent_done != Some(percent);
        if changed {
            details.bytes_done = Some(done);
            details.percent_done = Some(percent);
            self.metadata.changed(SubjectId::SYSTEM, now);
        }
        changed
    }

    /// Marks the backup as completed: everything is stored, as of `snapshot_time`.
    pub fn complete(&mut self, copied: &BackupReport, snapshot_time: DateTime<Utc>, now: DateTime<Utc>) {
        self.details.total_bytes = Some(copied.bytes);
        self.details.bytes_done = Some(copied.bytes);
        self.details.percent_done = Some(100);
        self.details.added_bytes = Some(copied.added_bytes);
        self.metadata
            .labels
            .extend(stored_again_label(copied.stored_again.len()));
        self.finish(snapshot_time, now);
    }
}

/// The label of a backup of which this number of files had to be stored again.
pub(crate) fn stored_again_label(files: usize) -> Option<Label> {
    (files > 0).then(|| Label {
        name: STORED_AGAIN_LABEL.to_owned(),
        value: files.to_string(),
    })
}

/// `done` of `total` in percent, rounded down; 0 if there is nothing to do.
pub(crate) fn percent_of(done: u64, total: u64) -> u8 {
    if total == 0 {
        return 0;
    }
    let percent = u128::from(done) * 100 / u128::from(total);
    u8::try_from(percent).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{AccountId, AppBackupId, AppId};
    use uuid::Uuid;

    fn backup() -> AppBackup {
        let request = CreateResource {
            app_id: AppId::new(Uuid::from_u128(1)),
            name: None,
            labels: Vec::new(),
        };
        AppBackup::pending(
            AppBackupId::new(Uuid::from_u128(0x00ab_cdef_0123)),
            AccountId::new(Uuid::from_u128(2)),
            request,
            BackupDetails::new(BucketId::new(Uuid::from_u128(3)), None),
            SubjectId::new(Uuid::from_u128(4)),
            DateTime::UNIX_EPOCH,
        )
    }

    fn copied(bytes: u64) -> BackupReport {
        BackupReport {
            bytes,
            added_bytes: bytes / 2,
            stored_again: Vec::new(),
        }
    }

    #[test]
    fn a_backup_that_was_stored_again_has_a_label() {
        let mut backup = backup();
        let stored_again = vec!["data/file".to_owned()];
        let copied = BackupReport {
            bytes: 1,
            added_bytes: 1,
            stored_again,
        };
        backup.complete(&copied, DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH);
        let labels: Vec<_> = backup.metadata.read_only().collect();
        assert_eq!(
            (labels[0].name.as_str(), labels[0].value.as_str()),
            (STORED_AGAIN_LABEL, "1")
        );
    }

    #[test]
    fn generated_names_are_valid() {
        assert_eq!(backup().name.as_str(), "backup-19700101000000-00abcdef0123");
    }

    #[test]
    fn progress_is_monotonic_and_bounded() {
        let mut backup = backup();
        backup.details.total_bytes = Some(200);
        assert!(backup.record_progress(100, DateTime::UNIX_EPOCH));
        assert_eq!(
            (backup.details.bytes_done, backup.details.percent_done),
            (Some(100), Some(50))
        );
        assert!(!backup.record_progress(50, DateTime::UNIX_EPOCH));
        assert!(backup.record_progress(900, DateTime::UNIX_EPOCH));
        assert_eq!(
            (backup.details.bytes_done, backup.details.percent_done),
            (Some(200), Some(99))
        );
        backup.complete(&copied(190), DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH);
        assert_eq!(
            (
                backup.details.bytes_done,
                backup.details.total_bytes,
                backup.details.percent_done
            ),
            (Some(190), Some(190), Some(100))
        );
    }

    #[test]
    fn empty_backups_reach_100_percent() {
        let mut backup = backup();
        backup.details.total_bytes = Some(0);
        backup.record_progress(0, DateTime::UNIX_EPOCH);
        assert_eq!(
            (backup.details.bytes_done, backup.details.percent_done),
            (Some(0), Some(0))
        );
        backup.complete(&copied(0), DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH);
        assert_eq!(backup.details.percent_done, Some(100));
    }
}
