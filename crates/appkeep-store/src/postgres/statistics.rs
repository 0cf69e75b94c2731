//! Counts of jobs, backups and snapshots, and results of backups.

use appkeep_core::statistics::{BackupResults, Statistics};
use appkeep_core::store::StoreError;
use sqlx_postgres::PgConnection;

use super::db::{self, params};
use crate::items::statistics::{backup_results, job_count, select_backup_results, state_count};
use crate::rows::Row as _;
use crate::statements::statements;

statements! {
    JOBS("job_counts") = "SELECT kind, state, SUM(count)::BIGINT AS count FROM job_counts \
        GROUP BY kind, state HAVING SUM(count) > 0 ORDER BY kind, state";

    /// A job that was cancelled while it was queued is due since 1970, so that it is claimed immediately. It is
    /// excluded here, because that isn't its age.
    OLDEST_DUE("jobs") = "SELECT LEAST(\
          (SELECT run_after_micros FROM jobs \
            WHERE state IN ('queued', 'running') AND state = 'queued' AND kind <> 'take_backup' \
            AND run_after_micros > 0 ORDER BY run_after_micros LIMIT 1), \
          (SELECT run_after_micros FROM jobs \
            WHERE state IN ('queued', 'running') AND state = 'queued' AND kind = 'take_backup' \
            AND run_after_micros > 0 ORDER BY run_after_micros LIMIT 1)) AS due_micros";

    RESOURCES("resource_counts") = "SELECT state, SUM(count)::BIGINT AS count, SUM(bytes)::BIGINT AS bytes \
        FROM resource_counts WHERE kind = $1 GROUP BY state HAVING SUM(count) > 0 ORDER BY state";

    LIST_BACKUP_RESULTS("backup_results") = select_backup_results!("$1");
}

pub(super) async fn list_backup_results(
    db: &mut PgConnection,
    rows_max: u32,
) -> Result<Vec<BackupResults>, StoreError> {
    db::list(db, LIST_BACKUP_RESULTS, params![i64::from(rows_max)], |row| {
        backup_results(row)
    })
    .await
}

/// Reads all counts; the caller's transaction lets them see the same state.
pub(super) async fn fetch(db: &mut PgConnection) -> Result<Statistics, StoreError> {
    let due_micros = |row: &super::rows::PostgresRow<'_>| row.optional_time("due_micros");
    Ok(Statistics {
        jobs: db::list(db, JOBS, params![], |row| job_count(row)).await?,
        oldest_due: db::fetch_one(db, OLDEST_DUE, params![], due_micros).await?,
        app_backups: db::list(db, RESOURCES, params!["app_backup"], |row| state_count(row)).await?,
        app_snapshots: db::list(db, RESOURCES, params!["app_snap"], |row| state_count(row)).await?,
    })
}
