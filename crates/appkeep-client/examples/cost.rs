//! Prints the number of requests per second on one connection, with `reqwest` alone and with the client. `cargo xtask
//! bench` runs it.
//!
//! `cost URL TOKEN ACCOUNT BACKUP SECONDS` prints two lines of two numbers: for fetches of a backup, and for lists of
//! 100 backups. Both use the same types, and take turns, so that other load on the machine affects both.

use std::env::args;
use std::error::Error;
use std::num::NonZeroU64;
use std::time::{Duration, Instant};

use appkeep_client::types::{AppBackup, AppBackupList};
use appkeep_client::{Client, Uuid};
use serde::de::DeserializeOwned;

/// Number of backups in a list.
const LIMIT: NonZeroU64 = NonZeroU64::new(100).unwrap();

/// Number of requests of a turn.
const TURN: u32 = 50;

/// A time and the number of requests in it.
#[derive(Default)]
struct Total {
    time: Duration,
    requests: u32,
}

impl Total {
    /// Adds a turn of requests.
    async fn add<T>(
        &mut self,
        mut request: impl AsyncFnMut() -> Result<T, Box<dyn Error>>,
    ) -> Result<(), Box<dyn Error>> {
        let begun = Instant::now();
        for _ in 0..TURN {
            request().await?;
        }
        self.time += begun.elapsed();
        self.requests += TURN;
        Ok(())
    }

    fn per_second(&self) -> f64 {
        f64::from(self.requests) / self.time.as_secs_f64()
    }
}

/// Sends a request with `reqwest` alone.
async fn get<T: DeserializeOwned>(
    http: &reqwest::Client,
    url: &str,
    token: &str,
) -> Result<T, Box<dyn Error>> {
    let response = http.get(url).bearer_auth(token).send().await?;
    Ok(response.error_for_status()?.json().await?)
}

/// Prints the two rates of one request.
async fn compare<R, C>(
    duration: Duration,
    mut with_reqwest: impl AsyncFnMut() -> Result<R, Box<dyn Error>>,
    mut with_client: impl AsyncFnMut() -> Result<C, Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let (mut reqwest, mut client) = (Total::default(), Total::default());
    while reqwest.time + client.time < duration {
        reqwest.add(&mut with_reqwest).await?;
        client.add(&mut with_client).await?;
    }
    println!("{} {}", reqwest.per_second(), client.per_second());
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = args().skip(1).collect();
    let [url, token, account, backup, seconds] = &arguments[..] else {
        return Err("usage: cost URL TOKEN ACCOUNT BACKUP SECONDS".into());
    };
    let (account_id, backup_id): (Uuid, Uuid) = (account.parse()?, backup.parse()?);
    let duration = Duration::from_secs(seconds.parse()?);
    let client = Client::builder(url).token(token.clone()).build()?;
    let http = reqwest::Client::builder().no_proxy().build()?;
    let list = format!("{url}/accounts/{account}/topology/v1/appBackups");
    let one = format!("{list}/{backup}");
    compare(
        duration,
        async || get::<AppBackup>(&http, &one, token).await,
        async || Ok(client.app_backup_fetch(account_id, backup_id).await?),
    )
    .await?;
    let page = format!("{list}?limit={LIMIT}");
    compare(
        duration,
        async || get::<AppBackupList>(&http, &page, token).await,
        async || {
            let page = client.app_backup_list_all(account_id, None, None, Some(LIMIT));
            Ok(page.await?)
        },
    )
    .await
}
