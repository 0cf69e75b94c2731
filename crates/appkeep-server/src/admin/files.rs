//! Opens the backups of a server on its machine to read their files, while the server runs or is stopped.
//!
//! Nothing is locked, registered or claimed, and nothing is changed.

use std::path::Path;
use std::sync::Arc;

use appkeep_core::engine::EngineError;
use appkeep_core::ids::AppId;
use appkeep_core::store::{Store, StoreError};
use appkeep_engine::{EngineConfig, RusticEngine, find_data_directory_id};
use uuid::Uuid;

pub use appkeep_core::backup_file::BackupFiles;

use crate::admin::data_dir::{DataDir, DataDirError, DatabaseKind};
use crate::admin::database::{DatabaseError, open_store};
use crate::admin::keys::{self, KeyError};
use crate::config::Config;

/// The reason why the backups of a server can't be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FilesError {
    /// The data directory can't be used.
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    /// The keys can't be used.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The database can't be opened.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The id of the data directory can't be read.
    #[error(transparent)]
    Installation(#[from] EngineError),
}

/// The backups in the database of a server, and the keys and credentials to read their files.
pub struct StoredBackups {
    pub(super) store: Arc<dyn Store>,
    pub(super) engine: RusticEngine,
    /// The id of the data directory, if it has one.
    pub(super) installation_id: Option<Uuid>,
}

impl StoredBackups {
    /// Opens the data directory `path` of an existing server, which may run. `config` contains the source of the master
    /// key, credentials of buckets, and the database unless it is in the data directory.
    ///
    /// # Errors
    /// When there is none, or its keys or its database can't be used.
    pub async fn open(path: &Path, config: Option<&Config>) -> Result<Self, FilesError> {
        let data = DataDir::existing(path, DatabaseKind::of(config))?;
        let keys = keys::open(data.path(), config).await?;
        let credentials = config.map(Config::credentials).unwrap_or_default();
        let store = open_store(config, Some(data.path())).await?;
        let installation_id = find_data_directory_id(data.path())?;
        let data_dir = data.path().to_owned();
        let engine = RusticEngine::new(&EngineConfig { data_dir })
            .with_keys(keys)
            .with_credentials(credentials);
        Ok(Self {
            store,
            engine,
            installation_id,
        })
    }

    /// Returns the database, and the reader of the files.
    #[must_use]
    pub fn into_parts(self) -> (Arc<dyn Store>, Arc<dyn BackupFiles>) {
        (self.store, Arc::new(self.engine))
    }

    /// Looks up the name of an app of any account.
    pub(super) async fn app_name(&self, id: AppId) -> Result<Option<String>, StoreError> {
        for account in self.store.list_accounts().await? {
            if let Some(app) = self.store.fetch_app(account.id, id).await? {
                return Ok(Some(app.name));
            }
        }
        Ok(None)
    }

    /// Closes the database.
    pub async fn close(self) {
        self.store.close().await;
    }
}
