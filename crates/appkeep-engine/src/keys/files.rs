//! Where the files of keys are: in the data directory, or in a database that several servers share.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use appkeep_core::engine::EngineError;
use appkeep_core::fail_point;
use appkeep_core::ids::{AppId, BucketId};
use appkeep_core::repository_keys::{KeyChange, RepositoryKeys};
use appkeep_core::store::StoreError;
use appkeep_core::store_timeout::in_time;
use sha2::{Digest, Sha256};
use tokio::runtime::Handle;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::dir::entries_of;
use crate::durable;
use crate::failure::{self, storage};

/// The number of bytes of a file's hash in its name when it is set aside.
const ASIDE_HASH_BYTES: usize = 4;

/// Called before every durable change; its error ends the work.
pub(super) type Step<'a> = &'a mut dyn FnMut() -> Result<(), EngineError>;

/// Stores a file for each bucket and app. Changes are durable when a call returns. Calls block, so the async runtime
/// must not make them.
pub(super) trait KeyFiles: fmt::Debug + Send + Sync {
    /// The name of a file in messages.
    fn name_of(&self, bucket_id: BucketId, app_id: AppId) -> String;
    /// Lists all files, sorted.
    fn list(&self) -> Result<Vec<(BucketId, AppId)>, EngineError>;
    /// Lists the apps with files for a bucket.
    fn apps_of(&self, bucket_id: BucketId) -> Result<Vec<AppId>, EngineError>;
    /// Reads a file, if it exists.
    fn read(&self, bucket_id: BucketId, app_id: AppId) -> Result<Option<Zeroizing<Vec<u8>>>, EngineError>;
    /// Creates a file unless it exists. Returns whether it was created.
    fn insert(&self, bucket_id: BucketId, app_id: AppId, content: &[u8]) -> Result<bool, EngineError>;
    /// Replaces files with the expected content. Returns false if one has another content.
    fn replace(&self, changes: &[KeyChange], step: Step<'_>) -> Result<bool, EngineError>;
}

/// Files in a directory, which only one process uses. The caller prevents concurrent changes in this process, because
/// they would use the same temporary file.
#[derive(Debug)]
pub(super) struct DirectoryFiles {
    pub(super) directory: PathBuf,
}

impl DirectoryFiles {
    fn path_of(&self, bucket_id: BucketId, app_id: AppId) -> PathBuf {
        self.directory
            .join(bucket_id.to_string())
            .join(format!("{app_id}.json"))
    }

    fn write(&self, bucket_id: BucketId, app_id: AppId, content: &[u8]) -> Result<(), EngineError> {
        let failed = |error| storage(format!("writing {}", self.name_of(bucket_id, app_id)), &error);
        let path = self.path_of(bucket_id, app_id);
        fail_point::pass("keys.store");
        durable::create_dirs(&self.directory.join(bucket_id.to_string())).map_err(failed)?;
        durable::write(&path, &path.with_extension("json.new"), &[content]).map_err(failed)
    }

    /// Renames a file with this content. The new name depends on the content, so no other file is replaced.
    fn set_aside(&self, bucket_id: BucketId, app_id: AppId, content: &[u8]) -> Result<(), EngineError> {
        let name = self.name_of(bucket_id, app_id);
        let path = self.path_of(bucket_id, app_id);
        let hash = hex::encode(&Sha256::digest(content)[..ASIDE_HASH_BYTES]);
        let aside = path.with_extension(format!("json.{hash}.old"));
        fs::rename(&path, &aside)
            .and_then(|()| durable::sync_parent(&aside))
            .map_err(|error| storage(format!("renaming {name}"), &error))?;
        tracing::warn!(
            "{name} differs from the key in the database, and was renamed to {}",
            aside.display()
        );
        Ok(())
    }
}

impl KeyFiles for DirectoryFiles {
    /// The path below the data directory.
    fn name_of(&self, bucket_id: BucketId, app_id: AppId) -> String {
        format!("keys/{bucket_id}/{app_id}.json")
    }

    fn list(&self) -> Result<Vec<(BucketId, AppId)>, EngineError> {
        let mut found = Vec::new();
        for (bucket_id, directory) in named_by_id(&self.directory, "")? {
            for (app_id, _) in named_by_id(&directory, ".json")? {
                found.push((BucketId::new(bucket_id), AppId::new(app_id)));
            }
        }
        found.sort_unstable();
        Ok(found)
    }

    fn apps_of(&self, bucket_id: BucketId) -> Result<Vec<AppId>, EngineError> {
        let found = named_by_id(&self.directory.join(bucket_id.to_string()), ".json")?;
        Ok(found.into_iter().map(|(app_id, _)| AppId::new(app_id)).collect())
    }

