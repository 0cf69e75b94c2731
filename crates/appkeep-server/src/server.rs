//! A running server: the object graph, built once, and taken apart in order.

mod reload;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use appkeep_api::body::BodyLimits;
use appkeep_core::admission::Admission;
use appkeep_core::clock::{Clock, IdSource};
use appkeep_core::engine::Engine;
use appkeep_core::service::Service;
use appkeep_core::store::Store;
use appkeep_core::worker::{
    Background, HookTurns, WorkerDeps, Workers, resume_restores, start_bucket_watch, start_reconciler,
};
use appkeep_engine::{DataSpace, EngineConfig, RusticEngine};
use appkeep_store::SqliteStore;
use tokio::sync::{Notify, Semaphore};

use self::reload::Reloadable;
use crate::config::Config;
use crate::data_dir::{DataDir, DataDirLock};
use crate::error::StartError;
use crate::http::{Api, BODY_BYTES_MAX, Http, PageCache, SHARED_BODY_BYTES_MAX};
use crate::keys;
use crate::listener::{ConnectionLimits, Listener};
use crate::operations::{Operations, RequestMetrics, Watched};
use crate::pages;
use crate::system::{RandomIds, SystemClock};
use crate::tls::{Certificate, CertificateWatch, Tls};

/// How long requests that are being answered may take once the server was asked to stop. A body that
/// never ends would otherwise hold it up for ever.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);

/// How to start a server.
pub struct Options {
    /// What the operator declares.
    pub config: Config,
    /// The data directory; made when it isn't there.
    pub data_dir: PathBuf,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where to tell how it is doing, without a token; without it nowhere.
    pub operations_listen: Option<SocketAddr>,
    /// Which certificate it shows; without one it speaks plain HTTP.
    pub tls: Option<Tls>,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// Where ids come from.
    pub ids: Arc<dyn IdSource>,
}

impl Options {
    /// Options with the system's clock and random ids, for plain HTTP.
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

/// A running server.
///
/// Dropping it is like killing it: requests are cut off, background tasks end soon afterwards, and the jobs in
/// progress are repeated by the next server. [`Server::stop`] stops it in good order.
pub struct Server {
    listener: Listener,
    store: Arc<SqliteStore>,
    workers: Workers,
    reconciler: Background,
    bucket_watch: Background,
    engine: Arc<dyn Engine>,
    operations: Option<Operations>,
    certificate: Option<CertificateWatch>,
    ca_file: Option<PathBuf>,
    reloadable: Reloadable,
    _lock: DataDirLock,
}

impl Server {
    /// Starts a server. When this returns it answers requests.
    ///
    /// # Errors
    /// When anything that it needs can't be had.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        Self::start_with(options, |engine| engine).await
    }

    /// Starts a server with the engine that `replace` returns for the real one.
    pub(crate) async fn start_with(
        options: Options,
        replace: impl FnOnce(Arc<dyn Engine>) -> Arc<dyn Engine>,
    ) -> Result<Self, StartError> {
        options.config.check_data_dir(&options.data_dir)?;
        let data = DataDir::create(&options.data_dir)?;
        let lock = data.lock()?;
        let certificate = options
            .tls
            .as_ref()
            .map(|tls| Certificate::open(tls, data.path(), options.listen, options.clock.as_ref()))
            .transpose()?;
        let keys = keys::open(data.path(), &options.config.keys).await?;
        let master_key_id = keys.prepare()?;
        tracing::info!(%master_key_id, "keys are wrapped");
        // The lock makes this the one server of the directory, so leases of others are known to be dead.
        let store = Arc::new(SqliteStore::open_sole_server(data.database()).await?);
        let mut tx = store.begin().await?;
        tx.update_declaration(&options.config.declaration, options.clock.now())
            .await?;
        tx.commit().await?;
        let engine_config = EngineConfig {
            data_dir: data.path().to_owned(),
        };
        let engine = replace(Arc::new(
            RusticEngine::new(&engine_config)
                .with_keys(keys)
                .verifying(options.config.verify_percent)
                .with_priority(options.config.engine_priority)
                .with_reserve(options.config.reserve),
        ));
        let wake = Arc::new(Notify::new());
        let shared: Arc<dyn Store> = store.clone();
        let (clock, ids) = (options.clock.clone(), options.ids.clone());
        let space = Arc::new(DataSpace::new(data.path().to_owned(), options.config.reserve));
        let admission = Admission {
            space,
            limits: options.config.queue_limits,
        };
        let service = Service::new(shared.clone(), clock, ids, wake.clone(), admission.clone());
        let metrics = options.operations_listen.map(|_| Arc::new(RequestMetrics::new()));
        let listener = listen(
            &options,
            certificate.as_ref(),
            shared.clone(),
            service,
            metrics.clone(),
        )?;
        let operations = options.operations_listen.zip(metrics);
        let operations = operations.map(|(listen, metrics)| {
            let (store, clock) = (shared.clone(), options.clock.clone());
            let watched = Watched::new(store, clock, metrics, admission.clone());
            Operations::start(listen, watched, ConnectionLimits::of_operations(&options.config))
        });
        let operations = operations.transpose()?;
        let ca_file = certificate.as_ref().and_then(Certificate::ca_file);
        let certificate =
            certificate.map(|certificate| CertificateWatch::start(certificate, options.clock.clone()));
        let reloadable = Reloadable {
            config: tokio::sync::Mutex::new(options.config.clone()),
            data_dir: data.path().to_owned(),
            clock: options.clock.clone(),
        };
        let deps = WorkerDeps {
            store: shared,
            engine,
            clock: options.clock,
            owner: options.ids.next_id(),
            ids: options.ids,
            wake,
            backups_max: Some(options.config.backups_at_once()),
            hook_turns: HookTurns::default(),
            admission,
        };
        resume_restores(&deps).await?;
        let bucket_watch = start_bucket_watch(&deps);
        let workers = Workers::start(&deps, options.config.workers as usize);
        let reconciler = start_reconciler(&deps, options.config.check_every);
        if let Some(operations) = &operations {
            let liveness = workers.liveness().with(reconciler.liveness());
            operations.watch(liveness.with(bucket_watch.liveness()));
        }
        Ok(Self {
            listener,
            store,
            workers,
            reconciler,
            bucket_watch,
            engine: deps.engine,
            operations,
            certificate,
            ca_file,
            reloadable,
            _lock: lock,
        })
    }

