//! What every resource carries beside its own fields: labels, times, and who acted.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::SubjectId;

/// A name and a value that a client attached (`Label` in the contract).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// The label's name.
    pub name: String,
    /// The label's value.
    pub value: String,
}

/// How the names of labels begin that only the system sets.
pub const READ_ONLY_PREFIX: &str = "appkeep.io/read-only/";

/// The label that says how true to one moment a snapshot is.
pub const SNAPSHOT_LEVEL_LABEL: &str = "appkeep.io/read-only/snapshot-level";

/// The label that says how many sockets, pipes and devices a snapshot left out.
pub const SNAPSHOT_SKIPPED_LABEL: &str = "appkeep.io/read-only/snapshot-skipped";

/// The label that says how many entries of a snapshot have metadata (attributes, times) that could not be kept.
/// Without it, all of it was.
pub const METADATA_LOST_LABEL: &str = "appkeep.io/read-only/snapshot-metadata-lost";

/// The label that says how many files the read-back of a backup found not to be stored as the snapshot has them,
/// before everything was stored again. Without it, there was none.
pub const STORED_AGAIN_LABEL: &str = "appkeep.io/read-only/backup-stored-again";

/// The label of a schedule that says which deletions its retention holds, and why.
pub const RETENTION_HELD_LABEL: &str = "appkeep.io/read-only/retention-held";

/// The label of an app that counts the notes of its latest restore.
pub const RESTORE_NOTES_LABEL: &str = "appkeep.io/read-only/restore-notes";

/// How the names of the labels begin that hold a note each; its number follows.
pub const RESTORE_NOTE_LABEL: &str = "appkeep.io/read-only/restore-note-";

impl Label {
    /// Whether only the system sets it.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.name.starts_with(READ_ONLY_PREFIX)
    }
}

/// Labels, times and authorship of a resource (`Metadata` in the contract).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// The client's labels, in the order in which they were sent, and then the system's.
    pub labels: Vec<Label>,
    /// When the resource was made.
    pub created_at: DateTime<Utc>,
    /// When anything about it last changed.
    pub modified_at: DateTime<Utc>,
    /// Who made it.
    pub created_by: SubjectId,
    /// Who last changed it, once somebody has: [`SubjectId::SYSTEM`] when a worker did.
    pub modified_by: Option<SubjectId>,
}

impl Metadata {
    /// The metadata of a resource that comes into being at `now`.
    #[must_use]
    pub fn new(labels: Vec<Label>, created_by: SubjectId, now: DateTime<Utc>) -> Self {
        Self {
            labels,
            created_at: now,
            modified_at: now,
            created_by,
            modified_by: None,
        }
    }

    /// Notes that `by` changed the resource at `now`.
    pub fn changed(&mut self, by: SubjectId, now: DateTime<Utc>) {
        self.modified_at = now;
        self.modified_by = Some(by);
    }

    /// Replaces all labels that only the system sets.
    pub fn replace_read_only(&mut self, labels: impl IntoIterator<Item = Label>) {
        self.labels.retain(|label| !label.is_read_only());
        self.labels.extend(labels);
    }

    /// The labels that only the system sets.
    pub fn read_only(&self) -> impl Iterator<Item = &Label> {
        self.labels.iter().filter(|label| label.is_read_only())
    }
}
