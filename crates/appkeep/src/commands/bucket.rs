//! `appkeep bucket`

mod check;
mod examine;
mod import;
mod take_over;

use std::process::ExitCode;

use appkeep_client::types::{Bucket, BucketState};
use appkeep_client::{Open, Timestamp};
use appkeep_server::admin::bucket::FEATURES_LABEL;
use appkeep_server::admin::bucket_check::ReadData;
use chrono::{DateTime, Utc};

use crate::failure::EXIT_CODES;
use crate::remote::{self, Cell, Details, ListArgs, NOTHING, Session, Tone, age, moment, size_of};

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
    /// Check a bucket: as far as the server knows, or with --data, the bucket itself. Exit code 1 when anything is wrong.
    ///
    /// Every few minutes (`check_every_secs`), the server sets the state of each backup: `removed` when its data is
    /// missing, `unknown` when the bucket can't be read. Without --data, this command sums up the states, with the size
    /// of the bucket by the server's latest measurement, and doesn't access the bucket. An empty bucket is `unused`.
    /// FEATURES shows what the bucket's storage supports, by the server's latest probe: `conditional writes` and
    /// `versioning`. Neither is required.
    ///
    /// With --data, it examines the bucket on the server's machine, while the server runs or is stopped, without locks and
    /// changes: whether the bucket can be reached and has its marker, which server uses it, whether the key opens each
    /// app's repository, whether each backup in the database has its snapshot, and whether all data exists that backups
    /// need. --read-data also reads and verifies a random share of the data: without it, changed content isn't found.
    #[command(after_help = "Examples:
  appkeep bucket check local
  appkeep bucket check local --data /var/lib/appkeep --config /etc/appkeep/appkeep.toml --read-data 5%")]
    Check {
        /// The bucket, by name or id; a unique prefix is enough. By default, all buckets.
        #[arg(value_name = "BUCKET")]
        bucket: Option<String>,
        /// Read and verify this share of the data of each bucket: a percentage, a size, or all. Requires --data.
        #[arg(long, value_name = "SHARE", requires = "data")]
        read_data: Option<ReadData>,
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
        Command::Check { bucket, read_data } if args.source.is_database() => {
            examine::run(&args.source, bucket.as_deref(), read_data).await
        }
        Command::Check { bucket, .. } => {
            check::run(&Session::open_to_read(&args.source).await?, bucket.as_deref()).await
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
pub(super) fn measured(time: Option<&Timestamp>, now: DateTime<Utc>) -> String {
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

/// What the bucket's storage supports, by its label.
fn features(bucket: &Bucket) -> Option<String> {
    let mut labels = bucket.metadata.labels.iter().flatten();
    let label = labels.find(|label| label.name == FEATURES_LABEL)?;
    Some(label.value.clone())
}
