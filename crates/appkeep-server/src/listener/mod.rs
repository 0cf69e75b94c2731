//! Accepts TCP connections and serves HTTP/1.1 and HTTP/2 on them, with or without TLS.
//!
//! Limits apply to the number of connections in total and per address, to the time that a connection may be
//! idle, and to the time that a response may make no progress. The listener serves an [`Application`].

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

/// The delay after `accept` failed for a reason that affects the process, such as a lack of descriptors.
const ACCEPT_RETRY: Duration = Duration::from_millis(100);

/// A handler of requests.
pub(crate) trait Application: Send + Sync + 'static {
    /// Responds to one request.
    ///
    /// # Cancel safety
    /// Not cancelled when the client disconnects: it runs to completion.
    fn respond(self: Arc<Self>, request: Request<Incoming>) -> impl Future<Output = Response<Body>> + Send;
}

/// State that all connections of a listener share.
struct Shared<A> {
    application: Arc<A>,
    tls: Option<TlsAcceptor>,
    limits: ConnectionLimits,
}

/// A bound address on which connections are accepted until it is closed.
pub(crate) struct Listener {
    local_addr: SocketAddr,
    is_tls: bool,
    /// Signals the accept loop and every connection to stop; each of them holds a receiver while it exists.
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

    /// Stops accepting connections and waits until the open ones have completed their requests.
    ///
    /// # Cancel safety
    /// Dropping the future, or the listener, ends all connections at once.
    pub(crate) async fn close(self) {
        // Fails only when no receiver is left.
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
            // The connection was closed before it was accepted.
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
