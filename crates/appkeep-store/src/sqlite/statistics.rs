//! Counts of jobs, backups and snapshots.

use appkeep_core::statistics::{JobCount, StateCount, Statistics};
use appkeep_core::store::StoreError;

use super::db::{Db, statements};
use super::rows::Row;

statements! {
    JOBS("job_counts") = "SELECT kind, state, count FROM job_counts WHERE count > 0 ORDER BY kind, state";

    /// A job that was cancelled while it was queued is due since 1970, so that it is claimed immediately. It is
    /// excluded here, because that isn't its age.
    OLDEST_DUE("jobs") = "\
        SELECT MIN(due_micros) AS due_micros FROM (\
          SELECT (SELECT run_after_micros FROM jobs INDEXED BY jobs_claimable_others \
            WHERE state IN ('queued', 'running') AND state = 'queued' AND kind <> 'take_backup' \
            AND run_after_micros > 0 ORDER BY run_after_micros LIMIT 1) AS due_micros \
          UNION ALL SELECT (SELECT run_after_micros FROM jobs INDEXED BY jobs_claimable_backups \
            WHERE state IN ('queued', 'running') AND state = 'queued' AND kind = 'take_backup' \
            AND run_after_micros > 0 ORDER BY run_after_micros LIMIT 1))";

    RESOURCES("resource_counts") = "\
        SELECT state, count, bytes FROM resource_counts WHERE kind = ?1 AND count > 0 ORDER BY state";
}

pub(super) fn fetch(db: &Db) -> Result<Statistics, StoreError> {
    db.in_read_transaction(|db| {
        Ok(Statistics {
            jobs: db.list(JOBS, [], job_count)?,
            oldest_due: db.fetch_one(OLDEST_DUE, [], |row| row.optional_time("due_micros"))?,
            app_backups: db.list(RESOURCES, ["app_backup"], state_count)?,
            app_snapshots: db.list(RESOURCES, ["app_snap"], state_count)?,
        })
    })
}

fn job_count(row: &Row<'_>) -> Result<JobCount, StoreError> {
    Ok(JobCount {
        kind: row.value("kind")?,
        state: row.value("state")?,
        count: row.value("count")?,
    })
}

fn state_count(row: &Row<'_>) -> Result<StateCount, StoreError> {
    Ok(StateCount {
        state: row.word("state")?,
        count: row.value("count")?,
        bytes: row.value("bytes")?,
    })
}
