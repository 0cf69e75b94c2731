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

/// Labels, times and authorship of a resource (`Metadata` in the contract).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// The client's labels, in the order in which they were sent.
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
}
