//! Schedules and their next runs.

use appkeep_core::ids::ScheduleId;
use appkeep_core::schedule::{NextRun, Schedule, ScheduleOrigin, Scheduled, Timing};
use appkeep_core::store::StoreError;
use uuid::Uuid;

use crate::rows::{Row, json};

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
        snapshot_retention: row.optional("snapshot_retention", Row::json)?,
        enabled: row.flag("declared")? || row.flag("enabled")?,
        origin: origin(row)?,
    })
}

fn origin(row: &impl Row) -> Result<ScheduleOrigin, StoreError> {
    Ok(match row.optional_id("created_by")? {
        None => ScheduleOrigin::Configuration,
        Some(created_by) => ScheduleOrigin::Api {
            created_by,
            modified_by: row.optional_id("modified_by")?,
        },
    })
}

/// The user that created a schedule, and the one that last changed it; none if it is from the configuration.
pub(crate) fn users(schedule: &Schedule) -> (Option<Uuid>, Option<Uuid>) {
    match schedule.origin {
        ScheduleOrigin::Configuration => (None, None),
        ScheduleOrigin::Api {
            created_by,
            modified_by,
        } => (Some(created_by.as_uuid()), modified_by.map(|by| by.as_uuid())),
    }
}

/// The stored rules for snapshots, if there are any.
pub(crate) fn snapshot_retention(schedule: &Schedule) -> Result<Option<String>, StoreError> {
    let retention = schedule.snapshot_retention.as_ref();
    retention
        .map(|retention| json("a schedule's retention", retention))
        .transpose()
}

/// Checks that a schedule was declared: it isn't if its id belongs to another one.
pub(crate) fn check_id(id: ScheduleId, rows: usize) -> Result<(), StoreError> {
    if rows == 0 {
        return Err(StoreError::Broken(format!(
            "the id of schedule {id} already belongs to a schedule of another account or app, or to one that a client \
             created"
        )));
    }
    Ok(())
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
