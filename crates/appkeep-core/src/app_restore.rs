//! A restore of an app: what it is and what may happen to it. The API shows it only as the app's state.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

use crate::ids::{AccountId, AppBackupId, AppId, AppRestoreId, AppSnapId, SubjectId};
use crate::state::fit_reasons;

/// Why an app is restored that nobody asked for now.
const BEING_FINISHED: &str = "an earlier restore was interrupted, and is being finished";

/// What to do about an unfinished restore.
pub const UNFINISHED: &str =
    "a restore is unfinished: restore the app again, or stop the server and run appkeep restore --abandon";

/// A restore of an app in place: its volumes become what the source holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppRestore {
    /// Its id.
    pub id: AppRestoreId,
    /// The account that owns it.
    pub account_id: AccountId,
    /// The app that is restored.
    pub app_id: AppId,
    /// Where the data comes from.
    pub source: RestoreSource,
    /// How it is doing.
    pub state: RestoreState,
    /// Why it is not doing better; of one that is completed, what could not be given back as it was.
    pub reasons: Vec<String>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub modified_at: DateTime<Utc>,
    /// Who asked for it.
    pub created_by: SubjectId,
    /// Counts its changes; every change is a compare-and-set on it.
    pub generation: i64,
}

/// Where the data of a restore comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum RestoreSource {
    /// A backup.
    Backup(AppBackupId),
    /// A snapshot.
    Snapshot(AppSnapId),
}

/// A restore in place that was interrupted while it exchanged the volumes' data: they may hold a mixture of
/// old and new data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnfinishedRestore {
    /// The restore.
    pub id: AppRestoreId,
    /// The app whose volumes it replaces.
    pub app_id: AppId,
    /// Where its data comes from, if its journal says so.
    pub source: Option<RestoreSource>,
}

/// What somebody wants to be restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CreateAppRestore {
    /// The app to restore.
    pub app_id: AppId,
    /// Where the data comes from.
    pub source: RestoreSource,
}

/// How a restore is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum RestoreState {
    /// Accepted; no worker has begun.
    Pending,
    /// The new data is being made or swapped in.
    Running,
    /// The app has the new data.
    Completed,
    /// It did not work and won't be tried again. The app has the data from before.
    Failed,
    /// It was interrupted while it exchanged data, and could not be finished: the app's volumes hold old and new
    /// data.
    Interrupted,
}

impl RestoreState {
    /// All states.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The state's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether a worker may still move the restore on: until then its source is in use.
    #[must_use]
    pub const fn is_in_progress(self) -> bool {
        matches!(self, Self::Pending | Self::Running)
    }
}

/// How an app is doing, as its latest restore tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum AppState {
    /// It has its data.
    Ready,
    /// A restore is in progress.
    Restoring,
    /// The latest restore failed, or is unfinished.
    Failed,
    /// No configuration names it any more.
    Unavailable,
}

impl AppState {
    /// The state's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The state of an app whose latest restore, if it ever had one, is in this state.
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
        wanted: CreateAppRestore,
        by: SubjectId,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            id,
            account_id,
            app_id: wanted.app_id,
            source: wanted.source,
            state: RestoreState::Pending,
            reasons: Vec::new(),
            created_at: now,
            modified_at: now,
            created_by: by,
            generation: 0,
        }
    }

    /// A restore that a server found unfinished, and that a worker finishes.
    #[must_use]
    pub fn resumed(unfinished: &UnfinishedRestore, account_id: AccountId, now: DateTime<Utc>) -> Self {
        // Journals of earlier versions don't name their source. Finishing doesn't read it.
        let unknown = RestoreSource::Snapshot(AppSnapId::new(Uuid::nil()));
        let wanted = CreateAppRestore {
            app_id: unfinished.app_id,
            source: unfinished.source.unwrap_or(unknown),
        };
        let mut restore = Self::pending(unfinished.id, account_id, wanted, SubjectId::SYSTEM, now);
        restore.resume(now);
        restore
    }

    /// A worker finishes what was interrupted.
    pub fn resume(&mut self, now: DateTime<Utc>) {
        self.begin(now);
        self.reasons = fit_reasons(&[BEING_FINISHED.to_owned()]);
    }

    /// A worker has begun.
    pub fn begin(&mut self, now: DateTime<Utc>) {
        self.state = RestoreState::Running;
        self.modified_at = now;
    }

    /// The app has the new data; `notes` say what could not be given back as it was.
    pub fn complete(&mut self, notes: &[String], now: DateTime<Utc>) {
        self.state = RestoreState::Completed;
        self.reasons = if notes.is_empty() {
            Vec::new()
        } else {
            fit_reasons(notes)
        };
        self.modified_at = now;
    }

    /// It doesn't come further now, for these reasons; another attempt follows.
    pub fn hinder(&mut self, reasons: &[String], now: DateTime<Utc>) {
        self.reasons = fit_reasons(reasons);
        self.modified_at = now;
    }

    /// It was interrupted while it exchanged data, and can't be finished for these reasons.
    pub fn interrupt(&mut self, reasons: &[String], now: DateTime<Utc>) {
        let mut all = vec![UNFINISHED.to_owned()];
        all.extend_from_slice(reasons);
        self.state = RestoreState::Interrupted;
        self.hinder(&all, now);
    }

    /// It did not work, for these reasons.
    pub fn fail(&mut self, reasons: &[String], now: DateTime<Utc>) {
        self.state = RestoreState::Failed;
        self.hinder(reasons, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_names_its_state() {
        for &state in RestoreState::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
        }
        assert!("discovering".parse::<RestoreState>().is_err());
    }

    #[test]
    fn an_app_is_as_its_latest_restore_left_it() {
        let after = |state| AppState::after(state).as_str();
        assert_eq!(after(None), "ready");
        let words: Vec<_> = RestoreState::ALL
            .iter()
            .map(|state| after(Some(*state)))
            .collect();
        assert_eq!(words, ["restoring", "restoring", "ready", "failed", "failed"]);
    }
}
