//! `appkeep bucket`

mod import;
mod take_over;

use std::process::ExitCode;

use appkeep_client::types::{AppBackup, Bucket, BucketState, ResourceState};
use appkeep_client::{Number, Open};
use appkeep_server::admin::bucket::FEATURES_LABEL;
use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::failure::{EXIT_CODES, FAILED};
use crate::remote::{
    self, Align, Cell, Column, Details, ListArgs, NOTHING, Session, Table, Tone, age, find, moment, size,
    size_of,
};

const EXAMPLES: &str = "Examples:
  appkeep bucket list
  appkeep bucket show local
  appkeep bucket check local
  appkeep bucket take-over local --config appkeep.toml
  appkeep bucket import --config appkeep.toml --data /var/lib/appkeep";

/// List, show and check buckets, take them over, and import their backups after the loss of the database.
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
    /// List the account's buckets.
    #[command(visible_alias = "ls", after_help = "Example: appkeep bucket list")]
    List(ListArgs),
    /// Show a bucket: its state, and what its storage supports.
    #[command(after_help = "Example: appkeep bucket show local")]
    Show {
        /// The bucket, by name or id; a unique prefix is enough. Optional if there is only one bucket.
        #[arg(value_name = "BUCKET")]
        bucket: Option<String>,
    },
    /// Check whether a bucket's backups exist, as far as the server knows. Exit code 1 when any is missing.
    ///
    /// Every few minutes (`check_every_secs`), the server sets the state of each backup: `removed` when its data is
    /// missing, `unknown` when the bucket can't be read. This command sums up the states and doesn't access the bucket.
    /// An empty bucket is `unused`. Data is not read; `restic check` reads it.
    ///
    /// FEATURES shows what the bucket's storage supports, by the server's latest probe: `conditional writes` and
    /// `versioning`. Neither is required.
    #[command(after_help = "Example: appkeep bucket check local")]
    Check {
        /// The bucket, by name or id; a unique prefix is enough. By default, all buckets.
        #[arg(value_name = "BUCKET")]
        bucket: Option<String>,
    },
    /// Take a bucket over from a server that has stopped permanently. Works with the server running or stopped.
    ///
    /// Each server keeps a claim, a small file that it refreshes, in its buckets; other servers don't change buckets
    /// with a claim. The claim of a server that ended on this machine is ignored. Other claims expire: after 5 minutes
    /// if the server had the same data directory, else after 30. This command removes them at once. If the other
    /// server still runs, it stops using the bucket.
    #[command(after_help = "Example: appkeep bucket take-over local --config /etc/appkeep/appkeep.toml")]
    TakeOver(take_over::Args),
    /// Find the backups in buckets again after the database was lost. The server must be stopped.
    ///
    /// Requires the keys of the lost server in the data directory. Creates the database if it doesn't exist. Backups that
    /// the database already contains stay unchanged, and nothing is written into the buckets, so the command can be
    /// repeated. Each skipped repository or backup is reported with the reason.
    ///
    /// Exit codes: 0 all backups are in the database, 1 something was skipped because of an error, 2 could not run.
    #[command(
        after_help = "Example: appkeep bucket import --config /etc/appkeep/appkeep.toml --data /var/lib/appkeep"
    )]
    Import(import::Args),
}

pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    match args.command {
        Command::List(list) => {
            let session = Session::open_to_read(&args.source).await?;
            list.check::<Bucket>(session.output)?;
            let none = "there are no buckets; declare one in the server's configuration";
            list.show(&session, session.buckets().await?, &[], none)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Show { bucket } => {
            show(&Session::open_to_read(&args.source).await?, bucket.as_deref()).await
        }
        Command::Check { bucket } => {
            check(&Session::open_to_read(&args.source).await?, bucket.as_deref()).await
        }
        Command::TakeOver(args) => take_over::run(&args).await,
        Command::Import(import) => import::run(&import, args.source.server.output).await,
    }
}

/// Returns the state as a cell.
pub(super) fn state(state: &Open<BucketState>) -> Cell {
    let tone = match state.known() {
        Some(BucketState::Available) => Tone::Good,
        Some(BucketState::Failed | BucketState::Removed) => Tone::Bad,
        Some(BucketState::Unknown) | None => Tone::Plain,
    };
    Cell::toned(state, tone)
}

/// Returns the age of the latest measurement.
pub(super) fn measured(bucket: &Bucket, now: DateTime<Utc>) -> String {
    let time = bucket.measurement_timestamp.as_ref();
    time.map_or_else(|| NOTHING.to_owned(), |time| age(time, now))
}

async fn show(session: &Session, wanted: Option<&str>) -> anyhow::Result<ExitCode> {
    let bucket = session.bucket(wanted).await?;
    let now = session.now();
    session.output.one(&bucket, || details(&bucket, now))?;
    Ok(ExitCode::SUCCESS)
}

