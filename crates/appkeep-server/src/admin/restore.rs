//! Restores: on the data directory of a stopped server, and the types for programs that embed a server.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use appkeep_core::app_restore::{AppRestore, RestoreState};
use appkeep_core::catalog::App;
use appkeep_core::clock::Clock;
use appkeep_core::engine::{Engine, EngineError, Restore, RestoreData};
use appkeep_core::ids::{AccountId, AppBackupId, AppId, AppRestoreId, AppSnapshotId};
use appkeep_core::name::NodeName;
use appkeep_core::server::RegisteredServer;
use appkeep_core::state::ResourceState;
use appkeep_core::store::{Store, StoreError, list_bucket_directories, list_volume_directories, transact};
use appkeep_core::worker::InterruptedRestore;
use appkeep_engine::{BucketCredentials, EngineConfig, RusticEngine};
use tokio_util::sync::CancellationToken;

pub use appkeep_core::app_restore::RestoreSource;
pub use appkeep_core::backup_file::FilePath;
pub use appkeep_core::engine::{
    AbandonedRestore, Progress, ProgressSender, RestoreReport, RestoreTarget, TargetPolicy,
};

use crate::admin::data_dir::{DataDir, DataDirError, DataDirLock, DatabaseKind};
use crate::admin::database::{DatabaseError, StoreClock, clock_of, find_live_server, open_store};
use crate::admin::keys::{self, KeyError, KeyStore};
use crate::config::Config;
use crate::system::IdSource;

/// The reason why a restore failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// The data directory can't be used.
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    /// The keys can't be used.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The database can't be opened.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The database can't be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The requested backup or snapshot doesn't exist, or isn't completed.
    #[error("{0}")]
    Source(String),
    /// The engine refused or failed.
    #[error("the restore failed: {0}")]
    Engine(EngineError),
}

impl RestoreError {
    /// Returns whether nothing was begun, so that a retry requires a different request.
    #[must_use]
    pub fn could_not_begin(&self) -> bool {
        !matches!(self, Self::Engine(error) if !matches!(error, EngineError::Refused(_)))
    }
}

/// The target of a restore.
#[derive(Debug, Clone)]
pub enum Target {
    /// The app's volumes, as last declared in the server's configuration.
    InPlace {
        /// Also restores when volumes of other apps are inside, which the restore replaces.
        force: bool,
    },
    /// A directory.
    Directory {
        /// The absolute path of the directory.
        path: PathBuf,
        /// The handling of its existing content.
        policy: TargetPolicy,
        /// The files and directories to restore; all if empty.
        include: Vec<FilePath>,
    },
}

/// A data directory whose server is stopped. The lock is held so that none can start.
pub struct Stopped {
    data: DataDir,
    keys: KeyStore,
    credentials: BucketCredentials,
    store: Arc<dyn Store>,
    clock: StoreClock,
    /// The name of this machine, if other servers may use the database, too.
    node: Option<NodeName>,
    _lock: DataDirLock,
}

/// A planned restore.
#[derive(Debug)]
pub struct Planned {
    account_id: AccountId,
    restore: Restore,
    /// The app's name.
    pub app_name: String,
    /// The size in bytes, if known.
    pub total_bytes: Option<u64>,
}

impl Stopped {
    /// Opens the data directory `path` of an existing server. `config` contains the source of the master key,
    /// credentials of buckets, and the database unless it is in the data directory.
    ///
    /// # Errors
    /// When there is none, or a server uses it.
    pub async fn open(path: &Path, config: Option<&Config>) -> Result<Self, RestoreError> {
        // The paths of its snapshots must not depend on this process's working directory.
        let data = DataDir::create(DataDir::existing(path, DatabaseKind::of(config))?.path())?;
        let lock = data.lock()?;
        let keys = keys::open(data.path(), config).await?;
        let credentials = config.map(Config::credentials).unwrap_or_default();
        let store = open_store(config, Some(data.path())).await?;
        let clock = clock_of(store.as_ref()).await?;
        let shared = config.filter(|config| config.store.is_some());
        Ok(Self {
            data,
            keys,
            credentials,
            store,
            clock,
            node: shared.map(|config| config.node.clone()),
            _lock: lock,
        })
    }

    /// Returns the database.
    #[must_use]
    pub fn store(&self) -> Arc<dyn Store> {
        self.store.clone()
    }

