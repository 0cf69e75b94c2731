//! Counts of jobs, backups and snapshots, and results of backups.

use appkeep_core::ids::ScheduleId;
use appkeep_core::statistics::{BackupResults, JobCount, StateCount};
use appkeep_core::store::StoreError;
use chrono::TimeDelta;

use crate::rows::Row;

pub(crate) fn job_count(row: &impl Row) -> Result<JobCount, StoreError> {
    Ok(JobCount {
        kind: row.string("kind")?,
        state: row.string("state")?,
        count: row.integer("count")?,
    })
}

pub(crate) fn state_count(row: &impl Row) -> Result<StateCount, StoreError> {
    Ok(StateCount {
        state: row.word("state")?,
        count: row.integer("count")?,
        bytes: row.integer("bytes")?,
    })
}

pub(crate) fn backup_results(row: &impl Row) -> Result<BackupResults, StoreError> {
    let schedule_id: ScheduleId = row.id("schedule_id")?;
    let last_duration: Option<i64> = row.optional_number("last_duration_micros")?;
    Ok(BackupResults {
        app_id: row.id("app_id")?,
        bucket_id: row.id("bucket_id")?,
        schedule_id: (!schedule_id.as_uuid().is_nil()).then_some(schedule_id),
        successes: row.number("successes")?,
        failures: row.number("failures")?,
        read_bytes: row.number("read_bytes")?,
        added_bytes: row.number("added_bytes")?,
        last_attempt: row.optional_time("last_attempt_micros")?,
        last_success: row.optional_time("last_success_micros")?,
        last_failure: row.optional_time("last_failure_micros")?,
        last_duration: last_duration.map(TimeDelta::microseconds),
        last_read_bytes: row.optional_number("last_read_bytes")?,
        last_added_bytes: row.optional_number("last_added_bytes")?,
    })
}

/// Selects the results of declared items, with the number of rows as the only parameter.
macro_rules! select_backup_results {
    ($limit:literal) => {
        concat!(
            "SELECT backup_results.* FROM backup_results \
             JOIN apps ON apps.id = backup_results.app_id AND apps.declared \
             JOIN buckets ON buckets.id = backup_results.bucket_id AND buckets.declared \
             LEFT JOIN schedules ON schedules.id = backup_results.schedule_id \
             WHERE schedules.declared OR schedules.enabled OR backup_results.schedule_id = '00000000-0000-0000-0000-000000000000' \
             ORDER BY backup_results.app_id, backup_results.bucket_id, backup_results.schedule_id LIMIT ",
            $limit
        )
    };
}
pub(crate) use select_backup_results;
