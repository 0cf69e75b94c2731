//! `appkeep verify`

use std::fmt::Display;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use appkeep_contract::live::{self, Options, Target};
use appkeep_contract::statics::{self, Allowance, DROPSHOT};
use appkeep_contract::{Document, Report, StaticReport};
use appkeep_server::system::IdSource as _;
use appkeep_server::system::RandomIds;
use clap::ValueEnum;
use uuid::Uuid;

use crate::commands::say;
use crate::fresh::Fresh;
use crate::logging::{self, LogFormat};

/// Judge a server against the contract.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The server's scheme, host and port. Without it a fresh server of ours is started, judged and removed.
    #[arg(value_name = "URL", requires_all = ["token", "account", "app"])]
    url: Option<String>,
    /// A token of one account, with a role that may create and delete.
    #[arg(long, env = "APPKEEP_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    token: Option<String>,
    /// That account's id.
    #[arg(long, value_name = "ID", requires = "url")]
    account: Option<Uuid>,
    /// The id of an app in it that may be backed up.
    #[arg(long, value_name = "ID", requires = "url")]
    app: Option<Uuid>,
    /// The server's own OpenAPI document, to be judged too.
    #[arg(long, value_name = "FILE", requires = "url")]
    openapi: Option<PathBuf>,
    /// Leave the companion operations alone.
    #[arg(long)]
    documented_only: bool,
    /// What the report looks like.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// What to log, for example info, debug, or appkeep=debug.
    #[arg(long, value_name = "FILTER", default_value = "off", env = "APPKEEP_LOG")]
    log: String,
}

/// What a report looks like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Tables for people.
    #[default]
    Text,
    /// For programs.
    Json,
}

pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    logging::start(&args.log, LogFormat::Text)?;
    let options = Options {
        documented_only: args.documented_only,
        ..Options::new(RandomIds.next_id())
    };
    let report = match (args.url, args.token, args.account, args.app) {
        (Some(url), Some(token), Some(account), Some(app)) => {
            let target = Target::new(url, token, account, app);
            let statics = args.openapi.map(|file| judge_file(&file)).transpose()?;
            Report {
                statics,
                live: Some(live::run(&target, &options).await.map_err(failed_to)?),
            }
        }
        _ => own(&options).await?,
    };
    match args.format {
        Format::Text => say(&report.text())?,
        Format::Json => say(&report.json()?)?,
    }
    Ok(ExitCode::from(report.outcome().exit_code()))
}

/// Judges our own server: its document, and a fresh one that runs.
async fn own(options: &Options) -> anyhow::Result<Report> {
    let document = appkeep_server::openapi().map_err(anyhow::Error::msg)?;
    let server = Document::from_value("appkeep openapi", document).map_err(failed_to)?;
    let statics = judge(&server, DROPSHOT)?;
    let fresh = Fresh::start().await.context("failed to start a fresh server")?;
    let nothing_left_out = !options.documented_only && options.operations.is_none();
    let options = Options {
        least_checks: nothing_left_out.then(|| fresh.least_checks()),
        ..options.clone()
    };
    let live = live::run(&fresh.target, &options).await;
    fresh.stop().await;
    Ok(Report {
        statics: Some(statics),
        live: Some(live.map_err(failed_to)?),
    })
}

fn judge_file(file: &std::path::Path) -> anyhow::Result<StaticReport> {
    let text = std::fs::read_to_string(file).with_context(|| format!("failed to read {}", file.display()))?;
    let document = Document::from_text(&file.display().to_string(), &text).map_err(failed_to)?;
    judge(&document, &[])
}

fn judge(server: &Document, allowances: &[Allowance]) -> anyhow::Result<StaticReport> {
    let authored = Document::authored().map_err(failed_to)?;
    Ok(statics::verify(&authored, server, allowances))
}

/// The judge's errors name what it was about to do.
fn failed_to(error: impl Display) -> anyhow::Error {
    anyhow::anyhow!("failed to {error}")
}
