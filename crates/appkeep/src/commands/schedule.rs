//! `appkeep schedule`

mod change;
mod declared;

use std::process::ExitCode;

use appkeep_client::types::{Schedule, ScheduleEnabled};
use appkeep_server::admin::retention::RETENTION_HELD_LABEL;
use chrono::{DateTime, Utc};

use crate::failure::EXIT_CODES;
use crate::remote::{self, Cell, Details, Format, ListArgs, Of, Session, Tone, find, moment, note};

const EXAMPLES: &str = "Examples:
  appkeep schedule list
  appkeep schedule show nightly
  appkeep schedule create weekly --app shop --cron @weekly --keep-last 8
  appkeep schedule list --app shop --output yaml";

/// Create, list, show, change, run and delete schedules, and confirm held deletions.
///
/// Schedules of the server's configuration are read-only.
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
        which: declared::Args,
    },
    /// Create a schedule, beside those of the server's configuration.
    #[command(
        after_help = "Example: appkeep schedule create nightly --app shop --cron '30 2 * * *' --keep-daily 7"
    )]
    Create(change::CreateArgs),
    /// Delete a schedule that was created with this command or over the API. Its backups and snapshots stay.
    #[command(after_help = "Example: appkeep schedule delete nightly --app shop")]
    Delete(change::DeleteArgs),
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
    /// Run a schedule now, on the server's machine. Its later runs don't change.
    ///
    /// A running server begins within seconds, a stopped one when it starts. Like other runs, it is skipped while the
    /// previous run is in progress.
    #[command(after_help = "Example: appkeep schedule run --data /var/lib/appkeep nightly")]
    Run {
        #[command(flatten)]
        which: declared::Args,
    },
    /// Show a schedule: when it runs, what it creates and keeps, and deletions that its retention holds.
    #[command(after_help = "Example: appkeep schedule show nightly")]
    Show {
        /// The schedule, by name or id; a unique prefix is enough.
        #[arg(value_name = "SCHEDULE")]
        schedule: String,
        /// Its app, by name or id. Optional if only one app has such a schedule.
        #[arg(long, value_name = "APP")]
        app: Option<String>,
    },
    /// Change a schedule that was created with this command or over the API.
    ///
    /// Options that are not given leave their settings unchanged. --keep-… options replace all rules for keeping backups
    /// and snapshots.
    #[command(after_help = "Example: appkeep schedule update nightly --cron '0 4 * * *' --keep-last 30")]
    Update(change::UpdateArgs),
}

pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    match args.command {
        Command::ConfirmRetention { which } => return declared::confirm_retention(&which).await,
        Command::Run { which } => return declared::run_now(&which).await,
        Command::Create(create) => change::create(&Session::open(&args.source).await?, &create).await?,
        Command::Update(update) => change::update(&Session::open(&args.source).await?, &update).await?,
        Command::Delete(delete) => change::delete(&Session::open(&args.source).await?, &delete).await?,
        Command::List { app, list } => {
            let session = Session::open_to_read(&args.source).await?;
            self::list(&session, app.as_deref(), &list).await?;
        }
        Command::Show { schedule, app } => {
            let session = Session::open_to_read(&args.source).await?;
            show(&session, &schedule, app.as_deref()).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn show(session: &Session, wanted: &str, app: Option<&str>) -> anyhow::Result<()> {
    let app = session.app_if_named(app).await?;
    let found = find(wanted, session.owned_schedules(app.as_ref()).await?)?.thing;
    let now = session.now();
    session.output.one(&found.data()?, || details(&found, now))
}

fn details(of: &Of<Schedule>, now: DateTime<Utc>) -> Details {
    let schedule = &of.thing;
    let mut details = Details::default();
    details.cell("name", &schedule.name);
    details.cell("id", schedule.id);
    details.cell("app", of.app_name());
    details.cell("origin", &schedule.origin);
    if schedule.enabled == ScheduleEnabled::False {
        details.cell("state", Cell::toned(&"off", Tone::Bad));
    }
    details.cell("when", &schedule.cron);
    details.cell("zone", &schedule.time_zone);
    if schedule.jitter_secs > 0 {
        details.cell("jitter", format!("up to {} s", schedule.jitter_secs));
    }
    if let Some(next) = &schedule.next_run_timestamp {
        details.cell("next", moment(next, now));
    }
    let makes: Vec<_> = schedule.makes.iter().flatten().map(ToString::to_string).collect();
    if !makes.is_empty() {
        details.cell("creates", makes.join(", "));
    }
    if let Some(bucket) = schedule.bucket_id {
        details.cell("bucket", bucket);
    }
    details.cell("keeps", kept(schedule));
    if let Some(held) = held(schedule) {
        details.cell("held", Cell::toned(&held, Tone::Bad));
    }
    details.cell("created", moment(&schedule.metadata.creation_timestamp, now));
    details
}

async fn list(session: &Session, app: Option<&str>, list: &ListArgs) -> anyhow::Result<()> {
    list.check::<Of<Schedule>>(session.output)?;
    let app = session.app_if_named(app).await?;
    let schedules = session.owned_schedules(app.as_ref()).await?;
    let of = app.map(|app| format!(" of {}", app.name)).unwrap_or_default();
    let none = format!(
        "there are no schedules{of}; create one with appkeep schedule create, or in the server's configuration"
    );
    let schedules = list.show(session, schedules, &[], &none)?;
    if session.output != Format::Table {
        return Ok(());
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
    Ok(())
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
    let of_both = if rules.is_empty() {
        "all".to_owned()
    } else {
        rules.join(", ")
    };
    // Snapshots have rules of their own if their number differs.
    match (&schedule.backup_retention, &schedule.snapshot_retention) {
        (Some(backups), Some(snapshots)) if backups != snapshots && backups != "0" && snapshots != "0" => {
            format!("{of_both} (snapshots: {snapshots} last)")
        }
        _ => of_both,
    }
}
