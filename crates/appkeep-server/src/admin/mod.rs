//! Administration of a data directory, for command-line tools: tokens, keys, jobs, buckets, imports, and
//! restores without a running server. Not covered by semantic versioning.

pub mod bucket;
pub mod data_dir;
pub mod import;
pub mod jobs;
pub mod keys;
pub mod recovery;
pub mod restore;
pub mod retention;
pub mod tokens;

pub use appkeep_core::catalog;
pub use appkeep_core::store::Store;
pub use appkeep_store::{CopiedTable, CopyError, copy_to_postgres};
pub use secrecy::SecretString;

use std::sync::Arc;

use appkeep_core::store::StoreError;
use appkeep_store::SqliteStore;

use self::data_dir::DataDir;

/// Opens the store of a data directory; a server may use it at the same time.
///
/// # Errors
/// When it can't be opened.
pub async fn open_store(data: &DataDir) -> Result<Arc<dyn Store>, StoreError> {
    Ok(Arc::new(SqliteStore::open(data.database()).await?))
}
