//! A summary of an app: its schedules, its latest backups and restores, and its work in progress.

use std::cmp::Reverse;

use crate::app::AppView;
use crate::app_backup::AppBackup;
use crate::app_restore::{AppRestore, RestoreState};
use crate::catalog::Recorded;
use crate::schedule::Scheduled;
use crate::state::ResourceState;

/// The maximum number of backups or restores in progress in a summary.
pub const IN_PROGRESS_MAX: u32 = 10;

/// The maximum number of schedules in a summary.
pub const SCHEDULES_MAX: usize = 100;

/// The number of summaries that are read from the store at once. Each may contain more than 20 resources.
pub const PAGE_ROWS: u32 = 100;

/// A summary of an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppSummary {
    /// The app.
    pub view: AppView,
    /// Its newest completed backup.
    pub last_completed_backup: Option<AppBackup>,
    /// Its newest backup that has ended.
    pub latest_backup: Option<AppBackup>,
    /// Its newest backups that have not ended, started ones first; at most [`IN_PROGRESS_MAX`].
    pub backups_in_progress: Vec<AppBackup>,
    /// The latest of its restores that have ended, regardless of dates.
    pub last_restore: Option<AppRestore>,
    /// Its newest restores that have not ended, running ones first; at most [`IN_PROGRESS_MAX`].
    pub restores_in_progress: Vec<AppRestore>,
    /// The numbers of its backups and restores that have not ended.
    pub counts: InProgressCounts,
    /// Its newest schedules, those in use first; at most [`SCHEDULES_MAX`].
    pub schedules: Vec<Recorded<Scheduled>>,
}

/// The numbers of an app's backups and restores that have not ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct InProgressCounts {
    /// Backups that were started.
    pub started_backups: u64,
    /// Backups that wait.
    pub pending_backups: u64,
    /// Restores that were started.
    pub started_restores: u64,
    /// Restores that wait.
    pub pending_restores: u64,
}

/// The resources of an app from which its summary is made, in any order.
#[derive(Debug, Default)]
pub struct SummaryParts {
    /// Backups that have ended, with at least the newest one of each state.
    pub ended_backups: Vec<AppBackup>,
    /// Backups that have not ended, with at least the [`IN_PROGRESS_MAX`] newest ones of each state.
    pub backups_in_progress: Vec<AppBackup>,
    /// The latest restore that has ended, if there is one.
    pub last_restore: Option<AppRestore>,
    /// Restores that have not ended, with at least the [`IN_PROGRESS_MAX`] newest ones of each state.
    pub restores_in_progress: Vec<AppRestore>,
    /// The numbers of backups and restores that have not ended.
    pub counts: InProgressCounts,
    /// All schedules.
    pub schedules: Vec<Recorded<Scheduled>>,
}

impl AppSummary {
    /// Makes the summary of an app.
    #[must_use]
    pub fn of(view: AppView, mut parts: SummaryParts) -> Self {
        let newest = |backup: &AppBackup| (backup.metadata.created_at, backup.id);
        parts.ended_backups.sort_by_key(|backup| Reverse(newest(backup)));
        let mut ended = parts.ended_backups.iter();
        let last_completed = ended.find(|backup| backup.state == ResourceState::Completed);
        let mut backups = parts.backups_in_progress;
        for backup in &mut backups {
            if backup.state == ResourceState::Pending {
                backup.away_nodes.clone_from(&view.away_nodes);
            }
        }
        backups.sort_by_key(|backup| (backup.state == ResourceState::Pending, Reverse(newest(backup))));
        backups.truncate(IN_PROGRESS_MAX as usize);
        let mut restores = parts.restores_in_progress;
        restores.sort_by_key(|restore| {
            let is_pending = restore.state == RestoreState::Pending;
            (is_pending, Reverse((restore.created_at, restore.id)))
        });
        restores.truncate(IN_PROGRESS_MAX as usize);
        let mut schedules = parts.schedules;
        schedules.sort_by_key(|recorded| {
            let schedule = &recorded.item.schedule;
            (!schedule.enabled, Reverse((recorded.created_at, schedule.id)))
        });
        schedules.truncate(SCHEDULES_MAX);
        Self {
            view,
            last_completed_backup: last_completed.cloned(),
            latest_backup: parts.ended_backups.into_iter().next(),
            backups_in_progress: backups,
            last_restore: parts.last_restore,
            restores_in_progress: restores,
            counts: parts.counts,
            schedules,
        }
    }
}
