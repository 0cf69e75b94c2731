//! Opens the engine of a server.

use appkeep_core::worker::Register;
use appkeep_engine::{
    BucketCredentials, EngineConfig, Identity, RusticEngine, SharedInstallation, data_directory_id,
};
use appkeep_store::PostgresStore;

use crate::admin::data_dir::DataDir;
use crate::admin::keys::{self, KeyError};
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

    async fn shared_installation(&self) -> Result<Option<SharedInstallation>, StartError> {
        let Some(postgres) = self.postgres else {
            return Ok(None);
        };
        // If the database has none yet, it may be a copy of one in this data directory, whose buckets have this id.
        let own = data_directory_id(self.data.path()).map_err(KeyError::from)?;
        Ok(Some(SharedInstallation {
            id: postgres.installation_id(own).await?,
            servers: self.register.servers(),
        }))
    }
}
