//! Identifies a bucket by its marker, and checks whether it contains an app's repository.

use std::io;
use std::sync::Arc;

use appkeep_core::catalog::Bucket;
use appkeep_core::engine::{BucketSpace, EngineError};
use appkeep_core::ids::{AppId, BucketId};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::backend::RepositoryLocation;
use crate::failure::storage;
use crate::fence::Fence;
use crate::keys::KeyStore;
use crate::space::Reserve;
use crate::storage::{BucketStorage, Storages, TMP_DIR};

/// The state of a repository's directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    /// There is no repository file: the repository doesn't exist, or its creation was interrupted.
    Nothing,
    /// There is a repository.
    Repository,
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

/// The name of a bucket's marker file. It isn't hidden, so that a copy of the bucket includes it.
pub(crate) fn marker_name(bucket_id: BucketId) -> String {
    format!("appkeep-bucket-{bucket_id}")
}

/// A bucket with its storage.
#[derive(Debug, Clone)]
pub(crate) struct OpenBucket {
    pub(crate) bucket: Bucket,
    pub(crate) storage: Arc<dyn BucketStorage>,
}

impl OpenBucket {
    /// Opens the storage of a bucket. Nothing is accessed yet.
    ///
    /// # Errors
    /// Those of [`Storages::open`].
    pub(crate) fn open(
        bucket: &Bucket,
        storages: &Storages,
        fence: impl Into<Fence>,
    ) -> Result<Self, EngineError> {
        Ok(Self {
            bucket: bucket.clone(),
            storage: storages.open(bucket, fence)?,
        })
    }

    /// Measures the packs of all repositories, and the free space of the file system.
    ///
    /// # Errors
    /// [`EngineError::Storage`] if a listing fails; [`EngineError::Cancelled`].
    pub(crate) fn measure(&self, cancel: &CancellationToken) -> Result<BucketSpace, EngineError> {
        let failed = |error: io::Error| storage(format!("measuring bucket {}", self.bucket.name), &error);
        self.storage.check().map_err(failed)?;
        let mut stored_bytes = 0_u64;
        let repositories = self.storage.list("").map_err(failed)?.into_iter();
        for repository in repositories.filter(|object| Uuid::try_parse(&object.name).is_ok()) {
            if cancel.is_cancelled() {
                return Err(EngineError::Cancelled);
            }
            let packs = self.storage.list_packs(&format!("{}/data", repository.name));
            let sizes = packs.map_err(failed)?.into_iter();
            let sizes = sizes.filter(|pack| pack.is_file).map(|pack| pack.size);
            stored_bytes = sizes.fold(stored_bytes, u64::saturating_add);
        }
        let directory = self.bucket.location.directory();
        let space = directory.and_then(|directory| Reserve::Bytes(0).measure(directory));
        Ok(BucketSpace {
            stored_bytes,
            free_bytes: space.map(|space| space.free_bytes),
        })
    }

    /// Opens the storage of a bucket for claims, locks and checks. Nothing is accessed yet.
    ///
    /// # Errors
    /// Those of [`Storages::open_for_claims`].
    pub(crate) fn open_for_claims(bucket: &Bucket, storages: &Storages) -> Result<Self, EngineError> {
        Ok(Self {
            bucket: bucket.clone(),
            storage: storages.open_for_claims(bucket)?,
        })
    }

    /// The location of an app's repository.
    pub(crate) fn repository(&self, app_id: AppId) -> RepositoryLocation {
        RepositoryLocation {
            storage: Arc::clone(&self.storage),
            directory: app_id.to_string(),
        }
    }

