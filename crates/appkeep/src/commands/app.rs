//! `appkeep app`

use std::process::ExitCode;

use appkeep_client::Open;
use appkeep_client::types::{App, AppBackup, AppState, AppSummary, Schedule, ScheduleEnabled};
use chrono::{DateTime, Utc};

use super::restores;
use crate::failure::EXIT_CODES;
use crate::remote::{self, Cell, Details, Format, ListArgs, Session, Tone, moment};

const EXAMPLES: &str = "Examples:
  appkeep app list
  appkeep app show shop
  appkeep app list --output json | jq -r '.[].name'";

/// List and show apps.
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
    /// List the account's apps.
    #[command(visible_alias = "ls", after_help = "Example: appkeep app list")]
    List(ListArgs),
    /// Show an app: its state, volumes, schedules, latest and last good backup, and latest restore.
    #[command(after_help = "Example: appkeep app show shop")]
    Show {
        /// The app, by name or id; a unique prefix is enough. Optional if there is only one app.
        #[arg(value_name = "APP")]
        app: Option<String>,
    },
}

pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let session = Session::open_to_read(&args.source).await?;
    match args.command {
        Command::List(args) => {
            args.check::<App>(session.output)?;
            let none = "there are no apps; declare one in the server's configuration";
            args.show(&session, session.apps().await?, &[], none)?;
        }
        Command::Show { app } => show(&session, app.as_deref()).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns the state as a cell.
pub(super) fn state(state: &Open<AppState>) -> Cell {
    let tone = match state.known() {
        Some(AppState::Ready) => Tone::Good,
        Some(AppState::Restoring) => Tone::Pending,
        Some(AppState::Failed | AppState::Unavailable) => Tone::Bad,
        None => Tone::Plain,
    };
    Cell::toned(state, tone)
}

async fn show(session: &Session, wanted: Option<&str>) -> anyhow::Result<()> {
    let app = session.app(wanted).await?;
    // In tables only: JSON and YAML contain just the resource.
    let parts = match session.output {
        Format::Table => Some(session.app_summary(&app).await?),
        Format::Json | Format::Yaml | Format::Csv => None,
    };
    let now = session.now();
    session.output.one(&app, || {
        let mut details = details(&app, now);
        if let Some(parts) = &parts {
            add_parts(&mut details, parts, now);
        }
        details
    })
}

/// The prefix of the labels that describe data which a restore could not restore unchanged.
const RESTORE_NOTE: &str = "appkeep.io/read-only/restore-note-";

/// Returns the notes about data that the app's latest restore could not restore unchanged.
pub(super) fn restore_notes(app: &App) -> impl Iterator<Item = &str> {
    let labels = app.metadata.labels.iter().flatten();
    let notes = labels.filter(|label| label.name.starts_with(RESTORE_NOTE));
    notes.map(|label| label.value.as_str())
}

fn details(app: &App, now: DateTime<Utc>) -> Details {
    let mut details = Details::default();
    details.cell("name", &app.name);
    details.cell("id", app.id);
    details.cell("state", state(&app.state));
    for reason in app.state_unready.iter().flatten() {
        details.cell("reason", reason);
    }
    for note in restore_notes(app) {
        details.cell("restore note", note);
    }
    details.cell("account", format!("{} ({})", app.cluster_name, app.cluster_id));
    details.cell("created", moment(&app.metadata.creation_timestamp, now));
    details
}

/// Adds the app's volumes, schedules, backups and restores.
fn add_parts(details: &mut Details, parts: &AppSummary, now: DateTime<Utc>) {
    details.cell(
        "volumes",
        parts
            .volumes
            .iter()
            .flatten()
            .cloned()
            .collect::<Vec<_>>()
            .join(", "),
    );
    for one in parts.schedules.iter().flatten() {
        details.cell("schedule", schedule(one, now));
    }
    for backup in parts.backups_in_progress.iter().flatten() {
        details.cell("in progress", summary(backup, now));
    }
    let or_none =
        |backup: Option<&AppBackup>| backup.map_or_else(|| "none".to_owned(), |backup| summary(backup, now));
    details.cell("latest backup", or_none(parts.latest_backup.as_ref()));
    details.cell("last good", or_none(parts.last_completed_backup.as_ref()));
    for restore in parts.restores_in_progress.iter().flatten() {
        details.cell("restoring", restores::summary(restore, now));
    }
    if let Some(restore) = &parts.last_restore {
        details.cell("latest restore", restores::summary(restore, now));
    }
}

fn summary(backup: &AppBackup, now: DateTime<Utc>) -> String {
    let created = &backup.metadata.creation_timestamp;
    format!("{}, {}, {}", backup.name, backup.state, moment(created, now))
}

fn schedule(schedule: &Schedule, now: DateTime<Utc>) -> String {
    let begin = format!(
        "{}, {} {}",
        schedule.name.as_str(),
        schedule.cron.as_str(),
        schedule.time_zone.as_str()
    );
    match &schedule.next_run_timestamp {
        _ if schedule.enabled == ScheduleEnabled::False => format!("{begin}, off"),
        Some(next) => format!("{begin}, next {}", moment(next, now)),
        None => begin,
    }
}
