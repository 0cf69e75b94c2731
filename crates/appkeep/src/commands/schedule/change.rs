//! `appkeep schedule create`, `update` and `delete`: schedules beside those of the configuration.

use appkeep_client::Open;
use appkeep_client::types::{
    Schedule, ScheduleCreate, ScheduleEnabled, ScheduleGranularity, ScheduleMakes, ScheduleOrigin,
    ScheduleRetention, ScheduleUpdate,
};

use crate::failure::{CONFLICT, Failure};
use crate::remote::{Found, Of, Session, deletion_confirmed, find};

/// The settings of a schedule, named as in `appkeep.toml`.
#[derive(Debug, clap::Args)]
#[group(skip)]
struct Settings {
    /// The time zone of --cron, as named in the IANA database; UTC by default.
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
    /// What each run creates, separated by commas; a backup by default.
    #[arg(long, value_name = "KINDS", value_delimiter = ',', value_parser = ["backup", "snapshot"])]
    what: Vec<String>,
    /// The bucket of its backups, by name or id; the account's default bucket by default.
    #[arg(long, value_name = "BUCKET")]
    bucket: Option<String>,
    /// The maximum random delay of each run, in seconds.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(..=86_400))]
    jitter_secs: Option<u32>,
    #[command(flatten)]
    keep: Keep,
}

/// The rules for keeping backups and snapshots. Those that no rule keeps are deleted; without rules, all are kept.
#[derive(Debug, clap::Args)]
#[group(skip)]
struct Keep {
    /// Keep this many of the newest.
    #[arg(long = "keep-last", value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=9999))]
    last: Option<u32>,
    /// Keep the newest of each day, for this many days that have one.
    #[arg(long = "keep-daily", value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=9999))]
    daily: Option<u32>,
    /// Keep the newest of each week, for this many weeks that have one.
    #[arg(long = "keep-weekly", value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=9999))]
    weekly: Option<u32>,
    /// Keep the newest of each month, for this many months that have one.
    #[arg(long = "keep-monthly", value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=9999))]
    monthly: Option<u32>,
    /// Keep all that are at most this many days older than the newest.
    #[arg(long = "keep-days", value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=9999))]
    days: Option<u32>,
}

#[derive(Debug, clap::Args)]
pub(super) struct CreateArgs {
    /// Its name: at most 35 lower-case letters, digits and hyphens.
    #[arg(value_name = "NAME")]
    name: String,
    /// The app, by name or id. Optional if there is only one app.
    #[arg(long, value_name = "APP")]
    app: Option<String>,
    /// When it runs: minute, hour, day, month and weekday, or @hourly, @daily, @weekly, @monthly or @yearly.
    #[arg(long, value_name = "CRON")]
    cron: String,
    #[command(flatten)]
    settings: Settings,
}