fn details(bucket: &Bucket, now: DateTime<Utc>) -> Details {
    let mut details = Details::default();
    details.cell("name", &bucket.name);
    details.cell("id", bucket.id);
    details.cell("state", state(&bucket.state));
    for reason in bucket.state_unready.iter().flatten() {
        details.cell("reason", reason);
    }
    details.cell("stored", size_of(bucket.stored_bytes));
    details.cell("free", size_of(bucket.free_bytes));
    if let Some(at) = &bucket.measurement_timestamp {
        details.cell("measured", moment(at, now));
    }
    details.cell("provider", &bucket.provider);
    details.cell("default", if bucket.is_default { "yes" } else { "no" });
    details.cell("at once", bucket.backups_max);
    if let Some(features) = features(bucket) {
        details.cell("features", features);
    }
    details.cell("created", moment(&bucket.metadata.creation_timestamp, now));
    details
}

/// The state of a bucket, as far as the server knows.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Checked {
    bucket: String,
    #[serde(rename = "bucketID")]
    bucket_id: String,
    verdict: Verdict,
    completed: usize,
    completed_bytes: u64,
    removed: usize,
    unknown: usize,
    /// What its storage supports, if the server has probed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    features: Option<String>,
    /// Descriptions of the problems.
    found: Vec<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    /// All completed backups exist.
    Good,
    /// The bucket is empty, so its state is unknown.
    #[default]
    Unused,
    /// Backup data is missing, or the bucket can't be used.
    Wrong,
}

async fn check(session: &Session, wanted: Option<&str>) -> anyhow::Result<ExitCode> {
    let buckets = session.buckets().await?;
    let buckets = match wanted {
        Some(wanted) => vec![find(wanted, buckets)?.thing],
        // Buckets that are no longer configured are checked only if they are named.
        None => buckets
            .into_iter()
            .filter(|bucket| bucket.state != BucketState::Removed)
            .collect(),
    };
    let backups = session.backups(None).await?;
    let checked: Vec<Checked> = buckets.iter().map(|bucket| checked(bucket, &backups)).collect();
    session.output.list(&checked, || verdicts(&checked))?;
    let is_wrong = checked.iter().any(|bucket| bucket.verdict == Verdict::Wrong);
    Ok(if is_wrong {
        ExitCode::from(FAILED)
    } else {
        ExitCode::SUCCESS
    })
}

/// What the bucket's storage supports, by its label.
fn features(bucket: &Bucket) -> Option<String> {
    let mut labels = bucket.metadata.labels.iter().flatten();
    let label = labels.find(|label| label.name == FEATURES_LABEL)?;
    Some(label.value.clone())
}

fn checked(bucket: &Bucket, backups: &[AppBackup]) -> Checked {
    let mut checked = Checked {
        bucket: bucket.name.clone(),
        bucket_id: bucket.id.to_string(),
        features: features(bucket),
        ..Checked::default()
    };
    let mut add = |reason: &String| {
        if !checked.found.contains(reason) {
            checked.found.push(reason.clone());
        }
    };
    bucket.state_unready.iter().flatten().for_each(&mut add);
    for backup in backups.iter().filter(|backup| backup.bucket_id == bucket.id) {
        if let Some(ResourceState::Removed | ResourceState::Unknown) = backup.state.known() {
            backup.state_unready.iter().flatten().for_each(&mut add);
        }
    }
    for backup in backups.iter().filter(|backup| backup.bucket_id == bucket.id) {
        match backup.state.known() {
            Some(ResourceState::Completed) => {
                checked.completed += 1;
                let bytes = backup.total_bytes.and_then(Number::as_u64);
                checked.completed_bytes += bytes.unwrap_or_default();
            }
            Some(ResourceState::Removed) => checked.removed += 1,
            Some(ResourceState::Unknown) => checked.unknown += 1,
            _ => {}
        }
    }
    let is_unusable = matches!(
        bucket.state.known(),
        Some(BucketState::Failed | BucketState::Removed)
    );
    let is_gone = checked.removed + checked.unknown > 0 || is_unusable;
    checked.verdict = match (is_gone, checked.completed) {
        (true, _) => Verdict::Wrong,
        (false, 0) => Verdict::Unused,
        (false, _) => Verdict::Good,
    };
    checked
}

fn verdicts(checked: &[Checked]) -> Table {
    let mut table = Table::new([
        Column::shrinking("BUCKET"),
        Column::new("VERDICT", Align::Left),
        Column::new("THERE", Align::Right),
        Column::new("BYTES", Align::Right),
        Column::new("GONE", Align::Right),
        Column::new("UNKNOWN", Align::Right),
        Column::shrinking("FEATURES"),
        Column::shrinking("WHY"),
    ]);
    for bucket in checked {
        let (word, tone) = match bucket.verdict {
            Verdict::Good => ("good", Tone::Good),
            Verdict::Unused => ("unused", Tone::Plain),
            Verdict::Wrong => ("WRONG", Tone::Bad),
        };
        table.row([
            bucket.bucket.as_str().into(),
            Cell::toned(&word, tone),
            bucket.completed.into(),
            size(bucket.completed_bytes).into(),
            bucket.removed.into(),
            bucket.unknown.into(),
            bucket.features.as_deref().unwrap_or_default().into(),
            bucket.found.join("; ").into(),
        ]);
    }
    table
}
