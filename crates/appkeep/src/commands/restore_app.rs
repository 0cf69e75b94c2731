//! Restores through the server, shared by `backup restore` and `snapshot restore`.

use appkeep_client::types::{App, AppRestore, AppRestoreCreate, AppState, AppUpdate};
use appkeep_client::{Error, Uuid};

use super::app::restore_notes;
use super::create::WaitLimit;
use super::restores;
use crate::failure::{FAILED, Failure};
use crate::remote::{End, Session, Step, Wait, confirmed, is_unknown_route, note, reasons, until};

/// The options of a restore.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(super) struct Args {
    /// Restore to this directory of the server's machine: each volume becomes a subdirectory. It must be below one of the
    /// server's `restore_directories`, and be empty or not exist. The app doesn't change.
    #[arg(long, value_name = "DIR")]
    target: Option<String>,
    /// Restore only this file or directory, with its parent directories. The first name of the path is the volume. May be
    /// repeated.
    #[arg(long, value_name = "PATH", requires = "target")]
    include: Vec<String>,
    /// Replace the data of this app, by name or id: it becomes a clone. It must have volumes of the same names.
    #[arg(long, value_name = "APP", conflicts_with = "target")]
    to_app: Option<String>,
    /// Don't ask. Required without a terminal, unless the restore is to a directory.
    #[arg(long, short)]
    yes: bool,
    /// Wait until the restore is finished. Exit code 1 when the restore fails.
    #[arg(long, short)]
    wait: bool,
    /// Stop waiting after this many seconds; the restore continues.
    #[arg(long, value_name = "SECONDS", requires = "wait")]
    timeout: Option<u64>,
}

/// The source of a restore.
pub(super) struct Source {
    /// The name, for example `backup nightly`.
    pub(super) what: String,
    /// The creation time, formatted for display.
    pub(super) made: String,
    pub(super) backup_id: Option<Uuid>,
    pub(super) snapshot_id: Option<Uuid>,
}

/// Replaces the data of the source's app, or of another one, or restores to a directory.
///
/// # Errors
/// When the user declines, the server refuses the request, or with `--wait` the restore fails.
pub(super) async fn restore(
    session: &Session,
    app: &App,
    source: &Source,
    args: &Args,
) -> anyhow::Result<()> {
    let request = AppRestoreCreate {
        backup_id: source.backup_id,
        snapshot_id: source.snapshot_id,
        ..AppRestoreCreate::default()
    };
    if let Some(target) = &args.target {
        let request = AppRestoreCreate {
            target: Some(target.clone()),
            include: (!args.include.is_empty()).then(|| args.include.clone()),
            ..request
        };
        let restore = create(session, app, &request)
            .await
            .map_err(|error| session.failure(&error))?;
        let begun = format!("{} is being restored to {target} ({})", source.what, restore.id);
        return follow(session, app, &restore, &begun, args).await;
    }
    let clone = match &args.to_app {
        Some(name) => Some(session.app(Some(name)).await?).filter(|other| other.id != app.id),
        None => None,
    };
    let replaced = clone.as_ref().unwrap_or(app);
    let (what, name) = (&source.what, &replaced.name);
    let of = clone
        .as_ref()
        .map(|_| format!(" of {}", app.name))
        .unwrap_or_default();
    if !args.yes {
        confirmed(
            &format!(
                "Replace all data of {name} with that of {what}{of}, created {}?",
                source.made
            ),
            &format!("this command replaces all data of {name} with that of {what}{of}"),
        )?;
    }
    let request = AppRestoreCreate {
        in_place: Some(true),
        ..request
    };
    let begun = format!("{name} is being restored from {what}{of}");
    match create(session, replaced, &request).await {
        Ok(restore) if clone.is_some() => follow(session, replaced, &restore, &begun, args).await,
        Ok(restore) => in_place(session, app, Some(&restore), &begun, what, args).await,
        // The server doesn't have the operation.
        Err(error) if clone.is_none() && is_unknown_route(&error) => {
            update(session, app, source).await?;
            in_place(session, app, None, &begun, what, args).await
        }
        Err(error) => Err(session.failure(&error).into()),
    }
}

async fn create(session: &Session, app: &App, request: &AppRestoreCreate) -> Result<AppRestore, Error> {
    let created = session
        .client
        .app_restore_create_for_app(session.account, app.id, request)
        .await?;
    Ok(created.into_inner())
}

async fn update(session: &Session, app: &App, source: &Source) -> Result<(), Failure> {
    let update = AppUpdate {
        backup_id: source.backup_id,
        snapshot_id: source.snapshot_id,
        ..AppUpdate::default()
    };
    let updated = session
        .client
        .app_update(session.account, app.id, "true", &update)
        .await;
    updated.map(drop).map_err(|error| session.failure(&error))
}

/// Prints a new restore or, with `--wait`, its result.
async fn follow(
    session: &Session,
    app: &App,
    restore: &AppRestore,
    begun: &str,
    args: &Args,
) -> anyhow::Result<()> {
    if !args.wait {
        return session.output.done(restore, begun);
    }
    note(begun);
    restores::wait(session, restore, &app.name, WaitLimit::seconds(args.timeout)).await
}

/// Prints an app that is restored from one of its own backups or snapshots. Without `restore`, its progress isn't known.
async fn in_place(
    session: &Session,
    app: &App,
    restore: Option<&AppRestore>,
    begun: &str,
    what: &str,
    args: &Args,
) -> anyhow::Result<()> {
    let (id, name) = (app.id, &app.name);
    if !args.wait {
        let app = fetch(session, id)
            .await
            .map_err(|error| session.failure(&error))?;
        return session.output.done(&app, begun);
    }
    note(begun);
    if let Some(restore) = restore {
        restores::ended(session, restore, name, WaitLimit::seconds(args.timeout)).await?;
    }
    let wait = Wait {
        what: format!("restore of {name}"),
        show_command: format!("appkeep app show {name}"),
        timeout: WaitLimit::seconds(args.timeout).0,
        session,
    };
    let (app, end) = until(&wait, || async move {
        let app = fetch(session, id).await?;
        let step = Step {
            state: app.state.to_string(),
            end: end(&app),
            ..Step::default()
        };
        Ok((step, app))
    })
    .await?;
    match end {
        End::Succeeded => {
            for restore_note in restore_notes(&app) {
                note(&format!("note: {restore_note}"));
            }
            session
                .output
                .done(&app, &format!("{name} was restored from {what}"))
        }
        End::Failed(reason) => Err(
            Failure::new(FAILED, format!("the restore of {name} failed: {reason}"))
                .next("the reason contains the location of the data; the server's log has more details")
                .into(),
        ),
    }
}

async fn fetch(session: &Session, id: Uuid) -> Result<App, Error> {
    Ok(session.client.app_fetch(session.account, id).await?.into_inner())
}

/// Returns the result of a finished restore; none if it isn't finished.
fn end(app: &App) -> Option<End> {
    match app.state.known()? {
        AppState::Ready => Some(End::Succeeded),
        AppState::Failed | AppState::Unavailable => Some(End::Failed(reasons(app.state_unready.as_deref()))),
        AppState::Restoring => None,
    }
}
