//! `appkeep doctor`
//!
//! Checks everything that a backup depends on, the likeliest problems first, and says how to fix them. It
//! changes nothing.

mod server;
mod setup;

use std::process::ExitCode;

use serde::Serialize;

use crate::failure::{FAILED, Failure};
use crate::remote::{self, Align, Cell, Column, Format, Table, Tone};

const EXAMPLES: &str = "Examples:
  appkeep doctor
  appkeep doctor --url https://backup.example:8480 --ca ca.pem --output json

Exit codes: 0 nothing is wrong, 1 something is, 2 it could not look.";

/// Check the set-up: show problems, the most likely first, and how to fix them.
///
/// Looks at the login and the environment, whether the server can be reached and trusted, whether it takes the
/// token, which account it is, whether it has all operations, whether apps can be backed up and whether their
/// latest backups are good. Nothing is changed.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    connection: remote::Args,
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
struct Look {
    at: &'static str,
    verdict: Verdict,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    mend: Option<String>,
}

impl Look {
    fn good(at: &'static str, found: impl Into<String>) -> Self {
        Self {
            at,
            verdict: Verdict::Good,
            found: found.into(),
            mend: None,
        }
    }

    fn doubtful(at: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            at,
            verdict: Verdict::Doubtful,
            found: found.into(),
            mend: Some(mend.into()),
        }
    }

    fn wrong(at: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            at,
            verdict: Verdict::Wrong,
            found: found.into(),
            mend: Some(mend.into()),
        }
    }

    fn failed(at: &'static str, failure: &Failure) -> Self {
        Self {
            at,
            verdict: Verdict::Wrong,
            found: failure.cause().to_owned(),
            mend: failure.next_step().map(str::to_owned),
        }
    }
}

pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let mut looks = Vec::new();
    if let Some(known) = setup::look(&args.connection, &mut looks) {
        server::look(&known, &mut looks).await;
    }
    let output = args.connection.output;
    output.list(&looks, || table(&looks))?;
    let wrong = looks.iter().filter(|look| look.verdict == Verdict::Wrong).count();
    if wrong == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    if output == Format::Table {
        let noun = if wrong == 1 { "thing is" } else { "things are" };
        remote::note(&format!("{wrong} {noun} wrong: fix the first, and check again"));
    }
    Ok(ExitCode::from(FAILED))
}

fn table(looks: &[Look]) -> Table {
    let mut table = Table::new([
        Column::new("", Align::Left),
        Column::new("", Align::Left),
        Column::shrinking(""),
    ]);
    for look in looks {
        let (word, tone) = match look.verdict {
            Verdict::Good => ("good", Tone::Good),
            Verdict::Doubtful => ("look", Tone::Pending),
            Verdict::Wrong => ("WRONG", Tone::Bad),
        };
        table.row([
            Cell::toned(&word, tone),
            look.at.into(),
            look.found.as_str().into(),
        ]);
        if let Some(mend) = &look.mend {
            table.row([Cell::from(""), "".into(), format!("→ {mend}").into()]);
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mend_stands_below_what_is_wrong() {
        let looks = [
            Look::good("server", "http://127.0.0.1:8480, from --url"),
            Look::wrong("token", "no token is known", "give --token-file"),
        ];
        let text = anstream::adapter::strip_str(&table(&looks).render(None)).to_string();
        insta::assert_snapshot!(text);
    }
}
