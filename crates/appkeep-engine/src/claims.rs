//! Determines which server process may change a bucket. Each process has a small claim file there, and reads
//! those of others.
//!
//! Like restic's locks, this requires only that a bucket's files can be listed, written and deleted: some S3
//! servers ignore conditions on writes. A process writes its claim only if there is no other, and checks
//! again afterwards. A claim expires if its process has ended on this machine, or if it isn't refreshed for
//! long enough. That time is measured by this process's own clock, from when it first saw this version of the
//! claim: the clocks of two machines may differ.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant, SystemTime};

use appkeep_core::catalog::Bucket;
use appkeep_core::engine::EngineError;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::bucket::directory_of;
use crate::durable;
use crate::failure::{self, storage};
use crate::machine::{self, Process, ProcessState};

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
    /// The claim's file.
    pub path: PathBuf,
    /// The process id and the machine's name, if the file is valid.
    pub process: Option<(u32, String)>,
    /// When the claim was written, by that machine's clock.
    pub time: Option<DateTime<Utc>>,
    /// Whether the process runs on this machine.
    pub runs_here: bool,
}

/// Lists the claims in a bucket's directory.
///
/// # Errors
/// I/O errors.
pub fn list_claims(directory: &Path) -> io::Result<Vec<BucketClaim>> {
    let found = read_all(directory)?.into_iter().map(|(path, version)| {
        let claim = parse(&version.bytes);
        BucketClaim {
            path,
            runs_here: claim
                .as_ref()
                .is_some_and(|claim| claim.process.state() == ProcessState::Runs),
            time: claim.as_ref().map(|claim| claim.time),
            process: claim.map(|claim| (claim.process.pid, claim.process.hostname)),
        }
    });
    Ok(found.collect())
}

/// Removes a claim. Its process then notices that and makes no further change in the bucket.
///
/// # Errors
/// I/O errors.
pub fn remove_claim(claim: &BucketClaim) -> io::Result<()> {
    durable::remove(&claim.path)
}

/// The claims of this process.
#[derive(Debug)]
pub(crate) struct Claims {
    data_dir: PathBuf,
    expiry: Expiry,
    own: OnceLock<Claim>,
    /// Held while the installation's id is read or generated, which happens once.
    id_lock: Mutex<()>,
    buckets: Mutex<HashMap<PathBuf, Arc<Mutex<State>>>>,
}

/// The properties that a refresh of a claim changes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Version {
    bytes: Vec<u8>,
    modified: SystemTime,
}

/// The state of one bucket in this process.
#[derive(Debug, Default)]
struct State {
    /// When this process's claim was last written, if it has one.
    written: Option<Instant>,
    /// The claims of others, and when their current version was first seen.
    seen: HashMap<OsString, (Version, Instant)>,
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

    /// Claims the bucket, whose directory exists, for this process, or refreshes the claim. The claim expires
    /// unless this is called regularly.
    ///
    /// # Errors
    /// [`EngineError::Busy`] if another process holds the bucket; [`EngineError::Storage`] if that can't be
    /// determined.
    pub(crate) fn acquire(&self, bucket: &Bucket) -> Result<(), EngineError> {
        let (directory, name) = (directory_of(bucket), &bucket.name);
        let failed = |error: io::Error| storage(format!("bucket {name}: claiming it"), &error);
        let own = self.own()?;
        let path = path_of(&directory, own.server_id);
        let state = Arc::clone(failure::lock(&self.buckets).entry(directory.clone()).or_default());
        let mut state = failure::lock(&state);
        let is_held = state.written.is_some() && path.try_exists().map_err(failed)?;
        let mut tries = 0;
        while let Some(other) = self.find_other(&directory, &mut state).map_err(failed)? {
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
        match write(&path, own) {
            Err(error) if failure::has_no_room(&error) => {
                // A delete must be possible in a full bucket: it frees space.
                tracing::warn!(path = %directory.display(), "a bucket has no space for a claim");
                if !is_held {
                    return Ok(());
                }
                touch(&path).map_err(failed)?;
            }
            written => written.map_err(failed)?,
        }
        state.written = Some(Instant::now());
        if is_held {
            return Ok(());
        }
        if let Some(other) = self.find_other(&directory, &mut state).map_err(failed)? {
            durable::remove(&path).map_err(failed)?;
            state.written = None;
            return Err(self.refusal(bucket, &other));
        }
        Ok(())
    }

    /// Releases all buckets.
    pub(crate) fn release(&self) {
        let Some(own) = self.own.get() else { return };
        let buckets = std::mem::take(&mut *failure::lock(&self.buckets));
        for (directory, state) in buckets {
            if failure::lock(&state).written.take().is_none() {
                continue;
            }
            if let Err(error) = durable::remove(&path_of(&directory, own.server_id)) {
                tracing::warn!(path = %directory.display(), %error, "a claim could not be deleted");
            }
        }
    }

    /// Returns a valid claim of another process, if there is one. Removes expired claims.
    fn find_other(&self, directory: &Path, state: &mut State) -> io::Result<Option<Vec<u8>>> {
        let own = self.own.get();
        let mut other = None;
        let all = read_all(directory)?;
        state
            .seen
            .retain(|name, _| all.iter().any(|(path, _)| path.file_name() == Some(name)));
        for (path, version) in all {
            if own.is_some_and(|own| path == path_of(directory, own.server_id)) {
                continue;
            }
            let claim = parse(&version.bytes);
            let name = path.file_name().unwrap_or_default().to_owned();
            let (known, since) = state
                .seen
                .entry(name)
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
                tracing::warn!(path = %path.display(), "the claim of a dead server is deleted");
                durable::remove(&path)?;
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

fn path_of(directory: &Path, server_id: Uuid) -> PathBuf {
    directory.join(format!("{PREFIX}{server_id}"))
}

fn write(path: &Path, claim: &Claim) -> io::Result<()> {
    let claim = Claim {
        time: machine::now(),
        ..claim.clone()
    };
    durable::write(
        path,
        &path.with_extension("new"),
        &[serde_json::to_vec_pretty(&claim)?],
    )
}

/// Refreshes a claim if there is no space to write it again.
fn touch(path: &Path) -> io::Result<()> {
    fs::File::options()
        .append(true)
        .open(path)?
        .set_modified(SystemTime::now())
}

fn read_all(directory: &Path) -> io::Result<Vec<(PathBuf, Version)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name();
        let id = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
        if id.is_none_or(|id| Uuid::try_parse(id).is_err()) {
            continue;
        }
        let read = entry.metadata().and_then(|metadata| {
            let modified = metadata.modified()?;
            let is_short = metadata.len() <= CLAIM_BYTES_MAX;
            let bytes = if is_short {
                fs::read(entry.path())?
            } else {
                Vec::new()
            };
            Ok(Version { bytes, modified })
        });
        match read {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            read => found.push((entry.path(), read?)),
        }
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
