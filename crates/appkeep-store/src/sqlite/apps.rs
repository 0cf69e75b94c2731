//! Apps as the API shows them: with their times and their latest restore.

use appkeep_core::app::AppView;
use appkeep_core::ids::{AccountId, AppId};
use appkeep_core::store::{ListPage, Page, StoreError};
use chrono::{DateTime, Utc};
use rusqlite::params;

use super::db::Db;
use crate::items::catalog::app_view;
use crate::page::Bounds;
use crate::rows::micros;
use crate::statements::statements;

/// Reads apps as the API shows them. `CROSS JOIN` makes SQLite read apps first, regardless of statistics.
macro_rules! view {
    ($which:literal) => {
        concat!(
            "SELECT apps.*, accounts.name AS account_name, latest.state AS restore_state, ",
            "latest.reasons AS restore_reasons FROM apps CROSS JOIN accounts ON accounts.id = apps.account_id ",
            "LEFT JOIN app_restores AS latest ON latest.id = (",
            "SELECT id FROM app_restores WHERE account_id = apps.account_id AND app_id = apps.id ",
            "AND target IS NULL ORDER BY rowid DESC LIMIT 1) ",
            $which
        )
    };
}

statements! {
    VIEW("apps") = view!("WHERE apps.account_id = ?1 AND apps.id = ?2");

    /// A page of the account's list: at most `?4` apps whose (time, id) is less than (`?2`, `?3`).
    LIST("apps") = view!(
        "WHERE apps.account_id = ?1 AND (apps.created_micros, apps.id) < (?2, ?3) \
         ORDER BY apps.created_micros DESC, apps.id DESC LIMIT ?4"
    );

    /// Records a change of the app `?1` at the time `?2`, and increments its generation.
    pub(super) COUNT_CHANGE("apps") =
        "UPDATE apps SET generation = generation + 1, modified_micros = ?2 WHERE id = ?1";
}

pub(super) fn fetch_view(db: &Db, account_id: AccountId, id: AppId) -> Result<Option<AppView>, StoreError> {
    db.fetch(VIEW, params![account_id.to_string(), id.to_string()], |row| {
        app_view(row)
    })
}

/// Reads a page of the account's list.
pub(super) fn list(db: &Db, account_id: AccountId, page: &Page) -> Result<ListPage<AppView>, StoreError> {
    let Bounds {
        created_micros,
        id,
        limit,
    } = Bounds::of(page);
    db.page(
        LIST,
        params![account_id.to_string(), created_micros, id.to_string(), limit],
        page,
        |row| app_view(row),
    )
}

/// Records a change of an app by a restore.
pub(super) fn count_change(db: &Db, id: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
    db.execute(COUNT_CHANGE, params![id, micros(now)])?;
    Ok(())
}
