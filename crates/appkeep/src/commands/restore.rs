//! `appkeep restore`

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use appkeep_server::RandomIds;
use appkeep_server::admin::restore::{
    FilePath, Planned, Progress, ProgressSender, RestoreError, RestoreReport, RestoreSource, Stopped, Target,
    TargetPolicy,
};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::server_args::DataArgs;
use super::{named, restores};
use crate::commands::survive_file_size_limit;
use crate::logging::{self, LogFormat};
use crate::remote::{Reporter, Step};
use crate::stdout::print_line;

/// Restore a backup or a snapshot, or show the restores that the server performs.
#[derive(Debug)]
pub(crate) enum Args {
    Offline(Box<Offline>),
    Online(Box<restores::Command>),
}

impl clap::FromArgMatches for Args {
    fn from_arg_matches(matches: &clap::ArgMatches) -> Result<Self, clap::Error> {
        if matches.subcommand().is_some() {
            let command = restores::Command::from_arg_matches(matches)?;
            return Ok(Self::Online(Box::new(command)));
        }
        Ok(Self::Offline(Box::new(Offline::from_arg_matches(matches)?)))
    }

    fn update_from_arg_matches(&mut self, matches: &clap::ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Either the arguments of a restore or a subcommand.
impl clap::Args for Args {
    fn augment_args(command: clap::Command) -> clap::Command {
        let command =
            <restores::Command as clap::Subcommand>::augment_subcommands(Offline::augment_args(command));
        command
            .args_conflicts_with_subcommands(true)
            .subcommand_negates_reqs(true)
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

/// A restore while the server is stopped.
#[derive(Debug, clap::Args)]
#[command(
    group = clap::ArgGroup::new("source").required(true),
    group = clap::ArgGroup::new("where")
)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub(crate) struct Offline {
    #[command(flatten)]
    server: DataArgs,
    /// The backup to restore, by name or id; a unique prefix is enough. `appkeep backup list --data DIR` shows all.
    #[arg(long, value_name = "BACKUP", group = "source", requires = "where")]
    backup: Option<String>,
    /// The snapshot to restore, by name or id; a unique prefix is enough.
    #[arg(long, value_name = "SNAPSHOT", group = "source", requires = "where")]
    snapshot: Option<String>,
    /// Restore to this directory: each volume becomes a subdirectory. Created if it doesn't exist.
    #[arg(long, value_name = "DIR", group = "where")]
    target: Option<PathBuf>,
    /// Restore only this file or directory, with its parent directories. Paths are those of `appkeep backup ls`: the first
    /// name is the volume. May be repeated.
    #[arg(long, value_name = "PATH", requires = "target", conflicts_with = "in_place")]
    include: Vec<FilePath>,
    /// Restore over the app's volumes. Their data is removed when all of the new data is complete.
    /// Stop the app first.
    #[arg(long, group = "where")]
    in_place: bool,
    /// Restore in place even if volumes of other apps are inside the app's volumes: they are replaced, too.
    #[arg(long, requires = "in_place")]
    force: bool,
    /// Don't restore: set restores aside that were interrupted and can't be finished. Nothing is removed; both
    /// versions of the data are listed. The apps are then ready again, with the current data of their volumes.
    #[arg(long, group = "source", conflicts_with_all = ["target", "in_place"])]
    abandon: bool,
    /// The app of the backup or the snapshot, if several have one of this name, by name or id. With --abandon, set aside
    /// only the restores of this app.
    #[arg(long, value_name = "APP")]
    app: Option<String>,
    /// Replace subdirectories of the target that have a volume's name. By default, the target must be empty.
    #[arg(long, requires = "target", conflicts_with = "in_place")]
    replace: bool,
    /// The log filter, for example info, debug, or appkeep=debug.
    #[arg(long, value_name = "FILTER", default_value = "warn", env = "APPKEEP_LOG")]
    log: String,
}

/// The interval at which the progress is read.
const REPORT_INTERVAL: Duration = Duration::from_millis(200);

pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    match args {
        Args::Online(command) => restores::run(*command).await,
        Args::Offline(offline) => restore_offline(*offline).await,
    }
}

async fn restore_offline(args: Offline) -> anyhow::Result<ExitCode> {
    logging::start(&args.log, LogFormat::Text)?;
    survive_file_size_limit()?;
    #[cfg(feature = "failpoints")]
    crate::fail_points::start()?;
    if args.abandon {
        return abandon(&args).await;
    }
    let target = match &args.target {
        None => Target::InPlace { force: args.force },
        Some(path) => Target::Directory {
            path: std::path::absolute(path).with_context(|| format!("failed to find {}", path.display()))?,
            policy: if args.replace {
                TargetPolicy::Replace
            } else {
                TargetPolicy::Refuse
            },
            include: args.include.clone(),
        },
    };
    let stopped = open(&args.server).await?;
    let source = find(&stopped, &args).await?;
    let planned = stopped.plan(source, target, &RandomIds).await?;
    eprintln!("restoring the app {}", planned.app_name);
    let outcome = restore(&stopped, &planned).await?;
    stopped.close().await;
    match outcome {
        Ok(report) => {
            print_report(&report)?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) if error.could_not_begin() => Err(error.into()),
        Err(error) => {
            eprintln!("error: {error}");
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Finds the backup or the snapshot.
async fn find(stopped: &Stopped, args: &Offline) -> anyhow::Result<RestoreSource> {
    let (store, app) = (stopped.store(), args.app.as_deref());
    Ok(match (&args.backup, &args.snapshot) {
        (Some(wanted), _) => RestoreSource::Backup(named::backup(store, wanted, app, None).await?.into()),
        (None, Some(wanted)) => RestoreSource::Snapshot(named::snapshot(store, wanted, app).await?.into()),
        (None, None) => anyhow::bail!("expected --backup or --snapshot"),
    })
}

async fn open(server: &DataArgs) -> anyhow::Result<Stopped> {
    Ok(Stopped::open(&server.data, server.config()?.as_ref()).await?)
}

/// Abandons unfinished restores, and prints where their data is.
async fn abandon(args: &Offline) -> anyhow::Result<ExitCode> {
    let stopped = open(&args.server).await?;
    let app = match &args.app {
        Some(wanted) => Some(named::app(stopped.store(), wanted).await?),
        None => None,
    };
    let abandoned = stopped.abandon(app.map(Into::into)).await?;
    stopped.close().await;
    for (app, restores) in abandoned {
        print_line(&format!(
            "abandoned the unfinished restore of the app {}",
            app.name
        ))?;
        for restore in restores {
            for path in restore.volumes {
                print_line(&format!("the app has the data in {}", path.display()))?;
            }
            for path in restore.kept {
                print_line(&format!(
                    "the rest of the old and the new data is in {}",
                    path.display()
                ))?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Restores until it is done or a signal cancels it; a swap that has begun is completed first.
async fn restore(
    stopped: &Stopped,
    planned: &Planned,
) -> anyhow::Result<Result<RestoreReport, RestoreError>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (progress, cancel) = (ProgressSender::new(Progress::default()), CancellationToken::new());
    let mut reporter = Reporter::new(&format!("restore of {}", planned.app_name));
    reporter.report(&step(*progress.borrow(), planned.total_bytes));
    let restoring = stopped.restore(planned, &progress, &cancel);
    tokio::pin!(restoring);
    let mut tick = tokio::time::interval(REPORT_INTERVAL);
    let outcome = loop {
        tokio::select! {
            outcome = &mut restoring => break outcome,
            _ = terminate.recv() => cancel.cancel(),
            _ = interrupt.recv() => cancel.cancel(),
            _ = tick.tick() => reporter.report(&step(*progress.borrow(), planned.total_bytes)),
        }
    };
    reporter.end();
    Ok(outcome)
}

/// Returns the state of a restore, which compares the data with its source after all of it is written.
fn step(progress: Progress, bytes_total: Option<u64>) -> Step {
    let bytes_total = progress.bytes_total.or(bytes_total);
    let is_written = bytes_total.is_some_and(|total| progress.bytes_done >= total);
    Step {
        state: if is_written { "comparing" } else { "running" }.to_owned(),
        bytes_done: Some(progress.bytes_done),
        bytes_total,
        reason: None,
        end: None,
    }
}

fn print_report(report: &RestoreReport) -> anyhow::Result<()> {
    for name in &report.untouched {
        eprintln!("note: the volume {name} is unchanged: the source has no such volume");
    }
    for note in &report.notes {
        eprintln!("note: {note}");
    }
    for path in &report.left {
        eprintln!("note: old data could not be removed: {}", path.display());
    }
    let restored = report.restored.iter().map(|path| path.display().to_string());
    let restored = restored.collect::<Vec<_>>().join(", ");
    let files = if report.files == 1 { "file" } else { "files" };
    print_line(&format!(
        "restored {} {files}, {} bytes, in {restored}",
        report.files, report.bytes
    ))
}