    /// Checks, by its marker file, that the storage is the bucket. This comes first, because the mount point of
    /// an unmounted disk is an empty directory, and so is a new bucket. A bucket in which nothing was ever stored
    /// is marked before the first write. A bucket from before markers existed is identified by its repositories.
    ///
    /// The bucket itself is never created: if a directory is missing, a disk may not be mounted, and files that are
    /// written now would be hidden once it is.
    ///
    /// # Errors
    /// [`EngineError::Storage`] if the bucket is missing or can't be read; [`EngineError::Key`] if the known
    /// repositories can't be determined.
    pub(crate) fn check_marker(&self, keys: &KeyStore, to: Use) -> Result<(), EngineError> {
        let Self {
            bucket,
            storage: objects,
        } = self;
        let (name, marker) = (&bucket.name, marker_name(bucket.id));
        let unavailable = |error: io::Error| storage(format!("bucket {name} is unavailable"), &error);
        objects.check().map_err(unavailable)?;
        if self.has_marker()? {
            return Ok(());
        }
        let known = keys.apps_of(bucket.id)?;
        let mut is_used = known.is_empty();
        for app_id in known {
            is_used |= objects
                .size(&self.repository(app_id).key(&["config"]))
                .map_err(unavailable)?
                .is_some();
        }
        if !is_used {
            // Another server may have stored the first data meanwhile.
            if self.has_marker()? {
                return Ok(());
            }
            tracing::info!(path = objects.describe(""), "a bucket lacks its marker");
            return Err(EngineError::Storage(format!(
                "bucket {name} is unavailable: it lacks {marker}"
            )));
        }
        if to == Use::Read {
            return Ok(());
        }
        let content = Marker {
            version: MARKER_VERSION,
            bucket_id: bucket.id,
        };
        serde_json::to_vec(&content)
            .map_err(io::Error::from)
            .and_then(|content| objects.put(&marker, &[Bytes::from(content)]))
            .map_err(|error| storage(format!("bucket {name}: writing {marker}"), &error))
    }

    /// Whether the marker exists.
    ///
    /// # Errors
    /// [`EngineError::Storage`] if it can't be read, or belongs to another bucket.
    pub(crate) fn has_marker(&self) -> Result<bool, EngineError> {
        let (name, marker) = (&self.bucket.name, marker_name(self.bucket.id));
        let content = match self.storage.get(&marker) {
            Ok(content) => content,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(storage(format!("bucket {name}: reading {marker}"), &error)),
        };
        let found: Option<Marker> = serde_json::from_slice(&content).ok();
        match found {
            Some(found) if found.version == MARKER_VERSION && found.bucket_id == self.bucket.id => Ok(true),
            _ => Err(EngineError::Storage(format!(
                "bucket {name}: {marker} is not a marker of this bucket"
            ))),
        }
    }

    /// Checks the bucket with [`Self::check_marker`], then checks whether it contains a repository of the app.
    ///
    /// # Errors
    /// Those of [`Self::check_marker`]; [`EngineError::Storage`] if the check for the repository fails;
    /// [`EngineError::Broken`] if there are files, but no config file. No repository is created over such files:
    /// they may be the remains of backups.
    pub(crate) fn presence(&self, app_id: AppId, keys: &KeyStore, to: Use) -> Result<Presence, EngineError> {
        self.check_marker(keys, to)?;
        presence_at(&self.repository(app_id))
    }
}

