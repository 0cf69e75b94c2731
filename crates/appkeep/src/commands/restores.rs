//! `appkeep restore list`, `show`, `wait` and `cancel`: the restores that a server performs.

use std::process::ExitCode;

use appkeep_client::types::{AppRestore, AppRestoreState};
use appkeep_client::{Error, Uuid};
use chrono::{DateTime, Utc};

use super::create::WaitLimit;
use crate::failure::{FAILED, Failure};
use crate::remote::{
    self, Cell, Details, End, ListArgs, Of, Session, Step, Tone, Wait, confirmed, find, moment, note,
    reasons, stalled, until,
};

/// The restores that a server performs.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// List restores, newest first: in place and to directories; without --app, of all apps.
    #[command(
        visible_alias = "ls",
        after_help = "Examples:
  appkeep restore list --app shop
  appkeep restore list --state running,pending"
    )]
    List {
        #[command(flatten)]
        source: remote::Source,
        /// List only the restores of this app, by name or id.
        #[arg(long, value_name = "APP")]
        app: Option<String>,
        #[command(flatten)]
        list: ListArgs,
    },
    /// Show a restore: its source, its target and its progress.
    #[command(after_help = "Example: appkeep restore show 1a2b3c4d")]
    Show {
        #[command(flatten)]
        source: remote::Source,
        #[command(flatten)]
        which: Which,
    },
    /// Wait until a restore has ended. Exit code 1 when it fails.
    #[command(after_help = "Example: appkeep restore wait 1a2b3c4d --timeout 3600")]
    Wait {
        #[command(flatten)]
        source: remote::Source,
        #[command(flatten)]
        which: Which,
        /// Stop waiting after this many seconds; the restore continues.
        #[arg(long, value_name = "SECONDS")]
        timeout: Option<u64>,
    },
    /// Cancel a pending restore, or a running one to a directory, and remove what it has written.
    ///
    /// A running restore in place can't be cancelled, because volumes could be left with old and new data.
    #[command(after_help = "Example: appkeep restore cancel 1a2b3c4d")]
    Cancel {
        #[command(flatten)]
        source: remote::Source,
        #[command(flatten)]
        which: Which,
        /// Don't ask. Required without a terminal.
        #[arg(long, short)]
        yes: bool,
    },
}

#[derive(Debug, clap::Args)]
pub(crate) struct Which {
    /// The restore, by id; a unique prefix is enough.
    #[arg(value_name = "RESTORE")]
    restore: String,
    /// Its app, by name or id. Optional if only one app has such a restore.
    #[arg(long, value_name = "APP")]
    app: Option<String>,
}

