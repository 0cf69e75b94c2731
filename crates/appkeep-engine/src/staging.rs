//! The staging directory of a restore in place: it holds the new data, and then the old data, beside the data that is
//! replaced.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use appkeep_core::ids::AppRestoreId;
use uuid::Uuid;

/// The names of staging directories begin with this; the restore's id follows.
const PREFIX: &str = ".appkeep-restore-";

/// The name of a restore's staging directory.
pub(crate) fn name_of(id: AppRestoreId) -> OsString {
    format!("{PREFIX}{id}").into()
}

/// Whether an entry with this name is the staging directory of a restore. These are never part of a snapshot, and no
/// other restore moves or removes them.
pub(crate) fn is_staging_name(name: &OsStr) -> bool {
    let id = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
    id.is_some_and(|id| id.len() == 36 && Uuid::try_parse(id).is_ok())
}

/// Whether this path is the staging directory of a restore.
pub(crate) fn is_staging(path: &Path) -> bool {
    path.file_name().is_some_and(is_staging_name)
}