fn presence_at(repository: &RepositoryLocation) -> Result<Presence, EngineError> {
    let objects = repository.storage.as_ref();
    let config = objects.size(&repository.key(&["config"]));
    let config = config.map_err(|error| storage("checking for the repository's config", &error))?;
    if config.is_some() {
        return Ok(Presence::Repository);
    }
    let found = objects.any_below(&repository.directory, TMP_DIR);
    match found.map_err(|error| storage("listing the repository", &error))? {
        None => Ok(Presence::Nothing),
        Some(found) => Err(EngineError::Broken(format!(
            "the repository's config is missing, but {found} exists"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use appkeep_core::catalog::BucketLocation;
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::storage::DirectoryStorage;

    fn presence_in(bucket: &Path) -> Result<Presence, EngineError> {
        presence_at(&RepositoryLocation {
            storage: Arc::new(DirectoryStorage::new(bucket.to_owned())),
            directory: "app".to_owned(),
        })
    }

    #[test]
    fn empty_directories_and_unfinished_files_are_not_a_repository() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("app");
        assert_eq!(presence_in(dir.path()).unwrap(), Presence::Nothing);
        fs::create_dir_all(root.join("data/00")).unwrap();
        fs::create_dir_all(root.join(TMP_DIR)).unwrap();
        fs::write(root.join(TMP_DIR).join("half"), "half").unwrap();
        assert_eq!(presence_in(dir.path()).unwrap(), Presence::Nothing);
    }

    fn bucket_in(dir: &Path) -> (OpenBucket, KeyStore) {
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
        let never = CancellationToken::new();
        let bucket = OpenBucket::open(&bucket, &Storages::default(), &never).unwrap();
        (bucket, KeyStore::new(&dir.join("data")))
    }

    #[test]
    fn the_first_write_to_a_bucket_creates_its_marker() {
        let dir = tempfile::tempdir().unwrap();
        let (bucket, keys) = bucket_in(dir.path());
        let files = || fs::read_dir(dir.path().join("bucket")).unwrap().count();
        bucket.check_marker(&keys, Use::Read).unwrap();
        assert_eq!(files(), 0);
        bucket.check_marker(&keys, Use::Write).unwrap();
        bucket.check_marker(&keys, Use::Write).unwrap();
        assert_eq!(files(), 1);
        bucket.check_marker(&keys, Use::Read).unwrap();
        fs::write(
            dir.path().join("bucket").join(marker_name(bucket.bucket.id)),
            "{}",
        )
        .unwrap();
        assert!(matches!(
            bucket.check_marker(&keys, Use::Read),
            Err(EngineError::Storage(_))
        ));
    }

    #[test]
    fn a_used_bucket_without_marker_needs_a_known_repository() {
        let dir = tempfile::tempdir().unwrap();
        let (bucket, keys) = bucket_in(dir.path());
        let app_id = AppId::new(uuid::Uuid::from_u128(0xa));
        bucket.check_marker(&keys, Use::Write).unwrap();
        let key = crate::keys::RepositoryKey::generate().unwrap();
        keys.insert(bucket.bucket.id, app_id, key).unwrap();
        let marker = dir.path().join("bucket").join(marker_name(bucket.bucket.id));
        fs::remove_file(&marker).unwrap();
        for to in [Use::Read, Use::Write] {
            match bucket.check_marker(&keys, to) {
                Err(EngineError::Storage(reason)) => {
                    assert!(reason.starts_with("bucket main is unavailable: "), "{reason}");
                    assert!(
                        reason.ends_with(&format!(" lacks {}", marker_name(bucket.bucket.id))),
                        "{reason}"
                    );
                }
                other => panic!("{other:?}"),
            }
        }
        assert!(!marker.exists());
        // As in a bucket from before markers existed.
        fs::create_dir(dir.path().join("bucket").join(app_id.to_string())).unwrap();
        fs::write(
            dir.path().join("bucket").join(app_id.to_string()).join("config"),
            "sealed",
        )
        .unwrap();
        bucket.check_marker(&keys, Use::Read).unwrap();
        assert!(!marker.exists());
        bucket.check_marker(&keys, Use::Write).unwrap();
        assert!(marker.exists());
    }

    #[test]
    fn a_directory_with_a_config_is_a_repository() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("app")).unwrap();
        fs::write(dir.path().join("app/config"), "sealed").unwrap();
        assert_eq!(presence_in(dir.path()).unwrap(), Presence::Repository);
    }

    #[test]
    fn files_without_a_config_are_an_error() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("app/data/00")).unwrap();
        fs::write(dir.path().join("app/data/00/pack"), "sealed").unwrap();
        match presence_in(dir.path()) {
            Err(EngineError::Broken(reason)) => assert!(reason.contains("data/00/pack"), "{reason}"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_file_where_the_repository_should_be_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("app");
        fs::write(&root, "not a directory").unwrap();
        assert!(presence_in(dir.path()).is_err());
    }
}
