//! Locates an app's repository in a bucket, and checks whether it exists.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use appkeep_core::catalog::{Bucket, BucketLocation};
use appkeep_core::engine::EngineError;
use appkeep_core::ids::{AppId, BucketId};
use serde::{Deserialize, Serialize};
use walkdir::WalkDir;

use crate::backend::TMP_DIR;
use crate::durable;
use crate::failure::storage;
use crate::keys::KeyStore;

/// The state of a repository's directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    /// There is no repository file: the repository doesn't exist, or its creation was interrupted.
    Nothing,
    /// There is a repository.
    Repository,
}

/// The directory of an app's repository.
pub(crate) fn repository_dir(bucket: &Bucket, app_id: AppId) -> PathBuf {
    let BucketLocation::Directory(directory) = &bucket.location;
    directory.join(app_id.to_string())
}

/// The directory of a bucket.
pub(crate) fn directory_of(bucket: &Bucket) -> PathBuf {
    let BucketLocation::Directory(directory) = &bucket.location;
    directory.clone()
}

/// The purpose for which a bucket is accessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// To read or delete.
    Read,
    /// To store data.
    Write,
}

/// The version of marker files.
const MARKER_VERSION: u32 = 1;

/// The content of a marker file.
#[derive(Serialize, Deserialize)]
struct Marker {
    version: u32,
    bucket_id: BucketId,
}

/// Numbers scratch files, so that their names are unique.
static SCRATCH: AtomicU64 = AtomicU64::new(0);

/// The name of a bucket's marker file. It isn't hidden, so that a copy of the bucket includes it.
pub(crate) fn marker_name(bucket_id: BucketId) -> String {
    format!("appkeep-bucket-{bucket_id}")
}

