//! A restore, in place or to a directory, and its state changes.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use strum::{EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

use crate::app_backup::percent_of;
use crate::file_path::FilePath;
use crate::ids::{AccountId, AppId, AppRestoreId, AppSnapshotId, SubjectId};
use crate::state::fit_reasons;

pub use crate::restore_source::{RestoreSource, UnfinishedRestore};

/// The reason reported for an app while the server finishes its interrupted restore.
const BEING_FINISHED: &str = "an earlier restore was interrupted, and is being finished";

/// The instructions for an unfinished restore.
pub const UNFINISHED: &str =
    "a restore is unfinished: restore the app again, or stop the server and run appkeep restore --abandon";

/// The maximum number of files and directories that a restore may select.
pub const INCLUDE_MAX: usize = 256;

/// A restore: it replaces the content of the app's volumes with the source, or writes it to a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppRestore {
    /// Its id.
    pub id: AppRestoreId,
    /// The account that owns it.
    pub account_id: AccountId,
    /// The app that is restored.
    pub app_id: AppId,
    /// The source of the data.
    pub source: RestoreSource,
    /// The app that the source belongs to; another one if the restore clones it.
    pub source_app_id: AppId,
    /// The directory to which the data is written; `None` for a restore in place.
    pub target: Option<RestoreDirectory>,
    /// Its state.
    pub state: RestoreState,
    /// The reasons for the state; for a completed restore, notes about data that could not be restored exactly.
    pub reasons: Vec<String>,
    /// When it was requested.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub modified_at: DateTime<Utc>,
    /// The actor that requested it.
    pub created_by: SubjectId,
    /// The node that runs it, whose disk has its journal and its directory; `None` for a restore in place that hasn't
    /// begun.
    pub node: Option<String>,
    /// The total size of its files in bytes, once it is known.
    pub total_bytes: Option<u64>,
    /// The number of bytes that were written; `None` until it begins.
    pub bytes_done: Option<u64>,
    /// Counts changes; every change is a compare-and-set on it.
    pub generation: i64,
}

/// The directory of a restore that isn't in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreDirectory {
    /// The absolute path of the directory, in which each volume becomes a subdirectory.
    pub path: PathBuf,
    /// The files and directories to restore, with their parent directories; all if empty.
    pub include: Vec<FilePath>,
}

/// A request to restore an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateAppRestore {
    /// The app to restore.
    pub app_id: AppId,
    /// The source of the data.
    pub source: RestoreSource,
    /// The directory to which the data is written; `None` for a restore in place.
    pub target: Option<RestoreDirectory>,
}

/// The state of a restore.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum RestoreState {
    /// Accepted; no worker has started.
    Pending,
    /// The new data is being written or swapped in.
    Running,
    /// The app has the new data.
    Completed,
    /// It failed and won't be retried. The app has its previous data.
    Failed,
    /// It was interrupted while it replaced data and could not be finished: the app's volumes hold old and new data.
    Interrupted,
}

impl RestoreState {
    /// All states.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The lower-case name of the state.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether a worker may still continue the restore; until it ends, its source is in use.
    #[must_use]
    pub const fn is_in_progress(self) -> bool {
        matches!(self, Self::Pending | Self::Running)
    }
}

/// The state of an app, as determined by its latest restore.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum AppState {
    /// The app was never restored, or its latest restore is completed.
    Ready,
    /// A restore is in progress.
    Restoring,
    /// The latest restore failed, or is unfinished.
    Failed,
    /// The app is no longer in the configuration, or no node that declares it has a live server.
    Unavailable,
}

impl AppState {
    /// The lower-case name of the state.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The state of an app whose latest restore is in the given state, or that was never restored.
    #[must_use]
    pub const fn after(latest: Option<RestoreState>) -> Self {
        match latest {
            None | Some(RestoreState::Completed) => Self::Ready,
            Some(RestoreState::Pending | RestoreState::Running) => Self::Restoring,
            Some(RestoreState::Failed | RestoreState::Interrupted) => Self::Failed,
        }
    }
}

