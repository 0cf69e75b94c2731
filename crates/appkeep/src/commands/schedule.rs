//! `appkeep schedule`

use std::process::ExitCode;

use appkeep_client::types::{Schedule, ScheduleEnabled, ScheduleRetention};
use appkeep_server::RandomIds;
use appkeep_server::admin::database::clock_of;
use appkeep_server::admin::retention::{self, RETENTION_HELD_LABEL};
use chrono::{DateTime, Utc};

use super::server_args::DatabaseArgs;
use crate::failure::{AMBIGUOUS, EXIT_CODES, Failure, NOT_FOUND};
use crate::remote::{self, Align, Cell, Column, Format, Of, Session, Table, Tone, age, note, short_ids};
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
    },
}

pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let app = match args.command {
        Command::ConfirmRetention { database, schedule } => {
            return confirm_retention(&database, &schedule).await;
        }
        Command::List { app } => app,
    };
    let session = Session::open_to_read(&args.source).await?;
    let app = session.app_if_named(app.as_deref()).await?;
    let schedules = session.owned_schedules(app.as_ref()).await?;
    if session.output != Format::Table {
        let schedules: Vec<&Schedule> = schedules.iter().map(|of| &of.thing).collect();
        session.output.exactly(&schedules)?;
        return Ok(ExitCode::SUCCESS);
    }
    if schedules.is_empty() {
        let of = app.map(|app| format!(" of {}", app.name)).unwrap_or_default();
        note(&format!(
            "there are no schedules{of}; declare one in the server's configuration"
        ));
    }
    Format::table(&schedules, || table(&schedules, session.now()))?;
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
    let found = retention::find_schedules(store.as_ref(), wanted).await?;
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
    let held = retention::confirm(store.as_ref(), &clock, &RandomIds, schedule).await?;
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

fn table(schedules: &[Of<Schedule>], now: DateTime<Utc>) -> Table {
    let mut table = Table::new([
        Column::shrinking("NAME"),
        Column::shrinking("APP"),
        Column::new("WHEN", Align::Left),
        Column::shrinking("ZONE"),
        Column::new("NEXT", Align::Right),
        Column::shrinking("KEEPS"),
        Column::new("ID", Align::Left),
    ]);
    let ids: Vec<_> = schedules.iter().map(|of| of.thing.id).collect();
    for (of, id) in schedules.iter().zip(short_ids(&ids)) {
        let schedule = &of.thing;
        let next = match &schedule.next_run_timestamp {
            _ if schedule.enabled == ScheduleEnabled::False => Cell::toned(&"off", Tone::Bad),
            Some(next) => age(next, now).into(),
            None => "-".into(),
        };
        table.row([
            schedule.name.as_str().into(),
            of.app_name().into(),
            schedule.cron.as_str().into(),
            schedule.time_zone.as_str().into(),
            next,
            match held(schedule) {
                Some(_) => Cell::toned(&format!("{} (held)", kept(&schedule.retention)), Tone::Bad),
                None => kept(&schedule.retention).into(),
            },
            id.into(),
        ]);
    }
    table
}

/// Describes the retention.
fn kept(retention: &ScheduleRetention) -> String {
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