    fn read(&self, bucket_id: BucketId, app_id: AppId) -> Result<Option<Zeroizing<Vec<u8>>>, EngineError> {
        match fs::read(self.path_of(bucket_id, app_id)) {
            Ok(bytes) => Ok(Some(Zeroizing::new(bytes))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => {
                let name = self.name_of(bucket_id, app_id);
                Err(failure::key(format!("reading {name}"), &error))
            }
        }
    }

    fn insert(&self, bucket_id: BucketId, app_id: AppId, content: &[u8]) -> Result<bool, EngineError> {
        if self.path_of(bucket_id, app_id).exists() {
            return Ok(false);
        }
        self.write(bucket_id, app_id, content)?;
        Ok(true)
    }

    fn replace(&self, changes: &[KeyChange], step: Step<'_>) -> Result<bool, EngineError> {
        for change in changes {
            let current = self.read(change.bucket_id, change.app_id)?;
            if current.is_none_or(|current| *current != change.from) {
                return Ok(false);
            }
            step()?;
            self.write(change.bucket_id, change.app_id, &change.to)?;
        }
        Ok(true)
    }
}

/// The entries of a directory whose names are an id and then `suffix`; empty if the directory doesn't exist.
fn named_by_id(directory: &Path, suffix: &str) -> Result<Vec<(Uuid, PathBuf)>, EngineError> {
    let failed = |error: io::Error| failure::key(format!("listing {}", directory.display()), &error);
    let mut found = Vec::new();
    for entry in entries_of(directory).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        let id = name.to_str().and_then(|name| name.strip_suffix(suffix));
        if let Some(id) = id
            .filter(|id| id.len() == 36)
            .and_then(|id| Uuid::try_parse(id).ok())
        {
            found.push((id, entry.path()));
        }
    }
    Ok(found)
}

/// Files in a database, which any number of servers use. Each server keeps copies in its data directory, because
/// backups can't be read without their keys: they survive the loss of the database.
pub(super) struct DatabaseFiles {
    keys: Arc<dyn RepositoryKeys>,
    /// The runtime that runs the calls.
    runtime: Handle,
    copies: Mutex<DirectoryFiles>,
}

impl fmt::Debug for DatabaseFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DatabaseFiles").finish_non_exhaustive()
    }
}

impl DatabaseFiles {
    /// The current runtime runs the calls. `directory` is for copies.
    pub(super) fn new(keys: Arc<dyn RepositoryKeys>, directory: PathBuf) -> Self {
        Self {
            keys,
            runtime: Handle::current(),
            copies: Mutex::new(DirectoryFiles { directory }),
        }
    }

    /// Copies a key into the data directory. `replaced` is the content that it replaces in the database. Any other
    /// existing file is kept under another name: it may be the only copy of a different key.
    fn copy(&self, bucket_id: BucketId, app_id: AppId, content: &[u8], replaced: Option<&[u8]>) {
        let copies = failure::lock(&self.copies);
        let written = match copies.read(bucket_id, app_id) {
            Ok(Some(current)) if *current == content => Ok(()),
            Ok(Some(current)) if Some(current.as_slice()) != replaced => copies
                .set_aside(bucket_id, app_id, &current)
                .and_then(|()| copies.write(bucket_id, app_id, content)),
            Ok(_) => copies.write(bucket_id, app_id, content),
            Err(error) => Err(error),
        };
        if let Err(error) = written {
            tracing::warn!(%error, "a key could not be copied into the data directory");
        }
    }

    fn run<T>(&self, call: impl Future<Output = Result<T, StoreError>>) -> Result<T, EngineError> {
        let result = self.runtime.block_on(in_time(call));
        result.map_err(|error| EngineError::Storage(format!("the keys of repositories: {error}")))
    }
}

impl KeyFiles for DatabaseFiles {
    fn name_of(&self, bucket_id: BucketId, app_id: AppId) -> String {
        format!("the database's key of app {app_id} in bucket {bucket_id}")
    }

    fn list(&self) -> Result<Vec<(BucketId, AppId)>, EngineError> {
        self.run(self.keys.list_keys())
    }

    fn apps_of(&self, bucket_id: BucketId) -> Result<Vec<AppId>, EngineError> {
        self.run(self.keys.list_keys_of_bucket(bucket_id))
    }

    fn read(&self, bucket_id: BucketId, app_id: AppId) -> Result<Option<Zeroizing<Vec<u8>>>, EngineError> {
        let content = self.run(self.keys.fetch_key(bucket_id, app_id))?;
        if let Some(content) = &content {
            self.copy(bucket_id, app_id, content, None);
        }
        Ok(content.map(Zeroizing::new))
    }

    fn insert(&self, bucket_id: BucketId, app_id: AppId, content: &[u8]) -> Result<bool, EngineError> {
        fail_point::pass("keys.store");
        let is_new = self.run(self.keys.insert_key(bucket_id, app_id, content))?;
        if is_new {
            self.copy(bucket_id, app_id, content, None);
        }
        Ok(is_new)
    }

    /// All or none are replaced.
    fn replace(&self, changes: &[KeyChange], step: Step<'_>) -> Result<bool, EngineError> {
        step()?;
        fail_point::pass("keys.store");
        let replaced = self.run(self.keys.replace_keys(changes))?;
        if replaced {
            for change in changes {
                self.copy(change.bucket_id, change.app_id, &change.to, Some(&change.from));
            }
        }
        Ok(replaced)
    }
}
