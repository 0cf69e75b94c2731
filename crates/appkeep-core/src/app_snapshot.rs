//! The fields and state changes that only snapshots have. A snapshot is a point-in-time copy of all volumes of an app.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use crate::hook;
use crate::ids::{AppBackupId, SnapshotKind};
use crate::metadata::{
    Label, METADATA_LOST_LABEL, SNAPSHOT_CHANGED_LABEL, SNAPSHOT_LEVEL_LABEL, SNAPSHOT_SKIPPED_LABEL,
};
use crate::resource::{Kind, Resource};
use crate::state::{HookState, StateDetail};

/// A snapshot (`AppSnapshot` in the contract).
pub type AppSnapshot = Resource<SnapshotKind>;

impl Kind for SnapshotKind {
    type Details = SnapshotDetails;

    const NAME: &'static str = "snapshot";
}

/// The fields that only snapshots have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SnapshotDetails {
    /// The backup that it was created for. The snapshot is deleted when the job of that backup ends.
    pub made_for: Option<AppBackupId>,
    /// The node whose disk holds its data; `None` until its creation begins.
    pub node: Option<String>,
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
    /// The volumes were read directly into a backup; there is no copy. No file changed while it was read, unless the
    /// number of changed files is recorded.
    Live,
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
pub struct SnapshotReport {
    /// The point in time of its data, from the attempt that completed it.
    #[serde(rename = "taken_at")]
    pub snapshot_time: DateTime<Utc>,
    /// The weakest level among its volumes.
    pub level: SnapshotLevel,
    /// The number of sockets, pipes and devices that were left out.
    pub skipped: u64,
    /// The number of entries whose metadata (attributes, times) could not be kept.
    #[serde(default)]
    pub metadata_lost: u64,
    /// The number of files of a live backup that changed while they were read, each time.
    #[serde(default)]
    pub changed: u64,
    /// Notes for operators; at most a fixed number of them.
    pub notes: Vec<String>,
}

impl SnapshotReport {
    /// The labels that describe the snapshot.
    #[must_use]
    pub fn labels(&self) -> Vec<Label> {
        let label = |name: &str, value: String| Label {
            name: name.to_owned(),
            value,
        };
        let mut labels = vec![
            label(SNAPSHOT_LEVEL_LABEL, self.level.as_str().to_owned()),
            label(SNAPSHOT_SKIPPED_LABEL, self.skipped.to_string()),
        ];
        for (name, count) in [
            (METADATA_LOST_LABEL, self.metadata_lost),
            (SNAPSHOT_CHANGED_LABEL, self.changed),
        ] {
            if count > 0 {
                labels.push(label(name, count.to_string()));
            }
        }
        labels
    }

    /// The report of a live backup that was stored with these labels. Notes aren't stored.
    #[must_use]
    pub fn of_live_backup(snapshot_time: DateTime<Utc>, labels: &[Label]) -> Self {
        let count = |name: &str| {
            let label = labels.iter().find(|label| label.name == name);
            label.and_then(|label| label.value.parse().ok()).unwrap_or(0)
        };
        Self {
            snapshot_time,
            level: SnapshotLevel::Live,
            skipped: count(SNAPSHOT_SKIPPED_LABEL),
            metadata_lost: count(METADATA_LOST_LABEL),
            changed: count(SNAPSHOT_CHANGED_LABEL),
            notes: Vec::new(),
        }
    }
}

impl AppSnapshot {
    /// Records the outcome of the hooks after they have run; `reports` has one for each of them.
    pub fn record_hooks(&mut self, reports: Vec<StateDetail>) {
        self.hook_state = Some(if reports.iter().any(hook::is_failure) {
            HookState::Failed
        } else {
            HookState::Success
        });
        self.hook_state_details = reports;
    }

    /// Marks the snapshot as completed and records its properties. The outcome of the hooks is recorded separately,
    /// before.
    pub fn complete(&mut self, report: &SnapshotReport, now: DateTime<Utc>) {
        self.metadata.replace_read_only(report.labels());
        self.finish(report.snapshot_time, now);
    }
}
