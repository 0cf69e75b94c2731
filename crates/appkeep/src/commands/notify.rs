//! `appkeep notify`

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use appkeep_server::admin::notify::{Tested, receivers, test};
use appkeep_server::{Config, RandomIds, SystemClock};
use clap::Subcommand;
use serde::Serialize;

use crate::failure::{FAILED, Failure, NOT_FOUND};
use crate::remote::{Align, Cell, Column, Format, Table, Tone};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Send a test message to the receivers of `[[notifications]]` in a configuration. No server is needed.
    ///
    /// Commands run, and webhooks are sent, as by the server, but once: nothing is retried.
    ///
    /// Example: appkeep notify test ops --config /etc/appkeep/appkeep.toml
    ///
    /// Exit codes: 0 all receivers accepted the message, 1 one didn't, 2 could not run, 3 no such receiver.
    Test(TestArgs),
}

#[derive(Debug, clap::Args)]
pub(crate) struct TestArgs {
    /// The name of the receiver. By default, all receivers.
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// The server's configuration.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// The format of stdout.
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    output: Format,
}

/// The result of a test message.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    receiver: String,
    delivered: bool,
    took_secs: f64,
    problem: Option<String>,
}

impl From<Tested> for Outcome {
    fn from(tested: Tested) -> Self {
        Self {
            receiver: tested.receiver,
            delivered: tested.problem.is_none(),
            took_secs: tested.took.as_secs_f64(),
            problem: tested.problem,
        }
    }
}

pub(crate) async fn run(command: Command) -> anyhow::Result<ExitCode> {
    let Command::Test(args) = command;
    let config = Config::load(&args.config)?;
    let only = args.name.as_deref();
    let names = receivers(&config);
    if names.is_empty() {
        let problem = format!("{} has no receivers of notifications", args.config.display());
        return Err(Failure::new(NOT_FOUND, problem)
            .next("declare one in [[notifications]]")
            .into());
    }
    if let Some(only) = only.filter(|only| !names.contains(only)) {
        let problem = format!(
            "there is no receiver {only:?}: expected one of {}",
            names.join(", ")
        );
        return Err(Failure::new(NOT_FOUND, problem).into());
    }
    let tested = test(&config, only, &SystemClock, &RandomIds).await;
    let outcomes: Vec<Outcome> = tested.into_iter().map(Outcome::from).collect();
    args.output.list(&outcomes, || table(&outcomes))?;
    Ok(if outcomes.iter().all(|outcome| outcome.delivered) {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(FAILED)
    })
}

fn table(outcomes: &[Outcome]) -> Table {
    let mut table = Table::new([
        Column::new("RECEIVER", Align::Left),
        Column::new("RESULT", Align::Left),
        Column::new("TOOK", Align::Right),
        Column::shrinking("PROBLEM"),
    ]);
    for outcome in outcomes {
        let (word, tone) = if outcome.delivered {
            ("delivered", Tone::Good)
        } else {
            ("FAILED", Tone::Bad)
        };
        let took = Duration::from_secs_f64(outcome.took_secs);
        table.row([
            outcome.receiver.as_str().into(),
            Cell::toned(&word, tone),
            format!("{} ms", took.as_millis()).into(),
            outcome.problem.as_deref().unwrap_or_default().into(),
        ]);
    }
    table
}