pub(super) async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::List { source, app, list } => {
            let session = Session::open_to_read(&source).await?;
            self::list(&session, app.as_deref(), &list).await?;
        }
        Command::Show { source, which } => {
            let session = Session::open_to_read(&source).await?;
            let found = found(&session, &which).await?;
            let now = session.now();
            session.output.one(&found.data()?, || details(&found, now))?;
        }
        Command::Wait {
            source,
            which,
            timeout,
        } => {
            let session = Session::open(&source).await?;
            let found = found(&session, &which).await?;
            wait(
                &session,
                &found.thing,
                found.app_name(),
                WaitLimit::seconds(timeout),
            )
            .await?;
        }
        Command::Cancel { source, which, yes } => {
            let session = Session::open(&source).await?;
            cancel(&session, &which, yes).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn found(session: &Session, which: &Which) -> anyhow::Result<Of<AppRestore>> {
    let app = session.app_if_named(which.app.as_deref()).await?;
    let restores = session.owned_restores(app.as_ref()).await?;
    Ok(find(&which.restore, restores)?.thing)
}

async fn list(session: &Session, app: Option<&str>, args: &ListArgs) -> anyhow::Result<()> {
    args.check::<Of<AppRestore>>(session.output)?;
    let app = session.app_if_named(app).await?;
    let restores = session.owned_restores(app.as_ref()).await?;
    let of = app.as_ref().map(|app| format!(" of {}", app.name));
    let none = format!("there are no restores{}", of.unwrap_or_default());
    let implied: &[&str] = if app.is_some() { &["app"] } else { &[] };
    args.show(session, restores, implied, &none)?;
    Ok(())
}

async fn cancel(session: &Session, which: &Which, yes: bool) -> anyhow::Result<()> {
    let found = found(session, which).await?;
    let restore = &found.thing;
    let what = format!("the restore {} of {}", restore.id, found.app_name());
    if !yes {
        confirmed(
            &format!("Cancel {what} to {}?", target(restore)),
            &format!("this command cancels {what}"),
        )?;
    }
    session
        .client
        .app_restore_delete_for_app(session.account, restore.app_id, restore.id)
        .await
        .map_err(|error| session.failure(&error))?;
    session
        .output
        .done(&found.data()?, &format!("{what} is cancelled"))
}

pub(super) async fn fetch(session: &Session, app: Uuid, id: Uuid) -> Result<AppRestore, Error> {
    let fetched = session
        .client
        .app_restore_fetch_for_app(session.account, app, id)
        .await?;
    Ok(fetched.into_inner())
}

/// Waits until the restore has ended, and prints it.
///
/// # Errors
/// When it fails, the wait times out, or the server is unreachable.
pub(super) async fn wait(
    session: &Session,
    restore: &AppRestore,
    app_name: &str,
    limit: WaitLimit,
) -> anyhow::Result<()> {
    let restore = ended(session, restore, app_name, limit).await?;
    for restore_note in restore.notes.iter().flatten() {
        note(&format!("note: {restore_note}"));
    }
    let text = match &restore.target {
        Some(target) => format!("{app_name} was restored to {target}: {}", size(&restore)),
        None => format!("{app_name} was restored: {}", size(&restore)),
    };
    session.output.done(&restore, &text)
}

/// Waits until the restore has ended, and shows its progress meanwhile.
///
/// # Errors
/// When it fails, the wait times out, or the server is unreachable.
pub(super) async fn ended(
    session: &Session,
    restore: &AppRestore,
    app_name: &str,
    limit: WaitLimit,
) -> anyhow::Result<AppRestore> {
    let (app, id) = (restore.app_id, restore.id);
    let wait = Wait {
        what: format!("restore of {app_name}"),
        show_command: format!("appkeep restore show {id}"),
        timeout: limit.0,
        session,
    };
    let (restore, end) = until(&wait, || async move {
        let restore = fetch(session, app, id).await?;
        Ok((step(&restore), restore))
    })
    .await?;
    match end {
        End::Succeeded => Ok(restore),
        End::Failed(reason) => {
            let next = match &restore.target {
                None => "the reason contains the location of the data; the server's log has more details",
                Some(_) => "nothing was left in the target; the server's log has more details",
            };
            let problem = format!("the restore of {app_name} failed: {reason}");
            Err(Failure::new(FAILED, problem).next(next).into())
        }
    }
}

fn step(restore: &AppRestore) -> Step {
    Step {
        state: restore.state.to_string(),
        bytes_done: bytes(restore.bytes_done),
        bytes_total: bytes(restore.total_bytes),
        reason: stalled(restore.state_unready.as_deref()),
        end: match restore.state.known() {
            Some(AppRestoreState::Completed) => Some(End::Succeeded),
            Some(AppRestoreState::Failed | AppRestoreState::Interrupted) => {
                Some(End::Failed(reasons(restore.state_unready.as_deref())))
            }
            Some(AppRestoreState::Pending | AppRestoreState::Running) | None => None,
        },
    }
}

/// Returns the state as a cell, with the progress of a running restore.
pub(super) fn state(restore: &AppRestore) -> Cell {
    let tone = match restore.state.known() {
        Some(AppRestoreState::Completed) => Tone::Good,
        Some(AppRestoreState::Failed | AppRestoreState::Interrupted) => Tone::Bad,
        Some(AppRestoreState::Pending | AppRestoreState::Running) => Tone::Pending,
        None => Tone::Plain,
    };
    match restore.percent_done {
        Some(percent) if restore.state == AppRestoreState::Running => {
            Cell::toned(&format!("{} {percent}%", restore.state), tone)
        }
        _ => Cell::toned(&restore.state, tone),
    }
}

/// Returns the directory, or that the restore is in place.
pub(super) fn target(restore: &AppRestore) -> String {
    restore.target.clone().unwrap_or_else(|| "in place".to_owned())
}

/// Returns a number of bytes, which is never negative.
pub(super) fn bytes(bytes: Option<i64>) -> Option<u64> {
    bytes.and_then(|bytes| bytes.try_into().ok())
}

/// Returns the size of the restored data.
pub(super) fn size(restore: &AppRestore) -> String {
    bytes(restore.total_bytes).map_or_else(|| "-".to_owned(), remote::size)
}

/// Describes a restore in one line.
pub(super) fn summary(restore: &AppRestore, now: DateTime<Utc>) -> String {
    let created = moment(&restore.metadata.creation_timestamp, now);
    format!("{}, {}, {created}", target(restore), restore.state)
}

fn details(of: &Of<AppRestore>, now: DateTime<Utc>) -> Details {
    let restore = &of.thing;
    let mut details = Details::default();
    details.cell("id", restore.id);
    details.cell("app", of.app_name());
    details.cell("state", state(restore));
    for reason in restore.state_unready.iter().flatten() {
        details.cell("reason", reason);
    }
    for restore_note in restore.notes.iter().flatten() {
        details.cell("note", restore_note);
    }
    if let Some(backup) = restore.backup_id {
        details.cell("backup", backup);
    }
    if let Some(snapshot) = restore.snapshot_id {
        details.cell("snapshot", snapshot);
    }
    if restore.source_app_id != restore.app_id {
        details.cell("source app", restore.source_app_id);
    }
    details.cell("target", target(restore));
    for path in restore.include.iter().flatten() {
        details.cell("include", path);
    }
    if let Some(node) = &restore.node {
        details.cell("node", node);
    }
    details.cell("size", size(restore));
    details.cell("created", moment(&restore.metadata.creation_timestamp, now));
    details.cell("changed", moment(&restore.metadata.modification_timestamp, now));
    details
}
