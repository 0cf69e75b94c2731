//! Lists of versions, the same for every kind of resource but for the table.

use appkeep_core::store::{ListFilter, Page, Position, StoreError, Version};
use rusqlite::params;

use super::db::{Db, Statement, statements};
use super::rows::{After, Row};

/// How the versions in one table are listed.
pub(super) struct Statements {
    account: Statement,
    app: Statement,
}

/// The versions in a table, of an account or of an app: `?1` account, `?2` and `?3` what comes before, `?4` how
/// many, `?5` app.
macro_rules! versions {
    ($table:literal $(, $and:literal)*) => {
        concat!(
            "SELECT id, created_micros, generation FROM ",
            $table,
            " WHERE account_id = ?1 AND (created_micros, id) < (?2, ?3)",
            $($and,)*
            " ORDER BY created_micros DESC, id DESC LIMIT ?4"
        )
    };
}

statements! {
    BACKUPS_OF_ACCOUNT("app_backups") = versions!("app_backups");
    BACKUPS_OF_APP("app_backups") = versions!("app_backups", " AND app_id = ?5");
    SNAPS_OF_ACCOUNT("app_snaps") = versions!("app_snaps");
    SNAPS_OF_APP("app_snaps") = versions!("app_snaps", " AND app_id = ?5");
    APPS_OF_ACCOUNT("apps") = versions!("apps");
    APPS_BY_ID("apps") = versions!("apps", " AND id = ?5");
}

pub(super) const APP_BACKUPS: Statements = Statements {
    account: BACKUPS_OF_ACCOUNT,
    app: BACKUPS_OF_APP,
};
pub(super) const APP_SNAPS: Statements = Statements {
    account: SNAPS_OF_ACCOUNT,
    app: SNAPS_OF_APP,
};
pub(super) const APPS: Statements = Statements {
    account: APPS_OF_ACCOUNT,
    app: APPS_BY_ID,
};

pub(super) fn list(
    db: &Db,
    statements: &Statements,
    filter: &ListFilter,
    page: &Page,
) -> Result<Vec<Version>, StoreError> {
    let account_id = filter.account_id.to_string();
    let after = After::new(page.after);
    match filter.app_id {
        None => db.list(
            statements.account,
            params![account_id, after.created_micros, after.id, page.rows_max],
            version,
        ),
        Some(app_id) => db.list(
            statements.app,
            params![
                account_id,
                after.created_micros,
                after.id,
                page.rows_max,
                app_id.to_string()
            ],
            version,
        ),
    }
}

fn version(row: &Row<'_>) -> Result<Version, StoreError> {
    Ok(Version {
        position: Position {
            id: row.id("id")?,
            created_micros: row.value("created_micros")?,
        },
        generation: row.value("generation")?,
    })
}
