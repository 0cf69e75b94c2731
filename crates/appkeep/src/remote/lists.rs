//! Complete lists, with the app of each resource.

use std::collections::HashMap;

use appkeep_client::types::{App, AppBackup, AppRestore, AppSnap, AppSummary, Bucket, BucketState, Schedule};
use appkeep_client::{Error, Uuid};
use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use serde_json::Value;

use super::failure::is_unknown_route;
use super::find::{Named, find};
use super::session::{Session, is_state_of_undeclared, only};
use super::words::time;
use crate::failure::{Failure, NOT_FOUND};

/// The number of apps whose resources are requested concurrently.
const CONCURRENT_REQUESTS_MAX: usize = 4;

/// A resource of an app.
#[derive(Debug, Clone)]
pub(crate) struct Of<T> {
    /// The app, if known.
    pub(crate) app: Option<App>,
    /// The name of the bucket, if the resource has one and it is known.
    pub(crate) bucket: Option<String>,
    pub(crate) thing: T,
}

impl Session {
    /// Lists the account's apps, by name.
    ///
    /// # Errors
    /// When the server doesn't list them.
    pub(crate) async fn apps(&self) -> Result<Vec<App>, Failure> {
        let mut apps = self.app_pages().await.map_err(|error| self.failure(&error))?;
        apps.sort_by(|one, other| one.name.cmp(&other.name).then(one.id.cmp(&other.id)));
        Ok(apps)
    }

    async fn app_pages(&self) -> Result<Vec<App>, Error> {
        self.client.apps(self.account).stream().try_collect().await
    }

    /// Lists summaries of the account's apps that are configured, by name.
    ///
    /// # Errors
    /// When the server doesn't list them.
    pub(crate) async fn app_summaries(&self) -> Result<Vec<AppSummary>, Failure> {
        let mut summaries = self.all_app_summaries().await?;
        summaries.retain(|app| !is_state_of_undeclared(&app.state, app.state_unready.as_deref()));
        summaries.sort_by(|one, other| one.name.cmp(&other.name).then(one.id.cmp(&other.id)));
        Ok(summaries)
    }

    /// Fetches the summary of an app.
    ///
    /// # Errors
    /// When the server doesn't list it.
    pub(crate) async fn app_summary(&self, app: &App) -> Result<AppSummary, Failure> {
        let mut summaries = self.all_app_summaries().await?.into_iter();
        let found = summaries.find(|summary| summary.id == app.id);
        found.ok_or_else(|| Failure::new(NOT_FOUND, format!("the server lists no summary of {}", app.name)))
    }

    async fn all_app_summaries(&self) -> Result<Vec<AppSummary>, Failure> {
        let summaries = self.client.app_summaries(self.account).stream();
        summaries
            .try_collect()
            .await
            .map_err(|error| self.failure(&error))
    }

    /// Lists the account's buckets, by name.
    ///
    /// # Errors
    /// When the server doesn't list them.
    pub(crate) async fn buckets(&self) -> Result<Vec<Bucket>, Failure> {
        let buckets: Result<Vec<Bucket>, Error> =
            self.client.buckets(self.account).stream().try_collect().await;
        let mut buckets = buckets.map_err(|error| self.failure(&error))?;
        buckets.sort_by(|one, other| one.name.cmp(&other.name).then(one.id.cmp(&other.id)));
        Ok(buckets)
    }

    /// Returns the id of the requested bucket. A full id is returned without a request.
    ///
    /// # Errors
    /// When no bucket matches, or several do.
    pub(crate) async fn bucket_id(&self, wanted: &str) -> Result<Uuid, Failure> {
        match Uuid::try_parse(wanted) {
            Ok(id) => Ok(id),
            Err(_) => Ok(self.bucket(Some(wanted)).await?.id),
        }
    }

