//! Deletion of rows that are no longer required. It runs outside the transactions that cause it, because concurrent
//! transactions would conflict otherwise.

use appkeep_core::store::StoreError;
use sqlx_postgres::PgConnection;

use super::db::{self, params};
use crate::items::jobs::FINISHED_JOBS_MAX;
use crate::statements::statements;

statements! {
    /// Adds the changes of accounts to their versions.
    FOLD_ACCOUNT_CHANGES("account_changes") = "\
        WITH folded AS (DELETE FROM account_changes RETURNING account_id, changes), \
        sums AS (SELECT account_id, SUM(changes)::BIGINT AS changes FROM folded GROUP BY account_id) \
        UPDATE accounts SET version = version + sums.changes FROM sums WHERE accounts.id = sums.account_id";

    FOLD_RESOURCE_COUNTS("resource_counts") = "\
        WITH folded AS (DELETE FROM resource_counts RETURNING kind, state, count, bytes) \
        INSERT INTO resource_counts SELECT kind, state, SUM(count), SUM(bytes) FROM folded \
        GROUP BY kind, state HAVING SUM(count) <> 0 OR SUM(bytes) <> 0";

    FOLD_JOB_COUNTS("job_counts") = "\
        WITH folded AS (DELETE FROM job_counts RETURNING kind, state, count) \
        INSERT INTO job_counts SELECT kind, state, SUM(count) FROM folded \
        GROUP BY kind, state HAVING SUM(count) <> 0";

    FOLD_QUEUE_LENGTHS("queue_lengths") = "\
        WITH folded AS (DELETE FROM queue_lengths RETURNING owner_id, length) \
        INSERT INTO queue_lengths SELECT owner_id, SUM(length) FROM folded \
        GROUP BY owner_id HAVING SUM(length) <> 0";

    /// Deletes all finished jobs except the `$1` that finished last.
    DELETE_FINISHED("jobs") = "\
        DELETE FROM jobs WHERE ended_order IS NOT NULL AND ended_order <= \
        (SELECT MAX(ended_order) FROM jobs WHERE ended_order IS NOT NULL) - $1";
}

/// Runs all statements, within one transaction.
pub(super) async fn run(db: &mut PgConnection) -> Result<(), StoreError> {
    db::execute(db, DELETE_FINISHED, params![FINISHED_JOBS_MAX]).await?;
    for fold in [
        FOLD_ACCOUNT_CHANGES,
        FOLD_RESOURCE_COUNTS,
        FOLD_JOB_COUNTS,
        FOLD_QUEUE_LENGTHS,
    ] {
        db::execute(db, fold, params![]).await?;
    }
    Ok(())
}
