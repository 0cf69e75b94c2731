//! Determines which server processes may change a bucket. Each process has a small claim file there, and reads
//! those of others. Only one installation may change a bucket. All servers that are registered in its database may: the
//! jobs in that database exclude each other where necessary. A server that claims to be of this installation, but isn't
//! registered in this database, belongs to a copy of it.
//!
//! Like restic's locks, this requires only that a bucket's files can be listed, written and deleted: some S3
//! servers ignore conditions on writes. A process writes its claim only if there is no other, and checks
//! again afterwards. A claim expires if its process has ended on this machine, or if it isn't refreshed for
//! long enough. That time is measured by this process's own clock, from when it first saw this version of the
//! claim: the clocks of two machines may differ.

mod list;

use std::collections::HashMap;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant, SystemTime};

use appkeep_core::boot_instant::BootInstant;
use appkeep_core::catalog::Bucket;
use appkeep_core::engine::EngineError;
use appkeep_core::lease;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub(crate) use self::list::list_claims_with;
pub use self::list::{BucketClaim, list_claims, remove_claim};
use crate::bucket::OpenBucket;
use crate::durable;
use crate::failure::{self, storage};
use crate::fence::{ClaimTime, Fence};
use crate::identity::{Identity, SharedInstallation};
use crate::machine::{self, Process, ProcessState};
use crate::storage::BucketStorage;

/// The version of the claim file's format.
const VERSION: u32 = 1;

/// The prefix of the names of claims; the server's id follows.
const PREFIX: &str = "appkeep-server-";

/// The file in the data directory with its id, which is also the id of an installation of one server. A copy of the
/// directory has the same id.
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

/// The time without being seen after which a server of this installation isn't known to use this database. Within it, a
/// dead server's claim has been unchanged for longer than [`SILENT_AFTER`].
const UNSEEN_MAX: Duration = Duration::from_mins(2);

/// The time without a refresh after which the claim of a server of this installation no longer excludes others,
/// although the server isn't seen. If it were refreshed, the server would use a copy of this database: a copy contains
/// the register, too.
const SILENT_AFTER: Duration = Duration::from_mins(1);

/// The content of a claim file.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Claim {
    version: u32,
    /// The id of the server process; generated at each start.
    server_id: Uuid,
    /// The id of the installation and of its copies: that of the data directory, or of a shared database.
    installation_id: Uuid,
    /// Device and inode of the data directory, which only one process uses at a time.
    #[serde(default)]
    data_directory: Option<(u64, u64)>,
    #[serde(flatten)]
    process: Process,
    /// When the claim was written, by its machine's clock.
    time: DateTime<Utc>,
}

/// The claims of this process.
#[derive(Debug)]
pub(crate) struct Claims {
    data_dir: PathBuf,
    expiry: Expiry,
    identity: Option<Identity>,
    silent_after: Duration,
    /// The longest time between two successful reads of a bucket after which the ages of claims are still known. Until a
    /// bucket that was unavailable is read again, no server could refresh its claim.
    read_gap_max: Duration,
    own: OnceLock<Claim>,
    /// Held while the installation's id is read or generated, which happens once.
    id_lock: Mutex<()>,
    buckets: Mutex<HashMap<String, SharedState>>,
}

/// The state of a bucket, and the time of its claim, which can be read while the state is in use.
type SharedState = (Arc<Mutex<State>>, ClaimTime);

/// The status of another process's claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    /// Its process is dead.
    Dead,
    /// Its process is a server of this installation, which may use the bucket at the same time.
    Shares,
    /// Only its process may use the bucket.
    Excludes,
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
    written: ClaimTime,
    /// When the claims were last read.
    read: Option<Instant>,
    /// The claims of others, and when their current version was first seen, or the bucket was available again.
    seen: HashMap<String, (Version, Instant)>,
}

impl Claims {
    /// Creates the claims of a process with this data directory.
    pub(crate) fn new(data_dir: &Path) -> Self {
        Self {
            data_dir: data_dir.to_owned(),
            expiry: EXPIRY,
            identity: None,
            silent_after: SILENT_AFTER,
            read_gap_max: 2 * lease::duration(),
            own: OnceLock::new(),
            id_lock: Mutex::default(),
            buckets: Mutex::default(),
        }
    }

