//! A snapshot of an app: a point-in-time copy of all its volumes.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use crate::ids::{AccountId, AppBackupId, AppId, AppSnapId, ScheduleId, SubjectId};
use crate::metadata::{Label, METADATA_LOST_LABEL, Metadata, SNAPSHOT_LEVEL_LABEL, SNAPSHOT_SKIPPED_LABEL};
use crate::name::ResourceName;
use crate::state::{HookState, ResourceState, StateDetail, fit_reasons};

/// A snapshot (`AppSnap` in the contract).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppSnap {
    /// Its id.
    pub id: AppSnapId,
    /// The account that owns it.
    pub account_id: AccountId,
    /// The app that it shows.
    pub app_id: AppId,
    /// Its name, unique within the app's snapshots.
    pub name: ResourceName,
    /// The schedule that made it, if one did.
    pub schedule_id: Option<ScheduleId>,
    /// How it is doing.
    pub state: ResourceState,
    /// Why it is not doing better; each 1 to 127 characters.
    pub state_unready: Vec<String>,
    /// How the hooks went, once that is known.
    pub hook_state: Option<HookState>,
    /// Why hooks failed.
    pub hook_state_details: Vec<StateDetail>,
    /// The moment that it shows, once it is completed.
    pub taken_at: Option<DateTime<Utc>>,
    /// The backup that it was made for. It is removed when that backup ends.
    pub made_for: Option<AppBackupId>,
    /// Labels, times, authorship.
    pub metadata: Metadata,
    /// Counts its changes; every change is a compare-and-set on it.
    pub generation: i64,
}

/// What a client wants a new snapshot to be (`AppSnapCreate` in the contract).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateAppSnap {
    /// The app to take a snapshot of.
    pub app_id: AppId,
    /// Its name; without one the system chooses.
    pub name: Option<ResourceName>,
    /// The client's labels.
    pub labels: Vec<Label>,
}

/// How true to one moment a snapshot is, from the strongest to the weakest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum SnapshotLevel {
    /// Each volume is as a power cut at one moment would have left it: with all that was synced until then.
    Subvolume,
    /// Each file shows one moment.
    Reflink,
    /// Each file held still while it was copied.
    Copy,
    /// Some files changed while they were copied, and were kept as they came.
    Relaxed,
}

impl SnapshotLevel {
    /// The label's word for this level.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// What a snapshot turned out to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotTaken {
    /// The moment that it shows: of the attempt that made it.
    pub taken_at: DateTime<Utc>,
    /// The weakest level of its volumes.
    pub level: SnapshotLevel,
    /// How many sockets, pipes and devices were left out.
    pub skipped: u64,
    /// How many entries have metadata (attributes, times) that could not be kept.
    #[serde(default)]
    pub metadata_lost: u64,
    /// What a person should know; bounded in number.
    pub notes: Vec<String>,
}

impl AppSnap {
    /// A new snapshot that waits for a worker.
    #[must_use]
    pub fn pending(
        id: AppSnapId,
        account_id: AccountId,
        wanted: CreateAppSnap,
        by: SubjectId,
        now: DateTime<Utc>,
    ) -> Self {
        let name = wanted
            .name
            .unwrap_or_else(|| ResourceName::generated("snapshot", now, id.as_uuid()));
        Self {
            id,
            account_id,
            app_id: wanted.app_id,
            name,
            schedule_id: None,
            state: ResourceState::Pending,
            state_unready: Vec::new(),
            hook_state: None,
            hook_state_details: Vec::new(),
            taken_at: None,
            made_for: None,
            metadata: Metadata::new(wanted.labels, by, now),
            generation: 0,
        }
    }

    /// All hooks that were to run did; `failed` tells of those that failed.
    pub fn record_hooks(&mut self, failed: Vec<StateDetail>) {
        self.hook_state = Some(if failed.is_empty() {
            HookState::Success
        } else {
            HookState::Failed
        });
        self.hook_state_details = failed;
    }

    /// The copy is whole, and this is what it is. How the hooks went was recorded before.
    pub fn complete(&mut self, taken: &SnapshotTaken, now: DateTime<Utc>) {
        self.state = ResourceState::Completed;
        self.taken_at = Some(taken.taken_at);
        self.state_unready = Vec::new();
        let label = |name: &str, value: String| Label {
            name: name.to_owned(),
            value,
        };
        self.metadata.replace_read_only([
            label(SNAPSHOT_LEVEL_LABEL, taken.level.as_str().to_owned()),
            label(SNAPSHOT_SKIPPED_LABEL, taken.skipped.to_string()),
        ]);
        if taken.metadata_lost > 0 {
            let lost = label(METADATA_LOST_LABEL, taken.metadata_lost.to_string());
            self.metadata.labels.push(lost);
        }
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
