//! A backup of an app, and its state changes.

use chrono::{DateTime, Utc};

use crate::app_snap::AppSnap;
use crate::ids::{AccountId, AppBackupId, AppId, AppSnapId, BucketId, ScheduleId, SubjectId};
use crate::metadata::{Label, Metadata, STORED_AGAIN_LABEL};
use crate::name::ResourceName;
use crate::state::{HookState, ResourceState, StateDetail, fit_reasons};

/// A backup (`AppBackup` in the contract).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppBackup {
    /// Its id.
    pub id: AppBackupId,
    /// The account that owns it.
    pub account_id: AccountId,
    /// The app that it is a backup of.
    pub app_id: AppId,
    /// Its name, unique within the app.
    pub name: ResourceName,
    /// The bucket that holds its data.
    pub bucket_id: BucketId,
    /// The snapshot that it is copied from.
    pub snapshot_id: Option<AppSnapId>,
    /// The schedule that created it, if there is one.
    pub schedule_id: Option<ScheduleId>,
    /// Its state.
    pub state: ResourceState,
    /// The reasons for the state; each has 1 to 127 characters.
    pub state_unready: Vec<String>,
    /// The outcome of the hooks of its snapshot, once it is known.
    pub hook_state: Option<HookState>,
    /// Why hooks failed.
    pub hook_state_details: Vec<StateDetail>,
    /// The time of the snapshot that it contains, once it is completed.
    pub taken_at: Option<DateTime<Utc>>,
    /// The total size in bytes, once it is known.
    pub total_bytes: Option<u64>,
    /// The number of bytes that were copied.
    pub bytes_done: Option<u64>,
    /// The same as a percentage, 0 to 100.
    pub percent_done: Option<u8>,
    /// Labels, times and authorship.
    pub metadata: Metadata,
    /// Counts changes; every change is a compare-and-set on it.
    pub generation: i64,
}

/// A request to create a backup (`AppBackupCreate` in the contract).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateAppBackup {
    /// The app to back up.
    pub app_id: AppId,
    /// The name; generated if there is none.
    pub name: Option<ResourceName>,
    /// The bucket; the account's default bucket if there is none.
    pub bucket_id: Option<BucketId>,
    /// The snapshot to copy; without one, a temporary snapshot is created.
    pub snapshot_id: Option<AppSnapId>,
    /// The client's labels.
    pub labels: Vec<Label>,
}

/// The result of copying a backup into a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupCopied {
    /// The total size of its files in bytes.
    pub bytes: u64,
    /// Files whose stored content differed from the snapshot when it was read back. Everything was then read and
    /// stored again.
    pub stored_again: Vec<String>,
}

impl AppBackup {
    /// A new backup that waits for a worker.
    #[must_use]
    pub fn pending(
        id: AppBackupId,
        account_id: AccountId,
        bucket_id: BucketId,
        wanted: CreateAppBackup,
        by: SubjectId,
        now: DateTime<Utc>,
    ) -> Self {
        let name = wanted
            .name
            .unwrap_or_else(|| ResourceName::generated("backup", now, id.as_uuid()));
        Self {
            id,
            account_id,
            app_id: wanted.app_id,
            name,
            bucket_id,
            snapshot_id: wanted.snapshot_id,
            schedule_id: None,
            state: ResourceState::Pending,
            state_unready: Vec::new(),
            hook_state: None,
            hook_state_details: Vec::new(),
            taken_at: None,
            total_bytes: None,
            bytes_done: None,
            percent_done: None,
            metadata: Metadata::new(wanted.labels, by, now),
            generation: 0,
        }
    }

    /// Copies the outcome of the hooks and the system's labels from the snapshot.
    pub fn take_over(&mut self, snap: &AppSnap) {
        self.hook_state = snap.hook_state;
        self.hook_state_details.clone_from(&snap.hook_state_details);
        self.metadata
            .replace_read_only(snap.metadata.read_only().cloned());
    }

    /// Whether the backup can't be deleted now: pending backups can't be cancelled.
    #[must_use]
    pub fn refuses_deletion(&self) -> bool {
        self.state == ResourceState::Pending
    }

