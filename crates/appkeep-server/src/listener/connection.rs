//! One connection, from its TLS handshake to its end.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinError;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::activity::{Activity, Expired};
use super::body::TrackedBody;
use super::io::TrackedSocket;
use super::{Application, ConnectionLimits, Shared};

/// The size limit of a request's headers, and of the read and write buffers, in bytes.
const BUFFER_BYTES_MAX: usize = 64 * 1024;
/// The same for HTTP/2, where it also bounds the header list.
const HEADER_LIST_BYTES_MAX: u32 = 64 * 1024;
/// The most requests that a connection may have at once (HTTP/2).
const STREAMS_MAX: u32 = 100;
/// The most bytes of a request's body that may be buffered (HTTP/2); four times as many for a connection.
const STREAM_WINDOW_BYTES: u32 = 64 * 1024;
/// The time that an idle or stalled connection may take to shut down.
const GOODBYE_TIMEOUT: Duration = Duration::from_secs(1);
/// The interval at which a connection is checked: a quarter of its shortest timeout, within these bounds.
const LOOK_INTERVAL: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(5));

/// Serves a connection until it ends.
pub(super) async fn serve<A: Application>(
    stream: TcpStream,
    shared: &Arc<Shared<A>>,
    mut closing: watch::Receiver<bool>,
) {
    // Without it a small response may wait for the acknowledgement of an earlier one.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY can't be set");
    }
    let activity = Activity::new();
    let socket = TrackedSocket::new(stream, activity.clone());
    let Some(tls) = &shared.tls else {
        return serve_http(socket, shared, activity, closing).await;
    };
    let handshake = timeout(shared.limits.idle_timeout, tls.accept(socket));
    let outcome = tokio::select! {
        _ = closing.changed() => return,
        outcome = handshake => outcome,
    };
    match outcome {
        Ok(Ok(stream)) => serve_http(stream, shared, activity, closing).await,
        // Any client that can reach the port can cause these.
        Ok(Err(reason)) => {
            tracing::info!(target: "appkeep::http", %reason, "a TLS handshake failed");
        }
        Err(_) => tracing::debug!("a TLS handshake timed out"),
    }
}

async fn serve_http<A, I>(
    io: I,
    shared: &Arc<Shared<A>>,
    activity: Arc<Activity>,
    mut closing: watch::Receiver<bool>,
) where
    A: Application,
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let limits = &shared.limits;
    let builder = builder(limits);
    let handlers = closing.clone();
    let service = service_fn(|request: Request<Incoming>| {
        let (application, active, handler) = (shared.application.clone(), activity.begin(), handlers.clone());
        async move {
            let version = request.version();
            // In its own task, so that a client that disconnects doesn't interrupt it.
            let task = tokio::spawn(async move {
                let response = application.respond(request).await;
                drop(handler);
                response
            });
            let response = task.await?;
            Ok::<_, JoinError>(response.map(|body| TrackedBody::new(body, active, version)))
        }
    });
    let mut connection = pin!(builder.serve_connection(TokioIo::new(io), service));
    let mut look = interval(look_interval(limits));
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut limits = *limits;
    let expired = loop {
        tokio::select! {
            outcome = connection.as_mut() => {
                if let Err(error) = outcome {
                    tracing::debug!(%error, "a connection failed");
                }
                return;
            }
            changed = closing.changed() => {
                if changed.is_err() {
                    // The listener was dropped.
                    return;
                }
                connection.as_mut().graceful_shutdown();
                // A connection without a request is closed at once.
                limits.idle_timeout = Duration::ZERO;
                look = interval(LOOK_INTERVAL.0);
            }
            _ = look.tick() => {
                if let Some(expired) = activity.expired(&limits) {
                    break expired;
                }
            }
        }
    };
    match expired {
        Expired::Idle => tracing::debug!("an idle connection is closed"),
        Expired::Stalled => {
            activity.abort();
            tracing::info!("a connection is closed: the client doesn't read its response");
            return;
        }
    }
    connection.as_mut().graceful_shutdown();
    let _ = timeout(GOODBYE_TIMEOUT, connection).await;
}

fn builder(limits: &ConnectionLimits) -> auto::Builder<TokioExecutor> {
    // Detects a dead peer within the idle timeout.
    let ping = limits.idle_timeout / 2;
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        // Incomplete headers count as idle time.
        .header_read_timeout(None)
        .max_buf_size(BUFFER_BYTES_MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(ping)
        .keep_alive_timeout(ping)
        .max_header_list_size(HEADER_LIST_BYTES_MAX)
        .max_concurrent_streams(STREAMS_MAX)
        .max_send_buf_size(BUFFER_BYTES_MAX)
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(4 * STREAM_WINDOW_BYTES);
    builder
}

fn look_interval(limits: &ConnectionLimits) -> Duration {
    let (least, most) = LOOK_INTERVAL;
    (limits.idle_timeout.min(limits.write_timeout) / 4).clamp(least, most)
}
