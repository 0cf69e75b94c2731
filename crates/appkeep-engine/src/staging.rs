//! The staging directory of a restore in place. It is next to the data that is replaced, and contains first
//! the new data and then the old data.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use appkeep_core::ids::AppRestoreId;
use uuid::Uuid;

/// The prefix of the names of staging directories; the restore's id follows.
const PREFIX: &str = ".appkeep-restore-";

/// The name of a restore's staging directory.
pub(crate) fn name_of(id: AppRestoreId) -> OsString {
    format!("{PREFIX}{id}").into()
}

/// Whether this is the name of a restore's staging directory. Staging directories are never part of a
/// snapshot, and no other restore moves or deletes them.
pub(crate) fn is_staging_name(name: &OsStr) -> bool {
    let id = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
    id.is_some_and(|id| id.len() == 36 && Uuid::try_parse(id).is_ok())
}

/// Whether this path is the staging directory of a restore.
pub(crate) fn is_staging(path: &Path) -> bool {
    path.file_name().is_some_and(is_staging_name)
}
