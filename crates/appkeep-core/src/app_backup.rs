//! A backup of an app: what it is and what may happen to it.

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
    /// Where its data is.
    pub bucket_id: BucketId,
    /// The snapshot that it was or will be read from.
    pub snapshot_id: Option<AppSnapId>,
    /// The schedule that made it, if one did.
    pub schedule_id: Option<ScheduleId>,
    /// How it is doing.
    pub state: ResourceState,
    /// Why it is not doing better; each 1 to 127 characters.
    pub state_unready: Vec<String>,
    /// How the hooks of its snapshot went, once that is known.
    pub hook_state: Option<HookState>,
    /// Why hooks failed.
    pub hook_state_details: Vec<StateDetail>,
    /// The moment that its data shows, once it is completed.
    pub taken_at: Option<DateTime<Utc>>,
    /// How many bytes it has, once that is known.
    pub total_bytes: Option<u64>,
    /// How many of them are done.
    pub bytes_done: Option<u64>,
    /// The same as a percentage, 0 to 100.
    pub percent_done: Option<u8>,
    /// Labels, times, authorship.
    pub metadata: Metadata,
    /// Counts its changes; every change is a compare-and-set on it.
    pub generation: i64,
}

/// What a client wants a new backup to be (`AppBackupCreate` in the contract).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateAppBackup {
    /// The app to back up.
    pub app_id: AppId,
    /// Its name; without one the system chooses.
    pub name: Option<ResourceName>,
    /// The bucket; without one the account's default.
    pub bucket_id: Option<BucketId>,
    /// The snapshot to read from; without one a temporary snapshot is taken.
    pub snapshot_id: Option<AppSnapId>,
    /// The client's labels.
    pub labels: Vec<Label>,
}

/// What a backup turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupCopied {
    /// How many bytes its files have.
    pub bytes: u64,
    /// Files that the read-back found not to be stored as the snapshot has them, before everything was read and
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

    /// Takes over what its snapshot says about the copy: how the hooks went, and the system's labels.
    pub fn take_over(&mut self, snap: &AppSnap) {
        self.hook_state = snap.hook_state;
        self.hook_state_details.clone_from(&snap.hook_state_details);
        self.metadata
            .replace_read_only(snap.metadata.read_only().cloned());
    }

    /// Whether deleting it now is refused: what is scheduled but not begun can't be cancelled.
    #[must_use]
    pub fn refuses_deletion(&self) -> bool {
        self.state == ResourceState::Pending
    }

    /// Records `bytes_done` of `total_bytes`. Neither it nor the percentage ever falls, and 100 % is kept
    /// for [`Self::complete`]. Answers whether anything changed.
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

    /// Everything is stored, as of `taken_at`.
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

    /// It doesn't come further now, for these reasons; another attempt follows.
    pub fn hinder(&mut self, reasons: &[String], now: DateTime<Utc>) {
        self.state_unready = fit_reasons(reasons);
        self.metadata.changed(SubjectId::SYSTEM, now);
    }

    /// It did not work, for these reasons.
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
