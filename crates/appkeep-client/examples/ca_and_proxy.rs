//! Connects to a server with a private certificate authority, through a proxy if there is one.

use std::env::var;
use std::path::Path;

use appkeep_client::{BuildError, Client};

/// Creates a client that trusts the authority in the PEM file `ca`.
pub(crate) fn connect(
    url: &str,
    token: &str,
    ca: &Path,
    proxy: Option<&str>,
) -> Result<Client, Box<dyn std::error::Error>> {
    let builder = Client::builder(url)
        .token(token)
        .root_certificates(std::fs::read(ca)?);
    let client: Result<Client, BuildError> = match proxy {
        Some(proxy) => builder.proxy(proxy).build(),
        None => builder.build(),
    };
    Ok(client?)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (url, token, ca) = (var("APPKEEP_URL")?, var("APPKEEP_TOKEN")?, var("APPKEEP_CA")?);
    let client = connect(&url, &token, Path::new(&ca), var("APPKEEP_PROXY").ok().as_deref())?;
    let accounts = client.account_list(None, None, None).await?;
    println!("{:?}", accounts.metadata.count);
    Ok(())
}
