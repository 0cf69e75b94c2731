//! How much of everything there is.

use appkeep_core::state::ResourceState;
use appkeep_core::statistics::{JobCount, StateCount, Statistics};
use appkeep_core::store::StoreError;

use super::db::{Db, statements};
use super::rows::Row;

statements! {
    JOBS("jobs") = "SELECT kind, state, COUNT(*) AS count FROM jobs GROUP BY kind, state ORDER BY kind, state";

    /// A job that was cancelled while it waited is due since 1970, so that it is claimed at once; that isn't
    /// its age.
    OLDEST_DUE("jobs") = "\
        SELECT MIN(run_after_micros) AS due_micros FROM jobs WHERE state = 'queued' AND run_after_micros > 0";

    APP_BACKUPS("app_backups") = "\
        SELECT state, COUNT(*) AS count, COALESCE(SUM(bytes_done), 0) AS bytes FROM app_backups \
        GROUP BY state ORDER BY state";

    APP_SNAPS("app_snaps") = "\
        SELECT state, COUNT(*) AS count, 0 AS bytes FROM app_snaps GROUP BY state ORDER BY state";
}

pub(super) fn fetch(db: &Db) -> Result<Statistics, StoreError> {
    db.at_one_moment(|db| {
        Ok(Statistics {
            jobs: db.list(JOBS, [], job_count)?,
            oldest_due: db.fetch_one(OLDEST_DUE, [], |row| row.optional_time("due_micros"))?,
            app_backups: db.list(APP_BACKUPS, [], state_count)?,
            app_snaps: db.list(APP_SNAPS, [], state_count)?,
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
        state: row.word("state", ResourceState::from_word)?,
        count: row.value("count")?,
        bytes: row.value("bytes")?,
    })
}
