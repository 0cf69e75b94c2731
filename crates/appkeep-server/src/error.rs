//! Why a server did not start. Each is one line that names the thing and what would be right.

use std::io;
use std::path::PathBuf;

use appkeep_core::engine::EngineError;
use appkeep_core::store::StoreError;

use crate::config::ConfigError;
use crate::tls::TlsError;

/// Why a server, or a command on its data directory, did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The data directory can't be made or used.
    #[error("failed to use the data directory {}: {error}", .path.display())]
    DataDir {
        /// The file or directory.
        path: PathBuf,
        /// Why not.
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
        /// The directory.
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
        /// The process that has it.
        holder: String,
    },
    /// The master key can't be had.
    #[error("failed to get the master key from {source_name}: {problem}")]
    MasterKey {
        /// Where it should come from.
        source_name: String,
        /// Why it doesn't.
        problem: String,
    },
    /// The keys of repositories can't be used.
    #[error(transparent)]
    Keys(#[from] EngineError),
    /// The database can't be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The address can't be listened on.
    #[error("failed to listen on {address}: {reason}")]
    Listen {
        /// The address.
        address: String,
        /// Why not.
        reason: String,
    },
    /// The certificate can't be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
}