    /// Returns the named bucket, or the only one if no name is given. Buckets that are no longer configured are ignored if
    /// another one matches.
    ///
    /// # Errors
    /// When there is none, or several.
    pub(crate) async fn bucket(&self, wanted: Option<&str>) -> Result<Bucket, Failure> {
        let mut buckets = self.buckets().await?;
        let is_meant = |bucket: &Bucket| wanted.is_none_or(|wanted| bucket.name == wanted);
        if buckets
            .iter()
            .any(|bucket| is_meant(bucket) && bucket.state != BucketState::Removed)
        {
            buckets.retain(|bucket| bucket.state != BucketState::Removed);
        }
        match wanted {
            Some(wanted) => Ok(find(wanted, buckets)?.thing),
            None => only(buckets, "buckets", "specify one"),
        }
    }

    /// Lists backups, newest first: an app's, or the account's.
    ///
    /// # Errors
    /// When the server doesn't list them.
    pub(crate) async fn backups(&self, app: Option<Uuid>) -> Result<Vec<AppBackup>, Failure> {
        let backups = self.client.backups(self.account, app).stream();
        backups.try_collect().await.map_err(|error| self.failure(&error))
    }

    /// Lists backups with their apps: an app's, or the account's.
    ///
    /// A backup doesn't contain its app, so the backups of each app are requested. Backups of no known app
    /// have none.
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
            // The apps are then unknown, but the backups can still be listed.
            Err(error) if is_unknown_route(&error) => Vec::new(),
            Err(error) => return Err(self.failure(&error)),
        };
        let requests = stream::iter(&apps).map(|app| async move {
            let backups = self.backups(Some(app.id)).await?;
            Ok::<_, Failure>((app, backups))
        });
        let found: Vec<_> = requests
            .buffer_unordered(CONCURRENT_REQUESTS_MAX)
            .try_collect()
            .await?;
        let mut owners: HashMap<Uuid, &App> = HashMap::new();
        for (app, backups) in &found {
            owners.extend(backups.iter().map(|backup| (backup.id, *app)));
        }
        let of = |backup: AppBackup| Of {
            app: owners.get(&backup.id).copied().cloned(),
            bucket: None,
            thing: backup,
        };
        Ok(backups.into_iter().map(of).collect())
    }

    /// Adds the names of backups' buckets, as far as the server lists buckets.
    ///
    /// # Errors
    /// When the server fails to list them.
    pub(crate) async fn name_buckets(&self, backups: &mut [Of<AppBackup>]) -> Result<(), Failure> {
        if backups.is_empty() {
            return Ok(());
        }
        let buckets: Result<Vec<Bucket>, Error> =
            self.client.buckets(self.account).stream().try_collect().await;
        let buckets = match buckets {
            Ok(buckets) => buckets,
            Err(error) if is_unknown_route(&error) => return Ok(()),
            Err(error) => return Err(self.failure(&error)),
        };
        let names: HashMap<Uuid, String> = buckets
            .into_iter()
            .map(|bucket| (bucket.id, bucket.name))
            .collect();
        for of in backups {
            of.bucket = names.get(&of.thing.bucket_id).cloned();
        }
        Ok(())
    }

    /// Lists snapshots with their apps, newest first: an app's, or those of one app after the other.
    ///
    /// # Errors
    /// When the server doesn't list them.
    pub(crate) async fn owned_snapshots(&self, app: Option<&App>) -> Result<Vec<Of<AppSnap>>, Failure> {
        self.of_each_app(app, async |app| {
            let snapshots = self.client.snapshots(self.account, app.id).stream();
            snapshots.try_collect().await
        })
        .await
    }

    /// Lists schedules with their apps: an app's, or those of one app after the other.
    ///
    /// # Errors
    /// When the server doesn't list them.
    pub(crate) async fn owned_schedules(&self, app: Option<&App>) -> Result<Vec<Of<Schedule>>, Failure> {
        self.of_each_app(app, async |app| {
            let schedules = self.client.schedules(self.account, app.id).stream();
            schedules.try_collect().await
        })
        .await
    }

    /// Lists restores with their apps: an app's, or those of one app after the other.
    ///
    /// # Errors
    /// When the server doesn't list them.
    pub(crate) async fn owned_restores(&self, app: Option<&App>) -> Result<Vec<Of<AppRestore>>, Failure> {
        self.of_each_app(app, async |app| {
            let restores = self.client.restores(self.account, app.id).stream();
            restores.try_collect().await
        })
        .await
    }

    /// Calls `list` for an app, or for all apps one after the other.
    async fn of_each_app<T>(
        &self,
        app: Option<&App>,
        list: impl AsyncFn(&App) -> Result<Vec<T>, Error>,
    ) -> Result<Vec<Of<T>>, Failure> {
        let apps = match app {
            Some(app) => vec![app.clone()],
            None => self.apps().await?,
        };
        let list = &list;
        let requests = stream::iter(&apps).map(|app| async move {
            let things = list(app).await.map_err(|error| self.failure(&error))?;
            Ok::<_, Failure>(all_of(app, things))
        });
        let found: Vec<Vec<Of<T>>> = requests.buffered(CONCURRENT_REQUESTS_MAX).try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }
}

