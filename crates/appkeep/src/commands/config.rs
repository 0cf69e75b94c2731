//! `appkeep config`

use std::fmt::Write;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use appkeep_server::Config;
use appkeep_server::admin::catalog::{App, Declaration, SnapshotMode};
use clap::Subcommand;

use crate::stdout::print_line;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check a configuration, and print the declared resources with their ids, which URLs contain.
    ///
    /// Warnings go to stderr: among others, directories and hooks that this machine lacks. Exit codes: 0 valid,
    /// 2 invalid.
    Check {
        /// The configuration file; - is standard input, with paths relative to the current directory.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Check only the file, not whether its directories and hooks are on this machine.
        #[arg(long)]
        offline: bool,
    },
    /// Print a configuration with all options and their meanings.
    ///
    /// Example: appkeep config example > appkeep.toml
    Example,
}

/// A valid example configuration. Lines that begin with `#` and no space are options.
const EXAMPLE: &str = include_str!("config/example.toml");

pub(crate) fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Check { file, offline } => {
            let config = load(&file)?;
            let missing = if offline {
                Vec::new()
            } else {
                config.missing_on_this_machine()
            };
            for warning in config.warnings.iter().chain(&missing) {
                eprintln!("warning: {warning}");
            }
            print_line(outline(&config.declaration)?.trim_end())?;
        }
        Command::Example => print_line(EXAMPLE.trim_end())?,
    }
    Ok(ExitCode::SUCCESS)
}

fn load(file: &Path) -> anyhow::Result<Config> {
    if file != Path::new("-") {
        return Ok(Config::load(file)?);
    }
    let text = io::read_to_string(io::stdin()).context("failed to read the standard input")?;
    Ok(Config::parse(file, &text)?)
}

/// Describes the declaration: a line per account, followed by those of apps, schedules and buckets.
fn outline(declaration: &Declaration) -> Result<String, std::fmt::Error> {
    let mut lines = String::new();
    for account in &declaration.accounts {
        writeln!(lines, "account {}  {}", account.id, account.name)?;
        for app in declaration.apps.iter().filter(|app| app.account_id == account.id) {
            writeln!(lines, "  app    {}  {}", app.id, app.name)?;
            outline_app(&mut lines, app)?;
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

/// Describes an app: a line per volume and hook, and the origin of its backups if it isn't the default.
fn outline_app(lines: &mut String, app: &App) -> std::fmt::Result {
    for volume in &app.volumes {
        writeln!(lines, "    volume {}  {}", volume.name, volume.path.display())?;
    }
    let snapshot = app.options.snapshot;
    if snapshot != SnapshotMode::default() {
        writeln!(lines, "    snapshot {}", snapshot.as_str())?;
    }
    for hook in &app.options.hooks {
        writeln!(lines, "    hook {}  {}", hook.name, hook.stage.as_str())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Config {
        Config::parse(Path::new("/etc/appkeep/appkeep.toml"), text).unwrap()
    }

    #[test]
    fn the_example_is_good_with_all_options_and_with_none() {
        let is_option = |line: &str| line.starts_with('#') && !line.starts_with("# ");
        let all: Vec<&str> = EXAMPLE
            .lines()
            .map(|line| line.strip_prefix('#').filter(|_| is_option(line)).unwrap_or(line))
            .collect();
        let (none, all) = (parsed(EXAMPLE), parsed(&all.join("\n")));
        assert_eq!(all.declaration.schedules.len(), 1);
        assert_eq!(all.declaration.apps[0].options.hooks.len(), 2);
        assert_ne!(all.keys, none.keys);
        assert_ne!(all.store, none.store);
        assert_ne!(all.notifications, none.notifications);
        // The example says that these values are the defaults.
        assert_eq!(all.workers, none.workers);
        assert_eq!(all.backups_at_once(), none.backups_at_once());
        assert_eq!(all.body_timeout, none.body_timeout);
        assert_eq!(all.idle_timeout, none.idle_timeout);
        assert_eq!(all.write_timeout, none.write_timeout);
        assert_eq!(all.check_every, none.check_every);
        assert_eq!(all.verify_percent, none.verify_percent);
        assert_eq!(all.engine_priority, none.engine_priority);
        assert_eq!(all.queue_limits, none.queue_limits);
        assert_eq!(
            all.declaration.buckets[0].backups_max,
            none.declaration.buckets[0].backups_max
        );
    }

    /// The tables of a configuration, as headings.
    const TABLES: [&str; 10] = [
        "",
        "[server]",
        "[store]",
        "[keys]",
        "[[accounts]]",
        "[[accounts.apps]]",
        "[[accounts.apps.hooks]]",
        "[[accounts.apps.schedules]]",
        "[[accounts.buckets]]",
        "[[notifications]]",
    ];

    /// Returns the keys of a table, taken from the error about an unknown key.
    fn keys_of(table: &str) -> Vec<String> {
        let parents = ["[[accounts]]", "[[accounts.apps]]"];
        let parents = parents.map(|parent| match table.strip_prefix(parent.trim_end_matches(']')) {
            Some(rest) if rest.starts_with('.') => parent,
            _ => "",
        });
        let text = format!("{}\n{table}\nunknown = 1", parents.join("\n"));
        let error = Config::parse(Path::new("appkeep.toml"), &text)
            .unwrap_err()
            .to_string();
        let (_, expected) = error.split_once("unknown field `unknown`, expected ").unwrap();
        expected
            .split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn every_key_is_in_the_example_and_the_guide() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR"));
        // Only packages contain this file, and they don't contain the guide.
        if dir.join("Cargo.toml.orig").exists() {
            return;
        }
        let guide = std::fs::read_to_string(dir.join("../../docs/configuration.md")).unwrap();
        for table in TABLES {
            let heading = format!("## `{table}`\n");
            let section = guide.split_once(&heading).map_or("", |(_, rest)| rest);
            let section = section.split("\n## ").next().unwrap_or_default();
            for key in keys_of(table) {
                let documented = if table.is_empty() {
                    TABLES.contains(&format!("[{key}]").as_str())
                        || TABLES.contains(&format!("[[{key}]]").as_str())
                } else {
                    section.contains(&format!("| `{key}` |"))
                };
                assert!(
                    documented,
                    "docs/configuration.md doesn't describe {key:?} of {table:?}"
                );
                let in_example =
                    EXAMPLE.contains(&format!("{key} = ")) || EXAMPLE.contains(&format!("{key}]"));
                assert!(
                    in_example || key == "env" || key == "command",
                    "{key:?} of {table:?}"
                );
            }
        }
    }
}
