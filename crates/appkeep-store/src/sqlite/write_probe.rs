//! Test writes, which are rolled back.

use appkeep_core::store::StoreError;

use super::db::Db;
use crate::statements::statements;

statements! {
    /// Changes 17 pages, more than an ordinary transaction: when that fails because the disk is full, the log still has
    /// space for the pages that it wrote. The content differs each time, so that the pages are always dirty.
    CHANGE("trial_writes") = "INSERT OR REPLACE INTO trial_writes (id, content) VALUES (1, randomblob(65536))";
}

/// Changes pages and writes them to disk, within a transaction that the caller rolls back. SQLite would keep the
/// pages in memory until a commit, so a full or broken disk would go unnoticed.
pub(super) fn write(db: &Db) -> Result<(), StoreError> {
    db.execute(CHANGE, [])?;
    db.flush()
}
