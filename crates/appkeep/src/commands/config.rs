//! `appkeep config`

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use appkeep_server::catalog::Declaration;
use appkeep_server::config::Config;
use clap::Subcommand;

use crate::commands::say;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check a configuration, and print what it declares with the ids that stand in URLs.
    ///
    /// Exit codes: 0 it is good, 2 it isn't.
    Check {
        /// The configuration file.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

pub(crate) fn run(command: Command) -> anyhow::Result<ExitCode> {
    let Command::Check { file } = command;
    let config = Config::load(&file)?;
    say(outline(&config.declaration)?.trim_end())?;
    Ok(ExitCode::SUCCESS)
}

/// A line per account, and below it one per app, schedule and bucket.
fn outline(declaration: &Declaration) -> Result<String, std::fmt::Error> {
    let mut lines = String::new();
    for account in &declaration.accounts {
        writeln!(lines, "account {}  {}", account.id, account.name)?;
        for app in declaration.apps.iter().filter(|app| app.account_id == account.id) {
            writeln!(lines, "  app    {}  {}", app.id, app.name)?;
            for schedule in declaration
                .schedules
                .iter()
                .filter(|schedule| schedule.app_id == app.id)
            {
                let (when, zone) = (schedule.timing.expression(), schedule.timing.zone());
                writeln!(
                    lines,
                    "    schedule {}  {}  {when} {zone}",
                    schedule.id, schedule.name
                )?;
            }
        }
        for bucket in declaration
            .buckets
            .iter()
            .filter(|bucket| bucket.account_id == account.id)
        {
            writeln!(lines, "  bucket {}  {}", bucket.id, bucket.name)?;
        }
    }
    Ok(lines)
}
