//! `appkeep status`
//!
//! One screen to read in the morning. It uses only the API, so that it works from any machine.

pub(super) mod read;
mod screen;

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::time::Duration;

use clap::value_parser;

use self::read::Status;
use crate::failure::{COULD_NOT_RUN, FAILED, Failure};
use crate::remote::{self, Format, Session, note};
use crate::stdout::print_line;

const EXAMPLES: &str = "Examples:
  appkeep status
  appkeep status --watch
  appkeep status --output json | jq '.apps[] | select(.problems != [])'

Exit codes: 0 nothing needs attention, 1 something does, 2 the status could not be read, 3 no such account, 4 token \
refused or not permitted, 6 ambiguous account.";

/// Show the state of all backups: the last good backup of each app, running work, failures and buckets.
///
/// An app needs attention if it was never backed up, if its latest backup failed, if data of its latest backup is
/// missing, if a backup of a schedule was due more than two hours ago and none is good since, or if it isn't ready. A
/// bucket needs attention if it isn't available.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    source: remote::Source,
    /// Refresh the screen until Ctrl-C.
    #[arg(long)]
    watch: bool,
    /// Seconds between two refreshes, 1 to 3600.
    #[arg(long, value_name = "SECONDS", default_value_t = 10, requires = "watch",
          value_parser = value_parser!(u64).range(1..=3600))]
    interval: u64,
}

pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    args.source.server.output.check_is_no_csv()?;
    let session = Session::open_to_read(&args.source).await?;
    if args.watch {
        return watch(&session, Duration::from_secs(args.interval)).await;
    }
    let status = Status::read(&session).await.map_err(not_read)?;
    show(&session, &status)?;
    if status.problems == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    if session.output == Format::Table {
        note(&screen::summary(&status));
    }
    Ok(ExitCode::from(FAILED))
}

/// The failure to read the status. Its exit code differs from that of a status with problems.
fn not_read(failure: Failure) -> Failure {
    if failure.code() != FAILED {
        return failure;
    }
    let unread = Failure::new(COULD_NOT_RUN, failure.cause());
    match failure.next_step() {
        Some(step) => unread.next(step),
        None => unread,
    }
}

/// Shows the status until the process is interrupted. Failures to read it are shown, too: a server that restarts doesn't
/// end the command.
async fn watch(session: &Session, interval: Duration) -> anyhow::Result<ExitCode> {
    if session.output != Format::Table {
        let problem = "--watch shows a screen: it can't be used with --output json or yaml";
        return Err(Failure::new(COULD_NOT_RUN, problem).into());
    }
    let terminal = std::io::stdout().is_terminal().then(console::Term::stdout);
    loop {
        // Read before the screen is cleared, so that it is never empty for long.
        let status = Status::read(session).await;
        if let Some(terminal) = &terminal {
            terminal.clear_screen()?;
        }
        match status {
            Ok(status) => {
                show(session, &status)?;
                print_line(&screen::summary(&status))?;
            }
            Err(failure) => print_line(&format!("the status could not be read: {failure}"))?,
        }
        print_line("")?;
        tokio::time::sleep(interval).await;
    }
}

fn show(session: &Session, status: &Status) -> anyhow::Result<()> {
    match session.output {
        Format::Table => screen::print(status, session.now()),
        format => format.exactly(status),
    }
}