/// An existing schedule.
#[derive(Debug, clap::Args)]
#[group(skip)]
struct Which {
    /// The schedule, by name or id; a unique prefix is enough.
    #[arg(value_name = "SCHEDULE")]
    schedule: String,
    /// Its app, by name or id. Optional if only one app has such a schedule.
    #[arg(long, value_name = "APP")]
    app: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(super) struct UpdateArgs {
    #[command(flatten)]
    which: Which,
    /// Another name.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// When it runs: minute, hour, day, month and weekday, or @hourly, @daily, @weekly, @monthly or @yearly.
    #[arg(long, value_name = "CRON")]
    cron: Option<String>,
    #[command(flatten)]
    settings: Settings,
    /// Run it again after --disable.
    #[arg(long, conflicts_with = "disable")]
    enable: bool,
    /// Neither run it nor delete its backups and snapshots.
    #[arg(long)]
    disable: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct DeleteArgs {
    #[command(flatten)]
    which: Which,
    /// Don't ask. Without a terminal, only deleting by a prefix of the name requires this.
    #[arg(long, short)]
    yes: bool,
}

impl Settings {
    fn makes(&self) -> Option<Vec<Open<ScheduleMakes>>> {
        let makes = self.what.iter().map(|word| match word.as_str() {
            "snapshot" => ScheduleMakes::Snapshot.into(),
            _ => ScheduleMakes::Backup.into(),
        });
        (!self.what.is_empty()).then(|| makes.collect())
    }
}

impl Keep {
    /// The rules; none if no option is given.
    fn retention(&self) -> Option<ScheduleRetention> {
        let retention = ScheduleRetention {
            keep_last: self.last.map(i64::from),
            keep_daily: self.daily.map(i64::from),
            keep_weekly: self.weekly.map(i64::from),
            keep_monthly: self.monthly.map(i64::from),
            keep_days: self.days.map(i64::from),
            ..ScheduleRetention::default()
        };
        (retention != ScheduleRetention::default()).then_some(retention)
    }
}

pub(super) async fn create(session: &Session, args: &CreateArgs) -> anyhow::Result<()> {
    let app = session.app(args.app.as_deref()).await?;
    let settings = &args.settings;
    let request = ScheduleCreate {
        name: args.name.clone(),
        granularity: ScheduleGranularity::Custom.into(),
        cron: Some(args.cron.clone()),
        time_zone: settings.zone.clone(),
        jitter_secs: settings.jitter_secs.map(i64::from),
        makes: settings.makes(),
        bucket_id: bucket_id(session, settings).await?,
        retention: settings.keep.retention(),
        ..ScheduleCreate::default()
    };
    let created = session
        .client
        .app_schedule_create_for_app(session.account, app.id, &request)
        .await
        .map_err(|error| session.failure(&error))?
        .into_inner();
    let line = format!(
        "schedule {} of {} is created ({})",
        created.name, app.name, created.id
    );
    session.output.done(&created, &line)
}

pub(super) async fn update(session: &Session, args: &UpdateArgs) -> anyhow::Result<()> {
    let found = changeable(session, &args.which).await?.thing;
    let settings = &args.settings;
    let enabled = match (args.enable, args.disable) {
        (true, _) => Some(ScheduleEnabled::True.into()),
        (_, true) => Some(ScheduleEnabled::False.into()),
        _ => None,
    };
    let is_timed = args.cron.is_some() || settings.zone.is_some();
    let request = ScheduleUpdate {
        name: args.name.clone(),
        enabled,
        granularity: is_timed.then(|| ScheduleGranularity::Custom.into()),
        cron: args.cron.clone(),
        time_zone: settings.zone.clone(),
        jitter_secs: settings.jitter_secs.map(i64::from),
        makes: settings.makes(),
        bucket_id: bucket_id(session, settings).await?,
        retention: settings.keep.retention(),
        ..ScheduleUpdate::default()
    };
    let (schedule, app) = (&found.thing, found.app_name());
    let changed = session
        .client
        .app_schedule_update_for_app(session.account, schedule.app_id, schedule.id, &request)
        .await
        .map_err(|error| session.failure(&error))?
        .into_inner();
    let line = format!("schedule {} of {app} is changed ({})", changed.name, changed.id);
    session.output.done(&changed, &line)
}

pub(super) async fn delete(session: &Session, args: &DeleteArgs) -> anyhow::Result<()> {
    let found = changeable(session, &args.which).await?;
    if !args.yes {
        deletion_confirmed(
            std::slice::from_ref(&found),
            std::slice::from_ref(&args.which.schedule),
        )?;
    }
    let schedule = &found.thing.thing;
    session
        .client
        .app_schedule_delete_for_app(session.account, schedule.app_id, schedule.id)
        .await
        .map_err(|error| session.failure(&error))?;
    let line = format!(
        "schedule {} is deleted ({}); its backups and snapshots stay",
        schedule.name, schedule.id
    );
    session.output.done(schedule, &line)
}

async fn bucket_id(session: &Session, settings: &Settings) -> anyhow::Result<Option<appkeep_client::Uuid>> {
    match &settings.bucket {
        Some(wanted) => Ok(Some(session.bucket_id(wanted).await?)),
        None => Ok(None),
    }
}

/// Finds a schedule that can be changed over the API.
async fn changeable(session: &Session, which: &Which) -> anyhow::Result<Found<Of<Schedule>>> {
    let app = session.app_if_named(which.app.as_deref()).await?;
    let found = find(&which.schedule, session.owned_schedules(app.as_ref()).await?)?;
    let schedule = &found.thing.thing;
    if schedule.origin == ScheduleOrigin::Configuration {
        let problem = format!("{} is part of the server's configuration", schedule.name);
        let failure = Failure::new(CONFLICT, problem);
        return Err(failure.next("change it in appkeep.toml, on the server").into());
    }
    Ok(found)
}