    /// The address that it listens on.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.listener.local_addr()
    }

    /// Where it is reached: scheme, address and port.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = if self.listener.is_tls() { "https" } else { "http" };
        format!("{scheme}://{}", self.local_addr())
    }

    /// The certificate authority that clients have to trust, when the server made its certificate itself.
    #[must_use]
    pub fn ca_file(&self) -> Option<&Path> {
        self.ca_file.as_deref()
    }

    /// Has it look at once whether its certificate was replaced. It does so every other second anyway.
    pub fn reload_certificate(&self) {
        if let Some(certificate) = &self.certificate {
            certificate.look();
        }
    }

    /// Where it tells how it is doing, if it does.
    #[must_use]
    pub fn operations_addr(&self) -> Option<SocketAddr> {
        self.operations.as_ref().map(Operations::local_addr)
    }

    /// What it remembers, for whoever makes tokens in the same process.
    #[must_use]
    pub fn store(&self) -> Arc<dyn Store> {
        self.store.clone()
    }

    /// The switch that makes its storage fail.
    #[cfg(feature = "failpoints")]
    #[must_use]
    pub fn storage_faults(&self) -> appkeep_store::StorageFaults {
        self.store.faults()
    }

    /// Stops: takes no more requests, answers those that are under way, puts running jobs back into the
    /// queue, and closes the database.
    pub async fn stop(self) {
        self.stop_within(Some(DRAIN_TIMEOUT)).await;
    }

    /// Stops like [`Server::stop`]. Requests get at most `drain` to complete; without it they are cut off.
    pub(crate) async fn stop_within(self, drain: Option<Duration>) {
        if let Some(operations) = &self.operations {
            operations.announce_stop();
        }
        match drain {
            None => drop(self.listener),
            Some(drain) => {
                let closed = tokio::time::timeout(drain, self.listener.close()).await;
                if closed.is_err() {
                    tracing::warn!("requests were cut off after {} s", drain.as_secs());
                }
            }
        }
        if let Some(certificate) = self.certificate {
            certificate.stop().await;
        }
        self.reconciler.stop().await;
        self.workers.drain().await;
        self.bucket_watch.stop().await;
        self.engine.release_buckets().await;
        if let Some(operations) = self.operations {
            operations.stop().await;
        }
        self.store.close().await;
    }
}

fn listen(
    options: &Options,
    certificate: Option<&Certificate>,
    store: Arc<dyn Store>,
    service: Service,
    metrics: Option<Arc<RequestMetrics>>,
) -> Result<Listener, StartError> {
    let refused = |reason: String| StartError::Listen {
        address: options.listen.to_string(),
        reason,
    };
    let context = Http {
        service,
        store,
        clock: options.clock.clone(),
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
    Listener::start(options.listen, Arc::new(api), tls, limits).map_err(|error| refused(error.to_string()))
}
