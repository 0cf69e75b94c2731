//! Reads the identities of the backups in a bucket.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;

use appkeep_core::catalog::Bucket;
use appkeep_core::engine::{BackupCatalogue, EngineError, StoredBackup, StoredBackups};
use appkeep_core::identity::StoredIdentity;
use appkeep_core::ids::{AppBackupId, AppId};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rustic_core::RusticError;
use rustic_core::jiff::Zoned;
use rustic_core::repofile::SnapshotFile;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{RusticEngine, cancelled_with, opener};
use crate::backend::RepositoryBackend;
use crate::bucket::{OpenBucket, Presence, Use};
use crate::failure::{self, storage};
use crate::locks::LockKey;
use crate::repository::backup_ids;
use crate::thread;
use crate::write_gate::{ShutWhenDropped, WriteGate};

/// The number of times that snapshots are listed and read, if listed ones are deleted meanwhile.
const LISTING_TRIES: u32 = 3;

#[async_trait]
impl BackupCatalogue for RusticEngine {
    async fn list_stored_apps(
        &self,
        bucket: &Bucket,
        cancel: &CancellationToken,
    ) -> Result<BTreeSet<AppId>, EngineError> {
        let (cancel, _when_dropped) = cancelled_with(cancel);
        let bucket = OpenBucket::open(bucket, &self.storages, &cancel)?;
        let keys = self.keys.clone();
        thread::run("list-apps", self.priority, move || {
            bucket.check_marker(&keys, Use::Read)?;
            let mut apps: BTreeSet<_> = keys.apps_of(bucket.bucket.id)?.into_iter().collect();
            apps.extend(app_directories(&bucket)?);
            bucket.check_marker(&keys, Use::Read)?;
            Ok(apps)
        })
        .await
    }

    async fn list_stored_backups(
        &self,
        bucket: &Bucket,
        app_id: AppId,
        cancel: &CancellationToken,
    ) -> Result<Option<StoredBackups>, EngineError> {
        let snapshots = self.read_snapshots(bucket, app_id, cancel).await?;
        Ok(snapshots.map(|snapshots| stored_backups(&snapshots)))
    }
}

impl RusticEngine {
    /// Reads all snapshot files of an app's repository; `None` if it has none. Fails if any of them can't be read.
    pub(super) async fn read_snapshots(
        &self,
        bucket: &Bucket,
        app_id: AppId,
        cancel: &CancellationToken,
    ) -> Result<Option<Vec<SnapshotFile>>, EngineError> {
        let (cancel, _when_dropped) = cancelled_with(cancel);
        let bucket = OpenBucket::open(bucket, &self.storages, &cancel)?;
        let location = bucket.repository(app_id);
        let shared = self
            .locks
            .shared(LockKey::Repository(location.describe()), &cancel)
            .await?;
        let keys = self.keys.clone();
        thread::run("list-backups", self.priority, move || {
            let _shared = shared;
            let mut tries = LISTING_TRIES;
            loop {
                if bucket.presence(app_id, &keys, Use::Read)? == Presence::Nothing {
                    // The bucket may have disappeared since the first check.
                    bucket.check_marker(&keys, Use::Read)?;
                    return Ok(None);
                }
                let gate = Arc::new(WriteGate::new(
                    Arc::new(RepositoryBackend::new(location.clone())),
                    &cancel,
                ));
                let _shut = ShutWhenDropped(Arc::clone(&gate));
                let repository = opener(&bucket.bucket, app_id, &keys, &gate).open()?;
                tries -= 1;
                match repository.get_all_snapshots() {
                    Ok(snapshots) => {
                        bucket.check_marker(&keys, Use::Read)?;
                        return Ok(Some(snapshots));
                    }
                    Err(error) if tries > 0 && is_changed(&error, &gate) => {}
                    Err(error) => return Err(gate.explain("reading the snapshots", &error)),
                }
            }
        })
        .await
    }
}

/// Whether a listed file didn't exist any more: a job of another server deleted it meanwhile. Reads that the gate
/// refused because of another read's failure count, too.
fn is_changed(error: &RusticError, gate: &WriteGate) -> bool {
    match failure::io_kind(error) {
        Some(kind) => kind == io::ErrorKind::NotFound,
        None => gate.stop().is_cancelled(),
    }
}

/// The apps with a directory in the bucket.
fn app_directories(bucket: &OpenBucket) -> Result<Vec<AppId>, EngineError> {
    let failed = |error| {
        storage(
            format!("bucket {}: listing its directories", bucket.bucket.name),
            &error,
        )
    };
    let entries = bucket.storage.list("").map_err(failed)?.into_iter();
    // Other spellings of an id are not the names of repositories.
    let id = |name: &str| Uuid::try_parse(name).ok().filter(|id| *name == id.to_string());
    let ids = entries
        .filter(|entry| !entry.is_file)
        .filter_map(|entry| id(&entry.name));
    Ok(ids.map(AppId::new).collect())
}

/// The backups among the snapshots. If another program made copies of a backup's snapshot, one with an identity is
/// preferred.
fn stored_backups(snapshots: &[SnapshotFile]) -> StoredBackups {
    let mut backups = BTreeMap::new();
    let mut unrelated = 0;
    for snapshot in snapshots {
        let ids = backup_ids(snapshot);
        if ids.is_empty() {
            unrelated += 1;
        }
        for id in ids {
            let stored = stored_backup(id, snapshot);
            let is_better = stored.identity != StoredIdentity::Missing;
            if is_better || !backups.contains_key(&id) {
                backups.insert(id, stored);
            }
        }
    }
    StoredBackups {
        backups: backups.into_values().collect(),
        unrelated,
    }
}

fn stored_backup(id: AppBackupId, snapshot: &SnapshotFile) -> StoredBackup {
    let (description, summary) = (snapshot.description.as_deref(), snapshot.summary.as_ref());
    StoredBackup {
        id,
        app_name: snapshot.hostname.clone(),
        snapshot_time: time(&snapshot.time).unwrap_or_default(),
        stored_at: summary.and_then(|summary| time(&summary.backup_end)),
        bytes: summary.map(|summary| summary.total_bytes_processed),
        identity: description.map_or(StoredIdentity::Missing, StoredIdentity::from_json),
    }
}

fn time(zoned: &Zoned) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_micros(zoned.timestamp().as_microsecond())
}
