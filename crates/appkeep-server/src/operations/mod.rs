//! The operations listener: how the server is doing, for those who run it, on an address of its own and without a
//! token. Not part of the API.

mod endpoints;
mod metrics;
mod readiness;
mod writes;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use appkeep_core::admission::Admission;
use appkeep_core::clock::Clock;
use appkeep_core::store::Store;
use appkeep_core::worker::Liveness;
use dropshot::{ConfigDropshot, HttpServer, ServerBuilder};

pub(crate) use self::metrics::RequestMetrics;
use self::writes::Writes;
use crate::error::StartError;
use crate::log;

/// How long requests that are being answered may take once the server was asked to stop.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(1);

/// What it looks at.
pub(crate) struct Watched {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) requests: Arc<RequestMetrics>,
    admission: Admission,
    writes: Writes,
    /// Known once the workers run.
    liveness: OnceLock<Liveness>,
    /// Set when the server begins to stop: from then on nobody should send it requests.
    stopping: AtomicBool,
}

impl Watched {
    /// A server that is still starting.
    pub(crate) fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        requests: Arc<RequestMetrics>,
        admission: Admission,
    ) -> Self {
        Self {
            store,
            clock,
            requests,
            admission,
            writes: Writes::default(),
            liveness: OnceLock::new(),
            stopping: AtomicBool::new(false),
        }
    }
}

/// The listener, while the server runs.
pub(crate) struct Operations {
    http: HttpServer<Arc<Watched>>,
}

impl Operations {
    /// Begins to listen.
    ///
    /// # Errors
    /// When the address can't be had.
    pub(crate) fn start(listen: SocketAddr, watched: Watched) -> Result<Self, StartError> {
        let refused = |reason: String| StartError::Listen {
            address: listen.to_string(),
            reason,
        };
        let config = ConfigDropshot {
            bind_address: listen,
            ..ConfigDropshot::default()
        };
        let description = endpoints::description().map_err(refused)?;
        let http = ServerBuilder::new(description, Arc::new(watched), log::dropshot_logger())
            .config(config)
            .start()
            .map_err(|error| refused(crate::server::root_cause(&error)))?;
        Ok(Self { http })
    }

    /// The address that it listens on.
    pub(crate) fn local_addr(&self) -> SocketAddr {
        self.http.local_addr()
    }

    /// Has it look at what works in the background. Until then the server isn't ready.
    pub(crate) fn watch(&self, liveness: Liveness) {
        // It is told once.
        let _ = self.http.app_private().liveness.set(liveness);
    }

    /// Says from now on that the server isn't ready.
    pub(crate) fn announce_stop(&self) {
        self.http.app_private().stopping.store(true, Ordering::Relaxed);
    }

    /// Takes no more requests, and answers those that are under way.
    pub(crate) async fn stop(self) {
        match tokio::time::timeout(DRAIN_TIMEOUT, self.http.close()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(error, "the operations listener did not close well"),
            Err(_) => tracing::info!("the operations listener did not wait for its clients"),
        }
    }
}