/// Checks, by its marker file, that the directory is the bucket. This comes first, because the mount point of
/// an unmounted disk is an empty directory, and so is a new bucket. A bucket in which nothing was ever stored
/// is marked before the first write. A bucket from before markers existed is identified by its repositories.
///
/// # Errors
/// [`EngineError::Storage`] if the bucket is missing or can't be read; [`EngineError::Key`] if the known
/// repositories can't be determined.
pub(crate) fn check_marker(bucket: &Bucket, keys: &KeyStore, to: Use) -> Result<(), EngineError> {
    let BucketLocation::Directory(directory) = &bucket.location;
    check_directory(bucket)?;
    let (name, marker) = (&bucket.name, marker_name(bucket.id));
    let path = directory.join(&marker);
    match fs::read(&path) {
        Ok(content) => {
            let found: Option<Marker> = serde_json::from_slice(&content).ok();
            return match found {
                Some(found) if found.version == MARKER_VERSION && found.bucket_id == bucket.id => Ok(()),
                _ => Err(EngineError::Storage(format!(
                    "bucket {name}: {marker} is not a marker of this bucket"
                ))),
            };
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(storage(format!("bucket {name}: reading {marker}"), &error)),
    }
    let known = keys.apps_of(bucket.id)?;
    let is_used = |app_id: &AppId| repository_dir(bucket, *app_id).join("config").exists();
    if !known.is_empty() && !known.iter().any(is_used) {
        tracing::info!(path = %directory.display(), "a bucket lacks its marker");
        return Err(EngineError::Storage(format!(
            "bucket {name} is unavailable: its directory lacks {marker}"
        )));
    }
    if to == Use::Read {
        return Ok(());
    }
    let content = Marker {
        version: MARKER_VERSION,
        bucket_id: bucket.id,
    };
    let number = SCRATCH.fetch_add(1, Ordering::Relaxed);
    let beside = directory.join(format!("{marker}.{number}.new"));
    serde_json::to_vec(&content)
        .map_err(io::Error::from)
        .and_then(|content| durable::write(&path, &beside, &[content]))
        .map_err(|error| storage(format!("bucket {name}: writing {marker}"), &error))
}

/// Checks the bucket with [`check_marker`], then checks whether it contains a repository of the app. The
/// bucket's own directory is never created: if it is missing, a disk may not be mounted, and files that are
/// written now would be hidden once it is.
///
/// # Errors
/// Those of [`check_marker`]; [`EngineError::Storage`] if the check for the repository fails;
/// [`EngineError::Broken`] if there are files, but no config file. No repository is created over such files:
/// they may be the remains of backups.
pub(crate) fn presence(
    bucket: &Bucket,
    app_id: AppId,
    keys: &KeyStore,
    to: Use,
) -> Result<Presence, EngineError> {
    check_marker(bucket, keys, to)?;
    presence_at(&repository_dir(bucket, app_id))
}

fn check_directory(bucket: &Bucket) -> Result<(), EngineError> {
    let BucketLocation::Directory(directory) = &bucket.location;
    let missing = match fs::metadata(directory) {
        Ok(found) if found.is_dir() => return Ok(()),
        Ok(_) => io::Error::from(io::ErrorKind::NotADirectory),
        Err(error) => error,
    };
    // The directory on this server is logged for the operator only.
    tracing::info!(path = %directory.display(), error = %missing, "a bucket is unavailable");
    Err(storage(
        format!("bucket {} is unavailable", bucket.name),
        &missing,
    ))
}

fn presence_at(root: &Path) -> Result<Presence, EngineError> {
    match fs::symlink_metadata(root.join("config")) {
        Ok(_) => return Ok(Presence::Repository),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(storage("checking for the repository's config", &error)),
    }
    let unfinished = root.join(TMP_DIR);
    for entry in WalkDir::new(root) {
        match entry {
            Ok(entry) if entry.file_type().is_dir() || entry.path().starts_with(&unfinished) => {}
            Ok(entry) => {
                let found = entry.path().strip_prefix(root).unwrap_or(entry.path()).display();
                return Err(EngineError::Broken(format!(
                    "the repository's config is missing, but {found} exists"
                )));
            }
            Err(error) if error.depth() == 0 && is_not_found(&error) => {}
            Err(error) => return Err(storage("listing the repository", &error.into())),
        }
    }
    Ok(Presence::Nothing)
}

fn is_not_found(error: &walkdir::Error) -> bool {
    error
        .io_error()
        .is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_directories_and_unfinished_files_are_not_a_repository() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("app");
        assert_eq!(presence_at(&root).unwrap(), Presence::Nothing);
        fs::create_dir_all(root.join("data/00")).unwrap();
        fs::create_dir_all(root.join(TMP_DIR)).unwrap();
        fs::write(root.join(TMP_DIR).join("half"), "half").unwrap();
        assert_eq!(presence_at(&root).unwrap(), Presence::Nothing);
    }

    fn bucket_in(dir: &Path) -> (Bucket, KeyStore) {
        let bucket = Bucket {
            id: BucketId::new(uuid::Uuid::from_u128(0xb)),
            account_id: appkeep_core::ids::AccountId::new(uuid::Uuid::from_u128(0xac)),
            name: "main".to_owned(),
            location: BucketLocation::Directory(dir.join("bucket")),
            is_default: true,
            backups_max: 2,
            declared: true,
        };
        fs::create_dir(dir.join("bucket")).unwrap();
        (bucket, KeyStore::new(&dir.join("data")))
    }

    #[test]
    fn the_first_write_to_a_bucket_creates_its_marker() {
        let dir = tempfile::tempdir().unwrap();
        let (bucket, keys) = bucket_in(dir.path());
        let files = || fs::read_dir(dir.path().join("bucket")).unwrap().count();
        check_marker(&bucket, &keys, Use::Read).unwrap();
        assert_eq!(files(), 0);
        check_marker(&bucket, &keys, Use::Write).unwrap();
        check_marker(&bucket, &keys, Use::Write).unwrap();
        assert_eq!(files(), 1);
        check_marker(&bucket, &keys, Use::Read).unwrap();
        fs::write(dir.path().join("bucket").join(marker_name(bucket.id)), "{}").unwrap();
        assert!(matches!(
            check_marker(&bucket, &keys, Use::Read),
            Err(EngineError::Storage(_))
        ));
    }

    #[test]
    fn a_used_bucket_without_marker_needs_a_known_repository() {
        let dir = tempfile::tempdir().unwrap();
        let (bucket, keys) = bucket_in(dir.path());
        let app_id = AppId::new(uuid::Uuid::from_u128(0xa));
        check_marker(&bucket, &keys, Use::Write).unwrap();
        let key = crate::keys::RepositoryKey::generate().unwrap();
        keys.store(bucket.id, app_id, &key).unwrap();
        let marker = dir.path().join("bucket").join(marker_name(bucket.id));
        fs::remove_file(&marker).unwrap();
        for to in [Use::Read, Use::Write] {
            match check_marker(&bucket, &keys, to) {
                Err(EngineError::Storage(reason)) => {
                    assert!(reason.starts_with("bucket main is unavailable: "), "{reason}");
                    assert!(
                        reason.ends_with(&format!(" lacks {}", marker_name(bucket.id))),
                        "{reason}"
                    );
                }
                other => panic!("{other:?}"),
            }
        }
        assert!(!marker.exists());
        // As in a bucket from before markers existed.
        fs::create_dir(repository_dir(&bucket, app_id)).unwrap();
        fs::write(repository_dir(&bucket, app_id).join("config"), "sealed").unwrap();
        check_marker(&bucket, &keys, Use::Read).unwrap();
        assert!(!marker.exists());
        check_marker(&bucket, &keys, Use::Write).unwrap();
        assert!(marker.exists());
    }

    #[test]
    fn a_directory_with_a_config_is_a_repository() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("config"), "sealed").unwrap();
        assert_eq!(presence_at(dir.path()).unwrap(), Presence::Repository);
    }

    #[test]
    fn files_without_a_config_are_an_error() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("data/00")).unwrap();
        fs::write(dir.path().join("data/00/pack"), "sealed").unwrap();
        match presence_at(dir.path()) {
            Err(EngineError::Broken(reason)) => assert!(reason.contains("data/00/pack"), "{reason}"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_file_where_the_repository_should_be_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("app");
        fs::write(&root, "not a directory").unwrap();
        assert!(presence_at(&root).is_err());
    }
}
