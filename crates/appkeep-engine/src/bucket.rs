//! Where an app's repository is in a bucket, and whether anything is there.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use appkeep_core::catalog::{Bucket, BucketLocation};
use appkeep_core::engine::EngineError;
use appkeep_core::ids::AppId;
use walkdir::WalkDir;

use crate::backend::TMP_DIR;
use crate::failure::storage;

/// What is found where a repository should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    /// No file at all: there is no repository, or one was about to be made.
    Nothing,
    /// A repository.
    Repository,
}

/// The directory of an app's repository.
pub(crate) fn repository_dir(bucket: &Bucket, app_id: AppId) -> PathBuf {
    let BucketLocation::Directory(directory) = &bucket.location;
    directory.join(app_id.to_string())
}

/// Looks whether there is a repository of an app in a bucket. The bucket's own directory is never made by us:
/// when it isn't there, a disk may not be mounted, and what we would write would hide beneath it.
///
/// # Errors
/// [`EngineError::Storage`] when the bucket isn't there, or can't be read; [`EngineError::Broken`] when files
/// are there, but not the one that makes them a repository. Nothing new is made over such files: they may be
/// all that is left of backups.
pub(crate) fn presence(bucket: &Bucket, app_id: AppId) -> Result<Presence, EngineError> {
    let BucketLocation::Directory(directory) = &bucket.location;
    let (name, place) = (&bucket.name, directory.display());
    match fs::metadata(directory) {
        Ok(found) if found.is_dir() => presence_at(&repository_dir(bucket, app_id)),
        Ok(_) => Err(EngineError::Storage(format!(
            "bucket {name} is not there: {place} is no directory"
        ))),
        Err(error) => Err(storage(format!("bucket {name} is not there: {place}"), &error)),
    }
}

fn presence_at(root: &Path) -> Result<Presence, EngineError> {
    match fs::symlink_metadata(root.join("config")) {
        Ok(_) => return Ok(Presence::Repository),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(storage("looking for the repository's config", &error)),
    }
    let unfinished = root.join(TMP_DIR);
    for entry in WalkDir::new(root) {
        match entry {
            Ok(entry) if entry.file_type().is_dir() || entry.path().starts_with(&unfinished) => {}
            Ok(entry) => {
                let found = entry.path().strip_prefix(root).unwrap_or(entry.path()).display();
                return Err(EngineError::Broken(format!(
                    "the repository's config is missing, but {found} is there"
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
    fn empty_directories_and_unfinished_files_are_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("app");
        assert_eq!(presence_at(&root).unwrap(), Presence::Nothing);
        fs::create_dir_all(root.join("data/00")).unwrap();
        fs::create_dir_all(root.join(TMP_DIR)).unwrap();
        fs::write(root.join(TMP_DIR).join("half"), "half").unwrap();
        assert_eq!(presence_at(&root).unwrap(), Presence::Nothing);
    }

    #[test]
    fn a_config_makes_a_repository() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("config"), "sealed").unwrap();
        assert_eq!(presence_at(dir.path()).unwrap(), Presence::Repository);
    }

    #[test]
    fn files_without_a_config_are_refused() {
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
