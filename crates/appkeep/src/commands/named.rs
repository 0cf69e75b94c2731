//! Finds backups, snapshots and apps of all accounts of a database by their names, ids, and prefixes of either.
//!
//! They are found as those of a server are. A full id is returned as it is.

use std::sync::Arc;

use appkeep_client::types::App;
use appkeep_server::admin::Store;
use uuid::Uuid;

use crate::failure::Failure;
use crate::remote::{Given, Named, Of, Session, find, find_app};

/// Returns the id of a backup, of any account unless one is given.
///
/// # Errors
/// When no backup matches, or several do.
pub(super) async fn backup(
    store: Arc<dyn Store>,
    wanted: &str,
    app: Option<&str>,
    account: Option<Given<String>>,
) -> anyhow::Result<Uuid> {
    resource(store, wanted, app, account, async |session| {
        session.owned_backups(None).await
    })
    .await
}

/// Returns the id of a snapshot.
///
/// # Errors
/// When no snapshot matches, or several do.
pub(super) async fn snapshot(store: Arc<dyn Store>, wanted: &str, app: Option<&str>) -> anyhow::Result<Uuid> {
    resource(store, wanted, app, None, async |session| {
        session.owned_snapshots(None).await
    })
    .await
}

/// Returns the id of an app.
///
/// # Errors
/// When no app matches, or several do.
pub(super) async fn app(store: Arc<dyn Store>, wanted: &str) -> anyhow::Result<Uuid> {
    match Uuid::try_parse(wanted) {
        Ok(id) => Ok(id),
        Err(_) => Ok(app_of(&Session::of_accounts(store, None).await?, wanted)
            .await?
            .id),
    }
}

async fn resource<T>(
    store: Arc<dyn Store>,
    wanted: &str,
    app: Option<&str>,
    account: Option<Given<String>>,
    list: impl AsyncFn(&Session) -> Result<Vec<Of<T>>, Failure>,
) -> anyhow::Result<Uuid>
where
    Of<T>: Named,
{
    if app.is_none()
        && account.is_none()
        && let Ok(id) = Uuid::try_parse(wanted)
    {
        return Ok(id);
    }
    let sessions = Session::of_accounts(store, account).await?;
    let mut candidates = Vec::new();
    for session in &sessions {
        candidates.extend(list(session).await?);
    }
    if let Some(app) = app {
        let app = app_of(&sessions, app).await?;
        candidates.retain(|of| of.app_id() == Some(app.id));
    }
    Ok(find(wanted, candidates)?.thing.id())
}

async fn app_of(sessions: &[Session], wanted: &str) -> Result<App, Failure> {
    let mut apps = Vec::new();
    for session in sessions {
        apps.extend(session.apps().await?);
    }
    find_app(wanted, apps)
}
