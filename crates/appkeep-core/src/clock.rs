//! Where time and ids come from. Nothing below the composition root asks the system for either, so a
//! test decides both.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Tells the time, in UTC with microseconds (the contract's precision).
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> DateTime<Utc>;
}

/// Makes ids that were never made before.
pub trait IdSource: Send + Sync {
    /// A new id.
    fn next_id(&self) -> Uuid;
}
