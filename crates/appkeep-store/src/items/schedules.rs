//! Schedules and their next runs.

use appkeep_core::schedule::{NextRun, Schedule, Scheduled, Timing};
use appkeep_core::store::StoreError;

use crate::rows::Row;

pub(crate) fn schedule(row: &impl Row) -> Result<Schedule, StoreError> {
    let timing = Timing::new(row.text("expression")?, row.text("zone")?);
    Ok(Schedule {
        id: row.id("id")?,
        account_id: row.id("account_id")?,
        app_id: row.id("app_id")?,
        name: row.string("name")?,
        timing: timing.map_err(|error| row.unreadable("expression", error))?,
        jitter_secs: row.number("jitter_secs")?,
        creates_backup: row.flag("makes_backup")?,
        creates_snapshot: row.flag("makes_snapshot")?,
        bucket_id: row.optional_id("bucket_id")?,
        retention: row.json("retention")?,
        declared: row.flag("declared")?,
    })
}

pub(crate) fn scheduled(row: &impl Row) -> Result<Scheduled, StoreError> {
    let due_at = row.optional_time("next_due_micros")?;
    let decided_at = row.optional_time("next_decided_micros")?;
    let next = due_at
        .zip(decided_at)
        .map(|(due_at, decided_at)| NextRun { due_at, decided_at });
    Ok(Scheduled {
        schedule: schedule(row)?,
        next,
    })
}
