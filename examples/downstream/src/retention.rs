//! Which backups expire, and their deletion.

use std::num::NonZeroUsize;

use appkeep_client::types::{AppBackup, ResourceState};
use appkeep_client::{Client, Error, StatusCode, Uuid};
use futures::{TryStreamExt, future};

/// The result of a deletion.
pub enum Deletion {
    /// The backup doesn't exist any more.
    Deleted,
    /// The server refused the deletion for this reason.
    InUse(String),
}

/// Returns the completed backups of an app except the newest `keep`, oldest first: if a deletion
/// fails, newer backups still exist.
pub async fn expired(
    client: &Client,
    account: Uuid,
    app: Uuid,
    keep: NonZeroUsize,
) -> Result<Vec<AppBackup>, Error> {
    // The stream requests page after page. Lists are sorted, newest first.
    let backups = client.backups(account, Some(app)).stream();
    let completed = backups
        .try_filter(|backup| future::ready(backup.state == ResourceState::Completed))
        .try_collect::<Vec<_>>()
        .await?;
    Ok(completed.into_iter().skip(keep.get()).rev().collect())
}

/// Deletes a backup.
///
/// The client repeats requests that fail for a transient reason. If only the response to a
/// successful deletion was lost, the repeated request fails with 404.
pub async fn delete(
    client: &Client,
    account: Uuid,
    app: Uuid,
    backup: Uuid,
) -> Result<Deletion, Error> {
    let Err(error) = client.app_backup_delete_for_app(account, app, backup).await else {
        return Ok(Deletion::Deleted);
    };
    match (error.status(), error.problem()) {
        (Some(StatusCode::NOT_FOUND), Some(_)) => Ok(Deletion::Deleted),
        (Some(StatusCode::CONFLICT), Some(problem)) => {
            Ok(Deletion::InUse(problem.detail.as_ref().unwrap_or(&problem.title).to_string()))
        }
        _ => Err(error),
    }
}
