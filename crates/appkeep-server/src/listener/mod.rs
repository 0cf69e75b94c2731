//! Accepts TCP connections and serves HTTP/1.1 and HTTP/2 on them, with or without TLS.
//!
//! Every connection has limits: how many there may be in total and for each address, how long they may be idle, and
//! how long a response may make no progress. What is served is an [`Application`].

mod activity;
mod body;
mod connection;
mod io;
mod limits;
mod slots;

use std::future::Future;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use dropshot::Body;
use http::{Request, Response};
use hyper::body::Incoming;
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

pub(crate) use self::limits::ConnectionLimits;
use self::slots::{Slots, Throttle};

/// How long to wait after `accept` failed for a reason that concerns the process, as a lack of descriptors does.
const ACCEPT_RETRY: Duration = Duration::from_millis(100);

/// Answers requests.
pub(crate) trait Application: Send + Sync + 'static {
    /// Answers one request.
    ///
    /// # Cancel safety
    /// Not cancelled when the client disconnects: it runs to its end.
    fn respond(self: Arc<Self>, request: Request<Incoming>) -> impl Future<Output = Response<Body>> + Send;
}

/// What all connections of a listener share.
struct Shared<A> {
    application: Arc<A>,
    tls: Option<TlsAcceptor>,
    limits: ConnectionLimits,
}

/// A bound address on which connections are accepted until it is closed.
pub(crate) struct Listener {
    local_addr: SocketAddr,
    is_tls: bool,
    /// Tells the accept loop and every connection to stop; each of them holds a receiver while it exists.
    closing: watch::Sender<bool>,
}

impl Listener {
    /// Binds the address and begins to accept connections.
    ///
    /// # Errors
    /// When the address can't be bound.
    pub(crate) fn start<A: Application>(
        address: SocketAddr,
        application: Arc<A>,
        tls: Option<ServerConfig>,
        limits: ConnectionLimits,
    ) -> std::io::Result<Self> {
        let listener = std::net::TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let listener = TcpListener::from_std(listener)?;
        let local_addr = listener.local_addr()?;
        let is_tls = tls.is_some();
        let (closing, is_closing) = watch::channel(false);
        let shared = Arc::new(Shared {
            application,
            tls: tls.map(|config| TlsAcceptor::from(Arc::new(config))),
            limits,
        });
        tokio::spawn(accept(listener, shared, is_closing));
        Ok(Self {
            local_addr,
            is_tls,
            closing,
        })
    }

    /// The bound address.
    pub(crate) fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Whether connections are encrypted.
    pub(crate) fn is_tls(&self) -> bool {
        self.is_tls
    }

    /// Stops accepting connections and waits until the open ones have answered their requests.
    ///
    /// # Cancel safety
    /// Dropping the future, or the listener, ends all connections at once.
    pub(crate) async fn close(self) {
        // Fails only when nothing is left to be told.
        let _ = self.closing.send(true);
        self.closing.closed().await;
    }
}

async fn accept<A: Application>(
    listener: TcpListener,
    shared: Arc<Shared<A>>,
    mut closing: watch::Receiver<bool>,
) {
    let slots = Slots::new(&shared.limits);
    let mut failures = Throttle::default();
    let mut refusals = Throttle::default();
    loop {
        let accepted = tokio::select! {
            biased;
            _ = closing.changed() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => match slots.take(peer.ip()) {
                Ok(slot) => {
                    let (shared, closing) = (shared.clone(), closing.clone());
                    tokio::spawn(async move {
                        connection::serve(stream, &shared, closing).await;
                        drop(slot);
                    });
                }
                Err(reason) => {
                    reset(stream);
                    if let Some(unreported) = refusals.report() {
                        tracing::warn!(%reason, client.address = %peer.ip(), unreported, "a connection was refused");
                    }
                }
            },
            // The connection was gone before it was accepted.
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset
                ) => {}
            Err(error) => {
                if let Some(unreported) = failures.report() {
                    tracing::warn!(%error, unreported, "connections can't be accepted");
                }
                tokio::time::sleep(ACCEPT_RETRY).await;
            }
        }
    }
}

/// Closes a connection without leaving it in `TIME_WAIT`.
fn reset(stream: TcpStream) {
    // Without it the connection ends with FIN instead of RST.
    let _ = stream.set_zero_linger();
    drop(stream);
}