fn all_of<T>(app: &App, things: Vec<T>) -> Vec<Of<T>> {
    let of = |thing| Of {
        app: Some(app.clone()),
        bucket: None,
        thing,
    };
    things.into_iter().map(of).collect()
}

impl<T> Of<T> {
    /// Returns the app's name, or a dash.
    pub(crate) fn app_name(&self) -> &str {
        self.app
            .as_ref()
            .map_or(super::words::NOTHING, |app| app.name.as_str())
    }

    /// Returns the server's data, the app's id and name, and the bucket's name.
    ///
    /// # Errors
    /// When it can't be represented as JSON.
    pub(crate) fn data(&self) -> serde_json::Result<Value>
    where
        T: Serialize,
    {
        let mut data = serde_json::to_value(&self.thing)?;
        if let Some(data) = data.as_object_mut() {
            if let Some(app) = &self.app {
                data.insert("appID".to_owned(), app.id.to_string().into());
                data.insert("appName".to_owned(), app.name.as_str().into());
            }
            if let Some(bucket) = &self.bucket {
                data.insert("bucketName".to_owned(), bucket.as_str().into());
            }
        }
        Ok(data)
    }

    /// Returns the app's id, if known.
    pub(crate) fn app_id(&self) -> Option<Uuid> {
        self.app.as_ref().map(|app| app.id)
    }

    fn distinguished_by(&self, created: &appkeep_client::Timestamp) -> String {
        let app = self.app.as_ref().map(|app| format!("of {}, ", app.name));
        format!("{}created {}", app.unwrap_or_default(), time(created))
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

    fn of_app(&self) -> Option<Uuid> {
        self.app_id()
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

    fn of_app(&self) -> Option<Uuid> {
        self.app_id()
    }
}

impl Named for Of<Schedule> {
    const KIND: &'static str = "schedule";

    fn id(&self) -> Uuid {
        self.thing.id
    }

    fn name(&self) -> &str {
        &self.thing.name
    }

    fn of_app(&self) -> Option<Uuid> {
        self.app_id()
    }
}

/// A restore has no name, only an id.
impl Named for Of<AppRestore> {
    const KIND: &'static str = "restore";

    fn id(&self) -> Uuid {
        self.thing.id
    }

    fn name(&self) -> &'static str {
        ""
    }

    fn distinction(&self) -> Option<String> {
        Some(self.distinguished_by(&self.thing.metadata.creation_timestamp))
    }

    fn of_app(&self) -> Option<Uuid> {
        self.app_id()
    }
}

impl Named for Bucket {
    const KIND: &'static str = "bucket";

    fn id(&self) -> Uuid {
        self.id
    }

    fn name(&self) -> &str {
        &self.name
    }
}
