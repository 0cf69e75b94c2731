//! Restores a backup from the app's repository.

use std::sync::Arc;

use appkeep_core::engine::{EngineError, RestoreReport};
use appkeep_core::ids::AppBackupId;

use super::opener;
use crate::backend::RepositoryBackend;
use crate::bucket::{OpenBucket, Presence, Use};
use crate::keys::KeyStore;
use crate::repository::snapshots_of;
use crate::restore::Restorer;
use crate::restore::from_backup::{Blobs, FromBackup};
use crate::write_gate::{ShutWhenDropped, WriteGate};

/// Restores a backup with a restorer that has finished or cleaned up earlier restores.
pub(super) fn restore_backup(
    restorer: &Restorer<'_>,
    bucket: &OpenBucket,
    backup_id: AppBackupId,
    keys: &KeyStore,
) -> Result<RestoreReport, EngineError> {
    let (app_id, name) = (restorer.request.source_app_id, &bucket.bucket.name);
    let missing = || EngineError::Unreadable(vec![format!("backup {backup_id} is not in bucket {name}")]);
    if bucket.presence(app_id, keys, Use::Read)? == Presence::Nothing {
        return Err(missing());
    }
    let backend = Arc::new(RepositoryBackend::new(bucket.repository(app_id)).reading_whole_packs());
    let is_remote = backend.is_remote();
    let gate = Arc::new(WriteGate::new(backend, restorer.cancel));
    let _shut = ShutWhenDropped(Arc::clone(&gate));
    let repository = opener(&bucket.bucket, app_id, keys, &gate).open()?;
    let found = snapshots_of(&repository, backup_id)
        .map_err(|error| gate.explain("reading the snapshots", &error))?;
    let tree = found.first().ok_or_else(missing)?.tree;
    let repository = repository
        .to_indexed()
        .map_err(|error| gate.explain("reading the index", &error))?;
    let blobs = Blobs::new(repository, Arc::clone(&gate), is_remote);
    restorer.run(&mut FromBackup::new(&blobs, tree), Some(&blobs))
}
