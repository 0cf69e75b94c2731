//! Tries every operation that backups require, before a bucket is used.

use std::io;

use bytes::Bytes;
use uuid::Uuid;

use super::BucketStorage;

/// The prefix of the object that a probe writes and deletes; the installation's id follows, so that a probe without
/// permission to delete leaves at most one object.
const PREFIX: &str = "appkeep-probe-";

/// The result of a probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Probed {
    /// Whether the storage refuses a conditional write of an existing object.
    pub(crate) refuses_overwriting: bool,
}

/// Writes, lists, reads and deletes an object.
///
/// # Errors
/// The first operation that isn't permitted or gives a wrong result.
pub(crate) fn probe(storage: &dyn BucketStorage, installation_id: Uuid) -> io::Result<Probed> {
    storage.check()?;
    let key = format!("{PREFIX}{installation_id}");
    let content = [Bytes::from_static(b"appkeep probes this bucket\n")];
    storage.put(&key, &content)?;
    let refuses_overwriting = storage.refuses_overwriting(&key, &content)?;
    let is_complete = storage.get(&key)? == content[0] && storage.size(&key)? == Some(content[0].len() as u64);
    let is_listed = storage.list("")?.iter().any(|object| object.name == key);
    storage.delete(&key)?;
    if !is_complete {
        return Err(wrong("returned other data than was written"));
    }
    if !is_listed {
        return Err(wrong("didn't list an object that was written before"));
    }
    if storage.size(&key)?.is_some() {
        return Err(wrong("still has an object that was deleted before"));
    }
    Ok(Probed { refuses_overwriting })
}

fn wrong(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the storage {what}"))
}
