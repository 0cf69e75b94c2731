//! `appkeep health`

use std::process::ExitCode;
use std::time::Duration;

use appkeep_client::StatusCode;
use serde::Deserialize;

use crate::failure::{COULD_NOT_RUN, FAILED, Failure};
use crate::stdout::print_line;

/// Check the server on this machine, for example as the health check of a container.
///
/// Requests /healthz from its operations listener (`serve --operations-listen`), and prints the reasons if it
/// fails.
///
/// Exit codes: 0 healthy, 1 not healthy, 2 could not run (usage, unreachable).
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The URL of the operations listener.
    #[arg(
        long,
        value_name = "URL",
        default_value = "http://127.0.0.1:9480",
        env = "APPKEEP_OPERATIONS_URL"
    )]
    url: String,
    /// Request /readyz instead, which also fails while the server starts or stops, or lacks free space.
    #[arg(long)]
    ready: bool,
}

/// The longest time that the server may take to respond.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The body of a response of /healthz and /readyz.
#[derive(Debug, Deserialize)]
struct Report {
    status: String,
    #[serde(default)]
    reasons: Vec<String>,
    #[serde(default)]
    warnings: Vec<String>,
}

pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let path = if args.ready { "readyz" } else { "healthz" };
    let (status, report) = request(&args.url, path).await?;
    for warning in report.warnings {
        eprintln!("warning: {warning}");
    }
    if !status.is_success() {
        let cause = std::iter::once(report.status).chain(report.reasons);
        return Err(Failure::new(FAILED, cause.collect::<Vec<_>>().join(": ")).into());
    }
    print_line(&report.status)?;
    Ok(ExitCode::SUCCESS)
}

async fn request(url: &str, path: &str) -> Result<(StatusCode, Report), Failure> {
    let url = format!("{}/{path}", url.trim_end_matches('/'));
    let failed = |error: reqwest::Error| {
        let reason = error.without_url();
        let mut cause: &dyn std::error::Error = &reason;
        while let Some(source) = cause.source() {
            cause = source;
        }
        Failure::new(COULD_NOT_RUN, format!("{url} can't be requested: {cause}"))
            .next("start the server with --operations-listen, or name its address with --url")
    };
    let http = reqwest::Client::builder().timeout(TIMEOUT).no_proxy().build();
    let response = http.map_err(failed)?.get(&url).send().await.map_err(failed)?;
    let status = response.status();
    let unexpected = || {
        let cause = format!("{url} is not an operations listener of appkeep: it responded with {status}");
        Failure::new(COULD_NOT_RUN, cause)
    };
    if ![StatusCode::OK, StatusCode::SERVICE_UNAVAILABLE].contains(&status) {
        return Err(unexpected());
    }
    let report = response.json().await.map_err(|_| unexpected())?;
    Ok((status, report))
}
