//! The app that a run uses, and the user's confirmation if it has data.

use appkeep_contract::live::{self, Options, Target};

use super::checker_error;
use crate::remote::{confirmed, note};

/// The operations with which a run creates backups and snapshots.
const CREATES: [&str; 2] = ["app_backup_create_for_app", "app_snap_create_for_app"];

/// Prints the account and the app, and asks for confirmation if the app has backups or snapshots, unless the run creates
/// none.
///
/// # Errors
/// When the server can't be reached, the user declines, or there is no terminal.
pub(super) async fn use_of(target: &Target, options: &Options, is_confirmed: bool) -> anyhow::Result<()> {
    let (account, app) = (target.account, target.app);
    let is_permitted = |operation: &&str| {
        let permitted = options.operations.as_ref();
        permitted.is_none_or(|permitted| permitted.contains(*operation))
    };
    let existing = if is_confirmed || !CREATES.iter().any(is_permitted) {
        0
    } else {
        let existing = live::existing_resources(target).await.map_err(checker_error)?;
        // The run ends with its first request, and states the reason.
        let Some(existing) = existing else {
            return Ok(());
        };
        existing
    };
    note(&format!(
        "checking {} with account {account} and app {app}",
        target.url
    ));
    if existing == 0 {
        return Ok(());
    }
    let restores = if target.may_restore {
        ", and replaces the app's data"
    } else {
        ""
    };
    let question = format!(
        "App {app} has {existing} backups and snapshots. The run creates and deletes its own{restores}. Use it?"
    );
    let refusal = format!("app {app} has {existing} backups and snapshots: expected an app without any");
    Ok(confirmed(&question, &refusal)?)
}