impl AppRestore {
    /// A new restore that waits for a worker.
    #[must_use]
    pub fn pending(
        id: AppRestoreId,
        account_id: AccountId,
        request: CreateAppRestore,
        by: SubjectId,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            id,
            account_id,
            app_id: request.app_id,
            source: request.source,
            source_app_id: request.app_id,
            target: request.target,
            state: RestoreState::Pending,
            reasons: Vec::new(),
            created_at: now,
            modified_at: now,
            created_by: by,
            node: None,
            total_bytes: None,
            bytes_done: None,
            generation: 0,
        }
    }

    /// A restore that the engine of a node reported as unfinished and that a worker will finish.
    #[must_use]
    pub fn resumed(
        unfinished: &UnfinishedRestore,
        account_id: AccountId,
        node: &str,
        now: DateTime<Utc>,
    ) -> Self {
        // Journals of earlier versions don't name the source. Finishing a restore doesn't read it.
        let unknown = RestoreSource::Snapshot(AppSnapshotId::new(Uuid::nil()));
        let request = CreateAppRestore {
            app_id: unfinished.app_id,
            source: unfinished.source.unwrap_or(unknown),
            target: None,
        };
        let mut restore = Self::pending(unfinished.id, account_id, request, SubjectId::SYSTEM, now);
        restore.resume(node, now);
        restore
    }

    /// Marks an interrupted restore as running again, so that a worker can finish it.
    pub fn resume(&mut self, node: &str, now: DateTime<Utc>) {
        self.begin(node, now);
        self.reasons = fit_reasons(&[BEING_FINISHED.to_owned()]);
    }

    /// Marks the restore as running on a node.
    pub fn begin(&mut self, node: &str, now: DateTime<Utc>) {
        self.state = RestoreState::Running;
        self.node = Some(node.to_owned());
        self.modified_at = now;
    }

    /// Whether the node may have its journal. Restores of earlier versions don't have a node.
    #[must_use]
    pub fn is_of(&self, node: &str) -> bool {
        self.node.as_ref().is_none_or(|own| own == node)
    }

    /// Whether the source isn't known: a journal of an earlier version doesn't name it.
    #[must_use]
    pub fn is_source_unknown(&self) -> bool {
        matches!(self.source, RestoreSource::Snapshot(id) if id.as_uuid().is_nil())
    }

    /// Records that `bytes_done` are written, and the total if it wasn't known. The number never decreases and never exceeds
    /// the total. Returns whether anything changed.
    pub fn record_progress(&mut self, bytes_done: u64, total: Option<u64>, now: DateTime<Utc>) -> bool {
        let before = (self.bytes_done, self.total_bytes);
        self.total_bytes = self.total_bytes.or(total);
        let done = bytes_done.min(self.total_bytes.unwrap_or(u64::MAX));
        self.bytes_done = Some(done.max(self.bytes_done.unwrap_or(0)));
        let changed = before != (self.bytes_done, self.total_bytes);
        if changed {
            self.modified_at = now;
        }
        changed
    }

    /// The progress in percent. It stays below 100 until the restore is completed; `None` if it isn't known.
    #[must_use]
    pub fn percent_done(&self) -> Option<u8> {
        if self.state == RestoreState::Completed {
            return self.total_bytes.map(|_| 100);
        }
        let (done, total) = (self.bytes_done?, self.total_bytes?);
        Some(percent_of(done, total).min(99))
    }

    /// Records the size of the restored data.
    pub fn record_size(&mut self, bytes: u64) {
        self.total_bytes = Some(bytes);
        self.bytes_done = Some(bytes);
    }

    /// Marks the restore as completed; `notes` list the data that could not be restored exactly.
    pub fn complete(&mut self, notes: &[String], now: DateTime<Utc>) {
        self.state = RestoreState::Completed;
        self.reasons = if notes.is_empty() {
            Vec::new()
        } else {
            fit_reasons(notes)
        };
        self.modified_at = now;
    }

    /// Records why the restore is stalled; the job will be retried.
    pub fn record_delay(&mut self, reasons: &[String], now: DateTime<Utc>) {
        self.reasons = fit_reasons(reasons);
        self.modified_at = now;
    }

    /// Marks the restore as interrupted while it replaced data. It can't be finished, for these reasons.
    pub fn interrupt(&mut self, reasons: &[String], now: DateTime<Utc>) {
        let mut all = vec![UNFINISHED.to_owned()];
        all.extend_from_slice(reasons);
        self.state = RestoreState::Interrupted;
        self.record_delay(&all, now);
    }

    /// Marks the restore as failed, for these reasons.
    pub fn fail(&mut self, reasons: &[String], now: DateTime<Utc>) {
        self.state = RestoreState::Failed;
        self.record_delay(reasons, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn state_words_parse_to_their_state() {
        for &state in RestoreState::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
        }
        assert!("discovering".parse::<RestoreState>().is_err());
    }

    #[test]
    fn progress_is_monotonic_and_below_100_until_the_end() {
        let request = CreateAppRestore {
            app_id: Uuid::from_u128(1).into(),
            source: RestoreSource::Backup(Uuid::from_u128(2).into()),
            target: None,
        };
        let now = DateTime::UNIX_EPOCH;
        let mut restore = AppRestore::pending(
            Uuid::from_u128(3).into(),
            Uuid::from_u128(4).into(),
            request,
            SubjectId::SYSTEM,
            now,
        );
        assert_eq!(restore.percent_done(), None);
        restore.begin("here", now);
        assert!(restore.record_progress(50, None, now));
        assert_eq!(restore.percent_done(), None, "the total isn't known");
        assert!(restore.record_progress(40, Some(200), now));
        assert_eq!((restore.bytes_done, restore.percent_done()), (Some(50), Some(25)));
        assert!(!restore.record_progress(30, Some(400), now));
        assert!(restore.record_progress(900, None, now));
        assert_eq!(
            (restore.bytes_done, restore.percent_done()),
            (Some(200), Some(99))
        );
        restore.record_size(190);
        restore.complete(&[], now);
        assert_eq!((restore.bytes_done, restore.total_bytes), (Some(190), Some(190)));
        assert_eq!(restore.percent_done(), Some(100));
    }

    #[test]
    fn latest_restore_determines_the_state_of_the_app() {
        let after = |state| AppState::after(state).as_str();
        assert_eq!(after(None), "ready");
        let words: Vec<_> = RestoreState::ALL
            .iter()
            .map(|state| after(Some(*state)))
            .collect();
        assert_eq!(words, ["restoring", "restoring", "ready", "failed", "failed"]);
    }
}
