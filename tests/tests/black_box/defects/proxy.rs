//! The proxy before the honest server: it passes everything on, but for what the plant does.

use std::convert::Infallible;
use std::io;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, HOST, HeaderName, TRANSFER_ENCODING};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::plant::{Plant, Real};
use super::wire::{Asked, Said};

/// Headers that say how a message travels; each connection has its own.
const TRAVEL: [HeaderName; 4] = [CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING];

/// Starts a proxy and answers its URL; it ends with the runtime.
pub(super) async fn start(real: Real, plant: Plant) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let real = real.clone();
            let answer = service_fn(move |request| relay(request, real.clone(), plant));
            // A connection that breaks is the judge's matter.
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(client), answer));
        }
    });
    url
}

/// One request, one answer. An error closes the connection.
async fn relay(request: Request<Incoming>, real: Real, plant: Plant) -> io::Result<Response<Full<Bytes>>> {
    let asked = read(request).await?;
    let said = plant.answer(asked, real).await;
    let said = said.ok_or_else(|| io::Error::other("the plant gives no answer"))?;
    let mut response = Response::new(Full::new(said.body));
    *response.status_mut() = StatusCode::from_u16(said.status).expect("a status");
    *response.headers_mut() = said.headers;
    Ok(response)
}

async fn read(request: Request<Incoming>) -> io::Result<Asked> {
    let (head, body) = request.into_parts();
    let query = head.uri.query().unwrap_or_default().as_bytes();
    // What doesn't say its length may never end, so nobody waits for all of it.
    let is_whole = head.headers.contains_key(CONTENT_LENGTH) || hyper::body::Body::is_end_stream(&body);
    let (body, rest) = if is_whole {
        let whole = body.collect().await.map_err(io::Error::other)?;
        (whole.to_bytes(), None)
    } else {
        (Bytes::new(), Some(passed_on(body)))
    };
    Ok(Asked {
        method: head.method,
        path: head.uri.path().to_owned(),
        query: form_urlencoded::parse(query).into_owned().collect(),
        headers: without_travel(head.headers),
        body,
        rest: Arc::new(Mutex::new(rest)),
    })
}

/// A body that is read as it comes, also when nobody wants it any more: else the connection breaks before
/// the answer is read.
fn passed_on(mut body: Incoming) -> reqwest::Body {
    let (sender, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(Ok(frame)) = body.frame().await {
            if let Ok(data) = frame.into_data() {
                // Whoever listened may have gone.
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

fn without_travel(mut headers: HeaderMap) -> HeaderMap {
    for name in TRAVEL {
        headers.remove(name);
    }
    headers
}

impl Real {
    /// What the honest server answers to that.
    pub(super) async fn send(&self, asked: Asked) -> Said {
        let mut url = format!("{}{}", self.url, asked.path);
        if !asked.query.is_empty() {
            let mut query = form_urlencoded::Serializer::new(String::new());
            url = format!("{url}?{}", query.extend_pairs(&asked.query).finish());
        }
        let mut request = self.http.request(asked.method, url).headers(asked.headers);
        let rest = asked.rest.lock().expect("nobody panicked here").take();
        if let Some(rest) = rest {
            request = request.body(rest);
        } else if !asked.body.is_empty() {
            request = request.body(asked.body);
        }
        let response = request.send().await.expect("the honest server answers");
        Said {
            status: response.status().as_u16(),
            headers: without_travel(response.headers().clone()),
            body: response.bytes().await.expect("a whole answer"),
        }
    }

    /// What it answers to that if somebody asks who may do everything.
    pub(super) async fn send_as_operator(&self, mut asked: Asked) -> Said {
        asked.set_token(&self.operator);
        self.send(asked).await
    }
}
