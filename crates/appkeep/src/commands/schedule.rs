//! `appkeep schedule`

use std::process::ExitCode;

use appkeep_client::types::Schedule;
use appkeep_server::RandomIds;
use appkeep_server::admin::database::clock_of;
use appkeep_server::admin::retention::{self as admin_retention, RETENTION_HELD_LABEL};

use super::server_args::DatabaseArgs;
use crate::failure::{AMBIGUOUS, EXIT_CODES, Failure, NOT_FOUND};
use crate::remote::{self, Cell, Format, ListArgs, Of, Session, Tone, note};
use crate::stdout::print_line;

const EXAMPLES: &str = "Examples:
  appkeep schedule list
  appkeep schedule list --app shop --output yaml";

/// List schedules, and confirm held deletions. Schedules are declared in the server's configuration.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub(crate) struct Args {
    #[command(flatten)]
    source: remote::Source,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Confirm the deletions that retention holds. Works while the server runs.
    ///
    /// Retention holds deletions of more than half of a schedule's backups if their reason is a gap between two
    /// dates, because the clock may be wrong. Nothing is deleted until they are confirmed.
    #[command(after_help = "Example: appkeep schedule confirm-retention --data /var/lib/appkeep nightly")]
    ConfirmRetention {
        #[command(flatten)]
        database: DatabaseArgs,
        /// The schedule, by name or id.
        #[arg(value_name = "SCHEDULE")]
        schedule: String,
    },
    /// List schedules; without --app, of all apps.
    #[command(
        visible_alias = "ls",
        after_help = "Example: appkeep schedule list --app shop"
    )]
    List {
        /// List only the schedules of this app, by name or id.
        #[arg(long, value_name = "APP")]
        app: Option<String>,
        #[command(flatten)]
        list: ListArgs,
    },
}

pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let (app, list) = match args.command {
        Command::ConfirmRetention { database, schedule } => {
            return confirm_retention(&database, &schedule).await;
        }
        Command::List { app, list } => (app, list),
    };
    let session = Session::open_to_read(&args.source).await?;
    list.check::<Of<Schedule>>(session.output)?;
    let app = session.app_if_named(app.as_deref()).await?;
    let schedules = session.owned_schedules(app.as_ref()).await?;
    let of = app.map(|app| format!(" of {}", app.name)).unwrap_or_default();
    let none = format!("there are no schedules{of}; declare one in the server's configuration");
    let schedules = list.show(&session, schedules, &[], &none)?;
    if session.output != Format::Table {
        return Ok(ExitCode::SUCCESS);
    }
    for schedule in schedules.iter().map(|of| &of.thing) {
        if let Some(held) = held(schedule) {
            note(&format!(
                "retention of {} is held: {held}; if the clock is right, run `appkeep schedule confirm-retention` on \
                 the server",
                schedule.name.as_str()
            ));
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn confirm_retention(database: &DatabaseArgs, wanted: &str) -> anyhow::Result<ExitCode> {
    let store = database.open().await?;
    let found = admin_retention::find_schedules(store.as_ref(), wanted).await?;
    let schedule = match found.as_slice() {
        [only] => only,
        [] => {
            let problem = format!("no schedule is called {wanted:?}");
            return Err(Failure::new(NOT_FOUND, problem).into());
        }
        several => {
            let ids: Vec<_> = several.iter().map(|one| one.id.to_string()).collect();
            let problem = format!(
                "several schedules are called {wanted:?}; specify one id: {}",
                ids.join(", ")
            );
            return Err(Failure::new(AMBIGUOUS, problem).into());
        }
    };
    let clock = clock_of(store.as_ref()).await?;
    let held = admin_retention::confirm(store.as_ref(), &clock, &RandomIds, schedule).await?;
    store.close().await;
    if held.is_empty() {
        print_line(&format!("retention of {} holds no deletions", schedule.name))?;
    } else {
        let held = held.join("; ");
        print_line(&format!(
            "confirmed for {}: {held}; a running server deletes them now",
            schedule.name
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns the deletions that the schedule's retention holds back, if any.
fn held(schedule: &Schedule) -> Option<&str> {
    let mut labels = schedule.metadata.labels.iter().flatten();
    let label = labels.find(|label| label.name == RETENTION_HELD_LABEL);
    label.map(|label| label.value.as_str())
}

/// Returns the retention as a cell, which shows whether it is held.
pub(super) fn retention(schedule: &Schedule) -> Cell {
    match held(schedule) {
        Some(_) => Cell::toned(&format!("{} (held)", kept(schedule)), Tone::Bad),
        None => kept(schedule).into(),
    }
}

/// Describes the retention.
pub(super) fn kept(schedule: &Schedule) -> String {
    let retention = &schedule.retention;
    let rules = [
        ("last", retention.keep_last),
        ("daily", retention.keep_daily),
        ("weekly", retention.keep_weekly),
        ("monthly", retention.keep_monthly),
        ("days", retention.keep_days),
    ];
    let rules: Vec<String> = rules
        .iter()
        .filter_map(|(word, count)| count.map(|count| format!("{count} {word}")))
        .collect();
    if rules.is_empty() {
        "all".to_owned()
    } else {
        rules.join(", ")
    }
}
