//! A running server: builds the object graph once, and shuts it down in order.

mod engine;
mod reload;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use appkeep_api::body::BodyLimits;
use appkeep_core::admission::Admission;
use appkeep_core::backup_file::BackupFiles;
use appkeep_core::clock::{Clock, IdSource};
use appkeep_core::engine::Engine;
use appkeep_core::server::NewServer;
use appkeep_core::service::{RestoreTargets, Service};
use appkeep_core::store::Store;
use appkeep_core::store_clock::StoreClock;
use appkeep_core::worker::{
    Background, JobControl, Liveness, Register, UnusableBuckets, WorkerDeps, Workers, resume_restores,
    start_alarm_watch, start_bucket_meter, start_bucket_watch, start_deliveries, start_node_watch,
    start_reconciler,
};
use appkeep_engine::{BucketCredentials, DataSpace};
use appkeep_store::{PostgresStore, SqliteStore};
use tokio::sync::{Notify, Semaphore};
#[cfg(feature = "testing")]
use uuid::Uuid;

use self::engine::EngineParts;
use self::reload::{Reloadable, declare};
use crate::admin::data_dir::{DataDir, DataDirLock, DatabaseKind};
use crate::admin::database::{DatabaseError, Schema, open_postgres};
use crate::auth::Tokens;
use crate::config::Config;
use crate::error::StartError;
use crate::http::{Api, BODY_BYTES_MAX, Http, Middleware, PageCache, SHARED_BODY_BYTES_MAX, Wrapped};
use crate::listener::{ConnectionLimits, Listener};
use crate::notifications::Receivers;
use crate::operations::{Operations, RequestMetrics, Watched};
use crate::pages;
use crate::system::{RandomIds, SystemClock};
use crate::tls::{Certificate, CertificateWatch, Tls};

/// The time that open requests may take after the server was told to stop. Without this limit, a
/// body that never ends would delay the stop forever.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);

/// The options of a server.
#[non_exhaustive]
pub struct Options {
    /// The operator's configuration.
    pub config: Config,
    /// The data directory; created if it doesn't exist.
    pub data_dir: PathBuf,
    /// The address of the API; port 0 selects a free port.
    pub listen: SocketAddr,
    /// The address of the operations listener, which requires no token; by default there is none.
    pub operations_listen: Option<SocketAddr>,
    /// The certificate; without one the server uses plain HTTP.
    pub tls: Option<Tls>,
    /// The clock of this node. If the database is on PostgreSQL, the database's time is used instead, except for the
    /// validity of certificates.
    pub clock: Arc<dyn Clock>,
    /// The source of ids.
    pub ids: Arc<dyn IdSource>,
}

impl Options {
    /// Returns options with the system's clock and random ids, for plain HTTP.
    #[must_use]
    pub fn new(config: Config, data_dir: PathBuf, listen: SocketAddr) -> Self {
        Self {
            config,
            data_dir,
            listen,
            operations_listen: None,
            tls: None,
            clock: Arc::new(SystemClock),
            ids: Arc::new(RandomIds),
        }
    }
}

/// The engine of a server, which also reads files of backups.
pub(crate) trait ServerEngine: Engine + BackupFiles {}

impl<T: Engine + BackupFiles> ServerEngine for T {}

/// Components that tests replace; by default none.
pub(crate) struct Replacements {
    /// Whether a crash of the system may destroy the database.
    pub(crate) volatile_store: bool,
    /// Replaces the engine.
    pub(crate) engine: Option<Arc<dyn ServerEngine>>,
    /// Responds in place of the API.
    pub(crate) middleware: Option<Arc<dyn Middleware>>,
    /// Delays or fails jobs.
    pub(crate) job_control: Option<Arc<dyn JobControl>>,
    /// Whether states are compared with the contents of buckets.
    pub(crate) reconciles: bool,
    /// Notified of new work.
    pub(crate) wake: Arc<Notify>,
}

impl Default for Replacements {
    fn default() -> Self {
        Self {
            volatile_store: false,
            engine: None,
            middleware: None,
            job_control: None,
            reconciles: true,
            wake: Arc::new(Notify::new()),
        }
    }
}

