//! Summaries of apps. All apps of a page are read with the same statements, whose cost depends on the number of apps and
//! of rows that they return, but not on the number of backups.

use appkeep_core::app_backup::AppBackup;
use appkeep_core::app_summary::{AppSummary, IN_PROGRESS_MAX};
use appkeep_core::ids::AccountId;
use appkeep_core::store::{ListPage, Page, StoreError};
use rusqlite::params;

use super::apps;
use super::db::Db;
use crate::items::app_restores::app_restore;
use crate::items::app_summaries::{ENDED, IN_PROGRESS, PartsByApp, counts};
use crate::items::catalog::recorded;
use crate::items::resources::resource;
use crate::items::schedules::scheduled;
use crate::rows::json;
use crate::statements::statements;

// The first parameter is a JSON list of ids of apps. `CROSS JOIN` makes SQLite read it first, regardless of statistics.
statements! {
    /// At most `?3` of each app's newest backups in each of the states in the JSON list `?2`.
    LIST_BACKUPS("app_backups") = "SELECT app_backups.* FROM json_each(?1) AS wanted CROSS JOIN json_each(?2) AS states \
         CROSS JOIN app_backups ON app_backups.rowid IN (\
           SELECT newest.rowid FROM app_backups AS newest INDEXED BY app_backups_by_state \
           WHERE newest.app_id = wanted.value AND newest.state = states.value \
           ORDER BY newest.created_micros DESC, newest.id DESC LIMIT ?3)";

    /// Each app's restore that has ended and was inserted last.
    LIST_ENDED_RESTORES("app_restores") = "SELECT app_restores.* FROM json_each(?1) AS wanted \
         CROSS JOIN app_restores ON app_restores.rowid = (\
           SELECT latest.rowid FROM app_restores AS latest INDEXED BY app_restores_by_app \
           WHERE latest.account_id = ?2 AND latest.app_id = wanted.value \
           AND latest.state IN ('completed', 'failed', 'interrupted') ORDER BY latest.rowid DESC LIMIT 1)";

    /// At most `?3` of each app's restores that were inserted last, in each of the states in progress.
    LIST_RESTORES_IN_PROGRESS("app_restores") = "SELECT app_restores.* FROM json_each(?1) AS wanted \
         CROSS JOIN json_each('[\"pending\", \"running\"]') AS states CROSS JOIN app_restores ON app_restores.rowid IN (\
           SELECT latest.rowid FROM app_restores AS latest INDEXED BY app_restores_by_app \
           WHERE latest.account_id = ?2 AND latest.app_id = wanted.value AND latest.state = states.value \
           ORDER BY latest.rowid DESC LIMIT ?3)";

    COUNT_IN_PROGRESS("apps") = "SELECT wanted.value AS app_id, \
         (SELECT COUNT(*) FROM app_backups INDEXED BY app_backups_by_state \
           WHERE app_id = wanted.value AND state IN ('discovering', 'running')) AS started_backups, \
         (SELECT COUNT(*) FROM app_backups INDEXED BY app_backups_by_state \
           WHERE app_id = wanted.value AND state = 'pending') AS pending_backups, \
         (SELECT COUNT(*) FROM app_restores INDEXED BY app_restores_by_app \
           WHERE account_id = ?2 AND app_id = wanted.value AND state = 'running') AS started_restores, \
         (SELECT COUNT(*) FROM app_restores INDEXED BY app_restores_by_app \
           WHERE account_id = ?2 AND app_id = wanted.value AND state = 'pending') AS pending_restores \
         FROM json_each(?1) AS wanted";

    LIST_SCHEDULES("schedules") = "SELECT schedules.* FROM json_each(?1) AS wanted CROSS JOIN schedules \
         ON schedules.account_id = ?2 AND schedules.app_id = wanted.value";
}

/// Reads a page of the account's list, as of one point in time.
pub(super) fn list(db: &Db, account_id: AccountId, page: &Page) -> Result<ListPage<AppSummary>, StoreError> {
    db.in_read_transaction(|db| {
        let ListPage { rows, has_more } = apps::list(db, account_id, page)?;
        let mut parts = PartsByApp::new(&rows);
        let ids: Vec<_> = rows.iter().map(|view| view.app.id.to_string()).collect();
        let (ids, account) = (json("ids of apps", &ids)?, account_id.to_string());
        parts.add(
            backups(db, &ids, &ENDED, 1)?,
            |backup| backup.app_id,
            |parts, backup| parts.ended_backups.push(backup),
        );
        parts.add(
            backups(db, &ids, &IN_PROGRESS, IN_PROGRESS_MAX)?,
            |backup| backup.app_id,
            |parts, backup| parts.backups_in_progress.push(backup),
        );
        parts.add(
            db.list(LIST_ENDED_RESTORES, params![ids, account], |row| app_restore(row))?,
            |restore| restore.app_id,
            |parts, restore| parts.last_restore = Some(restore),
        );
        parts.add(
            db.list(
                LIST_RESTORES_IN_PROGRESS,
                params![ids, account, IN_PROGRESS_MAX],
                |row| app_restore(row),
            )?,
            |restore| restore.app_id,
            |parts, restore| parts.restores_in_progress.push(restore),
        );
        parts.add(
            db.list(COUNT_IN_PROGRESS, params![ids, account], |row| counts(row))?,
            |(app_id, _)| *app_id,
            |parts, (_, counts)| parts.counts = counts,
        );
        parts.add(
            db.list(LIST_SCHEDULES, params![ids, account], |row| {
                recorded(scheduled(row)?, row)
            })?,
            |recorded| recorded.item.schedule.app_id,
            |parts, recorded| parts.schedules.push(recorded),
        );
        Ok(ListPage {
            rows: parts.summaries(rows),
            has_more,
        })
    })
}

fn backups(db: &Db, ids: &str, states: &[&str], newest_max: u32) -> Result<Vec<AppBackup>, StoreError> {
    let params = params![ids, json("states", states)?, newest_max];
    db.list(LIST_BACKUPS, params, |row| resource(row))
}