    /// Sets the identity of the process; by default the data directory identifies the installation.
    pub(crate) fn with_identity(mut self, identity: Identity) -> Self {
        self.identity = Some(identity);
        self
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
    pub(crate) fn data_directory_id(&self) -> Result<Uuid, EngineError> {
        let _alone = failure::lock(&self.id_lock);
        data_directory_id(&self.data_dir)
    }

    /// The fence of a job that begins now and changes this bucket.
    pub(crate) fn fence(&self, bucket: &OpenBucket, cancel: &CancellationToken) -> Fence {
        let (_, refreshed) = self.state_of(&bucket.storage);
        Fence::new(cancel, self.server(), refreshed)
    }

    /// The installation, if several servers share it, and this server's id.
    fn server(&self) -> Option<(&SharedInstallation, Uuid)> {
        let identity = self.identity.as_ref()?;
        Some((identity.shared.as_ref()?, identity.server_id))
    }

    /// The state of a bucket, and the time of its claim.
    fn state_of(&self, objects: &Arc<dyn BucketStorage>) -> SharedState {
        let mut buckets = failure::lock(&self.buckets);
        let entry = buckets.entry(objects.describe("")).or_insert_with(|| {
            let refreshed = ClaimTime::default();
            let state = State {
                storage: Arc::clone(objects),
                written: refreshed.clone(),
                read: None,
                seen: HashMap::new(),
            };
            (Arc::new(Mutex::new(state)), refreshed)
        });
        entry.clone()
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
        if let Some((shared, server_id)) = self.server() {
            shared.check_heartbeat(server_id).map_err(EngineError::Busy)?;
        }
        let own = self.own()?;
        let name = name_of(own.server_id);
        let (state, _) = self.state_of(objects);
        let mut state = failure::lock(&state);
        // The storage may have been opened again, with other credentials.
        state.storage = Arc::clone(objects);
        let is_held = state.written.get().is_some() && objects.size(&name).map_err(failed)?.is_some();
        let mut tries = 0;
        let mut is_read_again = false;
        while let Some(other) = self.find_other(&mut state).map_err(failed)? {
            if let Some(shared) = self.shared()
                && !std::mem::replace(&mut is_read_again, true)
            {
                // Perhaps it has just been registered.
                shared.servers.read_again();
                continue;
            }
            tries += 1;
            if !is_held || tries > SETTLE_TRIES {
                if !is_held {
                    state.written.set(None);
                }
                return Err(self.refusal(bucket, &other));
            }
            // Perhaps the claim was just written, and is removed once its process sees this one.
            std::thread::sleep(SETTLE_PAUSE);
        }
        let begun = BootInstant::now();
        if is_held && state.written.get().is_some_and(|at| begun - at < REFRESH_AFTER) {
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
        state.written.set(Some(begun));
        if is_held {
            return Ok(());
        }
        if let Some(other) = self.find_other(&mut state).map_err(failed)? {
            objects.delete(&name).map_err(failed)?;
            state.written.set(None);
            return Err(self.refusal(bucket, &other));
        }
        Ok(())
    }

    /// Releases all buckets.
    pub(crate) fn release(&self) {
        let Some(own) = self.own.get() else { return };
        let buckets = std::mem::take(&mut *failure::lock(&self.buckets));
        let name = name_of(own.server_id);
        for (state, refreshed) in buckets.into_values() {
            let state = failure::lock(&state);
            if refreshed.get().is_none() {
                continue;
            }
            refreshed.set(None);
            if let Err(error) = state.storage.delete(&name) {
                tracing::warn!(path = state.storage.describe(&name), %error, "a claim could not be deleted");
            }
        }
    }

    /// Returns a valid claim that excludes this process, if there is one. Removes expired claims.
    fn find_other(&self, state: &mut State) -> io::Result<Option<Bytes>> {
        let own = self.own.get();
        let mut other = None;
        let all = read_all(state.storage.as_ref())?;
        let now = Instant::now();
        let last = state.read.replace(now);
        if last.is_some_and(|last| now.duration_since(last) > self.read_gap_max) {
            state.seen.clear();
        }
        state
            .seen
            .retain(|seen, _| all.iter().any(|(name, _)| name == seen));
        for (name, version) in all {
            if own.is_some_and(|own| name == name_of(own.server_id)) {
                continue;
            }
            let (known, since) = state
                .seen
                .entry(name.clone())
                .or_insert_with(|| (version.clone(), now));
            if *known != version {
                (*known, *since) = (version.clone(), now);
            }
            let unchanged_for = now.duration_since(*since);
            match self.status_of(parse(&version.bytes).as_ref(), unchanged_for) {
                Status::Dead => {
                    tracing::warn!(
                        path = state.storage.describe(&name),
                        "the claim of a dead server is deleted"
                    );
                    state.storage.delete(&name)?;
                }
                Status::Shares => {}
                Status::Excludes => other = Some(version.bytes),
            }
        }
        Ok(other)
    }

    /// The status of another process's claim. `unchanged_for` is the time since it was refreshed.
    fn status_of(&self, claim: Option<&Claim>, unchanged_for: Duration) -> Status {
        let is_of_this_installation = claim.is_some_and(|claim| self.is_of_this_installation(claim));
        let expiry = if is_of_this_installation {
            self.expiry.own
        } else {
            self.expiry.others
        };
        let process_state = claim.map_or(ProcessState::Unknown, |claim| self.state(claim));
        if process_state == ProcessState::Ended {
            return Status::Dead;
        }
        let registered = claim.filter(|_| is_of_this_installation);
        let unseen_for = registered.and_then(|claim| self.shared()?.servers.unseen_for(claim.server_id));
        match unseen_for {
            Some(unseen_for) if unseen_for < UNSEEN_MAX => Status::Shares,
            // A process that doesn't respond may still run on this machine.
            Some(_) if unchanged_for >= expiry => Status::Dead,
            Some(_) if unchanged_for >= self.silent_after => Status::Shares,
            None if process_state == ProcessState::Unknown && unchanged_for >= expiry => Status::Dead,
            _ => Status::Excludes,
        }
    }

    /// The installation, if several servers share it.
    pub(crate) fn shared(&self) -> Option<&SharedInstallation> {
        self.identity.as_ref()?.shared.as_ref()
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

    /// Whether a claim was written by this installation or a copy of it.
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
            "bucket {name} is used by {what} ({process}); if that server no longer exists: \
             appkeep bucket take-over {name}"
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
        let (server_id, installation_id) = match &self.identity {
            Some(identity) => (
                identity.server_id,
                identity.shared.as_ref().map(|shared| shared.id),
            ),
            None => (random_id()?, None),
        };
        let claim = Claim {
            version: VERSION,
            server_id,
            installation_id: match installation_id {
                Some(id) => id,
                None => data_directory_id(&self.data_dir)?,
            },
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

/// The id of a data directory and its copies, which is generated on first use. Without a shared database, it is also
/// the id of the installation.
///
/// # Errors
/// [`EngineError::Storage`] if it can't be read or generated.
pub fn data_directory_id(data_dir: &Path) -> Result<Uuid, EngineError> {
    if let Some(id) = find_data_directory_id(data_dir)? {
        return Ok(id);
    }
    let path = data_dir.join(INSTALLATION_FILE);
    let failed = |error: io::Error| storage(path.display(), &error);
    let id = random_id()?;
    durable::create_dirs(data_dir).map_err(failed)?;
    durable::write(&path, &path.with_extension("new"), &[format!("{id}\n")]).map_err(failed)?;
    Ok(id)
}

/// The id of a data directory and its copies, if it was generated.
///
/// # Errors
/// [`EngineError::Storage`] if it can't be read.
pub fn find_data_directory_id(data_dir: &Path) -> Result<Option<Uuid>, EngineError> {
    let path = data_dir.join(INSTALLATION_FILE);
    let failed = |error: io::Error| storage(path.display(), &error);
    match fs::read_to_string(&path) {
        Ok(text) => {
            let id = Uuid::try_parse(text.trim());
            let id = id.map_err(|error| failed(io::Error::new(io::ErrorKind::InvalidData, error)));
            id.map(Some)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
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
