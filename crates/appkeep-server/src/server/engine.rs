//! Opens the engine of a server.

use appkeep_core::store::StoreError;
use appkeep_core::worker::Register;
use appkeep_engine::{BucketCredentials, EngineConfig, Identity, RusticEngine, SharedInstallation};
use appkeep_store::PostgresStore;
use uuid::Uuid;

use crate::admin::data_dir::DataDir;
use crate::admin::keys;
use crate::config::Config;
use crate::error::StartError;

/// The parts that a server's engine depends on.
pub(super) struct EngineParts<'a> {
    pub(super) data: &'a DataDir,
    pub(super) config: &'a Config,
    pub(super) credentials: BucketCredentials,
    /// The database, if several servers may share it.
    pub(super) postgres: Option<&'a PostgresStore>,
    pub(super) register: &'a Register,
    /// The id of the installation if its database has none.
    pub(super) new_id: Uuid,
}

impl EngineParts<'_> {
    /// Opens the engine. The server is registered.
    pub(super) async fn open(self) -> Result<RusticEngine, StartError> {
        let keys = keys::open_in(self.data.path(), &self.config.keys, self.postgres).await?;
        if self.postgres.is_some() {
            keys::copy_into_database(&keys).await?;
        }
        let master_key_id = keys::prepare(&keys).await?;
        tracing::info!(%master_key_id, "keys are wrapped");
        let engine_config = EngineConfig {
            data_dir: self.data.path().to_owned(),
        };
        let identity = Identity {
            server_id: self.register.server_id(),
            shared: self.shared_installation().await?,
        };
        Ok(RusticEngine::new(&engine_config)
            .with_identity(identity)
            .with_keys(keys)
            .with_credentials(self.credentials)
            .verifying(self.config.verify_percent)
            .with_priority(self.config.engine_priority)
            .with_reserve(self.config.reserve))
    }

    async fn shared_installation(&self) -> Result<Option<SharedInstallation>, StoreError> {
        let Some(postgres) = self.postgres else {
            return Ok(None);
        };
        Ok(Some(SharedInstallation {
            id: postgres.installation_id(self.new_id).await?,
            servers: self.register.servers(),
        }))
    }
}
