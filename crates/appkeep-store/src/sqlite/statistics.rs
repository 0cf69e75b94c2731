//! Counts of jobs, backups and snapshots, and results of backups.

use appkeep_core::statistics::{BackupResults, Statistics};
use appkeep_core::store::StoreError;

use super::db::Db;
use crate::items::statistics::{backup_results, job_count, select_backup_results, state_count};
use crate::rows::Row as _;
use crate::statements::statements;

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

    LIST_BACKUP_RESULTS("backup_results") = select_backup_results!("?1");
}

pub(super) fn list_backup_results(db: &Db, rows_max: u32) -> Result<Vec<BackupResults>, StoreError> {
    db.list(LIST_BACKUP_RESULTS, [rows_max], |row| backup_results(row))
}

pub(super) fn fetch(db: &Db) -> Result<Statistics, StoreError> {
    db.in_read_transaction(|db| {
        Ok(Statistics {
            jobs: db.list(JOBS, [], |row| job_count(row))?,
            oldest_due: db.fetch_one(OLDEST_DUE, [], |row| row.optional_time("due_micros"))?,
            app_backups: db.list(RESOURCES, ["app_backup"], |row| state_count(row))?,
            app_snapshots: db.list(RESOURCES, ["app_snap"], |row| state_count(row))?,
        })
    })
}
