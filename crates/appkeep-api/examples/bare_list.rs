//! A server with one endpoint that only serialises a list of backups: no store, no token, no query. `cargo xtask bench`
//! compares the server's lists with it.
//!
//! `bare_list FILE` reads the list from a file, and prints its address.

use std::sync::Arc;

use appkeep_api::app_backup::AppBackupList;
use dropshot::{
    ApiDescription, ConfigDropshot, HttpError, HttpResponseOk, RequestContext, ServerBuilder, endpoint,
};

#[endpoint { method = GET, path = "/list" }]
async fn list(
    request: RequestContext<Arc<AppBackupList>>,
) -> Result<HttpResponseOk<AppBackupList>, HttpError> {
    Ok(HttpResponseOk(request.context().as_ref().clone()))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = std::env::args().nth(1).ok_or("usage: bare_list FILE")?;
    let backups: AppBackupList = serde_json::from_str(&std::fs::read_to_string(file)?)?;
    let mut api = ApiDescription::new();
    api.register(list)?;
    let log = slog::Logger::root(slog::Discard, slog::o!());
    let config = ConfigDropshot {
        bind_address: "127.0.0.1:0".parse()?,
        ..ConfigDropshot::default()
    };
    let server = ServerBuilder::new(api, Arc::new(backups), log)
        .config(config)
        .start()?;
    println!("{}", server.local_addr());
    Ok(server.await?)
}