/// A running server.
///
/// Dropping it has the same effect as killing the process: requests are cut off, background tasks end soon afterwards,
/// and the next server repeats the jobs in progress. [`Server::stop`] shuts it down in order.
pub struct Server {
    listener: Listener,
    store: Arc<dyn Store>,
    workers: Workers,
    reconciler: Option<Background>,
    /// The bucket watch and, on PostgreSQL, the node watch.
    watches: Vec<Background>,
    register: Register,
    registration: Background,
    engine: Arc<dyn Engine>,
    operations: Option<Operations>,
    certificate: Option<CertificateWatch>,
    ca_file: Option<PathBuf>,
    reloadable: Reloadable,
    /// The same store, if it is on SQLite.
    #[cfg(any(feature = "testing", feature = "failpoints"))]
    sqlite: Option<Arc<SqliteStore>>,
    #[cfg(feature = "testing")]
    owner: Uuid,
    _lock: DataDirLock,
}

/// The parts that are opened before the server is registered.
type Opened = (
    DataDir,
    Option<Certificate>,
    Database,
    DataDirLock,
    Arc<dyn Clock>,
);

impl Server {
    /// Starts a server. It accepts requests when this returns.
    ///
    /// # Errors
    /// When something that it needs isn't available.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        Self::start_with(options, Replacements::default()).await
    }

    /// Starts a server some of whose components are replaced.
    pub(crate) async fn start_with(options: Options, replacements: Replacements) -> Result<Self, StartError> {
        options.config.check_data_dir(&options.data_dir)?;
        let data = DataDir::create(&options.data_dir)?;
        let lock = data.lock()?;
        let certificate = options
            .tls
            .as_ref()
            .map(|tls| Certificate::open(tls, data.path(), options.listen, options.clock.as_ref()))
            .transpose()?;
        let database = Database::open(&data, &options.config, replacements.volatile_store).await?;
        let node_clock = options.clock.clone();
        let clock = Arc::new(StoreClock::of(database.store.as_ref(), node_clock).await?);
        let server = NewServer {
            id: options.ids.next_id(),
            node: options.config.node.clone(),
        };
        let register = Register::new(database.store.clone(), clock.clone(), server);
        register.enter().await?;
        let opened: Opened = (data, certificate, database, lock, clock);
        let started = Self::start_registered(options, replacements, opened, register.clone()).await;
        if started.is_err() {
            register.leave().await;
        }
        started
    }

    async fn start_registered(
        options: Options,
        replacements: Replacements,
        opened: Opened,
        register: Register,
    ) -> Result<Self, StartError> {
        let (data, certificate, database, lock, clock) = opened;
        let (node, config) = (&options.config.node, &options.config);
        declare(database.store.as_ref(), node, config, clock.as_ref()).await?;
        let credentials = options.config.credentials();
        let engine = match replacements.engine {
            Some(engine) => engine,
            None => open_engine(&data, &options.config, &credentials, &database, &register).await?,
        };
        let store = database.store;
        let wake = replacements.wake;
        let shared = store.clone();
        let admission = admission(&data, &options.config);
        let restore_targets = RestoreTargets {
            node: options.config.node.to_string(),
            directories: options.config.restore_directories.clone().into(),
        };
        let restore_directories = restore_targets.directories.clone();
        let ids = options.ids.clone();
        let service = Service::new(
            shared.clone(),
            clock.clone(),
            ids,
            wake.clone(),
            admission.clone(),
        );
        let service = service
            .with_files(engine.clone())
            .with_restore_targets(restore_targets);
        let metrics = options.operations_listen.map(|_| Arc::new(RequestMetrics::new()));
        let receivers = declared_receivers(&options.config, metrics.as_deref());
        let listener = listen(
            &options,
            certificate.as_ref(),
            (shared.clone(), clock.clone()),
            service,
            metrics.clone(),
            replacements.middleware,
        )?;
        let expiry = certificate.as_ref().map(Certificate::expiry);
        let health = metrics
            .map(|metrics| Watched::new(shared.clone(), clock.clone(), metrics, admission.clone(), expiry));
        let operations = start_operations(&options, health)?;
        let ca_file = certificate.as_ref().and_then(Certificate::ca_file);
        let certificate = certificate.map(|certificate| CertificateWatch::start(certificate, options.clock));
        let reloadable = Reloadable {
            config: tokio::sync::Mutex::new(options.config.clone()),
            data_dir: data.path().to_owned(),
            clock: clock.clone(),
            credentials,
            receivers: receivers.clone(),
        };
        let deps = WorkerDeps {
            store: shared,
            engine,
            clock,
            owner: register.server_id(),
            node: options.config.node.to_string(),
            ids: options.ids,
            wake,
            backups_max: Some(options.config.backups_at_once()),
            admission,
            restore_directories,
            notifier: Some(receivers),
            job_control: replacements.job_control,
        };
        let registration = register.start();
        resume_restores(&deps).await?;
        let unusable_buckets = UnusableBuckets::default();
        let watches = start_watches(&deps, &options.config, &unusable_buckets);
        let workers = Workers::start(&deps, options.config.workers as usize);
        let reconciler = replacements
            .reconciles
            .then(|| start_reconciler(&deps, options.config.check_every));
        if let Some(operations) = &operations {
            let reconciler = reconciler.as_ref().map(Background::liveness).unwrap_or_default();
            let watches = watches.iter().chain([&registration]).map(Background::liveness);
            let liveness = watches.fold(workers.liveness().with(reconciler), Liveness::with);
            operations.watch(liveness, unusable_buckets, register.clone());
        }
        Ok(Self {
            listener,
            store,
            workers,
            reconciler,
            watches,
            register,
            registration,
            engine: deps.engine,
            operations,
            certificate,
            ca_file,
            reloadable,
            #[cfg(any(feature = "testing", feature = "failpoints"))]
            sqlite: database.sqlite,
            #[cfg(feature = "testing")]
            owner: deps.owner,
            _lock: lock,
        })
    }

    /// Returns the address that it listens on.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.listener.local_addr()
    }

    /// Returns the server's URL: scheme, address and port.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = if self.listener.is_tls() { "https" } else { "http" };
        format!("{scheme}://{}", self.local_addr())
    }

    /// Returns the certificate authority that clients have to trust, if the server created its certificate
    /// itself.
    #[must_use]
    pub fn ca_file(&self) -> Option<&Path> {
        self.ca_file.as_deref()
    }

    /// Checks at once whether the certificate was replaced. This also happens every 2 s.
    pub fn reload_certificate(&self) {
        if let Some(certificate) = &self.certificate {
            certificate.trigger();
        }
    }

    /// Returns the address of the operations listener, if there is one.
    #[must_use]
    pub fn operations_addr(&self) -> Option<SocketAddr> {
        self.operations.as_ref().map(Operations::local_addr)
    }

    /// Returns the store, for callers that create tokens in the same process.
    #[must_use]
    pub fn store(&self) -> Arc<dyn Store> {
        self.store.clone()
    }

    /// Returns the store with the operations that only SQLite has, and the owner of the leases of its jobs.
    #[cfg(feature = "testing")]
    pub(crate) fn jobs(&self) -> (Arc<SqliteStore>, Uuid) {
        (self.sqlite(), self.owner)
    }

    /// Returns the switch that makes its storage fail.
    ///
    /// # Panics
    /// When its database is on PostgreSQL.
    #[cfg(feature = "failpoints")]
    #[must_use]
    pub fn storage_faults(&self) -> appkeep_store::StorageFaults {
        self.sqlite().faults()
    }

    #[cfg(any(feature = "testing", feature = "failpoints"))]
    #[expect(clippy::expect_used, reason = "only tests call it, with a server on SQLite")]
    fn sqlite(&self) -> Arc<SqliteStore> {
        self.sqlite.clone().expect("the database is on SQLite")
    }

    /// Stops the server: accepts no more requests, completes the open ones, puts running jobs back into the
    /// queue, and closes the database.
    pub async fn stop(self) {
        self.stop_within(Some(DRAIN_TIMEOUT)).await;
    }

    /// Stops like [`Server::stop`]. Requests have at most `drain` to complete; without it they are cut off.
    pub(crate) async fn stop_within(self, drain: Option<Duration>) {
        if let Some(operations) = &self.operations {
            operations.announce_stop();
        }
        match drain {
            None => drop(self.listener),
            Some(drain) => {
                let closed = tokio::time::timeout(drain, self.listener.close()).await;
                if closed.is_err() {
                    tracing::warn!("requests were aborted after {} s", drain.as_secs());
                }
            }
        }
        if let Some(certificate) = self.certificate {
            certificate.stop().await;
        }
        if let Some(reconciler) = self.reconciler {
            reconciler.stop().await;
        }
        self.workers.drain().await;
        for watch in self.watches {
            watch.stop().await;
        }
        self.engine.release_buckets().await;
        self.registration.stop().await;
        self.register.leave().await;
        if let Some(operations) = self.operations {
            operations.stop().await;
        }
        self.store.close().await;
    }
}

