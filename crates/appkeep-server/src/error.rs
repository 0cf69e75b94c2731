//! Errors of starting and reloading. Each is one line that names the affected item and what was expected.

use appkeep_core::store::StoreError;
use appkeep_core::worker::RegisterError;

use crate::admin::data_dir::DataDirError;
use crate::admin::database::DatabaseError;
use crate::admin::keys::KeyError;
use crate::config::ConfigError;
use crate::tls::TlsError;

/// The reason why a server did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
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
    /// Another server has the same node, or the database can't be used.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// The server can't listen on the address.
    #[error("failed to listen on {address}: {reason}")]
    Listen {
        /// The address.
        address: String,
        /// The cause.
        reason: String,
    },
    /// The certificate can't be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// The reason why a reload was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReloadError {
    /// The configuration contradicts the data directory.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The certificate can't be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The database can't be used.
    #[error(transparent)]
    Store(#[from] StoreError),
}
