//! `appkeep backup cancel`

use appkeep_client::types::ResourceState;

use super::{Which, found};
use crate::failure::{CONFLICT, Failure};
use crate::remote::{Session, deletion_confirmed};

/// The backup to cancel.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(super) struct Args {
    #[command(flatten)]
    which: Which,
    /// Don't ask. Without a terminal, this is only required for a prefix of a name.
    #[arg(long, short)]
    yes: bool,
}

/// Cancels a backup in progress. The API cancels a backup by deleting it, so the state is checked first: the data of
/// others must not be deleted.
pub(super) async fn run(session: &Session, args: &Args) -> anyhow::Result<()> {
    let found = found(session, &args.which).await?;
    let backup = &found.thing.thing;
    let (name, id) = (&backup.name, backup.id);
    match backup.state.known() {
        Some(ResourceState::Discovering | ResourceState::Running) => {}
        Some(ResourceState::Pending) => {
            let problem = format!("backup {name} is pending: the API only cancels backups that have begun");
            return Err(Failure::new(CONFLICT, problem)
                .next("appkeep job cancel, on the server's machine, cancels queued backups")
                .into());
        }
        _ => {
            let problem = format!("backup {name} is {}, not in progress", backup.state);
            return Err(Failure::new(CONFLICT, problem)
                .next(format!("appkeep backup delete {id} deletes it"))
                .into());
        }
    }
    if !args.yes {
        deletion_confirmed(
            std::slice::from_ref(&found),
            std::slice::from_ref(&args.which.backup),
        )?;
    }
    session
        .client
        .app_backup_delete(session.account, id)
        .await
        .map_err(|error| session.failure(&error))?;
    session
        .output
        .done(backup, &format!("backup {name} is cancelled and deleted ({id})"))
}
