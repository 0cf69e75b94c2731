//! The real sources of time, ids and secrets. No other module in the workspace reads them from the system.

use std::time::SystemTime;

pub use appkeep_core::clock::{Clock, IdSource};
use chrono::{DateTime, SubsecRound, Utc};
use uuid::Uuid;

/// The system's clock, in microseconds as in the contract.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        // `Utc::now` panics before 1970, the date at which a machine without a clock battery may start.
        DateTime::<Utc>::from(SystemTime::now()).trunc_subsecs(6)
    }
}

/// Random version 4 ids.
#[derive(Debug, Clone, Copy, Default)]
pub struct RandomIds;

impl IdSource for RandomIds {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one IdSource that asks the system"
    )]
    fn next_id(&self) -> Uuid {
        Uuid::new_v4()
    }
}
