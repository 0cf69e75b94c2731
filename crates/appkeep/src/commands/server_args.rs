//! Arguments of commands that use the database and the data directory of a server on the same machine.

use std::path::PathBuf;
use std::sync::Arc;

use appkeep_server::Config;
use appkeep_server::admin::Store;
use appkeep_server::admin::database::open_store;

/// Arguments of commands that use only the database of a server.
#[derive(Debug, clap::Args)]
pub(super) struct DatabaseArgs {
    /// The server's data directory. Optional if the database is on PostgreSQL.
    #[arg(
        long,
        value_name = "DIR",
        env = "APPKEEP_DATA",
        required_unless_present = "config"
    )]
    data: Option<PathBuf>,
    /// The server's configuration, which is required if its `[store]` selects a database on PostgreSQL.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl DatabaseArgs {
    /// Opens the database, which the server may use at the same time.
    pub(super) async fn open(&self) -> anyhow::Result<Arc<dyn Store>> {
        let config = self.config.as_deref().map(Config::load).transpose()?;
        Ok(open_store(config.as_ref(), self.data.as_deref()).await?)
    }
}

/// Arguments of commands that use files in the data directory of a server.
#[derive(Debug, clap::Args)]
pub(super) struct DataArgs {
    /// The server's data directory.
    #[arg(long, value_name = "DIR", env = "APPKEEP_DATA")]
    pub(super) data: PathBuf,
    /// The server's configuration, which is required if it contains `[keys]` or `[store]`.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl DataArgs {
    /// Reads the configuration, if one is given.
    pub(super) fn config(&self) -> anyhow::Result<Option<Config>> {
        Ok(self.config.as_deref().map(Config::load).transpose()?)
    }
}
