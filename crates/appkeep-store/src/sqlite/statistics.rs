//! How much of everything there is.

use appkeep_core::state::ResourceState;
use appkeep_core::statistics::{JobCount, StateCount, Statistics};
use appkeep_core::store::StoreError;
use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, SqliteConnection};

use super::errors::store_error;
use super::rows::Row;

const JOBS: &str =
    "SELECT kind, state, COUNT(*) AS count FROM jobs GROUP BY kind, state ORDER BY kind, state";

/// A job that was asked to stop while it waited is due since 1970, so that it is taken at once; that isn't its age.
const OLDEST_DUE: &str = "\
    SELECT MIN(run_after_micros) AS due_micros FROM jobs WHERE state = 'queued' AND run_after_micros > 0";

const APP_BACKUPS: &str = "\
    SELECT state, COUNT(*) AS count, COALESCE(SUM(bytes_done), 0) AS bytes FROM app_backups GROUP BY state \
    ORDER BY state";

const APP_SNAPS: &str =
    "SELECT state, COUNT(*) AS count, 0 AS bytes FROM app_snaps GROUP BY state ORDER BY state";

pub(super) async fn fetch(conn: &mut SqliteConnection) -> Result<Statistics, StoreError> {
    // One transaction, so that all is of one moment.
    let mut tx = conn.begin().await.map_err(store_error)?;
    let jobs = rows(&mut tx, JOBS).await?;
    let oldest = sqlx::query(OLDEST_DUE)
        .fetch_one(&mut *tx)
        .await
        .map_err(store_error)?;
    let (backups, snaps) = (rows(&mut tx, APP_BACKUPS).await?, rows(&mut tx, APP_SNAPS).await?);
    Ok(Statistics {
        jobs: jobs.iter().map(job_count).collect::<Result<_, _>>()?,
        oldest_due: Row::new("jobs", &oldest).optional_time("due_micros")?,
        app_backups: state_counts("app_backups", &backups)?,
        app_snaps: state_counts("app_snaps", &snaps)?,
    })
}

async fn rows(conn: &mut SqliteConnection, statement: &'static str) -> Result<Vec<SqliteRow>, StoreError> {
    sqlx::query(statement).fetch_all(conn).await.map_err(store_error)
}

fn job_count(row: &SqliteRow) -> Result<JobCount, StoreError> {
    let row = Row::new("jobs", row);
    Ok(JobCount {
        kind: row.value("kind")?,
        state: row.value("state")?,
        count: row.value("count")?,
    })
}

fn state_counts(table: &'static str, rows: &[SqliteRow]) -> Result<Vec<StateCount>, StoreError> {
    let count = |row: &SqliteRow| {
        let row = Row::new(table, row);
        Ok(StateCount {
            state: row.word("state", ResourceState::from_word)?,
            count: row.value("count")?,
            bytes: row.value("bytes")?,
        })
    };
    rows.iter().map(count).collect()
}