    /// Looks up the backup or snapshot to restore.
    ///
    /// # Errors
    /// When it doesn't exist, or isn't completed. In place, also when this node doesn't declare the app, or another
    /// node with a live server does.
    pub async fn plan(
        &self,
        source: RestoreSource,
        target: Target,
        ids: &dyn IdSource,
    ) -> Result<Planned, RestoreError> {
        let (account_id, app_id, source, total_bytes) = match source {
            RestoreSource::Backup(id) => self.backup(id).await?,
            RestoreSource::Snapshot(id) => self.snapshot(id).await?,
        };
        let app = self.store.fetch_app(account_id, app_id).await?;
        let mut app = app.ok_or_else(|| RestoreError::Source(format!("there is no app {app_id}")))?;
        if let (Some(node), Target::InPlace { .. }) = (&self.node, &target) {
            app = self.check_in_place(node, &app).await?;
        }
        let mut included = Vec::new();
        let target = match target {
            Target::InPlace { .. } if !app.declared => {
                return Err(RestoreError::Source(format!(
                    "the app {} is no longer declared, so it isn't known where its volumes are; specify --target",
                    app.name
                )));
            }
            Target::InPlace { force: false } if !app.options.volumes_inside.is_empty() => {
                return Err(RestoreError::Source(format!(
                    "{} is inside a volume of the app {}, and would be replaced; stop that app, too, and specify --force, \
                     or restore with --target",
                    app.options.volumes_inside.join(" and "),
                    app.name
                )));
            }
            Target::InPlace { .. } => RestoreTarget::InPlace(app.volumes),
            Target::Directory {
                path,
                policy,
                include,
            } => {
                included = include;
                RestoreTarget::Directory { path, policy }
            }
        };
        let mut protected = list_bucket_directories(self.store.as_ref()).await?;
        if let RestoreTarget::Directory { .. } = target {
            protected.extend(list_volume_directories(self.store.as_ref()).await?);
        }
        let restore = Restore {
            id: AppRestoreId::new(ids.next_id()),
            app_id,
            source_app_id: app_id,
            source,
            target,
            include: included,
            within: Vec::new(),
            protected,
        };
        Ok(Planned {
            account_id,
            restore,
            app_name: app.name,
            total_bytes,
        })
    }

    /// Returns the app as this node declares it, if no other live server may use its volumes.
    async fn check_in_place(&self, node: &NodeName, app: &App) -> Result<App, RestoreError> {
        let of_node = self
            .store
            .fetch_app_of_node(node.as_str(), app.account_id, app.id)
            .await?;
        let of_node = of_node.ok_or_else(|| {
            RestoreError::Source(format!(
                "the app {} isn't declared on the node {:?}, so its volumes aren't on this machine; restore it on a node \
                 that declares it, or specify --target",
                app.name,
                node.as_str()
            ))
        })?;
        let others = self.nodes_besides(node, app).await?;
        let declares = |server: &RegisteredServer| others.contains(server.node.as_str());
        match find_live_server(self.store.as_ref(), declares).await? {
            None => Ok(of_node),
            Some(other) => Err(RestoreError::Source(format!(
                "the app {} is also declared on the node {:?}, whose server is running; stop that server first, or specify \
                 --target",
                app.name,
                other.node.as_str()
            ))),
        }
    }

    /// The other nodes of registered servers that declare the app.
    async fn nodes_besides(&self, node: &NodeName, app: &App) -> Result<BTreeSet<String>, StoreError> {
        let mut nodes = BTreeSet::new();
        for server in self.store.list_servers(self.clock.now()).await? {
            let other = server.node.as_str();
            if server.node == *node || nodes.contains(other) {
                continue;
            }
            let found = self
                .store
                .fetch_app_of_node(other, app.account_id, app.id)
                .await?;
            if found.is_some_and(|found| found.declared) {
                nodes.insert(other.to_owned());
            }
        }
        Ok(nodes)
    }

    async fn backup(
        &self,
        id: AppBackupId,
    ) -> Result<(AccountId, AppId, RestoreData, Option<u64>), RestoreError> {
        for account in self.store.list_accounts().await? {
            let Some(backup) = self.store.fetch_resource(account.id, id).await? else {
                continue;
            };
            check_completed("backup", backup.state)?;
            let bucket_id = backup.details.bucket_id;
            let bucket = self.store.fetch_bucket(account.id, bucket_id).await?;
            let bucket =
                bucket.ok_or_else(|| RestoreError::Source(format!("there is no bucket {bucket_id}")))?;
            let source = RestoreData::Backup {
                bucket,
                backup_id: id,
            };
            return Ok((account.id, backup.app_id, source, backup.details.total_bytes));
        }
        Err(RestoreError::Source(format!("there is no backup {id}")))
    }

