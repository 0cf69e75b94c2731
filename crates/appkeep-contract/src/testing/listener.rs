//! A listener on a free port of this machine, and the proxy that injects a defect.

use std::convert::Infallible;
use std::io;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures::future::BoxFuture;
use http::header::{CONNECTION, CONTENT_LENGTH, HOST, HeaderName, TRANSFER_ENCODING};
use http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::exchange::{Request, Response};
use super::injection::{Injection, ProxyContext};

/// Headers of a connection, which aren't passed on.
const OF_CONNECTION: [HeaderName; 4] = [CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING];

/// A listener whose responses come from a function; it is closed when it is dropped.
pub struct Listener {
    url: String,
    task: JoinHandle<()>,
}

impl Listener {
    /// Listens on a free port.
    ///
    /// # Panics
    ///
    /// If there is no free port.
    pub async fn start<A>(respond: A) -> Self
    where
        A: Fn(Request) -> BoxFuture<'static, Response> + Send + Sync + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let respond = Arc::new(respond);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                // Small requests and responses must not wait for each other.
                let _ = client.set_nodelay(true);
                let respond = Arc::clone(&respond);
                let service = service_fn(move |request| handle(request, Arc::clone(&respond)));
                // A connection may break at any time; that is the client's decision.
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(client), service));
            }
        });
        Self { url, task }
    }

    /// Scheme, host and port.
    #[must_use]
    pub fn url(&self) -> String {
        self.url.clone()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Starts a proxy in front of a server that injects a defect.
///
/// # Panics
///
/// If there is no free port.
pub async fn proxy(server: ProxyContext, injection: Injection) -> Listener {
    Listener::start(move |request| Box::pin(injection.respond(request, server.clone()))).await
}

/// Answers one request. An error closes the connection.
async fn handle<A>(
    request: http::Request<Incoming>,
    respond: Arc<A>,
) -> io::Result<http::Response<Full<Bytes>>>
where
    A: Fn(Request) -> BoxFuture<'static, Response>,
{
    let Response {
        status,
        headers,
        body,
    } = respond(read(request).await?).await;
    let status = StatusCode::from_u16(status);
    let status = status.map_err(|_| io::Error::other("there is no response"))?;
    let mut response = http::Response::new(Full::new(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

async fn read(request: http::Request<Incoming>) -> io::Result<Request> {
    let (head, body) = request.into_parts();
    let query = head.uri.query().unwrap_or_default().as_bytes();
    // A body without a length may never end.
    let is_whole = head.headers.contains_key(CONTENT_LENGTH) || hyper::body::Body::is_end_stream(&body);
    let (body, unfinished) = if is_whole {
        let whole = body.collect().await.map_err(io::Error::other)?;
        (whole.to_bytes(), None)
    } else {
        (Bytes::new(), Some(passed_on(body)))
    };
    Ok(Request {
        method: head.method,
        path: head.uri.path().to_owned(),
        query: form_urlencoded::parse(query).into_owned().collect(),
        headers: without_connection(head.headers),
        body,
        unfinished: Arc::new(Mutex::new(unfinished)),
    })
}

/// A body that is read as it arrives, even if it isn't used: otherwise the connection breaks before the
/// response is read.
fn passed_on(mut body: Incoming) -> reqwest::Body {
    let (sender, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(Ok(frame)) = body.frame().await {
            if let Ok(data) = frame.into_data() {
                // The receiver may be gone.
                let _ = sender.send(data);
            }
        }
    });
    let frames = futures::stream::unfold(receiver, |mut receiver| async move {
        let data = receiver.recv().await?;
        Some((Ok::<_, Infallible>(data), receiver))
    });
    reqwest::Body::wrap_stream(frames)
}

/// The headers that are passed on.
pub(crate) fn without_connection(mut headers: HeaderMap) -> HeaderMap {
    for name in OF_CONNECTION {
        headers.remove(name);
    }
    headers
}
