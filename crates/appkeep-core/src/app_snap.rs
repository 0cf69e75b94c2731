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
    /// The app that it is a snapshot of.
    pub app_id: AppId,
    /// Its name, unique within the app's snapshots.
    pub name: ResourceName,
    /// The schedule that created it, if there is one.
    pub schedule_id: Option<ScheduleId>,
    /// Its state.
    pub state: ResourceState,
    /// The reasons for the state; each has 1 to 127 characters.
    pub state_unready: Vec<String>,
    /// The outcome of the hooks, once it is known.
    pub hook_state: Option<HookState>,
    /// Why hooks failed.
    pub hook_state_details: Vec<StateDetail>,
    /// The point in time of its data, once it is completed.
    pub taken_at: Option<DateTime<Utc>>,
    /// The backup that it was created for. The snapshot is deleted when the job of that backup ends.
    pub made_for: Option<AppBackupId>,
    /// Labels, times and authorship.
    pub metadata: Metadata,
    /// Counts changes; every change is a compare-and-set on it.
    pub generation: i64,
}

/// A request to create a snapshot (`AppSnapCreate` in the contract).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateAppSnap {
    /// The app to create a snapshot of.
    pub app_id: AppId,
    /// The name; generated if there is none.
    pub name: Option<ResourceName>,
    /// The client's labels.
    pub labels: Vec<Label>,
}

/// The consistency of a snapshot, from the strongest level to the weakest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum SnapshotLevel {
    /// Each volume is in the state that a power failure at one point in time would have left: everything synced until
    /// then is included.
    Subvolume,
    /// Each file is consistent with one point in time.
    Reflink,
    /// No file changed while it was copied.
    Copy,
    /// Some files changed while they were copied; their last copy was kept.
    Relaxed,
}

impl SnapshotLevel {
    /// The value of the snapshot level label.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The result of creating a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotTaken {
    /// The point in time of its data, from the attempt that completed it.
    pub taken_at: DateTime<Utc>,
    /// The weakest level among its volumes.
    pub level: SnapshotLevel,
    /// The number of sockets, pipes and devices that were left out.
    pub skipped: u64,
    /// The number of entries whose metadata (attributes, times) could not be kept.
    #[serde(default)]
    pub metadata_lost: u64,
    /// Notes for operators; at most a fixed number of them.
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

    /// Records the outcome of the hooks after they have run; `failed` has one detail for each failed hook.
    pub fn record_hooks(&mut self, failed: Vec<StateDetail>) {
        self.hook_state = Some(if failed.is_empty() {
            HookState::Success
        } else {
            HookState::Failed
        });
        self.hook_state_details = failed;
    }

    /// Marks the snapshot as completed and records its properties. The outcome of the hooks is recorded separately,
    /// before.
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

    /// Records why the snapshot is stalled; the job will be retried.
    pub fn hinder(&mut self, reasons: &[String], now: DateTime<Utc>) {
        self.state_unready = fit_reasons(reasons);
        self.metadata.changed(SubjectId::SYSTEM, now);
    }

    /// Marks the snapshot as failed, for these reasons.
    pub fn fail(&mut self, reasons: &[String], now: DateTime<Utc>) {
        self.state = ResourceState::Failed;
        self.state_unready = fit_reasons(reasons);
        self.metadata.changed(SubjectId::SYSTEM, now);
    }
}
