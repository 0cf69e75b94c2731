//! `appkeep backup`

mod cancel;
mod compare;
mod delete;
mod file_output;
mod files;
mod opened;

use std::process::ExitCode;

use appkeep_client::types::{App, AppBackup, AppBackupCreate};
use appkeep_client::{Number, Uuid};

use crate::failure::{EXIT_CODES, Failure, NOT_FOUND};
use crate::remote::{
    self, Found, How, ListArgs, Of, Session, Step, Wait, find, moment, size_of, stalled, until,
};

use super::create::{self, Awaited, WaitLimit};
use super::resource::{self, Names};
use super::restore_app;

const EXAMPLES: &str = "Examples:
  appkeep backup create before-upgrade --app shop --wait
  appkeep backup list --app shop
  appkeep backup show before-upgrade
  appkeep backup restore before-upgrade --wait
  appkeep backup delete 1a2b3c4d
  appkeep backup list --output json | jq -r '.[] | select(.state == \"failed\") | .id'";

/// Create, list, show, restore, cancel and delete backups.
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
    /// List backups, newest first.
    #[command(after_help = "Examples:
  appkeep backup list --app shop
  appkeep backup list --state failed --since 7d --sort -size --columns name,app,reason
  appkeep backup list --label release=1.4 --output csv")]
    List {
        /// List only the backups of this app, by name or id.
        #[arg(long, value_name = "APP")]
        app: Option<String>,
        #[command(flatten)]
        list: ListArgs,
    },
    /// Show a backup.
    #[command(after_help = "Example: appkeep backup show before-upgrade")]
    Show(Which),
    /// Create a backup of an app, or one of each of several apps.
    ///
    /// The server copies in the background: without --wait, the command returns at once. Each app's backup has the same
    /// NAME. If one isn't created or fails, the others continue.
    #[command(after_help = "Examples:
  appkeep backup create --app shop --wait
  appkeep backup create before-upgrade --all --wait
  appkeep backup create before-upgrade --app shop --bucket local --label release=1.4")]
    Create(Create),
    /// Wait until a backup is completed. Exit code 1 when it fails, or is completed and a hook failed.
    #[command(after_help = "Example: appkeep backup wait before-upgrade --timeout 3600")]
    Wait {
        #[command(flatten)]
        which: Which,
        /// Stop waiting after this many seconds; the backup continues.
        #[arg(long, value_name = "SECONDS")]
        timeout: Option<u64>,
    },
    /// Replace an app's data with a backup's, through the server, or restore to a directory of the server's machine.
    ///
    /// Stop the app first, unless you restore to a directory. The server reads the backup and writes the new data next to
    /// the old, and only then swaps them: a restore that fails leaves the old data, and `appkeep app show` says where.
    #[command(after_help = "Examples:
  appkeep backup restore before-upgrade --wait
  appkeep backup restore before-upgrade --target /srv/restored/shop --include /database/orders --wait
  appkeep backup restore before-upgrade --to-app shop-test --wait
  appkeep backup restore 1a2b3c4d --app shop --yes --wait --timeout 3600")]
    Restore {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        how: restore_app::Args,
    },
    /// Cancel a backup in progress, and delete it.
    ///
    /// Other backups are refused: a pending one can only be cancelled on the server's machine, with `appkeep job cancel`. A
    /// backup that is completed at the same moment is deleted, too.
    #[command(after_help = "Example: appkeep backup cancel before-upgrade")]
    Cancel(cancel::Args),
    /// Delete backups, and their data.
    ///
    /// With --older-than or --keep-last, finished backups of the account, or of one app, are selected. Use --dry-run first.
    #[command(after_help = "Examples:
  appkeep backup delete before-upgrade
  appkeep backup delete 1a2b3c4d 5e6f7a8b --yes
  appkeep backup delete --app shop --older-than 30d --keep-last 3 --dry-run")]
    Delete(delete::Args),
    #[command(flatten)]
    Files(files::Command),
}

#[derive(Debug, clap::Args)]
struct Which {
    /// The backup, by name or id; a unique prefix is enough.
    #[arg(value_name = "BACKUP")]
    backup: String,
    /// Its app, by name or id. Optional if only one app has such a backup.
    #[arg(long, value_name = "APP")]
    app: Option<String>,
}

#[derive(Debug, clap::Args)]
struct Create {
    #[command(flatten)]
    new: create::Args,
    /// The bucket to copy to, by name or id. By default, the account's default bucket.
    #[arg(long, value_name = "BUCKET")]
    bucket: Option<String>,
    /// A completed snapshot of the app to copy, by name or id. By default, a temporary one is created.
    #[arg(long, value_name = "SNAPSHOT")]
    snapshot: Option<String>,
}

pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let session = match &args.command {
        Command::Files(command) => return files::run(&args.source, command).await,
        Command::List { .. } | Command::Show(_) => Session::open_to_read(&args.source).await?,
        _ => Session::open(&args.source).await?,
    };
    match args.command {
        Command::List { app, list: args } => list(&session, app.as_deref(), &args).await?,
        Command::Show(which) => {
            let mut found = owned(&session, &which).await?.thing;
            session.name_buckets(std::slice::from_mut(&mut found)).await?;
            let (app, backup) = (found.app.as_ref(), &found.thing);
            let names = Names::read(&session, app, backup.snapshot_id, backup.schedule_id).await;
            let details = || resource::backup_details(&found, &names, session.now());
            session.output.one(&found.data()?, details)?;
        }
        Command::Create(args) => create(&session, args).await?,
        Command::Wait { which, timeout } => {
            let backup = found(&session, &which).await?.thing.thing;
            let what = format!("backup {}", backup.name);
            awaited(&session, backup.id, what, WaitLimit::seconds(timeout))
                .await?
                .print(&session)?;
        }
        Command::Restore { which, how } => restore(&session, &which, &how).await?,
        Command::Cancel(args) => cancel::run(&session, &args).await?,
        Command::Delete(args) => delete::run(&session, &args).await?,
        Command::Files(_) => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// Finds the requested backup and its app.
async fn owned(session: &Session, which: &Which) -> anyhow::Result<Found<Of<AppBackup>>> {
    let app = session.app_if_named(which.app.as_deref()).await?;
    Ok(find(&which.backup, session.owned_backups(app.as_ref()).await?)?)
}

/// Finds the requested backup; for a full id no list is read.
async fn found(session: &Session, which: &Which) -> anyhow::Result<Found<Of<AppBackup>>> {
    match Uuid::try_parse(&which.backup) {
        Ok(id) if which.app.is_none() => Ok(Found {
            thing: Of {
                app: None,
                bucket: None,
                thing: fetch(session, id)
                    .await
                    .map_err(|error| session.failure(&error))?,
            },
            how: How::Exact,
        }),
        _ => owned(session, which).await,
    }
}

async fn fetch(session: &Session, id: Uuid) -> Result<AppBackup, appkeep_client::Error> {
    Ok(session
        .client
        .app_backup_fetch(session.account, id)
        .await?
        .into_inner())
}

async fn list(session: &Session, app: Option<&str>, args: &ListArgs) -> anyhow::Result<()> {
    args.check::<Of<AppBackup>>(session.output)?;
    let app = session.app_if_named(app).await?;
    let mut backups = session.owned_backups(app.as_ref()).await?;
    if args.needs(session.output, "bucket") {
        session.name_buckets(&mut backups).await?;
    }
    let of = app.as_ref().map(|app| format!(" of {}", app.name));
    let none = format!(
        "there are no backups{}; create one with appkeep backup create",
        of.unwrap_or_default()
    );
    let implied: &[&str] = if app.is_some() { &["app"] } else { &[] };
    args.show(session, backups, implied, &none)?;
    Ok(())
}

async fn create(session: &Session, args: Create) -> anyhow::Result<()> {
    let bucket = match &args.bucket {
        Some(bucket) => Some(session.bucket_id(bucket).await?),
        None => None,
    };
    let create = async |app: &App| {
        let snapshot = match &args.snapshot {
            Some(snapshot) => {
                let snapshots = session.owned_snapshots(Some(app)).await?;
                Some(find(snapshot, snapshots)?.thing.thing.id)
            }
            None => None,
        };
        let request = AppBackupCreate {
            name: args.new.name.clone(),
            metadata: args.new.metadata(),
            bucket_id: bucket,
            snapshot_id: snapshot,
            ..AppBackupCreate::default()
        };
        let backup = session
            .client
            .app_backup_create_for_app(session.account, app.id, &request)
            .await;
        Ok(backup.map_err(|error| session.failure(&error))?.into_inner())
    };
    let wait = async |_: &App, backup: AppBackup, what, limit| awaited(session, backup.id, what, limit).await;
    create::for_each_app(session, &args.new, create, wait).await
}

/// Waits until the backup is finished.
async fn awaited(
    session: &Session,
    id: Uuid,
    what: String,
    limit: WaitLimit,
) -> Result<Awaited<AppBackup>, Failure> {
    let wait = Wait {
        what,
        show_command: format!("appkeep backup show {id}"),
        timeout: limit.0,
        session,
    };
    let (backup, end) = until(&wait, || async move {
        let backup = fetch(session, id).await?;
        Ok((step(&backup), backup))
    })
    .await?;
    Ok(Awaited {
        more: format!(": {}", size_of(backup.total_bytes)),
        what: wait.what,
        thing: backup,
        end,
    })
}

fn step(backup: &AppBackup) -> Step {
    Step {
        state: backup.state.to_string(),
        bytes_done: backup.bytes_done.and_then(Number::as_u64),
        bytes_total: backup.total_bytes.and_then(Number::as_u64),
        reason: stalled(backup.state_unready.as_deref()),
        end: resource::end_of_backup(backup),
    }
}

async fn restore(session: &Session, which: &Which, how: &restore_app::Args) -> anyhow::Result<()> {
    let Of {
        app, thing: backup, ..
    } = owned(session, which).await?.thing;
    let app = app.ok_or_else(|| {
        Failure::new(
            NOT_FOUND,
            format!("none of the account's apps has backup {}", backup.name),
        )
        .next("appkeep restore --target, on the server's machine, restores it to a directory")
    })?;
    let source = restore_app::Source {
        what: format!("backup {}", backup.name),
        made: moment(&backup.metadata.creation_timestamp, session.now()),
        backup_id: Some(backup.id),
        snapshot_id: None,
    };
    restore_app::restore(session, &app, &source, how).await
}