async fn open_engine(
    data: &DataDir,
    config: &Config,
    credentials: &BucketCredentials,
    database: &Database,
    register: &Register,
) -> Result<Arc<dyn ServerEngine>, StartError> {
    let parts = EngineParts {
        data,
        config,
        credentials: credentials.clone(),
        postgres: database.postgres.as_ref(),
        register,
    };
    Ok(Arc::new(parts.open().await?))
}

fn admission(data: &DataDir, config: &Config) -> Admission {
    Admission {
        space: Arc::new(DataSpace::new(data.path().to_owned(), config.reserve)),
        limits: config.queue_limits,
    }
}

/// The receivers of notifications, which the metrics count, if there are any metrics.
fn declared_receivers(config: &Config, metrics: Option<&RequestMetrics>) -> Arc<Receivers> {
    let counters = metrics.map(|metrics| metrics.deliveries.clone());
    let receivers = Receivers::new(config.notifications.clone(), counters.unwrap_or_default());
    Arc::new(receivers)
}

/// Starts the watches.
fn start_watches(deps: &WorkerDeps, config: &Config, unusable_buckets: &UnusableBuckets) -> Vec<Background> {
    let mut watches = vec![
        start_bucket_watch(deps, unusable_buckets.clone()),
        start_alarm_watch(deps),
        start_bucket_meter(deps),
    ];
    if let Some(notifier) = &deps.notifier {
        watches.push(start_deliveries(deps, notifier.clone()));
    }
    // A database on SQLite has no other server.
    if config.store.is_some() {
        watches.push(start_node_watch(deps));
    }
    watches
}

