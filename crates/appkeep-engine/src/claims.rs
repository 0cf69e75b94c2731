//! Which server process may change a bucket: each has a small file of its own there, and looks at the others'.
//!
//! As restic's locks, this needs nothing of a bucket but that files can be listed, written and removed: some S3
//! servers ignore conditions on writes. A process writes its claim only where no other is, and looks again
//! afterwards. A claim whose process has ended on this machine counts no more, and neither does one that is not
//! refreshed for long enough. How long is measured by this process's own clock, from when it first saw the claim as
//! it is: the clocks of two machines may differ.

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
use crate::machine::{self, Life, Process};

/// The version of the file's format.
const VERSION: u32 = 1;

/// How the names of claims begin; the process's id follows.
const PREFIX: &str = "appkeep-server-";

/// Names this installation, in the data directory. A copy of the directory has the same.
const INSTALLATION_FILE: &str = "installation-id";

/// The longest claim that is read, in bytes.
const CLAIM_BYTES_MAX: u64 = 16 << 10;

/// A claim is written anew when it is older than this.
const REFRESH_AFTER: Duration = Duration::from_secs(20);

/// How long the holder of a bucket waits for a claim to go away that somebody writes before they look.
const SETTLE_PAUSE: Duration = Duration::from_millis(100);
const SETTLE_TRIES: u32 = 10;

/// After how long without a refresh claims no longer count.
#[derive(Debug, Clone, Copy)]
struct Expiry {
    /// Those of this installation: it was restarted with its machine, unless it runs as a copy elsewhere.
    own: Duration,
    /// Those of others. The value is that of restic's locks.
    others: Duration,
}

const EXPIRY: Expiry = Expiry {
    own: Duration::from_mins(5),
    others: Duration::from_mins(30),
};

/// What a claim says.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Claim {
    version: u32,
    /// The server process; made anew at each start.
    server_id: Uuid,
    /// The data directory, and its copies.
    installation_id: Uuid,
    /// Device and inode of the data directory, of which there is one process at a time.
    #[serde(default)]
    data_directory: Option<(u64, u64)>,
    #[serde(flatten)]
    process: Process,
    /// When it was written, by its machine's clock.
    time: DateTime<Utc>,
}

/// The claim of another server process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketClaim {
    /// Its file.
    pub path: PathBuf,
    /// The process's number and its machine's name, if the file can be understood.
    pub process: Option<(u32, String)>,
    /// When it was written, by that machine's clock.
    pub time: Option<DateTime<Utc>>,
    /// Whether the process runs on this machine.
    pub runs_here: bool,
}

/// The claims in a bucket's directory.
///
/// # Errors
/// As the system says.
pub fn list_claims(directory: &Path) -> io::Result<Vec<BucketClaim>> {
    let found = read_all(directory)?.into_iter().map(|(path, version)| {
        let claim = parse(&version.bytes);
        BucketClaim {
            path,
            runs_here: claim
                .as_ref()
                .is_some_and(|claim| claim.process.life() == Life::Runs),
            time: claim.as_ref().map(|claim| claim.time),
            process: claim.map(|claim| (claim.process.pid, claim.process.hostname)),
        }
    });
    Ok(found.collect())
}

/// Removes a claim. Its process will notice, and change nothing more in the bucket.
///
/// # Errors
/// As the system says.
pub fn remove_claim(claim: &BucketClaim) -> io::Result<()> {
    durable::remove(&claim.path)
}

/// The claims of this process.
#[derive(Debug)]
pub(crate) struct Claims {
    data_dir: PathBuf,
    expiry: Expiry,
    own: OnceLock<Claim>,
    /// Held while the installation gets its id, which happens once.
    naming: Mutex<()>,
    buckets: Mutex<HashMap<PathBuf, Arc<Mutex<State>>>>,
}

/// What changes when a claim is refreshed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Version {
    bytes: Vec<u8>,
    modified: SystemTime,
}

/// What this process knows of one bucket.
#[derive(Debug, Default)]
struct State {
    /// When its own claim was last written, if it has one.
    written: Option<Instant>,
    /// The claims of others, and since when they are as they are.
    seen: HashMap<OsString, (Version, Instant)>,
}

