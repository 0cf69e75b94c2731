//! `appkeep verify`

mod confirm;
mod interrupt;
mod operations;
mod output;
mod progress;
mod target;

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use appkeep_contract::live::{self, Options};
use appkeep_contract::{DROPSHOT, Report, authored};
use appkeep_openapi::statics::{self, Allowance, StaticReport};
use appkeep_openapi::{Document, Limits};
use appkeep_server::IdSource as _;
use appkeep_server::RandomIds;
use uuid::Uuid;

use self::interrupt::Interrupt;
use self::output::{Color, Format};
use crate::logging::{self, LogFormat};
use crate::report_output::{Destinations, Output};
use crate::temporary_servers::TemporaryServers;

/// Check whether a server conforms to the contract.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The server's scheme, host and port. Without it, a new server of our own is started, checked and removed.
    #[arg(value_name = "URL")]
    url: Option<String>,
    #[command(flatten)]
    target: target::Args,
    /// The server's own OpenAPI document (JSON or YAML), to be checked as well.
    #[arg(long, value_name = "FILE", requires = "url")]
    openapi: Option<PathBuf>,
    /// Follow references of the server's document to other files below this directory, which are refused otherwise.
    #[arg(long, value_name = "DIR", requires = "openapi")]
    external_refs: Option<PathBuf>,
    /// The ids of the operations that the server supports, separated by commas. All operations by default.
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    operations: Vec<String>,
    /// Check only the documented operations, not their companions.
    #[arg(long)]
    documented_only: bool,
    /// The seed of names and unknown ids: with the seed of an earlier run, the same requests are sent again.
    #[arg(long, value_name = "UUID")]
    seed: Option<Uuid>,
    /// The time limit of the run, for example 90s or 1h. A run that exceeds it ends with exit code 2.
    #[arg(long, value_name = "DURATION", default_value = "30m", value_parser = duration)]
    time_limit: Duration,
    /// The time limit of one response. Ten consecutive requests without a response end the run.
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = duration)]
    response_timeout: Duration,
    /// List the responses that take longer, for example 2s. Without it, the three slowest are listed.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    slow: Option<Duration>,
    /// The format of the report on stdout: text (the default), json, junit or html. FORMAT=FILE writes a file, too; may
    /// be repeated.
    #[arg(long, short, alias = "format", value_name = "FORMAT[=FILE]")]
    output: Vec<Output<Format>>,
    /// When the report on stdout is coloured.
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    color: Color,
    /// The log filter, for example info, debug, or appkeep=debug.
    #[arg(long, value_name = "FILTER", default_value = "off", env = "APPKEEP_LOG")]
    log: String,
}

pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    // Audit records are off: the only changes are to a temporary server.
    logging::start(&format!("audit=off,{}", args.log), LogFormat::Text)?;
    let destinations = Destinations::of(&args.output)?;
    let (progress, bar) = progress::bar();
    let options = Options {
        documented_only: args.documented_only,
        operations: operations::known(&args.operations)?,
        run_max: args.time_limit,
        response_timeout: args.response_timeout,
        slow: args.slow,
        progress,
        ..Options::new(args.seed.unwrap_or_else(|| RandomIds.next_id()))
    };
    let (report, interrupt) = if let Some(url) = &args.url {
        let target = args.target.read(url).await?;
        let statics = args.openapi.as_deref();
        let statics = statics
            .map(|file| check_file(file, args.external_refs.as_deref()))
            .transpose()?;
        confirm::use_of(&target, &options, args.target.is_confirmed()).await?;
        // Nothing has been created before this point, so until now a signal ends the program at once.
        let interrupt = Interrupt::listen(&options.interrupt)?;
        let live = live::run(&target, &options).await.map_err(checker_error);
        bar.end();
        let report = Report {
            statics,
            live: Some(live?),
        };
        (report, interrupt)
    } else {
        let interrupt = Interrupt::listen(&options.interrupt)?;
        let report = check_own_server(&options).await;
        bar.end();
        (report?, interrupt)
    };
    output::print(&report, destinations.stdout, args.color)?;
    destinations.write(|format| format.of(&report))?;
    let code = interrupt.exit_code().unwrap_or(report.outcome().exit_code());
    Ok(ExitCode::from(code))
}

/// Parses a duration that isn't zero.
fn duration(text: &str) -> Result<Duration, String> {
    let duration = humantime::parse_duration(text).ok();
    duration
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| "expected a duration such as 90s, 30m or 1h".to_owned())
}

/// Checks this project's own server: its document, and a running temporary server.
async fn check_own_server(options: &Options) -> anyhow::Result<Report> {
    let statics = {
        let document = appkeep_server::openapi().map_err(anyhow::Error::msg)?;
        let server = Document::from_value("appkeep openapi", document).map_err(checker_error)?;
        check_document(&server, DROPSHOT)?
    };
    let servers = TemporaryServers::start()
        .await
        .context("failed to start a temporary server")?;
    let is_complete = !options.documented_only && options.operations.is_none();
    let options = Options {
        min_checks: is_complete.then(|| servers.min_checks()),
        ..options.clone()
    };
    let live = live::run(&servers.target, &options).await;
    servers.stop().await;
    Ok(Report {
        statics: Some(statics),
        live: Some(live.map_err(checker_error)?),
    })
}

/// The size limit of a server's own document, in bytes: 64 MiB.
const DOCUMENT_BYTES_MAX: u64 = 64 * 1024 * 1024;

fn check_file(file: &Path, external_refs: Option<&Path>) -> anyhow::Result<StaticReport> {
    let limits = Limits {
        document_bytes: DOCUMENT_BYTES_MAX,
        ..Limits::default()
    };
    let document = Document::from_file(&limits, &file.display().to_string(), file, external_refs);
    check_document(&document.map_err(checker_error)?, &[])
}

fn check_document(server: &Document, allowances: &[Allowance]) -> anyhow::Result<StaticReport> {
    let authored = authored::document().map_err(checker_error)?;
    Ok(statics::verify(&authored, server, allowances))
}

/// Converts an error of the checker, whose message contains its causes.
fn checker_error(error: impl Display) -> anyhow::Error {
    anyhow::anyhow!("{error}")
}
