//! Apps as the API shows them: with their times and their latest restore.

use appkeep_core::app::AppView;
use appkeep_core::ids::{AccountId, AppId};
use appkeep_core::store::{ListPage, Page, StoreError};
use chrono::{DateTime, Utc};
use sqlx_postgres::PgConnection;

use super::db::{self, params};
use crate::items::catalog::app_view;
use crate::page::Bounds;
use crate::rows::micros;
use crate::statements::statements;

/// Reads apps as the API shows them.
macro_rules! view {
    ($which:literal) => {
        concat!(
            "SELECT apps.id, apps.account_id, apps.name, apps.volumes, apps.options, apps.declared, apps.away_nodes, ",
            "accounts.name AS account_name, latest.state AS restore_state, latest.reasons AS restore_reasons, ",
            "apps.created_micros, apps.modified_micros, apps.generation ",
            "FROM apps JOIN accounts ON accounts.id = apps.account_id LEFT JOIN LATERAL (",
            "SELECT state, reasons FROM app_restores ",
            "WHERE app_restores.account_id = apps.account_id AND app_restores.app_id = apps.id ",
            "AND app_restores.target IS NULL ORDER BY app_restores.seq DESC LIMIT 1) AS latest ON TRUE ",
            $which
        )
    };
}

statements! {
    VIEW("apps") = view!("WHERE apps.account_id = $1 AND apps.id = $2");

    /// A page of the account's list: at most `$4` apps whose (time, id) is less than (`$2`, `$3`).
    LIST("apps") = view!(
        "WHERE apps.account_id = $1 AND (apps.created_micros, apps.id) < ($2, $3) \
         ORDER BY apps.created_micros DESC, apps.id DESC LIMIT $4"
    );

    /// Records a change of the app `$1` at the time `$2`, and increments its generation.
    pub(super) COUNT_CHANGE("apps") =
        "UPDATE apps SET generation = generation + 1, modified_micros = $2 WHERE id = $1";
}

pub(super) async fn fetch_view(
    db: &mut PgConnection,
    account_id: AccountId,
    id: AppId,
) -> Result<Option<AppView>, StoreError> {
    let params = params![account_id.as_uuid(), id.as_uuid()];
    db::fetch(db, VIEW, params, |row| app_view(row)).await
}

/// Reads a page of the account's list.
pub(super) async fn list(
    db: &mut PgConnection,
    account_id: AccountId,
    page: &Page,
) -> Result<ListPage<AppView>, StoreError> {
    let Bounds {
        created_micros,
        id,
        limit,
    } = Bounds::of(page);
    let params = params![account_id.as_uuid(), created_micros, id, limit];
    db::page(db, LIST, params, page, |row| app_view(row)).await
}

/// Records a change of an app by a restore.
pub(super) async fn count_change(
    db: &mut PgConnection,
    id: AppId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    db::execute(db, COUNT_CHANGE, params![id.as_uuid(), micros(now)]).await?;
    Ok(())
}
