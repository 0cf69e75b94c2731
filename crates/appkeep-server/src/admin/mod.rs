//! Administration of a server's database and data directory, for command-line tools: tokens, keys, jobs, nodes, buckets,
//! imports, notifications, files of backups, and restores without a running server. Not covered by semantic versioning.

pub mod bucket;
pub mod bucket_check;
pub mod data_dir;
pub mod database;
pub mod examine;
pub mod files;
pub mod import;
pub mod jobs;
pub mod keys;
pub mod nodes;
pub mod notify;
pub mod recovery;
pub mod restore;
pub mod retention;
pub mod tokens;

pub use appkeep_core::store::Store;
pub use appkeep_core::{catalog, schedule};
pub use appkeep_store::{CopiedTable, CopyError, copy_to_postgres};
pub use secrecy::SecretString;
