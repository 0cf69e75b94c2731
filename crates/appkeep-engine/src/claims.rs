//! Determines which server process may change a bucket. Each process has a small claim file there, and reads
//! those of others.
//!
//! Like restic's locks, this requires only that a bucket's files can be listed, written and deleted: some S3
//! servers ignore conditions on writes. A process writes its claim only if there is no other, and checks
//! again afterwards. A claim expires if its process has ended on this machine, or if it isn't refreshed for
//! long enough. That time is measured by this process's own clock, from when it first saw this version of the
//! claim: the clocks of two machines may differ.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant, SystemTime};

use appkeep_core::catalog::Bucket;
use appkeep_core::engine::EngineError;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::bucket::OpenBucket;
use crate::durable;
use crate::failure::{self, storage};
use crate::machine::{self, Process, ProcessState};
use crate::storage::{BucketCredentials, BucketStorage, Storages};
use crate::thread::{self, Priority};

/// The version of the claim file's format.
const VERSION: u32 = 1;

/// The prefix of the names of claims; the server's id follows.
const PREFIX: &str = "appkeep-server-";

/// The file in the data directory with the id of this installation. A copy of the directory has the same id.
const INSTALLATION_FILE: &str = "installation-id";

/// The maximum size of a claim that is read, in bytes.
const CLAIM_BYTES_MAX: u64 = 16 << 10;

/// The age at which a claim is written again.
const REFRESH_AFTER: Duration = Duration::from_secs(20);

/// The pause between two checks of a bucket's holder for another claim. Another process may write its claim
/// before it checks, and then removes it.
const SETTLE_PAUSE: Duration = Duration::from_millis(100);
const SETTLE_TRIES: u32 = 10;

/// The time without a refresh after which claims expire.
#[derive(Debug, Clone, Copy)]
struct Expiry {
    /// For claims of this installation: it was restarted together with its machine, unless it is a copy on
    /// another machine.
    own: Duration,
    /// For claims of others. This is the value for restic's locks.
    others: Duration,
}

const EXPIRY: Expiry = Expiry {
    own: Duration::from_mins(5),
    others: Duration::from_mins(30),
};

/// The content of a claim file.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Claim {
    version: u32,
    /// The id of the server process; generated at each start.
    server_id: Uuid,
    /// The id of the data directory and of its copies.
    installation_id: Uuid,
    /// Device and inode of the data directory, which only one process uses at a time.
    #[serde(default)]
    data_directory: Option<(u64, u64)>,
    #[serde(flatten)]
    process: Process,
    /// When the claim was written, by its machine's clock.
    time: DateTime<Utc>,
}

/// The claim of another server process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketClaim {
    /// The name of the claim in the bucket.
    pub name: String,
    /// The process id and the machine's name, if the file is valid.
    pub process: Option<(u32, String)>,
    /// When the claim was written, by that machine's clock.
    pub time: Option<DateTime<Utc>>,
    /// Whether the process runs on this machine.
    pub runs_here: bool,
}

/// Lists the claims in a bucket.
///
/// # Errors
/// [`EngineError::Storage`] if the bucket can't be read.
pub async fn list_claims(
    bucket: &Bucket,
    credentials: &BucketCredentials,
) -> Result<Vec<BucketClaim>, EngineError> {
    let (bucket, credentials) = (bucket.clone(), credentials.clone());
    thread::run("list-claims", Priority::Normal, move || {
        let objects = Storages::new(credentials).open(&bucket, &CancellationToken::new())?;
        let found = read_all(objects.as_ref())
            .map_err(|error| storage(format!("bucket {} is unavailable", bucket.name), &error))?;
        let found = found.into_iter().map(|(name, version)| {
            let claim = parse(&version.bytes);
            BucketClaim {
                name,
                runs_here: claim
                    .as_ref()
                    .is_some_and(|claim| claim.process.state() == ProcessState::Runs),
                time: claim.as_ref().map(|claim| claim.time),
                process: claim.map(|claim| (claim.process.pid, claim.process.hostname)),
            }
        });
        Ok(found.collect())
    })
    .await
}

/// Removes a claim from a bucket. Its process then notices that and makes no further change in the bucket.
///
/// # Errors
/// [`EngineError::Storage`] if it can't be deleted.
pub async fn remove_claim(
    bucket: &Bucket,
    credentials: &BucketCredentials,
    claim: &BucketClaim,
) -> Result<(), EngineError> {
    let (bucket, credentials, name) = (bucket.clone(), credentials.clone(), claim.name.clone());
    thread::run("remove-claim", Priority::Normal, move || {
        let objects = Storages::new(credentials).open(&bucket, &CancellationToken::new())?;
        let removed = objects.delete(&name);
        removed.map_err(|error| storage(format!("bucket {}: deleting {name}", bucket.name), &error))
    })
    .await
}

/// The claims of this process.
#[derive(Debug)]
pub(crate) struct Claims {
    data_dir: PathBuf,
    expiry: Expiry,
    own: OnceLock<Claim>,
    /// Held while the installation's id is read or generated, which happens once.
    id_lock: Mutex<()>,
    buckets: Mutex<HashMap<String, Arc<Mutex<State>>>>,
}

