//! Lists of versions, the same for every kind of resource but for the table.

use appkeep_core::actor::TokenHash;
use appkeep_core::store::{ListAsk, ListFilter, Page, Position, StoreError, Version};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Row as _, Sqlite, SqliteConnection};
use uuid::Uuid;

use super::errors::store_error;
use super::rows::After;

/// How the versions in one table are listed.
pub(super) struct Statements {
    /// Those of an account: `$1` account, `$2` and `$3` what comes before, `$4` how many.
    pub(super) account: &'static str,
    /// Those of an app, `$5`.
    pub(super) app: &'static str,
    /// Those of an account, together with the token whose hash is `$5`.
    pub(super) account_with_token: &'static str,
    /// Those of an app, together with the token whose hash is `$6`.
    pub(super) app_with_token: &'static str,
}

/// The statements for a table. Each answers one text, because handing over a hundred rows costs more than
/// finding them.
macro_rules! versions {
    ($table:literal) => {
        versions!($table, of "app_id")
    };
    ($table:literal, of $app:literal) => {
        Statements {
            account: versions!($table, ""),
            app: versions!($table, " AND ", $app, " = $5"),
            account_with_token: concat!(
                "SELECT *, TRUE AS has_app, CASE WHEN revoked_micros IS NULL THEN (",
                versions!($table, ""),
                ") END AS versions FROM tokens WHERE hash = $5"
            ),
            app_with_token: concat!(
                "SELECT *, EXISTS (SELECT 1 FROM apps WHERE account_id = $1 AND id = $5) AS has_app, ",
                "CASE WHEN revoked_micros IS NULL THEN (",
                versions!($table, " AND ", $app, " = $5"),
                ") END AS versions FROM tokens WHERE hash = $6"
            ),
        }
    };
    ($table:literal, $($and:literal),+) => {
        concat!(
            "SELECT group_concat(id || ' ' || created_micros || ' ' || generation, ',' ",
            "ORDER BY created_micros DESC, id DESC) AS versions FROM (",
            "SELECT id, created_micros, generation FROM ",
            $table,
            " WHERE account_id = $1 AND (created_micros, id) < ($2, $3)",
            $($and,)+
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
    let statement = match filter.app_id {
        None => statements.account,
        Some(_) => statements.app,
    };
    let row = query(statement, filter, page)
        .fetch_one(conn)
        .await
        .map_err(store_error)?;
    read(&row)
}

/// The versions and the token that their reader presented, in one go: handing a statement over to the
/// connection's thread and back costs more than running it.
pub(super) async fn list_with_token(
    conn: &mut SqliteConnection,
    statements: &Statements,
    ask: &ListAsk,
    hash: &TokenHash,
) -> Result<Option<SqliteRow>, StoreError> {
    let statement = match ask.filter.app_id {
        None => statements.account_with_token,
        Some(_) => statements.app_with_token,
    };
    query(statement, &ask.filter, &ask.page)
        .bind(hash.0.to_vec())
        .fetch_optional(conn)
        .await
        .map_err(store_error)
}

fn query(
    statement: &'static str,
    filter: &ListFilter,
    page: &Page,
) -> Query<'static, Sqlite, SqliteArguments> {
    let after = After::new(page.after);
    let query = sqlx::query(statement)
        .bind(filter.account_id.to_string())
        .bind(after.created_micros)
        .bind(after.id)
        .bind(i64::from(page.rows_max));
    match filter.app_id {
        None => query,
        Some(app_id) => query.bind(app_id.to_string()),
    }
}

/// The versions in a row's one text.
pub(super) fn read(row: &SqliteRow) -> Result<Vec<Version>, StoreError> {
    let text: Option<&str> = row.try_get("versions").map_err(store_error)?;
    text.unwrap_or_default()
        .split_terminator(',')
        .map(version)
        .collect()
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
