//! Summaries of apps. All apps of a page are read with the same statements, whose cost depends on the number of apps and
//! of rows that they return, but not on the number of backups.

use appkeep_core::app_backup::AppBackup;
use appkeep_core::app_summary::{AppSummary, IN_PROGRESS_MAX};
use appkeep_core::ids::AccountId;
use appkeep_core::store::{ListPage, Page, StoreError};
use sqlx_postgres::PgConnection;
use uuid::Uuid;

use super::app_restores::select_restores;
use super::apps;
use super::db::{self, params};
use super::resources::common_columns;
use super::schedules::select_schedules;
use crate::items::app_restores::app_restore;
use crate::items::app_summaries::{ENDED, IN_PROGRESS, PartsByApp, counts};
use crate::items::catalog::recorded;
use crate::items::resources::resource;
use crate::items::schedules::scheduled;
use crate::statements::statements;

// The first parameter is an array of ids of apps.
statements! {
    /// At most `$3` of each app's newest backups in each of the states `$2`.
    LIST_BACKUPS("app_backups") = concat!(
        "SELECT newest.* FROM unnest($1::UUID[]) AS wanted (wanted_id) CROSS JOIN unnest($2::TEXT[]) AS states (wanted_state) \
         CROSS JOIN LATERAL (SELECT ", common_columns!(),
        ", bucket_id, snapshot_id, total_bytes, bytes_done, percent_done, started_micros, added_bytes \
         FROM app_backups WHERE app_id = wanted_id AND state = wanted_state \
         ORDER BY created_micros DESC, id DESC LIMIT $3::BIGINT) AS newest"
    );

    /// Each app's restore that has ended and was inserted last.
    LIST_ENDED_RESTORES("app_restores") = concat!(
        "SELECT latest.* FROM unnest($1::UUID[]) AS wanted (wanted_id) CROSS JOIN LATERAL (",
        select_restores!("WHERE account_id = $2 AND app_id = wanted_id \
         AND state IN ('completed', 'failed', 'interrupted') ORDER BY seq DESC LIMIT 1"),
        ") AS latest"
    );

    /// At most `$3` of each app's restores that were inserted last, in each of the states in progress.
    LIST_RESTORES_IN_PROGRESS("app_restores") = concat!(
        "SELECT latest.* FROM unnest($1::UUID[]) AS wanted (wanted_id) \
         CROSS JOIN unnest(ARRAY['pending', 'running']) AS states (wanted_state) CROSS JOIN LATERAL (",
        select_restores!("WHERE account_id = $2 AND app_id = wanted_id AND state = wanted_state \
         ORDER BY seq DESC LIMIT $3::BIGINT"),
        ") AS latest"
    );

    /// `IS NOT DISTINCT FROM` is an equality for which no index is used: an app has few restores.
    COUNT_IN_PROGRESS("apps") = "SELECT wanted_id AS app_id, \
         (SELECT COUNT(*) FROM app_backups \
           WHERE app_id = wanted_id AND state IN ('discovering', 'running')) AS started_backups, \
         (SELECT COUNT(*) FROM app_backups WHERE app_id = wanted_id AND state = 'pending') AS pending_backups, \
         (SELECT COUNT(*) FROM app_restores \
           WHERE account_id = $2 AND app_id = wanted_id AND state IS NOT DISTINCT FROM 'running') AS started_restores, \
         (SELECT COUNT(*) FROM app_restores \
           WHERE account_id = $2 AND app_id = wanted_id AND state IS NOT DISTINCT FROM 'pending') AS pending_restores \
         FROM unnest($1::UUID[]) AS wanted (wanted_id)";

    LIST_SCHEDULES("schedules") = select_schedules!("WHERE account_id = $2 AND app_id = ANY($1::UUID[])");
}

/// Reads a page of the account's list. The transaction sees one point in time.
pub(super) async fn list(
    tx: &mut PgConnection,
    account_id: AccountId,
    page: &Page,
) -> Result<ListPage<AppSummary>, StoreError> {
    let ListPage { rows, has_more } = apps::list(tx, account_id, page).await?;
    let mut parts = PartsByApp::new(&rows);
    let ids: Vec<Uuid> = rows.iter().map(|view| view.app.id.as_uuid()).collect();
    let (ids, account) = (ids.as_slice(), account_id.as_uuid());
    let in_progress_max = i64::from(IN_PROGRESS_MAX);
    parts.add(
        backups(tx, ids, &ENDED, 1).await?,
        |backup| backup.app_id,
        |parts, backup| parts.ended_backups.push(backup),
    );
    parts.add(
        backups(tx, ids, &IN_PROGRESS, in_progress_max).await?,
        |backup| backup.app_id,
        |parts, backup| parts.backups_in_progress.push(backup),
    );
    let restores = db::list(tx, LIST_ENDED_RESTORES, params![ids, account], |row| {
        app_restore(row)
    });
    parts.add(
        restores.await?,
        |restore| restore.app_id,
        |parts, restore| parts.last_restore = Some(restore),
    );
    let params = params![ids, account, in_progress_max];
    parts.add(
        db::list(tx, LIST_RESTORES_IN_PROGRESS, params, |row| app_restore(row)).await?,
        |restore| restore.app_id,
        |parts, restore| parts.restores_in_progress.push(restore),
    );
    parts.add(
        db::list(tx, COUNT_IN_PROGRESS, params![ids, account], |row| counts(row)).await?,
        |(app_id, _)| *app_id,
        |parts, (_, counts)| parts.counts = counts,
    );
    let schedules = db::list(tx, LIST_SCHEDULES, params![ids, account], |row| {
        recorded(scheduled(row)?, row)
    });
    parts.add(
        schedules.await?,
        |recorded| recorded.item.schedule.app_id,
        |parts, recorded| parts.schedules.push(recorded),
    );
    Ok(ListPage {
        rows: parts.summaries(rows),
        has_more,
    })
}

async fn backups(
    tx: &mut PgConnection,
    ids: &[Uuid],
    states: &[&str],
    newest_max: i64,
) -> Result<Vec<AppBackup>, StoreError> {
    let params = params![ids, states, newest_max];
    db::list(tx, LIST_BACKUPS, params, |row| resource(row)).await
}
