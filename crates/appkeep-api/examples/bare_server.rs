//! Servers that only send backups: no store, no token, no validation. `cargo xtask bench` compares the server with
//! them.
//!
//! `bare_server KIND DIRECTORY` reads `one.json`, one backup, and the lists `0.json`, `1.json` and so on. It serves
//! them at `/one` and `/list?page=N`, and prints its address. The kinds:
//!
//! - `hyper` sends the bytes of the files, prepared at the start.
//! - `dropshot` has an endpoint for each, which serialises the same types as the server.

use std::collections::HashMap;
use std::convert::Infallible;
use std::error::Error;
use std::fs::read;
use std::path::Path;
use std::sync::Arc;

use appkeep_api::app_backup::{AppBackup, AppBackupList};
use dropshot::{
    ApiDescription, ConfigDropshot, HttpError, HttpResponseOk, Query, RequestContext, ServerBuilder, endpoint,
};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// The address of both kinds.
const ADDRESS: &str = "127.0.0.1:0";

/// The backups in memory.
struct Backups {
    one: AppBackup,
    lists: Vec<AppBackupList>,
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Page {
    /// The number of the list.
    page: usize,
}

#[endpoint { method = GET, path = "/one" }]
async fn fetch_one(request: RequestContext<Arc<Backups>>) -> Result<HttpResponseOk<AppBackup>, HttpError> {
    Ok(HttpResponseOk(request.context().one.clone()))
}

#[endpoint { method = GET, path = "/list" }]
async fn fetch_list(
    request: RequestContext<Arc<Backups>>,
    query: Query<Page>,
) -> Result<HttpResponseOk<AppBackupList>, HttpError> {
    let list = request.context().lists.get(query.into_inner().page);
    let list = list.ok_or_else(|| HttpError::for_not_found(None, "no such list".to_owned()))?;
    Ok(HttpResponseOk(list.clone()))
}

async fn serve_with_dropshot(one: &[u8], lists: &[Vec<u8>]) -> Result<(), Box<dyn Error>> {
    let backups = Backups {
        one: serde_json::from_slice(one)?,
        lists: lists
            .iter()
            .map(|list| serde_json::from_slice(list))
            .collect::<Result<_, _>>()?,
    };
    let mut api = ApiDescription::new();
    api.register(fetch_one)?;
    api.register(fetch_list)?;
    let log = slog::Logger::root(slog::Discard, slog::o!());
    let config = ConfigDropshot {
        bind_address: ADDRESS.parse()?,
        ..ConfigDropshot::default()
    };
    let server = ServerBuilder::new(api, Arc::new(backups), log)
        .config(config)
        .start()?;
    println!("{}", server.local_addr());
    Ok(server.await?)
}

async fn serve_with_hyper(one: Vec<u8>, lists: Vec<Vec<u8>>) -> Result<(), Box<dyn Error>> {
    let mut bodies = HashMap::from([("/one".to_owned(), Bytes::from(one))]);
    for (number, list) in lists.into_iter().enumerate() {
        bodies.insert(format!("/list?page={number}"), list.into());
    }
    let bodies = Arc::new(bodies);
    let listener = TcpListener::bind(ADDRESS).await?;
    println!("{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let bodies = bodies.clone();
        tokio::spawn(async move {
            let respond = service_fn(move |request| {
                let response = prepared(&bodies, &request);
                async { Ok::<_, Infallible>(response) }
            });
            // An error means that the client has disconnected.
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), respond)
                .await;
        });
    }
}

fn prepared(bodies: &HashMap<String, Bytes>, request: &Request<Incoming>) -> Response<Full<Bytes>> {
    let path = request.uri().path_and_query().map_or("", |path| path.as_str());
    let found = bodies.get(path);
    let mut response = Response::new(Full::new(found.cloned().unwrap_or_default()));
    if found.is_none() {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(kind), Some(directory)) = (arguments.next(), arguments.next()) else {
        return Err("usage: bare_server hyper|dropshot DIRECTORY".into());
    };
    let directory = Path::new(&directory);
    let one = read(directory.join("one.json"))?;
    let paths = (0..).map(|number| directory.join(format!("{number}.json")));
    let lists = paths.take_while(|path| path.exists()).map(read);
    let lists: Vec<_> = lists.collect::<Result<_, _>>()?;
    match &*kind {
        "hyper" => serve_with_hyper(one, lists).await,
        "dropshot" => serve_with_dropshot(&one, &lists).await,
        _ => Err(format!("invalid kind {kind:?}: expected hyper or dropshot").into()),
    }
}
