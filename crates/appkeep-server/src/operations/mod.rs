//! The operations listener: health checks and metrics for operators, on its own address and without a token.
//! It isn't part of the API.

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
use appkeep_core::worker::{Liveness, Register, UnusableBuckets};
use dropshot::Body;
use http::{Request, Response};
use hyper::body::Incoming;

pub(crate) use self::metrics::RequestMetrics;
use self::writes::Writes;
use crate::error::StartError;
use crate::listener::{Application, ConnectionLimits, Listener};
use crate::tls::Expiry;

/// The time that open requests may take after the server was told to stop.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(1);

/// The background tasks of a running server.
struct Running {
    liveness: Liveness,
    unusable_buckets: UnusableBuckets,
    register: Register,
}

/// The state that the endpoints report.
pub(crate) struct Watched {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) requests: Arc<RequestMetrics>,
    admission: Admission,
    certificate: Option<Expiry>,
    writes: Writes,
    /// Set once the workers run.
    running: OnceLock<Running>,
    /// Set when the server begins to stop: from then on it reports that it isn't ready.
    stopping: AtomicBool,
}

impl Watched {
    /// Creates the state of a server that is still starting.
    pub(crate) fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        requests: Arc<RequestMetrics>,
        admission: Admission,
        certificate: Option<Expiry>,
    ) -> Self {
        Self {
            store,
            clock,
            requests,
            admission,
            certificate,
            writes: Writes::default(),
            running: OnceLock::new(),
            stopping: AtomicBool::new(false),
        }
    }
}

impl Application for Watched {
    async fn respond(self: Arc<Self>, request: Request<Incoming>) -> Response<Body> {
        endpoints::respond(&self, request.method(), request.uri().path()).await
    }
}

/// The running operations listener.
pub(crate) struct Operations {
    listener: Listener,
    watched: Arc<Watched>,
}

impl Operations {
    /// Begins to listen.
    ///
    /// # Errors
    /// When the address can't be bound.
    pub(crate) fn start(
        listen: SocketAddr,
        watched: Watched,
        limits: ConnectionLimits,
    ) -> Result<Self, StartError> {
        let watched = Arc::new(watched);
        let listener = Listener::start(listen, watched.clone(), None, limits);
        let listener = listener.map_err(|error| StartError::Listen {
            address: listen.to_string(),
            reason: error.to_string(),
        })?;
        Ok(Self { listener, watched })
    }

    /// Returns the address that it listens on.
    pub(crate) fn local_addr(&self) -> SocketAddr {
        self.listener.local_addr()
    }

    /// Sets the liveness of the background tasks, the buckets that one of them finds unusable, the measurements of buckets,
    /// and the register, in which another may find that the server has lost its node. Until then the server isn't ready.
    pub(crate) fn watch(&self, liveness: Liveness, unusable_buckets: UnusableBuckets, register: Register) {
        let running = Running {
            liveness,
            unusable_buckets,
            register,
        };
        // It is set only once.
        let _ = self.watched.running.set(running);
    }

    /// Reports from now on that the server isn't ready.
    pub(crate) fn announce_stop(&self) {
        self.watched.stopping.store(true, Ordering::Relaxed);
    }

    /// Stops accepting requests, and completes the open ones.
    pub(crate) async fn stop(self) {
        if tokio::time::timeout(DRAIN_TIMEOUT, self.listener.close())
            .await
            .is_err()
        {
            tracing::info!("open requests to the operations listener were aborted");
        }
    }
}
