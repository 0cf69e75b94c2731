//! `appkeep doctor`
//!
//! Checks everything that a backup depends on, lists the most likely problems first, and says how to fix them. It
//! changes nothing.

mod apps;
mod machine;
mod server;
mod setup;

use std::path::PathBuf;
use std::process::ExitCode;

use appkeep_server::{Clock as _, SystemClock};
use serde::Serialize;

use crate::failure::{FAILED, Failure};
use crate::remote::{self, Align, Cell, Column, Format, Table, Tone};

const EXAMPLES: &str = "Examples:
  appkeep doctor
  appkeep doctor --url https://backup.example:8480 --ca ca.pem --output json
  sudo -u appkeep appkeep doctor --config /etc/appkeep/appkeep.toml --data /var/lib/appkeep

Exit codes: 0 no problems, 1 problems, 2 the check could not run.";

/// Check the set-up: show problems, the most likely first, and how to fix them.
///
/// Checks the login and the environment, whether the server can be reached and trusted, whether it accepts the
/// token, its clock, the account, whether apps can be backed up, their latest backups, overdue schedules, and the
/// buckets. With --data, also checks the server's machine: the permissions of the data directory, the markers of
/// buckets, and unfinished restores. Nothing is changed.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    connection: remote::Args,
    /// Also check this data directory, on its server's machine and as the server's user. The server may run or be
    /// stopped. If no server is set, only the data directory is checked.
    #[arg(long, value_name = "DIR", help_heading = "On the server's machine")]
    data: Option<PathBuf>,
    /// The server's configuration, which is required for buckets on S3, a database on PostgreSQL, or a master key.
    #[arg(
        long,
        value_name = "FILE",
        requires = "data",
        help_heading = "On the server's machine"
    )]
    config: Option<PathBuf>,
}

/// The result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    /// No problem found.
    Good,
    /// It works, but may be unintended.
    Doubtful,
    /// A problem that must be fixed.
    Wrong,
}

/// A check: its subject, its result, and the fix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Check {
    at: &'static str,
    verdict: Verdict,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<String>,
}

impl Check {
    fn good(at: &'static str, found: impl Into<String>) -> Self {
        Self {
            at,
            verdict: Verdict::Good,
            found: found.into(),
            fix: None,
        }
    }

    fn doubtful(at: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            at,
            verdict: Verdict::Doubtful,
            found: found.into(),
            fix: Some(fix.into()),
        }
    }

    fn wrong(at: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            at,
            verdict: Verdict::Wrong,
            found: found.into(),
            fix: Some(fix.into()),
        }
    }

    fn failed(at: &'static str, failure: &Failure) -> Self {
        Self {
            at,
            verdict: Verdict::Wrong,
            found: failure.cause().to_owned(),
            fix: failure.next_step().map(str::to_owned),
        }
    }
}

pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let mut checks = Vec::new();
    if let Some(known) = setup::check(&args.connection, args.data.is_some(), &mut checks) {
        server::check(&known, SystemClock.now(), &mut checks).await;
    }
    if let Some(data) = &args.data {
        machine::check(data, args.config.as_deref(), &mut checks).await?;
    }
    let output = args.connection.output;
    output.list(&checks, || table(&checks))?;
    let wrong = checks
        .iter()
        .filter(|check| check.verdict == Verdict::Wrong)
        .count();
    if wrong == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    if output == Format::Table {
        let noun = if wrong == 1 { "thing is" } else { "things are" };
        remote::note(&format!("{wrong} {noun} wrong: fix the first, and check again"));
    }
    Ok(ExitCode::from(FAILED))
}

fn table(checks: &[Check]) -> Table {
    let mut table = Table::new([
        Column::new("", Align::Left),
        Column::new("", Align::Left),
        Column::shrinking(""),
    ]);
    for check in checks {
        let (word, tone) = match check.verdict {
            Verdict::Good => ("good", Tone::Good),
            Verdict::Doubtful => ("doubtful", Tone::Pending),
            Verdict::Wrong => ("WRONG", Tone::Bad),
        };
        table.row([
            Cell::toned(&word, tone),
            check.at.into(),
            check.found.as_str().into(),
        ]);
        if let Some(fix) = &check.fix {
            table.row([Cell::from(""), "".into(), format!("→ {fix}").into()]);
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fix_is_shown_below_its_problem() {
        let checks = [
            Check::good("server", "http://127.0.0.1:8480, from --url"),
            Check::wrong("token", "no token is set", "specify --token-file"),
        ];
        let text = anstream::adapter::strip_str(&table(&checks).render(None)).to_string();
        insta::assert_snapshot!(text);
    }
}