/// The properties that a refresh of a claim changes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Version {
    bytes: Bytes,
    modified: Option<SystemTime>,
}

/// The state of one bucket in this process.
#[derive(Debug)]
struct State {
    storage: Arc<dyn BucketStorage>,
    /// When this process's claim was last written, if it has one.
    written: Option<Instant>,
    /// The claims of others, and when their current version was first seen.
    seen: HashMap<String, (Version, Instant)>,
}

impl Claims {
    /// Creates the claims of a process with this data directory.
    pub(crate) fn new(data_dir: &Path) -> Self {
        Self {
            data_dir: data_dir.to_owned(),
            expiry: EXPIRY,
            own: OnceLock::new(),
            id_lock: Mutex::default(),
            buckets: Mutex::default(),
        }
    }

    /// The id of this server process.
    ///
    /// # Errors
    /// [`EngineError::Storage`] if the installation's id can't be read or generated.
    pub(crate) fn server_id(&self) -> Result<Uuid, EngineError> {
        Ok(self.own()?.server_id)
    }

    /// The id of the data directory and of its copies.
    ///
    /// # Errors
    /// [`EngineError::Storage`] if it can't be read or generated.
    pub(crate) fn installation_id(&self) -> Result<Uuid, EngineError> {
        Ok(self.own()?.installation_id)
    }

    /// Claims the bucket, which exists, for this process, or refreshes the claim. The claim expires
    /// unless this is called regularly.
    ///
    /// # Errors
    /// [`EngineError::Busy`] if another process holds the bucket; [`EngineError::Storage`] if that can't be
    /// determined.
    pub(crate) fn acquire(&self, open: &OpenBucket) -> Result<(), EngineError> {
        let OpenBucket {
            bucket,
            storage: objects,
        } = open;
        let failed = |error: io::Error| storage(format!("bucket {}: claiming it", bucket.name), &error);
        let own = self.own()?;
        let name = name_of(own.server_id);
        let state = {
            let mut buckets = failure::lock(&self.buckets);
            let state = buckets.entry(objects.describe("")).or_insert_with(|| {
                Arc::new(Mutex::new(State {
                    storage: Arc::clone(objects),
                    written: None,
                    seen: HashMap::new(),
                }))
            });
            Arc::clone(state)
        };
        let mut state = failure::lock(&state);
        // The storage may have been opened again, with other credentials.
        state.storage = Arc::clone(objects);
        let is_held = state.written.is_some() && objects.size(&name).map_err(failed)?.is_some();
        let mut tries = 0;
        while let Some(other) = self.find_other(&mut state).map_err(failed)? {
            tries += 1;
            if !is_held || tries > SETTLE_TRIES {
                if !is_held {
                    state.written = None;
                }
                return Err(self.refusal(bucket, &other));
            }
            // Perhaps the claim was just written, and is removed once its process sees this one.
            std::thread::sleep(SETTLE_PAUSE);
        }
        if is_held && state.written.is_some_and(|at| at.elapsed() < REFRESH_AFTER) {
            return Ok(());
        }
        match write(objects.as_ref(), &name, own, is_held) {
            Err(error) if failure::has_no_room(&error) && !is_held => {
                // A delete must be possible in a full bucket: it frees space.
                tracing::warn!(path = objects.describe(""), "a bucket has no space for a claim");
                return Ok(());
            }
            written => written.map_err(failed)?,
        }
        state.written = Some(Instant::now());
        if is_held {
            return Ok(());
        }
        if let Some(other) = self.find_other(&mut state).map_err(failed)? {
            objects.delete(&name).map_err(failed)?;
            state.written = None;
            return Err(self.refusal(bucket, &other));
        }
        Ok(())
    }

    /// Releases all buckets.
    pub(crate) fn release(&self) {
        let Some(own) = self.own.get() else { return };
        let buckets = std::mem::take(&mut *failure::lock(&self.buckets));
        let name = name_of(own.server_id);
        for state in buckets.into_values() {
            let mut state = failure::lock(&state);
            if state.written.take().is_none() {
                continue;
            }
            if let Err(error) = state.storage.delete(&name) {
                tracing::warn!(path = state.storage.describe(&name), %error, "a claim could not be deleted");
            }
        }
    }

    /// Returns a valid claim of another process, if there is one. Removes expired claims.
    fn find_other(&self, state: &mut State) -> io::Result<Option<Bytes>> {
        let own = self.own.get();
        let mut other = None;
        let all = read_all(state.storage.as_ref())?;
        state
            .seen
            .retain(|seen, _| all.iter().any(|(name, _)| name == seen));
        for (name, version) in all {
            if own.is_some_and(|own| name == name_of(own.server_id)) {
                continue;
            }
            let claim = parse(&version.bytes);
            let (known, since) = state
                .seen
                .entry(name.clone())
                .or_insert_with(|| (version.clone(), Instant::now()));
            if *known != version {
                (*known, *since) = (version.clone(), Instant::now());
            }
            let expiry = if claim
                .as_ref()
                .is_some_and(|claim| self.is_of_this_installation(claim))
            {
                self.expiry.own
            } else {
                self.expiry.others
            };
            let process_state = claim
                .as_ref()
                .map_or(ProcessState::Unknown, |claim| self.state(claim));
            if process_state == ProcessState::Ended
                || (process_state == ProcessState::Unknown && since.elapsed() >= expiry)
            {
                tracing::warn!(
                    path = state.storage.describe(&name),
                    "the claim of a dead server is deleted"
                );
                state.storage.delete(&name)?;
            } else {
                other = Some(version.bytes);
            }
        }
        Ok(other)
    }

