//! The database of a server: SQLite in its data directory, or the PostgreSQL database that its configuration selects.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use appkeep_core::clock::Clock as _;
use appkeep_core::server::RegisteredServer;
use appkeep_core::store::{Store, StoreError};
pub use appkeep_core::store_clock::StoreClock;
use appkeep_store::{PostgresStore, SqliteStore};
use secrecy::SecretString;

use crate::admin::data_dir::{DataDir, DataDirError, DatabaseKind};
use crate::admin::keys;
use crate::config::{Config, StoreUrl};
use crate::system::SystemClock;

/// The reason why a server's database can't be opened. No text contains a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// The data directory can't be used.
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    /// The database is in the data directory, which isn't known.
    #[error(
        "the configuration has no `[store]`, so the database is in the server's data directory: \
         specify it with --data DIR"
    )]
    NoDataDir,
    /// The URL of the database isn't available or isn't valid.
    #[error("failed to get the URL of the database from {source_name}: {problem}")]
    Url {
        /// The configured source.
        source_name: String,
        /// The cause.
        problem: String,
    },
    /// A server uses the database.
    #[error(
        "a server on node {node:?} uses the database (it was seen {} s ago): stop all servers of the database first",
        .unseen_for.as_secs()
    )]
    InUse {
        /// The name of the server's node.
        node: String,
        /// The time since the server was last seen.
        unseen_for: Duration,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// PostgreSQL can't be reached, refuses access, or failed.
    #[error("failed to open the PostgreSQL database {location}: {error}")]
    Postgres {
        /// The name of the database, and its host and port or directory.
        location: String,
        /// The cause.
        error: StoreError,
    },
}

/// The interval at which the register of servers is read while a server may be live.
const CHECK_EVERY: Duration = Duration::from_millis(250);

/// Checks that no server uses the PostgreSQL database that `config` selects. The lock of the data directory only
/// excludes the server of this machine. A database in the data directory has no other server.
///
/// # Errors
/// [`DatabaseError::InUse`] when a server uses it.
pub async fn check_unused(config: Option<&Config>, store: &dyn Store) -> Result<(), DatabaseError> {
    if config.is_none_or(|config| config.store.is_none()) {
        return Ok(());
    }
    match find_live_server(store, |_| true).await? {
        None => Ok(()),
        Some(server) => Err(DatabaseError::InUse {
            node: server.node.as_str().to_owned(),
            unseen_for: server.unseen_for,
        }),
    }
}

/// Finds a live server to which the condition applies. Waits until a server that may have crashed has refreshed its
/// registration, or is no longer live: at most a [lease](appkeep_core::lease::duration()).
pub(super) async fn find_live_server(
    store: &dyn Store,
    applies: impl Fn(&RegisteredServer) -> bool,
) -> Result<Option<RegisteredServer>, StoreError> {
    let begun = Instant::now();
    loop {
        // Before the call: a server that was seen for the last time before this began isn't known to be live.
        let waited = begun.elapsed();
        let mut live = store.list_servers(SystemClock.now()).await?;
        live.retain(|server| server.is_live() && applies(server));
        if live.is_empty() {
            return Ok(None);
        }
        if let Some(server) = live.into_iter().find(|server| server.was_seen_during(waited)) {
            return Ok(Some(server));
        }
        tokio::time::sleep(CHECK_EVERY).await;
    }
}

/// The schema of a PostgreSQL database that is opened.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Schema {
    /// It is migrated if it is older than this program.
    Migrated,
    /// It must be that of this program: servers of the previous version may use the database.
    Current,
}

/// Opens the database of an existing server, which may use it at the same time: the PostgreSQL database that `config`
/// selects, else SQLite in the data directory at `data`. Only SQLite's schema is migrated.
///
/// # Errors
/// When it can't be opened, its schema is older, or neither the configuration nor the data directory contain it.
pub async fn open_store(
    config: Option<&Config>,
    data: Option<&Path>,
) -> Result<Arc<dyn Store>, DatabaseError> {
    if let Some(url) = config.and_then(|config| config.store.as_ref()) {
        if let Some(path) = data {
            DataDir::existing(path, DatabaseKind::Postgres)?;
        }
        return Ok(Arc::new(open_postgres(url, Schema::Current, None).await?));
    }
    let data = DataDir::existing(data.ok_or(DatabaseError::NoDataDir)?, DatabaseKind::Sqlite)?;
    Ok(Arc::new(SqliteStore::open(data.database()).await?))
}

/// Returns the clock of a store, with the time that the servers of the database use.
///
/// # Errors
/// Those of the store.
pub async fn clock_of(store: &dyn Store) -> Result<StoreClock, StoreError> {
    StoreClock::of(store, Arc::new(SystemClock)).await
}

/// Opens the database of a server whose data directory belongs to it. Creates its schema if it doesn't exist.
pub(super) async fn open_or_create_store(
    config: &Config,
    data: &DataDir,
) -> Result<Arc<dyn Store>, DatabaseError> {
    Ok(match &config.store {
        Some(url) => Arc::new(open_postgres(url, Schema::Migrated, Some(data)).await?),
        None => Arc::new(SqliteStore::open(data.database()).await?),
    })
}

/// Connects to a PostgreSQL database, and records in the data directory, if one is given, that it belongs to this
/// database.
pub(crate) async fn open_postgres(
    url: &StoreUrl,
    schema: Schema,
    data: Option<&DataDir>,
) -> Result<PostgresStore, DatabaseError> {
    let url = read(url).await?;
    let location = PostgresStore::location(&url.text).map_err(|problem| url.refused(problem))?;
    let connected = match schema {
        Schema::Migrated => PostgresStore::connect(&url.text).await,
        Schema::Current => PostgresStore::connect_migrated(&url.text).await,
    };
    match connected {
        Ok(store) => {
            if let Some(data) = data {
                data.mark_postgres(&location)?;
            }
            Ok(store)
        }
        Err(error) => Err(DatabaseError::Postgres { location, error }),
    }
}

/// A URL, and the name of its source for messages.
struct SourcedUrl {
    source_name: String,
    text: SecretString,
}

impl SourcedUrl {
    fn refused(&self, problem: String) -> DatabaseError {
        DatabaseError::Url {
            source_name: self.source_name.clone(),
            problem,
        }
    }
}

async fn read(url: &StoreUrl) -> Result<SourcedUrl, DatabaseError> {
    let (source_name, read) = match url {
        StoreUrl::Text(text) => {
            return Ok(SourcedUrl {
                source_name: "the configuration".to_owned(),
                text: text.clone(),
            });
        }
        StoreUrl::Env(name) => (
            format!("the environment variable {name}"),
            keys::read_variable(name),
        ),
        StoreUrl::File(path) => (
            path.display().to_string(),
            keys::read_file("URL of the database,", path).await,
        ),
    };
    match read {
        Ok(text) => Ok(SourcedUrl {
            source_name,
            text: SecretString::from(text.trim()),
        }),
        Err(problem) => Err(DatabaseError::Url { source_name, problem }),
    }
}