fn start_operations(options: &Options, watched: Option<Watched>) -> Result<Option<Operations>, StartError> {
    let operations = options.operations_listen.zip(watched);
    let operations = operations.map(|(listen, watched)| {
        Operations::start(listen, watched, ConnectionLimits::of_operations(&options.config))
    });
    operations.transpose()
}

fn listen(
    options: &Options,
    certificate: Option<&Certificate>,
    (store, clock): (Arc<dyn Store>, Arc<dyn Clock>),
    service: Service,
    metrics: Option<Arc<RequestMetrics>>,
    middleware: Option<Arc<dyn Middleware>>,
) -> Result<Listener, StartError> {
    let refused = |reason: String| StartError::Listen {
        address: options.listen.to_string(),
        reason,
    };
    let context = Http {
        service,
        tokens: Tokens::Stored(store),
        clock,
        ids: options.ids.clone(),
        page_cache: PageCache::new(),
        metrics,
        body_limits: BodyLimits {
            bytes_max: BODY_BYTES_MAX,
            timeout: options.config.body_timeout,
            shared_bytes: Semaphore::new(SHARED_BODY_BYTES_MAX),
        },
    };
    let tls = certificate.map(Certificate::server_config).transpose()?;
    let mut api = Api::new(context).map_err(refused)?;
    if options.config.pages {
        pages::register(&mut api);
    }
    let limits = ConnectionLimits::of_api(&options.config);
    let (listen, api) = (options.listen, Arc::new(api));
    let listener = match middleware {
        Some(middleware) => Listener::start(listen, Arc::new(Wrapped { api, middleware }), tls, limits),
        None => Listener::start(listen, api, tls, limits),
    };
    listener.map_err(|error| refused(error.to_string()))
}

/// The opened database of a server.
struct Database {
    store: Arc<dyn Store>,
    /// The same store, if it is on SQLite.
    #[cfg(any(feature = "testing", feature = "failpoints"))]
    sqlite: Option<Arc<SqliteStore>>,
    /// The same store, if it is on PostgreSQL, which several servers share.
    postgres: Option<PostgresStore>,
}

impl Database {
    /// Opens the database that `config` selects. The caller holds the lock of the data directory. A database in it has
    /// therefore no other server, and leases of other servers are known to be dead.
    async fn open(data: &DataDir, config: &Config, is_volatile: bool) -> Result<Self, DatabaseError> {
        data.check_kind(DatabaseKind::of(Some(config)))?;
        if let Some(url) = &config.store {
            let postgres = open_postgres(url, Schema::Migrated, Some(data)).await?;
            return Ok(Self {
                store: Arc::new(postgres.clone()),
                #[cfg(any(feature = "testing", feature = "failpoints"))]
                sqlite: None,
                postgres: Some(postgres),
            });
        }
        let path = data.database();
        let sqlite = Arc::new(if is_volatile {
            SqliteStore::open_volatile(path).await?
        } else {
            SqliteStore::open_sole_server(path).await?
        });
        Ok(Self {
            store: sqlite.clone(),
            #[cfg(any(feature = "testing", feature = "failpoints"))]
            sqlite: Some(sqlite),
            postgres: None,
        })
    }
}
