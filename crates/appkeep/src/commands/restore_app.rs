//! In-place restores through the server, shared by `backup restore` and `snapshot restore`.

use appkeep_client::types::{App, AppState, AppUpdate};
use appkeep_client::{Error, Uuid};

use super::app::restore_notes;
use super::create::WaitLimit;
use crate::failure::{FAILED, Failure};
use crate::remote::{End, Session, Step, Wait, confirmed, note, reasons, until};

/// The options of a restore.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(super) struct Args {
    /// Don't ask. Required without a terminal.
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

/// Replaces the app's data with the source's.
///
/// # Errors
/// When the user declines, the server refuses the request, or with `--wait` the restore fails.
pub(super) async fn restore(
    session: &Session,
    app: &App,
    source: &Source,
    args: &Args,
) -> anyhow::Result<()> {
    let (what, name) = (&source.what, &app.name);
    if !args.yes {
        confirmed(
            &format!(
                "Replace all data of {name} with that of {what}, created {}?",
                source.made
            ),
            &format!("this command replaces all data of {name} with that of {what}"),
        )?;
    }
    let update = AppUpdate {
        backup_id: source.backup_id,
        snapshot_id: source.snapshot_id,
        ..AppUpdate::default()
    };
    session
        .client
        .app_update(session.account, app.id, "true", &update)
        .await
        .map_err(|error| session.failure(&error))?;
    if !args.wait {
        let app = fetch(session, app.id)
            .await
            .map_err(|error| session.failure(&error))?;
        return session
            .output
            .done(&app, &format!("{name} is being restored from {what}"));
    }
    note(&format!("{name} is being restored from {what}"));
    let wait = Wait {
        what: format!("restore of {name}"),
        show_command: format!("appkeep app show {name}"),
        timeout: WaitLimit::seconds(args.timeout).0,
        session,
    };
    let id = app.id;
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
