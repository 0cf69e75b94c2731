//! Metadata that every resource has in addition to its own fields: labels, times and authorship.

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

/// The prefix of the names of labels that only the system sets.
pub const READ_ONLY_PREFIX: &str = "appkeep.io/read-only/";

/// The label for the consistency level of a snapshot.
pub const SNAPSHOT_LEVEL_LABEL: &str = "appkeep.io/read-only/snapshot-level";

/// The label for the number of sockets, pipes and devices that a snapshot left out.
pub const SNAPSHOT_SKIPPED_LABEL: &str = "appkeep.io/read-only/snapshot-skipped";

/// The label for the number of entries of a snapshot whose metadata (attributes, times) could not be kept. Absent if
/// all of it was kept.
pub const METADATA_LOST_LABEL: &str = "appkeep.io/read-only/snapshot-metadata-lost";

/// The label for the number of files of a live backup that changed while they were read, each time. Absent if there were
/// none.
pub const SNAPSHOT_CHANGED_LABEL: &str = "appkeep.io/read-only/snapshot-changed";

/// The label for the number of files of a backup whose stored content differed from the snapshot when it was read
/// back, before everything was stored again. Absent if there were none.
pub const STORED_AGAIN_LABEL: &str = "appkeep.io/read-only/backup-stored-again";

/// The label of a bucket with what its storage supports: names of [`BucketFeatures`](crate::catalog::BucketFeatures),
/// separated by commas, or `none`. Absent if the bucket wasn't probed yet.
pub const FEATURES_LABEL: &str = "appkeep.io/read-only/features";

/// The label of a schedule with the deletions that its retention holds, and the reasons.
pub const RETENTION_HELD_LABEL: &str = "appkeep.io/read-only/retention-held";

/// The label of an app with the number of notes of its latest restore.
pub const RESTORE_NOTES_LABEL: &str = "appkeep.io/read-only/restore-notes";

/// The prefix of the names of the labels that hold one note each; the number of the note follows.
pub const RESTORE_NOTE_LABEL: &str = "appkeep.io/read-only/restore-note-";

impl Label {
    /// Whether only the system sets this label.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.name.starts_with(READ_ONLY_PREFIX)
    }
}

/// Labels, times and authorship of a resource (`Metadata` in the contract).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// The client's labels, in the order in which they were sent, followed by the system's.
    pub labels: Vec<Label>,
    /// When the resource was created.
    pub created_at: DateTime<Utc>,
    /// When the resource last changed.
    pub modified_at: DateTime<Utc>,
    /// The actor that created it.
    pub created_by: SubjectId,
    /// The actor that last changed it; [`SubjectId::SYSTEM`] for changes by a worker, `None` if it never changed.
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