    /// Records that `bytes_done` of `total_bytes` are copied. Neither `bytes_done` nor the percentage ever decreases,
    /// and the percentage stays below 100 until [`Self::complete`]. Returns whether anything changed.
    pub fn record_progress(&mut self, bytes_done: u64, now: DateTime<Utc>) -> bool {
        let total = self.total_bytes.unwrap_or(0);
        let done = bytes_done.min(total).max(self.bytes_done.unwrap_or(0));
        let percent = percent_of(done, total)
            .min(99)
            .max(self.percent_done.unwrap_or(0));
        let changed = self.bytes_done != Some(done) || self.percent_done != Some(percent);
        if changed {
            self.bytes_done = Some(done);
            self.percent_done = Some(percent);
            self.metadata.changed(SubjectId::SYSTEM, now);
        }
        changed
    }

    /// Marks the backup as completed: everything is stored, as of `taken_at`.
    pub fn complete(&mut self, copied: &BackupCopied, taken_at: DateTime<Utc>, now: DateTime<Utc>) {
        self.state = ResourceState::Completed;
        self.total_bytes = Some(copied.bytes);
        self.bytes_done = Some(copied.bytes);
        if !copied.stored_again.is_empty() {
            self.metadata.labels.push(Label {
                name: STORED_AGAIN_LABEL.to_owned(),
                value: copied.stored_again.len().to_string(),
            });
        }
        self.percent_done = Some(100);
        self.taken_at = Some(taken_at);
        self.state_unready = Vec::new();
        self.metadata.changed(SubjectId::SYSTEM, now);
    }

    /// Records why the backup is stalled; the job will be retried.
    pub fn hinder(&mut self, reasons: &[String], now: DateTime<Utc>) {
        self.state_unready = fit_reasons(reasons);
        self.metadata.changed(SubjectId::SYSTEM, now);
    }

    /// Marks the backup as failed, for these reasons.
    pub fn fail(&mut self, reasons: &[String], now: DateTime<Utc>) {
        self.state = ResourceState::Failed;
        self.state_unready = fit_reasons(reasons);
        self.metadata.changed(SubjectId::SYSTEM, now);
    }
}

fn percent_of(done: u64, total: u64) -> u8 {
    if total == 0 {
        return 0;
    }
    let percent = u128::from(done) * 100 / u128::from(total);
    u8::try_from(percent).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn backup() -> AppBackup {
        let wanted = CreateAppBackup {
            app_id: AppId::new(Uuid::from_u128(1)),
            name: None,
            bucket_id: None,
            snapshot_id: None,
            labels: Vec::new(),
        };
        AppBackup::pending(
            AppBackupId::new(Uuid::from_u128(0x00ab_cdef_0123)),
            AccountId::new(Uuid::from_u128(2)),
            BucketId::new(Uuid::from_u128(3)),
            wanted,
            SubjectId::new(Uuid::from_u128(4)),
            DateTime::UNIX_EPOCH,
        )
    }

    fn copied(bytes: u64) -> BackupCopied {
        let stored_again = Vec::new();
        BackupCopied { bytes, stored_again }
    }

    #[test]
    fn a_backup_that_was_stored_again_has_a_label() {
        let mut backup = backup();
        let stored_again = vec!["data/file".to_owned()];
        let copied = BackupCopied {
            bytes: 1,
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
    fn the_system_chooses_a_valid_name() {
        assert_eq!(backup().name.as_str(), "backup-19700101000000-00abcdef0123");
    }

    #[test]
    fn progress_is_monotonic_and_bounded() {
        let mut backup = backup();
        backup.total_bytes = Some(200);
        assert!(backup.record_progress(100, DateTime::UNIX_EPOCH));
        assert_eq!((backup.bytes_done, backup.percent_done), (Some(100), Some(50)));
        assert!(!backup.record_progress(50, DateTime::UNIX_EPOCH));
        assert!(backup.record_progress(900, DateTime::UNIX_EPOCH));
        assert_eq!((backup.bytes_done, backup.percent_done), (Some(200), Some(99)));
        backup.complete(&copied(190), DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH);
        assert_eq!(
            (backup.bytes_done, backup.total_bytes, backup.percent_done),
            (Some(190), Some(190), Some(100))
        );
    }

    #[test]
    fn an_empty_backup_reaches_all_of_its_bytes() {
        let mut backup = backup();
        backup.total_bytes = Some(0);
        backup.record_progress(0, DateTime::UNIX_EPOCH);
        assert_eq!((backup.bytes_done, backup.percent_done), (Some(0), Some(0)));
        backup.complete(&copied(0), DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH);
        assert_eq!(backup.percent_done, Some(100));
    }
}
