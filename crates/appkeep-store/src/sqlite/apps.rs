//! Apps as the API shows them: with their times, and how their latest restore left them.

use appkeep_core::app::AppView;
use appkeep_core::app_restore::RestoreState;
use appkeep_core::ids::{AccountId, AppId};
use appkeep_core::store::StoreError;
use chrono::{DateTime, Utc};
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;

use super::catalog;
use super::errors::store_error;
use super::rows::{Row, json, micros};
use super::versions::{Statements, versions};

/// How the versions of these are listed.
pub(super) const VERSIONS: Statements = versions!("apps", of "id");

/// `$1` account, `$2` ids as one JSON text, so the statement is always the same.
const VIEWS: &str = "SELECT apps.*, accounts.name AS account_name, latest.state AS restore_state, \
     latest.reasons AS restore_reasons FROM apps JOIN accounts ON accounts.id = apps.account_id \
     LEFT JOIN app_restores AS latest ON latest.id = (\
       SELECT id FROM app_restores WHERE account_id = apps.account_id AND app_id = apps.id \
       ORDER BY created_micros DESC, id DESC LIMIT 1) \
     WHERE apps.account_id = $1 AND apps.id IN (SELECT value FROM json_each($2))";

/// Those of `ids` that the account has.
pub(super) async fn fetch_some(
    conn: &mut SqliteConnection,
    account_id: AccountId,
    ids: &[AppId],
) -> Result<Vec<AppView>, StoreError> {
    let rows = sqlx::query(VIEWS)
        .bind(account_id.to_string())
        .bind(json("ids", &ids)?)
        .fetch_all(conn)
        .await
        .map_err(store_error)?;
    rows.iter().map(view).collect()
}

fn view(row: &SqliteRow) -> Result<AppView, StoreError> {
    let app = catalog::app(row)?;
    let row = Row::new("apps", row);
    let restore = match row.optional_word("restore_state", RestoreState::from_word)? {
        Some(state) => Some((state, row.json("restore_reasons")?)),
        None => None,
    };
    Ok(AppView {
        app,
        account_name: row.value("account_name")?,
        restore,
        created_at: row.time("created_micros")?,
        modified_at: row.time("modified_micros")?,
        generation: row.value("generation")?,
    })
}

/// Counts a change of the app `$1` at the moment `$2`.
pub(super) const COUNT_CHANGE: &str =
    "UPDATE apps SET generation = generation + 1, modified_micros = $2 WHERE id = $1";

/// Counts a change of an app by a restore.
pub(super) async fn count_change(
    conn: &mut SqliteConnection,
    id: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(COUNT_CHANGE)
        .bind(id)
        .bind(micros(now))
        .execute(conn)
        .await
        .map_err(store_error)?;
    Ok(())
}