    async fn snapshot(
        &self,
        id: AppSnapshotId,
    ) -> Result<(AccountId, AppId, RestoreData, Option<u64>), RestoreError> {
        for account in self.store.list_accounts().await? {
            let Some(snapshot) = self.store.fetch_resource(account.id, id).await? else {
                continue;
            };
            check_completed("snapshot", snapshot.state)?;
            return Ok((account.id, snapshot.app_id, RestoreData::Snapshot(id), None));
        }
        Err(RestoreError::Source(format!("there is no snapshot {id}")))
    }

    /// Performs a restore.
    ///
    /// # Errors
    /// When the engine refuses or fails; the old data is unchanged unless the error says otherwise.
    pub async fn restore(
        &self,
        planned: &Planned,
        progress: &ProgressSender,
        cancel: &CancellationToken,
    ) -> Result<RestoreReport, RestoreError> {
        let restored = self.engine().restore(&planned.restore, progress, cancel).await;
        let report = restored.map_err(RestoreError::Engine)?;
        tracing::info!(
            target: "audit",
            action = "restore",
            kind = "app",
            id = %planned.restore.id,
            name = planned.app_name,
            app.id = %planned.restore.app_id,
            to = ?report.restored,
            subject = format!("uid {}", rustix::process::getuid().as_raw()),
            "restore app"
        );
        if matches!(planned.restore.target, RestoreTarget::InPlace(_)) {
            let note = format!("finished by the restore {}", planned.restore.id);
            let of = (planned.account_id, planned.restore.app_id);
            transact(|| self.settle(of, &note)).await?;
        }
        Ok(report)
    }

    /// Abandons the unfinished restores of all apps, or of the one with this id, and returns them by app. Their data is not touched, and the apps are ready with the current content of their volumes.
    ///
    /// # Errors
    /// When there are none, or they can't be abandoned.
    pub async fn abandon(
        &self,
        app: Option<AppId>,
    ) -> Result<Vec<(App, Vec<AbandonedRestore>)>, RestoreError> {
        let engine = self.engine();
        let mut abandoned = Vec::new();
        for account in self.store.list_accounts().await? {
            for found in self.store.list_apps(account.id).await? {
                if app.is_some_and(|wanted| found.id != wanted) {
                    continue;
                }
                let restores = engine.abandon_restores(found.id).await;
                let restores = restores.map_err(RestoreError::Engine)?;
                let is_noted = transact(|| self.note_abandoned(&found, !restores.is_empty())).await?;
                if is_noted || !restores.is_empty() {
                    abandoned.push((found, restores));
                }
            }
        }
        if abandoned.is_empty() {
            let of = app.map_or_else(String::new, |app| format!(" of the app {app}"));
            return Err(RestoreError::Source(format!(
                "there is no unfinished restore{of}"
            )));
        }
        Ok(abandoned)
    }

    /// Completes the latest restore of the app if it is interrupted or, with `any`, if it is in progress, unless another
    /// node runs it. Returns whether there was one.
    async fn note_abandoned(&self, app: &App, any: bool) -> Result<bool, StoreError> {
        let mut tx = self.store.begin().await?;
        let latest = tx.fetch_latest_app_restore(app.account_id, app.id).await?;
        let ends =
            |state: RestoreState| state == RestoreState::Interrupted || (any && state.is_in_progress());
        let is_own = |latest: &AppRestore| self.node.as_ref().is_none_or(|node| latest.is_of(node.as_str()));
        let Some(mut latest) = latest.filter(|latest| ends(latest.state) && is_own(latest)) else {
            return Ok(false);
        };
        let note = "abandoned: the app has what is in its volumes now".to_owned();
        latest.complete(&[note], self.clock.now());
        tx.update_app_restore(&latest).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn settle(&self, of: (AccountId, AppId), note: &str) -> Result<(), StoreError> {
        let mut tx = self.store.begin().await?;
        let of = InterruptedRestore {
            account_id: of.0,
            app_id: of.1,
            except: None,
            node: self.node.as_ref().map(NodeName::as_str),
        };
        of.complete(tx.as_mut(), note, self.clock.now()).await?;
        tx.commit().await
    }

    fn engine(&self) -> RusticEngine {
        let data_dir = self.data.path().to_owned();
        RusticEngine::new(&EngineConfig { data_dir })
            .with_keys(self.keys.clone())
            .with_credentials(self.credentials.clone())
    }

    /// Closes the store and releases the data directory.
    pub async fn close(self) {
        self.store.close().await;
    }
}

fn check_completed(kind: &str, state: ResourceState) -> Result<(), RestoreError> {
    if state == ResourceState::Completed {
        Ok(())
    } else {
        Err(RestoreError::Source(format!(
            "the {kind} is {}, not completed",
            state.as_str()
        )))
    }
}