impl Claims {
    /// The claims of a process with this data directory.
    pub(crate) fn new(data_dir: &Path) -> Self {
        Self {
            data_dir: data_dir.to_owned(),
            expiry: EXPIRY,
            own: OnceLock::new(),
            naming: Mutex::default(),
            buckets: Mutex::default(),
        }
    }

    /// Names this server process.
    ///
    /// # Errors
    /// [`EngineError::Storage`] when the installation's id can't be read or made.
    pub(crate) fn server_id(&self) -> Result<Uuid, EngineError> {
        Ok(self.own()?.server_id)
    }

    /// Makes sure that the bucket, whose directory is there, is this process's. It stays so only if this is called
    /// again and again.
    ///
    /// # Errors
    /// [`EngineError::Busy`] when it is another process's; [`EngineError::Storage`] when that can't be found out.
    pub(crate) fn hold(&self, bucket: &Bucket) -> Result<(), EngineError> {
        let (directory, name) = (directory_of(bucket), &bucket.name);
        let failed = |error: io::Error| storage(format!("bucket {name}: claiming it"), &error);
        let own = self.own()?;
        let path = path_of(&directory, own.server_id);
        let state = Arc::clone(failure::lock(&self.buckets).entry(directory.clone()).or_default());
        let mut state = failure::lock(&state);
        let is_held = state.written.is_some() && path.try_exists().map_err(failed)?;
        let mut tries = 0;
        while let Some(other) = self.another(&directory, &mut state).map_err(failed)? {
            tries += 1;
            if !is_held || tries > SETTLE_TRIES {
                if !is_held {
                    state.written = None;
                }
                return Err(self.refusal(bucket, &other));
            }
            // Perhaps it was just written, and goes away when its process sees ours.
            std::thread::sleep(SETTLE_PAUSE);
        }
        if is_held && state.written.is_some_and(|at| at.elapsed() < REFRESH_AFTER) {
            return Ok(());
        }
        match write(&path, own) {
            Err(error) if failure::has_no_room(&error) => {
                // A delete is to make room, and takes none.
                tracing::warn!(path = %directory.display(), "a bucket has no room for the claim to it");
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
        if let Some(other) = self.another(&directory, &mut state).map_err(failed)? {
            durable::remove(&path).map_err(failed)?;
            state.written = None;
            return Err(self.refusal(bucket, &other));
        }
        Ok(())
    }

    /// Gives all buckets back.
    pub(crate) fn release(&self) {
        let Some(own) = self.own.get() else { return };
        let buckets = std::mem::take(&mut *failure::lock(&self.buckets));
        for (directory, state) in buckets {
            if failure::lock(&state).written.take().is_none() {
                continue;
            }
            if let Err(error) = durable::remove(&path_of(&directory, own.server_id)) {
                tracing::warn!(path = %directory.display(), %error, "the claim to a bucket is left");
            }
        }
    }

    /// Another process's claim that counts. Those that don't are removed.
    fn another(&self, directory: &Path, state: &mut State) -> io::Result<Option<Vec<u8>>> {
        let own = self.own.get();
        let mut counts = None;
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
            let life = claim.as_ref().map_or(Life::Unknown, |claim| self.life(claim));
            if life == Life::Ended || (life == Life::Unknown && since.elapsed() >= expiry) {
                tracing::warn!(path = %path.display(), "the claim of a server that is gone is removed");
                durable::remove(&path)?;
            } else {
                counts = Some(version.bytes);
            }
        }
        Ok(counts)
    }

    /// Whether the process of a claim runs. One with our own data directory doesn't: the directory is ours now.
    fn life(&self, claim: &Claim) -> Life {
        let is_ours = self.own.get().is_some_and(|own| {
            own.data_directory.is_some()
                && (own.data_directory == claim.data_directory)
                && (own.process.boot_id == claim.process.boot_id)
        });
        if is_ours && self.is_of_this_installation(claim) {
            Life::Ended
        } else {
            claim.process.life()
        }
    }

    /// Whether a claim was written with this data directory, or with a copy of it.
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
            "bucket {name} is used by {what} ({process}); if that is gone: appkeep bucket take-over {name}"
        ))
    }

    fn own(&self) -> Result<&Claim, EngineError> {
        if let Some(own) = self.own.get() {
            return Ok(own);
        }
        let _alone = failure::lock(&self.naming);
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

/// Refreshes a claim where there is no room to write it anew.
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
