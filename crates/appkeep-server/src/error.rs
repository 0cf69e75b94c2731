//! Start-up errors. Each is one line that names the affected item and what was expected.

use std::io;
use std::path::PathBuf;

use appkeep_core::engine::EngineError;
use appkeep_core::store::StoreError;

use crate::config::ConfigError;
use crate::tls::TlsError;

/// The reason why a server, or a command on its data directory, did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The data directory can't be created or used.
    #[error("failed to use the data directory {}: {error}", .path.display())]
    DataDir {
        /// The file or directory.
        path: PathBuf,
        /// The cause.
        error: io::Error,
    },
    /// Other users can change the data directory.
    #[error(
        "the data directory {0} has mode {mode:04o}: other users can change what is in it, keys and database included; \
         check its content, then run `chmod go-w {0}`",
        .path.display()
    )]
    DataDirMode {
        /// The directory.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// There is no database in the data directory.
    #[error("{} is not the data directory of a server: there is no appkeep.sqlite3 in it", .path.display())]
    NoData {
        /// The data directory.
        path: PathBuf,
    },
    /// Another server uses the data directory.
    #[error(
        "the data directory {} is in use by another server (process {holder}): stop it first, or give --data another directory",
        .path.display()
    )]
    DataDirInUse {
        /// The directory.
        path: PathBuf,
        /// The process that uses it.
        holder: String,
    },
    /// The master key isn't available.
    #[error("failed to get the master key from {source_name}: {problem}")]
    MasterKey {
        /// The configured source.
        source_name: String,
        /// The cause.
        problem: String,
    },
    /// The keys of repositories can't be used.
    #[error(transparent)]
    Keys(#[from] EngineError),
    /// The database can't be used.
    #[error(transparent)]
    Store(#[from] StoreError),
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