    /// Whether the process of a claim is running. A process with this data directory isn't: only this process
    /// uses it now.
    fn state(&self, claim: &Claim) -> ProcessState {
        let is_same_process = self.own.get().is_some_and(|own| {
            own.data_directory.is_some()
                && (own.data_directory == claim.data_directory)
                && (own.process.boot_id == claim.process.boot_id)
        });
        if is_same_process && self.is_of_this_installation(claim) {
            ProcessState::Ended
        } else {
            claim.process.state()
        }
    }

    /// Whether a claim was written with this data directory or a copy of it.
    fn is_of_this_installation(&self, claim: &Claim) -> bool {
        let own = self.own.get();
        own.is_some_and(|own| own.installation_id == claim.installation_id)
    }

    fn refusal(&self, bucket: &Bucket, other: &[u8]) -> EngineError {
        let name = &bucket.name;
        let (what, process) = match parse(other) {
            None => ("another server", "unknown process".to_owned()),
            Some(claim) => {
                let what = if self.is_of_this_installation(&claim) {
                    "a copy of this server"
                } else {
                    "another server"
                };
                (
                    what,
                    format!("process {} on {}", claim.process.pid, claim.process.hostname),
                )
            }
        };
        EngineError::Busy(format!(
            "bucket {name} is used by {what} ({process}); if that server no longer exists: appkeep bucket take-over {name}"
        ))
    }

    fn own(&self) -> Result<&Claim, EngineError> {
        if let Some(own) = self.own.get() {
            return Ok(own);
        }
        let _alone = failure::lock(&self.id_lock);
        if let Some(own) = self.own.get() {
            return Ok(own);
        }
        let claim = Claim {
            version: VERSION,
            server_id: random_id()?,
            installation_id: installation_id(&self.data_dir)?,
            data_directory: fs::metadata(&self.data_dir)
                .ok()
                .map(|found| (found.dev(), found.ino())),
            process: Process::this(),
            time: machine::now(),
        };
        Ok(self.own.get_or_init(|| claim))
    }
}

impl Drop for Claims {
    fn drop(&mut self) {
        self.release();
    }
}

fn name_of(server_id: Uuid) -> String {
    format!("{PREFIX}{server_id}")
}

fn write(objects: &dyn BucketStorage, name: &str, claim: &Claim, is_held: bool) -> io::Result<()> {
    let claim = Claim {
        time: machine::now(),
        ..claim.clone()
    };
    let content = [Bytes::from(serde_json::to_vec_pretty(&claim)?)];
    if is_held {
        objects.refresh(name, &content)
    } else {
        objects.put(name, &content)
    }
}

fn read_all(objects: &dyn BucketStorage) -> io::Result<Vec<(String, Version)>> {
    let mut found = Vec::new();
    for object in objects.list("")? {
        let id = object.name.strip_prefix(PREFIX);
        if id.is_none_or(|id| Uuid::try_parse(id).is_err()) {
            continue;
        }
        let read = if object.size <= CLAIM_BYTES_MAX {
            objects.get(&object.name)
        } else {
            Ok(Bytes::new())
        };
        let bytes = match read {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            read => read?,
        };
        let modified = object.modified;
        found.push((object.name, Version { bytes, modified }));
    }
    Ok(found)
}

fn parse(bytes: &[u8]) -> Option<Claim> {
    let claim: Claim = serde_json::from_slice(bytes).ok()?;
    (claim.version == VERSION).then_some(claim)
}

fn installation_id(data_dir: &Path) -> Result<Uuid, EngineError> {
    let path = data_dir.join(INSTALLATION_FILE);
    let failed = |error: io::Error| storage(path.display(), &error);
    match fs::read_to_string(&path) {
        Ok(text) => Uuid::try_parse(text.trim())
            .map_err(|error| failed(io::Error::new(io::ErrorKind::InvalidData, error))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let id = random_id()?;
            durable::create_dirs(data_dir).map_err(failed)?;
            durable::write(&path, &path.with_extension("new"), &[format!("{id}\n")]).map_err(failed)?;
            Ok(id)
        }
        Err(error) => Err(failed(error)),
    }
}

fn random_id() -> Result<Uuid, EngineError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| EngineError::Broken(format!("no random bytes: {error}")))?;
    Ok(uuid::Builder::from_random_bytes(bytes).into_uuid())
}

#[cfg(test)]
mod tests;
