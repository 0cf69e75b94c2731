//! Lists of versions, the same for every kind of resource but for the table.

use appkeep_core::store::{ListFilter, Page, StoreError, Version};
use sqlx::SqliteConnection;

use super::errors::store_error;
use super::rows::{After, Row};

/// How the versions in one table are listed.
pub(super) struct Statements {
    pub(super) table: &'static str,
    /// Those of an account: `$1` account, `$2` and `$3` what comes before, `$4` how many.
    pub(super) of_account: &'static str,
    /// Those of an app, `$5`.
    pub(super) of_app: &'static str,
}

/// The statements for a table.
macro_rules! versions {
    ($table:literal) => {
        Statements {
            table: $table,
            of_account: concat!(
                "SELECT id, created_micros, generation FROM ",
                $table,
                " WHERE account_id = $1 AND (created_micros, id) < ($2, $3)",
                " ORDER BY created_micros DESC, id DESC LIMIT $4"
            ),
            of_app: concat!(
                "SELECT id, created_micros, generation FROM ",
                $table,
                " WHERE account_id = $1 AND app_id = $5 AND (created_micros, id) < ($2, $3)",
                " ORDER BY created_micros DESC, id DESC LIMIT $4"
            ),
        }
    };
}
pub(super) use versions;

pub(super) async fn list(
    conn: &mut SqliteConnection,
    statements: &Statements,
    filter: &ListFilter,
    page: &Page,
) -> Result<Vec<Version>, StoreError> {
    let after = After::new(page.after);
    let query = match filter.app_id {
        None => sqlx::query(statements.of_account),
        Some(_) => sqlx::query(statements.of_app),
    };
    let query = query
        .bind(filter.account_id.to_string())
        .bind(after.created_micros)
        .bind(after.id)
        .bind(i64::from(page.rows_max));
    let query = match filter.app_id {
        None => query,
        Some(app_id) => query.bind(app_id.to_string()),
    };
    let rows = query.fetch_all(conn).await.map_err(store_error)?;
    rows.iter()
        .map(|row| Row::new(statements.table, row).version())
        .collect()
}
