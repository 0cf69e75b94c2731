//! Rebuilds the list of backups from the buckets, while the server is stopped.

use std::path::{Path, PathBuf};

use appkeep_core::catalog::{Bucket, Declaration};
use appkeep_core::import::Import;
use appkeep_core::store::{Store as _, StoreError, transact};
use appkeep_engine::{EngineConfig, RusticEngine};
use tokio_util::sync::CancellationToken;

pub use appkeep_core::clock::Clock;
pub use appkeep_core::import::{BucketImport, Notice, NoticeKind};

use crate::admin::bucket::bucket_named;
use crate::admin::data_dir::{DataDir, DataDirError, DatabaseKind};
use crate::admin::database::{
    DatabaseError, Schema, check_unused, clock_of, open_or_create_store, open_postgres,
};
use crate::admin::keys::{self, KeyError};
use crate::config::{Config, ConfigError};

/// The reason why nothing could be imported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The configuration contradicts the data directory.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The data directory can't be used.
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    /// There are no keys.
    #[error(
        "{} contains no repository keys, so no backup can be read: copy the directory keys/ of the lost server into it",
        .0.display()
    )]
    NoKeys(PathBuf),
    /// There are no keys, neither in the database nor in the data directory.
    #[error(
        "neither the database nor {} contains repository keys, so no backup can be read: restore the table repository_keys \
         from a dump, or copy the directory keys/ of the lost server into the data directory",
        .0.display()
    )]
    NoKeysInDatabase(PathBuf),
    /// The keys can't be used.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The database can't be opened.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The database can't be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A bucket isn't declared, or its name is ambiguous.
    #[error("{0}")]
    Bucket(String),
}

/// Imports the backups of buckets into the database of a server, whose data directory at `path` contains the keys. The
/// database is created if it doesn't exist and isn't on PostgreSQL, where only its schema is. It gets the accounts, apps, buckets and schedules of
/// `config`. `wanted` are names or ids of buckets; without any, all declared buckets are imported.
/// `clock` is the clock of this node; a database on PostgreSQL has its own.
///
/// # Errors
/// When nothing could be imported: a server uses the data directory or the database, or keys, configuration or database
/// can't be used. Everything else is part of the result.
pub async fn import(
    path: &Path,
    config: &Config,
    wanted: &[String],
    clock: &dyn Clock,
) -> Result<Vec<BucketImport>, ImportError> {
    config.check_data_dir(path)?;
    let buckets = selected(&config.declaration, wanted)?;
    // Otherwise a wrong path would be created as a new data directory.
    if config.store.is_none() && !path.join("keys").is_dir() {
        return Err(ImportError::NoKeys(path.to_owned()));
    }
    let data = DataDir::create(path)?;
    data.check_kind(DatabaseKind::of(Some(config)))?;
    let _lock = data.lock()?;
    if let Some(url) = &config.store {
        // The keys are in the database, which may be new.
        open_postgres(url, Schema::Migrated, None).await?.close().await;
    }
    let keys = keys::open(data.path(), Some(config)).await?;
    if config.store.is_some() {
        keys::copy_into_database(&keys).await?;
    }
    let listed = keys.clone();
    if keys::blocking(move || listed.list())
        .await
        .map_err(KeyError::from)?
        .is_empty()
    {
        return Err(match config.store {
            Some(_) => ImportError::NoKeysInDatabase(path.to_owned()),
            None => ImportError::NoKeys(path.to_owned()),
        });
    }
    keys::prepare(&keys).await?;
    let store = open_or_create_store(config, &data).await?;
    // A backup whose deletion is queued meanwhile would be inserted again.
    check_unused(Some(config), store.as_ref()).await?;
    let shared_clock = clock_of(store.as_ref()).await?;
    let clock: &dyn Clock = if config.store.is_some() {
        &shared_clock
    } else {
        clock
    };
    transact(|| async {
        let mut tx = store.begin().await?;
        tx.update_declaration(config.node.as_str(), &config.declaration, clock.now())
            .await?;
        tx.commit().await
    })
    .await?;
    let engine_config = EngineConfig {
        data_dir: data.path().to_owned(),
    };
    let engine = RusticEngine::new(&engine_config)
        .with_keys(keys)
        .with_credentials(config.credentials())
        .with_priority(config.engine_priority);
    let import = Import {
        store: store.as_ref(),
        catalogue: &engine,
        clock,
        buckets: &buckets,
    };
    let imported = import.run(&CancellationToken::new()).await;
    store.close().await;
    Ok(imported?)
}

/// Returns the declared buckets with these names or ids, each once.
fn selected(declaration: &Declaration, wanted: &[String]) -> Result<Vec<Bucket>, ImportError> {
    if wanted.is_empty() {
        return Ok(declaration.buckets.clone());
    }
    let mut selected = Vec::<Bucket>::new();
    for wanted in wanted {
        let bucket = bucket_named(declaration, wanted).map_err(ImportError::Bucket)?;
        if !selected.contains(bucket) {
            selected.push(bucket.clone());
        }
    }
    Ok(selected)
}
