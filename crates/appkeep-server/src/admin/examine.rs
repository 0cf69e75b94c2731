//! Examines a data directory and its buckets on the server's machine, while the server runs or is stopped.
//!
//! Nothing is locked, registered or claimed, and nothing is changed.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use appkeep_core::catalog::Bucket;
use appkeep_core::engine::{BackupCatalogue as _, Engine as _, EngineError};
use appkeep_core::ids::AppRestoreId;
use appkeep_core::store::{StoreError, list_all_buckets};
use tokio_util::sync::CancellationToken;

use crate::admin::files::StoredBackups;

/// The beginning of the names of the database and its logs.
const DATABASE: &str = "appkeep.sqlite3";

/// The directory of the keys.
const KEYS: &str = "keys";

/// The permissions of other users.
const OTHERS: u32 = 0o077;

/// A file or directory with permissions that prevent the server from working, or that permit access by other users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PermissionProblem {
    /// The path and its problem.
    pub found: String,
    /// A command that fixes it.
    pub fix: String,
}

/// Checks the modes and owners of a data directory, of its database, and of its keys.
///
/// # Errors
/// When the data directory, or the directory of its keys, can't be read.
pub fn permission_problems(data: &Path) -> io::Result<Vec<PermissionProblem>> {
    let found = fs::metadata(data)?;
    let owner = found.uid();
    let mut problems = Vec::new();
    check(data, &found, owner, &mut problems);
    for entry in fs::read_dir(data)? {
        let entry = entry?;
        let name = entry.file_name();
        if name.to_string_lossy().starts_with(DATABASE) {
            check_owner(&entry.path(), &entry.metadata()?, owner, &mut problems);
        }
        if name == KEYS {
            check(&entry.path(), &entry.metadata()?, owner, &mut problems);
            for key in fs::read_dir(entry.path())? {
                let key = key?;
                check(&key.path(), &key.metadata()?, owner, &mut problems);
            }
        }
    }
    Ok(problems)
}

fn check(path: &Path, found: &Metadata, owner: u32, problems: &mut Vec<PermissionProblem>) {
    let mode = found.permissions().mode() & 0o7777;
    let place = path.display();
    if mode & OTHERS != 0 {
        problems.push(PermissionProblem {
            found: format!("{place} has mode {mode:04o}: other users have access"),
            fix: format!("chmod go= {place}"),
        });
    }
    check_owner(path, found, owner, problems);
}

fn check_owner(path: &Path, found: &Metadata, owner: u32, problems: &mut Vec<PermissionProblem>) {
    let place = path.display();
    if found.uid() != owner {
        problems.push(PermissionProblem {
            found: format!(
                "{place} belongs to the user {}, but the data directory to {owner}: the server may be unable to use it",
                found.uid()
            ),
            fix: format!("chown {owner} {place}"),
        });
    }
}

/// An unfinished restore in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundRestore {
    /// Its id.
    pub id: AppRestoreId,
    /// The name of its app, or the id if the app isn't known.
    pub app_name: String,
}

impl StoredBackups {
    /// Lists the restores in place that may have left both old and new data in volumes. A server that runs may be
    /// working on them.
    ///
    /// # Errors
    /// When the journals of restores, or the names of apps, can't be read.
    pub async fn unfinished_restores(&self) -> Result<Vec<FoundRestore>, EngineError> {
        let unfinished = self.engine.unfinished_restores(None).await?;
        let mut restores = Vec::new();
        for restore in unfinished {
            let name = self.app_name(restore.app_id).await;
            let app_name = name.map_err(|error| EngineError::Broken(error.to_string()))?;
            restores.push(FoundRestore {
                id: restore.id,
                app_name: app_name.unwrap_or_else(|| restore.app_id.to_string()),
            });
        }
        Ok(restores)
    }

    /// Lists the declared buckets of all accounts.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn declared_buckets(&self) -> Result<Vec<Bucket>, StoreError> {
        let mut buckets = list_all_buckets(self.store.as_ref()).await?;
        buckets.retain(|bucket| bucket.declared);
        Ok(buckets)
    }

    /// Checks whether a bucket can be reached, and that its storage has its marker: an unmounted disk is an empty
    /// directory.
    ///
    /// # Errors
    /// [`EngineError::Storage`] if not.
    pub async fn check_marker(&self, bucket: &Bucket) -> Result<(), EngineError> {
        let never = CancellationToken::new();
        self.engine.list_stored_apps(bucket, &never).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;

    use super::*;

    #[test]
    fn keys_that_others_can_read_are_reported_with_a_command() {
        let dir = tempfile::tempdir().unwrap();
        let keys = dir.path().join("keys");
        fs::create_dir(&keys).unwrap();
        fs::set_permissions(dir.path(), Permissions::from_mode(0o700)).unwrap();
        fs::set_permissions(&keys, Permissions::from_mode(0o700)).unwrap();
        assert_eq!(permission_problems(dir.path()).unwrap(), []);
        let key = keys.join("master");
        fs::write(&key, "secret").unwrap();
        fs::set_permissions(&key, Permissions::from_mode(0o640)).unwrap();
        let place = key.display();
        assert_eq!(
            permission_problems(dir.path()).unwrap(),
            [PermissionProblem {
                found: format!("{place} has mode 0640: other users have access"),
                fix: format!("chmod go= {place}"),
            }]
        );
    }

    #[test]
    fn files_of_another_owner_are_reported() {
        let dir = tempfile::tempdir().unwrap();
        let found = fs::metadata(dir.path()).unwrap();
        let mut problems = Vec::new();
        check_owner(dir.path(), &found, found.uid() + 1, &mut problems);
        let owner = format!("chown {} {}", found.uid() + 1, dir.path().display());
        assert_eq!(
            problems.first().map(|problem| problem.fix.as_str()),
            Some(owner.as_str())
        );
    }
}
