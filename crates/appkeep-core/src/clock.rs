//! The sources of the time and of new ids. Only the composition root reads the system clock or generates random ids,
//! so that tests can control both.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A source of the current time, in UTC with microseconds (the contract's precision).
pub trait Clock: Send + Sync {
    /// The current time.
    fn now(&self) -> DateTime<Utc>;
}

/// A source of unique ids.
pub trait IdSource: Send + Sync {
    /// A new id.
    fn next_id(&self) -> Uuid;
}
