//! Whole lists, and whose is what.

use std::collections::HashMap;

use appkeep_client::types::{App, AppBackup, AppSnap};
use appkeep_client::{Error, Uuid};
use futures::{StreamExt, TryStreamExt, stream};

use super::fault::is_unknown_route;
use super::find::Named;
use super::session::Session;
use super::words::time;
use crate::failure::{COULD_NOT_RUN, Failure};

/// Apps that are asked for at once.
const ASKED_AT_ONCE: usize = 4;

/// Something of an app.
#[derive(Debug, Clone)]
pub(crate) struct Of<T> {
    /// The app, where that is known.
    pub(crate) app: Option<App>,
    pub(crate) thing: T,
}

impl Session {
    /// The account's apps, by name.
    ///
    /// # Errors
    /// When the server doesn't list them.
    pub(crate) async fn apps(&self) -> Result<Vec<App>, Failure> {
        let mut apps = self.app_pages().await.map_err(|error| self.fault(&error))?;
        apps.sort_by(|one, other| one.name.cmp(&other.name).then(one.id.cmp(&other.id)));
        Ok(apps)
    }

    async fn app_pages(&self) -> Result<Vec<App>, Error> {
        self.client.apps(self.account).stream().try_collect().await
    }

    /// The id of the bucket that is meant.
    ///
    /// # Errors
    /// When there is none such, or several.
    pub(crate) fn bucket_id(wanted: &str) -> Result<Uuid, Failure> {
        Uuid::try_parse(wanted)
            .map_err(|_| Failure::new(COULD_NOT_RUN, format!("--bucket {wanted:?} is no id of a bucket")))
    }

    /// Backups, newest first: an app's, or the account's.
    ///
    /// # Errors
    /// When the server doesn't list them.
    pub(crate) async fn backups(&self, app: Option<Uuid>) -> Result<Vec<AppBackup>, Failure> {
        let backups = self.client.backups(self.account, app).stream();
        backups.try_collect().await.map_err(|error| self.fault(&error))
    }

    /// Backups with their apps: an app's, or the account's.
    ///
    /// A backup doesn't say whose it is, so each app is asked for its own; what is left is nobody's that we know.
    ///
    /// # Errors
    /// When the server doesn't list them.
    pub(crate) async fn owned_backups(&self, app: Option<&App>) -> Result<Vec<Of<AppBackup>>, Failure> {
        if let Some(app) = app {
            let backups = self.backups(Some(app.id)).await?;
            return Ok(all_of(app, backups));
        }
        let backups = self.backups(None).await?;
        if backups.is_empty() {
            return Ok(Vec::new());
        }
        let apps = match self.app_pages().await {
            Ok(apps) => apps,
            // Then nobody can tell; the backups are there all the same.
            Err(error) if is_unknown_route(&error) => Vec::new(),
            Err(error) => return Err(self.fault(&error)),
        };
        let asked = stream::iter(&apps).map(|app| async move {
            let backups = self.backups(Some(app.id)).await?;
            Ok::<_, Failure>((app, backups))
        });
        let found: Vec<_> = asked.buffer_unordered(ASKED_AT_ONCE).try_collect().await?;
        let mut owners: HashMap<Uuid, &App> = HashMap::new();
        for (app, backups) in &found {
            owners.extend(backups.iter().map(|backup| (backup.id, *app)));
        }
        let of = |backup: AppBackup| Of {
            app: owners.get(&backup.id).copied().cloned(),
            thing: backup,
        };
        Ok(backups.into_iter().map(of).collect())
    }

    /// Snapshots with their apps, newest first: an app's, or all apps' one after the other.
    ///
    /// # Errors
    /// When the server doesn't list them.
    pub(crate) async fn owned_snapshots(&self, app: Option<&App>) -> Result<Vec<Of<AppSnap>>, Failure> {
        let apps = match app {
            Some(app) => vec![app.clone()],
            None => self.apps().await?,
        };
        let asked = stream::iter(&apps).map(|app| async move {
            let snapshots: Result<Vec<AppSnap>, Error> = self
                .client
                .snapshots(self.account, app.id)
                .stream()
                .try_collect()
                .await;
            snapshots
                .map(|snapshots| all_of(app, snapshots))
                .map_err(|error| self.fault(&error))
        });
        let found: Vec<Vec<Of<AppSnap>>> = asked.buffered(ASKED_AT_ONCE).try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }
}

fn all_of<T>(app: &App, things: Vec<T>) -> Vec<Of<T>> {
    let of = |thing| Of {
        app: Some(app.clone()),
        thing,
    };
    things.into_iter().map(of).collect()
}

impl<T> Of<T> {
    /// The app's name, or a dash.
    pub(crate) fn app_name(&self) -> &str {
        self.app
            .as_ref()
            .map_or(super::words::NOTHING, |app| app.name.as_str())
    }

    /// The app's id, where that is known.
    pub(crate) fn app_id(&self) -> Option<Uuid> {
        self.app.as_ref().map(|app| app.id)
    }

    fn distinguished_by(&self, made: &appkeep_client::Timestamp) -> String {
        let app = self.app.as_ref().map(|app| format!("of {}, ", app.name));
        format!("{}made {}", app.unwrap_or_default(), time(made))
    }
}

impl Named for Of<AppBackup> {
    const KIND: &'static str = "backup";

    fn id(&self) -> Uuid {
        self.thing.id
    }

    fn name(&self) -> &str {
        &self.thing.name
    }

    fn distinction(&self) -> Option<String> {
        Some(self.distinguished_by(&self.thing.metadata.creation_timestamp))
    }
}

impl Named for Of<AppSnap> {
    const KIND: &'static str = "snapshot";

    fn id(&self) -> Uuid {
        self.thing.id
    }

    fn name(&self) -> &str {
        &self.thing.name
    }

    fn distinction(&self) -> Option<String> {
        Some(self.distinguished_by(&self.thing.metadata.creation_timestamp))
    }
}
