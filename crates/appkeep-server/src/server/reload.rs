//! Applies another configuration while the server runs: every reloadable part, or nothing.

use appkeep_core::catalog::Declaration;
use appkeep_core::clock::Clock;
use appkeep_core::name::NodeName;
use appkeep_core::schedule::Schedule;
use appkeep_core::store::{Store, StoreError, transact};
use appkeep_engine::BucketCredentials;

use super::Server;
use crate::config::Config;
use crate::error::ReloadError;
use crate::notifications::Receivers;

/// The state that a reload changes.
pub(super) struct Reloadable {
    /// The configuration in use.
    pub(super) config: tokio::sync::Mutex<Config>,
    pub(super) data_dir: std::path::PathBuf,
    pub(super) clock: std::sync::Arc<dyn Clock>,
    pub(super) credentials: BucketCredentials,
    pub(super) receivers: std::sync::Arc<Receivers>,
}

/// Replaces the declaration of a node by that of `config`. Warns of schedules that have the name of a client's.
pub(crate) async fn declare(
    store: &dyn Store,
    node: &NodeName,
    config: &Config,
    clock: &dyn Clock,
) -> Result<(), StoreError> {
    transact(|| async {
        let mut tx = store.begin().await?;
        tx.update_declaration(node.as_str(), &config.declaration, clock.now())
            .await?;
        tx.commit().await
    })
    .await?;
    warn_of_shared_names(store, &config.declaration).await
}

/// Warns of each schedule of the configuration with the name of one that a client created. Both run.
async fn warn_of_shared_names(store: &dyn Store, declaration: &Declaration) -> Result<(), StoreError> {
    let all = store.list_schedules().await?.into_iter();
    let of_clients: Vec<_> = all
        .map(|scheduled| scheduled.schedule)
        .filter(Schedule::is_from_api)
        .collect();
    for schedule in &declaration.schedules {
        let has_same_name =
            |other: &&Schedule| (other.app_id, &other.name) == (schedule.app_id, &schedule.name);
        if let Some(other) = of_clients.iter().find(has_same_name) {
            tracing::warn!(
                schedule.id = %schedule.id,
                schedule.name,
                app.id = %schedule.app_id,
                "the configuration declares a schedule with the name of one that a client created, {}: both run; \
                 delete or rename one of them",
                other.id
            );
        }
    }
    Ok(())
}

impl Server {
    /// Replaces accounts, apps, buckets, schedules, hooks and receivers of notifications by those of `config`, and the
    /// certificate by the current content of its files. Returns the changes, a text for each.
    ///
    /// # Errors
    /// When the configuration contradicts the data directory, the certificate can't be used, or the store
    /// fails; then everything stays unchanged.
    pub async fn reload(&self, config: Config) -> Result<Vec<String>, ReloadError> {
        let mut current = self.reloadable.config.lock().await;
        config.check_data_dir(&self.reloadable.data_dir)?;
        if let Some(certificate) = &self.certificate {
            certificate.check()?;
        }
        // The name of the node stays until a restart.
        let (store, clock) = (self.store.as_ref(), self.reloadable.clock.as_ref());
        declare(store, &current.node, &config, clock).await?;
        self.reloadable
            .credentials
            .replace(config.bucket_credentials.clone());
        self.reloadable.receivers.replace(config.notifications.clone());
        self.reload_certificate();
        let mut changes = config.declaration_changes(&current);
        if config.notifications != current.notifications {
            changes.push("changed receivers of notifications".to_owned());
        }
        let applied = Config {
            declaration: config.declaration.clone(),
            bucket_credentials: config.bucket_credentials.clone(),
            notifications: config.notifications.clone(),
            warnings: config.warnings.clone(),
            ..current.clone()
        };
        if applied != config {
            changes.push("changed settings that only a restart applies".to_owned());
        }
        *current = applied;
        Ok(changes)
    }
}
