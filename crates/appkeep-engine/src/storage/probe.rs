//! Tries every operation that backups require, before a bucket is used.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex};

use appkeep_core::catalog::BucketFeatures;
use appkeep_core::engine::EngineError;
use bytes::Bytes;
use uuid::Uuid;

use super::BucketStorage;
use crate::failure::{self, storage};

/// The prefix of the object that a probe writes and deletes; the data directory's id follows, so that probes of several
/// servers don't disturb each other, and a probe without permission to delete leaves at most one object for each.
const PREFIX: &str = "appkeep-probe-";

/// The buckets that were probed since they became available, with what their storages support, if it is known. Clones
/// share their state.
#[derive(Debug, Clone, Default)]
pub(crate) struct Probes {
    passed: Arc<Mutex<HashMap<String, Option<BucketFeatures>>>>,
}

impl Probes {
    /// Probes the bucket `name` after it was claimed for the first time, or for the first time after a failure. Returns
    /// the result of the claim or of the probe.
    ///
    /// # Errors
    /// That of the claim; [`EngineError::Storage`] if the probe fails. A full bucket passes, so that backups can still
    /// be deleted.
    pub(crate) fn after_claim(
        &self,
        objects: &dyn BucketStorage,
        name: &str,
        data_directory_id: Uuid,
        claimed: Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        let location = objects.describe("");
        if let Err(error) = claimed {
            failure::lock(&self.passed).remove(&location);
            return Err(error);
        }
        if failure::lock(&self.passed).contains_key(&location) {
            return Ok(());
        }
        let features = match probe(objects, data_directory_id) {
            Ok(features) => {
                tracing::info!(
                    path = location,
                    features = features.names(),
                    "the bucket can be listed, written, read and deleted from"
                );
                Some(features)
            }
            Err(error) if failure::has_no_room(&error) => {
                tracing::warn!(path = location, "a bucket has no space for a probe");
                None
            }
            Err(error) => {
                return Err(storage(format!("bucket {name} is unavailable"), &error));
            }
        };
        failure::lock(&self.passed).insert(location, features);
        Ok(())
    }

    /// What the storage of a bucket supports, if it was probed.
    pub(crate) fn features(&self, objects: &dyn BucketStorage) -> Option<BucketFeatures> {
        *failure::lock(&self.passed).get(&objects.describe(""))?
    }
}

/// Writes, lists, reads and deletes an object. Returns what the storage supports.
fn probe(objects: &dyn BucketStorage, data_directory_id: Uuid) -> io::Result<BucketFeatures> {
    let key = format!("{PREFIX}{data_directory_id}");
    let content = [Bytes::from_static(b"appkeep probes this bucket\n")];
    objects.put(&key, &content)?;
    let features = BucketFeatures {
        conditional_writes: objects.refuses_overwriting(&key, &content)?,
        versioning: objects.is_versioned(&key)?,
    };
    let is_complete = objects.get(&key)? == content[0];
    let is_listed = objects.list("")?.iter().any(|object| object.name == key);
    objects.delete(&key)?;
    if !is_complete {
        return Err(wrong("returned other data than was written"));
    }
    if !is_listed {
        return Err(wrong("didn't list an object that was written before"));
    }
    if objects.size(&key)?.is_some() {
        return Err(wrong("still has an object that was deleted before"));
    }
    Ok(features)
}

fn wrong(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the storage {what}"))
}
