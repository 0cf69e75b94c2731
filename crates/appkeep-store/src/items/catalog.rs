//! Accounts, apps and buckets.

use appkeep_core::app::AppView;
use appkeep_core::catalog::{Account, App, Bucket, Recorded};
use appkeep_core::store::StoreError;

use crate::rows::Row;

/// An item that was read from a row, with the row's times.
pub(crate) fn recorded<T>(item: T, row: &impl Row) -> Result<Recorded<T>, StoreError> {
    Ok(Recorded {
        item,
        created_at: row.time("created_micros")?,
        modified_at: row.time("modified_micros")?,
    })
}

pub(crate) fn account(row: &impl Row) -> Result<Account, StoreError> {
    Ok(Account {
        id: row.id("id")?,
        name: row.string("name")?,
        declared: row.flag("declared")?,
    })
}

pub(crate) fn app(row: &impl Row) -> Result<App, StoreError> {
    Ok(App {
        id: row.id("id")?,
        account_id: row.id("account_id")?,
        name: row.string("name")?,
        volumes: row.json("volumes")?,
        options: row.json("options")?,
        declared: row.flag("declared")?,
    })
}

/// An app as the API shows it.
pub(crate) fn app_view(row: &impl Row) -> Result<AppView, StoreError> {
    let app = app(row)?;
    let restore = match row.optional_word("restore_state")? {
        Some(state) => Some((state, row.json("restore_reasons")?)),
        None => None,
    };
    Ok(AppView {
        app,
        account_name: row.string("account_name")?,
        restore,
        away_nodes: row.optional("away_nodes", Row::json)?.unwrap_or_default(),
        created_at: row.time("created_micros")?,
        modified_at: row.time("modified_micros")?,
        generation: row.integer("generation")?,
    })
}

pub(crate) fn bucket(row: &impl Row) -> Result<Bucket, StoreError> {
    Ok(Bucket {
        id: row.id("id")?,
        account_id: row.id("account_id")?,
        name: row.string("name")?,
        location: row.json("location")?,
        is_default: row.flag("is_default")?,
        backups_max: row.number("backups_max")?,
        declared: row.flag("declared")?,
    })
}

/// Checks that the id doesn't already belong to another account: otherwise the item would take over the data that was
/// stored for the other account. `rows` is the number of rows that its declaration changed.
pub(crate) fn check_account(what: &str, id: impl std::fmt::Display, rows: usize) -> Result<(), StoreError> {
    if rows == 0 {
        return Err(StoreError::Broken(format!(
            "the id of {what} {id} already belongs to another account"
        )));
    }
    Ok(())
}
