//! Lists of versions, the same for every kind of resource but for the table.

use appkeep_core::store::{ListFilter, Page, Position, StoreError, Version};
use sqlx::SqliteConnection;
use uuid::Uuid;

use super::errors::store_error;
use super::rows::After;

/// How the versions in one table are listed.
pub(super) struct Statements {
    /// Those of an account: `$1` account, `$2` and `$3` what comes before, `$4` how many.
    pub(super) of_account: &'static str,
    /// Those of an app, `$5`.
    pub(super) of_app: &'static str,
}

/// The statements for a table. Each answers one text, because handing over a hundred rows costs more than
/// finding them.
macro_rules! versions {
    ($table:literal) => {
        Statements {
            of_account: versions!($table, ""),
            of_app: versions!($table, " AND app_id = $5"),
        }
    };
    ($table:literal, $and:literal) => {
        concat!(
            "SELECT group_concat(id || ' ' || created_micros || ' ' || generation, ',' ",
            "ORDER BY created_micros DESC, id DESC) AS versions FROM (",
            "SELECT id, created_micros, generation FROM ",
            $table,
            " WHERE account_id = $1 AND (created_micros, id) < ($2, $3)",
            $and,
            " ORDER BY created_micros DESC, id DESC LIMIT $4)"
        )
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
        None => sqlx::query_scalar(statements.of_account),
        Some(_) => sqlx::query_scalar(statements.of_app),
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
    let text: Option<String> = query.fetch_one(conn).await.map_err(store_error)?;
    let versions = text.as_deref().unwrap_or_default().split_terminator(',');
    versions.map(version).collect()
}

/// `<id> <time> <generation>`
fn version(text: &str) -> Result<Version, StoreError> {
    let mut parts = text.split(' ');
    let id = parts.next().and_then(|id| Uuid::try_parse(id).ok());
    let created_micros = parts.next().and_then(|micros| micros.parse().ok());
    let generation = parts.next().and_then(|generation| generation.parse().ok());
    match (id, created_micros, generation) {
        (Some(id), Some(created_micros), Some(generation)) => Ok(Version {
            position: Position { created_micros, id },
            generation,
        }),
        _ => Err(StoreError::Broken(format!("the version {text:?} can't be read"))),
    }
}
