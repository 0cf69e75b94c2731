//! `appkeep schedule`

use std::process::ExitCode;

use appkeep_client::types::{Schedule, ScheduleEnabled, ScheduleRetention};
use chrono::{DateTime, Utc};

use crate::failure::EXIT_CODES;
use crate::remote::{self, Align, Cell, Column, Format, Of, Session, Table, Tone, age, note, short_ids};

const EXAMPLES: &str = "Examples:
  appkeep schedule list
  appkeep schedule list --app shop --output yaml";

/// Look at schedules. They are made in the server's configuration.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub(crate) struct Args {
    #[command(flatten)]
    connection: remote::Args,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List schedules; without --app those of all apps.
    #[command(
        visible_alias = "ls",
        after_help = "Example: appkeep schedule list --app shop"
    )]
    List {
        /// Only those of this app, by name or id.
        #[arg(long, value_name = "APP")]
        app: Option<String>,
    },
}

pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let session = Session::open(&args.connection).await?;
    let Command::List { app } = args.command;
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
    Ok(ExitCode::SUCCESS)
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
            kept(&schedule.retention).into(),
            id.into(),
        ]);
    }
    table
}

/// What is kept, in words.
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
