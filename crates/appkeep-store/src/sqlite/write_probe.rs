//! Test writes, which are rolled back.

use appkeep_core::store::StoreError;

use super::db::{Db, statements};

statements! {
    /// Changes a page. The content differs each time, so that the page is always dirty.
    CHANGE("trial_writes") = "INSERT OR REPLACE INTO trial_writes (id, content) VALUES (1, randomblob(16))";
}

/// Changes a page and writes it to disk, within a transaction that the caller rolls back. SQLite would keep the page
/// in memory until a commit, so a full or broken disk would go unnoticed.
pub(super) fn write(db: &Db) -> Result<(), StoreError> {
    db.execute(CHANGE, [])?;
    db.flush()
}
