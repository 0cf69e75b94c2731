//! Apps as the API shows them: with their times, and how their latest restore left them.

use std::collections::HashMap;

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

/// What is declared of every app, as it is stored.
type Declared = HashMap<String, (Vec<String>, bool)>;

/// What is declared now.
pub(super) async fn declared(conn: &mut SqliteConnection) -> Result<Declared, StoreError> {
    let rows = sqlx::query(
        "SELECT apps.id, apps.name, accounts.name AS account_name, volumes, options, apps.declared FROM apps \
         JOIN accounts ON accounts.id = apps.account_id",
    )
    .fetch_all(conn)
    .await
    .map_err(store_error)?;
    let app = |row: &SqliteRow| {
        let row = Row::new("apps", row);
        let texts = ["name", "account_name", "volumes", "options"].map(|column| row.value(column));
        let texts: Result<Vec<String>, _> = texts.into_iter().collect();
        Ok((row.value("id")?, (texts?, row.value("declared")?)))
    };
    rows.iter().map(app).collect()
}

/// Counts a change of every app that isn't what it was `before`; one that wasn't there has none yet.
pub(super) async fn count_changes(
    conn: &mut SqliteConnection,
    before: &Declared,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let after = declared(conn).await?;
    for (id, app) in after {
        if before.get(&id).is_some_and(|before| *before != app) {
            count_change(conn, &id, now).await?;
        }
    }
    Ok(())
}

/// Counts a change of an app, of its declaration or of a restore.
pub(super) async fn count_change(
    conn: &mut SqliteConnection,
    id: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE apps SET generation = generation + 1, modified_micros = $2 WHERE id = $1")
        .bind(id)
        .bind(micros(now))
        .execute(conn)
        .await
        .map_err(store_error)?;
    Ok(())
}
