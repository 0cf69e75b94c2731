//! `appkeep snapshot`

use std::process::ExitCode;

use anyhow::Context;
use appkeep_client::Uuid;
use appkeep_client::types::{App, AppSnap, AppSnapCreate};

use crate::failure::{EXIT_CODES, Failure};
use crate::remote::{
    self, Found, ListArgs, Of, Session, Step, Wait, deletion_confirmed, find, moment, stalled, until,
};

use super::create::{self, Awaited, WaitLimit};
use super::resource::{self, Names};
use super::restore_app;

const EXAMPLES: &str = "Examples:
  appkeep snapshot create --app shop --wait
  appkeep snapshot list
  appkeep snapshot restore 1a2b3c4d --wait
  appkeep snapshot delete 1a2b3c4d";

/// Create, list, show, await, restore and delete snapshots.
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
    /// List snapshots, newest first; without --app, of all apps.
    #[command(
        visible_alias = "ls",
        after_help = "Example: appkeep snapshot list --app shop"
    )]
    List {
        /// List only the snapshots of this app, by name or id.
        #[arg(long, value_name = "APP")]
        app: Option<String>,
        #[command(flatten)]
        list: ListArgs,
    },
    /// Show a snapshot.
    #[command(after_help = "Example: appkeep snapshot show 1a2b3c4d")]
    Show(Which),
    /// Create a snapshot of an app, or one of each of several apps.
    ///
    /// The server creates it in the background: without --wait, the command returns at once. Each app's snapshot has the same
    /// NAME. If one isn't created or fails, the others continue.
    #[command(after_help = "Example: appkeep snapshot create before-upgrade --app shop --wait")]
    Create(create::Args),
    /// Wait until a snapshot is completed. Exit code 1 when it fails, or is completed and a hook failed.
    #[command(after_help = "Example: appkeep snapshot wait before-upgrade --timeout 3600")]
    Wait {
        #[command(flatten)]
        which: Which,
        /// Stop waiting after this many seconds; the snapshot continues.
        #[arg(long, value_name = "SECONDS")]
        timeout: Option<u64>,
    },
    /// Replace an app's data with a snapshot's, through the server, or restore to a directory of the server's machine.
    ///
    /// Stop the app first, unless you restore to a directory. The server writes the new data next to the old, and only then swaps them: a restore that
    /// fails leaves the old data, and `appkeep app show` says where.
    #[command(after_help = "Example: appkeep snapshot restore before-upgrade --wait")]
    Restore {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        how: restore_app::Args,
    },
    /// Delete a snapshot, and its data.
    #[command(after_help = "Example: appkeep snapshot delete before-upgrade")]
    Delete {
        #[command(flatten)]
        which: Which,
        /// Don't ask. Without a terminal, only deleting by a prefix of the name requires this.
        #[arg(long, short)]
        yes: bool,
    },
}

#[derive(Debug, clap::Args)]
struct Which {
    /// The snapshot, by name or id; a unique prefix is enough.
    #[arg(value_name = "SNAPSHOT")]
    snapshot: String,
    /// Its app, by name or id. Optional if only one app has such a snapshot.
    #[arg(long, value_name = "APP")]
    app: Option<String>,
}

pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let session = match args.command {
        Command::List { .. } | Command::Show(_) => Session::open_to_read(&args.source).await?,
        _ => Session::open(&args.source).await?,
    };
    match args.command {
        Command::List { app, list: args } => list(&session, app.as_deref(), &args).await?,
        Command::Show(which) => {
            let found = found(&session, &which).await?.thing;
            let names = Names::read(&session, found.app.as_ref(), None, found.thing.schedule_id).await;
            let details = || resource::snapshot_details(&found, &names, session.now());
            session.output.one(&found.data()?, details)?;
        }
        Command::Create(args) => create(&session, &args).await?,
        Command::Wait { which, timeout } => {
            let Of { app, thing, .. } = found(&session, &which).await?.thing;
            let app = app.context("the app of a snapshot is known")?;
            let what = format!("snapshot {}", thing.name);
            awaited(&session, app.id, thing.id, what, WaitLimit::seconds(timeout))
                .await?
                .print(&session)?;
        }
        Command::Restore { which, how } => restore(&session, &which, &how).await?,
        Command::Delete { which, yes } => delete(&session, &which, yes).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn found(session: &Session, which: &Which) -> anyhow::Result<Found<Of<AppSnap>>> {
    let app = session.app_if_named(which.app.as_deref()).await?;
    Ok(find(
        &which.snapshot,
        session.owned_snapshots(app.as_ref()).await?,
    )?)
}

async fn list(session: &Session, app: Option<&str>, args: &ListArgs) -> anyhow::Result<()> {
    args.check::<Of<AppSnap>>(session.output)?;
    let app = session.app_if_named(app).await?;
    let snapshots = session.owned_snapshots(app.as_ref()).await?;
    let of = app.as_ref().map(|app| format!(" of {}", app.name));
    let none = format!(
        "there are no snapshots{}; create one with appkeep snapshot create",
        of.unwrap_or_default()
    );
    let implied: &[&str] = if app.is_some() { &["app"] } else { &[] };
    args.show(session, snapshots, implied, &none)?;
    Ok(())
}

async fn create(session: &Session, args: &create::Args) -> anyhow::Result<()> {
    let create = async |app: &App| {
        let request = AppSnapCreate {
            name: args.name.clone(),
            metadata: args.metadata(),
            ..AppSnapCreate::default()
        };
        let snapshot = session
            .client
            .app_snap_create_for_app(session.account, app.id, &request)
            .await;
        Ok(snapshot.map_err(|error| session.failure(&error))?.into_inner())
    };
    let wait = async |app: &App, snapshot: AppSnap, what, limit| {
        awaited(session, app.id, snapshot.id, what, limit).await
    };
    create::for_each_app(session, args, create, wait).await
}

/// Waits until the snapshot is finished.
async fn awaited(
    session: &Session,
    app: Uuid,
    id: Uuid,
    what: String,
    limit: WaitLimit,
) -> Result<Awaited<AppSnap>, Failure> {
    let wait = Wait {
        what,
        show_command: format!("appkeep snapshot show {id}"),
        timeout: limit.0,
        session,
    };
    let (snapshot, end) = until(&wait, || async move {
        let snapshot = fetch(session, app, id).await?;
        let step = Step {
            state: snapshot.state.to_string(),
            reason: stalled(snapshot.state_unready.as_deref()),
            end: resource::end(
                &snapshot.state,
                snapshot.state_unready.as_deref(),
                snapshot.hook_state.as_ref(),
                snapshot.hook_state_details.as_deref(),
            ),
            ..Step::default()
        };
        Ok((step, snapshot))
    })
    .await?;
    Ok(Awaited {
        what: wait.what,
        thing: snapshot,
        end,
        more: String::new(),
    })
}

async fn fetch(session: &Session, app: Uuid, id: Uuid) -> Result<AppSnap, appkeep_client::Error> {
    Ok(session
        .client
        .app_snap_fetch_for_app(session.account, app, id)
        .await?
        .into_inner())
}

async fn restore(session: &Session, which: &Which, how: &restore_app::Args) -> anyhow::Result<()> {
    let Of {
        app, thing: snapshot, ..
    } = found(session, which).await?.thing;
    let app = app.context("the app of a snapshot is known")?;
    let source = restore_app::Source {
        what: format!("snapshot {}", snapshot.name),
        made: moment(&snapshot.metadata.creation_timestamp, session.now()),
        backup_id: None,
        snapshot_id: Some(snapshot.id),
    };
    restore_app::restore(session, &app, &source, how).await
}

async fn delete(session: &Session, which: &Which, yes: bool) -> anyhow::Result<()> {
    let found = found(session, which).await?;
    if !yes {
        deletion_confirmed(
            std::slice::from_ref(&found),
            std::slice::from_ref(&which.snapshot),
        )?;
    }
    let of = &found.thing;
    let snapshot = &of.thing;
    let app_id = of.app_id().context("the app of a snapshot is known")?;
    session
        .client
        .app_snap_delete_for_app(session.account, app_id, snapshot.id)
        .await
        .map_err(|error| session.failure(&error))?;
    let line = format!("snapshot {} is deleted ({})", snapshot.name, snapshot.id);
    session.output.done(snapshot, &line)
}
